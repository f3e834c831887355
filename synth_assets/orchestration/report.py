"""The asset of a world's report: its list is judged first, and the report published only when it holds."""

import json
from collections.abc import Iterator
from hashlib import sha256

import dagster as dg

from synth_assets import __version__
from synth_assets.checks.report import report_file, report_on
from synth_assets.model.world import Report, World
from synth_assets.orchestration import check_results, metadata
from synth_assets.orchestration.checked import checked_asset
from synth_assets.orchestration.failures import Event, refuse_other_scenario
from synth_assets.orchestration.keys import OWNERS, asset_key, store_for, tags
from synth_assets.orchestration.lineage import upstream
from synth_assets.storage.paths import write_atomic


def report_asset(world: World, report: Report) -> dg.AssetsDefinition:
    """The report on the tables of a world, with the items of its list as checks inside."""
    key = asset_key(world, report.name)
    spec = dg.AssetSpec(
        key,
        deps=[asset_key(world, name) for name in upstream(world)[report.name]],
        description=f"Figures of the tables of {world.name}, and whether its checklist holds, as JSON.",
        group_name=world.name,
        kinds={"python", "json"},
        owners=OWNERS,
        tags=tags(world),
        code_version=metadata.code_version(__version__),
        skippable=True,
    )

    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return materialise(context, world, report)

    def check(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return judge(context, world, report)

    return checked_asset(world, report.name, spec, make, check)


def judge(context: dg.AssetExecutionContext, world: World, report: Report) -> Iterator[Event]:
    """The chosen items of the list, over the published tables.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    store = store_for(world, report.name)
    names = {key.name for key in context.selected_asset_check_keys}
    for check in report_on(store, store.scenario())[0]:
        if check_results.identifier(check.name) in names:
            yield check_results.result(asset_key(world, report.name), check)


def materialise(context: dg.AssetExecutionContext, world: World, report: Report) -> Iterator[Event]:
    """Judge the list, publish the report, and tell Dagster; the last one stays where an item fails.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    key = asset_key(world, report.name)
    store = store_for(world, report.name)
    refuse_other_scenario(context, world, store)
    with store.lock(wait=True):
        scenario = store.scenario()
        found, content = report_on(store, scenario)
        sound = all(check.passed or check.severity == "WARN" for check in found)
        fate = "" if sound else f"; the report of run {context.run.run_id[:8]} was withheld"
        yield from check_results.told(context, key, found, fate)
        if not sound:
            check_results.refuse_silence(context, found, fate)
            return
        path = report_file(store)
        write_atomic(path, content)
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(sha256(content).hexdigest()),
        metadata={
            "path": dg.MetadataValue.path(str(path)),
            "report": dg.MetadataValue.json(json.loads(content)),
            "scenario": scenario.id,
            "as_of": str(scenario.config.day),
        },
    )
