"""Payments that come too late: the purchase before them takes a card above its limit.

Who pays around a limit could have paid one purchase later each time. One of those times is chosen: the
payment is then made on the business day after that purchase, of the same amount, and nothing else changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.worlds.personal_banking.activity import posting
from synth_assets.worlds.personal_banking.activity.around_payments import IN_BETWEEN
from synth_assets.worlds.personal_banking.activity.events import CARD, Days, EventRows
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity
from synth_assets.worlds.personal_banking.anomalies import OVER_LIMIT
from synth_assets.worlds.personal_banking.user_plan import Users

ROWS_BETWEEN = 2
"""A payment that is not there leaves numbers unused, so far before the purchase that they do not mark it."""


class Late(NamedTuple):
    """The payment of each user that could come too late, one entry a user; -1 for who makes none.

    Attributes:
        left, arrived: its rows, on checking and on the card.
        purchase: the row that takes the card above its limit without it.
        after: the last row before which it would be made.
        day: on which it would be made.
    """

    left: Ints
    arrived: Ints
    purchase: Ints
    after: Ints
    day: Ints


def late_payments(
    plan: Users, sound: SoundActivity, window: Window, draws: Draws, shifts: Days | None = None
) -> Late:
    """One payment of each user who pays around a limit, made before the last statement and, where there is
    such a one, not just before the purchase.

    In a history no statement is overdue by it, and where there is such a one it is made on a day on which it
    `shifts` no fee, users x days.
    """
    nothing = np.full(len(plan.number), -1)
    if not (plan.paid_around_limit > 0).any():
        return Late(nothing, nothing, nothing, nothing, nothing)
    rows = sound.rows
    at, arrived, purchase = _too_far(plan, sound)
    holder, bought = rows.user[arrived], rows.day[purchase]
    day = posting.on_or_after(window, bought + 1)
    liking = np.where(arrived + ROWS_BETWEEN <= purchase, 2, 1)
    liking[(day >= at) | (day >= sound.cards.statement_day[holder])] = 0
    if shifts is not None:
        liking += 2 * (liking > 0) * shifts[holder, rows.day[arrived]]
        due = (sound.cards.statements + sound.cards.due_after[:, None])[holder]
        is_overdue = (due >= rows.day[arrived][:, None]) & (due < day[:, None])
        liking[is_overdue.any(axis=1)] = 0
    best = np.zeros_like(nothing)
    np.maximum.at(best, holder, liking)
    may = (liking > 0) & (liking == best[holder])
    arrived, purchase, day = arrived[may], purchase[may], day[may]
    chosen = _by_smallness(rows, arrived, purchase, draws.fields("paid too late", plan.number)[0])
    user, arrived, purchase, day = rows.user[arrived[chosen]], arrived[chosen], purchase[chosen], day[chosen]
    key = rows.user * window.length + rows.day
    after = np.searchsorted(key, user * window.length + day, side="right") - 1
    late = Late(*(nothing.copy() for _ in Late._fields))
    for values, found in zip(late, (arrived - 1, arrived, purchase, after, day), strict=True):
        values[user] = found
    return late


def _too_far(plan: Users, sound: SoundActivity) -> tuple[Ints, Ints, Ints]:
    """Of each payment that made room, the day of the next money back on the card, its row, and that of the
    purchase that exceeds the limit without it."""
    rows = sound.rows
    card = np.flatnonzero((plan.paid_around_limit > 0)[rows.user] & (rows.account == CARD) & ~rows.is_pending)
    holder = rows.user[card]
    opening = (sound.closing_cents - sound.posted_cents)[:, CARD]
    total = np.cumsum(rows.amount_cents[card])
    first = np.searchsorted(holder, holder)
    owed = opening[holder] + total - (total - rows.amount_cents[card])[first]
    paid = np.flatnonzero(rows.order[card] == IN_BETWEEN)
    back = np.flatnonzero(rows.amount_cents[card] < 0)
    end = np.searchsorted(holder, holder[paid], side="right")
    following = np.searchsorted(back, paid, side="right")
    until = np.minimum(np.append(back, len(card))[following], end)
    without = rows.amount_cents[card[paid]]
    limit = sound.cards.limit_cents[holder[paid]]
    place = paid + 1
    while (goes_on := (place < until) & (owed[np.minimum(place, len(card) - 1)] - without <= limit)).any():
        place = place + goes_on
    exceeds = place < until
    beyond = np.iinfo(np.int64).max
    day = np.where(until < end, rows.day[card[np.minimum(until, len(card) - 1)]], beyond)
    return day[exceeds], card[paid[exceeds]], card[place[exceeds]]


def _by_smallness(rows: EventRows, arrived: Ints, purchase: Ints, drawn: Fields) -> Ints:
    """One place of each user's, rather of a small purchase, as large ones exceed a limit more often: by one
    over the amount to the power of 1.5 those chosen are as large as any [D]."""
    user = rows.user[arrived]
    cents = rows.amount_cents[purchase]
    weight = 10**12 // (cents * np.sqrt(cents).astype(np.int64))
    total = np.cumsum(weight)
    first = np.flatnonzero(np.diff(user, prepend=-1))
    before = total[first] - weight[first]
    whole = np.append(before[1:], total[-1:]) - before
    return np.searchsorted(
        total, before + drawn[user[first]].astype(np.int64) * whole // 65_536, side="right"
    )


def room(late: Late, rows: EventRows, step: Ints) -> Ints:
    """Of each row, how many numbers are left free before it for the rows of a late payment."""
    is_later = (late.day >= 0)[rows.user] & (np.arange(len(rows.user)) > late.after[rows.user])
    return np.where(is_later, step[rows.user] + 1, 0)


def limits(sound: SoundActivity, rows: EventRows, opening: Ints, kind: Codes) -> Ints:
    """The limits of cards, raised to whole hundreds of dollars where more was owed at any time: but for those
    who exceed theirs. What is pending or given back by a fault was owed before."""
    at = np.flatnonzero((rows.account == CARD) & ~rows.is_pending)
    limit = sound.cards.limit_cents.copy()
    if not len(at):
        return limit
    user, cents = rows.user[at], rows.amount_cents[at]
    total = np.cumsum(cents)
    first = np.flatnonzero(np.diff(user, prepend=-1))
    holder = user[first]
    most = np.maximum.reduceat(total, first) - (total - cents)[first] + opening[holder, CARD]
    least = np.where(kind[holder] == OVER_LIMIT, 0, -(-most // 10_000) * 10_000)
    limit[holder] = np.maximum(limit[holder], least)
    return limit
