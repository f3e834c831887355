"""Readers of the catalogue while `generate` replaces the world again and again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from synth_assets.model.world import World
from tests.torture.commands import ROOT, run
from tests.torture.outcome import Outcome, outcome
from tests.torture.small import generate_words, small
from tests.torture.state import signature

MOST = 3
"""Readers at a time."""

READER = """
import collections, json, sys, time
from pathlib import Path
from synth_assets import worlds
from tests.torture.state import signature
world, data, stop = worlds.load(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
seen, once_more = collections.Counter(), True
while once_more:
    once_more = not stop.exists()
    try:
        seen[json.dumps(signature(world, data))] += 1
    except Exception as error:
        seen[repr(error)] += 1
    if seen.total() == 1:
        print("reading", flush=True)
    time.sleep(0.01)
print(json.dumps(seen))
"""
"""Opens the catalogue and asks for all tables in one query, until a file says stop; what came how often."""


def readers(world: World, home: Path, size: int | None = 30) -> Outcome:
    """Replace a world so many times by two seeds in turn; whoever reads meets no error and no mixture."""
    return outcome(_readers(world, home, size or 1))


def _readers(world: World, home: Path, size: int) -> Iterator[tuple[str, str | None]]:
    data, stop = home / "data", home / "stop"
    words = [generate_words(world, small(world, seed), data) for seed in (1, 2)]
    shown = []
    for again in words:
        run(*again)
        shown.append(json.dumps(signature(world, data)))
    command = [sys.executable, "-c", READER, world.name, str(data), str(stop)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(min(size, MOST))]
    for process in processes:
        process.stdout.readline()
    for turn in range(size):
        again = run(*words[turn % 2])
        yield f"replacement {turn}", None if again.code == 0 else " | ".join(again.lines)
        time.sleep(0.02)
    stop.touch()
    for process in processes:
        for said, times in json.loads(process.communicate()[0]).items():
            for _ in range(times):
                yield "one query over all tables", None if said in shown else said
