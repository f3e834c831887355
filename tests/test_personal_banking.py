"""personal_banking: archetypes by quota, habits that trigger exactly the persona meant, balances that run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_assets
from synth_assets.checks.check import as_text
from synth_assets.generation.blocks import BlockTable, make_block
from synth_assets.model.draws import Draws
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS
from synth_assets.worlds.personal_banking.activity.events import (
    CARD,
    CHECKING,
    MOST_DESCRIPTORS,
    OWED,
    SAVINGS,
)
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.activity.habits import habits
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.persona_assignments import (
    PERSONAS,
    Signals,
    judged,
    read_signals,
)
from tests.test_every_world import BANK_FAULTS
from tests.thorough import size
from tests.worlds import decided, failed, make_world, verified

AS_OF = dt.date(2026, 11, 21)
WORLD = load("personal_banking")


def config(**keys) -> Config:
    return Config(**{"as_of": AS_OF, **keys})


def planned(of: Config) -> user_plan.Users:
    return user_plan.plan(of, Draws(of.seed, "personal_banking", "users"), np.arange(of.num_users))


# --- who is who ---------------------------------------------------------------------------------------


def test_75_users_have_the_archetypes_of_the_document():
    assert user_plan.archetype_counts(config()) == [15, 10, 10, 10, 8, 10, 5, 7]
    assert user_plan.archetype_counts(config(num_users=90)) == [18, 12, 12, 12, 10, 12, 6, 8]
    found = planned(config())
    assert np.bincount(found.archetype).tolist() == [15, 10, 10, 10, 8, 10, 5, 7]
    assert sorted(found.edge[found.edge >= 0]) == list(range(7)), "each listed edge case once"
    assert found.consents.sum() == 68
    assert not found.consents[found.edge == user_plan.NO_CONSENT].any()


@given(
    users=st.integers(10, 3_000),
    seed=st.integers(0, 1_000),
    ratio=st.sampled_from([0.0, 0.05, 0.5, 0.9, 0.97, 1.0]),
)
@settings(max_examples=size(15, 40), deadline=None)
def test_quotas_are_exact_for_any_count(users, seed, ratio):
    asked = config(num_users=users, seed=seed, consent_ratio=ratio)
    found = planned(asked)
    assert np.bincount(found.archetype, minlength=8).tolist() == user_plan.archetype_counts(asked)
    edges = found.edge[found.edge >= 0]
    assert sorted(edges) == sorted(place % 7 for place in range(len(edges)))
    assert found.consents.sum() == int(ratio * users + 0.5)
    refusing = found.edge[~found.consents]
    if len(refusing) >= (edges == user_plan.NO_CONSENT).sum():
        assert not found.consents[found.edge == user_plan.NO_CONSENT].any()
    if len(refusing) <= users - len(edges):
        assert set(refusing) <= {-1, user_plan.NO_CONSENT}


# --- personas -----------------------------------------------------------------------------------------


def intended(users: user_plan.Users) -> np.ndarray:
    """Persona bits, users x windows; nobody has two paydays 45 days apart within 30 days."""
    bits = np.stack([users.personas, users.personas], axis=1)
    bits[:, 0] &= ~user_plan.VARIABLE_INCOME
    return bits


def signals_of(of: Config) -> Signals:
    """The figures of all users, users x windows."""
    tables = [f"signals_{name}" for name in ("subscriptions", "savings", "credit", "income", "cash_flow")]
    blocks = []
    for rows in WORLD.blocks(of, "num_users"):
        made = make_block(WORLD, of, "num_users", rows)
        blocks.append(read_signals(*(BlockTable(made[table]) for table in tables)))
    return Signals(*(np.concatenate(parts).reshape(-1, 2) for parts in zip(*blocks, strict=True)))


def triggered(of: Config) -> np.ndarray:
    flags = judged(signals_of(of))
    return sum(flags[name].astype(int) << place for place, name in enumerate(PERSONAS))


@pytest.mark.parametrize(
    ("users", "seed", "as_of"),
    [
        (75, 1, AS_OF),
        (90, 2, dt.date(2026, 2, 28)),
        (500, 3, dt.date(2024, 12, 31)),
        (5_000, 4, dt.date(2025, 3, 1)),
        (5_000, 5, AS_OF),
    ],
)
def test_every_user_triggers_exactly_the_personas_meant(users, seed, as_of):
    asked = config(num_users=users, seed=seed, as_of=as_of)
    wrong = np.argwhere(triggered(asked) != intended(planned(asked)))
    assert not len(wrong), wrong[:5]


@given(seed=st.integers(0, 2**31), day=st.dates(dt.date(2023, 1, 1), dt.date(2027, 12, 31)))
@settings(max_examples=size(10, 25), deadline=None)
def test_personas_hold_for_any_seed_and_day(seed, day):
    asked = config(num_users=100, seed=seed, as_of=day)
    assert (triggered(asked) == intended(planned(asked))).all()


@pytest.mark.parametrize(("users", "seed"), [(90, 11), (500, 12)])
def test_sql_finds_the_same_signals_and_personas(tmp_path, users, seed):
    checks = verified(WORLD, config(num_users=users, seed=seed), tmp_path)
    assert not failed(checks), as_text(checks)
    assert {"personas_follow_from_signals", "low_days_are_found"} <= {
        c.name.replace(" ", "_") for c in checks
    }


def test_edge_users_stand_exactly_on_their_threshold():
    asked = config(num_users=300)
    users, found = planned(asked), signals_of(asked)
    at = {edge: users.edge == edge for edge in range(7)}
    assert (found.utilization_pct[at[user_plan.HALF_USED]] == 50).all()
    assert (found.recurring_merchants[at[user_plan.THREE_MERCHANTS]] == 3).all()
    assert (found.low_balance_days[at[user_plan.THREE_LOW_DAYS]] == [9, 54]).all()
    assert (found.low_balance_share_pct[at[user_plan.THREE_LOW_DAYS]] == 30).all()
    block = decided("personal_banking", asked, range(300))
    rows = np.bincount(block.rows.user, minlength=300)
    assert not rows[at[user_plan.NO_RESULT]].any()
    pending = np.bincount(block.rows.user, block.rows.is_pending, 300)
    assert (pending[at[user_plan.ONLY_PENDING]] == rows[at[user_plan.ONLY_PENDING]]).all()
    assert (pending[at[user_plan.ONLY_PENDING]] > 0).all()
    assert not block.has_account[at[user_plan.ONLY_CASH]][:, OWED].any(), "no credit of any kind"


# --- balances -----------------------------------------------------------------------------------------


def test_balances_replay_and_transfers_have_two_legs():
    made = make_world(WORLD, config(num_users=200))
    rows, accounts = made["transactions"].to_pandas(), made["accounts"].to_pandas().set_index("account_id")
    flow = rows[~rows.pending].groupby("account_id").amount_cents.sum().reindex(accounts.index, fill_value=0)
    owed = ["credit_card", "mortgage", "student_loan", "auto_loan", "personal_loan"]
    sign = np.where(accounts.account_type.isin(owed), -1, 1)
    assert (accounts.opening_balance_cents - sign * flow == accounts.balance_current_cents).all()
    legs = rows[rows.category_primary.isin(["TRANSFER_IN", "LOAN_PAYMENTS"]) & (rows.amount_cents < 0)]
    outs = rows[rows.amount_cents > 0].groupby(["user_id", "date", "amount_cents"]).size()
    assert len(legs) > 500
    assert all((leg.user_id, leg.date, -leg.amount_cents) in outs.index for leg in legs.itertuples())


def test_a_fortnight_that_a_holiday_lengthens_brings_no_money_from_shops():
    """Payday before Thanksgiving comes a day early: on the day before the next one no balance may rise."""
    asked = config(num_users=400, as_of=dt.date(2026, 1, 1), date_range_months=13, seed=77)
    block = decided("personal_banking", asked, range(400))
    stressed = (block.users.personas & user_plan.CASH_FLOW_STRESSED > 0)[block.rows.user]
    labels = block.rows.label[stressed & (block.rows.amount_cents < 0) & (block.rows.account == CHECKING)]
    assert {DESCRIPTORS[label].detailed for label in np.unique(labels)} <= {"INCOME_WAGES"}


def test_only_who_overdraws_by_habit_is_overdrawn_and_cards_stay_within_their_limit():
    block = decided("personal_banking", config(num_users=1_000), range(1_000))
    habit = user_plan.HIGH_UTILIZATION | user_plan.SUBSCRIPTION_HEAVY | user_plan.CASH_FLOW_STRESSED
    habit |= user_plan.VARIABLE_INCOME
    may = (block.users.personas & habit > 0) & (block.users.edge < 0)
    may &= block.users.personas & user_plan.SAVINGS_BUILDER == 0
    days = int(block.rows.day.max()) + 1
    here = (block.rows.account == CHECKING) & ~block.rows.is_pending
    flow = np.zeros((1_000, days), dtype=np.int64)
    np.add.at(flow, (block.rows.user[here], block.rows.day[here]), block.rows.amount_cents[here])
    balance = block.opening_cents[:, [CHECKING]] - np.cumsum(flow, axis=1)
    assert balance[~may].min() > 0
    assert (balance[may].min(axis=1) < 0).mean() == pytest.approx(0.36, abs=0.08)
    rows = block.rows
    card = rows.account == CARD
    owed = np.zeros((1_000, days), dtype=np.int64)
    np.add.at(owed, (rows.user[card], rows.day[card]), rows.amount_cents[card])
    owed = block.opening_cents[:, [CARD]] + np.cumsum(owed, axis=1)
    assert (owed >= 0).all()
    assert (owed.max(axis=1) <= block.cards.limit_cents).all(), "on no day, not on the last alone"
    assert (block.closing_cents[:, SAVINGS] >= 0).all()


def test_interest_is_charged_to_revolvers_alone():
    asked = config(num_users=1_000)
    users, found = planned(asked), signals_of(asked)
    revolves = (users.personas & user_plan.HIGH_UTILIZATION > 0) & (users.edge != user_plan.HALF_USED)
    assert (found.interest_charged_cents[revolves, 1] > 0).all()
    assert not found.interest_charged_cents[~revolves].any()


def test_pay_comes_by_the_published_cadences():
    asked = config(num_users=4_000)
    users = planned(asked)
    known = habits(window(asked), Draws(asked.seed, "personal_banking", "users"), users)
    salaried = ~known.is_stressed & (users.personas & user_plan.VARIABLE_INCOME == 0)
    shares = [(known.days_a_pay[salaried].round(1) == days).mean() for days in (7, 14, 15.2, 30.4)]
    assert shares == pytest.approx([0.27, 0.43, 0.20, 0.10], abs=0.05)


def test_no_row_repeats_by_chance():
    rows = decided("personal_banking", config(num_users=4_000), range(1_024, 2_048)).rows
    out = rows.amount_cents > 0
    keys = np.stack([rows.user, rows.account, rows.day, rows.label, rows.amount_cents])[:, out]
    assert len(np.unique(keys, axis=1).T) == out.sum()
    assert len(DESCRIPTORS) < MOST_DESCRIPTORS


def test_money_comes_in_as_pay_transfer_card_payment_interest_or_refund():
    asked = config(num_users=8_000, seed=7)
    rows = decided("personal_banking", asked, range(6_144, 7_168)).rows  # one has two payments due on a day
    incoming = {DESCRIPTORS[label].detailed for label in np.unique(rows.label[rows.amount_cents < 0])}
    returned = {
        label for label in incoming if label.startswith(("GENERAL_MERCHANDISE_", "HOME_IMPROVEMENT_"))
    }
    assert incoming - returned == {
        "INCOME_WAGES",
        "INCOME_INTEREST_EARNED",
        "INCOME_TAX_REFUND",
        "TRANSFER_IN_SAVINGS",
        "TRANSFER_IN_ACCOUNT_TRANSFER",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "LOAN_PAYMENTS_MORTGAGE_PAYMENT",
        "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
        "LOAN_PAYMENTS_CAR_PAYMENT",
        "LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT",
    }
    assert len(returned) == 9, "what shops, websites and hardware stores sell"


# --- faults -------------------------------------------------------------------------------------------


@given(
    rates=st.fixed_dictionaries({name: st.sampled_from([0.0, 0.02, 0.05]) for name in BANK_FAULTS}),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=5, deadline=None)
def test_rules_find_exactly_the_manifest_for_any_rates(tmp_path_factory, rates, seed):
    asked = config(num_users=120, seed=seed, anomaly_rates=rates)
    checks = verified(WORLD, asked, tmp_path_factory.mktemp("bank"))
    assert not failed(checks), as_text(checks)
    assert checks[-1].asked == f"{sum(count for _, count in WORLD.asked_labels(asked).values()):,}"


def test_faults_move_no_other_row():
    asked = config(num_users=300, anomaly_rates=BANK_FAULTS)
    clean = make_world(WORLD, asked.clean())["transactions"].to_pandas().set_index("transaction_id")
    faulty = make_world(WORLD, asked)["transactions"].to_pandas().set_index("transaction_id")
    users = planned(asked)
    added, gone = faulty.index.difference(clean.index), clean.index.difference(faulty.index)
    late = (users.fault == 8).sum()  # of a payment that comes later both sides have other numbers
    assert late == 15
    assert len(added) == ((users.fault == 1) | (users.fault == 3)).sum() + 2 * late == 60
    assert len(gone) == (users.fault == 6).sum() + 2 * late == 45
    both = faulty.index.intersection(clean.index)
    rows = [frame.loc[both].astype(object).fillna("") for frame in (faulty, clean)]
    differs = (rows[0] != rows[1]).any(axis=1).sum()
    assert differs == (users.fault == 2).sum() == 15


def test_more_faults_than_users_who_may_carry_them_are_refused():
    with pytest.raises(
        UsageProblem, match="faults, but there are 25 high utilizers and savings builders, whose transfers"
    ):
        resolve("personal_banking", {"anomaly_rates": {"transfer_leg_missing": 0.5}})


def test_user_count_is_another_name_for_num_users(tmp_path: Path):
    assert resolve("personal_banking", {"user_count": 12}).config.num_users == 12
    assert resolve("personal_banking", {"user_count": 60}, preset="simple").config.num_users == 60
    (tmp_path / "config.yaml").write_text("user_count: 60\n")
    assert (
        resolve("personal_banking", {"num_users": 12}, file=tmp_path / "config.yaml").config.num_users == 12
    )


def test_the_preset_faulty_has_every_kind_of_fault() -> None:
    world = synth_assets.generate("personal_banking", preset="faulty", as_of="2026-11-21", num_users=200)
    kinds = world.frame("anomaly_manifest").type.value_counts()
    assert dict(kinds) == {anomaly.name: 6 for anomaly in load("personal_banking").anomalies}
    plain = synth_assets.generate("personal_banking", as_of="2026-11-21", num_users=200)
    personas = ["user_id", "window_days", "primary_persona"]
    assert plain.frame("persona_assignments")[personas].equals(world.frame("persona_assignments")[personas])
