"""A world's report and corrections as assets: below its catalogue, made by a job of their own."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from synth_assets import worlds
from synth_assets.checks.spec import CATALOGUE
from synth_assets.definitions import defs
from synth_assets.evaluate import difficulty
from synth_assets.model.world import World
from synth_assets.orchestration.evaluation import evaluation_assets
from synth_assets.orchestration.keys import asset_key
from synth_assets.scenario.resolve import resolve
from tests.dagster_runs import QUIET, WORLD, failure, run

LEAK = "nothing_that_should_not_matter_tells_a_fault"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(difficulty, "ROOT_ROWS", 300)
    return tmp_path


def evaluated(world: World = WORLD, selection: dg.AssetSelection | None = None) -> dg.ExecuteInProcessResult:
    assets = evaluation_assets(world)
    return dg.materialize(assets, selection=selection, run_config=QUIET, raise_on_error=False)


def judged(*names: str) -> dg.ExecuteInProcessResult:
    """Some checks of the report without the report, as *Execute* on the page runs them."""
    keys = [dg.AssetCheckKey(dg.AssetKey("report"), name) for name in names]
    return evaluated(selection=dg.AssetSelection.checks(*keys))


def test_every_world_has_both_below_its_catalogue_and_everything_leaves_them_out() -> None:
    graph = defs.resolve_asset_graph()
    everything = defs.resolve_job_def("everything").asset_layer.executable_asset_keys
    reports = defs.resolve_job_def("reports").asset_layer.executable_asset_keys
    for world in map(worlds.load, worlds.NAMES):
        for name in ("report", "corrections", *(["changes"] if world.growth else [])):
            key = asset_key(world, name)
            assert graph.get(key).parent_keys == {asset_key(world, CATALOGUE)}
            assert key in reports
            assert key not in everything
    assert reports | everything == graph.executable_asset_keys


def test_a_run_writes_the_page_the_corrections_and_the_checks_that_learn(data_dir: Path) -> None:
    assert run(num_transactions=300).success
    done = evaluated()
    assert done.success
    assert (data_dir / "order_to_cash" / "report.html").read_text().startswith("<!doctype html>")
    written = pq.read_table(data_dir / "order_to_cash" / "corrections.parquet")
    [made] = done.asset_materializations_for_node("corrections")
    assert made.metadata["dagster/row_count"].value == written.num_rows
    scenario = made.metadata["scenario"].value
    assert written.schema.metadata[b"scenario"].decode() == scenario
    found = {check.check_name: check for check in done.get_asset_check_evaluations()}
    kinds = (
        "pricing_drift",
        "payment_mismatch",
        "unauthorized_discount",
        "duplicate_invoice",
        "stale_unpaid",
    )
    assert set(found) == {
        LEAK,
        "average_precision_of_the_isolation_forest",
    } | {f"difficulty_of_{kind}" for kind in kinds}
    assert {check.severity for check in found.values()} == {dg.AssetCheckSeverity.WARN}

    again = judged(LEAK)
    [alone] = again.get_asset_check_evaluations()
    assert (alone.check_name, alone.description) == (LEAK, found[LEAK].description)
    assert again.get_asset_materialization_events() == [], "the check ran alone"


def test_before_the_world_is_made_they_say_what_to_run() -> None:
    done = evaluated()
    assert not done.success
    assert "Run: dagster asset materialize --select '*" in failure(done)

    [alone] = judged(LEAK).get_asset_check_evaluations()
    assert alone.description.startswith("did not run: ")
    assert "Run: dagster asset materialize --select '*report'" in alone.description


@pytest.mark.parametrize("name", worlds.NAMES)
def test_a_kind_without_labels_has_a_check_that_passes(name: str) -> None:
    scenario = resolve(name, {"as_of": "2024-12-31"})
    checks = list(difficulty.difficulty_checks(scenario, []))
    assert [check.name for check in checks] == difficulty.names_of_checks(scenario.world)
    assert all(check.passed and check.found == "no labels" for check in checks)
