"""What else comes every month: services, transfers to savings and interest on them."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window, date_of
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, SAVINGS, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

CHARGE, SAVED, CREDITED = 2, 4, 5
"""Order of a day's events."""


def subscribe(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> None:
    """Services charge on a day of the month that never slips, and stood three times in the last 90 days."""
    month_day = days_of_month(window)
    soon = {date_of(window.last + ahead).day for ahead in (1, 2, 3)}
    allowed = np.array([day for day in range(1, 29) if day not in soon])
    services = len(curves.SUBSCRIPTIONS)
    plans = np.array([len(service.prices_cents) for service in curves.SUBSCRIPTIONS])
    prices = np.array([np.resize(service.prices_cents, plans.max()) for service in curves.SUBSCRIPTIONS])
    first = draws.fields("first service", users.number)[0].astype(np.int64) * (services - 2) // 65_536
    many = has(users, user_plan.SUBSCRIPTION_HEAVY)
    for place in range(int(habits.subscriptions.max(initial=0))):
        which = (first + place) % (services - 2)
        if place < 2:  # the two dear ones make three services more than $50 a month
            which = np.where(many, services - 2 + place, which)
        when, chosen, _, _ = draws.fields(f"service {place}", users.number).astype(np.int64)
        day = allowed[when * len(allowed) // 65_536]
        price = prices[which, chosen * plans[which] // 65_536]
        user, at = np.nonzero((month_day == day[:, None]) & (habits.subscriptions > place)[:, None])
        label = INDEX["subscriptions"] + which[user]
        by_card = habits.has_card[user] & (at >= habits.card_day[user])
        account = np.where(by_card, CARD, CHECKING)
        events.add(user, at, price[user], account=account, label=label, order=CHARGE)


def save(events: Events, habits: Habits, users: Users, plain: Flags) -> None:
    """A transfer on every payday of those who save, in two legs."""
    saves = has(users, user_plan.SAVINGS_BUILDER) & plain
    user, day = np.nonzero(habits.paydays & saves[:, None])
    monthly = np.maximum(habits.monthly_income_cents * curves.SAVED_SHARE, curves.LEAST_SAVED_CENTS)
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
