"""What else comes every month: transfers to savings, also those for health, and interest on savings."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import amounts, curves, user_plan
from synth_assets.worlds.personal_banking.activity import monthly
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CHECKING, HEALTH, SAVINGS, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

SAVED, CREDITED = 4, 5
"""Order of a day's events."""


def save(events: Events, habits: Habits, users: Users, plain: Flags) -> None:
    """A transfer on every payday of those who save, in two legs."""
    saves = has(users, user_plan.SAVINGS_BUILDER) & plain
    user, day = np.nonzero(habits.paydays & saves[:, None])
    a_month = habits.monthly_income_cents * curves.SAVED_SHARE
    amount = (a_month * habits.days_a_pay / (365 / 12)).astype(np.int64)[user]
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


def for_health_before(draws: Draws, users: Users, habits: Habits) -> Ints:
    """What is saved for health before the first day, 0 for those without an account."""
    drawn = draws.fields("health", users.number)[0]
    saved = amounts.sample(*curves.HEALTH_BALANCE_CENTS, curves.HEALTH_SPREAD, drawn)
    return np.where(habits.has_health, saved, 0)


def save_for_health(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> Ints:
    """A transfer every month to the account for health; gives cents a month.

    Savings builders and who uses half of a limit make it: nobody else's savings grow so fast, whichever
    accounts count as savings. Others keep what they have.
    """
    _, when, size, _ = draws.fields("health", users.number).astype(np.int64)
    pays_in = habits.has_health & has(users, user_plan.SAVINGS_BUILDER | user_plan.HIGH_UTILIZATION)
    cents = np.array(curves.HEALTH_SAVED_CENTS)[size * len(curves.HEALTH_SAVED_CENTS) // 65_536]
    cents = np.where(pays_in, cents, 0)
    user, day = monthly.on_days(window, np.flatnonzero(pays_in), 1 + when * monthly.LATEST_DAY // 65_536)
    events.add(user, day, cents[user], account=CHECKING, label=INDEX["to_health"], order=SAVED)
    events.add(user, day, -cents[user], account=HEALTH, label=INDEX["health_in"], order=SAVED)
    return cents


def _to_savings(events: Events, user: Ints, day: Ints, amount: Ints) -> None:
    events.add(user, day, amount, account=CHECKING, label=INDEX["to_savings"], order=SAVED)
    events.add(user, day, -amount, account=SAVINGS, label=INDEX["from_checking"], order=SAVED)


def earn_interest(events: Events, window: Window, draws: Draws, users: Users, saved_cents: Ints) -> None:
    """Interest on savings on the last day of each month, a twelfth of a year's on the balance of that day;
    `saved_cents` are those before the first day."""
    low, high = curves.SMALLEST_SAVINGS_RATE, curves.LARGEST_SAVINGS_RATE
    rate = low + draws.fields("savings rate", users.number)[0].astype(np.int64) * (high - low) // 65_536
    balance = saved_cents[:, None] - np.cumsum(events.outflow(SAVINGS), axis=1)
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
