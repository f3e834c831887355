"""What else comes every month: transfers to savings and interest on them."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CHECKING, SAVINGS, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

SAVED, CREDITED = 4, 5
"""Order of a day's events."""


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
