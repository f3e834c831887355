"""Credit cards: statements, payments with their mirror leg, interest for revolvers, late fees, the limit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window, date_of
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import amounts, curves, user_plan
from synth_assets.worlds.personal_banking.activity import (
    around_payments,
    half_used,
    paid_around,
    posting,
    refunds,
)
from synth_assets.worlds.personal_banking.activity.around_payments import Paid
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.activity.strata import Before
from synth_assets.worlds.personal_banking.user_plan import Users

INTEREST, PAYMENT = 5, 6
"""Order of a day's events."""

FIRST_DUE = 21
"""A statement is due after so many days at least [K 12 CFR 1026.5(b)(2)(ii)]."""


class Cards(NamedTuple):
    """The cards of a block's users, one entry each, 0 for those without.

    Attributes:
        opening_cents, balance_cents: owed before the first day and on as_of.
        limit_cents: whole hundreds of dollars.
        apr_basis_points: a year.
        statement_cents, minimum_cents: of the last statement.
        last_payment_cents: the last payment.
        statement_day, paid_day: days of the window of the last statement and payment; -1 for none.
        due_day: day of the window on which the next payment is due.
        is_overdue: whether the last statement was due before as_of and is not paid.
        statements: days of the window on which statements are made, users x months; beyond it: its length.
        due_after: days from each statement to the day on which it is due.
    """

    opening_cents: Ints
    balance_cents: Ints
    limit_cents: Ints
    apr_basis_points: Ints
    statement_cents: Ints
    minimum_cents: Ints
    last_payment_cents: Ints
    statement_day: Ints
    paid_day: Ints
    due_day: Ints
    is_overdue: Flags
    statements: Ints
    due_after: Ints

    def with_those(self, at: Ints, paid: Paid) -> Cards:
        """The same with what some users' payments make of their cards."""
        cards = self._replace(**{name: getattr(self, name).copy() for name in Paid._fields})
        for name, values in paid._asdict().items():
            getattr(cards, name)[at] = values
        return cards


def run(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, goes_on: bool = False
) -> Cards:
    """Statements month by month: who revolves pays the minimum and interest, everybody else all of it."""
    statement_on, lag, rate, used = draws.fields("card", users.number)
    drawn, missed, _, _ = draws.fields("limit", users.number)
    high, uses_half = has(users, user_plan.HIGH_UTILIZATION), users.edge == user_plan.HALF_USED
    used_share = np.where(high, 0.53 + 0.37 * used / 65_536, 0.05 + 0.18 * used / 65_536)
    used_share[uses_half] = 0.5
    misses = misses_one(users, missed)
    statements = statement_days(window, days_of_month(window, misses, statement_on, missed))
    around = np.flatnonzero(users.paid_around_limit > 0)
    limits = paid_around.use_card(events, window, draws, users, around, statements)
    refunds.give_back(events, window, draws, users, statements)
    charged = np.cumsum(events.outflow(CARD), axis=1)
    drawn_cents = _drawn_limit(drawn, high)
    opening = _owed_before(habits, high, drawn_cents * used_share, charged)
    apr = apr_basis_points(rate)
    due_after = days_to_pay(lag)
    paying = habits._replace(has_card=habits.has_card & (users.paid_around_limit <= 0))
    ledger = Ledger(events, window, paying, charged, opening, apr, high & ~uses_half, users)
    ledger.months(statements, due_after, misses)
    balance = opening + charged[:, -1] + ledger.moved
    peak = np.maximum(opening, opening + np.cumsum(events.outflow(CARD), axis=1).max(axis=1))
    last_day = int(posting.on_or_before(window, np.array([window.length - 2]))[0])
    peak[uses_half] = half_used.highest_within_a_day(events, np.flatnonzero(uses_half), opening)
    last = half_used.round_up(events, users, balance, peak, last_day)
    balance += last
    statement = ledger.statement + np.where(ledger.statement_day >= last_day, last, 0)
    limit = np.where(uses_half, 2 * balance, _limit(balance, peak, drawn_cents, used_share, high))
    limit = np.where(habits.has_card, limit, 0)
    cards = Cards(
        opening, balance, limit, apr, statement, ledger.minimum, ledger.last_payment, ledger.statement_day,
        ledger.paid_day, ledger.due, ledger.is_overdue, statements, due_after,
    )  # fmt: skip
    if not len(around):
        return cards
    paid = around_payments.pay(
        events, window, draws, users, around, limits, statements, due_after, goes_on=goes_on
    )
    return cards.with_those(around, paid)


def misses_one(users: Users, drawn: Fields) -> Flags:
    """Who has missed the last payment of the window."""
    high = has(users, user_plan.HIGH_UTILIZATION)
    return high & (users.edge < 0) & (drawn < int(curves.OVERDUE_SHARE * 65_536))


def days_of_month(window: Window, misses: Flags, drawn: Fields, missed: Fields) -> Ints:
    """Day of the month of each user's statements; of who misses one such that it is seen in the window."""
    usual = 1 + drawn.astype(np.int64) * 28 // 65_536
    return np.where(misses, long_ago(window, missed), usual)


def days_to_pay(drawn: Fields) -> Ints:
    """Days from a statement to the day on which it is due."""
    return FIRST_DUE + drawn.astype(np.int64) * 5 // 65_536


def _drawn_limit(drawn: Fields, high: Flags) -> Ints:
    """A limit in cents, of those who use half of theirs not a small one."""
    large = amounts.sample(*curves.REVOLVERS_LIMIT_CENTS, curves.REVOLVERS_LIMIT_SPREAD, drawn)
    return np.where(high, large, limit_cents(drawn))


def _limit(
    balance: Ints, peak: Ints, drawn_cents: Ints, used_share: npt.NDArray[np.float64], high: Flags
) -> Ints:
    """Whole hundreds of dollars. Of those who use half, the balance is the used share, and the limit more
    where more was owed before; of others, the limit is more than four times what was ever owed."""
    most_per_cent = 95
    used = np.rint(balance / used_share / 10_000).astype(np.int64)
    least = np.maximum(-(-balance // (100 * most_per_cent)), -(-peak // 10_000))
    ample = (drawn_cents + 4 * peak + 9_999) // 10_000
    return np.where(high, np.maximum(used, least), ample) * 10_000


def _owed_before(habits: Habits, high: Flags, used_cents: npt.NDArray[np.float64], charged: Ints) -> Ints:
    """Cents owed before the first day: a month's charges, or what makes the balance of who uses half."""
    a_month = charged[:, -1] * 30 // charged.shape[1]
    owed = np.where(high, used_cents - charged[:, -1], a_month).astype(np.int64)
    return np.where(habits.has_card & (habits.card_day < 0), np.maximum(owed, 0), 0)


def limit_cents(drawn: Fields) -> Ints:
    """A limit; not in whole hundreds of dollars yet."""
    return amounts.sample(*curves.LIMIT_CENTS, curves.LIMIT_SPREAD, drawn)


def apr_basis_points(rate: Fields) -> Ints:
    """Interest a year in hundredths of a per cent."""
    return amounts.sample(*curves.APR_BASIS_POINTS, curves.APR_SPREAD, rate)


def long_ago(window: Window, drawn: Fields) -> Ints:
    """A day of the month, 1 to 28, on which the last statement was made so long ago that it was due before
    as_of."""
    days = [date_of(window.last - ago).day for ago in range(FIRST_DUE + 1, 28)]
    allowed = np.array([day for day in days if day <= 28])
    return allowed[drawn.astype(np.int64) % len(allowed)]


def statement_days(window: Window, month_day: Ints) -> Ints:
    """Days of the window on which each user's statements are made, users x months; beyond the window: its
    length."""
    day_of_month = np.array([date.day for date in window.dates[: window.length]])
    user, day = np.nonzero(day_of_month == month_day[:, None])
    place = np.arange(len(user)) - np.searchsorted(user, user)
    days = np.full((len(month_day), int(place.max(initial=0)) + 1), window.length, dtype=np.int64)
    days[user, place] = day
    return days


class Ledger:
    """What the months do to each card; every attribute has one entry a user."""

    def __init__(
        self,
        events: Events,
        window: Window,
        habits: Habits,
        charged: Ints,
        opening: Ints,
        apr: Ints,
        revolves: Flags,
        users: Users,
        before: Before | None = None,
    ) -> None:
        self.before = before
        self.events, self.window, self.habits = events, window, habits
        self.charged, self.opening = charged, opening
        self.apr, self.revolves = apr, revolves
        self.pays_half = users.edge == user_plan.HALF_USED
        self.moved = np.zeros_like(opening)  # interest less payments so far
        self.statement = before.statement_cents if before else opening.copy()
        self.minimum = np.zeros_like(opening)
        self.last_payment = np.zeros_like(opening)
        self.statement_day = np.full_like(opening, -1)
        self.paid_day = np.full_like(opening, -1)
        self.due = np.zeros_like(opening)
        self.is_overdue = np.zeros(len(opening), dtype=bool)

    def months(self, statements: Ints, lag: Ints, misses: Flags) -> None:
        """The payment of the statement before the window, then each statement and its payment; who misses
        one does not pay the last."""
        here, due = self.habits.has_card, lag // 4
        if self.before:
            here, due = here & (self.before.unpaid_cents > 0), np.maximum(self.before.due_day, 0)
        self._pay(here, due, self._interest(), np.zeros_like(self.habits.has_card))
        last = (statements < self.events.days).sum(axis=1) - 1
        for place, day in enumerate(statements.T):
            here = self.habits.has_card & (day < self.events.days)
            interest = np.where(here & self.revolves, self._interest(), 0)
            user = np.flatnonzero(interest)
            self.events.add(
                user, day[user], interest[user], account=CARD, label=INDEX["interest_charge"], order=INTEREST
            )
            self.moved += interest
            charged = self.charged[np.arange(len(day)), np.minimum(day, self.events.days - 1)]
            self.statement = np.where(here, self.opening + charged + self.moved, self.statement)
            self.statement_day = np.where(here, day, self.statement_day)
            is_last = here & misses & (place == last)
            until = np.where(is_last, np.minimum(lag, self.events.days - 2 - day), lag)
            self._pay(here, day + until, interest, is_last)

    def _interest(self) -> Ints:
        """A month's interest on the last statement."""
        return self.statement * self.apr // 120_000

    def _pay(self, here: Flags, due: Ints, interest: Ints, missed: Flags) -> None:
        """Pay the statement when it is due, or on the business day before; stressed users on a payday."""
        least = np.maximum(curves.SMALLEST_MINIMUM_CENTS, self.statement // 100 + interest)
        least = np.minimum(least, self.statement)
        half = np.maximum(2 * least, self.statement // 2)
        amount = np.where(self.revolves, least, np.where(self.pays_half, half, self.statement))
        if self.before:  # no more is owed than at the end of the first window
            amount = np.maximum(amount, self.statement - self.before.level_cents)
        amount = np.minimum(amount, self.statement)
        self.minimum = np.where(here, least, self.minimum)
        self.due = np.where(here, due, self.due)
        self._charge_late(np.flatnonzero(missed & (amount > 0)), due)
        day = self._paid_on(due)
        if self.before:
            day = np.where((day < 0) & here, self._first_payday(), day)
        user = np.flatnonzero(here & ~missed & (day >= 0) & (day < self.events.days) & (amount > 0))
        for account, sign, label in ((CHECKING, 1, "card_payment_out"), (CARD, -1, "card_payment_in")):
            self.events.add(
                user, day[user], sign * amount[user], account=account, label=INDEX[label], order=PAYMENT
            )
        self.moved[user] -= amount[user]
        self.last_payment[user] = amount[user]
        self.paid_day[user] = day[user]

    def _first_payday(self) -> Ints:
        """Day on which each user pays what should have been paid in the window before."""
        payday = self.habits.paydays.argmax(axis=1)
        return np.where(self.habits.is_stressed, payday, posting.business_days(self.window)[0])

    def _charge_late(self, user: Ints, due: Ints) -> None:
        """Who has missed a payment is overdue, and is charged a fee on the day after it was due."""
        fee = np.minimum(curves.LATE_FEE_CENTS, self.minimum[user])
        self.events.add(user, due[user] + 1, fee, account=CARD, label=INDEX["late_fee"], order=INTEREST)
        self.moved[user] += fee
        self.is_overdue[user] = True

    def _paid_on(self, due: Ints) -> Ints:
        """Day of the payment, negative if it came before the window."""
        earlier = due - (due - self.habits.cycle_start) % self.habits.cycle_days
        day = np.where(self.habits.is_stressed, earlier, due)
        return np.where(day < 0, day, posting.on_or_before(self.window, day))
