"""Making blocks: every table of a root's block in memory, checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers, isin_sorted
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import World

# glibc gives freed memory back to the system, and takes it page by page again for the next block, unless an
# array as large (of at most 32 MiB) was freed before. This one is never written to and takes no memory.
np.empty(31 << 20, dtype=np.uint8)


def make_block(world: World, config: WorldConfig, root: str, rows: range) -> dict[str, pa.Table]:
    """Every table that descends from `root`, for the root rows `rows`, in order of lineage."""
    made: dict[str, BlockTable] = {}
    facts = Facts(world, config, rows)
    for table in world.roots[root]:
        made[table.name] = BlockTable(make_table(world, config, table, rows, made, facts))
        check_block(world, config, table, made)
    return {name: block.rows for name, block in made.items()}


class Facts:
    """What a world decides about a block's root rows, computed when the first table asks for it."""

    def __init__(self, world: World, config: WorldConfig, rows: range) -> None:
        self._world, self._config, self._rows = world, config, rows

    @cached_property
    def value(self) -> Any:
        """The facts of the block."""
        return facts_of(self._world, self._config, self._rows)


def facts_of(world: World, config: WorldConfig, rows: range) -> Any:
    """The facts of some root rows.

    Raises:
        ValueError: the world decides nothing before its tables.
    """
    if world.facts is None:
        raise ValueError(f"{world.name} has no facts")
    return world.facts(config, world.draws(config, "facts"), rows)


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


def make_table(
    world: World, config: WorldConfig, table: Table, rows: range, parents: Mapping[str, Rows], facts: Facts
) -> pa.Table:
    """One table's rows of a block, from its parents' rows and the facts of the same block."""
    given: dict[str, Any] = {"rows": rows, "config": config, "draws": world.draws(config, table.name)}
    given |= {name: parents[name] for name in table.parents}
    if "facts" in _parameters(table.generate):
        given["facts"] = facts.value
    return table.generate(**{name: given[name] for name in _parameters(table.generate)})


@cache
def _parameters(function: Callable[..., pa.Table]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def check_block(world: World, config: WorldConfig, table: Table, block: Mapping[str, Rows]) -> None:
    """Keys ascend without a gap in their order, and references point to rows that exist.

    References within the block are looked up there, those to another root's table against its count.

    Raises:
        Problem: the first rule that does not hold. Only a fault in this package can break one.
    """
    made = block[table.name]
    key = made.id_numbers(table.key.name)
    if np.any(key[1:] <= key[:-1]):
        raise Problem(f"{world.name}/{table.name}: {table.key.name} does not ascend: a bug, please report")
    for column in table.references:
        target = world.table(str(column.references))
        found = made.id_numbers(column.name)
        if world.root(target) == world.root(table):
            orphan = ~isin_sorted(found, block[target.name].id_numbers(target.key.name))
        else:
            orphan = (found < 1) | (found > getattr(config, world.root(target)))
        if orphan.any():
            raise Problem(
                f"{world.name}/{table.name}: {int(orphan.sum())} values of {column.name} are not in "
                f"{target.name}: a bug, please report"
            )
