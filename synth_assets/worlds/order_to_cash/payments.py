"""Payments: the cash received for invoices by as_of, in time; as a rule one payment for each paid invoice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import equals_choice, to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference, text
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import format_ids, take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, cash_curves
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID, short_cents
from synth_assets.worlds.order_to_cash.order_days import window
from synth_assets.worlds.order_to_cash.planned_payments import part_cents

PAYMENT_ID = identifier(
    "payment_id",
    "PAY-",
    "Payment, numbered in time, whatever invoice it is for. Every 16 in a row share 32 numbers, in a drawn "
    "order; those for 65,536 orders come before those for the next.",
)
COLUMNS = (
    PAYMENT_ID,
    reference("invoices", INVOICE_ID, "The invoice it settles, alone or in part."),
    text(
        "receipt_id",
        "Bank payment: `REC-` and nine digits, from numbers of its own, in time. Rows that share it are one "
        "payment by a customer for several invoices, in QuickBooks one Payment with several linked invoices. "
        "Empty where payments_per_invoice is 1: each payment is then a bank payment of its own.",
        nullable=True,
    ),
    money(
        "amount_cents",
        "Cash received for the invoice; what came in at the bank is the sum over its receipt.",
        minimum=1,
    ),
    choice(
        "payment_method", cash_curves.METHODS, "How it was paid; cards below $5,000, wires above $10,000."
    ),
    day("payment_date", "Day of receipt, a business day at most 60 days after issue."),
    choice("status", ("completed",), "Only settled payments are booked; GoHighLevel calls them `succeeded`."),
)


def generate(rows: range, invoices: Rows, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """One row a planned payment by as_of of an invoice on which cash was received, by a method that suits the
    amount, in order of number."""
    planned = facts.payments
    invoice = _invoices_of(rows, invoices, facts)
    has_cash = np.append(to_numpy(invoices["amount_paid_cents"]) > 0, False)  # the last one: never invoiced
    came = (planned.day <= window(config).last) & has_cash[invoice]
    at = np.flatnonzero(came)
    invoice, row = invoice[at], planned.row[at]
    received = to_numpy(invoices["amount_paid_cents"])[invoice]
    several = config.payments_per_invoice > 1
    if several:
        partial = np.flatnonzero(equals_choice(invoices["status"], "partial")[invoice])
        received[partial] = to_numpy(invoices["amount_due_cents"])[invoice[partial]]
        is_short = (facts.fault[row[partial]] == anomalies.MISMATCH) & ~planned.is_second[at][partial]
        short = partial[is_short]
        received[short] = short_cents(config, draws.of("invoices"), facts, row[short], received[short])
        received = part_cents(received, planned.since[at], planned.until[at])
    receipts = format_ids("REC-", planned.receipt[at]) if several else pa.nulls(len(at), pa.string())
    method = cash_curves.sample_by_row(
        cash_curves.payment_method_but_check(), cash_curves.size_class(received), facts.method[row]
    )
    method[facts.is_run[row]] = cash_curves.ACH
    return arrow_table(
        COLUMNS,
        {
            "payment_id": planned.number[at],
            "invoice_id": take_ids(invoices["invoice_id"], invoice),
            "receipt_id": receipts,
            "amount_cents": received,
            "payment_method": np.where(facts.is_check[row], cash_curves.CHECK, method),
            "payment_date": planned.day[at],
            "status": np.zeros(len(at), dtype=np.int8),
        },
    )


def _invoices_of(rows: range, invoices: Rows, facts: Transactions) -> npt.NDArray[np.intp]:
    """The place of each planned payment's invoice, -1 where it was never made."""
    row = invoices.id_numbers("order_id") - 1 - rows.start
    twice = np.flatnonzero(facts.fault[row] == anomalies.DUPLICATE)
    again = twice[to_numpy(invoices["issue_date"])[twice] > facts.issue_day[row[twice]]]
    row = row.copy()
    row[again] += len(rows)  # second invoices behind the first ones
    place = np.full(2 * len(rows), -1, dtype=np.intp)
    place[row] = np.arange(len(row))
    return place.take(facts.payments.row + len(rows) * facts.payments.is_second)


PAYMENTS = Table(
    name="payments",
    grain="Cash received for an invoice: what one bank payment pays of it.",
    columns=COLUMNS,
    generate=generate,
)
