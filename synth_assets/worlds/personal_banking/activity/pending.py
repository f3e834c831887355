"""Purchases that are pending where a rate plans it: late ones, so that they are in order."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.worlds.personal_banking.activity.descriptors import IS_PURCHASE
from synth_assets.worlds.personal_banking.activity.events import OWED
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS, one_of_each
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity, posted
from synth_assets.worlds.personal_banking.user_plan import Users


def leave_pending(plan: Users, sound: SoundActivity, days: int, draws: Draws) -> SoundActivity:
    """The users with a late purchase pending, of each who is planned to have one and has none yet.

    Balances are higher by it; what is owed on cards stays, and was less before the history.
    """
    rows, users = sound.rows, len(plan.number)
    earliest = days - 1 - PENDING_AT_MOST_DAYS
    is_late = IS_PURCHASE[rows.label] & (rows.amount_cents > 0) & (rows.day >= earliest)
    has_one = np.bincount(rows.user[is_late & rows.is_pending], minlength=users) > 0
    may = is_late & ~rows.is_pending & ((plan.pending_in_time > 0) & ~has_one)[rows.user]
    drawn = draws.fields("pending in time", plan.number)[0]
    row = one_of_each(may, rows, drawn, users)[np.bincount(rows.user[may], minlength=users) > 0]
    is_pending, waited = rows.is_pending.copy(), rows.waited.copy()
    is_pending[row], waited[row] = True, 0
    rows = rows._replace(is_pending=is_pending, waited=waited)
    out = posted(rows, users)
    raised = sound.posted_cents - out
    raised[:, OWED] = 0
    return sound._replace(rows=rows, posted_cents=out, closing_cents=sound.closing_cents + raised)
