"""What is told of a published world: its report, what would be right in it, and what the last days changed.

They take longer than the tables. The job `everything` leaves them out, the job `reports` makes them.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pyarrow as pa

from synth_assets import __version__
from synth_assets.checks.spec import CATALOGUE
from synth_assets.evaluate.corrections import write_corrections
from synth_assets.evaluate.deep import deep_checks, names_of_deep_checks
from synth_assets.evaluate.page import html
from synth_assets.evaluate.report import report_page
from synth_assets.generation.changes import write_changes
from synth_assets.model.world import World
from synth_assets.orchestration import check_results, metadata
from synth_assets.orchestration.failures import (
    Event,
    fail_in_one_line,
    log_failed_checks,
    refuse_unused_config,
)
from synth_assets.orchestration.keys import OWNERS, asset_key, op_name, store_for, tags
from synth_assets.scenario.resolve import day_of
from synth_assets.storage.paths import temporary_directory, write_atomic

REPORT, CORRECTIONS, CHANGES = "report", "corrections", "changes"

TAG = "synth_assets/evaluation"
"""Tag of the assets that `everything` leaves out."""


def evaluation_assets(world: World) -> list[dg.AssetsDefinition]:
    """The report of a world, the corrections of its faults and, where it may grow, its changes, below its
    catalogue."""
    return [_report(world), _corrections(world), *([_changes(world)] if world.growth else [])]


def _report(world: World) -> dg.AssetsDefinition:
    """Like a table's, its checks can run alone, see `tables.table_asset`."""
    key = asset_key(world, REPORT)
    names = {check_results.identifier(name): name for name in names_of_deep_checks(world)}
    spec = dg.AssetSpec(
        key,
        deps=[asset_key(world, CATALOGUE)],
        description=(
            f"One HTML page on {world.name}, to be read without a network: what was made, the proof of its "
            "truth, pictures, books, how hard each kind of fault is to find, and the data dictionary. Its "
            "checks take detectors that learn; they warn."
        ),
        group_name=world.name,
        kinds={"python", "html"},
        owners=OWNERS,
        tags={TAG: "", **tags(world)},
        code_version=metadata.code_version(__version__),
        skippable=True,
    )

    @dg.multi_asset(
        name=op_name(world, REPORT),
        specs=[spec],
        check_specs=[dg.AssetCheckSpec(name, asset=key) for name in names],
        can_subset=True,
    )
    def tell(context: dg.AssetExecutionContext) -> Iterator[Event]:
        asked = {check.name for check in context.selected_asset_check_keys}
        with fail_in_one_line():
            refuse_unused_config(context)
            if key in context.selected_asset_keys:
                events = _told(context, world)
            else:
                events = _judged(world, [name for short, name in names.items() if short in asked])
            severe = dict.fromkeys(names, dg.AssetCheckSeverity.WARN.value)
            told = log_failed_checks(context, events)
            yield from check_results.with_reasons(context, key, severe, told)

    return tell


def _judged(world: World, names: Collection[str]) -> Iterator[Event]:
    """The chosen checks over the published tables."""
    key = asset_key(world, REPORT)
    yield from (check_results.result(key, check) for check in deep_checks(store_for(world, REPORT), names))


def _told(context: dg.AssetExecutionContext, world: World) -> Iterator[Event]:
    key, store = asset_key(world, REPORT), store_for(world, REPORT)
    with store.lock(wait=True):
        scenario = store.scenario()
        page, checks = report_page(store)
        content = html(page).encode()
        path = store.home / f"{REPORT}.html"
        write_atomic(path, content)
    yield from check_results.told(context, key, checks, "")
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(sha256(content).hexdigest()),
        metadata={
            "path": dg.MetadataValue.path(str(path)),
            "bytes": len(content),
            "scenario": scenario.id,
            "as_of": str(scenario.config.day),
        },
    )


def _corrections(world: World) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(world, CORRECTIONS),
        deps=[asset_key(world, CATALOGUE)],
        description=(
            f"What would be right in {world.name}, one row a cell: it turns the tables into their clean "
            "twin, and back.\n\nColumns: `table_name`, `key`, `operation` (`update` a cell, `insert` or "
            "`delete` a row), `column_name`, `actual_value`, `right_value`."
        ),
        group_name=world.name,
        kinds={"python", "parquet"},
        owners=OWNERS,
        tags={TAG: "", **tags(world)},
        code_version=metadata.code_version(__version__),
    )
    def correct(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with fail_in_one_line():
            refuse_unused_config(context)
            store = store_for(world, CORRECTIONS)
            with store.lock(wait=True):
                scenario = store.scenario()
                path = store.home / f"{CORRECTIONS}.parquet"
                with temporary_directory(CORRECTIONS) as directory:
                    cells = write_corrections(scenario, directory / path.name)
                    with pa.memory_map(str(directory / path.name)) as written:
                        write_atomic(path, written.read_buffer())
        return dg.MaterializeResult(
            data_version=dg.DataVersion(scenario.id),
            metadata={
                "dagster/row_count": cells,
                "path": dg.MetadataValue.path(str(path)),
                "scenario": scenario.id,
                "as_of": str(scenario.config.day),
            },
        )

    return correct


def _changes(world: World) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(world, CHANGES),
        deps=[asset_key(world, CATALOGUE)],
        description=(
            f"What the last night inserted, updated and deleted in {world.name}, where its history grows: "
            "one Parquet file a table, with `op`, `changed_on`, `known_on`, the row's columns and `before`, "
            "the row as it was. An incremental pipeline that applies it ends with the tables of this night."
            "\n\n"
            "Run config: `since`, the day that the feed goes on from (default: the day before as_of)."
        ),
        output_required=False,
        config_schema={"since": dg.Field(dg.Noneable(str), is_required=False)},
        group_name=world.name,
        kinds={"python", "parquet"},
        owners=OWNERS,
        tags={TAG: "", **tags(world)},
        code_version=metadata.code_version(__version__),
    )
    def feed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        with fail_in_one_line():
            since = (context.op_execution_context.op_config or {}).get("since")
            scenario = store_for(world, CHANGES).scenario()
            if not scenario.history:
                context.log.info(f"{world.name}: no history grows, so nothing changes from day to day")
                return
            yield _fed(world, since)

    return feed


def _fed(world: World, since: str | None) -> dg.MaterializeResult:
    store = store_for(world, CHANGES)
    directory = store.home / CHANGES
    with store.lock(wait=True):
        scenario = store.scenario()
        store.recall_plan(scenario.config)
        until = scenario.config.day
        first = day_of("since", since) if since else until - dt.timedelta(days=1)
        if isinstance(directory, Path):
            directory.mkdir(exist_ok=True)
        with temporary_directory(CHANGES) as aside:
            counts = write_changes(scenario, first, until, aside)
            for file in (f"{table}.parquet" for table in counts):
                write_atomic(directory / file, (aside / file).read_bytes())
    return dg.MaterializeResult(
        data_version=dg.DataVersion(f"{scenario.id}-{first}"),
        metadata={
            "dagster/row_count": sum(counts.values()),
            "changes": check_results.as_table(
                [{"table": table, "changes": number} for table, number in counts.items()]
            ),
            "path": dg.MetadataValue.path(str(directory)),
            "since": str(first),
            "scenario": scenario.id,
            "as_of": str(until),
        },
    )
