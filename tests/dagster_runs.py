"""Dagster runs for tests: in this process, in a data directory of their own, quiet."""

from __future__ import annotations

from typing import Any

import dagster as dg

from synth_assets.model.world import World
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.keys import asset_key, op_name
from synth_assets.worlds import load

AS_OF = "2026-11-21"
WORLD = load("order_to_cash")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(
    select: str = "*",
    world: World = WORLD,
    instance: dg.DagsterInstance | None = None,
    ops: dict[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
    **config: Any,
) -> dg.ExecuteInProcessResult:
    """Materialise a selection; `config` goes to the scenario, where it is selected."""
    assets = world_assets(world)
    chosen = dg.AssetSelection.from_string(select)
    selected = chosen.resolve(list(assets))
    if asset_key(world, "scenario") in selected:
        ops = {op_name(world, "scenario"): {"config": {"as_of": AS_OF, **config}}, **(ops or {})}
    return dg.materialize(
        assets,
        selection=chosen,
        instance=instance,
        run_config={**QUIET, "ops": ops or {}, "resources": resources or {}},
        raise_on_error=False,
    )


def failure(result: dg.ExecuteInProcessResult) -> str:
    """What the first failed step says in words."""
    data = next(event for event in result.all_events if event.is_step_failure).step_failure_data
    assert data.user_failure_data, data.error
    return str(data.user_failure_data.description)


def check(result: dg.ExecuteInProcessResult, asset: str, name: str) -> dg.AssetCheckEvaluation:
    """The evaluation of one check in a run."""
    return next(
        found
        for found in result.get_asset_check_evaluations()
        if found.asset_key == dg.AssetKey(asset) and found.check_name == name
    )
