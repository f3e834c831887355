"""A history that grows: all that is planned of a block, window by window, and what has happened by a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import statements_so_far
from synth_assets.worlds.personal_banking.activity.block import Block, Faults
from synth_assets.worlds.personal_banking.activity.carried import Carried, PlannedWindow, carried_over
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, OWED, EventRows
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS, edit
from synth_assets.worlds.personal_banking.activity.joined import joined
from synth_assets.worlds.personal_banking.activity.linked import (
    left_waiting,
    linked,
    opened_and_withdrawn,
    sources,
    told_apart,
)
from synth_assets.worlds.personal_banking.activity.personas import simulate
from synth_assets.worlds.personal_banking.activity.shown_pending import posted_later, with_pending
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity, posted
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum
from synth_assets.worlds.personal_banking.anomalies import PENDING
from synth_assets.worlds.personal_banking.user_plan import Users


def plan(
    stratum: Stratum, users: Users, slots: int, draws: Draws, carried: Carried | None
) -> tuple[PlannedWindow, Carried]:
    """What happens to the users in a window, faults and pending rows included, and what it hands on.

    Args:
        stratum: the window.
        users: as they are planned for it.
        slots: transaction numbers of a user in a window.
        draws: those of users.
        carried: what the window before handed on; None for the first.
    """
    of, window = stratum.draws(draws), stratum.window
    before, waiting = carried.begun() if carried else (None, None)
    stratum = stratum._replace(before=before)
    sound = simulate(window, of, users, stratum)
    never = users.edge == user_plan.ONLY_PENDING
    posted_on = posted_later(sound.rows, window, never, of, users.number)
    sound = sound._replace(rows=told_apart(sound.rows, posted_on - window.length))
    shown = with_pending(sound, users.number, window.length, posted_on, of)
    opening = carried.closing_cents if carried else None
    block = edit(users, sound._replace(rows=shown.rows), window, slots, of, grows=True, opening_cents=opening)
    source, is_added = sources(block, shown)
    part = linked(block, shown, source, is_added, waiting, stratum.number * slots)
    if not stratum.number:
        part = opened_and_withdrawn(part, window.length, draws)
    left = shown.waits[source] & ~is_added & ~never[block.rows.user]
    waiting = left_waiting(part.block, left, sound.rows, posted_on, never, window.length)
    handed = carried_over(part, stratum, _before(sound, stratum, waiting.rows), waiting, carried)
    return PlannedWindow(stratum, part, carried, handed.known), handed


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


def by_day(window: PlannedWindow, day: int, most_strata: int) -> Block:
    """What has happened in a window by the end of a day of the history: its rows, and the faults that show.

    Args:
        window: the window.
        day: of the history.
        most_strata: windows of the longest history.
    """
    stratum, planned = window.stratum, window.planned
    block, today = planned.block, day - stratum.days_before
    is_there = (planned.shown_on <= today) & (today < planned.gone_on)
    at, place = np.flatnonzero(is_there), np.cumsum(is_there) - 1
    rows = block.rows.take(at)
    found = faults(window, most_strata)
    found = Faults._make(values[found.visible_on <= day] for values in found)
    return block._replace(
        cards=window.known.cards,
        opened_day=window.known.opened_day,
        rows=rows._replace(day=rows.day + stratum.days_before),
        number=block.number[at],
        clean_number=block.clean_number[at],
        pending_number=block.pending_number[at],
        found=found._replace(row=place[found.row]),
        checks_before=window.carried.checks if window.carried else np.zeros_like(block.users.number),
    )


def faults(window: PlannedWindow, most_strata: int) -> Faults:
    """The faults of a window, with the day of the history from which each shows."""
    block = window.planned.block
    user = np.flatnonzero(block.users.fault)
    kind, row = block.users.fault[user], block.faulty[user]
    visible_on = window.stratum.days_before + block.rows.day[row]
    visible_on += np.where(kind == PENDING, PENDING_AT_MOST_DAYS + 1, 0)
    number = block.users.number[user] * most_strata + window.stratum.number + 1
    return Faults(user, kind, row, block.faulty_account[user], number, visible_on)


def so_far(windows: Sequence[PlannedWindow], users: Users, day: int, first_day: int) -> Block:
    """What accounts, cards and loans say at the end of a day; of rows those that are pending.

    Args:
        windows: the last ones, up to that of the day.
        users: as they are planned for the first window of the history.
        day: of the history.
        first_day: the epoch day of its first one.
    """
    carried, known, planned = windows[0].carried, windows[0].known, joined(windows)
    block = planned.block._replace(cards=known.cards._replace(statements=planned.block.cards.statements))
    loans = np.maximum(known.loans.due_on, block.loans.due_on)
    block = block._replace(loans=known.loans._replace(due_on=loans))
    rows = block.rows.take(np.flatnonzero((planned.shown_on <= day) & (day < planned.gone_on)))
    out = posted(rows, len(users.number))
    out[:, OWED] *= -1
    cards = statements_so_far.cards(block, rows, day)
    if carried:
        cards = cards._replace(paid_day=carried.paid_day, last_payment_cents=carried.paid_cents)
    return block._replace(
        users=users,
        cards=cards,
        loans=statements_so_far.loans(block, day, first_day),
        has_account=known.has_account & (known.seen_on <= day),
        rows=rows.take(np.flatnonzero(rows.is_pending)),
        opened_day=known.opened_day,
        opening_cents=known.opening_cents,
        closing_cents=block.opening_cents - out,
        stuck_cents=carried.stuck_cents if carried else np.zeros_like(out),
    )
