"""The clean twin: without faults the same world comes out, but for the chains of labelled orders."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from synth_assets.model.identifiers import id_numbers
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import AnomalyRates, Config
from tests.thorough import size
from tests.worlds import make_world

AMOUNTS = {
    "invoices.amount_due_cents",
    "invoices.amount_paid_cents",
    "payments.amount_cents",
    "payments.payment_method",
    "ledger_entries.debit_cents",
    "ledger_entries.credit_cents",
}

MAY_DIFFER = {
    "missing_invoice": {"- invoices", "- payments", "- ledger_entries"},
    "pricing_drift": AMOUNTS,
    "duplicate_invoice": {"+ invoices", "+ payments", "+ ledger_entries"},
    "unauthorized_discount": AMOUNTS
    | {
        "opportunities.discount_pct",
        "opportunities.approval_status",
        "opportunities.approved_by",
        "orders.total_amount_cents",
        "orders.discount_applied_cents",
    },
    "payment_mismatch": {
        "payments.amount_cents",
        "payments.payment_method",
        "invoices.amount_paid_cents",
        "ledger_entries.debit_cents",
        "ledger_entries.credit_cents",
    },
    "stale_unpaid": {
        "invoices.status",
        "invoices.amount_paid_cents",
        "orders.status",
        "- payments",
        "- ledger_entries",
    },
}
"""What each kind changes in its order's chain: `+` and `-` are rows added and absent, else columns."""

IN_DISGUISE = {"payment_mismatch": {"+ payments", "+ ledger_entries", "ledger_entries.posted_date"}}
"""What a kind may change besides in disguise: a short payment comes in instalments where it would not."""

CONFIGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "the leap day": {"as_of": dt.date(2024, 2, 29), "seed": 7, "num_transactions": 3_000, "num_contacts": 9},
    "a sixth each": {
        "num_transactions": 3_000,
        "anomaly_rates": dict.fromkeys(AnomalyRates.model_fields, 1 / 6),
    },
    "half a year": {"num_transactions": 4_000, "date_range_months": 6, "clip_due_dates": True},
    "some in processing": {"num_transactions": 4_000, "decoy_rates": {"processing_order": 0.05}},
    "in instalments": {"num_transactions": 6_000, "payments_per_invoice": 4},
    "in disguise": {"num_transactions": 6_000, "payments_per_invoice": 3, "disguised": True},
    "two blocks, in disguise": {"num_transactions": 68_000, "payments_per_invoice": 4, "disguised": True},
    "one decoy a fault": {"num_transactions": 3_000, "decoy_ratio": 1},
    **size(
        {},
        {
            "two blocks, in instalments": {"num_transactions": 68_000, "payments_per_invoice": 2},
            "two blocks": {"num_transactions": 70_000, "num_contacts": 100},
        },
    ),
}


@pytest.mark.parametrize("values", CONFIGS.values(), ids=CONFIGS.keys())
def test_twin_differs_only_in_the_chains_of_labelled_orders(values: dict[str, Any]) -> None:
    config = Config(**({"as_of": dt.date(2026, 11, 21)} | values))
    data, twin = make_world(WORLD, config), make_world(WORLD, config.clean())
    labels = data["anomaly_manifest"].select(["anomaly_id", "type"])
    kinds = dict(zip(id_numbers(labels["anomaly_id"]).tolist(), labels["type"].to_pylist(), strict=True))

    assert twin["anomaly_manifest"].num_rows == 0
    for name in ("contacts", "products", "deals"):
        assert data[name].equals(twin[name]), name
    seen: dict[str, set[str]] = {kind: set() for kind in MAY_DIFFER}
    order_of = orders_by_id(data, twin)
    for name in order_of:
        key = WORLD.table(name).key.name
        before, after = (frame(tables[name]).set_index(key) for tables in (twin, data))
        for what, ids in differences(name, before, after).items():
            for id_ in ids:
                seen[kinds.get(order_of[name][id_], "sound")].add(what)

    for kind, changes in seen.items():
        besides = IN_DISGUISE.get(kind, set()) if config.disguised else set()
        assert changes <= MAY_DIFFER[kind] | besides, kind
        assert changes, f"{kind} shows nowhere"


def orders_by_id(*made: dict[str, pa.Table]) -> dict[str, dict[str, int]]:
    """For each table, the number of the order in whose chain a row is, by the row's id."""
    orders: dict[str, dict[str, int]] = {}
    for name, column, parent in (
        ("opportunities", "opportunity_id", ""),
        ("orders", "opportunity_id", "opportunities"),
        ("invoices", "order_id", "orders"),
        ("payments", "invoice_id", "invoices"),
        ("ledger_entries", "invoice_id", "invoices"),
    ):
        orders[name] = {}
        for tables in made:
            ids, above = (tables[name][c].to_pylist() for c in (WORLD.table(name).key.name, column))
            numbers = [orders[parent][id_] if parent else int(id_[-9:]) for id_ in above]
            orders[name] |= dict(zip(ids, numbers, strict=True))
    return orders


def frame(rows: pa.Table) -> pd.DataFrame:
    """A table whose values can be compared by column: words as text, days as numbers."""
    plain = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(plain)).to_pandas(date_as_object=False)


def differences(name: str, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, pd.Index]:
    """Ids of the rows that were added, are absent, or differ in a column."""
    both = before.index.intersection(after.index)
    old, new = before.loc[both], after.loc[both]
    found = {f"+ {name}": after.index.difference(both), f"- {name}": before.index.difference(both)}
    for column in before.columns:
        changed = old[column] != new[column]
        changed &= ~(old[column].isna() & new[column].isna())
        found[f"{name}.{column}"] = both[changed]
    return found
