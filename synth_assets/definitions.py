"""What Dagster loads: every world's assets, the jobs that make them, and the nightly schedule."""

import dagster as dg

from synth_assets import worlds
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.evaluation import evaluation_assets
from synth_assets.orchestration.exports import chosen_exports
from synth_assets.orchestration.schedule import EVERYTHING, REPORTS, nightly

defs = dg.Definitions(
    assets=[
        asset
        for world in map(worlds.load, worlds.NAMES)
        for asset in (*world_assets(world, exports=chosen_exports(world)), *evaluation_assets(world))
    ],
    jobs=[EVERYTHING, REPORTS],
    schedules=[nightly],
    executor=dg.in_process_executor,
)
