"""The jobs that make everything and the reports on it, and the schedule of every night."""

from __future__ import annotations

import dagster as dg

from synth_assets import worlds
from synth_assets.orchestration.evaluation import TAG
from synth_assets.orchestration.keys import SCENARIO, op_name

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


@dg.schedule(
    job=EVERYTHING,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Every night at 02:00 UTC: all worlds, those that live up to `today` as of the tick's date. A night "
        "that fails leaves the tables and the catalogue of the night before."
    ),
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run, with the tick's date as as_of of the worlds whose default is `today`."""
    day = context.scheduled_execution_time.date().isoformat()
    ops = {
        op_name(world, SCENARIO): {"config": {"as_of": day}}
        for world in map(worlds.load, worlds.NAMES)
        if world.config.model_fields["as_of"].default == "today"
    }
    return dg.RunRequest(run_key=day, run_config={"ops": ops}, tags={"as_of": day})
