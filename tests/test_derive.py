"""Models, schemas, views and pages of a table; on 1,000 transactions and on rows made by hand."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import synth_assets
from synth_assets.derive import dictionary
from synth_assets.derive.duckdb_view import view_sql
from synth_assets.derive.json_schema import config_schema, table_schema
from synth_assets.derive.pydantic_models import entity_model, entity_name
from synth_assets.export.files import export
from synth_assets.generation.generate import Dataset
from synth_assets.model.table import Table
from synth_assets.worlds.order_to_cash import WORLD

INVOICES = WORLD.table("invoices")
DAY = dt.date(2026, 2, 21)
every_table = pytest.mark.parametrize("table", WORLD.tables, ids=lambda table: table.name)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return synth_assets.generate("order_to_cash", num_transactions=1_000, as_of="2026-02-21")


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export")
    for to in ("csv", "json"):
        export(WORLD, lambda name: [dataset.tables[name]], to, out, list(dataset.tables))
    return out


# --- pydantic -------------------------------------------------------------------------------------------

INVOICE: dict[str, Any] = {
    "invoice_id": "INV-000000312",
    "order_id": "ORD-000000156",
    "amount_due": 1620.00,
    "amount_paid": 0,
    "status": "unpaid",
    "issue_date": "2026-01-21",
    "due_date": "2026-02-20",
}


def test_a_model_has_document_names_and_dollars() -> None:
    invoice = entity_model(INVOICES).model_validate(INVOICE)
    assert type(invoice).__name__ == "Invoice"
    assert invoice.model_dump() == INVOICE | {
        "amount_due": Decimal("1620.00"),
        "issue_date": dt.date(2026, 1, 21),
        "due_date": dt.date(2026, 2, 20),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("invoice_id", "INV-312"),
        ("order_id", "INV-000000156"),
        ("amount_due", 0),
        ("amount_due", "1620.005"),
        ("amount_due", "much"),
        ("amount_paid", -0.01),
        ("status", "void"),
        ("issue_date", "2026-02-30"),
        ("due_date", None),
        ("due_date", ""),
        ("colour", "red"),
    ],
)
def test_a_model_refuses_what_a_row_may_not_hold(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=f"1 validation error for Invoice\n{field}"):
        entity_model(INVOICES).model_validate(INVOICE | {field: value})


def test_a_moment_has_a_zone_and_an_open_deal_no_day() -> None:
    deal = {
        "deal_id": "DEAL-000000001",
        "contact_id": "CON-000000001",
        "stage": "proposal",
        "value": "1500.00",
        "assigned_to": "Grace Lin",
        "created_at": "2026-02-21T12:00:00Z",
        "closed_on": "",
    }
    model: Any = entity_model(WORLD.table("deals")).model_validate(deal)
    assert model.created_at == dt.datetime(2026, 2, 21, 12, tzinfo=dt.UTC)
    assert model.closed_on is None
    with pytest.raises(ValidationError, match="timezone"):
        entity_model(WORLD.table("deals")).model_validate(deal | {"created_at": "2026-02-21T12:00:00"})


@every_table
def test_models_take_every_exported_row_of_both_formats(table: Table, exported: Path) -> None:
    rows: TypeAdapter[list[BaseModel]] = TypeAdapter(list[entity_model(table)])  # type: ignore[misc]
    with (exported / f"{table.name}.csv").open(newline="") as file:
        from_csv = rows.validate_python(list(csv.DictReader(file)))
    text = (exported / f"{table.name}.json").read_text()
    assert rows.validate_python(json.loads(text)) == from_csv
    assert rows.validate_json(text) == from_csv


def test_one_row_of_a_table_has_a_name() -> None:
    plurals = ("invoices", "opportunities", "ledger_entries", "anomaly_manifest", "batches", "addresses")
    tables = [Table(name, "", (), lambda: None) for name in plurals]
    assert [entity_name(table) for table in tables] == [
        "Invoice", "Opportunity", "LedgerEntry", "AnomalyManifest", "Batch", "Address",
    ]  # fmt: skip


# --- JSON Schema ----------------------------------------------------------------------------------------


@every_table
def test_json_schema_takes_exported_rows(table: Table, exported: Path) -> None:
    schema = table_schema(table)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for row in json.loads((exported / f"{table.name}.json").read_text())[:50]:
        validator.validate(row)


def test_json_schema_says_meaning_unit_and_bounds() -> None:
    fields = table_schema(INVOICES)["properties"]
    assert fields["amount_due"] == {
        "type": "number",
        "minimum": 0.01,
        "unit": "USD",
        "title": "Amount Due",
        "description": "What the customer is asked to pay.",
    }
    assert fields["status"]["enum"] == ["unpaid", "paid", "partial"]
    assert fields["order_id"]["references"] == "orders"
    assert fields["order_id"]["pattern"] == "^ORD-[0-9]{9}$"


def test_json_schema_refuses_a_wrong_row() -> None:
    validator = jsonschema.Draft202012Validator(table_schema(INVOICES))
    assert validator.is_valid(INVOICE)
    assert not validator.is_valid(INVOICE | {"amount_due": 0})
    assert not validator.is_valid(INVOICE | {"colour": "red"})


def test_the_schema_of_a_configuration_takes_the_documents_own() -> None:
    validator = jsonschema.Draft202012Validator(config_schema(WORLD))
    assert validator.is_valid(
        {"num_transactions": 1000, "anomaly_rates": {"missing_invoice": 0.05}, "seed": 42}
    )
    assert validator.is_valid({"as_of": "today"})
    assert not validator.is_valid({"num_transaction": 5})
    assert not validator.is_valid({"anomaly_rates": {"missing_invoice": 1.5}})


# --- DuckDB ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    out = tmp_path_factory.mktemp("it's parquet")
    connection = duckdb.connect()
    connection.execute('create schema "order_to_cash"')
    for table in WORLD.tables:
        pq.write_table(dataset.tables[table.name], out / f"{table.name}.parquet")
        connection.execute(view_sql(table, "order_to_cash", str(out / f"{table.name}.parquet")))
    return connection


def test_a_view_answers_in_dollars(catalogue: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    (total,) = catalogue.execute("select sum(amount_due) from order_to_cash.invoices").fetchone()
    cents = sum(dataset.tables["invoices"]["amount_due_cents"].to_pylist())
    assert total == Decimal(cents) / 100


def test_a_view_has_the_documents_names_and_types(catalogue: duckdb.DuckDBPyConnection) -> None:
    found = catalogue.execute("describe order_to_cash.anomaly_manifest").fetchall()
    assert [(name, kind) for name, kind, *_ in found] == [
        ("anomaly_id", "VARCHAR"),
        ("type", "VARCHAR"),
        ("affected_entity", "VARCHAR"),
        ("entity_id", "VARCHAR"),
        ("related_entity_id", "VARCHAR"),
        ("expected_value", "DECIMAL(18,2)"),
        ("actual_value", "DECIMAL(18,2)"),
        ("drift_pct", "DECIMAL(18,2)"),
        ("injected_at", "TIMESTAMP"),
        ("difficulty", "VARCHAR"),
        ("amount_at_risk", "DECIMAL(18,2)"),
        ("faulty_column", "VARCHAR"),
    ]


def test_cents_become_dollars_exactly(tmp_path: Path) -> None:
    cents = [1, 5, 162_000, 29, -1, 999_999_999_999_999_999]
    rows = pa.table({column.name: pa.nulls(6, column.arrow.type) for column in INVOICES.columns})
    rows = rows.set_column(2, "amount_due_cents", pa.array(cents))
    pq.write_table(rows, tmp_path / "invoices.parquet")
    connection = duckdb.connect()
    connection.execute(view_sql(INVOICES, "main", str(tmp_path / "*.parquet")))
    dollars = ["0.01", "0.05", "1620.00", "0.29", "-0.01", "9999999999999999.99"]
    assert connection.execute("select amount_due from invoices").fetchall() == [
        (Decimal(d),) for d in dollars
    ]


def test_a_view_says_what_it_is(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert catalogue.execute("select comment from duckdb_views() where view_name = 'deals'").fetchone() == (
        "One deal in the CRM's pipeline: won, lost or still open.",
    )
    assert catalogue.execute(
        "select comment from duckdb_columns() where table_name = 'invoices' and column_name = 'amount_due'"
    ).fetchone() == ("What the customer is asked to pay. Unit: USD.",)


# --- the page -------------------------------------------------------------------------------------------


ROWS = (
    ("CON-000000001", "Ann Lee", "sylvia.lambert@hatfieldfreight.example", None, "+18475550152", DAY),
    ("CON-000000002", "Bo | Ek", "monica@atkins.example", "Atkins\nCatering", "+19135550129", DAY),
)


def test_the_dictionary_shows_rows_on_one_line_each() -> None:
    rows = {table.name: ROWS if table.name == "contacts" else () for table in WORLD.relations}
    page = dictionary.page(WORLD, dictionary.Samples(DAY, rows))
    assert page.count("By default it has no rows.") == len(rows) - 1
    assert page.split("```text\n")[1].split("```")[0].splitlines() == [
        "contact_id     name     email                         company          phone         created_at",
        "CON-000000001  Ann Lee  sylvia.lambert@hatfieldfrei…                   +18475550152  2026-02-21",
        "CON-000000002  Bo | Ek  monica@atkins.example         Atkins Catering  +19135550129  2026-02-21",
    ]


def test_the_dictionary_says_type_unit_meaning_and_reference() -> None:
    lines = dictionary.page(WORLD).splitlines()
    assert (
        "| `amount_due` | decimal(18,2), 0.01 or more | USD | What the customer is asked to pay. |" in lines
    )
    assert (
        "| `order_id` | id, `ORD-` and nine digits |  | The order that is billed. → [orders](#orders) |"
        in lines
    )
    assert "| `discount_pct` | decimal(18,2), 0 to 35 | % | Discount on the line. |" in lines
