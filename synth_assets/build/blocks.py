"""Making blocks: every table of a root's block in memory, checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.build.problems import Problem
from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import numbers
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import World


def make_block(world: World, config: WorldConfig, root: str, rows: range) -> dict[str, pa.Table]:
    """Every table that descends from `root`, for the root rows `rows`, in order of lineage."""
    made: dict[str, pa.Table] = {}
    for table in world.roots[root]:
        made[table.name] = make_table(world, config, table, rows, made)
        check_block(world, config, table, made[table.name], made)
    return made


def make_table(
    world: World, config: WorldConfig, table: Table, rows: range, parents: Mapping[str, Rows]
) -> pa.Table:
    """One table's rows of a block, from its parents' rows of the same block."""
    given: dict[str, Any] = {"rows": rows, "config": config, "draws": world.draws(config, table)}
    given |= {name: parents[name] for name in table.parents}
    return table.generate(**{name: given[name] for name in _parameters(table.generate)})


@cache
def _parameters(function: Callable[..., pa.Table]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def check_block(
    world: World, config: WorldConfig, table: Table, made: pa.Table, block: Mapping[str, Rows]
) -> None:
    """Keys ascend without a gap in their order, and references point to rows that exist.

    References within the block are looked up there, those to another root's table against its count.

    Raises:
        Problem: the first rule that does not hold. Only a fault in this package can break one.
    """
    key = numbers(made[table.key.name])
    if np.any(key[1:] <= key[:-1]):
        raise Problem(f"{world.name}/{table.name}: {table.key.name} does not ascend: a bug, please report")
    for column in table.references:
        target = world.table(str(column.references))
        found = numbers(made[column.name])
        if world.root(target) == world.root(table):
            known = numbers(block[target.name][target.key.name])
            orphan = _absent(found, known)
        else:
            orphan = (found < 1) | (found > getattr(config, world.root(target)))
        if orphan.any():
            raise Problem(
                f"{world.name}/{table.name}: {int(orphan.sum())} values of {column.name} are not in "
                f"{target.name}: a bug, please report"
            )


def _absent(found: Ints, known: Ints) -> np.ndarray:
    """Which numbers do not stand among the ascending `known`."""
    if not len(known):
        return np.ones(len(found), dtype=bool)
    place = np.minimum(np.searchsorted(known, found), len(known) - 1)
    return known[place] != found
