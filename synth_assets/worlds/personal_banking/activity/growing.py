"""A history that grows: all that is planned of a block, window by window, and what has happened by a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import statements_so_far
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import (
    CARD,
    CHECKING,
    OWED,
    SLOTS,
    EventRows,
    distinct_cents,
    stable_order,
)
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS, Block, Faults, edit
from synth_assets.worlds.personal_banking.activity.personas import simulate
from synth_assets.worlds.personal_banking.activity.shown_pending import (
    NEVER,
    ShownRows,
    posted_later,
    with_pending,
)
from synth_assets.worlds.personal_banking.activity.sound import Flags, SoundActivity, posted
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum
from synth_assets.worlds.personal_banking.anomalies import BEFORE_OPENED, PENDING, WITHDRAWN
from synth_assets.worlds.personal_banking.user_plan import Users


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


def plan(strata: list[Stratum], users: list[Users], slots: int, most_strata: int, draws: Draws) -> Planned:
    """What happens to the users in all windows, faults and pending rows included.

    Args:
        strata: the windows so far.
        users: as they are planned for each of them.
        slots: transaction numbers of a user in a window.
        most_strata: windows of the longest history.
        draws: those of users.
    """
    parts: list[Planned] = []
    before, opening, waiting = None, None, None
    for stratum, planned in zip(strata, users, strict=True):
        of, window = stratum.draws(draws), stratum.window
        stratum = stratum._replace(before=before)
        sound = simulate(window, of, planned, stratum)
        never = planned.edge == user_plan.ONLY_PENDING
        posted_on = posted_later(sound.rows, window, never, of, planned.number)
        sound = sound._replace(rows=_told_apart(sound.rows, posted_on - window.length))
        shown = with_pending(sound, planned.number, window.length, posted_on, of)
        block = edit(planned, sound._replace(rows=shown.rows), window, slots, of, True, opening)
        source, is_added = _sources(block, shown)
        part = _linked(block, shown, source, is_added, waiting, stratum.number * slots)
        if not stratum.number:
            part = _opened_and_withdrawn(part, window.length, draws)
        left = shown.waits[source] & ~is_added & ~never[block.rows.user]
        waiting = _waiting(part.block, left, sound.rows, posted_on, never, window.length)
        before, opening = _before(sound, stratum, waiting.rows), block.closing_cents
        parts.append(part)
    return _joined(strata, parts, most_strata)


# --- a window -----------------------------------------------------------------------------------------


def _told_apart(rows: EventRows, posted_on: Ints) -> EventRows:
    """The rows, those that are pending at the end in amounts that differ once they are posted."""
    at = np.flatnonzero(rows.is_pending)
    later, amount = rows.take(at)._replace(day=posted_on[at]), rows.amount_cents.copy()
    amount[at] = distinct_cents(later, int(later.day.max(initial=0)) + 1)
    return rows._replace(amount_cents=amount)


def _sources(block: Block, shown: ShownRows) -> tuple[Ints, Flags]:
    """The place of each row before the faults, and whether a fault has added it."""
    counts = np.bincount(shown.rows.user, minlength=len(block.users.number))
    source = (np.cumsum(counts) - counts)[block.rows.user] + block.clean_number
    return source, np.append(False, source[1:] == source[:-1])[: len(source)]


def _linked(
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


def _opened_and_withdrawn(part: Planned, length: int, draws: Draws) -> Planned:
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


def _waiting(
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


def _before(sound: SoundActivity, stratum: Stratum, waiting: EventRows) -> Before:
    """How a window ends, for the next one."""
    cards, length, rows = sound.cards, stratum.window.length, sound.rows
    is_paid = (rows.label == INDEX["card_payment_in"]) & (rows.day > cards.statement_day[rows.user])
    at = np.flatnonzero(is_paid)
    paid = np.bincount(rows.user[at], -rows.amount_cents[at], len(sound.posted_cents)).astype(np.int64)
    unpaid = np.where(cards.paid_day > cards.statement_day, 0, cards.statement_cents)
    around = np.maximum(cards.statement_cents - paid, 0)
    return Before(
        has_account=sound.has_account,
        balance_cents=sound.closing_cents,
        limit_cents=cards.limit_cents,
        level_cents=stratum.before.level_cents if stratum.before else sound.closing_cents[:, CARD],
        statement_cents=cards.statement_cents,
        statement_day=cards.statement_day - length,
        due_day=cards.due_day - length,
        unpaid_cents=np.minimum(unpaid, around),
        waiting=waiting,
    )


# --- all of them --------------------------------------------------------------------------------------


def _joined(strata: list[Stratum], parts: list[Planned], most_strata: int) -> Planned:
    """The windows as one, rows in order of user."""
    offsets = [stratum.days_before for stratum in strata]
    rows = EventRows._make(
        np.concatenate(values) for values in zip(*(part.block.rows for part in parts), strict=True)
    )
    counts = [len(part.shown_on) for part in parts]
    rows = rows._replace(day=rows.day + np.repeat(offsets, counts))
    order = stable_order(rows.user)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    starts = np.cumsum([0, *counts[:-1]])

    def joined(values: list[Ints]) -> Ints:
        return np.concatenate(values)[order]

    faults = [
        _faults(part, stratum, place[start : start + size], most_strata)
        for part, stratum, start, size in zip(parts, strata, starts, counts, strict=True)
    ]
    found = Faults._make(np.concatenate(values) for values in zip(*faults, strict=True))
    by_number = np.argsort(found.number)
    blocks = [part.block for part in parts]
    first = blocks[0]
    block = first._replace(
        cards=first.cards._replace(statements=_statements(blocks, offsets)),
        loans=first.loans._replace(due_on=_due_on(blocks)),
        rows=rows.take(order),
        number=joined([block.number for block in blocks]),
        clean_number=joined([block.clean_number for block in blocks]),
        pending_number=joined([block.pending_number for block in blocks]),
        closing_cents=blocks[-1].closing_cents,
        found=Faults._make(values[by_number] for values in found),
    )
    shown, gone = (
        joined([_later(days, offset) for days, offset in zip(some, offsets, strict=True)])
        for some in ([part.shown_on for part in parts], [part.gone_on for part in parts])
    )
    return Planned(block, shown, gone, parts[0].seen_on)


def _later(days: Ints, offset: int) -> Ints:
    return np.where(days == NEVER, NEVER, days + offset)


def _faults(part: Planned, stratum: Stratum, place: Ints, most_strata: int) -> Faults:
    """The faults of a window, with the places of its rows among all."""
    block = part.block
    user = np.flatnonzero(block.users.fault)
    kind, row = block.users.fault[user], block.faulty[user]
    visible_on = stratum.days_before + block.rows.day[row]
    visible_on += np.where(kind == PENDING, PENDING_AT_MOST_DAYS + 1, 0)
    number = block.users.number[user] * most_strata + stratum.number + 1
    return Faults(user, kind, place[row], block.faulty_account[user], number, visible_on)


def _statements(blocks: list[Block], offsets: list[int]) -> Ints:
    """Days of the history on which statements are made, users x months; beyond it: never."""
    days = [
        np.where(block.cards.statements < length, block.cards.statements + offset, NEVER)
        for block, offset, length in zip(blocks, offsets, [*np.diff(offsets).tolist(), NEVER], strict=True)
    ]
    return np.sort(np.concatenate(days, axis=1), axis=1)


def _due_on(blocks: list[Block]) -> Ints:
    """Epoch day of the next payment of each loan after the last window."""
    due_on = blocks[0].loans.due_on
    for block in blocks[1:]:
        due_on = np.maximum(due_on, block.loans.due_on)
    return due_on


def by_day(planned: Planned, day: int, first_day: int) -> Block:
    """What has happened by the end of a day of a history that begins on an epoch day."""
    block = planned.block
    is_there = (planned.shown_on <= day) & (day < planned.gone_on)
    at = np.flatnonzero(is_there)
    rows, place = block.rows.take(at), np.cumsum(is_there) - 1
    found = block.faults
    found = Faults._make(values[found.visible_on <= day] for values in found)
    out = posted(rows, len(block.users.number))
    out[:, OWED] *= -1
    return block._replace(
        cards=statements_so_far.cards(block, rows, day),
        loans=statements_so_far.loans(block, day, first_day),
        has_account=block.has_account & (planned.seen_on <= day),
        rows=rows,
        number=block.number[at],
        clean_number=block.clean_number[at],
        closing_cents=block.opening_cents - out,
        pending_number=block.pending_number[at],
        found=found._replace(row=place[found.row]),
    )
