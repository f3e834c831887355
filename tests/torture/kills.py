"""`generate` is killed before a step on the disk: opening, renaming, linking or removing a file.

The steps of an undisturbed run are counted first. The moments are spread from its first step to its last,
which are those of the catalogue and the report.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

from synth_assets.model.world import World
from tests.torture.commands import apart
from tests.torture.outcome import Outcome, outcome, spread
from tests.torture.state import Replacement

COUNTED = """
import atexit, itertools, os, signal
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "shutil.rmtree"}
steps, inside, last = itertools.count(), os.environ["TORTURE_INSIDE"], os.environ.get("TORTURE_LAST")
def hook(event, arguments):
    if event in STEPS and any(inside in str(word) for word in arguments):
        if str(next(steps)) == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
if last is None:
    atexit.register(lambda: print("steps", next(steps)))
"""
"""Counts steps on files below a directory; is killed before one of them, or says at the end how many."""


def kills(world: World, home: Path, size: int | None = 40) -> Outcome:
    """Kill `generate` at so many moments, each time over the world of another seed.

    Every table is then old or new and the catalogue one of both, `verify` passes or says what to run, and
    that run leaves the same bytes as one that nobody disturbed, and nothing else.
    """
    return outcome(_kills(world, home, size))


def _kills(world: World, home: Path, size: int | None) -> Iterator[tuple[str, str | None]]:
    inside = {"TORTURE_INSIDE": str(home), "TMPDIR": str(home / "tmp")}
    (home / "tmp").mkdir()
    replacement = Replacement(world, home)
    replacement.next()
    steps = int(apart(replacement.words, COUNTED, inside).out.split()[-1])
    for moment in spread(range(steps), size):
        replacement.next()
        ended = apart(replacement.words, COUNTED, inside | {"TORTURE_LAST": str(moment)})
        done = f"killed before step {moment} of {steps}"
        if ended.code == -signal.SIGKILL:
            yield done, replacement.fault()
        else:
            yield done, f"was not killed: exit {ended.code}"
