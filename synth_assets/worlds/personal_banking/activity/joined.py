"""The last windows of a history as one, for what accounts, cards and loans say on a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.carried import PlannedWindow
from synth_assets.worlds.personal_banking.activity.events import EventRows, stable_order
from synth_assets.worlds.personal_banking.activity.linked import Planned
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER


def joined(windows: Sequence[PlannedWindow]) -> Planned:
    """The windows as one, rows in order of user; days are those of the history."""
    offsets = [window.stratum.days_before for window in windows]
    parts = [window.planned for window in windows]
    rows = EventRows._make(
        np.concatenate(values) for values in zip(*(part.block.rows for part in parts), strict=True)
    )
    rows = rows._replace(day=rows.day + np.repeat(offsets, [len(part.shown_on) for part in parts]))
    order = stable_order(rows.user)
    blocks = [part.block for part in parts]
    block = blocks[0]._replace(
        cards=blocks[0].cards._replace(statements=_statements(blocks, offsets)),
        loans=blocks[0].loans._replace(due_on=np.maximum.reduce([block.loans.due_on for block in blocks])),
        rows=rows.take(order),
    )
    shown, gone = (
        np.concatenate([_later(days, offset) for days, offset in zip(some, offsets, strict=True)])[order]
        for some in ([part.shown_on for part in parts], [part.gone_on for part in parts])
    )
    return Planned(block, shown, gone, parts[0].seen_on)


def _later(days: Ints, offset: int) -> Ints:
    return np.where(days == NEVER, NEVER, days + offset)


def _statements(blocks: list[Block], offsets: list[int]) -> Ints:
    """Days of the history on which statements are made, users x months; beyond it: never."""
    days = [
        np.where(block.cards.statements < length, block.cards.statements + offset, NEVER)
        for block, offset, length in zip(blocks, offsets, [*np.diff(offsets).tolist(), NEVER], strict=True)
    ]
    return np.sort(np.concatenate(days, axis=1), axis=1)
