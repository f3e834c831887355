"""A history that grows: no later day changes the past, labels show on their day, nights add up to one run."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.checks.verify import verify
from synth_assets.evaluate.explain.block_reader import StoredReader, block_of
from synth_assets.evaluate.explain.story import explain
from synth_assets.generation.blocks import make_block
from synth_assets.generation.changes import LONGEST_DELAY_DAYS, before_name, changes, write_changes
from synth_assets.generation.generate import Dataset, in_memory, write_world
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.table import Table
from synth_assets.model.world import CONSTANT
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.scenario.scenario import load as load_scenario
from synth_assets.storage.history import continued
from synth_assets.storage.parquet import part_name
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from synth_assets.worlds.wholesale.config import AnomalyRates as WholesaleRates
from synth_assets.worlds.wholesale.config import DecoyRates
from tests.thorough import size
from tests.worlds import failed, verify_quickly
from tests.worlds import write_world as write_tables

DAY = dt.timedelta(days=1)

BANK_KINDS = (
    "duplicate_transaction",
    "pending_never_posts",
    "refund_without_purchase",
    "transfer_leg_missing",
    "over_limit_transaction",
    "before_account_opened",
    "data_after_consent_withdrawn",
)
"""Those that a history of personal_banking has."""


class Growing(NamedTuple):
    """A world whose history grows, small, in several configurations; and how many days it can."""

    world: str
    start: dt.date
    configs: tuple[Mapping[str, Any], ...]
    days: int = 1_000


WORLDS = {
    "order_to_cash": Growing(
        "order_to_cash",
        dt.date(2023, 3, 17),
        (
            {
                "history": {
                    "transactions_per_year": 400,
                    "new_customers_per_year": 60,
                    "customers_at_start": 9,
                }
            },
            {
                "seed": 7,
                "payments_per_invoice": 4,
                "disguised": True,
                "history": {"transactions_per_year": 1_500},
            },
            {"seed": 9, "disguised": True, "decoy_ratio": 1.0, "lost_deals_per_order": 0.4},
            {"seed": 4, "prevalence": 0.12},
        ),
    ),
    "subscriptions": Growing(
        "subscriptions",
        dt.date(2023, 3, 17),
        (
            {"history": {"new_customers_per_year": 150, "customers_at_start": 120}},
            {
                "seed": 7,
                "churn_rate": 0.5,
                "late_rate": 0.3,
                "anomaly_rates": {"ghost_subscriber": 0.1, "zombie_account": 0.2, "partial_payment": 0.15},
                "history": {"new_customers_per_year": 900, "customers_at_start": 40},
            },
            {
                "seed": 9,
                "billing_interval_months": 2,
                "payment_terms_days": 45,
                "grace_days": 90,
                "history": {"new_customers_per_year": 100, "customers_at_start": 400},
            },
            {
                "seed": 5,
                "decoy_ratio": 0.8,
                "plan_change_share": 0.6,
                "ghosts_at_plan_changes": 0.7,
                "anomaly_rates": {"ghost_subscriber": 0.04},
                "history": {"customers_at_start": 250, "new_customers_per_year": 200},
            },
            *size((), ({"seed": 4, "prevalence": 0.15, "history": {"customers_at_start": 300}},)),
        ),
    ),
    "personal_banking": Growing(
        "personal_banking",
        dt.date(2023, 3, 17),
        (
            {"num_users": 40, "anomaly_rates": dict.fromkeys(BANK_KINDS, 0.03)},
            *size(
                (),
                (
                    {
                        "seed": 7,
                        "num_users": 200,
                        "anomaly_rates": dict.fromkeys(BANK_KINDS, 0.03),
                        "decoy_rates": {"paid_around_limit": 0.15},
                    },
                    {
                        "seed": 9,
                        "num_users": 20,
                        "archetypes": {"edge_cases": 60, "stable": 40},
                        "anomaly_rates": {"over_limit_transaction": 0.1},
                        "date_range_months": 20,
                    },
                ),
            ),
        ),
        days=600,
    ),
}

FAULTS = dict.fromkeys(WholesaleRates.model_fields, 0.1)

WORLDS["wholesale"] = Growing(
    "wholesale",
    dt.date(2023, 3, 1),
    (
        {
            "preset": "small",
            "annual_revenue": 2_400_000,
            "num_whales": 1,
            "anomaly_rates": FAULTS,
            "decoy_rates": dict.fromkeys(DecoyRates.model_fields, 0.03) | {"two_bills_below_limit": 0.01},
        },
        *size(
            (),
            (
                {"preset": "small", "seed": 7, "sales_consignment_share": 0.33, "late_share": 0.3},
                {"seed": 9, "anomaly_rates": dict.fromkeys(FAULTS, 0.03)},
            ),
        ),
    ),
)

SLOW = {"wholesale", "personal_banking"}
"""Worlds whose tables are made whole every day: fewer days are tried in `make test`."""

NEVER_SETTLED = {
    ("subscriptions", "num_subscriptions"),
    ("wholesale", CONSTANT),
    ("personal_banking", "num_users"),
}
"""Roots of which every block goes on: a subscription may end as long as it lasts, an inventory is shared,
users have statements."""


def few(name: str, enough: int, usual: int) -> int:
    """How many days are tried of a world."""
    return size(enough if name in SLOW else usual, usual)


LATER = dt.date(2024, 4, 2)

START = {"history": {"start": "2024-01-01"}}


def scenario(name: str, config: int, day: dt.date, **changed: Any) -> Scenario:
    world = WORLDS[name]
    values = dict(world.configs[config])
    history = {"start": str(world.start), **values.pop("history", {}), **changed}
    return resolve(world.world, {**values, "history": history}, as_of=str(day))


@lru_cache(maxsize=60)
def made(name: str, config: int, day: dt.date) -> Dataset:
    return in_memory(scenario(name, config, day))


def frame(data: Dataset, table: Table) -> pd.DataFrame:
    """A table by its key, empty cells None."""
    rows = data.tables[table.name].to_pandas().set_index(table.key.name).astype(object)
    return rows.where(rows.notna(), None)


PAIRS = [(name, config) for name, world in WORLDS.items() for config in range(len(world.configs))]
DAYS = (
    (dt.date(2024, 2, 28), dt.date(2024, 2, 29)),
    (dt.date(2024, 2, 29), dt.date(2024, 3, 1)),
    (dt.date(2023, 12, 31), dt.date(2024, 1, 1)),
    (dt.date(2023, 6, 30), dt.date(2024, 4, 2)),
)
STEPS = [
    (*pair, before, after)
    for pair in PAIRS
    for before, after in DAYS[:: size(3 if pair[0] in SLOW else 2, 1)]
]


def assert_past_is_kept(before: Dataset, after: Dataset) -> None:
    """Every row is still there, but of tables that lose rows, and only states differ."""
    for table in after.scenario.world.tables:
        old, new = frame(before, table), frame(after, table)
        is_there = old.index.isin(new.index)
        assert is_there.all() or table.loses_rows, table.name
        old = old[is_there]
        facts = [column.name for column in table.columns[1:] if not column.is_state]
        same = old[facts] == new.loc[old.index, facts]
        same |= old[facts].isna() & new.loc[old.index, facts].isna()
        assert same.all(axis=None), (table.name, same.all()[lambda ok: ~ok].index.tolist())


@pytest.mark.parametrize(("name", "config", "before", "after"), STEPS)
def test_the_past_never_changes(name: str, config: int, before: dt.date, after: dt.date) -> None:
    assert_past_is_kept(made(name, config, before), made(name, config, after))


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    pair=st.sampled_from(PAIRS),
    first=st.integers(3, 500),
    days=st.integers(1, 500),
)
def test_the_past_never_changes_between_any_days(pair: tuple[str, int], first: int, days: int) -> None:
    world = WORLDS[pair[0]]
    last = min(first + days, world.days)
    before, after = (made(*pair, world.start + day * DAY) for day in (min(first, last - 1), last))
    assert_past_is_kept(before, after)


@pytest.mark.parametrize(("name", "config", "before", "after"), STEPS)
def test_labels_are_those_that_show_by_then(name: str, config: int, before: dt.date, after: dt.date) -> None:
    then, now = made(name, config, before).truth, made(name, config, after).truth
    assert then.equals(now.filter(pc.less_equal(now["visible_on"], before)))
    shown = now["visible_on"].to_numpy().astype("datetime64[D]")
    assert (shown <= np.datetime64(after)).all()
    assert (now["injected_at"].to_numpy() == shown + np.timedelta64(12, "h")).all()


@pytest.mark.parametrize(
    ("name", "config", "day"),
    [
        (*pair, day)
        for pair in PAIRS
        for day in (dt.date(2023, 5, 31), dt.date(2024, 2, 29), LATER)[:: size(2, 1)]
    ],
)
def test_the_rules_find_what_shows_and_nothing_else(
    name: str, config: int, day: dt.date, tmp_path: Path
) -> None:
    data = made(name, config, day)
    world = data.scenario.world
    assert not failed(verify_quickly(world, data.scenario.config, write_tables(world, data.tables, tmp_path)))


@pytest.mark.parametrize("name", WORLDS)
def test_without_faults_no_rule_finds_anything_on_any_day(name: str, tmp_path: Path) -> None:
    clean = scenario(name, 0, LATER).config.clean()
    for number in (75, 30, 200, 381)[: few(name, 1, 4)]:
        config = clean.model_copy(update={"as_of": WORLDS[name].start + number * DAY})
        data = in_memory(Scenario(scenario(name, 0, LATER).world, config, {}))
        assert not data.truth.num_rows
        sources = write_tables(data.scenario.world, data.tables, tmp_path / str(number))
        assert not failed(verify_quickly(data.scenario.world, config, sources))


@pytest.mark.parametrize(("name", "config"), PAIRS)
def test_rates_hold_in_every_closed_month(name: str, config: int) -> None:
    """Of the orders up to the end of a month, rounded, exactly the rate carries each fault; at a prevalence
    within five."""
    if name != "order_to_cash":
        pytest.skip("its strata are billing dates, or all months")
    data = made(name, config, LATER + 200 * DAY)
    orders = data.frame("orders")
    labels = data.frame("anomaly_manifest")
    number = labels["anomaly_id"].str[-9:].astype(int)
    for month_end in pd.date_range(WORLDS[name].start, LATER, freq="ME"):
        so_far = int((orders["order_date"] <= month_end).sum())
        for kind, rate in data.scenario.config.anomaly_rates:
            found = int(((labels["type"] == kind) & (number <= so_far)).sum())
            if data.scenario.config.prevalence:
                assert abs(found - rate * so_far) < 5.5, (kind, month_end)
            else:
                assert found == int(rate * so_far + 0.5 + 1e-9), (kind, month_end)


@pytest.mark.parametrize(("name", "config"), PAIRS)
def test_any_rows_are_made_as_in_their_block(name: str, config: int) -> None:
    """As `explain` makes them: some rows of a block, and rows of two, with the keys and values of all."""
    data = made(name, config, LATER)
    world, resolved = data.scenario.world, data.scenario.config
    root = world.root(world.manifest)
    blocks = world.blocks(resolved, root)
    if world.block_rows is None:
        pytest.skip("it is one block")
    within = blocks[len(blocks) // 2]
    for rows in (within[1:-1], range(1, blocks[:2][-1].stop - 1)):
        assert len(rows) > 5
        for table, some in make_block(world, resolved, root, rows).items():
            key = world.table(table).key.name
            whole = data.tables[table]
            assert some.equals(whole.filter(pc.is_in(whole[key], some[key].combine_chunks()))), table


def test_a_deal_is_there_from_the_day_of_its_opening() -> None:
    """Also one that stays open as long as any."""
    history = {"history": {"start": "2022-01-01", "transactions_per_year": 30_000}}
    day = dt.date(2023, 3, 10)
    then, later = (
        in_memory(resolve("order_to_cash", history, as_of=str(as_of))).frame("deals")
        for as_of in (day, day + 300 * DAY)
    )
    known = later[later["created_at"] < pd.Timestamp(day + DAY)]
    assert set(known["deal_id"]) == set(then["deal_id"])
    open_days = (known["closed_on"] - known["created_at"].dt.normalize()).dt.days
    assert open_days.max() > 180


DOCUMENTS = {
    "order_to_cash": (("orders", "order_date"), ("deals", "created_at")),
    "subscriptions": (
        ("subscriptions", "start_date"),
        ("invoices", "invoice_date"),
        ("customers", "created_at"),
    ),
    "wholesale": (("orders", "created_at"), ("batches", "created_at")),
}
"""Tables whose rows are numbered in time, and the day of each."""


@pytest.mark.parametrize(("name", "config"), PAIRS)
def test_ids_ascend_in_time(name: str, config: int) -> None:
    """Documents are numbered as they come, whatever day it is: within a month an id may be passed over, but
    none of an earlier month is larger."""
    if name not in DOCUMENTS:
        pytest.skip("its rows are numbered by user")
    data = made(name, config, LATER)
    for table, day in DOCUMENTS[name]:
        days = data.frame(table)[day].tolist()
        months = [(one.year, one.month) for one in days if one.date() > WORLDS[name].start + 20 * DAY]
        steps = list(pairwise(months))
        assert sum(a > b for a, b in steps) <= (len(steps) / 5 if table == "customers" else 0)


@pytest.mark.parametrize("lost", [0.0, 2.1])
def test_the_number_of_an_open_deal_does_not_tell_when_it_will_close(lost: float) -> None:
    """Of the deals opened in a month that are open: by their number neither the day of their end, nor
    whether they will be won, nor the other way round."""
    history = {"start": "2023-01-01", "transactions_per_year": 40_000}
    of = resolve("order_to_cash", {"history": history, "lost_deals_per_order": lost}, as_of="2024-04-02")
    then, now = (
        in_memory(Scenario(of.world, of.config.model_copy(update={"as_of": day}), {})).frame("deals")
        for day in (of.config.day, of.config.day + 210 * DAY)
    )
    still_open = then[then["closed_on"].isna()].merge(now, on="deal_id", suffixes=("", "_later"))
    assert not still_open["closed_on_later"].isna().any()
    still_open["number"] = still_open["deal_id"].str[-9:].astype(int)
    months = [rows for _, rows in still_open.groupby(still_open["created_at"].dt.to_period("M"))]
    many = [rows for rows in months if len(rows) > 200]
    assert len(many) > 1
    for rows in many:
        ranks = rows["number"].rank()
        for told in (rows["closed_on_later"], rows["stage_later"] == "closed_won", rows["created_at"]):
            if told.nunique() > 1:
                assert abs(ranks.corr(told.rank())) < 4.5 / len(rows) ** 0.5


def test_deals_are_numbered_by_the_month_in_which_they_are_opened() -> None:
    """Numbers do not depend on as_of, and most are not used."""
    data = made("order_to_cash", 1, LATER)
    deals = data.frame("deals")
    number = deals["deal_id"].str[-9:].astype(int)
    assert number.is_monotonic_increasing
    assert number.is_unique
    assert deals["created_at"].dt.to_period("M").is_monotonic_increasing
    assert not deals["closed_on"].dropna().is_monotonic_increasing
    assert 6 < number.max() / len(deals) < 18


def test_explain_finds_every_deal_of_a_history(tmp_path: Path) -> None:
    """Its part is one of several whose keys lie around it; a number that is not used is told so."""
    of = scenario("order_to_cash", 0, LATER)
    parts = write_world(of, tmp_path)["deals"].parts
    assert sum(one.last_key >= other.first_key for one, other in pairwise(parts)) > 8
    store, deals = Store(load("order_to_cash"), tmp_path), made("order_to_cash", 0, LATER).frame("deals")
    reader, table = StoredReader(store), of.world.table("deals")
    for deal in deals["deal_id"]:
        block = block_of(reader, table, deal)
        assert deal in reader.column(table, block, "deal_id").to_pylist()
    for deal in deals["deal_id"][:: len(deals) // 25]:
        assert explain(store, deal).is_there
    first, last = deals["deal_id"].iloc[[0, -1]]
    unused = next(id_ for n in range(999) if (id_ := f"DEAL-{n + 1:09d}") not in set(deals["deal_id"]))
    for deal in (unused, "DEAL-999999999"):
        with pytest.raises(Problem, match=f"no row {deal}: ids go from {first} to {last}"):
            explain(store, deal)


def test_a_missing_invoice_leaves_a_hole_like_others() -> None:
    """Of numbers in a row as many are passed over beside a ghost's as anywhere: the clean twin's hole is one
    of a geometric law, and the ghost's own number joins two of them."""
    history = {"start": "2023-01-01", "customers_at_start": 4_000, "new_customers_per_year": 400}
    rates = {"anomaly_rates": {"ghost_subscriber": 0.05}}
    of = resolve("subscriptions", {"history": history} | rates, as_of="2024-06-30")
    data, clean = in_memory(of), in_memory(Scenario(of.world, of.config.clean(), {}))
    billed = clean.frame("invoices")["invoice_id"].str[-9:].astype(int).to_numpy()
    steps = np.diff(billed)
    steps = steps[steps <= 12]  # between two dates there are more
    assert abs((steps == 1).mean() - 0.7) < 0.01
    assert abs(steps.mean() - 1 / 0.7) < 0.02
    ghosts = data.frame("anomaly_manifest").query("type == 'ghost_subscriber'")["anomaly_id"]
    of_ghosts = np.diff(billed, prepend=0)[np.isin(billed, ghosts.str[-9:].astype(int))]
    assert abs((of_ghosts == 1).mean() - 0.7) < 0.03


@pytest.mark.parametrize("days", [0, 14, 30])
def test_before_the_second_billing_date_nothing_but_the_fault_gives_ghosts_away(
    days: int, tmp_path: Path
) -> None:
    """That they have no invoice at all is the fault itself."""
    history = {"start": "2024-01-01", "customers_at_start": 3_000}
    of = resolve("subscriptions", {"history": history}, as_of=str(dt.date(2024, 1, 1) + days * DAY))
    found = verify(of.world, of.config, write_world(of, tmp_path))
    assert [check.name for check in found if not check.passed] == []


def test_faults_fall_on_subscriptions_of_every_kind_alike() -> None:
    """Plans and ages of the subscriptions of faulty bills are those of all that are billed."""
    history = {"start": "2023-01-01", "customers_at_start": 5_000, "new_customers_per_year": 2_000}
    data = in_memory(resolve("subscriptions", {"history": history}, as_of="2024-12-31"))
    owns = data.frame("subscriptions").set_index("sub_id")
    invoices = data.frame("invoices").set_index("invoice_id")
    labels = data.frame("anomaly_manifest")
    invoice_of = labels["related_entity_id"].where(labels["type"] == "partial_payment", labels["entity_id"])
    own = invoices["sub_id"].reindex(invoice_of).to_numpy()
    labels["sub_id"] = labels["entity_id"].where(labels["type"] == "ghost_subscriber", own)
    plans = owns.loc[invoices["sub_id"], "plan_id"].value_counts(normalize=True).sort_index()
    age = (invoices["invoice_date"] - owns.loc[invoices["sub_id"], "start_date"].to_numpy()).dt.days.mean()
    for kind, of_kind in labels.groupby("type", observed=True):
        found = owns.loc[of_kind["sub_id"]]
        shares = found["plan_id"].value_counts(normalize=True).sort_index()
        wide = 5 * np.sqrt(plans * (1 - plans) / len(found))
        assert (abs(shares - plans) < wide).all(), kind
        days = (of_kind["billing_date"].to_numpy() - found["start_date"].to_numpy()) / np.timedelta64(1, "D")
        assert abs(days.mean() - age) < 5 * days.std() / np.sqrt(len(days)), kind


@pytest.mark.parametrize("stored", [True, False])
def test_explain_tells_every_label_of_a_history(stored: bool, tmp_path: Path) -> None:
    """Of the row at fault, which may be in another block than what is missing, and of what is missing."""
    of = scenario("subscriptions", 0, LATER)
    if stored:
        write_world(of, tmp_path)
    data = Store(load("subscriptions"), tmp_path) if stored else made("subscriptions", 0, LATER)
    for label in made("subscriptions", 0, LATER).truth.to_pylist()[:: 6 if stored else 15]:
        told = explain(data, label["anomaly_id"])
        assert told.row.key == label["entity_id"]
        assert label["anomaly_id"] in [one.cells["anomaly_id"] for one in told.labels]
        lost = {(row.table.name, row.key) for row in told.compared.only_in_twin}
        number = label["anomaly_id"][-9:]
        if label["type"] == "ghost_subscriber":
            assert ("invoices", f"INV-{number}") in lost
        if label["type"] == "zombie_account":
            assert ("payments", f"PAY-{number}") in lost
        else:
            assert told.compared.differences or lost
        for table, key in lost:
            missing = explain(data, f"{table}:{key}")
            assert not missing.is_there or table == "invoice_settlement"
            assert missing.labels
    for table in of.world.tables[:-1]:
        key = made("subscriptions", 0, LATER).tables[table.name][table.key.name][-1].as_py()
        assert explain(data, f"{table.name}:{key}").row.key == key


def test_explain_finds_an_invoice_that_would_be_the_last_of_its_block(tmp_path: Path) -> None:
    """It lies between two blocks, and only the twin of the first has it."""
    history = {"start": "2023-01-01", "customers_at_start": 40}
    keys = {"history": history, "anomaly_rates": {"ghost_subscriber": 0.4}}
    of = resolve("subscriptions", keys, as_of="2024-06-01")
    published = write_world(of, tmp_path)
    ghosts = [
        one["anomaly_id"] for one in in_memory(of).truth.to_pylist() if one["type"] == "ghost_subscriber"
    ]
    parts = published["invoices"].parts
    between = [
        max((id_ for id_ in ghosts if one.last_key[-9:] < id_[-9:] < other.first_key[-9:]), default="")
        for one, other in pairwise(parts)
    ]
    assert sum(map(bool, between)) > 5
    for label in filter(None, between):
        told = explain(Store(load("subscriptions"), tmp_path), f"INV-{label[-9:]}")
        assert not told.is_there
        assert label in [one.cells["anomaly_id"] for one in told.labels]
    with pytest.raises(Problem, match="invoices has no row INV-"):
        explain(Store(load("subscriptions"), tmp_path), f"INV-{int(parts[1].first_key[-9:]) - 1:09d}")


@pytest.mark.parametrize("start", ["2023-12-31", "2024-01-01", "2024-02-29"])
def test_a_history_of_subscriptions_may_start_on_any_day(start: str, tmp_path: Path) -> None:
    history = {"start": start, "customers_at_start": 3, "new_customers_per_year": 40}
    of = resolve("subscriptions", {"history": history, "billing_interval_months": 5}, as_of="2025-03-01")
    sources = write_tables(of.world, in_memory(of).tables, tmp_path)
    assert not failed(verify_quickly(of.world, of.config, sources))


@pytest.mark.parametrize("config", range(len(WORLDS["subscriptions"].configs)))
def test_rates_hold_at_every_billing_date(config: int) -> None:
    """Of the bills up to a date whose grace has run out exactly the rate carries each fault, rounded, at a
    prevalence within five; in the clean twin exactly the late rate is late."""
    data = made("subscriptions", config, dt.date(2025, 9, 30))
    of = data.scenario.config
    owns, invoices, labels = (data.frame(name) for name in ("subscriptions", "invoices", "anomaly_manifest"))
    wait = pd.Timedelta(days=of.payment_terms_days + of.grace_days)
    clean = in_memory(Scenario(data.scenario.world, of.clean(), {}))
    paid = clean.frame("payments").merge(clean.frame("invoices"), on="invoice_id")
    due, last, dates = 0, pd.Timestamp(of.day), sorted(invoices["invoice_date"].unique())
    assert len(dates) >= 15
    for date in (date for date in dates if date + wait < last):
        due += int(((owns["start_date"] <= date) & ~(owns["end_date"] < date)).sum())
        found = labels[labels["billing_date"] <= date]["type"].value_counts()
        ghosts, zombies = int(found["ghost_subscriber"]), int(found["zombie_account"])
        counts = {"ghost_subscriber": due, "zombie_account": due - ghosts}
        counts["partial_payment"] = due - ghosts - zombies
        for kind, rate in of.anomaly_rates:
            if of.prevalence:
                assert abs(found[kind] - rate * counts[kind]) < 5.5, (kind, date)
            else:
                assert found[kind] == int(rate * counts[kind] + 0.5 + 1e-9), (kind, date)
        late = (paid["invoice_date"] <= date) & (paid["payment_date"] > paid["due_date"])
        assert late.sum() == int(of.planned.late_rate * due + 0.5 + 1e-9), date


def test_plans_of_a_history_change_on_any_day_and_more_than_once() -> None:
    """Mostly upwards; a customer is on one plan at a time, and ghosts are where they are asked."""
    history = {"start": "2022-01-01", "customers_at_start": 3_000, "new_customers_per_year": 600}
    keys = {"plan_change_share": 0.4, "ghosts_at_plan_changes": 0.7, "history": history}
    data = in_memory(resolve("subscriptions", keys, as_of="2024-12-31"))
    owns = data.frame("subscriptions").sort_values(["customer_id", "start_date"])
    again = owns["customer_id"] == owns["customer_id"].shift()
    changed = owns[again]
    assert (changed["start_date"] == owns["end_date"].shift()[again] + pd.Timedelta(days=1)).all()
    assert (changed["plan_id"].astype(str) != owns["plan_id"].astype(str).shift()[again]).all()
    times = changed["customer_id"].value_counts()
    assert 0.15 < (times > 1).mean() < 0.6
    months = len(data.frame("invoices")) / 0.985
    assert abs(len(changed) / (months * 0.4 / 12) - 1) < 0.03  # few cancel, and the last month is not over
    by_day = changed["start_date"].dt.day.value_counts()
    assert by_day.loc[2:28].max() < 1.6 * by_day.loc[2:28].min()
    first = changed.set_index("sub_id")["start_date"]
    ghosts = data.frame("anomaly_manifest").query("type == 'ghost_subscriber'")
    waits = (ghosts["billing_date"] - ghosts["entity_id"].map(first)).dt.days
    assert 0.65 < ((waits >= 0) & (waits < 31)).mean() < 0.76
    assert owns.sort_values("sub_id")["start_date"].iloc[3_000:].is_monotonic_increasing


def test_an_investigation_goes_on(tmp_path: Path) -> None:
    """Its counts are those of the history; most of its ghosts are at first bills of new plans."""
    of = resolve("subscriptions", {"preset": "investigation"} | START, as_of="2025-06-30")
    assert (of.config.plan_change_share, of.config.num_customers) == (0.25, 1_000)
    assert of.config.anomaly_rates.zombie_account == 0
    data = in_memory(of)
    assert not failed(verify_quickly(of.world, of.config, write_tables(of.world, data.tables, tmp_path)))
    first = data.frame("subscriptions").set_index("sub_id")["start_date"]
    ghosts = data.frame("anomaly_manifest")
    waits = (ghosts["billing_date"] - ghosts["entity_id"].map(first)).dt.days
    assert 0.6 < (waits < 31).mean() < 0.8
    stored = load_scenario(load("subscriptions"), of.text)
    assert (stored.id, stored.config) == (of.id, of.config)


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_ratio_of_decoys_holds_at_the_end_of_years(ratio: float) -> None:
    """So many customers cancel for each ghost, and so many payments in full are late for each short one."""
    history = {"history": {"start": "2022-01-01", "customers_at_start": 4_000}}
    of = resolve("subscriptions", {"decoy_ratio": ratio} | history, as_of="2025-03-01")
    data = in_memory(of)
    owns, invoices, labels = (data.frame(name) for name in ("subscriptions", "invoices", "anomaly_manifest"))
    for end in ("2023-01-01", "2024-01-01", "2025-01-01"):
        ghosts = ((labels["type"] == "ghost_subscriber") & (labels["billing_date"] < end)).sum()
        assert abs((owns["end_date"] < end).sum() - ratio * ghosts) <= 1 + ratio / 2
    paid = data.frame("payments").merge(invoices, on="invoice_id")
    paid = paid[paid["due_date"] < "2025-01-15"]
    late = (
        (paid["payment_date"] > paid["due_date"]) & (paid["amount_paid_cents"] == paid["amount_cents"])
    ).sum()
    short = (paid["amount_paid_cents"] < paid["amount_cents"]).sum()
    assert abs(late / short / ratio - 1) < 0.05


def test_the_faults_of_subscriptions_that_are_cancelled_later_stay() -> None:
    """Ghosts and zombies whose subscription has ended since are labelled, and the settlement says zombie."""
    data = made("subscriptions", 1, dt.date(2025, 9, 30))
    owns = data.frame("subscriptions").set_index("sub_id")["status"]
    labels, settlement = data.frame("anomaly_manifest"), data.frame("invoice_settlement")
    ghosts = labels[labels["type"] == "ghost_subscriber"]
    zombies = labels[labels["type"] == "zombie_account"]
    for subscriptions in (ghosts["entity_id"], zombies["related_entity_id"]):
        assert 0.1 < (owns[subscriptions] == "Cancelled").mean() < 0.6
    found = settlement[settlement["settlement"] == "zombie"]["invoice_id"]
    assert set(found) == set(zombies["entity_id"])


@pytest.mark.parametrize("config", range(len(WORLDS["subscriptions"].configs)))
def test_the_clean_twin_of_subscriptions_differs_in_labelled_bills_alone(config: int) -> None:
    data = made("subscriptions", config, LATER)
    clean = in_memory(Scenario(data.scenario.world, data.scenario.config.clean(), {}))
    for name in ("customers", "plans", "subscriptions"):
        assert data.tables[name].equals(clean.tables[name])
    later = made("subscriptions", config, LATER + 200 * DAY)  # by then all faults of these bills show
    faulty = later.frame("anomaly_manifest")
    bill_of = faulty["anomaly_id"].str[-9:].groupby(faulty["type"]).agg(set)
    for name, kinds in (("invoices", ["ghost_subscriber"]), ("payments", list(bill_of.index))):
        ours, theirs = (of.frame(name).astype(str) for of in (data, clean))
        other = pd.concat([ours, theirs]).drop_duplicates(keep=False)
        assert set(other.iloc[:, 0].str[-9:]) <= set().union(*(bill_of[kind] for kind in kinds))
        assert len(other)


def test_any_split_of_a_history_of_subscriptions_gives_the_same_rows() -> None:
    of = scenario("subscriptions", 1, LATER)
    for root in ("num_customers", "num_subscriptions", "num_bills"):
        whole, edges = range(of.world.root_rows(of.config, root)), (0, 1, 7, 50, 300)
        assert whole.stop > edges[-1]
        blocks = [range(low, high) for low, high in pairwise((*edges, whole.stop))]
        parts = [make_block(of.world, of.config, root, rows) for rows in blocks]
        for table, rows in make_block(of.world, of.config, root, whole).items():
            split = pa.concat_tables([part[table] for part in parts])
            assert split.sort_by(of.world.table(table).key.name).equals(rows), table


def test_customers_leave_as_in_a_window_of_a_year() -> None:
    """The share that cancels in a year is churn_rate, of enterprises less than of others."""
    history = {"start": "2023-01-01", "customers_at_start": 30_000, "new_customers_per_year": 9_000}
    data = in_memory(resolve("subscriptions", {"history": history}, as_of="2023-12-31"))
    owns = data.frame("subscriptions")
    gone = owns["end_date"].notna()
    assert 0.07 < gone.sum() / 34_000 < 0.09
    by_plan = gone.groupby(owns["plan_id"]).mean()
    assert by_plan.iloc[2] < 0.7 * by_plan.iloc[1] < by_plan.iloc[0]
    share = owns["plan_id"].value_counts(normalize=True, sort=False).sort_index()
    assert np.allclose(share, (0.55, 0.33, 0.12), atol=0.01)
    months = owns["end_date"].dropna().dt.month.value_counts()
    assert months.max() > 1.8 * months.min()


# --- files --------------------------------------------------------------------------------------------


USUAL_NIGHTS = 40
NIGHTS = int(os.environ.get("NIGHTS", USUAL_NIGHTS))
"""How many nights are tried one by one; `make nights` tries a year."""

KILLED = """
import os, signal, sys
from pathlib import Path
from synth_assets.generation.generate import write_world
from synth_assets.scenario.scenario import load
from synth_assets.storage.store import Store
from synth_assets.worlds import load as world

publish, left = Store.publish, [3]

def stop(*given):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return publish(*given)

Store.publish = stop
name, directory, text = sys.argv[1:]
write_world(load(world(name), text), Path(directory))
"""
"""Makes a night, and dies when two of its tables are published."""


@pytest.mark.parametrize("name", WORLDS)
def test_nights_one_by_one_give_the_bytes_of_one_run(name: str, tmp_path: Path) -> None:
    """Each night alone, but the 11th was missed, the 17th ran twice, and the 23rd was killed with kill -9."""
    first, nightly = dt.date(2023, 12, 20), tmp_path / "nights"
    most = 24 if name == "subscriptions" and NIGHTS == USUAL_NIGHTS else NIGHTS
    before, nights = write_world(scenario(name, 0, first), nightly), few(name, 2, most)
    for number in sorted(n for n in [*range(1, 11), *range(12, NIGHTS + 1), 17] if n <= nights):
        night = scenario(name, 0, first + number * DAY)
        if number == 23:
            shown = Store(night.world, nightly).catalogued()
            died = subprocess.run([sys.executable, "-c", KILLED, name, str(nightly), night.text], check=False)
            assert died.returncode == -signal.SIGKILL
            assert Store(night.world, nightly).catalogued() == shown
        else:
            after = write_world(night, nightly)
    at_once = write_world(scenario(name, 0, first + nights * DAY), tmp_path / "once")
    assert {table: version.content for table, version in after.items()} == {
        table: version.content for table, version in at_once.items()
    }
    for table, version in after.items():
        world, config = scenario(name, 0, first).world, scenario(name, 0, first).config
        root = world.root(world.table(table))
        settled = world.settled_parts(config, world.table(table))
        assert settled or (name, root) in NEVER_SETTLED
        assert version.parts[:settled] == before[table].parts[:settled], table


KEPT = [("order_to_cash", "orders"), ("subscriptions", "payments"), ("subscriptions", "customers")]


@pytest.mark.parametrize(("name", "table"), KEPT)
def test_settled_parts_are_the_same_files(name: str, table: str, tmp_path: Path) -> None:
    """A month that is over is not written again; a part that somebody damaged is."""
    first = write_world(scenario(name, 0, LATER), tmp_path)
    files = [Path(str(first[table].path)) / part_name(block) for block in (0, 1)]
    inodes = [file.stat().st_ino for file in files]
    files[1].write_bytes(files[1].read_bytes()[:-1] + b"?")
    write_world(scenario(name, 0, LATER + DAY), tmp_path)
    again = [tmp_path / name / table / part_name(block) for block in (0, 1)]
    assert again[0].stat().st_ino == inodes[0]
    assert again[1].stat().st_ino != inodes[1]
    at_once = write_world(scenario(name, 0, LATER + DAY), tmp_path / "once")
    store = Store(scenario(name, 0, LATER).world, tmp_path)
    assert store.published(table).content == at_once[table].content


@pytest.mark.parametrize(("name", "table"), [("wholesale", "products"), ("personal_banking", "users")])
def test_a_table_that_did_not_change_keeps_its_files(name: str, table: str, tmp_path: Path) -> None:
    """Also where a night makes all rows again; but what it changes is written."""
    first = WORLDS[name].start + DAY
    nodes = []
    for day in (first, first + DAY):
        write_world(scenario(name, 0, day), tmp_path)
        nodes.append([(tmp_path / name / of / part_name(0)).stat().st_ino for of in (table, "transactions")])
    (kept, changed), (kept_again, changed_again) = nodes
    assert kept == kept_again
    assert changed != changed_again


@pytest.mark.parametrize("config", range(len(WORLDS["subscriptions"].configs)))
def test_bills_whose_grace_has_run_out_are_settled(config: int) -> None:
    """Exactly those: of a younger date any may still be paid, or turn out not to be."""
    of = scenario("subscriptions", config, LATER)
    blocks = of.world.blocks(of.config, "num_bills")[: of.world.settled_blocks(of.config, "num_bills")]
    dates = made("subscriptions", config, LATER).frame("invoices")["invoice_date"].drop_duplicates()
    wait = pd.Timedelta(days=of.config.payment_terms_days + of.config.grace_days)
    assert 1 < len(blocks) == int((dates + wait < pd.Timestamp(LATER)).sum()) < len(dates)


def test_a_history_does_not_go_back(tmp_path: Path) -> None:
    write_world(scenario("order_to_cash", 0, LATER), tmp_path)
    with pytest.raises(Problem, match="its history has grown to 2024-04-02, and as_of 2024-04-01"):
        write_world(scenario("order_to_cash", 0, LATER - DAY), tmp_path)


def test_a_window_does_not_take_the_place_of_a_history(tmp_path: Path) -> None:
    write_world(scenario("order_to_cash", 0, dt.date(2023, 3, 19)), tmp_path)
    with pytest.raises(Problem, match="grown to 2023-03-19, and a window would take its place: use another"):
        write_world(resolve("order_to_cash", {"num_transactions": 30}), tmp_path)
    assert Store(load("order_to_cash"), tmp_path).scenario().config.grows


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"seed": 9}, "seed"),
        ({"anomaly_rates": {"missing_invoice": 0.1}}, r"anomaly_rates\.missing_invoice"),
        ({"seed": 9, "history": {"start": "2023-03-18"}}, r"seed, history\.start"),
    ],
)
def test_a_history_does_not_become_another_one(values: dict[str, Any], keys: str, tmp_path: Path) -> None:
    """Its past would change, and the feed of `changes` would not lead there."""
    start = {"start": "2023-03-17", "transactions_per_year": 400}
    write_world(resolve("order_to_cash", {"history": start}, as_of="2023-04-20"), tmp_path)
    other = resolve(
        "order_to_cash", values | {"history": start | values.get("history", {})}, as_of="2023-05-20"
    )
    with pytest.raises(
        Problem, match=f"goes on as it began, and {keys} would be another: leave it out, or use"
    ):
        write_world(other, tmp_path)


def test_it_goes_on_with_its_own_configuration(tmp_path: Path) -> None:
    write_world(scenario("order_to_cash", 1, LATER), tmp_path)
    store = Store(scenario("order_to_cash", 1, LATER).world, tmp_path)
    assert continued(store, "2024-05-01") == scenario("order_to_cash", 1, dt.date(2024, 5, 1))
    shutil.rmtree(tmp_path / "order_to_cash")
    assert continued(Store(store.declared, tmp_path)) is None


def test_a_history_of_another_version_is_not_taken_for_a_window(tmp_path: Path) -> None:
    """With a start in its configuration it is begun anew; a damaged file says nothing of a history."""
    write_world(scenario("order_to_cash", 0, dt.date(2023, 3, 19)), tmp_path)
    store = Store(load("order_to_cash"), tmp_path)
    path = store.home / "scenario.json"
    path.write_text(path.read_text().replace('"transactions_per_year"', '"sales_per_year"'))
    with pytest.raises(
        Problem, match=r"history from 2023-03-17 that this version cannot go on with: .* anew"
    ):
        continued(store)
    path.write_text("{")
    assert continued(store) is None


# --- columns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_states_say_so_in_the_files_of_a_history_alone(name: str) -> None:
    data = made(name, 0, LATER)
    for table in data.scenario.world.tables:
        for column in table.columns:
            field = data.tables[table.name].schema.field(column.name)
            assert (field.metadata.get(b"state") == b"true") == column.is_state
    window = in_memory(resolve(name, as_of="2024-12-31"))
    assert "visible_on" not in window.truth.column_names
    for rows in window.tables.values():
        assert all(b"state" not in (field.metadata or {}) for field in rows.schema)


# --- changes ------------------------------------------------------------------------------------------


def applied(table: Table, rows: pd.DataFrame, feed: pa.Table) -> pd.DataFrame:
    """A table after its changes, which come in order."""
    rows = rows.copy()
    columns, before = [column.name for column in table.columns], before_name(table)
    for one in feed.to_pylist():
        key, values = one[table.key.name], [one[name] for name in columns[1:]]
        if one["op"] == "delete":
            assert table.loses_rows
            assert values == [one["before"][name] for name in columns[1:]] == plain(rows.loc[key])
            rows = rows.drop(index=key)
            continue
        if one["op"] == "insert":
            assert key not in rows.index
            assert one[before] is None
        else:
            assert [one[before][name] for name in columns[1:]] == plain(rows.loc[key])
        rows.loc[key] = pd.Series(values, index=columns[1:], dtype=object)
    return rows


def plain(row: pd.Series) -> list[Any]:
    return [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in row]


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("since", [None, dt.date(2024, 3, 20)], ids=["from the start", "two weeks"])
def test_changes_turn_one_day_into_a_later_one(name: str, since: dt.date | None, tmp_path: Path) -> None:
    until = since + few(name, 1, 13) * DAY if since else WORLDS[name].start + few(name, 2, 20) * DAY
    day = since or WORLDS[name].start - DAY
    after = made(name, 0, until)
    counts = write_changes(after.scenario, day, until, tmp_path)
    assert sum(counts.values())
    for table in after.scenario.world.tables:
        feed = pa.parquet.read_table(tmp_path / f"{table.name}.parquet")
        assert feed.num_rows == counts[table.name]
        before = frame(made(name, 0, day), table) if since else frame(after, table).iloc[:0]
        found = applied(table, before, feed).sort_index()
        want = frame(after, table).sort_index()
        assert found.index.equals(want.index)
        assert ((found == want) | (found.isna() & want.isna())).all(axis=None), table.name
        assert feed["changed_on"].equals(feed["known_on"])


def test_late_rows_come_later_and_no_row_is_lost() -> None:
    """Every change comes once and at most a week late; the tables know no delay."""
    start = WORLDS["order_to_cash"].start - DAY
    middle, end = start + size(6, 15) * DAY, start + size(16, 35) * DAY
    on_time, late = (scenario("order_to_cash", 1, end, late_share=share) for share in (0.0, 0.3))
    assert in_memory(late).tables["orders"].equals(in_memory(on_time).tables["orders"])

    def fed(of: Scenario, since: dt.date, until: dt.date) -> list[tuple[Any, ...]]:
        return [
            (one["op"], one["changed_on"], one["known_on"], one["order_id"])
            for table, rows in changes(of, since, until)
            if table.name == "orders"
            for one in rows.to_pylist()
        ]

    parts = fed(late, start, middle) + fed(late, middle, end)
    whole = {(op, on, key) for op, on, _, key in fed(on_time, start, end)}
    assert len(parts) == len({(op, on, key) for op, on, _, key in parts})
    known = {(op, on, key): known for op, on, known, key in parts}
    assert known.keys() <= whole
    assert {on for op, on, key in whole - known.keys()} <= {end - n * DAY for n in range(LONGEST_DELAY_DAYS)}
    delays = np.array([(known_on - on).days for (_, on, _), known_on in known.items()])
    assert 0 <= delays.min() <= delays.max() <= LONGEST_DELAY_DAYS
    assert 0.1 < (delays > 0).mean() < 0.5  # of some 60 rows


def test_changes_as_json_lines(tmp_path: Path) -> None:
    of = scenario("order_to_cash", 0, LATER)
    write_changes(of, LATER - 3 * DAY, LATER, tmp_path, "jsonl")
    lines = pd.read_json(tmp_path / "orders.jsonl", lines=True)
    assert list(lines)[:4] == ["op", "changed_on", "known_on", "order_id"]
    assert set(lines["op"]) <= {"insert", "update"}
    updated = lines[lines["op"] == "update"].iloc[0]
    assert updated["before"]["status"] != updated["status"]


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"num_transactions": 5}, "num_transactions: with history.start history.transactions_per_year"),
        ({"num_contacts": 5}, "num_contacts: with history.start"),
        ({"date_range_months": 5}, "date_range_months: with history.start the history runs from"),
        ({"clip_due_dates": True}, "clip_due_dates: with history.start due dates would change"),
        ({"decoy_rates": {"processing_order": 0.01}}, "decoy_rates.processing_order: with history"),
        ({"anomaly_rates": {"missing_invoice": 0.9}}, "2024-01 has 68 orders, and anomaly_rates or decoys"),
        ({"as_of": "2023-12-31"}, "history.start 2024-01-01 is after as_of 2023-12-31"),
        ({"history": {"start": "2024-01-01", "transactions_per_year": 9}}, "a whole number from 120"),
        (
            {"history": {"start": "2024-01-01", "transactions_per_year": 45_000_000}},
            "lost_deals_per_order 2.1, which is 1,6..,...,... deal numbers since 2024-01-01, but ids allow",
        ),
        ({"history": {"start": "today"}}, "history.start: 'today' is not a date"),
    ],
)
def test_what_does_not_fit_a_history_is_refused(values: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageProblem, match=line):
        resolve("order_to_cash", {"as_of": "2024-12-31"} | START | values)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"num_customers": 5}, "num_customers: with history.start history.customers_at_start"),
        ({"period_months": 5}, "period_months: with history.start the history runs from"),
        ({"new_customers_share": 0.5}, "new_customers_share: with history.start"),
        ({"ghosts_at_plan_changes": 0.5}, "ghosts_at_plan_changes 0.5: nobody changes their plan: raise"),
        ({"decoy_ratio": 20.0}, "decoy_ratio 20 asks for churn_rate 3.6: lower it or anomaly_rates"),
        ({"decoy_ratio": 2.0, "churn_rate": 0.2}, "churn_rate: decoy_ratio 2 plans these decoys: leave one"),
        ({"as_of": "2023-12-31"}, "history.start 2024-01-01 is after as_of 2023-12-31"),
        ({"as_of": "2044-01-01"}, "history.start 2024-01-01 is 20 years or more before as_of 2044-01-01"),
        (
            {"anomaly_rates": {"partial_payment": 0.95}},
            "partial_payment asks for 9.. of the bills of 2024-01-01",
        ),
        (
            {"history": {"start": "2024-01-01", "customers_at_start": 50_000_000}},
            "invoice numbers of 12 billing dates allow 41,666,666: ask for",
        ),
        ({"plan_shares": {"pro": 0.5}}, "plan_shares: they add up to"),
    ],
)
def test_what_does_not_fit_a_history_of_subscriptions_is_refused(values: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageProblem, match=line):
        resolve("subscriptions", {"as_of": "2024-12-31"} | START | values)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"preset": "simple"}, "preset: with history.start only personas goes on"),
        ({"preset": "faulty"}, "preset: with history.start only personas goes on"),
        ({"decoy_ratio": 2.0}, "decoy_ratio: with history.start habits say how many decoys there are"),
        ({"prevalence": 0.1}, "prevalence: with history.start anomaly_rates say"),
        ({"decoy_rates": {"consent_renewed": 0.1}}, "decoy_rates.consent_renewed: with history.start habits"),
        ({"anomaly_rates": {"balance_does_not_replay": 0.1}}, "balance_does_not_replay: with history.start"),
        ({"as_of": "2023-12-31"}, "history.start 2024-01-01 is after as_of 2023-12-31"),
        ({"as_of": "2034-01-01"}, "as_of 2034-01-01 is after 2033-12-31, the last day of ten years from"),
        ({"history": {"start": "2024-01-01", "months": 36}}, "unknown key history.months"),
        ({"num_users": 60_000}, "num_users is 60,000, but 120 months allow 49,603"),
        (
            {"num_users": 75, "anomaly_rates": {"refund_without_purchase": 0.55}},
            "anomaly_rates ask for 42 faults, but there are 40 users who may carry one",
        ),
    ],
)
def test_what_does_not_fit_a_history_of_statements_is_refused(values: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageProblem, match=line):
        resolve("personal_banking", {"as_of": "2024-12-31"} | START | values)


@pytest.mark.parametrize(
    ("since", "until", "line"),
    [
        (LATER, LATER, "--since 2024-04-02 must be before --until 2024-04-02"),
        (LATER - DAY, LATER + DAY, "no later than as_of 2024-04-02"),
    ],
)
def test_days_that_a_feed_does_not_have_are_refused(since: dt.date, until: dt.date, line: str) -> None:
    with pytest.raises(UsageProblem, match=line):
        list(changes(scenario("order_to_cash", 0, LATER), since, until))


def test_a_window_has_no_changes() -> None:
    with pytest.raises(UsageProblem, match="only a history that grows has changes"):
        list(changes(resolve("order_to_cash", as_of="2024-12-31"), dt.date(2024, 1, 1), dt.date(2024, 2, 1)))
