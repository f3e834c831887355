"""Which blocks a file of each table holds: a pure function of the blocks, so no engine changes a byte."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

SHARED_FILES = 16
"""Files that a world has before one holds two blocks; larger worlds have a multiple of it. A worker makes a
file at a time, so 2, 4, 8 or 16 of them are done together."""


def even_files(blocks: int, most: int) -> list[range]:
    """The blocks of each file of a window, at most `most` of them: as even as they go."""
    wanted = max(1, -(-blocks // most))
    files = min(blocks, -(-wanted // SHARED_FILES) * SHARED_FILES)
    return [range(*ends) for ends in pairwise(blocks * file // files for file in range(files + 1))]


def growing_files(blocks: Sequence[range], most: int, full: int) -> list[range]:
    """The same of a history that grows: a file ends with a block of less than `full` root rows, as a month's
    last one is, so that no later month is in the file of one that nothing changes any more."""
    files, first = [], 0
    for block, rows in enumerate(blocks, start=1):
        if block - first == most or len(rows) < full or block == len(blocks):
            files.append(range(first, block))
            first = block
    return files


def settled_files(files: Sequence[range], blocks: Sequence[range], settled: int, most: int, full: int) -> int:
    """How many of the first of `growing_files` no later day changes, where it changes none of the first
    `settled` blocks: the last one may still get another block, unless it is whole."""
    last = files[-1]
    is_whole = len(last) == most or len(blocks[-1]) < full
    return sum(file.stop <= settled and (file is not last or is_whole) for file in files)
