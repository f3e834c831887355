"""A window of a history with the rows that show purchases while they are pending, and what it leaves so."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.events import (
    CHECKING,
    SLOTS,
    EventRows,
    distinct_cents,
    stable_order,
)
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER, ShownRows
from synth_assets.worlds.personal_banking.activity.sound import Flags
from synth_assets.worlds.personal_banking.anomalies import BEFORE_OPENED, PENDING, WITHDRAWN


class Planned(NamedTuple):
    """All that happens in a history or a window of it, whatever as_of is.

    Attributes:
        block: its facts at the end; rows hold those that are gone by then.
        shown_on, gone_on: day from which each row is there, and from which it is not.
        seen_on: day from which each account is there, users x accounts; -1: from the first day on.
    """

    block: Block
    shown_on: Ints
    gone_on: Ints
    seen_on: Ints


class Waiting(NamedTuple):
    """Purchases that are pending when a window ends, one entry each.

    Attributes:
        rows: as they will be posted, days counted from the first one of the next window.
        number, name_number: of the pending row, and what its feed string is drawn by.
    """

    rows: EventRows
    number: Ints
    name_number: Ints


def told_apart(rows: EventRows, posted_on: Ints) -> EventRows:
    """The rows, those that are pending at the end in amounts that differ once they are posted."""
    at = np.flatnonzero(rows.is_pending)
    later, amount = rows.take(at)._replace(day=posted_on[at]), rows.amount_cents.copy()
    amount[at] = distinct_cents(later, int(later.day.max(initial=0)) + 1)
    return rows._replace(amount_cents=amount)


def sources(block: Block, shown: ShownRows) -> tuple[Ints, Flags]:
    """The place of each row before the faults, and whether a fault has added it."""
    counts = np.bincount(shown.rows.user, minlength=len(block.users.number))
    source = (np.cumsum(counts) - counts)[block.rows.user] + block.clean_number
    return source, np.append(False, source[1:] == source[:-1])[: len(source)]


def linked(
    block: Block, shown: ShownRows, source: Ints, is_added: Flags, waiting: Waiting | None, first_number: int
) -> Planned:
    """Each posted row with the one that shows it before; none where a fault has changed it."""
    rows = block.rows
    posts = np.where(is_added, -1, shown.posts[source])
    gone_on = np.where(is_added, NEVER, shown.released_on[source])
    early = np.flatnonzero(posts >= 0)
    later = np.minimum(np.searchsorted(source, posts[early]), max(len(source) - 1, 0))
    is_posted = (source[later] == posts[early]) & ~rows.is_pending[later] & (rows.waited[later] > 0)
    shown_on = rows.day.copy()
    shown_on[early[~is_posted]] = NEVER
    never, faulty = _never_posted(block, early, later, is_posted), block.faulty.copy()
    faulty[rows.user[early[never]]] = early[never]
    shown_on[early[never]], shown_on[later[never]] = rows.day[early[never]], NEVER
    number, name_number = block.number + first_number, block.clean_number + first_number
    pending_number = np.full(len(source), -1)
    name_number[early] = name_number[later]
    early, later = early[is_posted], later[is_posted]
    gone_on[early], pending_number[later] = rows.day[later], number[early]
    if waiting:
        at, order = np.flatnonzero((rows.waited > rows.day) & ~is_added), _order(waiting.rows)
        pending_number[at], name_number[at] = waiting.number[order], waiting.name_number[order]
    block = block._replace(
        faulty=faulty, number=number, clean_number=name_number, pending_number=pending_number
    )
    return Planned(block, shown_on, gone_on, block.opened_day)


def opened_and_withdrawn(part: Planned, length: int, draws: Draws) -> Planned:
    """The first window with the rows from which an account is seen to have been opened too late, or data to
    flow without consent: the first that are posted. An account is there with its first row."""
    block, seen_on = part.block, part.seen_on.copy()
    rows, kind = block.rows, block.users.fault
    is_shown = part.shown_on < NEVER
    too_soon = (kind == BEFORE_OPENED)[rows.user] & (rows.account == block.faulty_account[rows.user])
    withdrawn_on = user_plan.withdrawn_on(draws, block.users.number, length)
    too_late = (kind == WITHDRAWN)[rows.user] & (rows.day > withdrawn_on[rows.user])
    faulty = block.faulty.copy()
    at = np.flatnonzero(is_shown & ~rows.is_pending & (too_soon | too_late))[::-1]
    faulty[rows.user[at]] = at  # in order of time, so that the first one stays
    at = np.flatnonzero(is_shown & too_soon)[::-1]
    seen_on[rows.user[at], rows.account[at]] = part.shown_on[at]
    seen_on[:, CHECKING] = -1
    return part._replace(block=block._replace(faulty=faulty), seen_on=seen_on)


def _never_posted(block: Block, early: Ints, later: Ints, is_posted: Flags) -> Flags:
    """Which of the pending rows stay so by a fault: they are shown, and nothing in their stead."""
    user = block.rows.user[later]
    stays: Flags = ~is_posted & (block.users.fault[user] == PENDING) & (block.faulty[user] == later)
    return stays


def _order(rows: EventRows) -> Ints:
    """Places of rows in the order of a statement."""
    days = int(rows.day.max(initial=0)) + 1
    return stable_order(((rows.user * days + rows.day) * 16 + rows.order) * SLOTS + rows.account)


def left_waiting(
    block: Block, left: Flags, rows: EventRows, posted_on: Ints, never: Flags, length: int
) -> Waiting:
    """What is pending at the end of a window of so many days and will be posted: the rows that are `left`,
    which are pending among the sound `rows`."""
    at = np.flatnonzero(rows.is_pending & ~never[rows.user])
    found = rows.take(at)
    as_posted = found._replace(
        day=posted_on[at] - length,
        is_pending=np.zeros(len(at), dtype=bool),
        waited=(posted_on[at] - found.day).astype(np.int16),
    )
    return Waiting(as_posted, block.number[left], block.clean_number[left])
