"""The assets of a world: the scenario first, one a table, its report if it has one, the catalogue last."""

from __future__ import annotations

import dagster as dg

from synth_assets.model.world import World
from synth_assets.orchestration.catalogue import catalogue_asset
from synth_assets.orchestration.engine import ENGINE, engine_resource
from synth_assets.orchestration.report import report_asset
from synth_assets.orchestration.scenario import scenario_asset
from synth_assets.orchestration.tables import table_asset
from synth_assets.orchestration.views import view_asset


def world_assets(world: World) -> list[dg.AssetsDefinition]:
    """All assets of a world, in order of lineage, with the engine that their runs start."""
    assets = [
        scenario_asset(world),
        *(table_asset(world, table) for table in world.tables),
        *(view_asset(world, view) for view in world.derived),
        *([report_asset(world, world.report)] if world.report else ()),
        catalogue_asset(world),
    ]
    return list(dg.with_resources(assets, {ENGINE: engine_resource}))
