"""Invoice settlement: what an analyst derives, as the source has no status on an invoice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    invoice, payment = invoices.id_numbers("invoice_id"), payments.id_numbers("invoice_id")
    amount = to_numpy(invoices["amount_cents"])
    received = np.zeros(len(invoice), dtype=np.int64)
    received[np.flatnonzero(isin_sorted(invoice, payment))] = to_numpy(payments["amount_paid_cents"])
    number, billed = subscriptions.id_numbers("sub_id"), invoices.id_numbers("sub_id")
    grace_end = to_numpy(invoices["due_date"]).astype(np.int64) + config.grace_days
    if config.grows:  # a zombie whose subscription is cancelled later was one all the same
        end = pc.fill_null(subscriptions["end_date"].cast(pa.int32()), np.iinfo(np.int32).max)
        is_active = to_numpy(end)[np.searchsorted(number, billed)] > grace_end
    else:
        active = number[equals_choice(subscriptions["status"], "Active")]
        is_active = isin_sorted(billed, active)
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
