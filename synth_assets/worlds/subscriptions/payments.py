"""Payments: cash received by the period's last day, at most one payment an invoice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import day, identifier, money, reference
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import isin_sorted, take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.subscriptions.anomalies import PARTIAL, partial_cents
from synth_assets.worlds.subscriptions.facts import Facts
from synth_assets.worlds.subscriptions.invoices import INVOICE_ID

PAYMENT_ID = identifier("payment_id", "PAY-", "Payment; has its invoice's number.")
COLUMNS = (
    PAYMENT_ID,
    reference("invoices", INVOICE_ID, "The invoice it settles."),
    day("payment_date", "Day of receipt, on or after the invoice date."),
    money("amount_paid_cents", "Cash received.", minimum=1, repeats=True),
)


def generate(invoices: Rows, draws: Draws, facts: Facts) -> pa.Table:
    """One row an invoice that was paid by as_of. Leaky buckets first show here."""
    due = facts.bills
    billed = invoices.id_numbers("invoice_id")
    settled = np.flatnonzero(due.is_settled & isin_sorted(due.number, billed))
    number = due.number[settled]
    invoice = np.flatnonzero(isin_sorted(billed, number))
    amount = to_numpy(invoices["amount_cents"])[invoice]
    short = np.flatnonzero(due.fault[settled] == PARTIAL)
    amount[short] = partial_cents(amount[short], draws, number[short])
    return arrow_table(
        COLUMNS,
        {
            "payment_id": number,
            "invoice_id": take_ids(invoices["invoice_id"], invoice),
            "payment_date": due.paid_day[settled],
            "amount_paid_cents": amount,
        },
    )


PAYMENTS = Table(
    name="payments",
    grain="One receipt of cash for an invoice.",
    columns=COLUMNS,
    generate=generate,
)
