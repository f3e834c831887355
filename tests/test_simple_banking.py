"""The preset `simple` of personal_banking: what its document asks of users, accounts and transactions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_assets
from synth_assets.checks.check import as_text
from synth_assets.model.errors import UsageProblem
from synth_assets.orchestration.scenario import resolve_run
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from tests.test_every_world import SIMPLE_FAULTS
from tests.worlds import failed, verified

AS_OF = "2026-11-21"
WORLD = load("personal_banking")
SHARES = {
    "FOOD_AND_DRINK": 0.25,
    "GENERAL_MERCHANDISE": 0.20,
    "TRANSPORTATION": 0.15,
    "ENTERTAINMENT": 0.10,
    "UTILITIES": 0.10,
    "HEALTHCARE": 0.05,
    "INCOME": 0.15,
}


def made(**keys):
    return synth_assets.generate("personal_banking", preset="simple", as_of=AS_OF, **keys)


@pytest.fixture(scope="module")
def hundred():
    return made(num_users=100)


@pytest.fixture(scope="module")
def rows(hundred):
    accounts = hundred.frame("accounts")[["account_id", "account_type"]]
    return hundred.frame("transactions").merge(accounts, on="account_id")


def test_fifty_users_by_default_who_did_not_consent():
    users = made().frame("users")
    assert len(users) == 50
    assert not users.consent_status.any()
    as_of = dt.datetime.fromisoformat(AS_OF)
    assert users.created_at.min() >= as_of - dt.timedelta(days=731)
    assert users.created_at.max() < as_of


def test_one_to_three_accounts_of_a_mix(hundred):
    accounts = hundred.frame("accounts")
    assert set(accounts.groupby("user_id").size()) == {1, 2, 3}
    assert set(accounts.account_type) == {"checking", "savings", "credit_card"}
    assert accounts.account_id.is_unique
    assert accounts.balance_current_cents.between(100_00, 50_000_00).all()


def test_twenty_to_a_hundred_transactions_an_account_in_180_days(rows):
    counts = rows.groupby("account_id").size()
    assert counts.min() >= 20
    assert counts.max() <= 100
    assert counts.std() > 15
    days = (pd.Timestamp(AS_OF) - rows.date).dt.days
    assert days.min() == 0
    assert 175 < days.max() < 180


def test_categories_have_exactly_their_weights(rows):
    counts = rows.category_primary.value_counts()
    for name, share in SHARES.items():
        assert abs(counts[name] - share * len(rows)) < 1, name


def test_amounts_have_their_sign_and_range(rows):
    income = rows.category_primary == "INCOME"
    assert rows[income].amount_cents.between(-6_000_00, -2_000_00).all()
    assert rows[~income].amount_cents.between(5_00, 250_00).all()
    assert not (rows[income].account_type == "credit_card").any()
    for name in set(SHARES) - {"INCOME"}:
        assert rows[rows.category_primary == name].amount_cents.mean() == pytest.approx(127_50, rel=0.1)


def test_five_per_cent_are_pending_the_latest_of_their_account(rows):
    assert rows.pending.sum() == int(0.05 * len(rows) + 0.5)
    for _, account in rows.groupby("account_id"):
        posted = account[~account.pending]
        assert (account[account.pending].date >= posted.date.max()).all()
    pending = rows[rows.pending].date
    assert (pending >= pd.Timestamp("2026-11-11")).all(), "ten days old at most"
    assert (pending > pd.Timestamp("2026-11-16")).mean() > 0.6, "most are a few days old"


def test_cards_have_limit_rate_and_minimum(hundred):
    liabilities = hundred.frame("liabilities")
    cards = hundred.frame("accounts").query("account_type == 'credit_card'")
    both = cards.merge(liabilities, on="account_id")
    assert len(both) == len(cards) == len(liabilities) > 30
    assert both.balance_limit_cents.between(1_000_00, 25_000_00).all()
    assert (both.balance_current_cents <= both.balance_limit_cents).all()
    assert both.apr_percentage.between(12.99, 29.99).all()
    assert (abs(both.minimum_payment_amount_cents - both.balance_current_cents * 0.02) <= 0.5).all()
    assert not both.is_overdue.any()


def test_merchants_belong_to_their_category(rows):
    assert rows.merchant_name.notna().all()
    assert rows.groupby("merchant_name").category_primary.nunique().max() == 1
    for name, plaid in (("UTILITIES", "RENT_AND_UTILITIES"), ("HEALTHCARE", "MEDICAL")):
        assert rows[rows.category_primary == name].category_detailed.str.startswith(plaid).all()


@given(
    users=st.integers(10, 80),
    low=st.integers(20, 60),
    more=st.integers(0, 60),
    pending=st.sampled_from([0.0, 0.05, 0.145, 0.25]),
    income=st.sampled_from([0.0, 0.15, 0.3]),
    accounts=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=15, deadline=None)
def test_counts_are_exact_for_any_keys(users, low, more, pending, income, accounts, seed):
    shares = SHARES | {"INCOME": income, "FOOD_AND_DRINK": 0.4 - income}
    keys = {
        "most_accounts": accounts,
        "fewest_transactions": low,
        "most_transactions": low + more,
        "pending_rate": pending,
        "category_shares": shares,
    }
    found = made(num_users=users, seed=seed, simple=keys).frame("transactions")
    counts = found.category_primary.value_counts().reindex(list(shares), fill_value=0)
    assert all(abs(counts[name] - share * len(found)) < 1 for name, share in shares.items())
    assert found.pending.sum() == np.floor(pending * len(found) + 0.5)
    assert found.groupby("account_id").size().between(low, low + more).all()


@given(
    rates=st.fixed_dictionaries({name: st.sampled_from([0.0, 0.02, 0.1]) for name in SIMPLE_FAULTS}),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=6, deadline=None)
def test_rules_find_exactly_the_manifest_for_any_rates(tmp_path_factory, rates, seed):
    keys = {"preset": "simple", "num_users": 120, "as_of": AS_OF, "seed": seed, "anomaly_rates": rates}
    config = resolve("personal_banking", keys).config
    checks = verified(WORLD, config, tmp_path_factory.mktemp("simple"))
    assert not failed(checks), as_text(checks)
    assert checks[-1].asked == f"{sum(count for _, count in WORLD.asked_labels(config).values()):,}"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"preset": "sample"}, "unknown preset 'sample' (presets: personas, simple, faulty, investigation)"),
        (
            {"preset": "simple", "anomaly_rates": dict.fromkeys(SIMPLE_FAULTS, 0.2)},
            "ask for 70 faults, but there are 50 users who may carry one",
        ),
        (
            {"preset": "simple", "anomaly_rates": {"over_limit_transaction": 0.1}},
            "over_limit_transaction asks for 5 faults, but no card of the preset simple is ever paid",
        ),
        (
            {"preset": "simple", "date_range_months": 9},
            "date_range_months: the preset simple does not read it",
        ),
        ({"simple": {"days": 200}}, "simple: the preset personas does not read it"),
        (
            {"preset": "simple", "simple": {"category_shares": {"INCOME": 0.5}}},
            "simple.category_shares add up to 1.35: they must add up to 1",
        ),
        (
            {"preset": "simple", "simple": {"category_shares": dict.fromkeys(SHARES, 0.0) | {"INCOME": 1.0}}},
            "INCOME asks for 5,",
        ),
        (
            {"preset": "simple", "simple": {"fewest_transactions": 120}},
            "more than simple.most_transactions, 100",
        ),
    ],
)
def test_what_does_not_fit_is_refused(keys, said):
    with pytest.raises(UsageProblem) as error:
        resolve("personal_banking", keys)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_run_config_may_name_the_preset():
    config = resolve_run(WORLD, {"preset": "simple", "num_users": 60}).config
    assert (config.preset, config.num_users, config.consent_ratio) == ("simple", 60, 0.0)


def test_a_file_may_name_the_preset(tmp_path):
    (tmp_path / "banking.yaml").write_text("personal_banking: {preset: simple, num_users: 60}\n")
    config = resolve("personal_banking", file=tmp_path / "banking.yaml").config
    assert (config.preset, config.num_users, config.consent_ratio) == ("simple", 60, 0.0)
    assert (
        resolve("personal_banking", file=tmp_path / "banking.yaml", preset="personas").config.num_users == 60
    )
