"""Making blocks: the tables of a block in memory, and what is checked as they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.generation.facts import Facts
from synth_assets.model.arrow import equals_choice, primitive_array
from synth_assets.model.columns import Column
from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers, isin_sorted
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import CONSTANT, World

# glibc gives freed memory back to the system, and takes it page by page again for the next block, unless an
# array as large (of at most 32 MiB) was freed before. This one is never written to and takes no memory.
np.empty(31 << 20, dtype=np.uint8)


class BlockTable:
    """A table's rows of a block, in memory; each column of ids is parsed once."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
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


def make_block(world: World, config: WorldConfig, root: str, rows: range) -> dict[str, pa.Table]:
    """Every table that descends from `root`, for the root rows `rows`, in order of lineage."""
    made: dict[str, BlockTable] = {}
    facts = Facts(world, config, rows)
    for table in world.roots[root]:
        made[table.name] = BlockTable(make_table(world, config, table, rows, made, facts))
        check_block(world, config, table, made)
    return {name: block.rows for name, block in made.items()}


def make_table(
    world: World, config: WorldConfig, table: Table, rows: range, parents: Mapping[str, Rows], facts: Facts
) -> pa.Table:
    """One table's rows of a block, from its parents' rows and the facts of the same block."""
    given: dict[str, Any] = {"rows": rows, "config": config, "draws": world.draws(config, table.name)}
    given |= {name: parents[name] for name in table.parents}
    if "facts" in table.parameters:
        given["facts"] = facts.value
    made = table.generate(**{name: given[name] for name in table.parameters})
    return made.cast(table.schema) if world.in_history else made  # states are marked there


def check_block(world: World, config: WorldConfig, table: Table, block: Block) -> None:
    """Keys ascend, and references point to rows that exist; deferred ones are checked with their target.

    Raises:
        Problem: the first rule that does not hold. Only a fault in this package can break one.
    """
    key = block[table.name].id_numbers(table.key.name)
    if np.any(key[1:] <= key[:-1]):
        raise Problem(f"{world.name}/{table.name}: {table.key.name} does not ascend: a bug, please report")
    for source, column in _references_checked_with(world, table, block):
        for target, found in _pointers(block[source.name], column):
            if column.is_deferred and target != table.name:
                continue
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
        return isin_sorted(found, block[target.name].id_numbers(target.key.name))
    if root == CONSTANT:
        return isin_sorted(found, _constant_tables(world, config)[target.name].id_numbers(target.key.name))
    return (found >= 1) & (found <= world.root_rows(config, root))


@lru_cache(maxsize=2)
def _constant_tables(world: World, config: WorldConfig) -> dict[str, BlockTable]:
    made = make_block(world, config, CONSTANT, range(0))
    return {name: BlockTable(rows) for name, rows in made.items()}
