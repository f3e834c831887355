"""What a column's values look like, in a few words: Dagster shows them beside the column's constraints.

A range holds every value that the column has. What words leave out they count.
"""

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

    | kind                 | for example                                            |
    |----------------------|--------------------------------------------------------|
    | money, quantity      | 70.00 to 82,632.58 USD · median 2,227.97 USD · ▁▂▆█▅▃▁ |
    | not all above zero   | … · above 0 ▁▂▆█▅▃▁ · 3 rows at or below 0             |
    | count, rate, decimal | 1 to 40 units · median 6 units                         |
    | day, moment          | 2025-11-24 to 2026-11-20                               |
    | choice, flag         | paid 87 % · unpaid 13 %                                |
    | any with empty cells | … · 12 rows empty                                      |
    """
    summary = SUMMARIES.get(column.form.summary)
    if not summary:
        return []
    words = summary(connection, table, column)
    empty = _count(connection, table, f"{column.name} is null") if column.nullable else 0
    return [*words, f"{_rows(empty)} empty"] if empty else words


def spelt(column: Column, stored: float, with_unit: bool = True) -> str:
    """A value as views publish it, with its unit: 1 stored cent is `0.01 USD`."""
    value = stored / column.form.stored_per_published if column.form.stored_per_published > 1 else stored
    if column.kind == "money":
        text = f"{value:,.2f}"
    elif isinstance(value, int):
        text = f"{value:,}"
    else:
        whole, _, decimals = f"{value:,.{column.form.places or 2}f}".partition(".")
        text = f"{whole}.{decimals}".rstrip("0").rstrip(".")
    return f"{text} {column.published_unit or ''}".rstrip() if with_unit else text


def _numbers(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """Least and most of all values, and their median."""
    name = column.name
    low, middle, high = connection.execute(
        f"select min({name}), median({name}), max({name}) from {table.name}"
    ).fetchall()[0]
    if low is None:
        return []
    return [
        f"{spelt(column, low, with_unit=False)} to {spelt(column, high)}",
        f"median {spelt(column, middle)}",
    ]


def _amounts(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """The same, and the histogram of what is above zero on a log axis."""
    words = _numbers(connection, table, column)
    bars = _bars(connection, table, column)
    if not bars:
        return words
    others = _count(connection, table, f"{column.name} <= 0")
    return [*words, f"above 0 {bars}", f"{_rows(others)} at or below 0"] if others else [*words, bars]


def _bars(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> str:
    name = column.name
    low, high = connection.execute(
        f"select min({name}), max({name}) from {table.name} where {name} > 0"
    ).fetchall()[0]
    if low is None:
        return ""
    counts = dict(
        connection.execute(
            f"select least({BINS - 1}, floor({BINS} * ln({name} / $1) / ln(($2 + 1) / $1)))::int, count(*) "
            f"from {table.name} where {name} > 0 group by 1",
            [low, high],
        ).fetchall()
    )
    tallest = max(counts.values())
    return "".join(BARS[round((len(BARS) - 1) * counts.get(i, 0) / tallest)] for i in range(BINS))


def _days(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    low, high = connection.execute(
        f"select min({column.name})::date, max({column.name})::date from {table.name}"
    ).fetchall()[0]
    return [] if low is None else [f"{low} to {high}"]


def _shares(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> list[str]:
    """The most frequent values with their shares of the rows that have one."""
    rows = connection.execute(
        f"select {column.name}::varchar, count(*) / sum(count(*)) over () from {table.name} "
        f"where {column.name} is not null group by all order by 2 desc, 1"
    ).fetchall()
    said = [f"{value} {_percent(share)}" for value, share in rows[:MOST_CHOICES]]
    others = rows[MOST_CHOICES:]
    if not others:
        return said
    return [*said, f"{len(others)} more {_percent(sum(share for _, share in others))}"]


def _percent(share: float) -> str:
    """Whole per cent; what is not all and not nothing is neither 100 nor 0."""
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _count(connection: duckdb.DuckDBPyConnection, table: Table, condition: str) -> int:
    return connection.execute(f"select count(*) from {table.name} where {condition}").fetchall()[0][0]


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


SUMMARIES: dict[str, Callable[[duckdb.DuckDBPyConnection, Table, Column], list[str]]] = {
    "amounts": _amounts,
    "numbers": _numbers,
    "days": _days,
    "shares": _shares,
}
"""How values are described, by `Kind.summary`."""
