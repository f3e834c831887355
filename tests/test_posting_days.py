"""personal_banking: banks post on business days, purchases one to three of them after they are made."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.config import Config
from tests.bank import AS_OF, ASKED, USERS, tables
from tests.worlds import decided, is_caught, make_world, spoil, write_world

BANKS = "^(?:RENT_AND_UTILITIES|LOAN_PAYMENTS|TRANSFER|GENERAL_SERVICES_INSURANCE|INCOME_WAGES|INCOME_TAX)"


@pytest.fixture(scope="module")
def posted() -> pd.DataFrame:
    """Posted rows of a thousand users but those who stand exactly on the threshold of low days."""
    edge = decided("personal_banking", ASKED, range(USERS)).users.edge
    exact = [f"usr_{n + 1:09d}" for n in np.flatnonzero(edge == user_plan.THREE_LOW_DAYS)]
    rows = tables()["transactions"]
    rows = rows[~rows.pending & ~rows.user_id.isin(exact)]
    days = window(ASKED)
    business = np.array(days.dates, dtype="M8[D]")[days.is_business]
    date, bought = rows.date.to_numpy("M8[D]"), rows.authorized_date.to_numpy("M8[D]")
    passed = np.searchsorted(business, date, side="right") - np.searchsorted(business, bought, side="right")
    return rows.assign(is_open=np.isin(date, business), passed=passed)


def test_what_banks_post_is_on_no_weekend_and_no_holiday(posted):
    lines = posted[posted.category_detailed.str.contains(BANKS)]
    assert len(lines) > 60_000
    assert lines.is_open.all()


def test_purchases_are_posted_one_to_three_business_days_later(posted):
    bought = posted[posted.date > posted.authorized_date]
    assert bought.is_open.all()
    first = bought[pd.to_datetime(bought.authorized_date) > pd.Timestamp(AS_OF) - pd.Timedelta(days=200)]
    shares = first.passed.value_counts(normalize=True).sort_index()
    assert shares.index.tolist() == [1, 2, 3]
    assert shares.tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert 0.2 < (pd.to_datetime(bought.authorized_date).dt.day_of_week > 4).mean() < 0.4


def test_services_keep_their_day(posted):
    charged = posted[posted.merchant_name == "Netflix"]
    assert (charged.date == charged.authorized_date).all()
    assert (~charged.is_open).mean() == pytest.approx(2 / 7, abs=0.08)


def test_mirror_legs_stand_on_the_same_day(posted):
    legs = posted[posted.category_detailed.isin(["LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "TRANSFER_IN_SAVINGS"])]
    arrived = legs[legs.amount_cents < 0]
    out = posted[posted.amount_cents > 0].groupby(["user_id", "date", "amount_cents"]).size()
    assert all((row.user_id, row.date, -row.amount_cents) in out.index for row in arrived.itertuples())


@given(day=st.dates(dt.date(2023, 1, 1), dt.date(2027, 12, 31)), seed=st.integers(0, 1_000))
@settings(max_examples=15, deadline=None)
def test_no_purchase_gives_money_and_nobody_pays_on_a_closed_day(day, seed):
    asked = Config(num_users=100, as_of=day, seed=seed)
    rows = decided("personal_banking", asked, range(100)).rows
    assert (rows.waited >= 0).all()
    assert (rows.waited <= np.minimum(rows.day, 7)).all()
    assert not rows.waited[rows.is_pending].any()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transactions SET date = date - CAST(isodow(date) AS INTEGER) WHERE name LIKE 'GEICO%'",
        "UPDATE transactions SET date = date - 1 WHERE isodow(date) = 1 AND name LIKE '%ALDI%'",
        "UPDATE transactions SET authorized_date = date - 7 WHERE name LIKE 'SHELL%'",
    ],
)
def test_the_law_of_business_days_bites(tmp_path, statement):
    world, asked = load("personal_banking"), Config(num_users=150, as_of=AS_OF)
    sources = write_world(world, make_world(world, asked), tmp_path)
    spoil("transactions", sources, statement)
    assert is_caught(world, asked, sources, "banks_post_on_business_days")
