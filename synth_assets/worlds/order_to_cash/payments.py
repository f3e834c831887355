"""Payments: the cash received for invoices by as_of, one payment for each paid invoice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, cash_curves
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID

PAYMENT_ID = identifier("payment_id", "PAY-", "Payment; has its invoice's number.")
COLUMNS = (
    PAYMENT_ID,
    reference("invoices", INVOICE_ID, "The invoice it settles."),
    money("amount_cents", "Cash received.", minimum=1),
    choice(
        "payment_method", cash_curves.METHODS, "How it was paid; cards below $5,000, wires above $10,000."
    ),
    day("payment_date", "Day of receipt, a business day at most 60 days after issue."),
    choice("status", ("completed",), "Only settled payments are booked; GoHighLevel calls them `succeeded`."),
)


def generate(rows: range, invoices: Rows, facts: Transactions) -> pa.Table:
    """One row an invoice on which cash was received, by a method that suits the amount."""
    received = to_numpy(invoices["amount_paid_cents"])
    paid = np.flatnonzero(received > 0)
    received = received[paid]
    issue_day = to_numpy(invoices["issue_date"])[paid]
    row = invoices.id_numbers("order_id")[paid] - 1 - rows.start
    paid_day = facts.paid_day[row]
    twice = np.flatnonzero(facts.fault[row] == anomalies.DUPLICATE)
    second = twice[issue_day[twice] > facts.issue_day[row[twice]]]
    paid_day[second] = facts.second.paid_day[np.searchsorted(facts.second.row, row[second])]
    method = cash_curves.sample_by_row(
        cash_curves.payment_method_but_check(), cash_curves.size_class(received), facts.method[row]
    )
    return arrow_table(
        COLUMNS,
        {
            "payment_id": invoices.id_numbers("invoice_id")[paid],
            "invoice_id": take_ids(invoices["invoice_id"], paid),
            "amount_cents": received,
            "payment_method": np.where(facts.is_check[row], cash_curves.CHECK, method),
            "payment_date": paid_day,
            "status": np.zeros(len(paid), dtype=np.int8),
        },
    )


PAYMENTS = Table(
    name="payments",
    grain="One receipt of cash for an invoice.",
    columns=COLUMNS,
    generate=generate,
)
