"""Night after night in one process, each with the next day: nothing grows."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from synth_assets.model.world import World
from tests.torture.commands import ROOT
from tests.torture.outcome import Outcome, outcome
from tests.torture.small import AS_OF, generate_words, small

NIGHTS = """
import json, os, subprocess, sys, time
from pathlib import Path
from tests.torture.commands import run
data = Path(sys.argv[1])
for words in json.load(sys.stdin):
    started = time.perf_counter()
    ended = run(*words)
    seconds = time.perf_counter() - started
    files = [path.lstat().st_size for path in data.rglob("*") if not path.is_dir()]
    rss = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True).stdout
    print(json.dumps({
        "code": ended.code, "seconds": seconds, "memory": int(rss) * 1024,
        "open files": len(os.listdir("/dev/fd")), "files": len(files), "bytes": sum(files),
    }), flush=True)
"""
"""Runs commands one after the other, and says after each what this process and the directory hold."""

WARM_UP = 5
"""Nights until everything is loaded, and an old version is there to be swept."""

GROWTH = {"memory": 0.10, "open files": 0.0, "files": 0.0, "bytes": 0.05}
"""What the last nights may hold more than those after the warm-up; the rows differ from day to day."""


def nights(world: World, home: Path, size: int | None = 50) -> Outcome:
    """Generate a world so many days in a row; memory, open files, files and bytes on the disk stay level."""
    nights = _measured(world, home, size or 1)
    times = [night["seconds"] for night in nights[WARM_UP:]]
    early, late = (sum(part) / len(part) for part in (times[: len(times) // 2], times[len(times) // 2 :]))
    return outcome(_judged(nights))._replace(remark=f"{early:.2f} s a night, later {late:.2f} s")


def _measured(world: World, home: Path, size: int) -> list[dict[str, Any]]:
    data, first = home / "data", dt.date.fromisoformat(AS_OF)
    days = [(first + dt.timedelta(night)).isoformat() for night in range(WARM_UP + size)]
    words = [generate_words(world, small(world) | {"as_of": day}, data) for day in days]
    command = [sys.executable, "-c", NIGHTS, str(data)]
    done = subprocess.run(
        command, input=json.dumps(words), stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _judged(nights: list[dict[str, Any]]) -> Iterator[tuple[str, str | None]]:
    for number, night in enumerate(nights):
        yield f"night {number}", None if night["code"] == 0 else f"exit {night['code']}"
    settled = nights[WARM_UP:]
    half = len(settled) // 2
    for figure, growth in GROWTH.items():
        early, late = (max(night[figure] for night in part) for part in (settled[:half], settled[half:]))
        fault = f"{early:,}, then {late:,}" if late > early * (1 + growth) else None
        yield f"{figure} stay level", fault
