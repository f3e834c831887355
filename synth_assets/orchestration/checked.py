"""An asset with its checks inside: they run before it is published, or alone over what is published."""

from collections.abc import Callable, Collection, Iterator

import dagster as dg

from synth_assets.model.world import World
from synth_assets.orchestration import check_results
from synth_assets.orchestration.failures import (
    Event,
    fail_in_one_line,
    log_failed_checks,
    refuse_unused_config,
)
from synth_assets.orchestration.keys import op_name

Telling = Callable[[dg.AssetExecutionContext], Iterator[Event]]


def checked_asset(
    world: World,
    name: str,
    spec: dg.AssetSpec,
    materialise: Telling,
    judge: Telling,
    resources: Collection[str] = (),
) -> dg.AssetsDefinition:
    """The asset of a table, a report or the catalogue.

    It is a `multi_asset` of one asset, for these can run their checks alone.

    Args:
        world: it.
        name: of the asset in the world.
        spec: what Dagster shows of it; it must be skippable, as checks may run without it.
        materialise: checks it, publishes it where it is sound, and tells both.
        judge: tells the chosen checks over what is published.
        resources: keys of Dagster's resources that it uses.
    """

    @dg.multi_asset(
        name=op_name(world, name),
        specs=[spec],
        check_specs=check_results.check_specs(world, name),
        can_subset=True,
        required_resource_keys=set(resources),
    )
    def tell(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with fail_in_one_line():
            refuse_unused_config(context)
            events = materialise if spec.key in context.selected_asset_keys else judge
            severe = check_results.severities(check_results.checks_of(world, name))
            told = log_failed_checks(context, events(context))
            yield from check_results.with_reasons(context, spec.key, severe, told)

    return tell
