"""The jobs that make a world, all of them and the reports on them, and the schedule of every night."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from synth_assets import worlds
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.orchestration.evaluation import TAG
from synth_assets.orchestration.keys import SCENARIO, op_name
from synth_assets.orchestration.scenario import resolve_run


def _grows(world: World) -> bool:
    """Whether the next run of a world goes on with a history."""
    try:
        return resolve_run(world, {}).config.grows
    except Problem:  # the run itself says what is wrong
        return False


_REPORTS = dg.AssetSelection.tag(TAG, "")

EVERYTHING = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all() - _REPORTS,
    description="Every table of every world, its checks and the catalogue.",
)

REPORTS = dg.define_asset_job(
    "reports",
    selection=_REPORTS,
    description="Of every world that is published: its report, with checks that learn, and its corrections.",
)


def world_job(world: World, assets: Iterable[dg.AssetsDefinition]) -> UnresolvedAssetJobDefinition:
    """The job of a world's name, which makes all its assets but the reports on it."""
    story = world.summary.splitlines()[0]
    return dg.define_asset_job(
        world.name,
        selection=dg.AssetSelection.assets(*assets),
        description=f"{story} Makes the scenario, every table with its checks, and the catalogue.",
    )


def checks_job(assets: Iterable[dg.AssetsDefinition]) -> UnresolvedAssetJobDefinition:
    """The job that judges what is published."""
    return dg.define_asset_job(
        "checks",
        selection=dg.AssetSelection.checks_for_assets(*assets),
        description="Every check of every published table again, as `synth-assets verify all`. It changes no "
        "file.",
    )


@dg.schedule(
    job=EVERYTHING,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Every night at 02:00 UTC: all worlds, those that live up to `today` or whose history grows as of "
        "the tick's date. A night that fails leaves the tables and the catalogue of the night before."
    ),
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run, with the tick's date as as_of of worlds whose default is `today` or whose history grows."""
    day = context.scheduled_execution_time.date().isoformat()
    ops = {
        op_name(world, SCENARIO): {"config": {"as_of": day}}
        for world in map(worlds.load, worlds.NAMES)
        if world.config.model_fields["as_of"].default == "today" or _grows(world)
    }
    return dg.RunRequest(run_key=day, run_config={"ops": ops}, tags={"as_of": day})
