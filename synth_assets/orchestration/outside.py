"""What changes under the data directory without Dagster, told to the page: other versions, and damage.

`synth-assets generate` knows no Dagster. This sensor compares the files with the latest materializations and
reports what differs, so that the page shows the day, the rows and the scenario of what is on the disk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

from synth_assets import worlds
from synth_assets.checks.spec import CATALOGUE
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.orchestration.catalogue import catalogue_version
from synth_assets.orchestration.keys import SCENARIO, asset_key, store_for
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store, data_dir

PARTS = "parts"
"""The check of every table that its files hold what was written."""

TOLD_BY = "told_by"
SECONDS = 30

Event = dg.AssetMaterialization | dg.AssetCheckEvaluation


@dg.sensor(
    name="files_on_disk",
    minimum_interval_seconds=SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares the files with the latest materializations. What `synth-assets generate` has published "
        "since is shown as a materialization without a run, and a table that is missing or damaged fails its "
        f"check `{PARTS}`. Nothing is started and no file is changed."
    ),
)
def files_on_disk(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Report what the page does not know, unless a run is just publishing."""
    if not isinstance(data_dir(), Path):
        return dg.SkipReason("an object store is not read twice a minute: the job `checks` judges it")
    if _runs_in_progress(context.instance):
        return dg.SkipReason("a run is publishing: its own events tell")
    events = [event for world in map(worlds.load, worlds.NAMES) for event in unknown(context.instance, world)]
    if _runs_in_progress(context.instance):
        return dg.SkipReason("a run has begun meanwhile: its own events tell")
    return dg.SensorResult(asset_events=events) if events else dg.SkipReason("the page shows what is on disk")


def _runs_in_progress(instance: dg.DagsterInstance) -> int:
    """Runs that may be publishing; one that was killed is in progress forever, and counts for a day."""
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    running = dg.RunsFilter(statuses=list(IN_PROGRESS_RUN_STATUSES), created_after=yesterday)
    return instance.get_runs_count(running)


def unknown(instance: dg.DagsterInstance, world: World) -> Iterator[Event]:
    """What is on disk of a world and not on the page."""
    store = store_for(world, CATALOGUE)
    whole: dict[str, Published] = {}
    damaged: dict[str, Problem] = {}
    for table in world.tables:
        try:
            whole[table.name] = store.published(table.name)
        except Problem as problem:
            damaged[table.name] = problem
    names = [SCENARIO, *(table.name for table in world.tables), CATALOGUE]
    shown = _versions(instance, [asset_key(world, name) for name in names])
    for name, (version, metadata) in _on_disk(world, store, whole).items():
        if shown.get(asset_key(world, name)) != version:
            yield _materialization(asset_key(world, name), version, metadata)
    known = {name: problem for name, problem in damaged.items() if asset_key(world, name) in shown}
    yield from _damage(instance, world, store, whole, known)


def _on_disk(
    world: World, store: Store, whole: dict[str, Published]
) -> dict[str, tuple[str, dict[str, Any]]]:
    """The data version of each asset as its files have it, and what to show of them."""
    try:
        scenario = store.scenario()
    except Problem:
        return {}
    about = {"scenario": scenario.id, "seed": scenario.config.seed, "as_of": str(scenario.config.day)}
    path = dg.MetadataValue.path(str(store.home / "scenario.json"))
    found: dict[str, tuple[str, dict[str, Any]]] = {SCENARIO: (scenario.id, {**about, "path": path})}
    for name, version in whole.items():
        of_scenario = about if version.scenario == scenario.id else {"scenario": version.scenario}
        sizes = {"dagster/row_count": version.rows, "bytes": version.bytes, "blocks": version.blocks}
        path = dg.MetadataValue.path(str(version.path))
        found[name] = (version.content, {**of_scenario, **sizes, "path": path})
    current = {name: version.path for name, version in whole.items()}
    if len(current) == len(world.tables) and store.catalogued() == current:
        found[CATALOGUE] = (catalogue_version(scenario, whole), about)
    return found


def _materialization(key: dg.AssetKey, version: str, metadata: dict[str, Any]) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        key,
        description=(
            "Published outside Dagster, by `synth-assets generate` for example. Checks and pictures are of "
            "the version before: the job `checks` judges this one."
        ),
        metadata={**metadata, TOLD_BY: files_on_disk.name},
        tags={DATA_VERSION_TAG: version},
    )


def _damage(
    instance: dg.DagsterInstance,
    world: World,
    store: Store,
    whole: dict[str, Published],
    damaged: dict[str, Problem],
) -> Iterator[dg.AssetCheckEvaluation]:
    """Tables that are damaged and not shown so, and tables that were told damaged and are whole again."""
    told = _told(instance, world)
    for name, problem in damaged.items():
        if told.get(name) != str(problem):
            yield _evaluation(world, name, passed=False, said=str(problem))
    for name in told.keys() & whole.keys():
        try:
            store.refuse_damage(whole[name])
        except Problem:
            continue
        yield _evaluation(world, name, passed=True, said="whole again")


def _evaluation(world: World, name: str, passed: bool, said: str) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key(world, name),
        PARTS,
        passed=passed,
        metadata={TOLD_BY: files_on_disk.name},
        description=said,
        blocking=True,
    )


def _versions(instance: dg.DagsterInstance, keys: list[dg.AssetKey]) -> dict[dg.AssetKey, str | None]:
    """The data version of each asset's latest materialization."""
    found = {}
    for record in instance.get_asset_records(keys):
        latest = record.asset_entry.last_materialization
        if latest and latest.asset_materialization:
            tags = latest.asset_materialization.tags or {}
            found[record.asset_entry.asset_key] = tags.get(DATA_VERSION_TAG)
    return found


def _told(instance: dg.DagsterInstance, world: World) -> dict[str, str]:
    """The tables whose latest `parts` this sensor made fail, and what it said."""
    keys = {dg.AssetCheckKey(asset_key(world, table.name), PARTS): table.name for table in world.tables}
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys))
    told = {}
    for key, record in records.items():
        found = record.evaluation
        if isinstance(found, dg.AssetCheckEvaluation) and not found.passed and TOLD_BY in found.metadata:
            told[keys[key]] = found.description or ""
    return told
