"""What a person sees when a run cannot succeed: one line, the failing rows, and the old data in place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import wraps
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from dagster._config import process_config

from synth_assets import worlds
from synth_assets.definitions import defs
from synth_assets.generation.generate import write_world
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration.__main__ import main
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.check_results import check_specs
from synth_assets.orchestration.scenario import config_field, resolve_run
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.store import Store
from synth_assets.worlds.order_to_cash.anomaly_manifest import ANOMALY_MANIFEST
from synth_assets.worlds.order_to_cash.invoices import INVOICES
from tests.dagster_runs import QUIET, WORLD, check, failure, run


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SYNTH_ASSETS_CONFIG", raising=False)
    return tmp_path


def with_edited(table: Table, edit) -> World:
    """The world with every block of a table edited."""

    @wraps(table.generate)
    def generate(**given):
        return edit(table.generate(**given))

    broken = replace(table, generate=generate)
    return replace(WORLD, tables=tuple(broken if other is table else other for other in WORLD.tables))


def with_invoices(edit) -> World:
    return with_edited(INVOICES, edit)


def due_before_issue(rows: pa.Table) -> pa.Table:
    """The third invoice falls due two days before its issue."""
    due = rows["due_date"].to_pylist()
    due[2] = rows["issue_date"][2].as_py() - dt.timedelta(days=2)
    return rows.set_column(6, rows.schema.field("due_date"), pa.array(due, pa.date32()))


def without_an_amount(rows: pa.Table) -> pa.Table:
    return rows.set_column(2, rows.schema.field("amount_due_cents"), pc.multiply(rows["amount_due_cents"], 0))


def invoiced(data: Path) -> int:
    with duckdb.connect(str(data / "synth_assets.duckdb"), read_only=True) as connection:
        return connection.execute("select count(*) from order_to_cash.invoices").fetchall()[0][0]


def test_a_broken_table_is_not_published_and_shows_its_failing_rows(data: Path) -> None:
    write_world(resolve("order_to_cash", {"num_transactions": 100}), data)
    before = Store(WORLD, data).published("invoices")

    result = run(world=with_invoices(due_before_issue), num_transactions=200)

    assert not result.success
    rule = check(result, "invoices", "due_date_is_not_before_issue_date")
    assert not rule.passed
    assert rule.severity == dg.AssetCheckSeverity.ERROR
    assert rule.metadata["found"].value == "1 off"
    records = rule.metadata["first_failures"].records
    assert len(records) == 1
    assert "INV-" in str(records[0].data)
    assert not check(result, "invoices", "terms_are_net_30").passed
    assert check(result, "invoices", "schema").passed
    said = f"the rows of run {result.run_id[:8]} were withheld, those of scenario {before.scenario} stay"
    assert str(rule.description).endswith(said), "the page shows it beside the rows of the night before"
    assert Store(WORLD, data).published("invoices") == before
    assert invoiced(data) == before.rows
    assert result.get_step_success_events()[-1].step_key != "catalogue"


def test_a_run_without_checks_publishes_what_is_sound_and_says_why_it_does_not(data: Path) -> None:
    write_world(resolve("order_to_cash", {"num_transactions": 100}), data)
    before = Store(WORLD, data).published("invoices")

    def without_checks(world: World) -> dg.ExecuteInProcessResult:
        invoices = dg.AssetSelection.assets("invoices").without_checks()
        return dg.materialize(world_assets(world), selection=invoices, run_config=QUIET, raise_on_error=False)

    sound = without_checks(WORLD)
    assert sound.success
    assert sound.get_asset_check_evaluations() == []
    broken = without_checks(with_invoices(due_before_issue))
    assert failure(broken).startswith("invoices: due date is not before issue date failed; the rows of run")
    assert Store(WORLD, data).published("invoices") == before


def test_one_wrong_label_fails_the_truth_and_leaves_the_manifest_in_place(data: Path) -> None:
    write_world(resolve("order_to_cash", {"num_transactions": 200}), data)
    before = Store(WORLD, data).published("anomaly_manifest")

    def mislabel(rows: pa.Table) -> pa.Table:
        """The first label points at the invoice after the one at fault."""
        entities = rows["entity_id"].to_pylist()
        entities[0] = entities[0][:4] + f"{int(entities[0][4:]) + 1:09d}"
        return rows.set_column(3, rows.schema.field("entity_id"), pa.array(entities))

    result = run(world=with_edited(ANOMALY_MANIFEST, mislabel), num_transactions=200, seed=1)

    assert not result.success
    truth = check(result, "anomaly_manifest", "rules_find_exactly_the_manifest")
    assert not truth.passed
    assert truth.blocking
    assert [record.data["problem"] for record in truth.metadata["first_failures"].records] == [
        "missed",
        "extra",
    ]
    assert Store(WORLD, data).published("anomaly_manifest") == before


def test_values_out_of_range_fail_their_check(data: Path) -> None:
    result = run("*invoices", with_invoices(without_an_amount), num_transactions=100)
    values = check(result, "invoices", "values")
    assert not values.passed
    assert "amount_due_cents" in str(values.metadata["first_failures"].records[0].data)
    assert not (data / "order_to_cash" / "invoices").exists()


def test_a_missing_table_above_is_named_with_the_command(data: Path) -> None:
    assert failure(run("payments")) == (
        "order_to_cash/invoices has not been materialised. "
        "Run: dagster asset materialize --select '*payments'"
    )
    assert failure(run("contacts")) == (
        f"order_to_cash: nothing in {data} yet. Run: dagster asset materialize --select '*contacts'"
    )


def test_a_table_of_another_scenario_is_not_mixed_in(data: Path) -> None:
    assert run("*orders", num_transactions=100).success
    assert run("scenario", num_transactions=101).success
    said = failure(run("invoices"))
    assert said.startswith("order_to_cash/")
    assert "was made for another scenario" in said
    assert said.endswith("Run: dagster asset materialize --select 'contacts+'"), "which keeps the scenario"


def test_a_run_whose_scenario_is_replaced_meanwhile_publishes_nothing_more(data: Path, monkeypatch) -> None:
    write = Store.write_scenario

    def write_and_be_replaced(store: Store, scenario: Scenario, run: str = "") -> None:
        write(store, scenario, run)
        write(store, resolve("order_to_cash", {"num_transactions": 60, "seed": 2}))  # as `generate` would

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write_scenario", write_and_be_replaced)
        assert failure(run("*contacts", num_transactions=60)) == (
            "order_to_cash: synth-assets generate has replaced the scenario of this run meanwhile, so "
            "nothing more is published. Wait for it, then run again"
        )
    assert not (data / "order_to_cash" / "contacts").exists()
    assert run("contacts").success, "a run without the scenario takes the current one"


def test_a_scenario_of_another_version_is_not_built_upon(data: Path) -> None:
    assert run("*deals", num_transactions=100).success
    path = data / "order_to_cash" / "scenario.json"
    path.write_text(path.read_text().replace('"faker": "', '"faker": "0.'))
    faker = version("faker")
    assert failure(run("contacts")) == (
        f"order_to_cash: the current scenario was made with faker 0.{faker}, and here is faker {faker}. "
        "Run: dagster asset materialize --select '*contacts'"
    )


def test_a_truncated_table_is_named_with_the_command(data: Path) -> None:
    assert run("*invoices", num_transactions=100).success
    part = data / "order_to_cash" / "invoices" / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    said = failure(run("payments"))
    assert "part-00000.parquet is not as long as it was written" in said
    assert said.endswith("Run: dagster asset materialize --select 'invoices+'")
    content = bytearray(part.read_bytes())
    part.write_bytes(content + b"123456789")
    refused = run("payments")
    assert "is damaged" in failure(refused)
    reasons = {(found.passed, found.description) for found in refused.get_asset_check_evaluations()}
    assert reasons == {(False, f"did not run: {failure(refused)}")}
    assert len(refused.get_asset_check_evaluations()) == len(check_specs(WORLD, "payments"))
    assert not check(judged("invoices"), "invoices", "parts").passed
    assert run("invoices").success
    again = judged("invoices")
    assert again.success
    assert {found.passed for found in again.get_asset_check_evaluations()} == {True}
    assert len(again.get_asset_check_evaluations()) == len(check_specs(WORLD, "invoices"))
    assert again.get_asset_materialization_events() == [], "the checks ran alone"
    assert run("payments").success


def judged(table: str) -> dg.ExecuteInProcessResult:
    """The checks of a published table alone, as *Execute* on the page and the job `checks` run them."""
    selected = dg.AssetSelection.checks_for_assets(table)
    return dg.materialize(world_assets(WORLD), selection=selected, run_config=QUIET, raise_on_error=False)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"num_transactions": 0},
            "order_to_cash: num_transactions is 0, but must be a whole number from 1 to 124,999,984",
        ),
        (
            {"anomaly_rates": {"missing_invoice": 1.5}},
            "order_to_cash: anomaly_rates.missing_invoice is 1.5, but must be a number from 0 to 1",
        ),
        ({"preset": "nosuch"}, "order_to_cash: unknown preset 'nosuch' (presets: standard, investigation)"),
    ],
)
def test_a_value_out_of_range_ends_the_run_before_anything_is_written(
    data: Path, config: dict, said: str
) -> None:
    assert failure(run(**config)) == said
    assert list(data.iterdir()) == []


def test_an_unknown_key_is_refused_before_the_run(data: Path) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="num_transaction"):
        run(num_transaction=5)
    assert list(data.iterdir()) == []


@pytest.mark.parametrize(
    ("select", "op", "said"),
    [
        (
            "invoices",
            "scenario",
            "run config is given for scenario, which is not part of this run: select it too, "
            "--select 'scenario*' (nothing was written)",
        ),
        (
            "*",
            "scenarios",
            "run config is given for scenarios, which is not part of this run. Did you mean scenario? "
            "(nothing was written)",
        ),
    ],
)
def test_run_config_that_nobody_would_read_is_refused(data: Path, select: str, op: str, said: str) -> None:
    """The command line and the page run this job; `dg.materialize` refuses such config by itself."""
    job = defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=list(dg.AssetSelection.from_string(select).resolve(defs.resolve_asset_graph())),
        run_config={**QUIET, "ops": {op: {"config": {"seed": 7}}}},
        raise_on_error=False,
    )
    assert failure(result) == said
    assert list(data.iterdir()) == []


def test_run_config_lies_over_the_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = data / "config.yaml"
    file.write_text("order_to_cash:\n  seed: 5\n  num_transactions: 100\n")
    monkeypatch.setenv("SYNTH_ASSETS_CONFIG", str(file))
    assert run("scenario", seed=6, anomaly_rates={"pricing_drift": 0}).success
    config = Store(WORLD, data).scenario().document["config"]
    assert (config["seed"], config["num_transactions"], config["anomaly_rates"]["pricing_drift"]) == (
        6,
        100,
        0,
    )
    assert config["anomaly_rates"]["missing_invoice"] == 0.05


def test_the_clean_twin_has_no_label(data: Path) -> None:
    assert run(clean=True, num_transactions=100).success
    assert Store(WORLD, data).published("anomaly_manifest").rows == 0


def test_make_data_says_which_key_is_unknown(data: Path, capsys: pytest.CaptureFixture, monkeypatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    file = data / "config.yaml"
    monkeypatch.setenv("SYNTH_ASSETS_CONFIG", str(file))
    file.write_text("order_to_cash:\n  num_transaction: 100\n")
    assert main() == 1
    assert capsys.readouterr().err == (
        "order_to_cash: making 12 assets …\n"
        "order_to_cash: unknown key num_transaction. Did you mean num_transactions? "
        "(synth-assets schema order_to_cash lists all keys)\n"
    )


def test_make_data_says_why_the_engine_did_not_start(
    data: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("SYNTH_ASSETS_ENGINE", "slurm")
    assert main() == 1
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == ["unknown engine 'slurm' (engines: local, ray)"]


@pytest.mark.parametrize(("chosen", "there", "success"), [(0, "1", False), (None, "", True)])
def test_an_empty_variable_counts_as_none_and_zero_workers_as_wrong(
    data: Path, monkeypatch: pytest.MonkeyPatch, chosen: int | None, there: str, success: bool
) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_WORKERS", there)
    resources = {"engine": {"config": {"workers": chosen}}}
    assert run("*contacts", resources=resources, num_transactions=100).success is success


def test_a_lost_column_fails_checks_and_not_the_program(data: Path) -> None:
    world = with_invoices(lambda rows: rows.drop_columns(["amount_due_cents"]))
    result = run("*invoices", world, num_transactions=100)
    assert not check(result, "invoices", "schema").passed
    assert (
        check(result, "invoices", "difference_is_freight_or_drift").metadata["found"].value == "could not run"
    )
    assert not (data / "order_to_cash" / "invoices").exists()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("order_to_cash", {"prevalence": 0.05}),
        ("order_to_cash", {"decoy_ratio": 0.5}),
        ("order_to_cash", {"difficulty_mix": {"hard": 1.0}}),
        ("personal_banking", {"decoy_rates": {"consent_renewed": 0.1}}),
        ("subscriptions", {"seed": 7}),
    ],
)
def test_a_key_that_may_be_empty_is_taken_from_run_config(name: str, given: dict) -> None:
    world = worlds.load(name)
    taken = process_config(config_field(world).config_type, given)
    assert taken.success, taken.errors
    assert dict(resolve_run(world, taken.value).document["config"]) == resolve(name, given).document["config"]


@pytest.mark.parametrize("name", worlds.NAMES)
def test_run_config_takes_a_stored_configuration(name: str) -> None:
    world = worlds.load(name)
    stored = resolve(name, {"as_of": "2024-12-31"}).document["config"]
    taken = process_config(config_field(world).config_type, stored)
    assert taken.success, taken.errors
    assert dict(resolve_run(world, taken.value).document["config"]) == stored
