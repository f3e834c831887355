"""What cards and loans say on a day of a history that grows, from the rows that are posted by then."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, LOANS, EventRows
from synth_assets.worlds.personal_banking.activity.loans import Loans

BILLING_DAYS = 30
"""From the day on which a card's statement was due to the next one's, where that is not made yet."""


def cards(block: Block, rows: EventRows, day: int) -> Cards:
    """The cards on a day of a history, given the rows by then and the cards at the end of the first window,
    with the statements of all windows.

    Before the first statement of the history, the last one is that which the first payment of the history
    paid; who paid it before the history owes nothing of it.
    """
    known = block.cards
    users, opening = np.arange(len(block.users.number)), block.opening_cents[:, CARD]
    at = np.flatnonzero((rows.account == CARD) & ~rows.is_pending)
    user, on, cents, label = rows.user[at], rows.day[at], rows.amount_cents[at], rows.label[at]
    last = (known.statements <= day).sum(axis=1) - 1
    is_first = last < 0
    made = np.where(is_first, 0, known.statements[users, last])
    due = np.where(made == known.statement_day, known.due_day, made + known.due_after)
    first_due, is_paid_here = _first_due(block)
    due = np.where(is_first, first_due, due)
    made = np.where(is_first, first_due - known.due_after, made)
    charged = np.bincount(user, cents * (on <= made[user]), len(users)).astype(np.int64)
    statement = np.where(is_first & ~is_paid_here, 0, np.maximum(opening + charged, 0))  # in credit: nothing
    is_interest = (label == INDEX["interest_charge"]) & (on == made[user])
    interest = np.bincount(user, cents * is_interest, len(users)).astype(np.int64)
    interest = np.where(is_first, statement * known.apr_basis_points // 120_000, interest)
    least = np.maximum(curves.SMALLEST_MINIMUM_CENTS, statement // 100 + interest)
    is_payment = label == INDEX["card_payment_in"]
    paid = np.full(len(users), np.iinfo(np.int64).min)
    np.maximum.at(paid, user[is_payment], on[is_payment])
    is_unpaid = (statement > 0) & (paid <= made)
    return known._replace(
        statement_cents=statement,
        minimum_cents=np.minimum(least, statement),
        last_payment_cents=np.zeros_like(statement),
        statement_day=made,
        paid_day=np.full_like(statement, -1),
        due_day=np.where((due > day) | is_unpaid, due, due + BILLING_DAYS),
        is_overdue=is_unpaid & (due < day),
    )


def _first_due(block: Block) -> tuple[Ints, np.ndarray]:
    """When the statement before the history was due, and whether it is paid within it."""
    rows, known = block.rows, block.cards
    at = np.flatnonzero((rows.account == CARD) & (rows.label == INDEX["card_payment_in"]))
    paid = np.full(len(block.users.number), np.iinfo(np.int64).max)
    np.minimum.at(paid, rows.user[at], rows.day[at])
    is_paid_here = paid < known.statements[:, 0]
    due = known.due_after // 4
    return np.where(is_paid_here, np.maximum(due, np.where(is_paid_here, paid, 0)), due), is_paid_here


def loans(block: Block, day: int, first_day: int) -> Loans:
    """The loans on a day of a history that begins on an epoch day; balances have what is owed."""
    rows, first = block.rows, LOANS[0]
    at = np.flatnonzero((rows.account >= first) & (rows.day > day) & (rows.amount_cents < 0))
    following = np.full(block.loans.due_on.shape, np.iinfo(np.int64).max)
    np.minimum.at(following, (rows.user[at], rows.account[at] - first), rows.day[at])
    is_planned = following < np.iinfo(np.int64).max
    due_on = np.where(is_planned, first_day + np.where(is_planned, following, 0), block.loans.due_on)
    return block.loans._replace(due_on=due_on)
