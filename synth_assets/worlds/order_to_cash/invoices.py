"""Invoices: what was billed for each order. Drift, duplicates and stale invoices first show here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import equals_choice, to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference, state
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, cash_curves, fault_plan, growth
from synth_assets.worlds.order_to_cash.config import Config, DifficultyMix
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoice_numbers import InvoiceNumbers, invoice_numbers
from synth_assets.worlds.order_to_cash.order_days import months, window
from synth_assets.worlds.order_to_cash.orders import ORDER_ID
from synth_assets.worlds.order_to_cash.planned_payments import part_cents

STATUSES = ("unpaid", "paid", "partial")
UNPAID, PAID, PARTIAL = range(3)

INVOICE_ID = identifier(
    "invoice_id",
    "INV-",
    "Invoice. Every 16 orders share 32 numbers; a drawn half of them is for first invoices.",
)
COLUMNS = (
    INVOICE_ID,
    reference("orders", ORDER_ID, "The order that is billed."),
    money("amount_due_cents", "What the customer is asked to pay.", minimum=1),
    state(money("amount_paid_cents", "Cash received by as_of; where the status is `paid`, too.")),
    state(
        choice(
            "status",
            STATUSES,
            "In the books, as of as_of: `unpaid`, `paid`, or `partial` while instalments are still to come. "
            "QuickBooks keeps a balance instead: what is due less what is paid.",
        )
    ),
    day("issue_date", "Day of issue, 0 to 7 business days after the order."),
    day("due_date", "Net 30: a promise, which may lie after as_of."),
)


def generate(orders: Rows, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """One row an invoiced order, and one more for a duplicate, in order of number."""
    last = window(config).last
    due = _amount_due_cents(to_numpy(orders["total_amount_cents"]), facts, draws, config.difficulty_mix)
    short = np.flatnonzero(facts.fault == anomalies.MISMATCH)
    received = due.copy()
    received[short] = short_cents(config, draws, facts, short, due[short])
    billed = (facts.fault != anomalies.MISSING) & ~equals_choice(orders["status"], "processing")
    numbers = _numbers(config, draws, facts.number)
    first = np.flatnonzero(billed)
    again = np.flatnonzero(billed[facts.second.row] & (facts.second.issue_day <= last))  # of the duplicates
    twice = facts.second.row[again]
    before = np.searchsorted(numbers.first[first], numbers.second[twice])
    second = before + np.arange(len(before))
    row = np.insert(first, before, twice)
    issue_day = facts.issue_day[row]
    issue_day[second] = facts.second.issue_day[again]
    is_paid = ((facts.paid_day <= last) & (facts.fault != anomalies.STALE))[row]
    is_paid[second] = facts.second.paid_day[again] <= last
    due, received = due[row], received[row]
    if config.disguised:
        due[second] = received[second] = anomalies.billed_again_cents(due[second], draws, facts.number[twice])
    in_the_end, received = received, np.where(is_paid, received, 0)
    status = np.where(is_paid, PAID, UNPAID)
    if config.payments_per_invoice > 1:
        is_second = np.zeros(len(row), dtype=bool)
        is_second[second] = True
        so_far = _paid_by(last, facts)[is_second.astype(np.intp), row]
        is_partial = ~is_paid & (so_far > 0) & (facts.fault[row] != anomalies.STALE)
        received = np.where(is_partial, part_cents(in_the_end, so_far * 0, so_far), received)
        status[is_partial] = PARTIAL
    terms_end = issue_day + cash_curves.TERMS_DAYS
    return arrow_table(
        COLUMNS,
        {
            "invoice_id": np.insert(numbers.first[first], before, numbers.second[twice]),
            "order_id": take_ids(orders["order_id"], row),
            "amount_due_cents": due,
            "amount_paid_cents": received,
            "status": status,
            "issue_date": issue_day,
            "due_date": np.minimum(terms_end, last) if config.clip_due_dates else terms_end,
        },
    )


def _numbers(config: Config, draws: Draws, transaction: Ints) -> InvoiceNumbers:
    """The numbers of consecutive transactions; in a history that grows each block has its own."""
    if not (config.grows and len(transaction)):
        return invoice_numbers(draws, transaction)
    found = months(config)
    rows = range(int(transaction[0]), int(transaction[-1]) + 1)
    parts = []
    for _, piece in growth.pieces_of(found, rows):
        inside = transaction[(transaction >= piece.start) & (transaction < piece.stop)]
        groups = growth.groups_before(found, piece.start, 1)
        parts.append(invoice_numbers(draws, inside - piece.start, groups))
    return InvoiceNumbers(*(np.concatenate(numbers) for numbers in zip(*parts, strict=True)))


def short_cents(config: Config, draws: Draws, facts: Transactions, row: Ints, due_cents: Ints) -> Ints:
    """What is received in the end for invoices that are paid short; `row` are their transactions, and `draws`
    those of the table of invoices."""
    gross = facts.basket.gross_cents[row]
    mix = config.difficulty_mix
    received = anomalies.short_payment_cents(due_cents, gross, draws, facts.number[row], mix)
    return anomalies.short_by_dollars(due_cents, received, gross) if config.disguised else received


def _paid_by(last: int, facts: Transactions) -> Ints:
    """How much of the invoices is to be paid by the day `last`, in parts of WHOLE: of each transaction's
    first one and, in a second row, of its second one."""
    planned = facts.payments
    came = planned.day <= last
    so_far = np.zeros((2, len(facts.number)), dtype=np.int64)
    np.maximum.at(so_far, (planned.is_second[came].astype(np.intp), planned.row[came]), planned.until[came])
    return so_far


def _amount_due_cents(
    total_cents: Ints, facts: Transactions, draws: Draws, mix: DifficultyMix | None
) -> Ints:
    """The order's total, but for drift and for the decoy of freight: 0.10 to 0.90 % off, rounded down."""
    due = total_cents.copy()
    decoys = np.flatnonzero(facts.decoy == fault_plan.FREIGHT)
    difference, sign, _, _ = draws.fields("freight", facts.number[decoys])
    basis_points = 10 + difference.astype(np.int64) * 81 // 65_536
    freight = total_cents[decoys] * basis_points // 10_000
    due[decoys] += np.where(sign & 1, freight, -freight)
    faulty = np.flatnonzero(facts.fault == anomalies.DRIFT)
    due[faulty] = anomalies.drifted_cents(
        total_cents[faulty], facts.basket.gross_cents[faulty], draws, facts.number[faulty], mix
    )
    return due


INVOICES = Table(
    name="invoices",
    grain="One bill for an order; two bills for an order are a fault.",
    columns=COLUMNS,
    generate=generate,
    rules=(
        Rule("due date is not before issue date", "due_date >= issue_date"),
        Rule("no more is received than due", "amount_paid_cents <= amount_due_cents"),
        Rule(
            "cash was received unless the status is unpaid",
            "(amount_paid_cents > 0) = (status IN ('paid', 'partial'))",
        ),
        Rule(
            "less than due is received while it is partial",
            "status <> 'partial' OR amount_paid_cents < amount_due_cents",
        ),
    ),
)
