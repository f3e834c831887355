"""A version of a table, published or staged: its files, their blocks, and the queries that read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from synth_assets.derive.block_query import query_of_blocks
from synth_assets.derive.duckdb_view import only
from synth_assets.storage.parquet import Ends, Part, joined_ends, part_name
from synth_assets.storage.paths import StoragePath


@dataclass(frozen=True)
class Published:
    """A version of a table.

    Attributes:
        path: the version's directory, not what points to it.
        scenario: id of the scenario it was made from.
        content: SHA-256 over its parts: equal content, equal bytes.
        parts: its files, each of some blocks.
        windows: where rows come window by window, how many there are: each has as many files, of all blocks.
    """

    path: StoragePath
    scenario: str
    content: str
    parts: tuple[Part, ...]
    windows: int = 1

    @cached_property
    def blocks(self) -> int:
        """How many blocks its parts hold."""
        return len(self._stretches) // self.windows

    @cached_property
    def ends(self) -> tuple[Ends, ...]:
        """What every block holds, in order."""
        if self.windows == 1:
            return self._stretches
        return tuple(joined_ends(self._stretches[block :: self.blocks]) for block in range(self.blocks))

    @cached_property
    def _stretches(self) -> tuple[Ends, ...]:
        """What every block of every window holds, one window after the other."""
        return tuple(ends for part in self.parts for ends in part.ends)

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Bytes of all parts."""
        return sum(part.bytes for part in self.parts)

    @cached_property
    def files(self) -> list[StoragePath]:
        """Where each part is."""
        return [self.path / part_name(number) for number in range(len(self.parts))]

    def located(self, block: int) -> list[tuple[int, int]]:
        """The number of each part that holds rows of a block, and the block's place in it."""
        places = [(number, at) for number, part in enumerate(self.parts) for at in range(len(part.ends))]
        return [places[stretch] for stretch in self._stretches_of([block])]

    def _stretches_of(self, blocks: Collection[int]) -> list[int]:
        """Places of some blocks among those of all windows, in the order in which they are stored."""
        return [first + block for first in range(0, len(self._stretches), self.blocks) for block in blocks]

    def rows_of(self, blocks: Collection[int]) -> list[int]:
        """How many rows some blocks have, as they are stored: those of each window one after the other."""
        return [self._stretches[place].rows for place in self._stretches_of(blocks)]

    @property
    def block_starts(self) -> Iterator[tuple[StoragePath, int]]:
        """The file of every block, and the number of its first row there, from 0."""
        for file, part in zip(self.files, self.parts, strict=True):
            for first in accumulate((block.rows for block in part.ends[:-1]), initial=0):
                yield file, first

    def query_of(self, blocks: Collection[int]) -> str:
        """The rows of some blocks, in order, as a query for DuckDB, which reads no others, by window."""
        rows = [[block.rows for block in part.ends] for part in self.parts]
        return query_of_blocks(list(zip(self.files, rows, strict=True)), set(self._stretches_of(blocks)))

    @property
    def glob(self) -> str:
        """The parts as a pattern for DuckDB."""
        return parts_pattern(self.path)


def block_groups(versions: Collection[Published], rows: int) -> list[range]:
    """Runs of blocks that hold about so many rows over all of some tables, one block at least; none where the
    tables are not of the same number of blocks."""
    if len({version.blocks for version in versions}) != 1:
        return []
    blocks, total = next(iter(versions)).blocks, sum(version.rows for version in versions)
    step = max(1, rows * blocks // max(1, total))
    return [range(start, min(start + step, blocks)) for start in range(0, blocks, step)]


def parts_pattern(directory: StoragePath) -> str:
    """A pattern for all parts in a directory, whose own name may hold characters that patterns use."""
    return only(directory) + "/part-*.parquet"
