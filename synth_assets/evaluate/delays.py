"""Days from fault to detection: from the day on which a fault came to be to that on which it was found.

A kind says the column of that day, see `Anomaly.day`; where it does not, the day is its row's own first, or
that of the row which this refers to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from synth_assets.checks.queries import quoted

if TYPE_CHECKING:
    import duckdb

    from synth_assets.model.anomaly import Anomaly
    from synth_assets.model.columns import Column
    from synth_assets.model.table import Table
    from synth_assets.model.world import World


class Delay(NamedTuple):
    """Days from fault to detection, of the labels found on a known day.

    Attributes:
        found: how many labels these are.
        median_days: half of them are found within so many days; None where none is found.
        p90_days: 90 % of them are.
    """

    found: int
    median_days: float | None
    p90_days: float | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """As a person reads them."""
        median, p90 = ("–" if d is None else f"{d:,.1f}" for d in (self.median_days, self.p90_days))
        return f"{self.found:,}", median, p90


NONE_FOUND = Delay(0, None, None)


def add_days(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Add to `detected` the days of the group's hits: place, label, kind, days; negative where too early."""
    for anomaly in world.anomalies:
        connection.execute(
            f"""
            INSERT INTO detected
            SELECT place, label, kind, found_on - fault_day FROM ({_fault_days_sql(world, anomaly)})
            JOIN group_hits USING (label) JOIN findings USING (place)
            WHERE fault_day IS NOT NULL
            """
        )


def delays(connection: duckdb.DuckDBPyConnection) -> dict[str | None, Delay]:
    """The days of each kind, and under None of all: a label's first day counts, none before its fault."""
    rows = connection.execute(
        """
        SELECT kind, count(*), median(days), round(quantile_cont(days, 0.9), 1)
        FROM (SELECT kind, min(days) AS days FROM detected WHERE days >= 0 GROUP BY kind, label)
        GROUP BY GROUPING SETS ((kind), ())
        """
    ).fetchall()
    return {kind: Delay(*numbers) for kind, *numbers in rows if numbers[0]}


def days_of_labels(world: World) -> list[str]:
    """The columns of the manifest that say on which day a fault came to be."""
    said = {anomaly.day for anomaly in world.anomalies}
    return [column.name for column in world.manifest.columns if column.name in said]


def day_of(world: World, table: Table) -> list[tuple[Table, Column]]:
    """Where the day of a table's row stands: the steps to it, each a table and its reference, or its day."""
    own = next(_days(table), None)
    if own:
        return [(table, own)]
    for column in table.references:
        if column.references and column.references != table.name and not column.is_deferred:
            above = day_of(world, world.table(column.references))
            if above:
                return [(table, column), *above]
    return []


def _days(table: Table) -> Iterator[Column]:
    """The columns of a table that may say its row's day, the surest first."""
    dated = [column for column in table.columns if column.kind in ("day", "moment")]
    yield from (column for column in dated if not column.nullable)
    yield from (column for column in dated if column.name == "created_at")


def _fault_days_sql(world: World, anomaly: Anomaly) -> str:
    """The query for the labels of a kind in the group: label, kind and fault_day."""
    of_kind = f"FROM group_labels AS labels WHERE labels.type = {quoted(anomaly.name)}"
    if anomaly.day in days_of_labels(world):
        return f"SELECT label, type AS kind, CAST({anomaly.day} AS DATE) AS fault_day {of_kind}"
    table = world.table_of(anomaly.entity)
    steps = [(table, table.column(anomaly.day))] if anomaly.day else day_of(world, table)
    if not steps:
        return "SELECT label, type AS kind, NULL::DATE AS fault_day FROM group_labels WHERE false"
    joins, wanted = "FROM labels", "labels.entity_id"
    for place, (step, column) in enumerate(steps):
        key = f"row{place}.{step.key.name}"
        joins += (
            f" JOIN {step.name} AS row{place} ON {key if place else f'CAST({key} AS VARCHAR)'} = {wanted}"
        )
        wanted = f"row{place}.{column.name}"
    return (
        f"WITH labels AS (SELECT label, type, entity_id {of_kind}) "
        f"SELECT label, type AS kind, CAST({wanted} AS DATE) AS fault_day {joins}"
    )
