"""Names: units in suffixes, one form for each sort of thing, in every world."""

from __future__ import annotations

import re

import pytest

from synth_assets.worlds import NAMES, load

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
COLUMNS = [(name, t.name, c) for name in NAMES for t in load(name).tables for c in t.columns]
each_column = pytest.mark.parametrize(
    ("world", "table", "column"), COLUMNS, ids=[f"{w}-{t}-{c.name}" for w, t, c in COLUMNS]
)

RATES = {"interest_rate": "the source document's name"}
FLAGS = {
    "pending": "Plaid's name",
    "consent_status": "the source document's name",
}
DAYS = {"date": "Plaid's name"}
UNCOUNTED = {
    "invoice_settlement": "one row an invoice: what is derived about it",
    "anomaly_manifest": "a manifest is one document",
    "signals_savings": "signals about savings",
    "signals_credit": "signals about credit",
    "signals_income": "signals about income",
    "signals_cash_flow": "signals about cash flow",
    **dict.fromkeys(
        (
            "vendor_supply",
            "cogs_history",
            "sales_sheet_history",
            "sample_inventory_log",
            "payment_history",
            "tag_hierarchy",
            "product_media",
            "credit_signal_history",
            "credit_audit_log",
            "note_activity",
            "client_activity",
        ),
        "the source system's name",
    ),
}


@each_column
def test_a_unit_is_in_the_name(world, table, column) -> None:
    endings = {
        "money": ("_cents",),
        "quantity": ("_e4",),
        "rate": ("_pct", "_percentage", *RATES),
        "day": ("_date", "_on", *DAYS),
        "moment": ("_at",),
        "identifier": ("_id",),
        "reference": ("_id",),
    }
    assert column.name.endswith(endings.get(column.kind, ""))
    if column.kind == "flag":
        assert column.name.startswith(("is_", "has_")) or column.name in FLAGS


@each_column
def test_a_column_is_snake_case_and_described(world, table, column) -> None:
    assert SNAKE.fullmatch(column.name)
    assert column.description.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_plural_and_say_what_a_row_is(name) -> None:
    for table in load(name).tables:
        assert SNAKE.fullmatch(table.name)
        assert table.name.endswith("s") or table.name in UNCOUNTED
        assert table.grain.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_queries_are_snake_case_and_unique_in_their_world(name) -> None:
    world = load(name)
    queries = [query for file in ("laws", "rules", "figures") for query in world.sql(file)]
    names = [query.name for query in queries]
    assert len(names) == len(set(names))
    assert all(SNAKE.fullmatch(name) for name in names)
    assert all(query.sentence for query in queries)


@pytest.mark.parametrize("name", NAMES)
def test_row_rules_are_sentences(name) -> None:
    for table in load(name).tables:
        assert all(rule.name[0].islower() and not rule.name.endswith(".") for rule in table.rules)
