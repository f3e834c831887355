"""What a window of a history carries over to the next one: all that a later day may need of the days before.

It is some numbers a user, so that a later window is made without the rows of the earlier ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity import merchants
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, SLOTS, EventRows
from synth_assets.worlds.personal_banking.activity.linked import Planned, Waiting
from synth_assets.worlds.personal_banking.activity.loans import Loans
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER
from synth_assets.worlds.personal_banking.activity.sound import Flags
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum

CHECK = INDEX["rent"] + merchants.PROVIDERS["rent"].index("CHECK ####")
"""The label of checks, which are numbered as they come."""

_IS_PAYMENT = np.array([label.primary == "LOAN_PAYMENTS" for label in DESCRIPTORS])


class Known(NamedTuple):
    """What the first window says once and for all.

    Attributes:
        cards: as they are at its end, without its statements.
        loans: the same, but for `due_on`: the next payment after the windows so far.
        has_account, opened_day, opening_cents: as in a block.
        seen_on: day from which each account is there, users x accounts; -1: from the first day on.
    """

    cards: Cards
    loans: Loans
    has_account: Flags
    opened_day: Ints
    opening_cents: Ints
    seen_on: Ints


class Carried(NamedTuple):
    """What the windows so far hand on. Days are those of the history, but for `before`.

    Attributes:
        before: how the last window ends without faults.
        waiting_number, waiting_name_number: of the purchases that wait there, as in `Waiting`.
        closing_cents: balances after it, users x accounts.
        stuck_cents: what rows that stay pending for ever would take from each account.
        paid_day, paid_cents: of each card, the last payment; -1 and 0 for none.
        checks: of each user, how many checks there were.
        known: what does not change.
    """

    before: Before
    waiting_number: Ints
    waiting_name_number: Ints
    closing_cents: Ints
    stuck_cents: Ints
    paid_day: Ints
    paid_cents: Ints
    checks: Ints
    known: Known

    def begun(self) -> tuple[Before, Waiting]:
        """How the next window begins: in arrays of its own, as some who pay by card may pay by debit then."""
        rows = EventRows._make(values.copy() for values in self.before.waiting)
        waiting = Waiting(rows, self.waiting_number, self.waiting_name_number)
        return self.before._replace(waiting=rows), waiting


class PlannedWindow(NamedTuple):
    """A window of some users, whatever as_of is.

    Attributes:
        stratum: the window.
        planned: all that happens in it, days counted from its first one.
        carried: what the windows before it handed on; None for the first.
        known: what the first window says.
    """

    stratum: Stratum
    planned: Planned
    carried: Carried | None
    known: Known


def carried_over(
    part: Planned, stratum: Stratum, before: Before, waiting: Waiting, so_far: Carried | None
) -> Carried:
    """What a window hands on, given how it ends and what the one before handed on."""
    block, users = part.block, len(part.block.users.number)
    rows = block.rows
    is_shown = part.shown_on < NEVER
    stuck = np.flatnonzero(is_shown & rows.is_pending & (part.gone_on == NEVER))
    place = rows.user[stuck] * SLOTS + rows.account[stuck]
    stuck_cents = np.bincount(place, rows.amount_cents[stuck], users * SLOTS).astype(np.int64)
    checks = np.bincount(rows.user[is_shown & (rows.label == CHECK)], minlength=users)
    paid_day = so_far.paid_day.copy() if so_far else np.full(users, -1)
    paid_cents = so_far.paid_cents.copy() if so_far else np.zeros(users, dtype=np.int64)
    is_paid = is_shown & ~rows.is_pending & (rows.account == CARD) & (rows.amount_cents < 0)
    at = np.flatnonzero(is_paid & _IS_PAYMENT[rows.label])  # in order of day: the last one stays
    paid_day[rows.user[at]] = rows.day[at] + stratum.days_before
    paid_cents[rows.user[at]] = -rows.amount_cents[at]
    stuck_cents = stuck_cents.reshape(-1, SLOTS)
    return Carried(
        before=before,
        waiting_number=waiting.number,
        waiting_name_number=waiting.name_number,
        closing_cents=block.closing_cents,
        stuck_cents=stuck_cents + so_far.stuck_cents if so_far else stuck_cents,
        paid_day=paid_day,
        paid_cents=paid_cents,
        checks=checks + so_far.checks if so_far else checks,
        known=_known(block, part.seen_on, so_far),
    )


def _known(block: Block, seen_on: Ints, so_far: Carried | None) -> Known:
    if so_far:
        loans = so_far.known.loans
        return so_far.known._replace(
            loans=loans._replace(due_on=np.maximum(loans.due_on, block.loans.due_on))
        )
    cards = block.cards._replace(statements=np.empty((len(block.users.number), 0), dtype=np.int64))
    return Known(cards, block.loans, block.has_account, block.opened_day, block.opening_cents, seen_on)
