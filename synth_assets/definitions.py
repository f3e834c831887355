"""What Dagster loads: every world's assets, the job that makes all of them, and the nightly schedule."""

import dagster as dg

from synth_assets import worlds
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.schedule import EVERYTHING, nightly

defs = dg.Definitions(
    assets=[asset for name in worlds.NAMES for asset in world_assets(worlds.load(name))],
    jobs=[EVERYTHING],
    schedules=[nightly],
    executor=dg.in_process_executor,
)
