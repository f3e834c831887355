"""Which asset is above which: the story of a world, without edges that another path implies."""

from __future__ import annotations

from functools import cache

from synth_assets.checks.fault_chains import compared
from synth_assets.checks.report import tables_of
from synth_assets.checks.spec import CATALOGUE
from synth_assets.checks.table_checks import pointers_checked_with
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.world import World
from synth_assets.orchestration.keys import SCENARIO

Edges = dict[str, tuple[str, ...]]


@cache
def upstream(world: World) -> Edges:
    """The assets directly above each asset of a world.

    The scenario is above the tables that have no parent, the catalogue below what nothing else reads.
    """
    needed = _needed(world)
    edges = {name: _without_implied(names, needed) for name, names in needed.items()}
    last = set(needed) - {above for names in edges.values() for above in names}
    with_scenario = {name: names or (SCENARIO,) for name, names in edges.items()}
    return with_scenario | {CATALOGUE: tuple(name for name in needed if name in last)}


@cache
def ancestors(world: World, name: str) -> tuple[str, ...]:
    """Every table above an asset, in order: all must stand, and be of one scenario."""
    needed = _needed(world)
    above = _reachable(needed[name], needed)
    return tuple(table.name for table in world.tables if table.name in above)


def read_by(world: World, name: str) -> tuple[str, ...]:
    """The tables that an asset is made from, refers to or is checked against, in order."""
    return _needed(world)[name]


@cache
def _needed(world: World) -> Edges:
    """What each table, view and report reads: to be made, to refer to, or to be checked."""
    needed = {table.name: set(table.upstream) for table in world.tables}
    for table in world.tables:
        needed[table.name] |= {pointer.source.name for pointer in pointers_checked_with(world, table)}
    for name in ("laws", "figures"):
        for query in world.sql(name):
            *others, about = world.tables_read(query.sql)
            needed[about].update(others)
    for query in (*world.sql("rules"), *world.sql(DECOYS)):
        needed[world.manifest.name].update(world.tables_read(query.sql))
    if not any(table.subject for table in world.tables):  # as small a world is one story to the end
        needed[world.manifest.name].update(table.name for table in compared(world))
    for view in world.derived:
        needed[view.name] = set(world.tables_read(world.query_of(view)))
    if DECOYS in needed:
        needed[DECOYS].add(world.manifest.name)  # its checks say that no decoy is labelled
    if world.report:
        needed[world.report.name] = set(tables_of(world))
    order = [*(table.name for table in world.tables), *(view.name for view in world.derived)]
    return {
        name: tuple(other for other in order if other in names and other != name)
        for name, names in needed.items()
    }


def _without_implied(names: tuple[str, ...], needed: Edges) -> tuple[str, ...]:
    """The assets that no other of them is already below."""
    implied = {above for name in names for above in _reachable(needed[name], needed)}
    return tuple(name for name in names if name not in implied)


def _reachable(names: tuple[str, ...], needed: Edges) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needed[name]
    return found
