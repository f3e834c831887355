"""Ledger entries: double entry for every invoice and payment, two legs a posting.

Invoice: debit Accounts Receivable, credit Revenue. Payment: debit Cash, credit Accounts Receivable, with the
cash that really came in; a short payment leaves its rest receivable.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.identifiers import isin_sorted, take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID
from synth_assets.worlds.order_to_cash.payment_numbers import sorted_places

ACCOUNTS = ("Accounts Receivable", "Revenue", "Cash")
RECEIVABLE, REVENUE, CASH = range(3)
_POSTED_ACCOUNTS = np.array([[RECEIVABLE, REVENUE], [CASH, RECEIVABLE]], dtype=np.int8)
"""Debited and credited account: of an invoice, whose legs are 0 and 1, and of a payment, 2 and 3."""

COLUMNS = (
    identifier("entry_id", "LED-", "Ledger entry: 4 x invoice number + leg."),
    reference("invoices", INVOICE_ID, "The invoice that the posting is about."),
    money("debit_cents", "Amount debited, or 0.", repeats=True),
    money("credit_cents", "Amount credited, or 0.", repeats=True),
    choice("account", ACCOUNTS, "Account of the general ledger."),
    day("posted_date", "Issue date of the invoice or date of the payment."),
)


def generate(invoices: Rows, payments: Rows) -> pa.Table:
    """Two legs an invoice, and two more where cash came in, in order of invoice: debit, then credit."""
    invoice = invoices.id_numbers("invoice_id")
    of_payment = payments.id_numbers("invoice_id")
    paid = sorted_places(of_payment)  # payments in order of invoice
    has_payment = isin_sorted(invoice, of_payment[paid])
    row = np.repeat(np.arange(len(invoice)), 1 + has_payment)  # of each posting, its invoice's
    payment = np.flatnonzero(row[1:] == row[:-1]) + 1
    number = invoice[row]
    amount, day = to_numpy(invoices["amount_due_cents"])[row], to_numpy(invoices["issue_date"])[row]
    amount[payment], day[payment] = (
        to_numpy(payments[column])[paid] for column in ("amount_cents", "payment_date")
    )
    is_payment = np.zeros(len(row), dtype=np.intp)
    is_payment[payment] = 1

    first_leg = 4 * number + 2 * is_payment
    debit, credit = np.zeros((2, len(row), 2), dtype=np.int64)
    debit[:, 0], credit[:, 1] = amount, amount
    return arrow_table(
        COLUMNS,
        {
            "entry_id": np.column_stack([first_leg, first_leg + 1]).ravel(),
            "invoice_id": take_ids(invoices["invoice_id"], np.repeat(row, 2)),
            "debit_cents": debit.ravel(),
            "credit_cents": credit.ravel(),
            "account": _POSTED_ACCOUNTS.take(is_payment, axis=0).ravel(),
            "posted_date": np.repeat(day, 2),
        },
    )


LEDGER_ENTRIES = Table(
    name="ledger_entries",
    grain="One leg of a posting in the general ledger.",
    columns=COLUMNS,
    generate=generate,
    rules=(Rule("a leg is either a debit or a credit", "(debit_cents > 0) <> (credit_cents > 0)"),),
)
