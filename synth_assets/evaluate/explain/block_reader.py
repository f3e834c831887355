"""A dataset read a block at a time: which block holds a key, and the rows of one block of a table."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.columns import Column
from synth_assets.model.identifiers import DIGITS
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store

if TYPE_CHECKING:
    from synth_assets.generation.generate import Dataset

Key = str | int


class Ends(NamedTuple):
    """How many rows one block of a table has, and its first and last key; its rows are in key order."""

    rows: int
    first: Key
    last: Key


class BlockReader(Protocol):
    """A dataset by blocks. Blocks of tables that descend from one root have the same numbers."""

    scenario: Scenario

    def ends(self, table: Table) -> list[Ends]:
        """What every block of a table holds, in order."""

    def read(self, table: Table, block: int) -> pa.Table:
        """The rows of one block of a table."""

    def column(self, table: Table, block: int, name: str) -> pa.ChunkedArray:
        """One column of one block of a table."""

    def published(self, table: Table) -> Published | None:
        """Where all rows of the table are; None for a table in memory."""


def block_of(reader: BlockReader, table: Table, key: Key) -> int | None:
    """The block that holds a key, if any does; None for a table without rows.

    Where keys of blocks overlap, every block is searched whose first and last key are around it.
    """
    filled = [(block, ends) for block, ends in enumerate(reader.ends(table)) if ends.rows]
    if table.keys_overlap:
        around = (block for block, ends in filled if ends.first <= key <= ends.last)  # type: ignore[operator]
        holds = (block for block in around if _holds(reader.column(table, block, table.key.name), key))
        return next(holds, filled[-1][0] if filled else None)
    place = bisect_left(filled, key, key=lambda entry: entry[1].last)
    return filled[min(place, len(filled) - 1)][0] if filled else None


def _holds(keys: pa.ChunkedArray, key: Key) -> bool:
    """Whether a key is among others."""
    return bool(pc.index(keys, pa.scalar(key, keys.type)).as_py() >= 0)


def neighbours(reader: BlockReader, table: Table, key: Key) -> tuple[Key, Key]:
    """The nearest keys below and above one that is between the first and the last, and not there."""
    below: list[Key] = []
    above: list[Key] = []
    for block, (rows, first, last) in enumerate(reader.ends(table)):
        if rows and first < key < last:  # type: ignore[operator]
            keys = reader.column(table, block, table.key.name)
            below.append(pc.max(keys.filter(pc.less(keys, key))).as_py())
            above.append(pc.min(keys.filter(pc.greater(keys, key))).as_py())
        elif rows:
            (below if last < key else above).append(last if last < key else first)  # type: ignore[operator]
    return max(below), min(above)


def rows_of_block(reader: BlockReader, table: Table, block: int) -> range:
    """The root rows of one block."""
    world, config = reader.scenario.world, reader.scenario.config
    if isinstance(reader, MemoryReader):
        blocks = world.blocks(config, world.root(table))
        return range(blocks[0].start, blocks[-1].stop)
    return world.blocks(config, world.root(table))[block]


def holds_a_row_a_root_row(reader: BlockReader, table: Table, block: int) -> bool:
    """Whether row i of the block is of root row i: so its number is the root row's, counted from 1."""
    if table.keys_overlap:
        return False
    rows, ends = rows_of_block(reader, table, block), reader.ends(table)[block]
    first, last = (number_of(key) if ends.rows else 0 for key in ends[1:])
    return len(rows) > 0 and (ends.rows, first, last) == (len(rows), rows.start + 1, rows.stop)


def number_of(key: Key) -> int:
    """The number of an id."""
    return key if isinstance(key, int) else int(key[-DIGITS:])


def key_of(column: Column, number: int) -> Key:
    """The id with a number."""
    return f"{column.prefix}{number:0{DIGITS}d}" if column.prefix else number


class StoredReader:
    """Published tables; parts are checked against the bytes that were written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.scenario = store.scenario()
        self._published = cache(lambda name: store.published(name, self.scenario))
        self._block = cache(lambda name, block: store.block(self._published(name), block))

    def ends(self, table: Table) -> list[Ends]:
        """What every block of a table holds, by the table's document."""
        return [Ends(*ends) for ends in self.published(table).ends]

    def read(self, table: Table, block: int) -> pa.Table:
        """One block of a part."""
        return self._block(table.name, block).read()

    def column(self, table: Table, block: int, name: str) -> pa.ChunkedArray:
        """A column of one block of a part."""
        return self._block(table.name, block)[name]

    def published(self, table: Table) -> Published:
        """The current version."""
        return self._published(table.name)


class MemoryReader:
    """A dataset in memory: each table is one block."""

    def __init__(self, dataset: Dataset) -> None:
        self.scenario = dataset.scenario
        self._tables = dataset.tables

    def ends(self, table: Table) -> list[Ends]:
        """What the table holds."""
        keys = self._tables[table.name][table.key.name]
        return [Ends(len(keys), keys[0].as_py(), keys[-1].as_py()) if len(keys) else Ends(0, "", "")]

    def read(self, table: Table, block: int) -> pa.Table:
        """The table."""
        return self._tables[table.name]

    def column(self, table: Table, block: int, name: str) -> pa.ChunkedArray:
        """A column of the table."""
        return self._tables[table.name][name]

    def published(self, table: Table) -> None:
        """It is in memory alone."""


def reader_of(data: Dataset | Store) -> BlockReader:
    """A reader of a dataset in memory, or of the published tables of a store.

    Raises:
        Problem: nothing is there.
    """
    return StoredReader(data) if isinstance(data, Store) else MemoryReader(data)


def world_of(reader: BlockReader) -> World:
    """The world that is read."""
    return reader.scenario.world
