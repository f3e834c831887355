"""personal_banking: what people earn and spend, one shape a test, read from the published tables."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from synth_assets.model.draws import Draws
from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity import merchants, places
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.activity.habits import habits
from synth_assets.worlds.personal_banking.config import Config
from tests.bank import AS_OF, ASKED, USERS, plain_rows, tables, with_persona
from tests.worlds import decided, is_caught, make_world, spoil, write_world


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return tables()


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    return plain_rows()


# --- pay ----------------------------------------------------------------------------------------------


def cadence(dates: pd.Series) -> str:
    """How often somebody is paid, by the dates alone: on Fridays or not, and how far apart."""
    on_friday = (dates.dt.day_of_week >= 3).mean() > 0.8 and (dates.dt.day_of_week == 4).mean() > 0.7
    gap = dates.diff().dt.days.median()
    if on_friday:
        return "weekly" if gap < 10 else "biweekly"
    return "semimonthly" if gap < 20 else "monthly"


def test_cadence_shows_in_the_dates_of_pay(plain):
    pay = plain[plain.category_detailed == "INCOME_WAGES"]
    found = pd.to_datetime(pay.date).groupby(pay.user_id).apply(cadence)
    draws = Draws(ASKED.seed, "personal_banking", "users")
    known = habits(window(ASKED), draws, decided("personal_banking", ASKED, range(USERS)).users)
    days = known.days_a_pay[[int(user[4:]) - 1 for user in found.index]]
    truth = np.array(curves.CADENCES)[np.searchsorted([10, 14.5, 20], days)]
    assert (found == truth).mean() > 0.95
    shares = found.value_counts(normalize=True)
    assert shares["weekly"] == pytest.approx(0.27, abs=0.06)
    assert shares["biweekly"] == pytest.approx(0.43, abs=0.06)


def test_pay_falls_on_fridays_the_15th_or_the_last_day_moved_back_to_a_business_day(plain):
    days = window(ASKED)
    business = pd.DatetimeIndex(
        [d for d, is_open in zip(days.dates, days.is_business, strict=True) if is_open]
    )
    pay = plain[plain.category_detailed == "INCOME_WAGES"]
    dates = pd.DatetimeIndex(pay.date)
    assert dates.isin(business).all()
    following = business[business.searchsorted(dates, side="right")]
    friday = dates + pd.to_timedelta(4 - dates.day_of_week, unit="D")
    ends_week = following > friday
    ends_half = ((dates.day <= 15) & (following.day > 15)) | (following.month != dates.month)
    assert (ends_week | ends_half).all()
    assert 0.05 < (~ends_week).mean() < 0.5


def test_everybody_has_one_of_many_employers_and_no_paycheck_a_merchant(plain):
    pay = plain[plain.category_detailed == "INCOME_WAGES"]
    assert (pay.groupby("user_id").name.nunique() == 1).all()
    assert (
        pay.name.str.replace(r"[0-9]", "#", regex=True).nunique() == len(merchants.PROVIDERS["payroll"]) == 24
    )


# --- bills --------------------------------------------------------------------------------------------


def test_rent_is_paid_on_the_first_days_of_the_month(plain):
    rent = plain[plain.category_detailed == "RENT_AND_UTILITIES_RENT"]
    due = due_days(rent)
    assert due.isin([1, 2, 3]).groupby(rent.user_id).all().mean() >= 0.8
    income = -plain[plain.category_detailed == "INCOME_WAGES"].groupby("user_id").amount_cents.sum()
    share = (rent.groupby("user_id").amount_cents.sum() / income).median()
    assert 0.28 < share < 0.36
    assert 0.2 < rent.name.str.startswith("Zelle").mean() < 0.45


def due_days(rows: pd.DataFrame) -> pd.Series:
    """The first day of the month from which on banks posted nothing, up to the day of posting."""
    every = window(ASKED)
    open_on = set(np.array(every.dates)[every.is_business])
    found = []
    for date in rows.date:
        while date.day > 1 and (before := date - dt.timedelta(1)) not in open_on:
            date = before
        found.append(date.day)
    return pd.Series(found, index=rows.index)


def common_day(dates: np.ndarray, business: np.ndarray) -> int:
    """The day of the month which, moved to the next business day, gives all the dates; 0 if there is none."""
    months = dates.astype("M8[M]")
    for day in range(1, 29):
        found = True
        for date, month in zip(dates, months, strict=True):
            due = [(month - back).astype("M8[D]") + day - 1 for back in (0, 1)]
            found &= any(business[np.searchsorted(business, moved)] == date for moved in due)
        if found:
            return day
    return 0


@pytest.mark.parametrize(
    ("category", "swing"),
    [("RENT_AND_UTILITIES_GAS_AND_ELECTRICITY", 0.15), ("RENT_AND_UTILITIES_INTERNET_AND_CABLE", 0.0)],
)
def test_utilities_come_on_one_day_of_the_month_and_swing_with_the_season(plain, category, swing):
    bills = plain[plain.category_detailed == category]
    every = window(ASKED)
    business = np.array(every.dates, dtype="M8[D]")[every.is_business]
    due = bills.groupby("user_id").date.agg(lambda dates: common_day(dates.to_numpy("M8[D]"), business))
    assert (due > 0).all(), "one day of the month, moved to the next business day"
    assert due.nunique() > 15
    cents = bills.groupby("user_id").amount_cents
    half = (cents.max() - cents.min()) / (cents.max() + cents.min())
    assert half.max() <= swing + 0.001
    assert half.median() >= swing / 2


def test_savings_bear_interest_on_the_last_day_of_a_month(made):
    rows = made["transactions"]
    interest = rows[rows.category_detailed == "INCOME_INTEREST_EARNED"]
    accounts = made["accounts"].set_index("account_id").loc[interest.account_id]
    assert accounts.account_type.isin(["savings", "money_market"]).all()
    assert pd.to_datetime(interest.date).dt.is_month_end.all()
    first = interest.drop_duplicates("account_id")
    opening = made["accounts"].set_index("account_id").opening_balance_cents[first.account_id].to_numpy()
    rate = -12 * first.amount_cents / opening
    assert 0.004 < rate.quantile(0.01) < rate.quantile(0.5) < 0.03 < rate.quantile(0.9) < 0.045
    assert not set(interest.user_id) & with_persona("variable_income")


# --- purchases ----------------------------------------------------------------------------------------


def weights(plain, category: str) -> list[float]:
    """Purchases on a Monday, a Tuesday ... over their mean."""
    rows = plain[(plain.category_detailed == category) & (plain.amount_cents > 0)]
    bought = pd.to_datetime(rows.authorized_date)
    days = pd.date_range(bought.min(), bought.max()).day_of_week.value_counts()
    counts = (bought.dt.day_of_week.value_counts() / days).sort_index()
    return (counts / counts.mean()).tolist()


@pytest.mark.parametrize("name", ["groceries", "restaurants", "coffee", "fuel"])
def test_weekdays_have_the_shape_of_their_category(plain, name):
    stream = next(stream for stream in curves.STREAMS if stream.name == name)
    expected = np.array(stream.weekdays) / np.mean(stream.weekdays)
    tolerance = {"groceries": 0.15, "fuel": 0.12}.get(name, 0.07)  # some hundred users have days of their own
    assert weights(plain, stream.detailed) == pytest.approx(expected, abs=tolerance)


def test_people_dine_out_on_friday_and_saturday_and_have_coffee_on_workdays(plain):
    dining = weights(plain, "FOOD_AND_DRINK_RESTAURANT")
    assert np.mean(dining[4:6]) / np.mean(dining[:4] + dining[6:]) == pytest.approx(1.5, abs=0.1)
    coffee = weights(plain, "FOOD_AND_DRINK_COFFEE")
    assert min(coffee[:5]) > 2.5 * max(coffee[5:])
    groceries = weights(plain, "FOOD_AND_DRINK_GROCERIES")
    assert min(groceries[5:]) > max(groceries[:4])


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        ("RENT_AND_UTILITIES|MORTGAGE_PAYMENT", 36, 40),
        ("TRANSPORTATION|CAR_PAYMENT", 15, 19),
        ("FOOD_AND_DRINK", 14, 17),
        ("ENTERTAINMENT", 4, 7),
    ],
)
def test_consumption_is_shared_out_as_households_do(plain, pattern, low, high):
    """CEX 2023 without insurance and pensions; transfers, card payments, interest and fees do not count."""
    out = consumed(plain)
    cents = out[out.category_detailed.str.contains(pattern)].amount_cents.sum()
    assert low < 100 * cents / out.amount_cents.sum() < high


def test_health_and_its_premiums_have_the_share_of_households(plain):
    """CEX counts health plans as health, Plaid as insurance."""
    out = consumed(plain)
    is_plan = out.name.str.contains("BCBS|UHC|AETNA|CIGNA")
    cents = out[is_plan | out.category_primary.eq("MEDICAL")].amount_cents.sum()
    assert 4 < 100 * cents / out.amount_cents.sum() < 8


def consumed(plain) -> pd.DataFrame:
    """What is spent, transfers, card payments, interest and fees left out."""
    out = plain[(plain.amount_cents > 0) & ~plain.category_primary.isin(["TRANSFER_OUT", "BANK_FEES"])]
    return out[out.category_detailed != "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"]


def test_stressed_users_shop_at_many_kinds_of_places(made):
    stressed = with_persona("cash_flow_stressed")
    rows = made["transactions"][made["transactions"].user_id.isin(stressed)]
    out = rows[(rows.amount_cents > 0) & (rows.category_detailed != "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT")]
    assert (out.groupby("user_id").category_detailed.nunique() >= 8).all()
    assert out.category_detailed.str.endswith("OTHER_GENERAL_MERCHANDISE").mean() < 0.1
    share = 100 * out.groupby("category_primary").amount_cents.sum() / out.amount_cents.sum()
    assert 25 < share["RENT_AND_UTILITIES"] < 45
    assert share["FOOD_AND_DRINK"] > 10


PURCHASES_A_MONTH = {
    "savings_builder": 18.2,
    "variable_income": 18.8,
    "stable": 19.5,
    "edge_cases": 20.3,
    "multi_persona": 20.7,
    "high_utilizer": 22.0,
    "subscription_heavy": 21.9,
    "cash_flow_stressed": 23.9,
}
"""Means of the users of an archetype who buy at merchants at all."""


@pytest.mark.parametrize(("seed", "months"), [(42, 7), (43, 7), (44, 12)])
def test_purchases_a_month_are_those_of_the_document(seed, months):
    """2 to 30 of each user, services included, and more or fewer by archetype: 002, section Time Range."""
    asked = ASKED.model_copy(update={"num_users": 5_000, "seed": seed, "date_range_months": months})
    blocks = [
        decided("personal_banking", asked, r) for r in load("personal_banking").blocks(asked, "num_users")
    ]
    at_merchants = np.array([label.merchant is not None for label in DESCRIPTORS])
    counts = []
    for block in blocks:
        bought = (block.rows.amount_cents > 0) & at_merchants[block.rows.label] & ~block.rows.is_pending
        counts.append(np.bincount(block.rows.user[bought], minlength=len(block.users.number)))
    a_month = np.concatenate(counts) / months
    edge, archetype = (
        np.concatenate([getattr(block.users, name) for block in blocks]) for name in ("edge", "archetype")
    )
    never = np.isin(edge, [user_plan.NO_RESULT, user_plan.ONLY_PENDING, user_plan.ONLY_CASH])
    assert not a_month[never].any()
    assert a_month[~never].min() >= 2
    assert a_month[~never].max() <= 30
    means = {
        name: a_month[(archetype == place) & ~never].mean() for place, name in enumerate(user_plan.ARCHETYPES)
    }
    assert means == pytest.approx(PURCHASES_A_MONTH, abs=0.6)
    assert len({round(mean) for mean in PURCHASES_A_MONTH.values()}) >= 5


# --- strings ------------------------------------------------------------------------------------------


def test_a_merchants_string_is_a_card_feed_with_the_city_of_a_shop(made):
    rows = made["transactions"]
    shown = rows[rows.merchant_name.notna() & (rows.category_primary != "INCOME")]
    shown = shown.drop_duplicates(["user_id", "name"])
    city = shown.name.str.extract(f" ({'|'.join(places.CITIES)})$")[0]
    in_store = shown.payment_channel == "in store"
    assert (city.notna() == in_store).all()
    assert (city[in_store].groupby(shown.user_id).nunique() <= 9).all()
    assert (shown.name.str.len() - city.fillna("").str.len() - in_store <= merchants.LONGEST_FEED).all()
    assert rows.name.str.len().max() <= 50


def test_only_merchants_and_employers_have_a_merchant_name(made):
    rows = made["transactions"]
    nobody = ["TRANSFER_IN", "TRANSFER_OUT", "LOAN_PAYMENTS", "BANK_FEES", "RENT_AND_UTILITIES"]
    billed = rows.category_primary.isin(nobody) | (rows.category_detailed == "GENERAL_SERVICES_INSURANCE")
    billed |= rows.category_detailed.isin(["INCOME_INTEREST_EARNED", "INCOME_TAX_REFUND"])
    assert rows[billed].merchant_name.isna().all()
    others = rows[~billed]
    assert (others.merchant_name.isna() == others.name.str.startswith("POS PURCHASE")).all()


def test_no_two_labels_share_a_merchant_or_a_string():
    known = [label.merchant for label in DESCRIPTORS if label.merchant]
    assert len(set(known)) == len(known)
    strings = [label.feed for label in DESCRIPTORS]
    assert len(set(strings)) == len(strings)


# --- checks and cash ----------------------------------------------------------------------------------


def test_checks_are_numbered_one_after_the_other(made):
    rows = made["transactions"]
    checks = rows[rows.name.astype(str).str.fullmatch(r"CHECK \d{4}")]
    number = checks.name.astype(str).str[-4:].astype(int)
    step = number.groupby(checks.account_id).diff().dropna()
    assert len(step) > 800
    assert (step == 1).all()
    first = number.groupby(checks.account_id).first()
    assert first.nunique() > 0.7 * len(first), "books begin anywhere"


def test_cash_comes_in_twenties(made):
    rows = made["transactions"]
    cash = rows[rows.category_detailed == "TRANSFER_OUT_WITHDRAWAL"].amount_cents
    assert len(cash) > 1_500
    assert (cash % 2_000 == 0).all()
    assert 0.1 < (cash == 2_000).mean() < 0.6


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE transactions SET name = 'CHECK 0500' WHERE name LIKE 'CHECK 0%'", "check_numbers_ascend"),
        (
            "UPDATE transactions SET amount_cents = 2001 WHERE category_detailed = 'TRANSFER_OUT_WITHDRAWAL'",
            "machines_give_twenties",
        ),
    ],
)
def test_laws_of_checks_and_cash_bite(tmp_path, statement, law):
    world, asked = load("personal_banking"), Config(num_users=150, as_of=AS_OF)
    sources = write_world(world, make_world(world, asked), tmp_path)
    spoil("transactions", sources, statement)
    assert is_caught(world, asked, sources, law)
