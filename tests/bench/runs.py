"""The processes that measure, one a figure, and room for what they write. Light, as it is their parent.

A process's peak memory counts from the moment it was started, when it was still a copy of its parent: nothing
large is imported here.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Figures = dict[str, float]

READS_WHAT_STANDS = ("verify", "score", "export_csv", "load_sqlite", "one_more_day")
"""The measures before which the directory is not emptied."""


@contextmanager
def workplace(parent: Path | None, needed: int) -> Iterator[Path]:
    """A directory to measure in, removed afterwards; where there is too little room, ends in one line."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="bench-") as home:
        free = shutil.disk_usage(home).free
        if free < needed:
            sys.exit(f"{needed >> 20:,} MiB are needed in {home}, and {free >> 20:,} MiB are free: see --dir")
        yield Path(home).absolute()


def measured(name: str, world: str, rows: int, home: Path) -> Figures:
    """The figures of a measure in a fresh process, with `wall`, its seconds from start to end."""
    if name not in READS_WHAT_STANDS:
        for path in home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    command = [sys.executable, "-m", "tests.bench", "--measure", name, "--world", world]
    command += ["--rows", str(rows), "--dir", str(home)]
    started = time.perf_counter()
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(home)}
    )
    wall = time.perf_counter() - started
    return json.loads(done.stdout.splitlines()[-1]) | {"wall": wall}


class Rounds:
    """The figures of several rounds, each of which runs every measure once.

    Attributes:
        found: the figures by measure, one a round.
        load: the machine's load average before each round: how busy others keep it.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[Figures]] = {}
        self.load: list[float] = []

    def run(self, names: tuple[str, ...], world: str, rows: int, home: Path) -> None:
        """One round; tpchgen-cli makes as many cells as `generate` did before it."""
        self.load.append(os.getloadavg()[0])
        for name in names:
            if sys.stderr.isatty():
                print(
                    f"\r\033[K{world}, round {len(self.load)}: {name}", end="\r", file=sys.stderr, flush=True
                )
            count = int(self.found["generate"][-1]["cells"]) if name == "tpchgen" else rows
            self.found.setdefault(name, []).append(measured(name, world, count, home))

    def median(self, name: str, figure: str = "cpu") -> float:
        """The middle of a figure's rounds."""
        return statistics.median(figures[figure] for figures in self.found[name])

    def peak(self, name: str) -> float:
        """The largest peak memory of the rounds, in MiB."""
        return max(figures["peak_mib"] for figures in self.found[name])

    def speed(self, name: str, unit: str = "cells") -> float:
        """Millions of cells, or rows, per CPU second."""
        return self.median(name, unit) / self.median(name) / 1e6

    def ratios(self, over: str, under: str, figure: str = "cpu") -> list[float]:
        """A figure of one measure over that of another, round by round."""
        pairs = zip(self.found[over], self.found[under], strict=False)  # what ran once has one pair
        return [one[figure] / other[figure] for one, other in pairs]
