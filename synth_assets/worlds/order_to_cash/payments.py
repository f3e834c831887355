"""Payments: the cash received for invoices by as_of, one payment for each paid invoice, in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, cash_curves
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID
from synth_assets.worlds.order_to_cash.order_days import window
from synth_assets.worlds.order_to_cash.payment_numbers import sorted_places

PAYMENT_ID = identifier(
    "payment_id",
    "PAY-",
    "Payment, numbered in time, whatever invoice it is for. Every 16 in a row share 32 numbers, in a drawn "
    "order; those for 65,536 orders come before those for the next.",
)
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


def generate(rows: range, invoices: Rows, facts: Transactions, config: Config) -> pa.Table:
    """One row a planned payment by as_of of an invoice on which cash was received, by a method that suits the
    amount, in order of number."""
    invoice, day, number = _received(rows, invoices, facts, window(config).last)
    row = invoices.id_numbers("order_id")[invoice] - 1 - rows.start
    received = to_numpy(invoices["amount_paid_cents"])[invoice]
    method = cash_curves.sample_by_row(
        cash_curves.payment_method_but_check(), cash_curves.size_class(received), facts.method[row]
    )
    return arrow_table(
        COLUMNS,
        {
            "payment_id": number,
            "invoice_id": take_ids(invoices["invoice_id"], invoice),
            "amount_cents": received,
            "payment_method": np.where(facts.is_check[row], cash_curves.CHECK, method),
            "payment_date": day,
            "status": np.zeros(len(invoice), dtype=np.int8),
        },
    )


def _received(
    rows: range, invoices: Rows, facts: Transactions, last: int
) -> tuple[npt.NDArray[np.intp], Ints, Ints]:
    """Payments by the day `last`, in order of number: the place of the invoice, the day and the number."""
    row = invoices.id_numbers("order_id") - 1 - rows.start
    place = np.arange(len(row))
    twice = np.flatnonzero(facts.fault[row] == anomalies.DUPLICATE)
    again = twice[to_numpy(invoices["issue_date"])[twice] > facts.issue_day[row[twice]]]
    first_of, second_of = np.full((2, len(rows)), -1, dtype=np.intp)
    first_of[np.delete(row, again)], second_of[row[again]] = np.delete(place, again), again
    planned = facts.payments, facts.second_payments
    invoice = np.concatenate([first_of[planned[0].row], second_of[planned[1].row]])
    day, number = (np.concatenate([getattr(p, name) for p in planned]) for name in ("day", "number"))
    has_cash = to_numpy(invoices["amount_paid_cents"]) > 0
    came = np.flatnonzero((invoice >= 0) & (day <= last) & has_cash.take(invoice, mode="clip"))
    came = came[sorted_places(number[came])]
    return invoice[came], day[came], number[came]


PAYMENTS = Table(
    name="payments",
    grain="One receipt of cash for an invoice.",
    columns=COLUMNS,
    generate=generate,
)
