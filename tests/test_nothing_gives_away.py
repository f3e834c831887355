"""Whole worlds: apart from what makes a fault, no value or range of any column gives one away."""

from __future__ import annotations

import pytest

from synth_assets.checks.giveaways import giveaways, mark_faults
from synth_assets.checks.verify import connect
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from tests.worlds import make_world, write_world

DEFINING = {
    "*": ["deals.stage", "deals.opportunities.deal_id"],  # every fault is in the chain of a won deal
    "missing_invoice": ["orders.invoices.order_id"],
    "duplicate_invoice": ["orders.invoices.order_id"],
    "stale_unpaid": [
        "orders.status",
        "invoices.status",
        "invoices.amount_paid_cents",
        "invoices.payments.invoice_id",
        "invoices.ledger_entries.invoice_id",
    ],
}
"""What makes each kind of fault, by "table.column" or "table.trait"."""


@pytest.mark.parametrize("seed", [42, 7])
def test_order_to_cash_gives_no_fault_away(seed, tmp_path) -> None:
    world = load("order_to_cash")
    config = resolve(
        "order_to_cash", {"num_transactions": 20_000, "as_of": "2026-11-21", "seed": seed}
    ).config
    sources = write_world(world, make_world(world, config), tmp_path)
    with connect(world, config, sources) as connection:
        mark_faults(connection, world)
        assert giveaways(connection, world, DEFINING) == []
