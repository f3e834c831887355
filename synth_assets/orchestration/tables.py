"""One asset a table: built block by block aside, checked there, and published only when it is sound."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from time import perf_counter
from typing import Any

import dagster as dg
import duckdb

from synth_assets import __version__
from synth_assets.checks import verify
from synth_assets.checks.spec import Evidence
from synth_assets.generation.file_task import BuiltFile, FileTask, StandingPart, build, file_tasks
from synth_assets.generation.map_blocks import MapBlocks
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration import check_results, metadata, plots
from synth_assets.orchestration.checked import checked_asset
from synth_assets.orchestration.database import connected
from synth_assets.orchestration.description import description, why_empty
from synth_assets.orchestration.engine import ENGINE
from synth_assets.orchestration.failures import Event, refuse_other_scenario
from synth_assets.orchestration.keys import OWNERS, asset_key, group_name, store_for, tags
from synth_assets.orchestration.lineage import ancestors, read_by, upstream
from synth_assets.orchestration.parameters import reader_name
from synth_assets.scenario.scenario import Scenario, with_versions
from synth_assets.storage.history import keep_parts, keep_unchanged
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store


def table_asset(world: World, table: Table) -> dg.AssetsDefinition:
    """The asset of a table, with its checks inside: they run before the table is published."""
    key = asset_key(world, table.name)
    spec = dg.AssetSpec(
        key,
        deps=[asset_key(world, name) for name in upstream(world)[table.name]],
        description=description(world, table),
        metadata={
            **metadata.definition_metadata(world, table),
            **metadata.code_reference(table),
            "dagster/io_manager_key": reader_name(world),
        },
        tags=tags(world, table.subject),
        group_name=group_name(world, table.subject),
        kinds={"python", "parquet"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
        skippable=True,
    )

    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return materialise(context, world, table)

    def check(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return judge(context, world, table)

    return checked_asset(world, table.name, spec, make, check, [ENGINE])


def judge(context: dg.AssetExecutionContext, world: World, table: Table) -> Iterator[Event]:
    """The chosen checks of a table, over its published rows and those above.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    key = asset_key(world, table.name)
    store = store_for(world, table.name)
    scenario, above = _given(store, world, table)
    world, table = scenario.world, scenario.world.table(table.name)
    own = store.published(table.name, scenario)
    chosen = check_results.chosen(context, check_results.checks_of(world, table.name))
    with _connected(store, table, scenario, {**above, table.name: own}) as evidence:
        for check in verify.run(chosen, evidence):
            yield check_results.result(key, check)


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
        named, world = world, scenario.world
        table = world.table(table.name)
        started = perf_counter()
        kept = keep_parts(store, scenario, table)
        built = _stage(context, store, scenario, table, above, len(kept))
        seconds = perf_counter() - started
        made = sorted(part for file in built for part in file.parts[table.name].items())
        parts = [*kept, *(part for _, part in made)]
        staged = store.staged(scenario, table, parts)
        with _connected(store, table, scenario, {**above, table.name: staged}) as evidence:
            found = verify.run(check_results.checks_of(world, table.name), evidence)
            sound = all(check.passed or check.severity == "WARN" for check in found)
            shown = _shown(evidence.connection, named, table, scenario, staged) if sound else {}
        fate = "" if sound else check_results.withheld(context, store, table.name)
        yield from check_results.told(context, key, found, fate)
        if not sound:
            check_results.refuse_silence(context, found, fate)
            return
        unchanged = keep_unchanged(store, scenario, table, parts, len(kept))
        version = store.publish(scenario, table, parts)
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(version.content),
        metadata={
            **shown,
            "path": dg.MetadataValue.path(str(version.path)),
            "cpu_seconds": round(sum(file.cpu_seconds for file in built), 3),
            "rows_per_second": round(version.rows / seconds),
            **({"parts_kept": unchanged} if scenario.history else {}),
        },
    )


@contextmanager
def _connected(
    store: Store, table: Table, scenario: Scenario, versions: dict[str, Published]
) -> Iterator[Evidence]:
    """What the checks of a table look at: its rows, and those of the tables that they read.

    Raises:
        Problem: one of them cannot be read; it names the part.
    """
    world = scenario.world
    read = {name: versions[name] for name in (*read_by(world, table.name), table.name)}
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(connected(world, scenario.config, read))
        except duckdb.Error:
            for version in read.values():
                store.refuse_damage(version)
            raise
        yield Evidence(connection, world, scenario.config, read)


def _shown(
    connection: duckdb.DuckDBPyConnection, named: World, table: Table, scenario: Scenario, staged: Published
) -> dict[str, Any]:
    """What the page shows of a sound table; `named` says what its assets are called."""
    world = scenario.world
    shown = plots.plot_metadata(connection, world, table)
    if table is world.manifest:
        shown |= _labels(connection, world, scenario)
    return shown | metadata.table_metadata(connection, named, table, scenario, staged)


def _labels(
    connection: duckdb.DuckDBPyConnection, world: World, scenario: Scenario
) -> dict[str, dg.MetadataValue | int]:
    """Labels of each kind as numbers, whose history the page draws, or why there are none."""
    asked = {kind: labels for kind, (_, labels) in world.asked_labels(scenario.config).items()}
    if not sum(asked.values()):
        return {"why_it_is_empty": dg.MetadataValue.md(why_empty(world))}
    query = f"select type::varchar, count(*) from {world.manifest.name} group by 1"
    found = dict(connection.execute(query).fetchall())
    numbers = {"labels_asked": sum(asked.values()), "labels_found": sum(found.values())}
    return {**numbers, **{f"labels_{kind}": found.get(kind, 0) for kind in asked}}


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
    tasks = list(_tasks(store, scenario, table, above, kept))
    map_blocks: MapBlocks = context.resources.engine
    built: list[BuiltFile] = []
    done, total = 0, sum(len(task.blocks) for task in tasks)
    with closing(map_blocks(build, tasks)) as files:
        for file in files:
            built.append(file)
            parts, done = file.parts[table.name].values(), done + file.blocks
            rows, size = sum(part.rows for part in parts), sum(part.bytes for part in parts)
            context.log.info(
                f"{store.label(table.name)}: {done} of {total} blocks, {rows:,} rows, "
                f"{size:,} bytes, {file.cpu_seconds:.2f} CPU s"
            )
    return built


def _tasks(
    store: Store, scenario: Scenario, table: Table, above: dict[str, Published], kept: int
) -> Iterator[FileTask]:
    """The files of a table, given how many of its parts are kept."""
    staged = {table.name: store.staging_dir(scenario, table)}
    parents = {name: _standing(store, above[name], name) for name in table.parents}
    grows = store.world.windows_of(scenario.config, table) is not None
    whole, of_windows = (0, {table.name: kept}) if grows else (kept, {})
    yield from file_tasks(scenario, store.world.root(table), staged, parents, store.home, whole, of_windows)


def _standing(store: Store, version: Published, name: str) -> list[StandingPart]:
    return [
        StandingPart(path, part, store.mend(name))
        for path, part in zip(version.files, version.parts, strict=True)
    ]
