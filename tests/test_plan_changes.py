"""Changes of plan in subscriptions: exact counts, one subscription at a time, and ghosts beside them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synth_assets
from synth_assets.generation.blocks import make_block
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from tests.dagster_runs import run

FIELDS = {"num_customers": 4_000, "plan_change_share": 0.25, "new_customers_share": 0.3, "churn_rate": 0.2}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    world = synth_assets.generate("subscriptions", **FIELDS)
    return {name: world.frame(name) for name in world.tables}


@pytest.fixture(scope="module")
def changes(tables) -> pd.DataFrame:
    """One row a change of plan: the old subscription and the new one."""
    return changes_of(tables["subscriptions"])


def changes_of(subscriptions: pd.DataFrame) -> pd.DataFrame:
    both = subscriptions.merge(subscriptions, on="customer_id", suffixes=("_old", "_new"))
    return both[both["end_date_old"] + pd.Timedelta(days=1) == both["start_date_new"]]


def number(ids: pd.Series) -> pd.Series:
    return ids.str[-9:].astype(int)


def first_bill(start: pd.Series) -> pd.Series:
    """The first of a month on or after each day."""
    return (start - pd.Timedelta(days=1)).dt.to_period("M").dt.end_time.dt.normalize() + pd.Timedelta(days=1)


def test_so_many_customers_change_their_plan_once(tables, changes):
    assert len(changes) == 1_000
    assert changes["customer_id"].is_unique
    assert len(tables["subscriptions"]) == 5_000
    assert (changes["plan_id_old"] != changes["plan_id_new"]).all()
    assert (changes["status_old"] == "Cancelled").all()


def test_a_change_of_plan_is_no_cancellation(tables, changes):
    active = tables["subscriptions"].query("status == 'Active'")["customer_id"]
    assert active.is_unique
    assert 4_000 - len(active) == 800
    assert 50 < (changes["status_new"] == "Cancelled").sum() < 250, "who changes plan may cancel later"


def test_a_customer_is_billed_once_at_each_date_on_either_plan(tables):
    subs = tables["subscriptions"]
    billed = tables["invoices"].merge(subs, on="sub_id").groupby("invoice_date")["customer_id"]
    assert (billed.nunique() == billed.size()).all()
    for date, count in billed.size().items():
        active = int(((subs["start_date"] <= date) & ~(subs["end_date"] < date)).sum())
        assert active - count == int(0.015 * active + 0.5)


def test_plans_change_on_any_day_all_year_and_mostly_upwards(changes):
    last = changes["end_date_old"]
    assert sorted(last.dt.month.unique()) == list(range(1, 13))
    assert last.dt.day.nunique() == 31
    assert last.max() < pd.Timestamp(2024, 12, 31)
    # plans are numbered by price; .55 + .33 x .6 of the usual mix, sd .014
    assert (changes["plan_id_new"] > changes["plan_id_old"]).mean() == pytest.approx(0.75, abs=0.06)


def test_first_bills_come_up_to_a_month_after_the_start(changes):
    new = changes[changes["start_date_new"] <= pd.Timestamp(2024, 12, 1)]
    days = (first_bill(new["start_date_new"]) - new["start_date_new"]).dt.days
    assert (days.min(), days.max()) == (0, 30)
    assert days.mean() == pytest.approx(14.7, abs=1.2)  # any day of a month: sd 8.8 over the root of 900


def test_ids_do_not_tell_who_changed_plan(tables, changes):
    old, new = number(changes["sub_id_old"]), number(changes["sub_id_new"])
    assert (new > old).mean() == pytest.approx(0.5, abs=0.06)
    ids = np.sort(number(tables["subscriptions"]["sub_id"]))
    after = pd.Series(np.diff(ids), index=ids[:-1])
    share = {name: (after.reindex(of).dropna() == 1).mean() for name, of in (("new", new), ("all", ids))}
    assert share["new"] == pytest.approx(share["all"], abs=0.06)
    assert ((ids - 1) // 512 == (number(tables["subscriptions"]["customer_id"]) - 1) // 256).all()


def test_more_changes_shift_no_other_id(tables):
    more = synth_assets.generate("subscriptions", **FIELDS | {"plan_change_share": 0.4}).frame(
        "subscriptions"
    )
    first = [
        frame.sort_values("start_date").drop_duplicates("customer_id").set_index("customer_id")["sub_id"]
        for frame in (tables["subscriptions"], more)
    ]
    assert (first[0].sort_index() == first[1].sort_index()).all()


def test_any_split_into_blocks_gives_the_same_rows():
    scenario = resolve("subscriptions", {"as_of": "2024-12-31"}, preset="investigation")
    world, config = scenario.world, scenario.config.model_copy(update={"num_customers": 700})
    whole = make_block(world, config, "num_customers", range(700))
    blocks = [range(a, b) for a, b in pairwise((0, 1, 7, 50, 300, 700))]
    parts = [make_block(world, config, "num_customers", rows) for rows in blocks]
    for table, rows in whole.items():
        split = pa.concat_tables([part[table] for part in parts])
        assert split.sort_by(world.table(table).key.name).equals(rows), table


def test_dagster_makes_an_investigation_and_no_check_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    done = run(world=load("subscriptions"), as_of="2024-12-31", preset="investigation")
    assert done.success
    checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
    assert {"plan_changes_as_asked", "ghosts_at_plan_changes"} <= set(checks)
    assert all(checks.values())


def ghosts_of(world: synth_assets.Dataset) -> pd.DataFrame:
    """Ghosts, and whether each one is at the first bill of a new plan."""
    new = changes_of(world.frame("subscriptions"))[["sub_id_new", "start_date_new"]]
    labels = world.frame("anomaly_manifest").query("type == 'ghost_subscriber'")
    labels = labels.merge(new, how="left", left_on="entity_id", right_on="sub_id_new")
    is_first = labels["sub_id_new"].notna() & (
        first_bill(labels["start_date_new"].fillna(pd.Timestamp(2000, 1, 1))) == labels["billing_date"]
    )
    return labels.assign(is_first=is_first)


@pytest.mark.parametrize("seed", range(5))
def test_more_than_half_of_the_ghosts_of_an_investigation_are_at_a_new_plan(seed):
    ghosts = ghosts_of(synth_assets.generate("subscriptions", preset="investigation", seed=seed))
    assert 160 < len(ghosts) < 180
    assert 0.55 < ghosts["is_first"].mean() < 0.75
    assert (~ghosts["is_first"]).sum() > 40, "and not all of them"


def test_as_many_ghosts_as_asked_are_at_new_plans_on_each_date():
    fields = FIELDS | {"late_rate": 0.0, "in_grace_unpaid_rate": 0.0}
    rates = {"ghost_subscriber": 0.02, "zombie_account": 0.0, "partial_payment": 0.0}
    world = synth_assets.generate("subscriptions", **fields, ghosts_at_plan_changes=1.0, anomaly_rates=rates)
    new = changes_of(world.frame("subscriptions")).query("status_new == 'Active'")["start_date_new"]
    bills = first_bill(new).value_counts()
    for date, of_date in ghosts_of(world).groupby("billing_date"):
        assert of_date["is_first"].sum() == min(len(of_date), bills.get(date, 0))


def test_without_the_key_ghosts_are_at_new_plans_as_chance_has_it(tables):
    world = synth_assets.generate("subscriptions", **FIELDS | {"num_customers": 20_000})
    ghosts = ghosts_of(world)
    new = changes_of(world.frame("subscriptions")).query("status_new == 'Active'")["start_date_new"]
    firsts = (first_bill(new) <= pd.Timestamp(2024, 12, 1)).sum()
    sound = len(
        world.frame("invoices").merge(world.frame("subscriptions"), on="sub_id").query("status == 'Active'")
    )
    expected = firsts / (sound + len(ghosts))
    assert ghosts["is_first"].mean() == pytest.approx(expected, abs=0.012)  # of 2,700, about .02: sd .003
