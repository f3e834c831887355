"""The world of seed 004: its numbers to the letter, its laws over random configurations, its shapes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth_assets
from synth_assets.checks.check import as_text
from synth_assets.model.errors import UsageProblem
from synth_assets.worlds.subscriptions import WORLD
from synth_assets.worlds.subscriptions.closed_form import closed_form
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import price_cents
from synth_assets.worlds.subscriptions.payers import (
    PAYERS,
    PAYERS_OF_200,
    payer_of,
    payers_below,
    place_of,
)
from synth_assets.worlds.subscriptions.shares import fill, split
from tests.thorough import size
from tests.worlds import failed, misfit, verified

NONE = {"ghost_subscriber": 0.0, "zombie_account": 0.0, "partial_payment": 0.0}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    world = synth_assets.generate("subscriptions")
    return {name: world.frame(name) for name in world.tables}


@pytest.fixture(scope="module")
def bills(tables) -> pd.DataFrame:
    """Invoices with their subscription, plan and payment, where there is one."""
    joined = tables["invoices"].merge(tables["subscriptions"], on="sub_id")
    return joined.merge(tables["plans"], on="plan_id").merge(tables["payments"], on="invoice_id", how="left")


def test_the_documents_scale(tables):
    assert len(tables["customers"]) == 1_000
    assert tables["plans"][["name", "monthly_price_cents"]].values.tolist() == [
        ["Basic", 1_000],
        ["Pro", 5_000],
        ["Enterprise", 20_000],
    ]
    dates = sorted(set(tables["invoices"]["invoice_date"]))
    assert dates == [pd.Timestamp(2024, month, 1) for month in range(1, 13)]
    assert (tables["subscriptions"]["start_date"] <= pd.Timestamp(2024, 1, 1)).all()


def test_columns_are_the_documents():
    shown = {table.name: [c.published_name for c in table.columns] for table in WORLD.tables}
    assert shown["customers"] == ["customer_id", "name", "email", "region", "created_at"]
    assert shown["plans"] == ["plan_id", "name", "monthly_price"]
    assert shown["subscriptions"] == ["sub_id", "customer_id", "plan_id", "start_date", "end_date", "status"]
    assert shown["invoices"] == ["invoice_id", "sub_id", "invoice_date", "due_date", "amount"]
    assert shown["payments"] == ["payment_id", "invoice_id", "payment_date", "amount_paid"]


def test_exactly_80_cancel(tables):
    assert tables["subscriptions"]["status"].value_counts().to_dict() == {"Active": 920, "Cancelled": 80}


def test_ghosts_are_1_5_percent_of_active_subscriptions_in_every_month(tables):
    subs, invoices = tables["subscriptions"], tables["invoices"]
    total = 0
    for month in range(1, 13):
        date = pd.Timestamp(2024, month, 1)
        active = int((subs["end_date"].isna() | (subs["end_date"] >= date)).sum())
        billed = int((invoices["invoice_date"] == date).sum())
        assert active - billed == int(0.015 * active + 0.5)
        total += active - billed
    assert total == 173


def test_zombies_are_2_percent_of_invoices_and_grace_has_run_out(tables, bills):
    labels = tables["anomaly_manifest"].query("type == 'zombie_account'")
    assert len(labels) == round(0.02 * len(bills)) == 227
    zombies = bills[bills["invoice_id"].isin(labels["entity_id"])]
    assert zombies["payment_id"].isna().all()
    assert (zombies["status"] == "Active").all()
    assert zombies["invoice_date"].max() == pd.Timestamp(2024, 11, 1)


def test_partial_payments_are_3_percent_with_ratios_from_90_to_99(tables, bills):
    short = bills[bills["amount_paid_cents"] < bills["amount_cents"]]
    ratio = short["amount_paid_cents"] / short["amount_cents"]
    assert len(short) == round(0.03 * len(tables["payments"])) == 333
    assert ratio.between(0.90, 0.99).all()
    assert ratio.mean() == pytest.approx(0.945, abs=0.005)  # uniform: sd .026 over the root of 333


def test_late_payments_are_10_percent_in_full_and_never_look_like_zombies(tables, bills):
    late = bills[bills["payment_date"] > bills["due_date"]]
    days = (late["payment_date"] - late["due_date"]).dt.days
    assert len(late) == round(0.10 * len(tables["payments"])) == 1_108
    assert (late["amount_paid_cents"] == late["amount_cents"]).all()
    assert days.between(1, 29).all()


def test_decoys_stand_beside_the_labels_and_are_not_labelled(tables, bills):
    labelled = set(tables["anomaly_manifest"]["entity_id"])
    december = bills[bills["payment_id"].isna() & (bills["invoice_date"] == pd.Timestamp(2024, 12, 1))]
    assert len(december) == 46  # 5 % of 920
    assert not labelled & set(december["invoice_id"])
    cancelled = tables["subscriptions"].query("status == 'Cancelled'")
    assert not labelled & set(cancelled["sub_id"])


def test_settlement_is_derived(tables):
    found = tables["invoice_settlement"]["settlement"].value_counts().to_dict()
    assert found == {"paid": 10_751, "partially_paid": 333, "zombie": 227, "unpaid": 46}


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Any configuration whose faults fit: rates are halved until they do."""
    share = st.floats(0, 0.1).map(lambda rate: round(rate, 4))
    values: dict[str, Any] = {
        "seed": draw(st.integers(0, 2**63 - 1)),
        "as_of": draw(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))),
        "num_customers": draw(st.integers(1, 1_500)),
        "period_months": draw(st.integers(1, 30)),
        "billing_interval_months": draw(st.sampled_from([1, 1, 1, 2, 3, 12])),
        "payment_terms_days": draw(st.sampled_from([0, 7, 14, 30, 60])),
        "grace_days": draw(st.sampled_from([30, 45, 90])),
        "monthly_prices": {"basic": draw(st.sampled_from([1.0, 9.99, 10.0]))},
        "new_customers_share": draw(st.sampled_from([0.0, 0.0, 0.05, 0.3, 0.7, 1.0])),
        "plan_change_share": draw(st.sampled_from([0.0, 0.05, 0.25, 0.8])),
        "ghosts_at_plan_changes": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "churn_rate": draw(share),
        "late_rate": draw(share),
        "in_grace_unpaid_rate": draw(share),
        "anomaly_rates": {
            kind: draw(share) for kind in ("ghost_subscriber", "zombie_account", "partial_payment")
        },
    }
    if not values["plan_change_share"]:
        values["ghosts_at_plan_changes"] = 0.0
    while misfit(WORLD, Config(**values)):
        values["plan_change_share"] = values["plan_change_share"] / 2
        values["late_rate"] = round(values["late_rate"] / 2, 4)
        values["anomaly_rates"] = {k: round(r / 2, 4) for k, r in values["anomaly_rates"].items()}
    return Config(**values)


@settings(
    max_examples=size(8, 12),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(config=configs())
def test_rules_find_exactly_the_manifest_and_every_law_holds(config):
    with TemporaryDirectory() as directory:
        checks = verified(WORLD, config, Path(directory))
    assert not failed(checks), as_text(checks)


@pytest.mark.parametrize("changes", [{}, {"plan_change_share": 0.4, "ghosts_at_plan_changes": 0.5}])
def test_the_clean_twin_differs_only_where_a_label_says_so(changes):
    fields = {"num_customers": 3_000, **changes}
    dirty, clean = (synth_assets.generate("subscriptions", clean=c, **fields) for c in (False, True))
    labels = dirty.frame("anomaly_manifest")
    ids = labels.groupby("type", observed=True)["anomaly_id"].agg(set)
    number = {kind: {id_[-9:] for id_ in found} for kind, found in ids.items()}
    for name in ("customers", "plans", "subscriptions"):
        assert dirty.tables[name].equals(clean.tables[name])
    for name, gone in (
        ("invoices", number["ghost_subscriber"]),
        ("payments", number["ghost_subscriber"] | number["zombie_account"]),
    ):
        with_faults, without = dirty.frame(name), clean.frame(name)
        key = without.columns[0]
        missing = set(without[key].str[-9:]) - set(with_faults[key].str[-9:])
        assert missing == gone
        assert set(with_faults[key]) <= set(without[key])
        same = without[without[key].isin(with_faults[key])].reset_index(drop=True)
        differing = (same != with_faults).any(axis=1)
        short = number["partial_payment"] if name == "payments" else set()
        assert set(with_faults[key][differing].str[-9:]) == short


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"period_months": 1},
            "anomaly_rates: zombie_account is 0.02, but no bill of the 1 months is old enough",
        ),
        ({"churn_rate": 1.0}, "anomaly_rates: churn_rate 1 leaves nobody active to carry them"),
        (
            {"anomaly_rates": {"ghost_subscriber": 0.95}},
            "they ask for 953 of the bills of 2024-01-01, but only 920",
        ),
        ({"plan_shares": {"basic": 0.6}}, "plan_shares: they add up to 1.05, but must add up to 1"),
        ({"grace_days": 10}, "grace_days is 10, but must be a whole number from 30 to 180"),
        (
            {
                "num_customers": 2,
                "period_months": 13,
                "grace_days": 90,
                "late_rate": 0.1,
                "in_grace_unpaid_rate": 0.2,
                "anomaly_rates": {"ghost_subscriber": 0, "zombie_account": 0.1},
            },
            "late_rate 0.1 3 of 23 payments would be late, not 2",
        ),
        (
            {
                "num_customers": 2,
                "period_months": 6,
                "billing_interval_months": 2,
                "payment_terms_days": 90,
                "churn_rate": 1,
                "late_rate": 1,
                "anomaly_rates": NONE,
            },
            "late_rate 1: more bills of 2024-07-01 would be late than there are",
        ),
        (
            {"new_customers_share": 0.8, "churn_rate": 0.9, "anomaly_rates": NONE},
            "churn_rate 0.9: with new_customers_share 0.8 ",
        ),
        (
            {"new_customers_share": 1.0, "plan_change_share": 0.95, "churn_rate": 0.0, "anomaly_rates": NONE},
            "plan_change_share 0.95: 60 changes find nobody who is billed before: lower it",
        ),
        (
            {"ghosts_at_plan_changes": 0.5},
            "ghosts_at_plan_changes 0.5: nobody changes their plan: raise plan_change_share or set it to 0",
        ),
        (
            {"plan_change_share": 1.0, "churn_rate": 0.0},
            "of the bills of 2024-01-01, but only 0 subscriptions stay active to the end: lower the rates or "
            "plan_change_share",
        ),
        ({"num_customers": 10**9 - 1}, "3 x num_customers x billing dates is 35,999,999,964"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(values, message):
    with pytest.raises(UsageProblem) as refused:
        synth_assets.generate("subscriptions", **values)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_only_customer_may_cancel(tmp_path):
    config = Config(num_customers=1, churn_rate=1.0, late_rate=0.1, anomaly_rates=NONE)
    checks = verified(WORLD, config, tmp_path)
    assert not failed(checks), as_text(checks)


def test_prices_are_rounded_half_up_to_whole_cents(tmp_path):
    config = Config(num_customers=50, monthly_prices={"basic": 10.005, "pro": 10.125, "enterprise": 19.99})
    checks = verified(WORLD, config, tmp_path)
    assert not failed(checks), as_text(checks)
    assert price_cents(config).tolist() == [1_001, 1_013, 1_999]


def test_split_adds_up_and_follows_the_weights():
    assert split(10, [1.0, 1.0, 2.0]) == (3, 2, 5)
    assert split(7, [0.0, 3.0, 0.0]) == (0, 7, 0)
    assert split(7, [0.0, 0.0]) == (0, 0)


def test_fill_gives_none_more_than_its_room():
    assert fill(9, [1.0, 1.0, 1.0], [2, 5, 5]) == (2, 4, 3)
    assert fill(9, [1.0, 0.0, 1.0], [2, 5, 5]) == (2, 0, 5)
    assert fill(4, [1.0, 1.0], [9, 9]) == split(4, [1.0, 1.0])


def test_split_reads_weights_as_written_whatever_python_adds_up():
    assert split(15, [0.7, 0.2, 0.1]) == (11, 3, 1)  # 13.5 is a half: .7 + .2 in binary is not .9
    assert split(10**9, [0.55, 0.33, 0.12]) == (550_000_000, 330_000_000, 120_000_000)


@pytest.fixture(scope="module")
def growing() -> pd.DataFrame:
    """Subscriptions of a business half of whose customers start within the year."""
    world = synth_assets.generate("subscriptions", num_customers=50_000, new_customers_share=0.5)
    return world.frame("subscriptions").assign(cancelled=lambda subs: subs["end_date"].notna())


def test_customers_start_all_year_ever_more_of_them(growing):
    new = growing[growing["start_date"] > pd.Timestamp(2024, 1, 1)]
    assert len(new) == 25_000
    day = (new["start_date"] - pd.Timestamp(2024, 1, 2)).dt.days
    assert sorted(set(day)) == list(range(365))
    # e-fold in 18 months: the mean day of the year follows; its deviation is 105 days over the root of 25,000
    weights = np.exp(np.arange(365) / (18 * 30.437))
    assert day.mean() == pytest.approx(np.average(np.arange(365), weights=weights), abs=4)


def test_new_customers_cancel_most_and_after_a_bill(growing):
    assert growing["cancelled"].sum() == 4_000
    tenure = (growing["end_date"] - growing["start_date"]).dt.days
    new = growing["start_date"] > pd.Timestamp(2024, 1, 1)
    assert tenure[new].min() >= 0
    january = growing["start_date"].between("2024-01-02", "2024-02-01")
    old = growing["start_date"] < pd.Timestamp(2023, 1, 1)
    assert growing["cancelled"][january].mean() > 1.5 * growing["cancelled"][old].mean()
    december = growing["start_date"] > pd.Timestamp(2024, 12, 1)
    assert december.sum() > 2_000
    assert not growing["cancelled"][december].any()


def test_a_share_of_new_customers_moves_no_quota():
    world = synth_assets.generate("subscriptions", new_customers_share=0.3)
    subs, invoices = world.frame("subscriptions"), world.frame("invoices")
    assert (subs["start_date"] > pd.Timestamp(2024, 1, 1)).sum() == 300
    assert (subs["status"] == "Cancelled").sum() == 80
    for month in range(1, 13):
        date = pd.Timestamp(2024, month, 1)
        active = (subs["start_date"] <= date) & ~(subs["end_date"] < date)
        billed = (invoices["invoice_date"] == date).sum()
        assert active.sum() - billed == int(0.015 * active.sum() + 0.5)


@pytest.fixture(scope="module")
def many() -> dict[str, pd.DataFrame]:
    world = synth_assets.generate("subscriptions", num_customers=50_000, clean=True)
    return {name: world.frame(name) for name in ("subscriptions", "plans", "invoices", "payments")}


def test_hazard_falls_with_tenure_and_differs_by_plan(many):
    subs = many["subscriptions"].merge(many["plans"], on="plan_id")
    subs["cancelled"] = subs["status"] == "Cancelled"
    by_plan = subs.groupby("name", observed=True)["cancelled"].mean()
    assert by_plan["Basic"] / by_plan["Pro"] == pytest.approx(1.25, abs=0.08)
    assert by_plan["Enterprise"] / by_plan["Pro"] == pytest.approx(0.5, abs=0.06)
    tenure = (pd.Timestamp("2024-01-01") - subs["start_date"]).dt.days / 30.437
    young, old = subs["cancelled"][tenure < 6].mean(), subs["cancelled"][tenure > 30].mean()

    def risk(tenures: range) -> float:  # of tenures that are exponential with mean 18 months
        base = np.exp(-np.array(tenures) / 18)
        hazard = [sum((t + month + 1) ** -0.45 for month in range(12)) for t in tenures]
        return np.average(hazard, weights=base)

    expected = risk(range(6)) / risk(range(30, 49))
    assert young / old == pytest.approx(expected, rel=0.12)  # some 1,700 and 500 cancel: sd 5 %
    assert expected > 2


@pytest.mark.parametrize("seed", range(8))
def test_cancellations_differ_by_month(seed):
    subs = synth_assets.generate("subscriptions", seed=seed, clean=True).frame("subscriptions")
    months = subs["end_date"].dt.month.value_counts().reindex(range(1, 13), fill_value=0)
    assert months.sum() == 80
    assert months.min() >= 2
    assert months.max() <= 16
    # log-normal of spread .35, of which months are the quantiles; .14 were they only falling with tenure
    assert 0.27 < months.std() / months.mean() < 0.55


def test_which_month_loses_most_is_drawn():
    worst = set()
    for seed in range(20):
        draws = WORLD.draws(Config(seed=seed), "bills")
        billed = closed_form(Config(seed=seed), draws).billed
        worst.add(int(np.argmax(-np.diff(billed))))
    assert len(worst) >= 5


def test_cancellations_cluster_before_renewal(many):
    ends = many["subscriptions"]["end_date"].dropna()
    days_left = (ends + pd.offsets.MonthBegin(1) - ends).dt.days
    assert (days_left <= 4).mean() == pytest.approx(0.6 + 0.4 * 4 / 30.5, abs=0.02)


def test_plan_mix_is_a_quota(many):
    counts = many["subscriptions"]["plan_id"].value_counts().sort_index().tolist()
    assert counts == [27_500, 16_500, 6_000]


def test_payment_lag_on_time_is_card_ach_and_invoice(many):
    paid = many["payments"].merge(many["invoices"], on="invoice_id").query("payment_date <= due_date")
    lag = (paid["payment_date"] - paid["invoice_date"]).dt.days
    share = np.bincount(lag, minlength=15) / len(lag)
    assert len(share) == 15
    assert share[:3].sum() == pytest.approx(0.60, abs=0.01)
    assert share[3:6].sum() == pytest.approx(
        0.25 + 0.15 * 0.15, abs=0.02
    )  # and invoice payers of days 3 to 5
    assert share[6:].sum() == pytest.approx(0.15 * 0.84, abs=0.02)


def paid_bills(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Payments with their invoice: days to pay, and whether late."""
    paid = tables["payments"].merge(tables["invoices"], on="invoice_id")
    return paid.assign(
        late=paid["payment_date"] > paid["due_date"],
        days=(paid["payment_date"] - paid["invoice_date"]).dt.days,
    )


def test_a_few_customers_are_late_often_and_most_never(many):
    late = (
        paid_bills(many).query("invoice_date < '2024-12-01'").groupby("sub_id")["late"].agg(["sum", "mean"])
    )
    latest = late["sum"].nlargest(len(late) // 10).sum() / late["sum"].sum()
    assert latest == pytest.approx(0.66, abs=0.03)  # .30 were lateness nobody's habit
    assert (late["sum"] == 0).mean() == pytest.approx(0.65, abs=0.03)  # and .31
    assert (late["mean"] > 0.4).mean() == pytest.approx(0.10, abs=0.02)  # and none


def test_lateness_lasts(many):
    paid = paid_bills(many)
    first = paid[paid["invoice_date"] < "2024-07-01"].groupby("sub_id")["late"].mean()
    second = paid[paid["invoice_date"] >= "2024-07-01"].groupby("sub_id")["late"].mean()
    assert first.corr(second) > 0.75  # 0 were lateness nobody's habit


def test_how_a_customer_pays_is_the_customers(many):
    on_time = paid_bills(many).query("not late")
    mean = on_time.groupby("sub_id")["days"].transform("mean")
    assert mean.var() / on_time["days"].var() == pytest.approx(0.84, abs=0.02)  # .09 were it nobody's habit


@pytest.mark.parametrize("late_rate", [0.01, 0.3, 0.6, 0.9])
def test_any_late_rate_is_met_exactly_in_every_month(late_rate):
    fields = {"late_rate": late_rate, "in_grace_unpaid_rate": 0.02, "new_customers_share": 0.2}
    world = synth_assets.generate("subscriptions", **fields)
    paid = paid_bills({name: world.frame(name) for name in ("payments", "invoices")})
    assert paid["late"].sum() == int(late_rate * len(paid) + 0.5)
    by_month = paid.groupby("invoice_date")["late"].mean()
    assert by_month.to_numpy() == pytest.approx(late_rate, abs=0.035)  # zombies and ghosts stay away


@pytest.mark.parametrize(("as_of", "least"), [("2024-12-31", 0.05), ("2024-12-10", 0.005)])
def test_no_payments_pile_up_on_the_last_day(as_of, least):
    world = synth_assets.generate("subscriptions", as_of=as_of, num_customers=50_000, clean=True)
    last = pd.Timestamp(as_of)
    days = world.frame("payments")["payment_date"].value_counts()
    week = [days.get(last - pd.Timedelta(days=before), 0) for before in range(7)]
    assert week[0] < 1.3 * week[1] + 30
    assert least < week[0] / sum(week) < 0.25


def test_payers_are_known_in_counts():
    ranks = np.arange(1_000)
    payers = payer_of(ranks)
    for payer in range(len(PAYERS)):
        assert place_of(ranks, payer)[payers == payer].tolist() == list(range((payers == payer).sum()))
        assert payers_below(ranks)[:, payer].tolist() == [0, *np.cumsum(payers == payer)[:-1]]
    assert np.bincount(payers).tolist() == [5 * count for count in PAYERS_OF_200]


def test_late_payments_come_soon_after_the_due_date(many):
    late = many["payments"].merge(many["invoices"], on="invoice_id").query("payment_date > due_date")
    days = (late["payment_date"] - late["due_date"]).dt.days
    assert days.mean() == pytest.approx(1 + 1.4 * 5 - 0.5, abs=0.5)  # whole days of 1 + Gamma(1.4, 5)
    assert days.max() <= 29
