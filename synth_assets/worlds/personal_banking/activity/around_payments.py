"""Payments that make room below a small limit: made in time, so that nobody ever owes more than it.

Where what comes until users look again would not fit below the limit, they pay most of the balance at once;
what is left of a statement they pay before it is due. None of them pays interest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, Days, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags
from synth_assets.worlds.personal_banking.activity.paid_around import between, looks_of
from synth_assets.worlds.personal_banking.activity.strata import Before
from synth_assets.worlds.personal_banking.user_plan import Users

PAYMENT, IN_BETWEEN = 6, 7
"""Order of a day's events: what is left of a statement, and what makes room below the limit."""

LEFT_SHARE, SMALLEST_CENTS = (0.1, 0.3), 10_000
"""What is still owed after a payment in between, over the limit, least and most; the smallest payment [D]."""

FIRST_LOOK_DAYS = 7
"""In so many days of a window every user has a look at the balance."""

USED_SHARE = (0.1, 0.28)
"""What is owed on as_of over the limit at most, of each user between the two: less than what makes anybody a
high utilizer [D]."""


class Paid(NamedTuple):
    """What such users' payments make of their cards, one entry each, named as in `Cards`."""

    opening_cents: Ints
    balance_cents: Ints
    limit_cents: Ints
    statement_cents: Ints
    minimum_cents: Ints
    last_payment_cents: Ints
    statement_day: Ints
    paid_day: Ints
    due_day: Ints


def pay(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    user: Ints,
    limit: Ints,
    statements: Ints,
    due_after: Ints,
    before: Before | None = None,
    goes_on: bool = False,
) -> Paid:
    """Payments of the users at places `user`, so that they never owe more than their limit.

    Args:
        limit: of each of them, in cents.
        statements: days of the window on which statements are made, all users x months.
        due_after: days from each user's statement to the day on which it is due.
        before: how the window before ends in a history.
        goes_on: whether another window follows, so that what is due before its first look is paid in this.
    """
    looks = looks_of(window, draws, users, user)
    owing = _Owing(events, draws, users, user, limit, looks, before)
    statements, due_after = statements[user], due_after[user]
    length, first_due = window.length, due_after // 4
    if before:
        first_due = np.where(before.due_day[user] < 0, length, before.due_day[user])
    due = np.column_stack([first_due, statements + due_after[:, None]])
    if goes_on:
        due = np.where((due >= length) & (due < length + FIRST_LOOK_DAYS), length - 1, due)
    before_due = _looks_before(looks, due)
    cents, is_extra = np.zeros_like(owing.flow), np.zeros_like(looks)
    for day in range(window.length):
        cents[:, day], is_extra[:, day] = owing.pass_day(day, looks[:, day], before_due[:, day])
        owing.close((statements == day).any(axis=1), day)
    for order, chosen in ((PAYMENT, ~is_extra), (IN_BETWEEN, is_extra)):
        row, on = np.nonzero((cents > 0) & chosen)
        for account, sign, label in ((CHECKING, 1, "card_payment_out"), (CARD, -1, "card_payment_in")):
            events.add(user[row], on, sign * cents[row, on], account=account, label=INDEX[label], order=order)
    least = np.minimum(np.maximum(curves.SMALLEST_MINIMUM_CENTS, owing.statement // 100), owing.statement)
    return Paid(
        owing.opening, owing.owed, limit, owing.statement, least, owing.last_payment, owing.statement_day,
        owing.paid_day, owing.statement_day + due_after,
    )  # fmt: skip


def _looks_before(looks: Days, due: Ints) -> Days:
    """Of each day on which something is due, the last look until then, or the first one: users x days."""
    length = looks.shape[1]
    day = np.where(looks, np.arange(length), -1)
    last = np.maximum.accumulate(day, axis=1)
    row, place = np.nonzero(due < length)
    at = last[row, due[row, place]]
    found = np.zeros_like(looks)
    found[row, np.where(at >= 0, at, looks.argmax(axis=1)[row])] = True
    return found


class _Owing:
    """What each user owes as days pass; every attribute has one entry, or one row, a user."""

    def __init__(
        self,
        events: Events,
        draws: Draws,
        users: Users,
        user: Ints,
        limit: Ints,
        looks: Days,
        before: Before | None,
    ) -> None:
        self.limit, self.flow = limit, events.outflow(CARD)[user]
        _, _, used, _ = draws.fields("paid around", users.number[user])
        self.kept = (limit * between(USED_SHARE, used)).astype(np.int64)
        cell = users.number[user, None] * curves.LONGEST_WINDOW_DAYS + np.arange(looks.shape[1])
        drawn = draws.fields("left on the card", cell)[0].reshape(cell.shape)
        self.left = (limit[:, None] * between(LEFT_SHARE, drawn)).astype(np.int64)
        self.opening = (self.left[:, 0] + self.left[:, 1]) // 2
        if before:
            self.opening = before.balance_cents[user, CARD]
        self.ahead = _until_next(looks, self.flow + _given_back(events, user))
        self.is_last = looks & (np.cumsum(looks[:, ::-1], axis=1)[:, ::-1] == 1)
        self.owed, self.unpaid, self.statement = self.opening, self.opening, np.zeros_like(limit)
        if before:
            self.unpaid = before.unpaid_cents[user]
        self.last_payment = np.zeros_like(limit)
        self.paid_day, self.statement_day = np.full_like(limit, -1), np.full_like(limit, -1)

    def pass_day(self, day: int, looks: Flags, is_due: Flags) -> tuple[Ints, Flags]:
        """What is paid at the end of a day, and whether only to make room below the limit."""
        self.owed = self.owed + self.flow[:, day]
        after = self.owed + self.ahead[:, day]
        over = looks & (after > self.limit)
        is_due = is_due & (self.unpaid > 0)
        much = self.is_last[:, day] & (after > self.kept)
        asked = [
            np.where(over, self.owed - self.left[:, day], 0),
            np.where(is_due, self.unpaid, 0),
            np.where(much, after - self.kept, 0),
        ]
        cents = -(-np.maximum.reduce(asked) // 1_000) * 1_000
        cents = np.where(cents > 0, np.minimum(np.maximum(cents, SMALLEST_CENTS), self.owed), 0)
        self.owed, self.unpaid = self.owed - cents, np.maximum(self.unpaid - cents, 0)
        self.last_payment = np.where(cents > 0, cents, self.last_payment)
        self.paid_day = np.where(cents > 0, day, self.paid_day)
        return cents, over & ~is_due & ~much

    def close(self, here: Flags, day: int) -> None:
        """A statement says what is owed at the end of a day."""
        self.statement = np.where(here, self.owed, self.statement)
        self.unpaid = np.where(here, self.owed, self.unpaid)
        self.statement_day = np.where(here, day, self.statement_day)


def _until_next(looks: Days, charged: Ints) -> Ints:
    """Cents charged from each day, without it, to the next look; users x days."""
    total = np.cumsum(charged, axis=1)
    length = looks.shape[1]
    day = np.where(looks, np.arange(length), length - 1)
    next_one = np.minimum.accumulate(day[:, ::-1], axis=1)[:, ::-1]
    until = np.concatenate([next_one[:, 1:], np.full((len(day), 1), length - 1)], axis=1)
    return np.take_along_axis(total, until, axis=1) - total


def _given_back(events: Events, user: Ints) -> Ints:
    """Cents that shops gave back on the cards of some users, users x days."""
    whose = np.full(events.users, -1)
    whose[user] = np.arange(len(user))
    found = np.zeros((len(user), events.days), dtype=np.int64)
    for rows in events.found:
        at = np.flatnonzero((whose[rows.user] >= 0) & (rows.account == CARD) & (rows.amount_cents < 0))
        np.add.at(found, (whose[rows.user[at]], rows.day[at]), -rows.amount_cents[at])
    return found
