"""Days of a history on which a fault may shift a balance before it shows, without deciding about a fee."""

from __future__ import annotations

import numpy as np

from synth_assets.worlds.personal_banking.activity.events import CHECKING, Days, EventRows
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity

SHIFTED_DAYS = 12
"""So many days may pass from the day on which a pending row would be posted to that on which it is old."""


def solvent(sound: SoundActivity, days: int) -> Days:
    """Whether checking is not below zero on a day nor on those after it, users x days."""
    rows, users = sound.rows, len(sound.closing_cents)
    at = np.flatnonzero((rows.account == CHECKING) & ~rows.is_pending)
    flow = np.bincount(rows.user[at] * days + rows.day[at], rows.amount_cents[at], users * days)
    opening = (sound.closing_cents + sound.posted_cents)[:, CHECKING]
    balance = opening[:, None] - np.cumsum(flow.reshape(users, days), axis=1)
    below = np.cumsum(np.pad(balance < 0, ((0, 0), (1, SHIFTED_DAYS))), axis=1)
    found: Days = below[:, SHIFTED_DAYS + 1 :] == below[:, : -SHIFTED_DAYS - 1]
    return np.column_stack([found, np.zeros((users, days - found.shape[1]), dtype=bool)])


def rather(chosen: Days, rows: EventRows, on: Days) -> Days:
    """The chosen rows on such days, or all of them of users who have none."""
    fits: Days = chosen & on[rows.user, rows.day]
    has_one = np.bincount(rows.user[fits], minlength=len(on)) > 0
    found: Days = fits | (chosen & ~has_one[rows.user])
    return found
