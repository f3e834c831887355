"""The assets of a world: the scenario first, one a table, its report if it has one, the catalogue last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import dagster as dg

from synth_assets.model.world import World
from synth_assets.orchestration.catalogue import catalogue_asset
from synth_assets.orchestration.engine import ENGINE, engine_resource
from synth_assets.orchestration.exports import export_assets
from synth_assets.orchestration.parameters import PublishedTables, reader_name
from synth_assets.orchestration.report import report_asset
from synth_assets.orchestration.scenario import scenario_asset
from synth_assets.orchestration.tables import table_asset
from synth_assets.orchestration.views import view_asset
from synth_assets.scenario.resolve import find_world, resolve


def world_assets(
    world: World | str,
    config: Mapping[str, Any] | None = None,
    key_prefix: str | None = None,
    exports: Iterable[str] = (),
) -> list[dg.AssetsDefinition]:
    """All assets of a world, in order of lineage, with the engine that their runs start.

    Each table can be a parameter of somebody's own asset, see `PublishedTables`.

    Args:
        world: it, or its name.
        config: keys of its configuration, and `preset`, that hold where a run says nothing else.
        key_prefix: what the keys of its assets begin with, "finance/sales" for example; None for the usual.
        exports: formats that are written after every run, under `exports` in the data directory.

    Raises:
        UsageProblem: there is no such world, key or format, or a value is out of range.
    """
    world = find_world(world) if isinstance(world, str) else world
    if config:
        resolve(world.name, {**config})
    if key_prefix is not None:
        world = replace(world, key_prefix=tuple(filter(None, key_prefix.split("/"))))
    assets = [
        scenario_asset(world, config or {}),
        *(table_asset(world, table) for table in world.tables),
        *(view_asset(world, view) for view in world.derived),
        *([report_asset(world, world.report)] if world.report else ()),
        catalogue_asset(world),
        *export_assets(world, exports),
    ]
    resources = {ENGINE: engine_resource, reader_name(world): PublishedTables(world)}
    return list(dg.with_resources(assets, resources))
