"""Tables as pandera schemas over Arrow, and what a failed one found as plain rows.

What one row may hold is checked here. Keys and references are checked where blocks are made, and once more
from outside by the small frames that `reference_schema` and `anomaly_schema` describe.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import narwhals.stable.v1 as nw
import pandera.pyarrow as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.api.pyarrow.types import PyArrowData

from synth_assets.model.columns import Column
from synth_assets.model.table import Rule, Table

TOLERANCE = 0.02
"""How far the injected share may lie from the asked rate (source document 000, section 6: within 2 %)."""

FEWEST_ROWS = 500
"""Below so many rows, whole rows a month can be more than `TOLERANCE` off: 5 % of 3 orders is 0."""

SLICE_ROWS = 65_536
"""Rows validated at a time: pandera spells out every failing row, and a wholly broken table has millions."""

REFERENCE_COLUMNS = {
    "table": pa.string(),
    "column": pa.string(),
    "references": pa.string(),
    "rows": pa.int64(),
    "orphans": pa.int64(),
}
ANOMALY_COLUMNS = {
    "kind": pa.string(),
    "population": pa.int64(),
    "rate": pa.float64(),
    "asked": pa.int64(),
    "injected": pa.int64(),
    "found_by_rules": pa.int64(),
}


def row_schema(table: Table) -> pandera.DataFrameSchema:
    """What one row of a table may hold: types, nulls, ranges, choices, the form of ids, and its row rules."""
    return pandera.DataFrameSchema(
        {column.name: _column(column) for column in table.columns},
        checks=[_rule(rule) for rule in table.rules],
        strict=True,
        ordered=True,
        name=table.name,
    )


def reference_schema() -> pandera.DataFrameSchema:
    """One row a reference (`REFERENCE_COLUMNS`): no row may point to one that does not exist."""
    none = pandera.Check.eq(0, error="every referenced row exists")
    return pandera.DataFrameSchema(
        {"orphans": pandera.Column(REFERENCE_COLUMNS["orphans"], none)}, name="references"
    )


def anomaly_schema() -> pandera.DataFrameSchema:
    """One row an anomaly kind (`ANOMALY_COLUMNS`): asked, injected and found are the same number.

    The injected share lies within `TOLERANCE` of the rate, from `FEWEST_ROWS` on.
    """
    distance = "abs(injected - rate * population)"
    rules = [
        Rule("the labels asked for are injected", "injected = asked"),
        Rule("rules find the labels that are injected", "injected = found_by_rules"),
        Rule(
            f"the injected share is within {TOLERANCE} of the rate",
            f"{distance} <= population * {TOLERANCE} OR population < {FEWEST_ROWS}",
        ),
    ]
    return _frame_schema("anomalies", ANOMALY_COLUMNS, rules)


def failures(schema: pandera.DataFrameSchema, table: pa.Table, most: int = 20) -> list[dict[str, Any]]:
    """What a schema finds wrong in a table: at most `most` cases, none when it is sound.

    Each case has the `check`, the `column` (empty when the check is about the whole row), the `value` (the
    row, for such a check) and the `row`: what the failing row has in the table's first column. A missing or
    mistyped column has no row.
    """
    found: list[dict[str, Any]] = []
    for start in range(0, max(table.num_rows, 1), SLICE_ROWS):
        part = table.slice(start, SLICE_ROWS)
        try:
            schema.validate(part, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            cases = (case for error in errors.schema_errors for case in _cases(error, part))
            found += [case for case in cases if case["row"] is not None or case not in found]
        if len(found) >= most:
            break
    return found[:most]


def _cases(error: Any, part: pa.Table) -> Iterator[dict[str, Any]]:
    """The failing rows of one failed check, or the one fault of the table itself."""
    check = getattr(error.check, "error", None) or str(error.check)
    if not isinstance(error.failure_cases, pa.Table):
        column = error.schema.name if isinstance(error.schema, pandera.Column) else ""
        yield {"check": check, "column": column, "value": error.failure_cases, "row": None}
        return
    if error.failure_cases.num_columns > 1:
        keys = error.failure_cases.column(0)
        for key, row in zip(keys.to_pylist(), error.failure_cases.to_pylist(), strict=True):
            yield {"check": check, "column": "", "value": row, "row": key}
        return
    column = error.failure_cases.column_names[0]
    failed = _failed(error, part, column)
    keys, values = part.column(0).filter(failed), part[column].filter(failed)
    for key, value in zip(keys.to_pylist(), values.to_pylist(), strict=True):
        yield {"check": check, "column": column, "value": value, "row": key}


def _failed(error: Any, part: pa.Table, column: str) -> pa.ChunkedArray:
    """Which rows a column's check refused: pandera keeps the check's expression, not the rows."""
    if not isinstance(error.check_output, nw.Expr):
        return part[column].is_null()
    passed = nw.from_native(part, eager_only=True).select(passed=error.check_output)["passed"].to_arrow()
    return pc.invert(pc.fill_null(passed, True))


def _column(column: Column) -> pandera.Column:
    return pandera.Column(column.arrow.type, list(_checks(column)), nullable=column.nullable)


def _checks(column: Column) -> Iterator[pandera.Check]:
    """What a filled value must satisfy."""
    if column.pattern:
        yield pandera.Check.str_matches(column.pattern)
    if column.choices:
        yield pandera.Check.isin(column.choices)
    if column.form.is_float:
        places = column.form.places
        yield pandera.Check(lambda value: value.is_finite(), native=False, error="is_finite")
        yield pandera.Check(lambda v: v == v.round(places), native=False, error=f"{places} decimals")
    if column.minimum is not None:
        yield pandera.Check.ge(column.minimum)
    if column.maximum is not None:
        yield pandera.Check.le(column.maximum)


def _frame_schema(name: str, columns: dict[str, pa.DataType], rules: list[Rule]) -> pandera.DataFrameSchema:
    """A schema of a small frame without nulls."""
    return pandera.DataFrameSchema(
        {column: pandera.Column(kind) for column, kind in columns.items()},
        checks=[_rule(rule) for rule in rules],
        strict=True,
        name=name,
    )


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """A database in memory for conditions: to open one takes longer than to compute most of them."""
    return duckdb.connect()


def _rule(rule: Rule) -> pandera.Check:
    """A row rule as a check: DuckDB computes its condition for every row of an Arrow table."""

    def holds(data: PyArrowData) -> pa.ChunkedArray:
        with _database().cursor() as connection:
            rows = connection.from_arrow(data.table)
            return rows.project(f"coalesce({rule.sql}, true) AS holds").to_arrow_table()["holds"]

    return pandera.Check(holds, native=True, name=rule.name, error=rule.name)
