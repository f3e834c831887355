"""Credit cards: statements, payments with their mirror leg, interest for revolvers, and the limit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model import lookup
from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import plan, shapes
from synth_assets.worlds.personal_banking.events import CARD, CHECKING, Events
from synth_assets.worlds.personal_banking.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.labels import AT
from synth_assets.worlds.personal_banking.plan import Users

INTEREST, PAYMENT, LAST_PURCHASE = 5, 6, 3
"""Order of a day's events."""


class Cards(NamedTuple):
    """The cards of a block's users, one entry each, 0 for those without.

    Attributes:
        opening_cents, balance_cents: owed before the first day and on as_of.
        limit_cents: whole hundreds of dollars.
        apr_basis_points: a year.
        statement_cents, minimum_cents: of the last statement.
        last_payment_cents: the last payment.
        due_day: day of the window on which the next payment is due.
    """

    opening_cents: Ints
    balance_cents: Ints
    limit_cents: Ints
    apr_basis_points: Ints
    statement_cents: Ints
    minimum_cents: Ints
    last_payment_cents: Ints
    due_day: Ints


def run(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> Cards:
    """Statements month by month: who revolves pays the minimum and interest, everybody else all of it."""
    statement_on, lag, rate, used = draws.fields("card", users.number)
    limit_drawn = limit_cents(draws.fields("limit", users.number)[0])
    high = has(users, plan.HIGH_UTILIZATION)
    used_share = np.where(high, 0.53 + 0.37 * used / 65_536, 0.05 + 0.18 * used / 65_536)
    used_share[users.edge == plan.HALF_USED] = 0.5
    charged = np.cumsum(events.outflow(CARD), axis=1)
    a_month = charged[:, -1] * 30 // window.length
    opening = np.where(high, limit_drawn * used_share - charged[:, -1], a_month).astype(np.int64)
    opening = np.where(habits.has_card, np.maximum(opening, 0), 0)
    apr = apr_basis_points(rate)
    ledger = _Ledger(events, habits, charged, opening, apr, high & (users.edge != plan.HALF_USED), users)
    ledger.months(_statement_days(window, statement_on), 21 + lag.astype(np.int64) * 5 // 65_536)
    balance = opening + charged[:, -1] + ledger.moved
    balance += _round_up_half_used(events, users, balance)
    limit = np.rint(balance / used_share / 10_000).astype(np.int64) * 10_000
    limit = np.where(users.edge == plan.HALF_USED, 2 * balance, limit)
    limit = limit.clip(shapes.SMALLEST_LIMIT_CENTS, shapes.LARGEST_LIMIT_CENTS)
    limit = np.where(habits.has_card, limit, 0)
    return Cards(
        opening, balance, limit, apr, ledger.statement, ledger.minimum, ledger.last_payment, ledger.due
    )


def limit_cents(drawn: Fields) -> Ints:
    """A limit, log-normal; not in whole hundreds of dollars yet."""
    table = shapes.lognormal_cents(shapes.LIMIT_MEDIAN_CENTS, shapes.LIMIT_SIGMA)
    return lookup.take(table, drawn).clip(shapes.SMALLEST_LIMIT_CENTS, shapes.LARGEST_LIMIT_CENTS)


def apr_basis_points(rate: Fields) -> Ints:
    """Interest a year in hundredths of a per cent."""
    score = shapes.normal()[rate >> 4]
    per_cent = np.clip(
        shapes.APR_MEAN + shapes.APR_DEVIATION * score, shapes.SMALLEST_APR, shapes.LARGEST_APR
    )
    return np.rint(100 * per_cent).astype(np.int64)


def _statement_days(window: Window, drawn: Ints) -> Ints:
    """Days of the window on which each user's statements are made, users x months; beyond the window: its
    length."""
    month_day = np.array([date.day for date in window.dates[: window.length]])
    user, day = np.nonzero(month_day == 1 + drawn.astype(np.int64)[:, None] * 28 // 65_536)
    place = np.arange(len(user)) - np.searchsorted(user, user)
    days = np.full((len(drawn), int(place.max(initial=0)) + 1), window.length, dtype=np.int64)
    days[user, place] = day
    return days


def _round_up_half_used(events: Events, users: Users, balance: Ints) -> Ints:
    """A last purchase makes the balance of whoever uses exactly half a multiple of $50."""
    user = np.flatnonzero(users.edge == plan.HALF_USED)
    amount = 5_000 + (-balance[user]) % 5_000
    day = np.full(len(user), events.days - 2)
    events.add(user, day, amount, account=CARD, label=AT["superstores"], order=LAST_PURCHASE)
    added = np.zeros_like(balance)
    added[user] = amount
    return added


class _Ledger:
    """What the months do to each card; every attribute has one entry a user."""

    def __init__(
        self,
        events: Events,
        habits: Habits,
        charged: Ints,
        opening: Ints,
        apr: Ints,
        revolves: Flags,
        users: Users,
    ) -> None:
        self.events, self.habits, self.charged, self.opening = events, habits, charged, opening
        self.apr, self.revolves = apr, revolves
        self.pays_half = users.edge == plan.HALF_USED
        self.moved = np.zeros_like(opening)  # interest less payments so far
        self.statement = opening.copy()
        self.minimum = np.zeros_like(opening)
        self.last_payment = np.zeros_like(opening)
        self.due = np.zeros_like(opening)

    def months(self, statements: Ints, lag: Ints) -> None:
        """The payment of the statement before the window, then each statement and its payment."""
        self._pay(self.habits.has_card, lag // 4, self._interest())
        for day in statements.T:
            here = self.habits.has_card & (day < self.events.days)
            interest = np.where(here & self.revolves, self._interest(), 0)
            user = np.flatnonzero(interest)
            self.events.add(
                user, day[user], interest[user], account=CARD, label=AT["interest_charge"], order=INTEREST
            )
            self.moved += interest
            charged = self.charged[np.arange(len(day)), np.minimum(day, self.events.days - 1)]
            self.statement = np.where(here, self.opening + charged + self.moved, self.statement)
            self._pay(here, day + lag, interest)

    def _interest(self) -> Ints:
        """A month's interest on the last statement."""
        return self.statement * self.apr // 120_000

    def _pay(self, here: Flags, day: Ints, interest: Ints) -> None:
        """Pay the statement on `day`; stressed users on the day after their next payday."""
        start, cycle = self.habits.cycle_start, self.habits.cycle_days
        day = np.where(self.habits.is_stressed, day + (start + 1 - day) % cycle, day)
        least = np.maximum(shapes.SMALLEST_MINIMUM_CENTS, self.statement // 100 + interest)
        least = np.minimum(least, self.statement)
        half = np.maximum(2 * least, self.statement // 2)
        amount = np.where(self.revolves, least, np.where(self.pays_half, half, self.statement))
        amount = np.minimum(amount, self.statement)
        self.minimum = np.where(here, least, self.minimum)
        self.due = np.where(here, day, self.due)
        user = np.flatnonzero(here & (day < self.events.days) & (amount > 0))
        for account, sign, label in ((CHECKING, 1, "card_payment_out"), (CARD, -1, "card_payment_in")):
            self.events.add(
                user, day[user], sign * amount[user], account=account, label=AT[label], order=PAYMENT
            )
        self.moved[user] -= amount[user]
        self.last_payment[user] = amount[user]
