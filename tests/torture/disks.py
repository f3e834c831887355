"""A disk that fills while `generate` writes.

It stands for a disk that takes no file longer than so many bytes: the system refuses the write that goes
beyond (RLIMIT_FSIZE), wherever it comes from: parts, documents, the database of the catalogue, the report.
The sizes are half of those of the files that an undisturbed run writes, so that each is cut in its middle.
That a disk has no room for a new name, either, is not tried.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

from synth_assets.model.world import World
from tests.torture.commands import apart, not_one_line
from tests.torture.outcome import Outcome, outcome, spread
from tests.torture.state import Replacement


def disks(world: World, home: Path, size: int | None = 30) -> Outcome:
    """Let the disk fill at so many sizes: one line, exit 1, every table old or new, and a rerun mends it."""
    return outcome(_disks(world, home, size))


def _disks(world: World, home: Path, size: int | None) -> Iterator[tuple[str, str | None]]:
    replacement = Replacement(world, home)
    lengths = {path.stat().st_size for path in replacement.data.rglob("*") if path.is_file()}
    for length in spread(sorted(length // 2 for length in lengths if length), size):
        replacement.next()

        def limit(length: int = length) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (length, length))

        fault = not_one_line(apart(replacement.words, prepare=limit), 1) or replacement.fault()
        yield f"no file longer than {length:,} bytes", fault
