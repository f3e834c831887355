"""What both presets give: which accounts there are, what happened on them, and what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import SLOTS, EventRows
from synth_assets.worlds.personal_banking.activity.loans import Loans

Flags = npt.NDArray[np.bool_]


class SoundActivity(NamedTuple):
    """A block of sound users.

    Attributes:
        has_account: which accounts there are, users x accounts.
        cards, loans: one entry a user.
        opened_day: day of the history on which each account was opened, users x accounts; -1: before.
        latest_opened_day: no account was opened on a later one.
        rows: transactions by user and day.
        posted_cents: out of each account by posted rows, users x accounts.
        closing_cents: balances on as_of, users x accounts; owed, on a card or loan.
        refund_cents, refund_label: what each user would get back from the shop that is never visited.
    """

    has_account: Flags
    cards: Cards
    loans: Loans
    opened_day: Ints
    latest_opened_day: int
    rows: EventRows
    posted_cents: Ints
    closing_cents: Ints
    refund_cents: Ints
    refund_label: Ints


def posted(rows: EventRows, users: int) -> Ints:
    """Cents out of each account by posted rows, users x accounts."""
    at = np.flatnonzero(~rows.is_pending)
    flow = np.bincount(rows.user[at] * SLOTS + rows.account[at], rows.amount_cents[at], users * SLOTS)
    return flow.astype(np.int64).reshape(-1, SLOTS)
