"""The engine as a Dagster resource: one for each run, chosen in the environment or in the run's config."""

import os
from collections.abc import Iterator

import dagster as dg

from synth_assets.generation.engines import ENGINE_VARIABLE, NAMES, WORKERS_VARIABLE, engine
from synth_assets.generation.map_blocks import MapBlocks
from synth_assets.orchestration.failures import fail_in_one_line

ENGINE = "engine"
"""The resource's key; run config: `resources: {engine: {config: {engine: ray, workers: 2}}}`."""


@dg.resource(
    config_schema={
        "engine": dg.Field(
            dg.Noneable(dg.Enum("Engine", [dg.EnumValue(name) for name in NAMES])),
            is_required=False,
            description=f"local or ray. Default: {ENGINE_VARIABLE}, else local.",
        ),
        "workers": dg.Field(
            dg.Noneable(int),
            is_required=False,
            description=f"Processes; the bytes are the same. Default: {WORKERS_VARIABLE}, else 1; Ray: all "
            "processors.",
        ),
    },
    description="Who makes blocks: this process, several, or a Ray cluster. It lives as long as the run.",
)
def engine_resource(context: dg.InitResourceContext) -> Iterator[MapBlocks]:
    """Start the engine, and end it with the run."""
    given = context.resource_config
    name = given.get("engine") or os.environ.get(ENGINE_VARIABLE) or "local"
    workers = given.get("workers")
    if workers is None:
        workers = os.environ.get(WORKERS_VARIABLE) or None
    with fail_in_one_line(), engine(name, workers) as map_blocks:
        yield map_blocks
