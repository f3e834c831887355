"""A history that grows in Dagster: ticks add days, settled parts stay, and a feed tells the changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from synth_assets.definitions import defs
from synth_assets.orchestration.keys import op_name
from synth_assets.orchestration.schedule import nightly
from synth_assets.storage.parquet import part_name
from synth_assets.worlds import load
from tests.dagster_runs import failure, run
from tests.thorough import IS_THOROUGH

HISTORY = {"start": "2024-01-01", "transactions_per_year": 240}


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    return tmp_path


def rows_of(result: dg.ExecuteInProcessResult, asset: str) -> int:
    metadata = result.asset_materializations_for_node(asset)[0].metadata
    return int(metadata["dagster/row_count"].value)


def test_a_tick_adds_a_day_and_keeps_what_is_settled(data_dir: Path) -> None:
    part = data_dir / "order_to_cash" / "orders" / part_name(0)
    first = run("*orders", as_of="2024-07-01", history=HISTORY)
    assert first.success
    inode = part.stat().st_ino
    second = run("*orders", as_of="2024-07-09")  # no key but the day: it goes on
    assert second.success
    assert rows_of(second, "orders") > rows_of(first, "orders")
    assert part.stat().st_ino == inode
    assert (
        second.asset_materializations_for_node("orders")[0].metadata["parts_kept"].value == 4
    )  # all but July's
    back = run("*orders", as_of="2024-07-08")
    assert not back.success
    assert "its history has grown to 2024-07-09" in failure(back)
    assert rows_of(run("*orders", as_of="2024-07-09"), "orders") == rows_of(second, "orders")


def test_the_night_gives_its_day_to_a_history_that_grows() -> None:
    assert run("scenario", as_of="2024-07-01", history=HISTORY).success
    tick = dt.datetime(2024, 7, 9, 2, tzinfo=dt.UTC)
    with dg.build_schedule_context(scheduled_execution_time=tick) as context:
        request = nightly(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_config["ops"]["scenario"] == {"config": {"as_of": "2024-07-09"}}


def test_the_changes_of_the_last_night_are_an_asset(data_dir: Path) -> None:
    """It needs the scenario alone: every day is made anew."""
    assert run("scenario", as_of="2024-07-09", history=HISTORY).success
    assets = [asset for asset in defs.resolve_all_asset_specs() if asset.key == dg.AssetKey("changes")]
    assert assets[0].tags["synth_assets/evaluation"] == ""
    result = dg.materialize(
        [defs.resolve_assets_def("changes")],
        run_config={"ops": {"changes": {"config": {"since": "2024-07-01"}}}},
    )
    assert result.success
    feed = pq.read_table(data_dir / "order_to_cash" / "changes" / "orders.parquet")
    assert set(feed["op"].to_pylist()) <= {"insert", "update"}
    shown = result.asset_materializations_for_node("changes")[0].metadata["changes"].value
    assert {"table": "orders", "changes": feed.num_rows} in [record.data for record in shown.records]


def test_subscriptions_grow_and_no_check_fails() -> None:
    world = load("subscriptions")
    history = {"start": "2023-11-20", "customers_at_start": 120, "new_customers_per_year": 90}
    first = run(world=world, as_of="2024-04-30", history=history)
    second = run(world=world, as_of="2024-05-02")
    for done in (first, second):
        assert done.success
        checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
        assert "customers_by_month_as_asked" in checks
        assert all(checks.values()), checks
    invoices = op_name(world, "invoices")
    assert rows_of(second, invoices) > rows_of(first, invoices) + 100


@pytest.mark.skipif(not IS_THOROUGH, reason="make thorough runs eleven tables twice")
def test_statements_grow_and_no_check_fails(data_dir: Path) -> None:
    world = load("personal_banking")
    rates = {"pending_never_posts": 0.1}
    keys = {"history": {"start": "2023-11-01"}, "num_users": 75, "anomaly_rates": rates}
    first = run(world=world, as_of="2024-05-31", **keys)  # the last day of the first window
    second = run(world=world, as_of="2024-06-01")
    for done in (first, second):
        assert done.success
        checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
        assert all(checks.values()), [name for name, passed in checks.items() if not passed]
    told = defs.resolve_assets_def(dg.AssetKey(["personal_banking", "changes"]))
    assert dg.materialize([told]).success
    feed = pq.read_table(data_dir / "personal_banking" / "changes" / "transactions.parquet")
    assert set(feed["op"].to_pylist()) == {"insert", "delete"}


@pytest.mark.skipif(not IS_THOROUGH, reason="74 tables twice")
def test_a_wholesaler_grows_and_no_check_fails() -> None:
    world = load("wholesale")
    rates = {"lapping": 0.3, "refund_above_invoice": 0.3, "payment_before_bill": 0.1}
    first = run(
        world=world, as_of="2024-02-29", preset="small", history={"start": "2023-12-01"}, anomaly_rates=rates
    )
    second = run(world=world, as_of="2024-03-01")
    for done in (first, second):
        assert done.success
        checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
        assert all(checks.values()), [name for name, passed in checks.items() if not passed]
    invoices = op_name(world, "invoices")
    assert rows_of(second, invoices) > rows_of(first, invoices)
