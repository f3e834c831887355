"""Ledger entries: double entry for every invoice and payment, two legs a posting.

Invoice: debit Accounts Receivable, credit Revenue. Payment: debit Cash, credit Accounts Receivable, with the
cash that really came in; a short payment leaves its rest receivable.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.identifiers import places_of, take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash.config import Config, entries_per_invoice
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID
from synth_assets.worlds.order_to_cash.payment_numbers import sorted_places

ACCOUNTS = ("Accounts Receivable", "Revenue", "Cash")
RECEIVABLE, REVENUE, CASH = range(3)
_POSTED_ACCOUNTS = np.array([[RECEIVABLE, REVENUE], [CASH, RECEIVABLE]], dtype=np.int8)
"""Debited and credited account: of an invoice, whose legs are 0 and 1, and of a payment, 2 and 3 for the
first, 4 and 5 for the second."""

_DAY_BITS = 13
"""Holds the days of a window and the invoice's age; behind an invoice's number it sorts payments by both."""

COLUMNS = (
    identifier(
        "entry_id",
        "LED-",
        "Ledger entry: (2 + 2 x payments_per_invoice) x invoice number + leg, by default 4 x. An invoice has "
        "legs 0 and 1, its payments two each, in turn.",
    ),
    reference("invoices", INVOICE_ID, "The invoice that the posting is about."),
    money("debit_cents", "Amount debited, or 0.", repeats=True),
    money("credit_cents", "Amount credited, or 0.", repeats=True),
    choice("account", ACCOUNTS, "Account of the general ledger."),
    day("posted_date", "Issue date of the invoice or date of the payment."),
)


def generate(invoices: Rows, payments: Rows, config: Config) -> pa.Table:
    """Two legs an invoice, and two more for each of its payments, in order of invoice: debit, then credit."""
    invoice = invoices.id_numbers("invoice_id")
    of_payment, paid_on = (
        payments.id_numbers("invoice_id"),
        to_numpy(payments["payment_date"]).astype(np.int64),
    )
    paid = sorted_places((of_payment << _DAY_BITS) | (paid_on - (paid_on.min() if len(paid_on) else 0)))
    payments_of = np.bincount(places_of(of_payment, invoice), minlength=len(invoice))
    row = np.repeat(np.arange(len(invoice)), 1 + payments_of)  # of each posting, its invoice's
    first = np.cumsum(payments_of) - payments_of + np.arange(len(invoice))  # posting of each invoice
    turn = np.arange(len(row)) - first[row]
    is_payment = np.flatnonzero(turn)
    amount, day = to_numpy(invoices["amount_due_cents"])[row], to_numpy(invoices["issue_date"])[row]
    amount[is_payment], day[is_payment] = to_numpy(payments["amount_cents"])[paid], paid_on[paid]

    first_leg = entries_per_invoice(config.payments_per_invoice) * invoice[row] + 2 * turn
    debit, credit = np.zeros((2, len(row), 2), dtype=np.int64)
    debit[:, 0], credit[:, 1] = amount, amount
    return arrow_table(
        COLUMNS,
        {
            "entry_id": np.column_stack([first_leg, first_leg + 1]).ravel(),
            "invoice_id": take_ids(invoices["invoice_id"], np.repeat(row, 2)),
            "debit_cents": debit.ravel(),
            "credit_cents": credit.ravel(),
            "account": _POSTED_ACCOUNTS.take(np.minimum(turn, 1), axis=0).ravel(),
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
