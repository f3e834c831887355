"""The asset of a world's report: its list is judged first, and the report published only when it holds."""

import json
from collections.abc import Iterator
from hashlib import sha256

import dagster as dg

from synth_assets import __version__
from synth_assets.checks.report import report_file, report_on
from synth_assets.model.world import Report, World
from synth_assets.orchestration import check_results, metadata
from synth_assets.orchestration.failures import (
    Event,
    fail_in_one_line,
    log_failed_checks,
    refuse_other_scenario,
    refuse_unused_config,
)
from synth_assets.orchestration.keys import OWNERS, asset_key, store_for
from synth_assets.orchestration.lineage import upstream
from synth_assets.storage.paths import write_atomic


def report_asset(world: World, report: Report) -> dg.AssetsDefinition:
    """The report on the tables of a world, with the items of its list as checks inside."""
    key = asset_key(world, report.name)

    @dg.asset(
        key=key,
        deps=[asset_key(world, name) for name in upstream(world)[report.name]],
        description=f"Figures of the tables of {world.name}, and whether its checklist holds, as JSON.",
        group_name=world.name,
        kinds={"python", "json"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
        check_specs=check_results.check_specs(world, report.name),
        output_required=False,
    )
    def materialise_report(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with fail_in_one_line():
            refuse_unused_config(context)
            refuse_other_scenario(context, world, store_for(world, report.name))
            yield from log_failed_checks(context, materialise(world, report))

    return materialise_report


def materialise(world: World, report: Report) -> Iterator[Event]:
    """Judge the list, publish the report, and tell Dagster; the last one stays where an item fails.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    key = asset_key(world, report.name)
    store = store_for(world, report.name)
    with store.lock(wait=True):
        scenario = store.scenario()
        found, content = report_on(store, scenario)
        yield from (check_results.result(key, check) for check in found)
        if not all(check.passed or check.severity == "WARN" for check in found):
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
