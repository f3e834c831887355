"""One asset a table: built block by block aside, checked there, and published only when it is sound."""

from collections.abc import Iterator
from contextlib import closing
from time import perf_counter
from typing import Any

import dagster as dg
import duckdb

from synth_assets import __version__
from synth_assets.checks import verify
from synth_assets.checks.spec import Evidence
from synth_assets.generation.file_task import BuiltFile, FileTask, build
from synth_assets.generation.map_blocks import MapBlocks
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration import check_results, metadata, plots
from synth_assets.orchestration.engine import ENGINE
from synth_assets.orchestration.failures import (
    Event,
    fail_in_one_line,
    log_failed_checks,
    refuse_other_scenario,
    refuse_unused_config,
)
from synth_assets.orchestration.keys import OWNERS, asset_key, group_name, store_for
from synth_assets.orchestration.lineage import ancestors, read_by, upstream
from synth_assets.scenario.scenario import Scenario, with_versions
from synth_assets.storage.history import keep_parts
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store


def table_asset(world: World, table: Table) -> dg.AssetsDefinition:
    """The asset of a table, with its checks inside: they run before the table is published."""

    @dg.asset(
        key=asset_key(world, table.name),
        deps=[asset_key(world, name) for name in upstream(world)[table.name]],
        description=metadata.description(table),
        metadata={"dagster/column_schema": metadata.column_schema(table)},
        group_name=group_name(world, table.subject),
        kinds={"python", "parquet"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
        check_specs=check_results.check_specs(world, table.name),
        required_resource_keys={ENGINE},
        output_required=False,
    )
    def materialise_table(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with fail_in_one_line():
            refuse_unused_config(context)
            yield from log_failed_checks(context, materialise(context, world, table))

    return materialise_table


def materialise(context: dg.AssetExecutionContext, world: World, table: Table) -> Iterator[Event]:
    """Build a table aside, check it, publish it, and tell Dagster; a table that fails is not published.

    Raises:
        Problem: a table above is missing, damaged or from another scenario.
    """
    key = asset_key(world, table.name)
    store = store_for(world, table.name)
    with store.lock(wait=True):
        refuse_other_scenario(context, world, store)
        scenario, above = _given(store, world, table)
        world, table = scenario.world, scenario.world.table(table.name)
        started = perf_counter()
        kept = keep_parts(store, scenario, table)
        built = _stage(context, store, scenario, table, above, len(kept))
        seconds = perf_counter() - started
        parts = [*kept, *(file.parts[table.name] for file in built)]
        staged = store.staged(scenario, table, parts)
        published = {name: above[name] for name in read_by(world, table.name)} | {table.name: staged}
        with verify.connect(world, scenario.config, published) as connection:
            evidence = Evidence(connection, world, scenario.config, published)
            found = verify.run(check_results.checks_of(world, table.name), evidence)
            sound = all(check.passed or check.severity == "WARN" for check in found)
            shown = _shown(connection, table, scenario, staged) if sound else {}
        yield from (check_results.result(key, check) for check in found)
        if not sound:
            return
        version = store.publish(scenario, table, parts)
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(version.content),
        metadata={
            **shown,
            "path": dg.MetadataValue.path(str(version.path)),
            "cpu_seconds": round(sum(file.cpu_seconds for file in built), 3),
            "rows_per_second": round(version.rows / seconds),
            **({"parts_kept": len(kept)} if scenario.history else {}),
        },
    )


def _shown(
    connection: duckdb.DuckDBPyConnection, table: Table, scenario: Scenario, staged: Published
) -> dict[str, Any]:
    """What the page shows of a sound table."""
    picture = plots.plot_metadata(connection, scenario.world, table)
    return picture | metadata.table_metadata(connection, table, scenario, staged)


def _given(store: Store, world: World, table: Table) -> tuple[Scenario, dict[str, Published]]:
    """The current scenario and the tables above, all of them made from it."""
    above = ancestors(world, table.name)
    for name in (*table.upstream, *above):
        store.published(name)
    scenario = store.scenario()
    current = with_versions(world, scenario.config)
    if scenario.id != current.id:
        made, here = dict(scenario.versions), dict(current.versions)
        others = sorted(name for name in made | here if made.get(name) != here.get(name))
        made_with, here_is = (
            ", ".join(f"{name} {versions.get(name)}" for name in others) for versions in (made, here)
        )
        raise Problem(
            f"{world.name}: the current scenario was made with {made_with}, and here is {here_is}. "
            f"Run: {store.remedy}"
        )
    return scenario, {name: store.published(name, scenario) for name in above}


def _stage(
    context: dg.AssetExecutionContext,
    store: Store,
    scenario: Scenario,
    table: Table,
    above: dict[str, Published],
    kept: int,
) -> list[BuiltFile]:
    """Write every part of a table aside but those that are kept, by the run's engine, and say in the log
    how it goes."""
    world, staged = store.world, store.staging_dir(scenario, table)
    root = world.root(table)
    blocks = world.blocks(scenario.config, root)
    tasks = [
        FileTask(
            world,
            scenario.config,
            file,
            held.start,
            blocks[held.start : held.stop],
            {table.name: staged},
            {
                name: (above[name].files[file], above[name].parts[file], store.mend(name))
                for name in table.parents
            },
        )
        for file, held in list(enumerate(world.files(scenario.config, root)))[kept:]
    ]
    map_blocks: MapBlocks = context.resources.engine
    built: list[BuiltFile] = []
    done, total = 0, sum(len(task.blocks) for task in tasks)
    with closing(map_blocks(build, tasks)) as files:
        for file in files:
            built.append(file)
            part, done = file.parts[table.name], done + file.blocks
            context.log.info(
                f"{store.label(table.name)}: {done} of {total} blocks, {part.rows:,} rows, "
                f"{part.bytes:,} bytes, {file.cpu_seconds:.2f} CPU s"
            )
    return built
