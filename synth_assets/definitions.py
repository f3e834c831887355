"""What Dagster loads: every world's assets, the jobs that make them, and the nightly schedule."""

import dagster as dg

from synth_assets import worlds
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.evaluation import evaluation_assets
from synth_assets.orchestration.exports import chosen_exports
from synth_assets.orchestration.outside import files_on_disk
from synth_assets.orchestration.schedule import EVERYTHING, REPORTS, checks_job, nightly, world_job

_ASSETS = {
    world: world_assets(world, exports=chosen_exports(world)) for world in map(worlds.load, worlds.NAMES)
}

defs = dg.Definitions(
    assets=[asset for world, assets in _ASSETS.items() for asset in (*assets, *evaluation_assets(world))],
    jobs=[
        *(world_job(world, assets) for world, assets in _ASSETS.items()),
        EVERYTHING,
        checks_job(asset for assets in _ASSETS.values() for asset in assets),
        REPORTS,
    ],
    schedules=[nightly],
    sensors=[files_on_disk],
    executor=dg.in_process_executor,
)
