"""personal_banking: amounts lie between their bounds by a curve; none is more common than those beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synth_assets
from synth_assets.worlds.personal_banking import amounts, curves, service_curves
from tests.bank import plain_rows, tables, with_persona

WAGES = "INCOME_WAGES"
SERVICES = [service.merchant for service in service_curves.SUBSCRIPTIONS]
"""Merchants with listed prices."""


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return tables()


def cents_of(rows: pd.DataFrame, category: str) -> np.ndarray:
    """Amounts of a category, without those of listed prices."""
    here = (rows.category_detailed == category) & ~rows.merchant_name.isin(SERVICES) & ~rows.pending
    return rows[here].amount_cents.abs().to_numpy()


def peaks(cents: np.ndarray) -> list[int]:
    """Amounts that are twice as common as the mean of the 50 cents beside them, and 10 rows more."""
    counts = np.bincount(cents - cents.min())
    beside = np.convolve(counts, np.ones(51) / 51, mode="same")
    return (np.flatnonzero(counts > 2 * beside + 10) + cents.min()).tolist()


# --- the preset personas ------------------------------------------------------------------------------


@pytest.mark.parametrize("category", [*(stream.detailed for stream in curves.STREAMS), WAGES])
def test_no_amount_is_more_common_than_those_beside_it(made, category):
    assert not peaks(cents_of(made["transactions"], category))


def test_an_amount_that_was_cut_off_would_show():
    cents = np.random.default_rng(1).lognormal(8, 0.6, 30_000).astype(int)
    assert not peaks(cents)
    assert peaks(cents.clip(1_500, 7_990)) == [1_500, 7_990]


@pytest.mark.parametrize("stream", curves.STREAMS, ids=lambda stream: stream.name)
def test_amounts_lie_between_their_bounds_and_thin_out_towards_them(stream):
    low, high = stream.bounds_cents
    cents = cents_of(plain_rows(), stream.detailed)
    cents = cents[cents >= low]  # parts of purchases that are given back are less
    assert cents.max() <= high
    tenths = np.histogram(cents, bins=10, range=(low, high))[0]
    edge = (high - low) // 100
    assert (cents < low + edge).sum() < max(tenths[0], 1)
    assert (cents > high - edge).sum() <= tenths[9] <= tenths[8] <= tenths[7]


def test_pay_of_stressed_users_looks_like_that_of_others(made):
    rows = made["transactions"]
    pay = rows[(rows.category_detailed == WAGES) & ~rows.pending]
    stressed = pay.user_id.isin(with_persona("cash_flow_stressed"))
    dates = pd.to_datetime(pay.date).groupby(pay.user_id)
    every = dates.transform(lambda days: days.diff().dt.days.median())
    theirs, others = -pay[stressed].amount_cents, -pay[(every == 14) & ~stressed].amount_cents
    assert theirs.value_counts().iloc[0] <= 5
    assert (theirs > others.quantile(0.1)).mean() > 0.4
    assert (others < theirs.quantile(0.9)).mean() > 0.4


def test_bills_of_stressed_users_are_the_same_every_time(made):
    rows = made["transactions"][made["transactions"].user_id.isin(with_persona("cash_flow_stressed"))]
    for category in (
        "RENT_AND_UTILITIES_RENT",
        "RENT_AND_UTILITIES_INTERNET_AND_CABLE",
        "GENERAL_SERVICES_INSURANCE",
    ):
        bills = rows[rows.category_detailed == category].groupby("user_id").amount_cents
        assert (bills.nunique() == 1).mean() > 0.95, category


def test_limits_and_rates_of_cards_have_no_favourite(made):
    limits = made["accounts"].balance_limit_cents.dropna()
    assert limits.value_counts(normalize=True).iloc[0] < 0.03
    assert limits.min() >= curves.LIMIT_CENTS[0]
    rates = made["liabilities"].apr_percentage
    assert rates.value_counts(normalize=True).iloc[0] < 0.03
    assert rates.mean() == pytest.approx(21.5, abs=0.6)


# --- the preset simple --------------------------------------------------------------------------------


def test_the_preset_simple_cuts_nothing_off():
    simple = synth_assets.generate("personal_banking", preset="simple", as_of="2026-11-21", num_users=600)
    rows = simple.frame("transactions")
    for category in rows.category_primary.unique():
        cents = rows[rows.category_primary == category].amount_cents.abs()
        assert not peaks(cents.to_numpy()), category
        tenths = np.histogram(cents, bins=10)[0]
        assert tenths.max() < 1.3 * tenths.mean(), category  # all amounts are as likely, as its document says
    owed = simple.frame("accounts").query("account_type == 'credit_card'").balance_current_cents
    assert owed.min() > curves.SIMPLE_OWED_CENTS
    assert owed.value_counts().iloc[0] <= 2


# --- the ruler ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "middle", "high"), [(3_000, 7_600, 19_990), (120, 3_100, 160_000)])
def test_the_ruler_runs_from_bound_to_bound(low, middle, high):
    place = amounts.place(low, high, middle)
    assert amounts.cents(low, high, np.array([place])) == pytest.approx(middle, abs=1)
    ends = amounts.cents(low, high, np.array([-(2**40), 2**40]))
    assert ends.tolist() == pytest.approx([low, high], abs=1)
    rising = amounts.cents(low, high, np.arange(-(10**6), 10**6, 100))
    assert (np.diff(rising) >= 0).all()
