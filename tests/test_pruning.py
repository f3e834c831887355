"""Reading back costs little: DuckDB leaves out the row groups that a key or a range of days cannot be in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

import synth_assets
from synth_assets.generation.generate import write_world
from synth_assets.scenario.resolve import resolve
from tests.dagster_runs import AS_OF

BLOCKS = 6


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The views of a year of sales in six blocks, one row group a table and block."""
    directory = tmp_path_factory.mktemp("data")
    config = {"as_of": AS_OF, "num_transactions": BLOCKS * 65_536, "num_contacts": 500}
    write_world(resolve("order_to_cash", config), directory)
    with synth_assets.connect(str(directory)) as made:
        made.execute("PRAGMA enable_profiling = 'no_output'")
        yield made


def row_groups(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int, int]:
    """Rows that a query gives, row groups that it reads, and row groups that there are."""
    rows = connection.execute(query).fetchall()
    profile = json.loads(connection.get_profiling_information("json"))["query"]
    return len(rows), profile["total_row_groups_scanned"], profile["total_row_groups_to_scan"]


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("deals", "deal_id = 'DEAL-000700001'"),
        ("orders", "order_id = 'ORD-000300001'"),
        ("invoices", "invoice_id between 'INV-000600001' and 'INV-000600020'"),
        ("payments", "invoice_id between 'INV-000100001' and 'INV-000100020'"),
        ("ledger_entries", "invoice_id between 'INV-000400001' and 'INV-000400020'"),
    ],
)
def test_a_key_or_a_few_touch_one_row_group(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str
) -> None:
    rows, read, there = row_groups(connection, f"select * from order_to_cash.{table} where {condition}")
    assert rows >= 1
    assert (read, there) == (1, BLOCKS)


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("deals", "closed_on"),
        ("orders", "order_date"),
        ("invoices", "issue_date"),
        ("ledger_entries", "posted_date"),
    ],
)
def test_a_month_touches_the_row_groups_of_its_season(
    connection: duckdb.DuckDBPyConnection, table: str, day: str
) -> None:
    month = f"{day} between '2026-03-01' and '2026-03-31'"
    rows, read, there = row_groups(connection, f"select {day} from order_to_cash.{table} where {month}")
    assert rows > 10_000
    assert there == BLOCKS
    assert read <= 3


def test_without_a_condition_every_row_group_is_read(connection: duckdb.DuckDBPyConnection) -> None:
    _, read, there = row_groups(connection, "select sum(amount_due) from order_to_cash.invoices")
    assert (read, there) == (BLOCKS, BLOCKS)
