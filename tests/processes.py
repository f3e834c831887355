"""Processes on Linux, for tests that kill some."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path


def descendants(pid: int) -> Iterator[int]:
    """Every process below one, as /proc shows them now."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):  # gone meanwhile
        return
    for child in children:
        yield child
        yield from descendants(child)


def cpu_ticks(pid: int) -> int:
    """User and system time that a process has spent, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def command_line(pid: int) -> bytes:
    """What a process calls itself; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def listening(pid: int) -> Iterator[IPv4Address]:
    """Addresses at which a process, and every one below it, accepts TCP connections."""
    open_files = set()
    for process in (pid, *descendants(pid)):
        with suppress(FileNotFoundError, ProcessLookupError):
            for descriptor in Path(f"/proc/{process}/fd").iterdir():
                with suppress(FileNotFoundError):
                    open_files.add(os.readlink(descriptor))
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in open_files:
                yield IPv4Address(int.from_bytes(bytes.fromhex(fields[1].partition(":")[0])[-4:], "little"))
