"""Orders: one for every won deal, the unit that all rates of this world count."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import combined, equals_choice, to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference, state
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.order_to_cash.anomalies import STALE
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.contacts import CONTACT_ID
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.opportunities import OPPORTUNITY_ID
from synth_assets.worlds.order_to_cash.order_days import window

STATUSES = ("processing", "completed", "paid")
PROCESSING, COMPLETED, PAID = range(3)

ORDER_ID = identifier("order_id", "ORD-", "Order, numbered in time.")
COLUMNS = (
    ORDER_ID,
    reference("opportunities", OPPORTUNITY_ID, "The line that was sold."),
    reference("contacts", CONTACT_ID, "Who bought."),
    money("total_amount_cents", "Gross less discount_applied.", minimum=2_000),
    money("discount_applied_cents", "Gross x discount_pct, rounded down to the cent."),
    day("order_date", "Day of the order; the last one is the day before as_of."),
    state(
        choice(
            "status",
            STATUSES,
            "`processing`: not delivered, no invoice due yet; `completed`: delivered; `paid`: the CRM holds "
            "it for paid.",
        )
    ),
)


def generate(deals: Rows, opportunities: Rows, facts: Transactions, config: Config) -> pa.Table:
    """One row an opportunity. Orders never paid stay `completed`."""
    order = opportunities.id_numbers("opportunity_id")
    if config.grows:
        won = np.searchsorted(deals.id_numbers("deal_id"), opportunities.id_numbers("deal_id"))
    else:
        won = np.flatnonzero(equals_choice(deals["stage"], "closed_won"))
    gross = to_numpy(opportunities["quantity"]) * to_numpy(opportunities["unit_price_cents"])
    discount_pct = to_numpy(opportunities["discount_pct"]).astype(np.int64)
    discount = gross * discount_pct // 100
    last = window(config).last
    is_paid = (facts.paid_day <= last) & (facts.fault != STALE)
    processing = facts.processing | (facts.issue_day > last)
    return arrow_table(
        COLUMNS,
        {
            "order_id": order,
            "opportunity_id": combined(opportunities["opportunity_id"]),
            "contact_id": take_ids(deals["contact_id"], won),
            "total_amount_cents": gross - discount,
            "discount_applied_cents": discount,
            "order_date": facts.order_day,
            "status": np.where(processing, PROCESSING, np.where(is_paid, PAID, COMPLETED)),
        },
    )


ORDERS = Table(
    name="orders",
    grain="One sale: a won deal that was ordered.",
    columns=COLUMNS,
    generate=generate,
)
