"""The facts of consecutive users, and the faults among them: what all tables are projected from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import EventRows
from synth_assets.worlds.personal_banking.activity.loans import Loans
from synth_assets.worlds.personal_banking.activity.sound import Flags
from synth_assets.worlds.personal_banking.user_plan import Users

NOTHING = np.empty(0, dtype=np.int64)


class Faults(NamedTuple):
    """Labelled faults, one entry each, in order of user and time.

    Attributes:
        user: place of the user in the block.
        kind: code of the anomaly.
        row: that it is about; -1 for none.
        account: that it would be about.
        number: of its label.
        visible_on: day of a history from which it shows; empty outside one.
    """

    user: Ints
    kind: Codes
    row: Ints
    account: Ints
    number: Ints
    visible_on: Ints = NOTHING


class Block(NamedTuple):
    """The facts of consecutive users, after their faults.

    Attributes:
        users, cards, loans: one entry a user.
        has_account: which accounts there are, users x accounts.
        rows: transactions by user and day: those that are left, and those that were added.
        number: of each row among those of its user, from 0; faults move no other row's number.
        clean_number: the same without faults and unused numbers; an added row has that of the row before.
        opened_day: day of the history on which each account was opened, users x accounts; -1: before.
        opening_cents, closing_cents: balances before the first day and on as_of, users x accounts.
        faulty: of each user, the row that the fault is about; -1 for sound users.
        faulty_account: of each user, the account that the fault would be about.
        pending_number: of each row, the number of the row that showed it while it was pending; -1 for none;
            empty outside a history that grows.
        found: the faults of a window of a history that show; None outside one.
        checks_before: in a window of a history, how many checks each user had before.
        stuck_cents: in a history, what rows that stay pending since earlier windows would take from accounts.
    """

    users: Users
    cards: Cards
    loans: Loans
    has_account: Flags
    rows: EventRows
    number: Ints
    clean_number: Ints
    opened_day: Ints
    opening_cents: Ints
    closing_cents: Ints
    faulty: Ints
    faulty_account: Ints
    pending_number: Ints = NOTHING
    found: Faults | None = None
    checks_before: Ints = NOTHING
    stuck_cents: Ints = NOTHING

    @property
    def faults(self) -> Faults:
        """All of them."""
        if self.found:
            return self.found
        at = np.flatnonzero(self.users.fault)
        return Faults(
            at, self.users.fault[at], self.faulty[at], self.faulty_account[at], self.users.number[at] + 1
        )
