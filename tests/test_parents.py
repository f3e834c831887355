"""A table made from others changes with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synth_assets import worlds
from synth_assets.generation.blocks import BlockTable, Facts, make_block, make_table

Edit = Callable[[pa.ChunkedArray], Any]

AS_OF = {"order_to_cash": dt.date(2026, 11, 21), "subscriptions": dt.date(2024, 12, 31)}


def a_cent_more(column: pa.ChunkedArray) -> Any:
    return pc.add(column, 1)


def a_percent_more(column: pa.ChunkedArray) -> Any:
    return pc.add(column, 1.0)


def reversed_rows(column: pa.ChunkedArray) -> Any:
    return column.take(pa.array(range(len(column) - 1, -1, -1)))


def all_alike(column: pa.ChunkedArray) -> Any:
    return column.take(pa.array([0] * len(column)))


def all_cancelled(column: pa.ChunkedArray) -> Any:
    return column.take(pa.array([column.to_pylist().index("Cancelled")] * len(column)))


READS: dict[str, dict[tuple[str, str], tuple[str, Edit, set[str]]]] = {
    "order_to_cash": {
        ("opportunities", "deals"): ("deal_id", reversed_rows, {"deal_id"}),
        ("orders", "deals"): ("contact_id", reversed_rows, {"contact_id"}),
        ("orders", "opportunities"): (
            "discount_pct",
            a_percent_more,
            {"total_amount_cents", "discount_applied_cents"},
        ),
        ("invoices", "orders"): (
            "total_amount_cents",
            a_cent_more,
            {"amount_due_cents", "amount_paid_cents"},
        ),
        ("payments", "invoices"): ("amount_paid_cents", a_cent_more, {"amount_cents"}),
        ("ledger_entries", "invoices"): ("amount_due_cents", a_cent_more, {"debit_cents", "credit_cents"}),
        ("ledger_entries", "payments"): ("amount_cents", a_cent_more, {"debit_cents", "credit_cents"}),
        ("anomaly_manifest", "opportunities"): (
            "discount_pct",
            a_percent_more,
            {"actual_value", "amount_at_risk_cents"},
        ),
        ("anomaly_manifest", "orders"): (
            "total_amount_cents",
            a_cent_more,
            {"expected_value", "amount_at_risk_cents"},
        ),
        ("anomaly_manifest", "invoices"): (
            "amount_due_cents",
            a_cent_more,
            {"expected_value", "actual_value", "amount_at_risk_cents"},
        ),
        ("anomaly_manifest", "payments"): (
            "amount_cents",
            a_cent_more,
            {"actual_value", "amount_at_risk_cents"},
        ),
    },
    "subscriptions": {
        ("subscriptions", "customers"): ("customer_id", reversed_rows, {"customer_id"}),
        ("invoices", "subscriptions"): ("plan_id", all_alike, {"amount_cents"}),
        ("payments", "invoices"): ("amount_cents", a_cent_more, {"amount_paid_cents"}),
        ("invoice_settlement", "subscriptions"): ("status", all_cancelled, {"settlement"}),
        ("invoice_settlement", "invoices"): ("amount_cents", a_cent_more, {"settlement"}),
        ("invoice_settlement", "payments"): ("amount_paid_cents", a_cent_more, {"outstanding_cents"}),
        ("anomaly_manifest", "subscriptions"): (
            "plan_id",
            all_alike,
            {"expected_value", "amount_at_risk_cents"},
        ),
        ("anomaly_manifest", "invoices"): (
            "amount_cents",
            a_cent_more,
            {"expected_value", "amount_at_risk_cents"},
        ),
        ("anomaly_manifest", "payments"): (
            "amount_paid_cents",
            a_cent_more,
            {"actual_value", "amount_at_risk_cents"},
        ),
    },
}
"""For each table and each that it is made from: a column of that one, an edit, and the columns that must
change; others may."""

PAIRS = [(world, *pair) for world, pairs in READS.items() for pair in pairs]
"""World, child and parent."""


@cache
def block(world: str) -> dict[str, pa.Table]:
    """A world's main block."""
    chosen = worlds.load(world)
    config = chosen.config(as_of=AS_OF[world])
    root = chosen.tables[0].row_count_key if world == "subscriptions" else "num_transactions"
    return make_block(chosen, config, root, range(1_000))


def made_again(world: str, child: str, parents: dict[str, pa.Table]) -> pa.Table:
    """A table made anew from the given rows of its parents."""
    chosen = worlds.load(world)
    config = chosen.config(as_of=AS_OF[world])
    rows = range(1_000)
    blocks = {name: BlockTable(table) for name, table in parents.items()}
    return make_table(chosen, config, chosen.table(child), rows, blocks, Facts(chosen, config, rows))


def test_every_pair_of_child_and_parent_is_tried() -> None:
    for world, pairs in READS.items():
        tables = worlds.load(world).tables
        assert {(table.name, parent) for table in tables for parent in table.parents} == set(pairs)


@pytest.mark.parametrize(("world", "child", "parent"), PAIRS)
def test_a_child_changes_with_its_parent(world: str, child: str, parent: str) -> None:
    column, edit, expected = READS[world][child, parent]
    tables = block(world)
    before = made_again(world, child, tables)
    at = tables[parent].column_names.index(column)
    edited = tables[parent].set_column(at, tables[parent].field(at), edit(tables[parent][column]))

    after = made_again(world, child, tables | {parent: edited})

    assert before.equals(tables[child])
    changed = {name for name in before.column_names if not before[name].equals(after[name])}
    assert expected <= changed, changed


def test_a_payment_falls_away_with_its_invoice() -> None:
    for world in READS:
        tables = block(world)
        paid = tables["payments"]["invoice_id"][0].as_py()
        invoices = tables["invoices"]
        left = invoices.filter(pc.not_equal(invoices["invoice_id"], paid))

        payments = made_again(world, "payments", tables | {"invoices": left})

        assert payments.equals(tables["payments"].slice(1)), world
