"""What the clean twin holds in place of some rows: it is made for their root rows alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.evaluate.explain.block_reader import (
    BlockReader,
    Key,
    holds_a_row_a_root_row,
    number_of,
    rows_of_block,
    world_of,
)
from synth_assets.evaluate.explain.row_chains import (
    Keys,
    Link,
    Rows,
    Tables,
    TablesInMemory,
    keys_of,
    merged,
)
from synth_assets.evaluate.explain.told_rows import ToldRow, published
from synth_assets.generation.blocks import BlockTable, make_block, make_table
from synth_assets.generation.facts import Facts
from synth_assets.model.arrow import combined
from synth_assets.model.columns import Column
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Table
from synth_assets.model.world import BLOCK_ROWS, World


@dataclass(frozen=True)
class Difference:
    """A value that the clean twin has not.

    Attributes:
        table, key, column: where.
        here, in_twin: the stored values.
    """

    table: Table
    key: Key
    column: Column
    here: Any
    in_twin: Any

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON, under published names."""
        return {
            "table": self.table.name,
            "id": self.key,
            "column": self.column.published_name,
            "here": published(self.column, self.here),
            "in_twin": published(self.column, self.in_twin),
        }


@dataclass(frozen=True)
class Compared:
    """Some rows beside those of the clean twin.

    Attributes:
        differences: values that differ.
        only_here, only_in_twin: rows that the other has not.
    """

    differences: tuple[Difference, ...] = ()
    only_here: tuple[ToldRow, ...] = ()
    only_in_twin: tuple[ToldRow, ...] = ()


def root_rows(reader: BlockReader, rows: Rows, block: int, keys: Keys) -> list[int]:
    """The root rows from which some rows descend; none where they cannot be told apart.

    A table that has one row a root row tells: its rows above, below and among them.
    """
    for table in rows.of_root:
        if holds_a_row_a_root_row(reader, table, block):
            around = rows.above(rows.below(keys, rows.links), rows.links)
            found = around[table.name].to_pylist() if table.name in around else []
            return sorted(number_of(key) - 1 for key in found)
    return []


def twin_of(
    reader: BlockReader, rows: Rows, some: Sequence[range], kinds: Collection[str] | None = None
) -> Rows:
    """The clean twin of some root rows; of all rows of a world that is one block.

    Its rows are there without the faults of some `kinds`, as of all of them where none are given.
    """
    world, root, clean = world_of(reader), rows.root, reader.scenario.config.clean()
    if world.block_rows is None:
        made = _only_block(world, clean, root)
        return Rows(world, root, _ChangedTables(rows.tables, made, _changed(world, rows, kinds)))
    blocks = [make_block(world, clean, root, part) for part in some]
    whole = {name: pa.concat_tables([block[name] for block in blocks]) for name in blocks[0]}
    return Rows(world, root, TablesInMemory(whole))


@lru_cache(maxsize=1)
def _only_block(world: World, config: WorldConfig, root: str) -> Tables:
    """All rows of a world that is one block, which take seconds."""
    (rows,) = world.blocks(config, root)
    return _MadeTables(world, config, root, rows)


class _MadeTables(Tables):
    """The tables of one block, each made when it is asked for, with the parents that it reads."""

    def __init__(self, world: World, config: WorldConfig, root: str, rows: range) -> None:
        self._world, self._config, self._rows = world, config, rows
        self._of_root = {table.name: table for table in world.roots[root]}
        self._facts = Facts(world, config, rows)
        self._made: dict[str, BlockTable] = {}

    def __getitem__(self, name: str) -> pa.Table:
        return self._table(name).rows

    def _table(self, name: str) -> BlockTable:
        if name not in self._made:
            table = self._of_root[name]
            parents = {parent: self._table(parent) for parent in table.parents}
            made = make_table(self._world, self._config, table, self._rows, parents, self._facts)
            self._made[name] = BlockTable(made)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of_root)

    def __len__(self) -> int:
        return len(self._of_root)


class _ChangedTables(Tables):
    """The tables of a twin: those that no fault changes are the data's own, so that they are not made."""

    def __init__(self, own: Tables, made: Tables, changed: set[str]) -> None:
        self._own, self._made, self._changed = own, made, changed

    def __getitem__(self, name: str) -> pa.Table:
        return self._of(name)[name]

    def column(self, name: str, column: str) -> pa.ChunkedArray:
        """One column of a table."""
        return self._of(name).column(name, column)

    def size(self, name: str) -> int:
        """How many rows a table has."""
        return self._of(name).size(name)

    def _of(self, name: str) -> Tables:
        return self._made if name in self._changed else self._own

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


def _changed(world: World, rows: Rows, kinds: Collection[str] | None) -> set[str]:
    """The tables that may differ from the twin's: those that some kinds change, or all labelled ones, and
    what is made of them; all where the world does not say."""
    tables = world.roots[rows.root]
    if not world.changed_tables or world.manifest not in tables:
        return {table.name for table in tables}
    if kinds is None:
        kinds = pc.unique(rows.tables.column(world.manifest.name, "type")).cast(pa.string()).to_pylist()
    changed = {world.manifest.name, *(name for kind in kinds for name in world.changed_tables[kind])}
    for table in tables:
        if changed.intersection(table.parents):
            changed.add(table.name)
    return changed


def compare(rows: Rows, twin: Rows, region: Keys, twin_region: Keys) -> Compared:
    """Some rows of the data and of the twin, side by side, in the order of the story."""
    differences: list[Difference] = []
    only_here: list[ToldRow] = []
    only_in_twin: list[ToldRow] = []
    both = merged(region, twin_region)
    for table in rows.of_root:
        if table.name not in both:
            continue
        here, there = (_by_key(table, of.take(table, both[table.name])) for of in (rows, twin))
        only_here += [ToldRow(table, cells) for key, cells in here.items() if key not in there]
        only_in_twin += [ToldRow(table, cells) for key, cells in there.items() if key not in here]
        for key in here.keys() & there.keys():
            differences += _differences(table, key, here[key], there[key])
    order = {table.name: place for place, table in enumerate(rows.of_root)}
    differences.sort(key=lambda one: (order[one.table.name], one.key))
    return Compared(tuple(differences), tuple(only_here), tuple(only_in_twin))


def region_of(rows: Rows, followed: Sequence[Link], chain: Keys, faulty: Keys, wide: bool = False) -> Keys:
    """Where a fault may show: the chains of some rows, of the rows at fault, and what is below those.

    With `wide` also all that is above any of these, and again below that.
    """
    near = merged(rows.chain(merged(chain, faulty), followed), rows.below(faulty, rows.links))
    return rows.below(rows.above(near, rows.links), rows.links) if wide else near


def row_in_twin(
    reader: BlockReader, table: Table, block: int, key: Key, rows: Rows
) -> tuple[ToldRow, Rows] | None:
    """A row that the data has not, but the clean twin; None where that has none either.

    As a rule it is of a root row between those of its neighbours in the table; else the block is made.
    """
    keys = rows.tables[table.name][table.key.name]
    place = int(pc.sum(pc.less(keys, keys_of(table, [key])[0])).as_py() or 0)
    before, after = (
        root_rows(reader, rows, block, {table.name: combined(keys.slice(at, 1))}) if at >= 0 else []
        for at in (place - 1, place)
    )
    of_block = rows_of_block(reader, table, block)
    between = range(min(before, default=of_block.start), max(after, default=of_block.stop - 1) + 1)
    for some in (between, of_block):
        if world_of(reader).block_rows is None or 0 < len(some) <= BLOCK_ROWS:
            twin = twin_of(reader, rows, [some])
            found = twin.take(table, keys_of(table, [key])).to_pylist()
            if found:
                return ToldRow(table, found[0]), twin
    return None


def _by_key(table: Table, rows: pa.Table) -> Mapping[Key, dict[str, Any]]:
    return {cells[table.key.name]: cells for cells in rows.to_pylist()}


def _differences(
    table: Table, key: Key, here: Mapping[str, Any], there: Mapping[str, Any]
) -> Iterator[Difference]:
    for column in table.columns:
        if here[column.name] != there[column.name]:
            yield Difference(table, key, column, here[column.name], there[column.name])
