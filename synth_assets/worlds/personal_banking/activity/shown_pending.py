"""Purchases of a history that grows while they are pending: rows of their own, which are gone one day.

A bank shows a purchase on its day, and what is posted some business days later is another row. The amount is
the one that was authorised: a restaurant's without the tip, a pump's a round hold. Some holds are released,
and nothing is posted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import curves, pending_curves
from synth_assets.worlds.personal_banking.activity import posting
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX, IS_PURCHASE
from synth_assets.worlds.personal_banking.activity.events import (
    MOST_DESCRIPTORS,
    SLOTS,
    Codes,
    EventRows,
    stable_order,
)
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity

LAST_OF_DAY = 15
"""Order of a day's events."""

NEVER = np.iinfo(np.int64).max
"""A day after all others."""

_STREAM = {stream.name: stream for stream in curves.STREAMS}


def _is_of(name: str) -> np.ndarray:
    found = np.zeros(len(DESCRIPTORS), dtype=bool)
    found[INDEX[name] + np.arange(len(_STREAM[name].brands))] = True
    return found


_RESTAURANT, _FUEL, _HOTEL = map(_is_of, ("restaurants", "fuel", "hotels"))


class ShownRows(NamedTuple):
    """The rows of a block with those that show purchases while they are pending, by user and day.

    Attributes:
        rows: all of them.
        posts: of each row, the place of the row that is posted in its stead; -1 for all others.
        released_on: day on which a hold is gone without that, or what is pending at the end of the window is
            posted in the next one; `NEVER` of all others.
        waits: whether it is one of the latter.
    """

    rows: EventRows
    posts: Ints
    released_on: Ints
    waits: np.ndarray


def posted_later(rows: EventRows, window: Window, never: np.ndarray, draws: Draws, number: Ints) -> Ints:
    """Of each row that is pending at the end of a window, the day of the next one on which it is posted,
    counted from the first of this one; of those of users who `never` see it posted, the day on which the hold
    is released. `NEVER` for all other rows."""
    found = np.full(len(rows.user), NEVER)
    at = np.flatnonzero(rows.is_pending)
    drawn = draws.fields("posted later", _cells(number, rows.take(at), rows.day[at]))[0].astype(np.int64)
    found[at] = posting.between(window, window.length, rows.day[at], drawn)
    is_released = never[rows.user[at]]
    found[at[is_released]] = rows.day[at[is_released]] + pending_curves.RELEASED_DAYS[1]
    return found


def with_pending(sound: SoundActivity, number: Ints, days: int, posted_on: Ints, draws: Draws) -> ShownRows:
    """The rows, and those that are shown before.

    Args:
        sound: what happened, rows by user and day.
        number: of each user.
        days: length of the window.
        posted_on: of each row that is pending at the end, when that is over.
        draws: those of users.
    """
    rows = _not_posted_yet(sound.rows, number, days, draws)
    bought = rows.day - rows.waited
    is_bought = IS_PURCHASE[rows.label] & ~rows.is_pending & (rows.waited > 0) & (rows.amount_cents > 0)
    is_bought &= bought >= 0  # what was bought in the window before is shown there
    at = np.flatnonzero(is_bought & (bought >= sound.opened_day[rows.user, rows.account]))
    cell = _cells(number, rows.take(at), bought[at])
    shows, size, held, until = draws.fields("shown pending", cell)
    seen = np.flatnonzero(shows >= int(pending_curves.NEVER_SHOWN_SHARE * 65_536))
    first = _pending(
        rows, at[seen], bought[at[seen]], _authorised(rows, at[seen], size[seen], draws, cell[seen])
    )
    has_hold, day, cents, gone = _holds(rows.label[at], bought[at], held, until)
    held_at = at[has_hold]
    holds = _pending(rows, held_at, day, cents)
    added = EventRows._make(np.concatenate(values) for values in zip(first, holds, strict=True))
    posts = np.concatenate([at[seen], np.full(len(held_at), -1)])
    released = np.concatenate([np.full(len(seen), NEVER), gone])
    is_new = ~_repeated(rows, added, days) & (added.day >= sound.opened_day[added.user, added.account])
    released = np.concatenate([posted_on, released[is_new]])
    return _merged(rows, added.take(np.flatnonzero(is_new)), posts[is_new], released, days)


def _cells(number: Ints, rows: EventRows, bought: Ints) -> Codes:
    """A number for each purchase by user, day and shop."""
    day = number[rows.user] * curves.LONGEST_WINDOW_DAYS + bought
    return day * MOST_DESCRIPTORS + rows.label


def _not_posted_yet(rows: EventRows, number: Ints, days: int, draws: Draws) -> EventRows:
    """The rows, with what was authorised of those that are pending at the end."""
    waits = IS_PURCHASE[rows.label] & rows.is_pending & (rows.amount_cents > 0)
    at, amount = np.flatnonzero(waits), rows.amount_cents.copy()
    cell = _cells(number, rows.take(at), rows.day[at])
    cents = _authorised(rows, at, draws.fields("shown pending", cell)[1], draws, cell)
    known = rows.take(np.flatnonzero(~waits))
    is_new = ~_repeated(known, rows.take(at)._replace(amount_cents=cents), days)
    amount[at[is_new]] = cents[is_new]
    return rows._replace(amount_cents=amount)


def _pending(rows: EventRows, at: Ints, day: Ints, cents: Ints) -> EventRows:
    """Pending rows for those at some places."""
    return rows.take(at)._replace(
        day=day,
        order=np.full(len(at), LAST_OF_DAY, np.int8),
        amount_cents=cents,
        is_pending=np.ones(len(at), dtype=bool),
        waited=np.zeros(len(at), np.int16),
    )


def _authorised(rows: EventRows, at: Ints, size: Fields, draws: Draws, cell: Codes) -> Ints:
    """What was authorised of the purchases at some places, in cents."""
    cents, label = rows.amount_cents[at], rows.label[at]
    is_tipped, per_mille, _, _ = draws.fields("tip", cell).astype(np.int64)
    low, high = pending_curves.TIP_PER_MILLE
    tip = low + per_mille * (high - low + 1) // 65_536
    before_tip = (cents * 1_000 + (1_000 + tip) // 2) // (1_000 + tip)
    tipped = _RESTAURANT[label] & (is_tipped < int(pending_curves.TIPPED_SHARE * 65_536))
    holds = np.array(pending_curves.FUEL_HOLDS_CENTS)
    hold = holds[size.astype(np.int64) * len(holds) // 65_536]
    return np.select([tipped, _FUEL[label]], [before_tip, hold], cents)


def _holds(label: Codes, bought: Ints, held: Fields, until: Fields) -> tuple[Ints, Ints, Ints, Ints]:
    """Places of the purchases beside which a hold is placed and released; its day, cents and last day."""
    fuel = _FUEL[label] & (held < int(pending_curves.PUMP_TRIED_SHARE * 65_536))
    hotel = _HOTEL[label] & (held < int(pending_curves.HOTEL_HOLD_SHARE * 65_536))
    place = np.flatnonzero(fuel | hotel)
    is_hotel = hotel[place]
    drawn = until[place].astype(np.int64)
    night = drawn * len(pending_curves.HOTEL_HOLDS_CENTS) // 65_536
    cents = np.where(
        is_hotel, np.array(pending_curves.HOTEL_HOLDS_CENTS)[night], pending_curves.PUMP_TRIED_CENTS
    )
    day = np.maximum(bought[place] - np.where(is_hotel, pending_curves.CHECKED_IN_DAYS, 0), 0)
    low, high = pending_curves.RELEASED_DAYS
    return place, day, cents, day + low + drawn % (high - low + 1)


def _repeated(rows: EventRows, added: EventRows, days: int) -> np.ndarray:
    """Which of the added rows another row repeats on its day, in its amount and at the same shop: the bank
    shows none of them."""

    def keys(of: EventRows) -> Ints:
        place = (of.user * days + of.day) * SLOTS + of.account
        return (place * MOST_DESCRIPTORS + of.label << 28) + of.amount_cents

    there = keys(rows.take(np.flatnonzero(rows.amount_cents > 0)))
    _, back, times = np.unique(np.concatenate([there, keys(added)]), return_inverse=True, return_counts=True)
    repeated: np.ndarray = times[back[len(there) :]] > 1
    return repeated


def _merged(rows: EventRows, added: EventRows, posts: Ints, released: Ints, days: int) -> ShownRows:
    """All rows in their order, those that are shown pending after the others of their day."""
    both = EventRows._make(np.concatenate(values) for values in zip(rows, added, strict=True))
    order = stable_order((both.user * days + both.day) * 16 + both.order)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    none = np.full(len(rows.user), -1)
    posts = np.concatenate([none, np.where(posts >= 0, place[posts], -1)])
    waits = np.concatenate([rows.is_pending, np.zeros(len(added.user), dtype=bool)])
    return ShownRows(both.take(order), posts[order], released[order], waits[order])
