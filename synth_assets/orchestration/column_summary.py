"""What a column's values look like, in a few words: Dagster shows them beside the column's constraints."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from synth_assets.model.columns import Column
from synth_assets.model.table import Table

BARS = "▁▂▃▄▅▆▇█"
BINS = 12
MOST_CHOICES = 6


def shape(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """Words on the values of a column, none for ids, references and text.

    | kind                 | for example                                        |
    |----------------------|----------------------------------------------------|
    | money                | 70.00 to 82,632.58 USD · median 2,227.97 ▁▂▄▆█▇▅▃▁ |
    | count, rate, decimal | 1 to 40 units · median 6                           |
    | day, moment          | 2025-11-24 to 2026-11-20                           |
    | choice, flag         | paid 87 % · unpaid 13 %                            |
    """
    summary = SUMMARIES.get(column.form.summary)
    return summary(connection, table, column) if summary else []


def _amounts(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """Least, most and median, and the histogram on a log axis; zeros are left out."""
    name = column.name
    low, middle, high = connection.execute(
        f"select min({name}), median({name}), max({name}) from {table.name} where {name} > 0"
    ).fetchall()[0]
    if low is None:
        return []
    counts = dict(
        connection.execute(
            f"select least({BINS - 1}, floor({BINS} * ln({name} / $1) / ln(($2 + 1) / $1)))::int, count(*) "
            f"from {table.name} where {name} > 0 group by 1",
            [low, high],
        ).fetchall()
    )
    tallest = max(counts.values())
    bars = "".join(BARS[round((len(BARS) - 1) * counts.get(i, 0) / tallest)] for i in range(BINS))
    return [f"{low / 100:,.2f} to {high / 100:,.2f} USD", f"median {middle / 100:,.2f} {bars}"]


def _numbers(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    low, middle, high = connection.execute(
        f"select min({column.name}), median({column.name}), max({column.name}) from {table.name}"
    ).fetchall()[0]
    if low is None:
        return []
    return [f"{low:,g} to {high:,g} {column.unit or ''}".rstrip(), f"median {middle:,g}"]


def _days(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    low, high = connection.execute(
        f"select min({column.name})::date, max({column.name})::date from {table.name}"
    ).fetchall()[0]
    return [] if low is None else [f"{low} to {high}"]


def _shares(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """The most frequent values with their shares."""
    rows = connection.execute(
        f"select {column.name}::varchar, count(*) / sum(count(*)) over () from {table.name} "
        f"group by all order by 2 desc, 1 limit {MOST_CHOICES + 1}"
    ).fetchall()
    said = [f"{value} {100 * share:.0f} %" for value, share in rows[:MOST_CHOICES]]
    return [*said, "…"] if len(rows) > MOST_CHOICES else said


SUMMARIES: dict[str, Callable[[duckdb.DuckDBPyConnection, Table, Column], list[str]]] = {
    "amounts": _amounts,
    "numbers": _numbers,
    "days": _days,
    "shares": _shares,
}
"""How values are described, by `Kind.summary`."""
