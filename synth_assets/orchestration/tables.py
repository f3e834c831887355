"""One asset a table: built block by block aside, checked there, and published only when it is sound."""

from collections.abc import Iterator
from contextlib import closing
from time import perf_counter
from typing import Any

import dagster as dg
import duckdb

from synth_assets import __version__
from synth_assets.checks import verify
from synth_assets.checks.check import SHOWN
from synth_assets.generation.map_blocks import MapBlocks
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration import check_results, metadata, plots
from synth_assets.orchestration.blocks import BlockTask, BuiltPart, build
from synth_assets.orchestration.engine import ENGINE
from synth_assets.orchestration.keys import (
    OWNERS,
    SCENARIO,
    Event,
    asset_key,
    fail_in_one_line,
    log_failed_checks,
    refuse_unused_config,
    store_for,
)
from synth_assets.scenario.scenario import Scenario, with_versions
from synth_assets.storage.parquet import Part
from synth_assets.storage.store import Published, Store, parts_pattern


def table_asset(world: World, table: Table) -> dg.AssetsDefinition:
    """The asset of a table, with its checks inside: they run before the table is published."""

    @dg.asset(
        key=asset_key(world, table.name),
        deps=[asset_key(world, name) for name in (SCENARIO, *upstream(world, table))],
        description=metadata.description(table),
        metadata={"dagster/column_schema": metadata.column_schema(table)},
        group_name=world.name,
        kinds={"python", "parquet"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
        check_specs=check_results.specs(world, table),
        required_resource_keys={ENGINE},
        output_required=False,
    )
    def materialise_table(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with fail_in_one_line():
            refuse_unused_config(context)
            yield from log_failed_checks(context, materialise(context, world, table))

    return materialise_table


def upstream(world: World, table: Table) -> tuple[str, ...]:
    """Lineage of a table; the manifest speaks about all tables and stands below each."""
    if table is world.manifest:
        return tuple(other.name for other in world.tables if other is not table)
    return table.upstream


def ancestors(world: World, table: Table) -> list[str]:
    """Every table above one in lineage: what its laws may read."""
    above = set(upstream(world, table))
    for other in reversed(world.tables):
        if other.name in above:
            above |= set(upstream(world, other))
    return [other.name for other in world.tables if other.name in above]


def materialise(context: dg.AssetExecutionContext, world: World, table: Table) -> Iterator[Event]:
    """Build a table aside, check it, publish it, and tell Dagster; a table that fails is not published.

    Raises:
        Problem: a table above is missing, damaged or from another scenario.
    """
    store = store_for(world, table.name)
    with store.lock(wait=True):
        scenario, above = _given(store, world, table)
        started = perf_counter()
        built = _stage(context, store, scenario, table, above)
        seconds = perf_counter() - started
        parts = [block.part for block in built]
        cases = [case for block in built for case in block.cases][:SHOWN]
        rows = check_results.RowChecks(table, sum(part.rows for part in parts), cases)
        sources = {name: found.glob for name, found in above.items()}
        sources[table.name] = parts_pattern(store.staging_dir(scenario, table))
        values = scenario.config.model_dump(mode="json")
        with verify.connect(world, values, sources) as connection:
            found = check_results.evaluate(
                connection, world, table, scenario.config, sources[table.name], rows
            )
            sound = all(check.passed or check.severity == "WARN" for check in found)
            shown = _shown(connection, table, scenario, parts, sources[table.name]) if sound else {}
        yield from (check_results.result(asset_key(world, table.name), check) for check in found)
        if not sound:
            return
        published = store.publish(scenario, table, parts)
    yield dg.MaterializeResult(
        asset_key=asset_key(world, table.name),
        data_version=dg.DataVersion(published.content),
        metadata={
            **shown,
            "path": dg.MetadataValue.path(str(published.path)),
            "cpu_seconds": round(sum(block.cpu_seconds for block in built), 3),
            "rows_per_second": round(rows.rows / seconds),
        },
    )


def _shown(
    connection: duckdb.DuckDBPyConnection, table: Table, scenario: Scenario, parts: list[Part], source: str
) -> dict[str, Any]:
    """What the page shows of a sound table."""
    picture = plots.of(connection, scenario.world, table)
    return picture | metadata.of(connection, table, scenario, parts, source)


def _given(store: Store, world: World, table: Table) -> tuple[Scenario, dict[str, Published]]:
    """The scenario in force and the tables above, all of them made from it."""
    above = ancestors(world, table)
    for name in upstream(world, table):
        store.published(name)
    scenario = store.scenario()
    current = with_versions(world, scenario.config)
    if scenario.id != current.id:
        made, now = (dict(s.versions) for s in (scenario, current))
        raise Problem(
            f"{world.name}: the scenario in force was made by {made}, and this is {now}. Run: {store.remedy}"
        )
    return scenario, {name: store.published(name, scenario) for name in above}


def _stage(
    context: dg.AssetExecutionContext,
    store: Store,
    scenario: Scenario,
    table: Table,
    above: dict[str, Published],
) -> list[BuiltPart]:
    """Write every block of a table aside, by the run's engine, and say in the log how it goes."""
    world, staged = store.world, store.staging_dir(scenario, table)
    tasks = [
        BlockTask(
            world,
            table.name,
            scenario.config,
            rows,
            block,
            {name: above[name].located(block) for name in table.parents},
            staged,
            store.remedy,
        )
        for block, rows in enumerate(world.blocks(scenario.config, world.root(table)))
    ]
    map_blocks: MapBlocks = context.resources.engine
    built: list[BuiltPart] = []
    with closing(map_blocks(build, tasks)) as blocks:
        for block in blocks:
            built.append(block)
            context.log.info(
                f"{store.label(table.name)}: {len(built)} of {len(tasks)} blocks, {block.part.rows:,} rows, "
                f"{block.part.bytes:,} bytes, {block.cpu_seconds:.2f} CPU s"
            )
    return built
