"""The story of one row: its chain, what is wrong with it or only looks wrong, and what the clean twin holds.

Only the row's block is read and only its root rows are made again, so that it takes as long in a world of
ten million orders as in one of a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from synth_assets.evaluate.explain.block_reader import (
    BlockReader,
    Key,
    block_of,
    neighbours,
    number_of,
    reader_of,
    rows_of_block,
    world_of,
)
from synth_assets.evaluate.explain.chain_lines import chain_lines, look_up, referring_elsewhere
from synth_assets.evaluate.explain.explanation import Explanation
from synth_assets.evaluate.explain.labels_elsewhere import compared_by_block, labels_by_block
from synth_assets.evaluate.explain.near_labels import ToldLabel, decoys_among, labels_among, told_label
from synth_assets.evaluate.explain.row_chains import Keys, Rows, Tables, keys_of, merged
from synth_assets.evaluate.explain.row_ids import row_named
from synth_assets.evaluate.explain.told_rows import ToldRow, select
from synth_assets.evaluate.explain.twin_rows import (
    Compared,
    compare,
    region_of,
    root_rows,
    row_in_twin,
    twin_of,
)
from synth_assets.model.arrow import combined
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table

if TYPE_CHECKING:
    from synth_assets.generation.generate import Dataset
    from synth_assets.storage.store import Store


def explain(data: Dataset | Store, row: str, told: Callable[[str], None] = lambda _: None) -> Explanation:
    """The story of one row of a dataset.

    Args:
        data: a dataset in memory, or the published tables of a store.
        row: its id, see `row_ids.row_named`; that of a label stands for the row at fault.
        told: is told what takes seconds.

    Raises:
        UsageProblem: the id has none of the forms that there are; the message lists them.
        Problem: there is no such row, or a table is missing or damaged.
    """
    reader = reader_of(data)
    table, key = row_named(world_of(reader), row, lambda table: _first_id(reader, table))
    if table is world_of(reader).manifest:
        label = look_up(reader, table, key)
        if label is None:
            raise _no_such_row(reader, table, key)
        named = told_label(world_of(reader), label.cells)
        table, key = named.table, named.key
    block = block_of(reader, table, key)
    if block is None:
        raise _no_such_row(reader, table, key)
    try:
        return _Story(reader, table, key, block, told).explanation()
    except _NoSuchRow:
        if not block or number_of(key) > number_of(reader.ends(table)[block].first):
            raise
        return _Story(reader, table, key, block - 1, told).explanation()  # where it would have been the last


class _NoSuchRow(Problem):
    """Neither the data nor the clean twin of a block has the row."""


KEPT = 12
"""Rows at fault that are shown in the chain of a row that has many below it."""


class _Story:
    """What is found out about one row, step by step."""

    def __init__(
        self, reader: BlockReader, table: Table, key: str | int, block: int, told: Callable[[str], None]
    ) -> None:
        self.reader, self.world, self.block, self.told = reader, world_of(reader), block, told
        root = self.world.root(table)
        self.rows = Rows(self.world, root, _Tables(reader, root, block))
        self.is_labelled = root == self.world.root(self.world.manifest)
        self.followed = self.rows.followed()
        found = self.rows.take(table, keys_of(table, [key])).to_pylist()
        self.is_there = bool(found)
        self.twin: Rows | None = None
        self.row = ToldRow(table, found[0]) if found else self._in_twin(table, key)
        self.asked = self._asked()

    def _in_twin(self, table: Table, key: str | int) -> ToldRow:
        """The clean twin's row, where only that has it."""
        ends = self.reader.ends(table)[self.block]
        is_between = self.world.block_rows or number_of(ends.first) < number_of(key) < number_of(ends.last)
        if self.is_labelled and is_between and self.rows.tables[self.world.manifest.name].num_rows:
            self._say_what_takes_long()
            found = row_in_twin(self.reader, table, self.block, key, self.rows)
            if found:
                self.twin = found[1]
                return found[0]
        raise _no_such_row(self.reader, table, key)

    def _asked(self) -> Keys:
        """The row; or for one that is not there, the nearest row above it that is."""
        row = {self.row.table.name: keys_of(self.row.table, [self.row.key])}
        if self.twin is None:
            return row
        above = self.twin.above(row, self.twin.links)
        for table in reversed(self.rows.of_root):
            if table.name in above:
                there = self.rows.take(table, above[table.name])[table.key.name].to_pylist()
                if there:
                    return {table.name: keys_of(table, there)}
        return row

    def explanation(self) -> Explanation:
        """The whole story."""
        chain = self.rows.chain(self.asked, self.followed)
        near = self.rows.chain(self.rows.below(self.asked, self.rows.links), self.followed)
        if not self.is_labelled:
            return self._apart(chain, near)
        named = merged(near, self._above_elsewhere())
        labels = labels_among(self.world, self.rows.tables[self.world.manifest.name], named)
        labels.sort(key=lambda label: (label.table, label.key) != (self.row.table, self.row.key))
        decoys = decoys_among(self.reader, self.rows, near)
        kept = {(label.table.name, label.key) for label in labels[:KEPT]}
        kept.add((self.row.table.name, self.row.key))
        return Explanation(
            self.world,
            self.reader.scenario.id,
            self.row,
            self.is_there,
            labels,
            decoys,
            self._compared(chain, labels) if labels else Compared(),
            chain_lines(
                self.reader, self.rows, self.followed, self._shown(chain, _named(labels[:KEPT])), kept
            ),
            list(dict.fromkeys(self._statements(labels))),
        )

    def _above_elsewhere(self) -> Keys:
        """The rows of other roots to which a row refers that only the twin has: a label may name those."""
        if self.twin is None:
            return {}
        row = {self.row.table.name: keys_of(self.row.table, [self.row.key])}
        entities = {table.name for table in self.world.tables if self.world.kinds_of(table)}
        found: list[Keys] = []
        for name, keys in self.twin.above(row, self.twin.links).items():
            rows = self.twin.take(self.world.table(name), keys)
            for column in self.world.table(name).references:
                if column.references in entities - self.twin.tables.keys():
                    found.append({column.references: combined(rows[column.name])})
        return merged(*found)

    def _apart(self, chain: Keys, near: Keys) -> Explanation:
        """The story of a row of a root without labels, though some of another root may name it."""
        labels: list[ToldLabel] = []
        decoys, compared = [], Compared()
        if self.world.kinds_of(self.row.table):
            by_block = labels_by_block(self.reader, self.row.table, self.row.key)
            labels = [label for block in by_block for label in by_block[block]]
            root = self.world.root(self.world.manifest)
            blocks = {block: _Tables(self.reader, root, block) for block in list(by_block)[:KEPT]}
            compared = compared_by_block(self.reader, self.row.table, self.row.key, blocks)
            decoys = decoys_among(self.reader, self.rows, near)
        shown = chain_lines(self.reader, self.rows, self.followed, self._shown(chain, {}), set())
        statements = list(dict.fromkeys(self._statements(labels)))
        return Explanation(
            self.world, self.reader.scenario.id, self.row, True, labels, decoys, compared, shown, statements
        )

    def _shown(self, chain: Keys, at_fault: Keys) -> Keys:
        """The chain, rows at fault near it, what the row and those above it refer to, what refers to it."""
        above = self.rows.above(self.rows.above(self.asked, self.followed, latest=True), self.rows.links)
        direct = [link for link in self.rows.links if link.parent is self.row.table]
        below = self.rows.below(self.asked, direct)
        return merged(chain, at_fault, above, below)

    def _compared(self, chain: Keys, labels: Sequence[ToldLabel]) -> Compared:
        """The rows where labels show, beside the clean twin's; if none does, all of their root rows."""
        at_fault = _named(labels)
        if self.twin is None:
            self._say_what_takes_long()
            numbers = root_rows(self.reader, self.rows, self.block, merged(self.asked, at_fault))
            whole = rows_of_block(self.reader, self.world.manifest, self.block)
            self.twin = twin_of(
                self.reader,
                self.rows,
                [range(n, n + 1) for n in numbers] or [whole],
                {label.anomaly.name for label in labels},
            )
        for wide in (False, True) if self.world.block_rows else (False,):
            region = region_of(self.rows, self.followed, chain, at_fault, wide)
            in_twin = region_of(self.twin, self.followed, region, at_fault, wide)
            compared = compare(self.rows, self.twin, region, in_twin)
            if compared != Compared():
                break
        return compared

    def _say_what_takes_long(self) -> None:
        if self.world.block_rows is None:
            self.told(f"{self.world.name} is one block: making its clean twin takes some seconds")

    def _statements(self, labels: Sequence[ToldLabel]) -> Iterator[str]:
        """The row, the rows at fault and their labels; or who refers to a row that all blocks share."""
        if self.is_there:
            yield self.row.statement(self.world)
        for label in labels:
            yield select(self.world, label.table, label.table.key, label.key)
            manifest = self.world.manifest
            yield select(self.world, manifest, manifest.key, label.cells[manifest.key.name])
        for table, column in referring_elsewhere(self.reader, self.row, self.rows):
            yield select(self.world, table, column, self.row.key)


class _Tables(Tables):
    """The tables of one block, read when they are asked for."""

    def __init__(self, reader: BlockReader, root: str, block: int) -> None:
        self._reader, self._block = reader, block
        self._of_root = {table.name: table for table in world_of(reader).roots[root]}
        self._read: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._read:
            self._read[name] = self._reader.read(self._of_root[name], self._block)
        return self._read[name]

    def column(self, name: str, column: str) -> pa.ChunkedArray:
        """One column, which is read alone where its table has not been read."""
        if name in self._read:
            return self._read[name][column]
        return self._reader.column(self._of_root[name], self._block, column)

    def size(self, name: str) -> int:
        """How many rows the block has of a table, by the table's document."""
        return self._reader.ends(self._of_root[name])[self._block].rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._of_root)

    def __len__(self) -> int:
        return len(self._of_root)


def _named(labels: Sequence[ToldLabel]) -> Keys:
    """The rows that labels name."""
    return merged(*({label.table.name: keys_of(label.table, [label.key])} for label in labels))


def _first_id(reader: BlockReader, table: Table) -> Key | None:
    return min((ends.first for ends in reader.ends(table) if ends.rows), default=None)


def _no_such_row(reader: BlockReader, table: Table, key: Key) -> _NoSuchRow:
    filled = [ends for ends in reader.ends(table) if ends.rows]
    has = "the table has no rows"
    if filled:
        first, last = min(ends.first for ends in filled), max(ends.last for ends in filled)
        has = f"ids go from {first} to {last}"
        if first < key < last:  # type: ignore[operator]
            below, above = neighbours(reader, table, key)
            has = f"that number is not used; the nearest are {below} and {above}"
    return _NoSuchRow(f"{world_of(reader).name}: {table.name} has no row {key}: {has}")
