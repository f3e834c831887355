"""A history that grows: all that is planned of a block, window by window, and what has happened by a day."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import statements_so_far
from synth_assets.worlds.personal_banking.activity.block import Block, Faults
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, OWED, EventRows
from synth_assets.worlds.personal_banking.activity.faults import edit
from synth_assets.worlds.personal_banking.activity.joined import joined_windows
from synth_assets.worlds.personal_banking.activity.linked import (
    Planned,
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
from synth_assets.worlds.personal_banking.user_plan import Users


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
        sound = sound._replace(rows=told_apart(sound.rows, posted_on - window.length))
        shown = with_pending(sound, planned.number, window.length, posted_on, of)
        block = edit(
            planned, sound._replace(rows=shown.rows), window, slots, of, grows=True, opening_cents=opening
        )
        source, is_added = sources(block, shown)
        part = linked(block, shown, source, is_added, waiting, stratum.number * slots)
        if not stratum.number:
            part = opened_and_withdrawn(part, window.length, draws)
        left = shown.waits[source] & ~is_added & ~never[block.rows.user]
        waiting = left_waiting(part.block, left, sound.rows, posted_on, never, window.length)
        before, opening = _before(sound, stratum, waiting.rows), block.closing_cents
        parts.append(part)
    return joined_windows(strata, parts, most_strata)


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
