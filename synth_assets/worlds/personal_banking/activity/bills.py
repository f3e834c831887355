"""What comes every month: rent and other bills, services, transfers to savings and interest on them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity import descriptors, places
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, SAVINGS, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

BILL, SAVED, CREDITED = 1, 4, 5
"""Order of a day's events."""

COLDEST_DAY = 20
"""Of the year; utilities are dearest then."""


def pay(events: Events, window: Window, draws: Draws, users: Users, habits: Habits, plain: Flags) -> Ints:
    """Rent on the 1st to 3rd, the others on days of their own, a loan for some; cents a month of all.

    Who pays statements in full pays the internet by card, so that no statement is as small as a minimum.
    """
    month_day = days_of_month(window)
    when, share, utilities, car = draws.fields("bills", users.number).astype(np.int64)
    by, _, internet, lender = draws.fields("providers", users.number).astype(np.int64)
    plan_day, owes, loan_day, _ = draws.fields("more bills", users.number).astype(np.int64)
    low, high = curves.RENT_SHARE
    income = habits.monthly_income_cents
    rent = (income * (low + (high - low) * share / 65_536)).astype(np.int64)
    online = internet_cents(draws, users.number)
    power = income * curves.UTILITIES_SHARE
    loan = income * np.where(owes < curves.WITH_LOAN_SHARE * 65_536, curves.LOAN_SHARE, 0)
    home = places.metros(draws, users.number)
    by_card = habits.has_card & ~has(users, user_plan.HIGH_UTILIZATION)
    cold = season(window)
    for name, day, cents, swing, pick in (
        ("rent", 1 + when * 3 // 65_536, rent, 0.0, by),
        ("utilities", 5 + utilities * 20 // 65_536, power, curves.UTILITIES_SEASON, home),
        ("internet", 4 + internet * 24 // 65_536, online, 0.0, home),
        ("insurance", 2 + lender * 26 // 65_536, income * curves.INSURANCE_SHARE, 0.0, by),
        ("health", 2 + plan_day * 26 // 65_536, income * curves.HEALTH_SHARE, 0.0, lender),
        ("loan", 2 + loan_day * 26 // 65_536, loan, 0.0, by),
        ("car", 3 + car * 22 // 65_536, income * curves.CAR_SHARE, 0.0, lender),
    ):
        user, at = np.nonzero((month_day == day[:, None]) & (plain & (cents > 0))[:, None])
        amount = np.rint(cents[user] * (1 + swing * cold[at])).astype(np.int64)
        label = descriptors.provider(name, pick)[user]
        is_by_card = (name == "internet") & by_card[user] & (at >= habits.card_day[user])
        account = np.where(is_by_card, CARD, CHECKING)
        events.add(user, at, amount, account=account, label=label, order=BILL)
    shares = curves.CAR_SHARE + curves.INSURANCE_SHARE + curves.HEALTH_SHARE
    return rent + online + power + loan + income * shares


def season(window: Window) -> npt.NDArray[np.float64]:
    """How cold each day of the window is, 1 on the coldest and -1 half a year from it."""
    date = [day.timetuple().tm_yday for day in window.dates[: window.length]]
    return np.array([math.cos(2 * math.pi * (day - COLDEST_DAY) / 365) for day in date])


def internet_cents(draws: Draws, number: Ints) -> Ints:
    """What the users `number` pay for a month of internet."""
    prices = np.array(curves.INTERNET_CENTS)
    return prices[draws.fields("providers", number)[1].astype(np.int64) * len(prices) // 65_536]


def save(events: Events, habits: Habits, users: Users, plain: Flags) -> None:
    """A transfer on every payday of those who save, in two legs."""
    saves = has(users, user_plan.SAVINGS_BUILDER) & plain
    user, day = np.nonzero(habits.paydays & saves[:, None])
    monthly = habits.monthly_income_cents * curves.SAVED_SHARE
    amount = (monthly * habits.days_a_pay / (365 / 12)).astype(np.int64)[user]
    _to_savings(events, user, day, amount)


def saved_before(draws: Draws, users: Users, habits: Habits) -> Ints:
    """Savings before the first day, 0 for those without an account."""
    return np.where(habits.has_savings & (habits.savings_day < 0), _nest_cents(draws, users), 0)


def deposit(events: Events, draws: Draws, users: Users, habits: Habits) -> None:
    """Who opens a savings account fills it on that day."""
    user = np.flatnonzero(habits.savings_day >= 0)
    day, amount = habits.savings_day[user], _nest_cents(draws, users)[user]
    _to_savings(events, user, day, amount)


def _nest_cents(draws: Draws, users: Users) -> Ints:
    """What a savings account begins with: $2,000 to $10,000."""
    return 200_000 + draws.fields("reserve", users.number)[1].astype(np.int64) * 800_000 // 65_536


def _to_savings(events: Events, user: Ints, day: Ints, amount: Ints) -> None:
    events.add(user, day, amount, account=CHECKING, label=INDEX["to_savings"], order=SAVED)
    events.add(user, day, -amount, account=SAVINGS, label=INDEX["from_checking"], order=SAVED)


def earn_interest(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> None:
    """Interest on savings on the last day of each month, a twelfth of a year's on the balance of that day."""
    low, high = curves.SMALLEST_SAVINGS_RATE, curves.LARGEST_SAVINGS_RATE
    rate = low + draws.fields("savings rate", users.number)[0].astype(np.int64) * (high - low) // 65_536
    balance = saved_before(draws, users, habits)[:, None] - np.cumsum(events.outflow(SAVINGS), axis=1)
    month = np.array([date.month for date in window.dates[: window.length + 1]])
    earned = np.zeros(len(rate), dtype=np.int64)
    for day in np.flatnonzero(np.diff(month)):
        interest = (balance[:, day] + earned) * rate // 120_000
        user = np.flatnonzero(interest)
        at = np.full(len(user), day)
        events.add(
            user, at, -interest[user], account=SAVINGS, label=INDEX["savings_interest"], order=CREDITED
        )
        earned += interest


def days_of_month(window: Window) -> Ints:
    """Day of the month of each day of the window."""
    return np.array([date.day for date in window.dates[: window.length]])
