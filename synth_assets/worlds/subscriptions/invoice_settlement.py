"""Invoice settlement: what an analyst derives, as the source has no status on an invoice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import combined, equals_choice, to_numpy
from synth_assets.model.calendar import epoch_day
from synth_assets.model.columns import choice, money, reference, state
from synth_assets.model.identifiers import isin_sorted
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.invoices import INVOICE_ID

SETTLEMENTS = ("paid", "partially_paid", "unpaid", "zombie")
PAID, PARTIALLY_PAID, UNPAID, ZOMBIE = range(4)

COLUMNS = (
    reference("invoices", INVOICE_ID, "The invoice."),
    state(
        choice(
            "settlement",
            SETTLEMENTS,
            "`paid` in full; `partially_paid`; `unpaid`: grace still runs; `zombie`: unpaid beyond grace on "
            "an active subscription.",
        )
    ),
    state(money("outstanding_cents", "Amount less cash received by as_of.", repeats=True)),
)


def generate(subscriptions: Rows, invoices: Rows, payments: Rows, config: Config) -> pa.Table:
    """One row an invoice, settled as of the period's last day."""
    active = subscriptions.id_numbers("sub_id")[equals_choice(subscriptions["status"], "Active")]
    return settled(invoices, payments, isin_sorted(invoices.id_numbers("sub_id"), active), config)


def settled(invoices: Rows, payments: Rows, is_active: npt.NDArray[np.bool_], config: Config) -> pa.Table:
    """The same, given whose subscription is active: now, or in a history that grows when grace ran out."""
    invoice, payment = invoices.id_numbers("invoice_id"), payments.id_numbers("invoice_id")
    amount = to_numpy(invoices["amount_cents"])
    received = np.zeros(len(invoice), dtype=np.int64)
    received[np.flatnonzero(isin_sorted(invoice, payment))] = to_numpy(payments["amount_paid_cents"])
    grace_end = to_numpy(invoices["due_date"]).astype(np.int64) + config.grace_days
    is_over = epoch_day(config.day) > grace_end
    settlement = np.select(
        [received >= amount, received > 0, is_over & is_active], [PAID, PARTIALLY_PAID, ZOMBIE], UNPAID
    )
    return arrow_table(
        COLUMNS,
        {
            "invoice_id": combined(invoices["invoice_id"]),
            "settlement": settlement,
            "outstanding_cents": amount - received,
        },
    )


INVOICE_SETTLEMENT = Table(
    name="invoice_settlement",
    grain="How one invoice is settled as of the period's last day.",
    columns=COLUMNS,
    generate=generate,
)
