"""The wholesaler's testing checklist: every line of the document is there, holds, and sees what breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from synth_assets.checks.every_table import every_table_check
from synth_assets.checks.report import checklist, tables_of
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.model.query import Query
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.wholesale import WORLD
from tests.worlds import make_world

CONFIG = resolve("wholesale", {"preset": "small"}).config
ITEMS = {item.name: item for item in checklist(WORLD)}

LINES = {
    "All 74 tables have data": "tables_with_rows",
    "No foreign key violations": "no_foreign_key_violations",
    "No null values in required fields": "no_null_values_in_required_fields",
    "Dates are within 2024 range": "dates_within_the_books",
    "Total revenue = $24M ±5%": "annual_revenue",
    "Monthly average = $2M ±10%": "monthly_revenue",
    "10 whale clients = 70% of revenue": "whale_revenue",
    "90% of products are flower": "flower_products",
    "Indoor flower priced at $1800/lb": "list_prices",
    "50% of sales on consignment": "sales_on_consignment",
    "90% of intake on consignment": "intake_on_consignment",
    "0.5% return rate": "returns",
    "5% refund rate": "refunds",
    "(5% refund amount)": "refund_amount",
    "15% of debt overdue": "overdue_receivables",
    "50% of overdue debt 120+ days old": "long_overdue_receivables",
    "60 clients total": "all_clients",
    "10 whales, 50 regular": "all_clients",
    "No email addresses": "no_email_no_address",
    "No physical addresses": "no_email_no_address",
    "Realistic company names": "company_names",
    "Valid phone numbers": "phone_numbers",
    "Debits = Credits": "debits_equal_credits",
    "Cash flow is positive": "cash_flow",
    "Profit margins 20-40%": "net_margin",
    "AR aging buckets sum correctly": "ageing_adds_up",
    "Inventory valuation is accurate": "inventory_valuation",
}
"""Each line of the document's checklist that data can answer, and the item that answers it. What it says of
screens is in `laws/screens.sql`."""

BREAKS = {
    "tables_with_rows": "DELETE FROM scratch_pad_notes",
    "no_foreign_key_violations": "UPDATE bills SET vendor_id = 9999 WHERE rowid = 0",
    "no_null_values_in_required_fields": "UPDATE products SET name_canonical = NULL WHERE product_id = 7",
    "refund_amount": "UPDATE credits SET credit_amount_cents = 2 * credit_amount_cents",
    "all_clients": "DELETE FROM clients WHERE client_id = 12",
    "no_email_no_address": "UPDATE clients SET address = '1 Main St' WHERE client_id = 3",
    "company_names": "UPDATE clients SET name = 'Client 3' WHERE client_id = 3",
    "phone_numbers": "UPDATE clients SET phone = '617-555-2368' WHERE client_id = 3",
    "debits_equal_credits": "UPDATE ledger_entries SET debit_cents = 1 WHERE ledger_entry_id = 1",
    "cash_flow": "UPDATE bank_transactions SET amount_cents = 2 * amount_cents "
    "WHERE transaction_type = 'WITHDRAWAL'",
    "inventory_valuation": "UPDATE batches SET unit_cogs_cents = 100 WHERE on_hand_qty_e4 > 0",
}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, rows in make_world(WORLD, CONFIG).items():
            connection.register("rows", rows)
            connection.execute(f"CREATE TABLE {name} AS FROM rows")
        connection.execute(
            "CREATE TABLE scenario AS SELECT unnest($1)", [CONFIG.model_dump() | CONFIG.sql_facts()]
        )
        yield connection


def judged(item: CheckSpec, database: duckdb.DuckDBPyConnection) -> bool:
    return item.evaluate(Evidence(database, WORLD, CONFIG, {})).passed


def test_every_line_of_the_document_has_an_item() -> None:
    assert set(LINES.values()) <= set(ITEMS)


def test_the_report_reads_every_table() -> None:
    assert tables_of(WORLD) == [table.name for table in WORLD.tables]


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_an_item_is_seen(database, name) -> None:
    assert judged(ITEMS[name], database)
    database.execute("BEGIN")
    try:
        database.execute(BREAKS[name])
        assert not judged(ITEMS[name], database)
    finally:
        database.execute("ROLLBACK")


def test_all_tables_are_counted(database) -> None:
    found = ITEMS["tables_with_rows"].evaluate(Evidence(database, WORLD, CONFIG, {}))
    assert (found.asked, found.found, found.numbers) == ("74", "74 of 74", (74, 74))


def test_brackets_about_something_else_are_refused() -> None:
    query = Query("colours", "", "", "colours of every table")
    with pytest.raises(ValueError, match="is about none of rows, references, required values"):
        every_table_check(query, "validation_report")
