"""What comes every month on its day or the next business day: rent, utilities, insurance, loans."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window, epoch_day, federal_holidays
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity import descriptors, overdrafts, places
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

BILL = 1
"""Order of a day's events."""

COLDEST_DAY = 20
"""Of the year; utilities are dearest then."""

LATEST_DAY = 28
"""Of the month, on which a bill is due."""

TELEPHONE_CENTS, WATER_CENTS = (2_500, 3_000, 4_000, 5_500, 7_000), (5_500, 9_500)
"""A month of a mobile plan, the same every month, and bounds of the water of two months [D]."""

WITH_WATER_SHARE = 0.6
"""Users who pay for water themselves; of others the landlord does [D]."""


class Bill(NamedTuple):
    """What comes every month on the same day, one entry a user.

    Attributes:
        name: its subject.
        day: of the month.
        cents: 0 for those who do not have it.
        label: who is paid.
        swing: how far the season moves it, relative.
        every: months from one to the next.
    """

    name: str
    day: Ints
    cents: npt.NDArray[np.floating] | Ints
    label: Ints
    swing: float = 0.0
    every: int = 1


def pay(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, plain: Flags
) -> npt.NDArray[np.float64]:
    """Each bill on its day; cents a month of all.

    Who pays statements in full pays the internet by card, so that no statement is as small as a minimum.
    """
    due = _due_days(window)
    by_card = habits.has_card & ~has(users, user_plan.HIGH_UTILIZATION)
    billed = np.zeros(len(users.number))
    for bill in _bills(draws, users, habits):
        payer = np.flatnonzero(plain & (bill.cents > 0))
        day = due.day[bill.day[payer] - 1]
        row, place = np.nonzero((day < window.length) & (day >= 0) & (due.month % bill.every == 0))
        user, at = payer[row], day[row, place]
        cold = due.season[bill.day[user] - 1, place]
        amount = np.rint(bill.cents[user] * (1 + bill.swing * cold)).astype(np.int64)
        is_by_card = (bill.name == "internet") & by_card[user] & (at >= habits.card_day[user])
        account = np.where(is_by_card, CARD, CHECKING)
        events.add(user, at, amount, account=account, label=bill.label[user], order=BILL)
        billed += bill.cents / bill.every
    return billed


def _bills(draws: Draws, users: Users, habits: Habits) -> tuple[Bill, ...]:
    """Rent or a mortgage on the 1st to 3rd, the others on days of their own; a loan and water for some."""
    _, share, utilities, _ = draws.fields("bills", users.number).astype(np.int64)
    by, _, internet, lender = draws.fields("providers", users.number).astype(np.int64)
    plan_day, owes, _, owns = draws.fields("more bills", users.number).astype(np.int64)
    home_day, loan_day, car_day, _ = loan_days(draws, users.number).T
    may, bank = habits.may_borrow, overdrafts.banks(draws, users.number)
    is_owner = may & (owns < curves.MORTGAGE_SHARE * 65_536)
    plan, phone_day, has_water, water = draws.fields("phone and water", users.number).astype(np.int64)
    low, high = curves.RENT_SHARE
    income = habits.monthly_income_cents
    home = places.metros(draws, users.number)
    provider = descriptors.provider
    loan = income * np.where(may & (owes < curves.WITH_LOAN_SHARE * 65_536), curves.LOAN_SHARE, 0)
    least, most = WATER_CENTS
    used = np.where(has_water < WITH_WATER_SHARE * 65_536, least + (most - least) * water // 65_536, 0)
    rent = (income * (low + (high - low) * share / 65_536)).astype(np.int64)
    return (
        Bill("rent", home_day, np.where(is_owner, 0, rent), provider("rent", by)),
        Bill("mortgage", home_day, np.where(is_owner, rent, 0), provider("mortgage", bank)),
        Bill("utilities", 5 + utilities * 20 // 65_536, income * curves.UTILITIES_SHARE,
             provider("utilities", home), curves.UTILITIES_SEASON),
        Bill("water", 4 + water * 24 // 65_536, used, provider("water", home), every=2),
        Bill("internet", 4 + internet * 24 // 65_536, internet_cents(draws, users.number),
             provider("internet", home)),
        Bill("telephone", 1 + phone_day * 28 // 65_536, telephone_cents(draws, users.number),
             provider("telephone", plan)),
        Bill("insurance", 2 + lender * 26 // 65_536, income * curves.INSURANCE_SHARE,
             provider("insurance", by)),
        Bill("health", 2 + plan_day * 26 // 65_536, income * curves.HEALTH_SHARE, provider("health", lender)),
        Bill("loan", loan_day, loan, descriptors.lender(by, bank)),
        Bill("car", car_day, income * np.where(may, curves.CAR_SHARE, 0), provider("car", bank)),
    )  # fmt: skip


def loan_days(draws: Draws, number: Ints) -> Ints:
    """Days of the month of a mortgage or rent, a student loan, a car and a personal loan: users x kinds."""
    when, _, _, car = draws.fields("bills", number).astype(np.int64)
    loan = 2 + draws.fields("more bills", number)[2].astype(np.int64) * 26 // 65_536
    return np.stack([1 + when * 3 // 65_536, loan, 3 + car * 22 // 65_536, loan], axis=1)


def internet_cents(draws: Draws, number: Ints) -> Ints:
    """What the users `number` pay for a month of internet."""
    return _one_of(curves.INTERNET_CENTS, draws.fields("providers", number)[1].astype(np.int64))


def telephone_cents(draws: Draws, number: Ints) -> Ints:
    """What the users `number` pay for a month of a mobile plan."""
    return _one_of(TELEPHONE_CENTS, draws.fields("phone and water", number)[0].astype(np.int64))


def season(dates: Sequence[dt.date]) -> npt.NDArray[np.float64]:
    """How cold dates are, 1 on the coldest day of the year and -1 half a year from it."""
    day = np.array([date.timetuple().tm_yday for date in dates])
    return np.array([math.cos(2 * math.pi * d / 365) for d in (day - COLDEST_DAY).tolist()])


def _one_of(prices_cents: tuple[int, ...], drawn: Ints) -> Ints:
    return np.array(prices_cents)[drawn * len(prices_cents) // 65_536]


def on_days(window: Window, user: Ints, day_of_month: Ints) -> tuple[Ints, Ints]:
    """The users and days of the window on which what comes on a day of the month is posted."""
    day = _due_days(window).day[day_of_month[user] - 1]
    row, place = np.nonzero((day < window.length) & (day >= 0))
    return user[row], day[row, place]


def next_due(window: Window) -> Ints:
    """Day, from the window's first, of the next posting after as_of, for each day of the month."""
    day = _due_days(window).day
    return np.where(day >= window.length, day, np.iinfo(np.int64).max).min(axis=1)


class _DueDays(NamedTuple):
    """When bills of each day of the month are due, and posted.

    Attributes:
        month: of the year, one entry a month that the window touches, and the next one.
        day: day of the window on which they are posted, days of the month x months; negative before it.
        season: 1 on the coldest day of the year and -1 half a year from it, of the same shape.
    """

    month: Ints
    day: Ints
    season: npt.NDArray[np.float64]


@lru_cache(maxsize=8)
def _due_days(window: Window) -> _DueDays:
    last = window.dates[window.length - 1]
    months = [12 * last.year + last.month - 1 - ago for ago in range(-1, window.length // 28 + 2)][::-1]
    dates = [[dt.date(m // 12, m % 12 + 1, day) for m in months] for day in range(1, LATEST_DAY + 1)]
    return _DueDays(
        np.array([month % 12 + 1 for month in months]),
        np.array([[epoch_day(_posted_on(date)) - window.first for date in row] for row in dates]),
        np.array([season(row) for row in dates]),
    )


def _posted_on(date: dt.date) -> dt.date:
    """The business day on or after a date, which may lie before the window."""
    while date.weekday() > 4 or date in federal_holidays(date.year) | federal_holidays(date.year + 1):
        date += dt.timedelta(1)
    return date
