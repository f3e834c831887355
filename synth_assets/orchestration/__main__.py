"""`make data`: every world through Dagster in this process, with a short story of what came out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import dagster as dg

import synth_assets.generation.idle_threads  # noqa: F401  before numpy
from synth_assets import worlds
from synth_assets.checks.world_checks import TOTAL
from synth_assets.generation.garbage import collect_less_often
from synth_assets.model.errors import UsageProblem
from synth_assets.model.world import World
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.check_results import identifier
from synth_assets.orchestration.exports import chosen_exports
from synth_assets.orchestration.keys import asset_key
from synth_assets.orchestration.schedule import world_job
from synth_assets.storage.catalogue import FILE_NAME
from synth_assets.storage.paths import StoragePath
from synth_assets.storage.store import Store, data_dir

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Events are stored; what failed is said here in one line instead of a page."""


def main() -> int:
    """Materialise all worlds; 0 when every blocking check passed, else 1; 2 where an export is unknown."""
    collect_less_often()
    try:
        every = [
            (world, world_assets(world, exports=chosen_exports(world)))
            for world in map(worlds.load, worlds.NAMES)
        ]
    except UsageProblem as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    with (
        dg.DagsterInstance.get()
        if os.environ.get("DAGSTER_HOME")
        else dg.DagsterInstance.ephemeral() as instance
    ):
        for world, assets in every:
            print(f"{world.name}: making {len(assets)} assets …", file=sys.stderr, flush=True)
            started = perf_counter()
            result = run_world(world, assets, instance)
            if not result.success:
                print("\n".join(_failure(world, result)), file=sys.stderr)
                return 1
            print("\n".join(_summary(world, result, perf_counter() - started)), flush=True)
    print("\n".join(_next(data_dir())))
    return 0


def run_world(
    world: World, assets: list[dg.AssetsDefinition], instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    """Run the job of a world, where the page shows it among the runs of that job."""
    job = dg.Definitions(assets=assets, jobs=[world_job(world, assets)]).resolve_job_def(world.name)
    return job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)


def _summary(world: World, result: dg.ExecuteInProcessResult, seconds: float) -> Iterator[str]:
    """What came out of a world: its lineage with row counts, its checks and its truth."""
    store = Store(world, data_dir())
    scenario = store.scenario()
    yield f"{world.name}  as of {scenario.config.day} · seed {scenario.config.seed}"
    rows = [f"{table.name} {store.published(table.name).rows:,}" for table in world.tables]
    report = [world.report.name] if world.report else []
    yield f"  {' ─ '.join(['scenario', *rows, *report, 'catalogue'])}"
    found = result.get_asset_check_evaluations()
    passed = sum(check.passed for check in found)
    warnings = [check for check in found if not check.passed]
    yield f"  {passed} checks passed{_warned(warnings)} · {_truth(world, found)} · {seconds:.1f} s"


def _warned(warnings: list[dg.AssetCheckEvaluation]) -> str:
    names = ", ".join(f"{w.asset_key.to_user_string()} {w.check_name} ({w.description})" for w in warnings)
    return f", {len(warnings)} warned: {names}" if warnings else ""


def _truth(world: World, found: Sequence[dg.AssetCheckEvaluation]) -> str:
    check = next(c for c in found if c.check_name == identifier(TOTAL) and c.asset_key == manifest_key(world))
    asked, seen = (check.metadata[side].value for side in ("asked", "found"))
    return f"truth: rules found {seen} of {asked} labels and nothing else"


def manifest_key(world: World) -> dg.AssetKey:
    """The asset of a world's manifest."""
    return asset_key(world, world.manifest.name)


def _failure(world: World, result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """What failed first: the checks, or the step's own words."""
    failed = [
        check
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    for check in failed:
        yield (
            f"{world.name}: {check.asset_key.to_user_string()} was not published: check {check.check_name} "
            f"failed, {check.description}"
        )
    if failed:
        return
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                yield data.user_failure_data.description
            else:
                yield f"{world.name}: {data.error.message.strip() if data.error else event.message}"
            return
        if event.event_type == dg.DagsterEventType.PIPELINE_FAILURE:  # the engine did not start
            error = event.job_failure_data.error
            while error and error.cause:
                error = error.cause
            yield error.message.partition(": ")[2].strip() if error else str(event.message)


def _next(directory: StoragePath) -> Iterator[str]:
    """Where the files are, and three things to do with them."""
    on_disk = isinstance(directory, Path)
    near = isinstance(directory, Path) and directory.is_relative_to(Path.cwd())
    shown = os.path.relpath(str(directory)) if near else str(directory)
    bin_ = Path(sys.executable).parent
    bin_ = bin_.relative_to(Path.cwd()) if bin_.is_relative_to(Path.cwd()) else bin_
    query = "select type, count(*) as labels from order_to_cash.anomaly_manifest group by 1"
    yield f"Parquet in {shown}/<world>/<table>" + (f", views in {shown}/{FILE_NAME}" if on_disk else "")
    yield ""
    file = f"'{shown}/{FILE_NAME}', read_only=True"
    code = f"import duckdb; duckdb.connect({file}).sql('{query}').show()"
    if not on_disk:
        code = f"import synth_assets; synth_assets.connect('{shown}').sql('{query}').show()"
    yield f'Next:  {bin_}/python -c "{code}"'
    yield f"       {bin_}/synth-assets verify order_to_cash    every check again, without Dagster"
    yield "       make dev    the Dagster page, http://localhost:3000, where Materialize all does the same"


if __name__ == "__main__":
    sys.exit(main())
