"""Pictures of a table: what a person would rather look at than read. How they are drawn is not said here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Points = list[tuple[Any, ...]]

Style = Literal["bars", "line", "columns", "log_columns"]
"""`bars` takes (word, count), `line` (day, number), `columns` (whole number, count) and `log_columns` (log10
of the left edge in steps of a tenth, count)."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of a table: DuckDB gives few points whatever the table's size.

    Attributes:
        table: whose page shows it.
        title: what is seen, with its unit.
        query: DuckDB over the stored tables; one row a point.
        style: how the points are drawn.
    """

    table: str
    title: str
    query: str
    style: Style


def log_amounts(column: str, table: str) -> str:
    """The query of a histogram of cents on a log axis, in dollars."""
    return (
        f"select floor(10 * log10({column} / 100)) / 10, count(*) from {table} where {column} > 0 "
        "group by 1 order by 1"
    )


AMOUNT_AT_RISK = Plot(
    "anomaly_manifest",
    "Amount at risk by kind, USD",
    """select replace(type, '_', ' ') || ' (' || count(*) || ')', sum(amount_at_risk_cents) / 100
    from anomaly_manifest group by type order by 2 desc""",
    "bars",
)
"""What every world's manifest shows."""
