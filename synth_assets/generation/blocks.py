"""Making blocks: the tables of a block in memory, and what is checked as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.generation.facts import Facts, FactsOfWindow
from synth_assets.model.arrow import equals_choice, indices, primitive_array
from synth_assets.model.columns import Column
from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers, isin_sorted
from synth_assets.model.joined_rows import JoinedRows
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import CONSTANT, World

ALL_KEYS = np.iinfo(np.int64).max
"""Above every key."""

# glibc gives freed memory back to the system, and takes it page by page again for the next block, unless an
# array as large (of at most 32 MiB) was freed before. This one is never written to and takes no memory.
np.empty(31 << 20, dtype=np.uint8)


class BlockTable:
    """A table's rows of a block, in memory; each column of ids is parsed once.

    Attributes:
        rows: the rows that are made.
        stand_below: rows with smaller keys stand elsewhere, in windows that are settled; 0 where none do.
    """

    def __init__(self, rows: pa.Table, stand_below: int = 0) -> None:
        self.rows, self.stand_below = rows, stand_below
        self._numbers: dict[str, Ints] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        return self.rows[column]

    def id_numbers(self, column: str) -> Ints:
        """The numbers of a column of ids; not to be written to."""
        if column not in self._numbers:
            self._numbers[column] = id_numbers(self.rows[column])
            self._numbers[column].setflags(write=False)
        return self._numbers[column]


Block = Mapping[str, BlockTable]


def make_block(
    world: World,
    config: WorldConfig,
    root: str,
    rows: range,
    first_windows: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, pa.Table]:
    """Every table that descends from `root`, for the root rows `rows`, in order of lineage.

    Of the tables whose rows come window by window there are those from a window on, by the table's name.
    """
    facts, tables = Facts(world, config, rows), world.roots[root]
    windows, growing = world.windows(config), growing_tables(world, config, tables)
    made: dict[str, Rows] = {}
    whole: dict[str, BlockTable] = {}
    if windows and growing:
        read = windows.read(config)
        first = {table.name: first_windows.get(table.name, 0) for table in growing}

        def wanted(number: int) -> list[Table]:
            return [table for table in growing if number >= min(first[table.name], read)]

        numbers = range(min(read, *first.values()), windows.count(config))
        grown = dict(make_windows(world, config, wanted, rows, facts, numbers))
        for table in growing:
            of_table = [(number, of[table.name]) for number, of in grown.items() if table.name in of]
            recent = [found for number, found in of_table if number >= read]
            made[table.name] = JoinedRows(table.key.name, recent)
            shown = [found.rows for number, found in of_table if number >= first[table.name]]
            in_time = in_order(table, pa.concat_tables(shown))
            whole[table.name] = of_windows(table, in_time, first[table.name])
    for table in tables:
        if table not in growing:
            made[table.name] = whole[table.name] = BlockTable(
                make_table(world, config, table, rows, made, facts)
            )
            check_block(world, config, table, whole)
    for table in growing:
        check_block(world, config, table, whole)
    return {table.name: whole[table.name].rows for table in tables}


def of_windows(table: Table, rows: pa.Table, first_window: int) -> BlockTable:
    """Rows of a table of the windows from one on: smaller keys are of those before."""
    if not first_window:
        return BlockTable(rows)
    return BlockTable(rows, int(id_numbers(rows[table.key.name][:1])[0]) if len(rows) else ALL_KEYS)


def growing_tables(world: World, config: WorldConfig, tables: Sequence[Table]) -> list[Table]:
    """Those whose rows come window by window."""
    return [table for table in tables if world.windows_of(config, table)]


def make_windows(
    world: World,
    config: WorldConfig,
    tables: Callable[[int], Sequence[Table]],
    rows: range,
    facts: Facts,
    numbers: Iterable[int],
    parents: Callable[[int], Mapping[str, Rows]] = lambda _: {},
) -> Iterator[tuple[int, dict[str, BlockTable]]]:
    """The rows of some tables that come window by window, with the number of the window. `tables` gives those
    of a window that are wanted, `parents` the rows of it that are made already."""
    for number in numbers:
        made: dict[str, BlockTable] = {}
        of_window = facts.of_window(number)
        for table in tables(number):
            above = {**parents(number), **made}
            made[table.name] = BlockTable(make_table(world, config, table, rows, above, of_window))
        yield number, made


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """Rows in order of key."""
    return rows.take(indices(np.argsort(id_numbers(rows[table.key.name]), kind="stable")))


def make_table(
    world: World,
    config: WorldConfig,
    table: Table,
    rows: range,
    parents: Mapping[str, Rows],
    facts: Facts | FactsOfWindow,
) -> pa.Table:
    """One table's rows of a block, from its parents' rows and the facts of the same block."""
    given: dict[str, Any] = {"rows": rows, "config": config, "draws": world.draws(config, table.name)}
    given |= {name: parents[name] for name in table.parents}
    if "facts" in table.parameters:
        given["facts"] = facts.value
    made = table.generate(**{name: given[name] for name in table.parameters})
    return made.cast(table.schema) if world.in_history else made  # states are marked there


def check_block(
    world: World, config: WorldConfig, table: Table, block: Block, grown: Block = MappingProxyType({})
) -> None:
    """Keys ascend, and references point to rows that exist; deferred ones are checked with their target.

    `grown` has the keys of tables whose rows come window by window, which are checked elsewhere.

    Raises:
        Problem: the first rule that does not hold. Only a fault in this package can break one.
    """
    check_keys(world, table, block[table.name])
    for source, column in _references_checked_with(world, table, block):
        for target, found in _pointers(block[source.name], column):
            if not column.is_deferred or target == table.name:
                _refuse_orphans(world, config, source, column, target, found, {**block, **grown})


def check_keys(world: World, table: Table, rows: BlockTable) -> None:
    """Keys ascend.

    Raises:
        Problem: they do not.
    """
    key = rows.id_numbers(table.key.name)
    if np.any(key[1:] <= key[:-1]):
        raise Problem(f"{world.name}/{table.name}: {table.key.name} does not ascend: a bug, please report")


class Pointers:
    """What the references of rows point to that come window by window, to be checked when all tables of their
    block are made; and the keys of these rows, where other rows point to them."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._seen: dict[tuple[str, str, str], Ints] = {}
        self._keys: dict[str, list[pa.Table]] = {}
        self._targets = {name for table in tables for c in table.references for name in c.referenced_tables}

    def add(self, table: Table, rows: BlockTable) -> None:
        """Take note of a window's."""
        if table.name in self._targets:
            self._keys.setdefault(table.name, []).append(rows.rows.select([table.key.name]))
        for column in table.references:
            for target, found in _pointers(rows, column):
                place = table.name, column.name, target
                self._seen[place] = np.union1d(self._seen.get(place, found[:0]), found)

    def keys(self, world: World, first_windows: Mapping[str, int]) -> dict[str, BlockTable]:
        """Such keys by table, of the windows from one on."""
        return {
            name: of_windows(world.table(name), pa.concat_tables(keys), first_windows.get(name, 0))
            for name, keys in self._keys.items()
        }

    def check(self, world: World, config: WorldConfig, block: Block) -> None:
        """See that all of it exists.

        Raises:
            Problem: something does not.
        """
        for (name, column, target), found in self._seen.items():
            source = world.table(name)
            _refuse_orphans(world, config, source, source.column(column), target, found, block)


def _refuse_orphans(
    world: World,
    config: WorldConfig,
    source: Table,
    column: Column,
    target: str,
    found: Ints,
    block: Block,
) -> None:
    orphans = int(np.count_nonzero(~_exist(world, config, source, world.table(target), found, block)))
    if orphans:
        raise Problem(
            f"{world.name}/{source.name}: {orphans} values of {column.name} are not in {target}: "
            "a bug, please report"
        )


def _references_checked_with(world: World, table: Table, block: Block) -> Iterator[tuple[Table, Column]]:
    """A table's own references, and the deferred ones that wait for it."""
    yield from ((table, column) for column in table.references if not column.is_deferred)
    for other in world.tables:
        if other.name in block:
            yield from (
                (other, c) for c in other.references if c.is_deferred and table.name in c.referenced_tables
            )


def _pointers(table: BlockTable, column: Column) -> Iterator[tuple[str, Ints]]:
    """The tables that a reference points to, each with the numbers of its rows; no empty cells."""
    rows = table.rows
    if column.references:
        filled = not rows[column.name].null_count
        found = table.id_numbers(column.name) if filled else id_numbers(rows[column.name].drop_null())
        yield column.references, found
        return
    for value, target in column.targets:
        chosen = equals_choice(rows[column.chosen_by], value)
        yield target, id_numbers(rows[column.name].filter(primitive_array(pa.bool_(), chosen)).drop_null())


def _exist(
    world: World, config: WorldConfig, source: Table, target: Table, found: Ints, block: Block
) -> np.ndarray:
    """Which numbers are keys of the target: in this block, or among the rows of another root."""
    root = world.root(target)
    if root == world.root(source):
        known = block[target.name]
        return isin_sorted(found, known.id_numbers(target.key.name)) | (found < known.stand_below)
    if root == CONSTANT:
        return isin_sorted(found, _constant_tables(world, config)[target.name].id_numbers(target.key.name))
    return (found >= 1) & (found <= world.root_rows(config, root))


@lru_cache(maxsize=2)
def _constant_tables(world: World, config: WorldConfig) -> dict[str, BlockTable]:
    made = make_block(world, config, CONSTANT, range(0))
    return {name: BlockTable(rows) for name, rows in made.items()}
