"""Payments: the cash received for invoices by as_of, one payment for each paid invoice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies
from synth_assets.worlds.order_to_cash.cash_curves import METHODS
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID, order_numbers, second_paid_day

PAYMENT_ID = identifier("payment_id", "PAY-", "Payment; has its invoice's number.")
COLUMNS = (
    PAYMENT_ID,
    reference("invoices", INVOICE_ID, "The invoice it settles."),
    money("amount_cents", "Cash received.", minimum=1),
    choice("payment_method", METHODS, "How it was paid; cards below $5,000, wires above $10,000."),
    day("payment_date", "Day of receipt, a business day at most 60 days after issue."),
    choice("status", ("completed",), "Only settled payments are booked."),
)


def generate(rows: range, invoices: Rows, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """One row an invoice on which cash was received. Method and day are drawn from the sound amount."""
    received = to_numpy(invoices["amount_paid_cents"])
    paid = np.flatnonzero(received > 0)
    number = invoices.id_numbers("invoice_id")[paid]
    issue_day = to_numpy(invoices["issue_date"])[paid].astype(np.int64)
    row = order_numbers(number) - 1 - rows.start
    twice = np.flatnonzero(facts.fault[row] == anomalies.DUPLICATE)
    second = twice[issue_day[twice] > facts.issue_day[row[twice]]]
    paid_day = facts.paid_day[row]
    paid_day[second] = second_paid_day(config, draws, facts.number[row[second]], issue_day[second])
    return arrow_table(
        COLUMNS,
        {
            "payment_id": number,
            "invoice_id": take_ids(invoices["invoice_id"], paid),
            "amount_cents": received[paid],
            "payment_method": facts.method[row],
            "payment_date": paid_day,
            "status": np.zeros(len(number), dtype=np.int8),
        },
    )


PAYMENTS = Table(
    name="payments",
    grain="One receipt of cash for an invoice.",
    columns=COLUMNS,
    generate=generate,
)
