"""The windows of a history as one: rows in order of user, faults in order of their numbers."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.block import Block, Faults
from synth_assets.worlds.personal_banking.activity.events import EventRows, stable_order
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS
from synth_assets.worlds.personal_banking.activity.linked import Planned
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.anomalies import PENDING


def joined_windows(strata: list[Stratum], parts: list[Planned], most_strata: int) -> Planned:
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
