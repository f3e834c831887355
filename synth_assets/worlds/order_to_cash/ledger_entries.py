"""Ledger entries: double entry for every invoice and payment, two legs a posting.

Invoice: debit Accounts Receivable, credit Revenue. Payment: debit Cash, credit Accounts Receivable, with the
cash that really came in; a short payment leaves its rest receivable.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import values
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID

ACCOUNTS = ("Accounts Receivable", "Revenue", "Cash")
RECEIVABLE, REVENUE, CASH = range(3)
_LEG_ACCOUNTS = np.array([RECEIVABLE, REVENUE, CASH, RECEIVABLE], dtype=np.int8)
"""Legs 0 and 1 post the invoice, 2 and 3 the payment; the even ones are debits."""

COLUMNS = (
    identifier("entry_id", "LED-", "Ledger entry: 4 x invoice number + leg."),
    reference("invoices", INVOICE_ID, "The invoice that the posting is about."),
    money("debit_cents", "Amount debited, or 0."),
    money("credit_cents", "Amount credited, or 0."),
    choice("account", ACCOUNTS, "Account of the general ledger."),
    day("posted_date", "Issue date of the invoice or date of the payment."),
)


def generate(invoices: Rows, payments: Rows) -> pa.Table:
    """Two legs an invoice, and two more where cash came in, in order of invoice."""
    invoice, payment = invoices.numbers("invoice_id"), payments.numbers("invoice_id")
    paid = np.searchsorted(invoice, payment)
    amount = np.zeros((len(invoice), 4), dtype=np.int64)
    posted = np.zeros((len(invoice), 4), dtype=np.int32)
    amount[:, :2] = values(invoices["amount_due_cents"])[:, None]
    posted[:, :2] = values(invoices["issue_date"])[:, None]
    amount[paid, 2:] = values(payments["amount_cents"])[:, None]
    posted[paid, 2:] = values(payments["payment_date"])[:, None]
    flat = amount.ravel()
    legs = np.flatnonzero(flat)
    leg = legs & 3
    is_debit = (leg & 1) == 0
    return arrow_table(
        COLUMNS,
        {
            "entry_id": 4 * invoice[legs >> 2] + leg,
            "invoice_id": invoice[legs >> 2],
            "debit_cents": np.where(is_debit, flat[legs], 0),
            "credit_cents": np.where(is_debit, 0, flat[legs]),
            "account": _LEG_ACCOUNTS[leg],
            "posted_date": posted.ravel()[legs],
        },
    )


LEDGER_ENTRIES = Table(
    name="ledger_entries",
    row="One leg of a posting in the general ledger.",
    columns=COLUMNS,
    generate=generate,
    rules=(
        Rule(
            "a leg is either a debit or a credit",
            lambda: (pc.field("debit_cents") > 0) != (pc.field("credit_cents") > 0),
        ),
    ),
)
