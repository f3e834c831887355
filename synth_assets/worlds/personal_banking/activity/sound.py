"""What both presets give: which accounts stand, what happened on them, and what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import SLOTS, EventRows

Flags = npt.NDArray[np.bool_]


class SoundActivity(NamedTuple):
    """A block of sound users.

    Attributes:
        has_account: which accounts there are, users x accounts.
        cards: one entry a user.
        rows, is_pending: transactions by user and day, and whether they are not posted.
        closing_cents: balances on as_of, users x accounts; owed, on a card.
    """

    has_account: Flags
    cards: Cards
    rows: EventRows
    is_pending: Flags
    closing_cents: Ints


def posted(rows: EventRows, is_pending: Flags, users: int) -> Ints:
    """Cents out of each account by posted rows, users x accounts."""
    at = np.flatnonzero(~is_pending)
    flow = np.bincount(rows.user[at] * SLOTS + rows.account[at], rows.amount_cents[at], users * SLOTS)
    return flow.astype(np.int64).reshape(-1, SLOTS)
