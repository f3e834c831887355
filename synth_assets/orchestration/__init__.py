"""The only code that knows Dagster: tables as assets, checks, the catalogue, the schedule, plots."""

from synth_assets.orchestration.assets import world_assets

__all__ = ["world_assets"]
