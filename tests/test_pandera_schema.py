"""pandera schemas: sound on 1,000 transactions, and for every rule one bad row made by hand that is shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

import synth_assets
from synth_assets.derive.pandera_schema import anomaly_schema, failures, reference_schema, row_schema
from synth_assets.generation.generate import Dataset
from synth_assets.model.table import Table
from synth_assets.worlds.order_to_cash import WORLD

INVOICES = WORLD.table("invoices")
every_table = pytest.mark.parametrize("table", WORLD.tables, ids=lambda table: table.name)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return synth_assets.generate("order_to_cash", num_transactions=1_000, as_of="2026-02-21")


SOUND: dict[str, Any] = {
    "invoice_id": "INV-000000312",
    "order_id": "ORD-000000156",
    "amount_due_cents": 162_000,
    "amount_paid_cents": 0,
    "status": "unpaid",
    "issue_date": dt.date(2026, 1, 21),
    "due_date": dt.date(2026, 2, 20),
}


def invoices(*rows: dict[str, Any]) -> pa.Table:
    """Rows as they could stand in a file that somebody else wrote: nothing is refused yet."""
    return pa.Table.from_pylist(
        list(rows), schema=pa.schema([f.with_nullable(True) for f in INVOICES.schema])
    )


@every_table
def test_generated_rows_pass(table: Table, dataset: Dataset) -> None:
    assert failures(row_schema(table), dataset.tables[table.name]) == []
    assert failures(row_schema(table), dataset.tables[table.name].slice(0, 0)) == []


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("order_id", "ORD-156", "str_matches('^ORD-[0-9]{9}$')"),
        ("amount_due_cents", 0, "greater_than_or_equal_to(1)"),
        ("amount_paid_cents", -1, "greater_than_or_equal_to(0)"),
        ("status", "void", "isin(('unpaid', 'paid', 'partial'))"),
        ("due_date", None, "not_nullable"),
    ],
)
def test_a_bad_value_is_shown_with_its_row(column: str, value: object, check: str) -> None:
    sound = SOUND | {"invoice_id": "INV-000000311"}
    found = failures(row_schema(INVOICES), invoices(sound, SOUND | {column: value}))
    assert found == [{"check": check, "column": column, "value": value, "row": "INV-000000312"}]


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"due_date": dt.date(2026, 1, 20)}, "due date is not before issue date"),
        ({"amount_paid_cents": 162_001, "status": "paid"}, "no more is received than due"),
        ({"status": "paid"}, "cash was received unless the status is unpaid"),
    ],
)
def test_a_broken_row_rule_shows_the_row(wrong: dict[str, Any], check: str) -> None:
    sound = SOUND | {"invoice_id": "INV-000000311"}
    found = failures(row_schema(INVOICES), invoices(sound, SOUND | wrong))
    assert found == [{"check": check, "column": "", "value": SOUND | wrong, "row": "INV-000000312"}]


def test_rates_are_bounded_and_finite() -> None:
    table = WORLD.table("opportunities")
    sound = {
        "opportunity_id": "OPP-000000001",
        "deal_id": "DEAL-000000001",
        "product_id": "PRD-000000001",
        "quantity": 9,
        "unit_price_cents": 15_095,
        "discount_pct": 18.0,
        "approval_status": "approved",
        "approved_by": "Ada Brandt",
    }
    rows = [sound | {"discount_pct": value} for value in (18.0, 35.5, float("inf"))]
    found = failures(row_schema(table), pa.Table.from_pylist(rows, schema=table.schema))
    assert [(case["check"], case["value"]) for case in found] == [
        ("is_finite", float("inf")),
        ("less_than_or_equal_to(35)", 35.5),
        ("less_than_or_equal_to(35)", float("inf")),
    ]


def test_missing_mistyped_and_strange_columns_are_named() -> None:
    rows = invoices(SOUND).drop(["order_id"]).append_column("colour", pa.array(["red"]))
    rows = rows.set_column(1, "amount_due_cents", pa.array([1620.0]))
    assert failures(row_schema(INVOICES), rows) == [
        {"check": "column_in_schema", "column": "", "value": "colour", "row": None},
        {"check": "column_in_dataframe", "column": "", "value": "order_id", "row": None},
        {"check": "dtype('Int64')", "column": "amount_due_cents", "value": "Float64", "row": None},
    ]


def test_a_wholly_broken_table_shows_the_first_rows() -> None:
    found = failures(row_schema(INVOICES), invoices(*[SOUND | {"status": "void"}] * 100), most=3)
    assert [case["value"] for case in found] == ["void"] * 3


def test_orphans_fail() -> None:
    columns = ("table", "column", "references", "rows", "orphans")
    sound = dict(zip(columns, ("invoices", "order_id", "orders", 980, 0), strict=True))
    orphaned = dict(zip(columns, ("payments", "invoice_id", "invoices", 859, 2), strict=True))
    assert failures(reference_schema(), pa.Table.from_pylist([sound])) == []
    assert failures(reference_schema(), pa.Table.from_pylist([sound, orphaned])) == [
        {"check": "every referenced row exists", "column": "orphans", "value": 2, "row": "payments"}
    ]


KIND = {
    "kind": "pricing_drift",
    "population": 1_000,
    "rate": 0.08,
    "asked": 80,
    "injected": 80,
    "found_by_rules": 80,
}


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"asked": 81}, "the labels asked for are injected"),
        ({"found_by_rules": 79}, "rules find the labels that are injected"),
        ({"found_by_rules": 81}, "rules find the labels that are injected"),
        ({"rate": 0.101}, "the injected share is within 0.02 of the rate"),
    ],
)
def test_a_wrong_count_of_an_anomaly_fails(wrong: dict[str, Any], check: str) -> None:
    found = failures(anomaly_schema(), pa.Table.from_pylist([KIND, KIND | wrong]))
    assert found == [{"check": check, "column": "", "value": KIND | wrong, "row": "pricing_drift"}]


def test_rounding_to_whole_rows_is_allowed() -> None:
    small = {"population": 3, "rate": 0.05, "asked": 0, "injected": 0, "found_by_rules": 0}
    half = {"population": 10, "rate": 0.05, "asked": 1, "injected": 1, "found_by_rules": 1}
    none = {"population": 0, "rate": 1.0, "asked": 0, "injected": 0, "found_by_rules": 0}
    assert failures(anomaly_schema(), pa.Table.from_pylist([KIND | small, KIND | half, KIND | none])) == []
