"""`decoy_ratio` of the worlds whose decoys follow from rates or habits: so many decoys for each label."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth_assets
from synth_assets.checks.check import as_text
from synth_assets.checks.verify import connect
from synth_assets.model.config import WorldConfig
from synth_assets.model.decoy_list import decoys_sql
from synth_assets.model.draws import Draws
from synth_assets.model.errors import UsageProblem
from synth_assets.model.quotas import quota
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.personal_banking import WORLD as BANKING
from synth_assets.worlds.personal_banking.config import AnomalyRates
from synth_assets.worlds.personal_banking.config import Config as Banking
from synth_assets.worlds.subscriptions import WORLD as SUBSCRIPTIONS
from synth_assets.worlds.subscriptions.config import Config as Subscriptions
from synth_assets.worlds.subscriptions.decoy_rates import fewest_enough
from synth_assets.worlds.wholesale import WORLD as WHOLESALE
from synth_assets.worlds.wholesale.config import LOOK_ALIKES
from synth_assets.worlds.wholesale.config import AnomalyRates as Failures
from synth_assets.worlds.wholesale.config import Config as Wholesale
from synth_assets.worlds.wholesale.fault_plan import plan
from synth_assets.worlds.wholesale.natural_decoys import NATURAL
from tests.thorough import size
from tests.worlds import failed, make_world, misfit, verify_quickly, write_world

few = settings(
    max_examples=3, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
RATIOS = (10.0, 3.0, 1.0, 0.5, 0.0)


def decoys_of(world: World, config: WorldConfig, tables: Mapping[str, pa.Table]) -> Counter[str]:
    """How many decoys of each name the world lists."""
    with connect(world, config, {}) as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        query = decoys_sql(list(world.sql("decoys")), world.anomalies)
        return Counter(
            dict(connection.execute(f"SELECT decoy, count(*) FROM ({query}) GROUP BY ALL").fetchall())
        )


def labels_of(tables: Mapping[str, pa.Table]) -> Counter[str]:
    return Counter(tables["anomaly_manifest"]["type"].to_pylist())


def assert_truth(world: World, config: WorldConfig, tables: Mapping[str, pa.Table]) -> None:
    with TemporaryDirectory() as directory:
        checks = verify_quickly(world, config, write_world(world, tables, Path(directory)))
    assert not failed(checks), as_text(checks)


# --- subscriptions ------------------------------------------------------------------------------------


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscriptions:
    """Any configuration whose faults and decoys fit: rates are halved until they do."""
    share = st.floats(0.001, 0.03).map(lambda rate: round(rate, 4))
    values: dict[str, Any] = {
        "seed": draw(st.integers(0, 2**63 - 1)),
        "as_of": draw(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))),
        "num_customers": draw(st.integers(200, 1_500)),
        "period_months": draw(st.integers(6, 18)),
        "billing_interval_months": draw(st.sampled_from([1, 1, 2])),
        "new_customers_share": draw(st.sampled_from([0.0, 0.3])),
        "plan_change_share": draw(st.sampled_from([0.0, 0.2])),
        "decoy_ratio": draw(st.sampled_from(RATIOS)),
        "prevalence": draw(st.sampled_from([None, 0.01])),
        "anomaly_rates": {
            kind: draw(share) for kind in ("ghost_subscriber", "zombie_account", "partial_payment")
        },
    }
    while misfit(SUBSCRIPTIONS, Subscriptions(**values).with_prevalence()):
        values["anomaly_rates"] = {k: round(r / 2, 4) for k, r in values["anomaly_rates"].items()}
        values["prevalence"] = None
    return Subscriptions(**values).with_prevalence()


@few
@given(config=subscriptions())
def test_so_many_subscriptions_are_cancelled_and_so_many_payments_late(config: Subscriptions) -> None:
    tables = make_world(SUBSCRIPTIONS, config)
    labels, decoys = labels_of(tables), decoys_of(SUBSCRIPTIONS, config, tables)
    ratio = config.decoy_ratio or 0.0
    cancelled = quota(ratio, labels["ghost_subscriber"])
    late = quota(ratio, max(labels["zombie_account"], labels["partial_payment"]))
    assert decoys["late_in_full"] == decoys["paid_late"] == late
    # a subscription more may change who cancels in the month that as_of cuts
    assert cancelled <= decoys["cancelled"] <= cancelled + 3 + cancelled // 50
    assert (decoys["new_customer"] > 0) == (config.new_customers_share > 0)
    assert (decoys["old_plan"] > 0) == (decoys["new_plan"] > 0) == (config.plan_change_share > 0)
    assert_truth(SUBSCRIPTIONS, config, tables)


def test_twins_of_subscriptions_have_the_same_decoys() -> None:
    keys = {"decoy_ratio": 10, "prevalence": 0.01}
    faulty = resolve("subscriptions", keys).config
    twin = resolve("subscriptions", keys, clean=True).config
    assert resolve("subscriptions", twin.model_dump(mode="json")).config == twin
    assert twin.decoy_ratio is None
    with_faults, without = (make_world(SUBSCRIPTIONS, config) for config in (faulty, twin))
    labels, wanted = labels_of(with_faults), decoys_of(SUBSCRIPTIONS, faulty, with_faults)
    kept = decoys_of(SUBSCRIPTIONS, twin, without)
    assert kept["cancelled"] == wanted["cancelled"] > 0
    assert kept["unpaid_within_grace"] == wanted["unpaid_within_grace"] > 0
    # faults take the places of some payments that would be late
    assert 0 <= kept["late_in_full"] - wanted["late_in_full"] <= labels.total()
    for name in ("customers", "plans", "subscriptions"):
        assert with_faults[name].equals(without[name])
    assert not labels_of(without)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"decoy_ratio": 10},
            "decoy_ratio 10 asks for churn_rate 0.997, late_rate 0.301 and in_grace_unpaid_rate 0.15, and "
            "they do not fit: lower it or anomaly_rates (",
        ),
        (
            {"decoy_ratio": 100, "anomaly_rates": {"ghost_subscriber": 0}},
            "decoy_ratio 100: it asks for 3 times as many late payments as there are payments: lower it or",
        ),
        (
            {"decoy_ratio": 1, "billing_interval_months": 12},
            "decoy_ratio 1: too few of 1000 subscriptions can be cancelled before the last of 1 bills for",
        ),
        (
            {"decoy_ratio": 1, "late_rate": 0.2},
            "late_rate: decoy_ratio 1 plans these decoys: leave one of the two out",
        ),
        ({"decoy_ratio": -1}, "decoy_ratio is -1"),
    ],
)
def test_decoys_of_subscriptions_that_do_not_fit_are_refused_in_one_line(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageProblem) as refused:
        synth_assets.generate("subscriptions", **values)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_fewest_that_are_enough_are_found() -> None:
    assert fewest_enough(lambda n: n - 7, 1_000) == 7
    assert fewest_enough(lambda n: n * n - 90_000, 1_000_000) == 300
    assert fewest_enough(lambda n: -(n < 999), 999) == 999
    assert fewest_enough(lambda n: n - 7, 6) is None
    assert fewest_enough(lambda n: 0, 5) == 0


# --- personal_banking ---------------------------------------------------------------------------------


@st.composite
def banking(draw: st.DrawFn) -> Banking:
    """Any configuration whose faults and decoys fit: rates are halved until they do."""
    rate = st.floats(0.01, 0.04).map(lambda rate: round(rate, 4))
    values: dict[str, Any] = {
        "seed": draw(st.integers(0, 2**63 - 1)),
        "as_of": draw(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))),
        "num_users": draw(st.integers(60, 200)),
        "consent_ratio": draw(st.sampled_from([0.9, 0.6])),
        "decoy_ratio": draw(st.sampled_from(RATIOS)),
        "anomaly_rates": {kind: draw(rate) for kind in AnomalyRates.model_fields},
    }
    while misfit(BANKING, Banking(**values)):
        values["anomaly_rates"] = {kind: rate / 2 for kind, rate in values["anomaly_rates"].items()}
    return Banking(**values)


@few
@given(config=banking())
def test_every_label_of_a_bank_has_its_decoys(config: Banking) -> None:
    tables = make_world(BANKING, config)
    labels, decoys = labels_of(tables), decoys_of(BANKING, config, tables)
    asked = {kind: quota(config.decoy_ratio or 0.0, labels[kind]) for kind in AnomalyRates.model_fields}
    assert decoys["opened_within_history"] == asked["before_account_opened"]
    assert decoys["consent_renewed"] == asked["data_after_consent_withdrawn"]
    for decoy in BANKING.sql("decoys"):
        asked[decoy.looks_like] -= decoys[decoy.name]
    assert max(asked.values()) <= 0
    assert_truth(BANKING, config, tables)


PENDING = {"num_users": 100, "as_of": "2025-10-02", "preset": "faulty"}
"""On this Thursday a third of the users has nothing pending."""


def test_a_purchase_is_pending_of_everybody_who_is_planned_to_have_one() -> None:
    counts = {}
    for rate in (None, 0.0, 0.4):
        config = resolve("personal_banking", {**PENDING, "decoy_rates": {"pending_in_time": rate}}).config
        tables = make_world(BANKING, config)
        counts[rate] = decoys_of(BANKING, config, tables)
    assert counts[0.0] == counts[None]
    for name in ("pending_in_time", "pending_not_in_balance"):
        assert counts[0.4][name] > counts[None][name] + 5


def test_twins_of_a_bank_have_the_same_decoys() -> None:
    keys = {**PENDING, "decoy_ratio": 10}
    faulty = resolve("personal_banking", keys).config
    twin = resolve("personal_banking", keys, clean=True).config
    assert resolve("personal_banking", twin.model_dump(mode="json")).config == twin
    with_faults, without = (make_world(BANKING, config) for config in (faulty, twin))
    number = with_faults["anomaly_manifest"]["anomaly_id"].cast("string").to_pylist()
    at_fault = {int(label[-9:]) for label in number}
    assert len(at_fault) == 24
    for name in ("users", "accounts", "transactions"):
        sound = [
            [row for row in tables[name].to_pylist() if int(row["user_id"][-9:]) not in at_fault]
            for tables in (with_faults, without)
        ]
        assert sound[0] == sound[1] != []
    wanted, kept = (
        decoys_of(BANKING, config, tables) for config, tables in ((faulty, with_faults), (twin, without))
    )
    assert wanted["opened_within_history"] == wanted["consent_renewed"] == 30
    assert kept["opened_within_history"] >= 30 <= kept["consent_renewed"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"preset": "faulty", "decoy_ratio": 30},
            "decoy_ratio 30: opened_within_history asks for 461 users, but only 200 of 500 may be one: lower",
        ),
        (
            {"decoy_ratio": 10, "num_users": 500, "anomaly_rates": {"refund_without_purchase": 0.4}},
            "decoy_ratio 10: it asks for 2,000 decoys of refund_without_purchase, but the habits of 500",
        ),
        (
            {"num_users": 500, "decoy_rates": {"consent_renewed": 0.95}},
            "decoy_rates: consent_renewed asks for 475 users, but only 412 of 500 may be one: lower it",
        ),
        (
            {"decoy_ratio": 1, "decoy_rates": {"pending_in_time": 0.2}},
            "decoy_rates.pending_in_time: decoy_ratio 1 plans these decoys: leave one of the two out",
        ),
        (
            {"decoy_ratio": 13, "num_users": 500, "anomaly_rates": {"over_limit_transaction": 0.1}},
            "decoy_ratio 13: it asks for 650 decoys of over_limit_transaction, but the habits of 500 users "
            "surely give only 150: lower it or anomaly_rates",
        ),
        (
            {"num_users": 500, "decoy_rates": {"paid_around_limit": 0.25}},
            "decoy_rates: paid_around_limit asks for 125 users, but only 100 of 500 may be one: lower it",
        ),
        ({"preset": "simple", "decoy_ratio": 1}, "decoy_ratio: the preset simple does not read it"),
    ],
)
def test_decoys_of_a_bank_that_do_not_fit_are_refused_in_one_line(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageProblem) as refused:
        resolve("personal_banking", {"as_of": "2026-11-21", **values})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


# --- wholesale ----------------------------------------------------------------------------------------


def of_kinds(decoys: Counter[str]) -> Counter[str]:
    """How many decoys look like each kind of fault."""
    counts: Counter[str] = Counter()
    for decoy in WHOLESALE.sql("decoys"):
        counts[decoy.looks_like] += decoys[decoy.name]
    return counts


@pytest.mark.parametrize(
    "keys",
    size([{"preset": "small", "seed": 3}], [{}, {"preset": "small"}, {"as_of": "2025-05-17", "seed": 9}]),
    ids=str,
)
def test_the_books_know_the_decoys_of_a_year(keys: dict[str, Any]) -> None:
    config = resolve("wholesale", keys).config
    year = plan(config, Draws(config.seed, "wholesale", "facts")).year
    queries = {decoy.name: decoy for decoy in WHOLESALE.sql("decoys")}
    with connect(WHOLESALE, config, {}) as connection:
        for name, rows in make_world(WHOLESALE, config).items():
            connection.register(name, rows)
        for kind, functions in NATURAL.items():
            for function in functions:
                query = queries[function.__name__]
                assert query.looks_like == kind
                listed = {int(entity) for (entity,) in connection.execute(query.sql).fetchall()}
                known = [decoy.entity for decoy in function(year)]
                assert len(set(known)) == len(known)
                assert set(known) <= listed, query.name
                assert len(known) >= (0.6 if kind in LOOK_ALIKES else 0.97) * len(listed), query.name


@pytest.mark.parametrize(
    ("ratio", "rate", "preset"),
    size([(3, 0.02, "small")], [(1, 0.05, "small"), (3, 0.02, "small"), (10, 0.01, "medium")]),
)
def test_every_kind_of_a_wholesaler_has_its_decoys(ratio: int, rate: float, preset: str) -> None:
    keys = {"decoy_ratio": ratio, "anomaly_rates": dict.fromkeys(Failures.model_fields, rate)}
    scenario = resolve("wholesale", {**keys, "preset": preset, "seed": 5})
    config, twin = scenario.config, scenario.config.clean()
    with_faults, without = (make_world(WHOLESALE, config) for config in (config, twin))
    labels = labels_of(with_faults)
    assert not labels_of(without)
    for of, tables in ((config, with_faults), (twin, without)):
        kinds = of_kinds(decoys_of(WHOLESALE, of, tables))
        few = {kind for kind, count in labels.items() if kinds[kind] < quota(float(ratio), count)}
        assert not few
        with TemporaryDirectory() as directory:
            checks = verify_quickly(WHOLESALE, of, write_world(WHOLESALE, tables, Path(directory)))
        assert not [check.name for check in checks if not check.passed], as_text(checks)
    # a fault takes no more than its own row, or the rows of what it splits, from the decoys
    lost = decoys_of(WHOLESALE, twin, without) - decoys_of(WHOLESALE, config, with_faults)
    assert all(count <= 6 * labels.total() // len(labels) + 60 for count in lost.values()), lost


@st.composite
def wholesale(draw: st.DrawFn) -> Wholesale:
    """A small wholesaler whose faults and decoys fit: the ratio is halved until they do."""
    rate = st.floats(0.01, 0.08).map(lambda rate: round(rate, 4))
    values: dict[str, Any] = {
        "seed": draw(st.integers(0, 2**63 - 1)),
        "decoy_ratio": draw(st.sampled_from(RATIOS)),
        "anomaly_rates": {kind: draw(rate) for kind in Failures.model_fields},
    }
    while (config := resolve_or_none("wholesale", {"preset": "small", **values})) is None:
        values["decoy_ratio"] /= 2
    return config


def resolve_or_none(name: str, values: dict[str, Any]) -> Any:
    try:
        return resolve(name, values).config
    except UsageProblem:
        return None


@settings(few, max_examples=size(1, 5))
@given(config=wholesale())
def test_every_label_of_a_wholesaler_has_its_planned_decoys(config: Wholesale) -> None:
    tables = make_world(WHOLESALE, config)
    labels, decoys = labels_of(tables), decoys_of(WHOLESALE, config, tables)
    for kind, decoy in LOOK_ALIKES.items():
        assert decoys[decoy] >= quota(config.decoy_ratio or 0.0, labels[kind])
    for kind, count in of_kinds(decoys).items():
        assert count >= quota(config.decoy_ratio or 0.0, labels[kind])
    assert_truth(WHOLESALE, config, tables)


@pytest.mark.parametrize(
    ("kind", "decoy", "rate", "ratio"),
    [
        ("invoice_without_posting", "sale_taken_back", 0.01, 3),
        *size(
            (),
            (
                ("sample_unaccounted", "sample_never_sent", 0.05, 10),
                ("refund_above_invoice", "whole_invoice_credited", 0.2, 3),
                ("adjustment_without_reason", "write_off_with_reason", 0.03, 30),
                ("client_changed_before_payment", "changed_by_its_seller", 0.2, 5),
            ),
        ),
    ],
)
def test_more_of_what_is_sound_happens_where_a_year_holds_too_few(
    kind: str, decoy: str, rate: float, ratio: int
) -> None:
    keys = {"preset": "small", "anomaly_rates": {kind: rate}}
    planned, usual = (
        resolve("wholesale", {**keys, "decoy_ratio": ratio}).config,
        resolve("wholesale", keys).config,
    )
    with_them, without = (make_world(WHOLESALE, config) for config in (planned, usual))
    asked = quota(float(ratio), labels_of(with_them)[kind])
    assert decoys_of(WHOLESALE, usual, without)[decoy] < asked
    assert asked <= decoys_of(WHOLESALE, planned, with_them)[decoy] <= 3 * asked
    assert_truth(WHOLESALE, planned, with_them)


@pytest.mark.parametrize(
    ("kind", "rate", "ratio"),
    size(
        [("payment_before_bill", 0.02, 10)],
        [
            ("payment_of_wrong_client", 0.005, 10),
            ("price_below_floor", 0.05, 10),
            ("price_below_floor", 0.004, 100),
            ("bill_split", 0.02, 10),
            ("payment_before_bill", 0.02, 10),
        ],
    ),
)
def test_decoys_of_a_wholesaler_come_on_top_of_those_of_the_year(kind: str, rate: float, ratio: int) -> None:
    keys = {"preset": size("small", "medium"), "anomaly_rates": {kind: rate}}
    planned, usual = (
        resolve("wholesale", {**keys, "decoy_ratio": ratio}).config,
        resolve("wholesale", keys).config,
    )
    with_them, without = (make_world(WHOLESALE, config) for config in (planned, usual))
    more = decoys_of(WHOLESALE, planned, with_them) - decoys_of(WHOLESALE, usual, without)
    labels = labels_of(with_them)
    assert labels == labels_of(without)
    asked = quota(float(ratio), labels[kind])
    # a fault may fall on a decoy of the year, and a bill in two on a decoy of another kind
    assert asked - labels[kind] <= more[LOOK_ALIKES[kind]] <= asked + labels[kind]
    assert_truth(WHOLESALE, planned, with_them)


@pytest.mark.parametrize("seed", size([5], range(6)))
def test_at_a_years_end_every_label_of_a_growing_wholesaler_has_its_decoys(seed: int) -> None:
    """By rates that the first year sets: a day of it, a later year and the clean twin have the same."""
    rates = {"anomaly_rates": dict.fromkeys(Failures.model_fields, 0.02)}
    keys = {"preset": "small", "seed": seed, "decoy_ratio": 2, "history": {"start": "2022-03-01"}, **rates}
    early, late = (resolve("wholesale", keys, as_of=day) for day in ("2022-03-01", "2024-02-29"))
    twin = late.config.clean()
    assert early.config.clean().decoy_rates == twin.decoy_rates
    tables = make_world(late.world, late.config)
    labels, kinds = labels_of(tables), of_kinds(decoys_of(WHOLESALE, late.config, tables))
    assert len(labels) > 20
    assert {kind for kind, count in labels.items() if kinds[kind] < quota(2.0, count)} == set()
    with_faults, without = (
        plan(config, Draws(seed, "wholesale", "facts")).books.planned for config in (late.config, twin)
    )
    assert with_faults.keys() == without.keys() == set(LOOK_ALIKES.values())
    for name, decoys in with_faults.items():
        assert [one.entity for one in decoys.edits] == [one.entity for one in without[name].edits]
        assert decoys.placed == without[name].placed > 0


def test_twins_of_a_wholesaler_have_the_same_decoys() -> None:
    keys = {"decoy_ratio": 3, "anomaly_rates": dict.fromkeys(LOOK_ALIKES, 0.02)}
    keys["preset"] = size("small", "medium")
    faulty = resolve("wholesale", keys).config
    twin = resolve("wholesale", keys, clean=True).config
    assert resolve("wholesale", twin.model_dump(mode="json")).config == twin
    assert twin.decoy_ratio is None
    with_faults, without = (make_world(WHOLESALE, config) for config in (faulty, twin))
    labels, wanted = labels_of(with_faults), decoys_of(WHOLESALE, faulty, with_faults)
    kept = decoys_of(WHOLESALE, twin, without)
    for kind, decoy in LOOK_ALIKES.items():
        assert abs(kept[decoy] - wanted[decoy]) <= labels[kind]
    assert not labels_of(without)
    assert_truth(WHOLESALE, twin, without)
    named = {
        label[of]
        for label in with_faults["anomaly_manifest"].to_pylist()
        for of in ("entity_id", "related_entity_id")
    }
    for name, key in (("sales_sheet_history", "sales_sheet_history_id"), ("bills", "bill_id")):
        here, there = (
            {row[key]: row for row in tables[name].to_pylist()} for tables in (with_faults, without)
        )
        differ = {
            str(number) for number in here.keys() | there.keys() if here.get(number) != there.get(number)
        }
        assert differ <= named


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"decoy_ratio": 10, "anomaly_rates": {"payment_of_wrong_client": 0.05}},
            "decoy_ratio 10 asks for 1,480 decoys paid_by_another_method of payment_of_wrong_client, and of "
            "2,951 rows only",
        ),
        (
            {"preset": "small", "decoy_ratio": 100, "anomaly_rates": {"bill_split": 0.05}},
            "have room for one: lower it or anomaly_rates.bill_split",
        ),
        (
            {"decoy_ratio": 10, "anomaly_rates": {"vendor_is_a_user": 0.08}},
            "decoy_ratio 10 asks for 10 decoys of vendor_is_a_user, and the books can have only 8: lower it "
            "or anomaly_rates.vendor_is_a_user",
        ),
        (
            {"preset": "small", "decoy_ratio": 100, "anomaly_rates": {"invoice_without_posting": 0.03}},
            "decoy_ratio 100 asks for 1,900 decoys of invoice_without_posting, and the books can have only ",
        ),
        (
            {"decoy_ratio": 1, "anomaly_rates": {"approved_own_request": 0.6}},
            "anomaly_rates.approved_own_request asks for 158 of 264 rows, and only 106 have room for it "
            "beside the other kinds and decoys: lower it or decoy_ratio",
        ),
        (
            {"decoy_rates": {"paid_on_the_day_of_the_bill": 0.9}},
            "decoy_rates.paid_on_the_day_of_the_bill asks for",
        ),
        (
            {"decoy_ratio": 1, "decoy_rates": {"two_bills_below_limit": 0.1}},
            "decoy_rates.two_bills_below_limit: decoy_ratio 1 plans these decoys: leave one of the two out",
        ),
        ({"decoy_ratio": -1}, "decoy_ratio is -1"),
    ],
)
def test_decoys_of_a_wholesaler_that_do_not_fit_are_refused_in_one_line(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageProblem) as refused:
        resolve("wholesale", values)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
