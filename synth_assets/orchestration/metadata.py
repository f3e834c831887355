"""What a table's page shows: what a row is, what its columns mean and look like, and its first rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb

from synth_assets.derive.duckdb_view import relation_sql
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.orchestration.column_summary import shape, spelt
from synth_assets.scenario.scenario import FORMAT_VERSION, Scenario
from synth_assets.storage.store import Published

PREVIEW_ROWS = 8
INLINE = 999
"""Characters of Markdown that the page shows at once; more of it is a link."""


def description(table: Table) -> str:
    """What a row is, and the columns under their names in views."""
    names = ", ".join(f"`{column.published_name}`" for column in table.columns)
    return f"{table.grain}\n\nColumns: {names}."


def column_schema(table: Table, shapes: Mapping[str, list[str]] | None = None) -> dg.TableSchema:
    """The columns as they are in Parquet; with `shapes`, each also says what its values look like.

    The page takes a column's description from the asset's definition and its constraints from the latest
    materialization, so what a run found is shown with the constraints.
    """
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                type=_type(column),
                description=_meaning(column),
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=column is table.key,
                    other=[*_constraints(column), *(shapes or {}).get(column.name, ())],
                ),
            )
            for column in table.columns
        ]
    )


def _meaning(column: Column) -> str:
    """The description; an id also says its form, a choice its words."""
    words = column.description.rstrip(".")
    if column.prefix and not column.is_reference:
        words += f" ({column.prefix} and nine digits)"
    if column.choices:
        words += f": {', '.join(column.choices)}"
    return words


def _type(column: Column) -> str:
    kind = "string" if column.form.python is str else str(column.arrow.type)
    return f"{kind}, {column.unit}" if column.unit else kind


def _constraints(column: Column) -> Iterator[str]:
    if column.is_reference:
        yield f"in {' or '.join(column.referenced_tables)}"
    if column.minimum is not None:
        yield f"≥ {spelt(column, column.minimum)}"
    if column.maximum is not None:
        yield f"≤ {spelt(column, column.maximum)}"


def table_metadata(
    connection: duckdb.DuckDBPyConnection, table: Table, scenario: Scenario, staged: Published
) -> dict[str, Any]:
    """The metadata of a table that the connection sees."""
    shapes = {column.name: shape(connection, table, column) for column in table.columns}
    return {
        "dagster/row_count": staged.rows,
        "dagster/column_schema": column_schema(table, shapes),
        "preview": dg.MetadataValue.md(_preview(connection, table)),
        "as_of": str(scenario.config.day),
        "seed": scenario.config.seed,
        "bytes": staged.bytes,
        "blocks": staged.blocks,
        "scenario": scenario.id,
    }


def view_metadata(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, Any]:
    """The metadata of a derived view that the connection sees."""
    shapes = {column.name: shape(connection, table, column) for column in table.columns}
    counted = connection.execute(f"select count(*) from {table.name}").fetchall()[0][0]
    return {
        "dagster/row_count": counted,
        "dagster/column_schema": column_schema(table, shapes),
        "preview": dg.MetadataValue.md(_preview(connection, table)),
    }


def _preview(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The first rows as a Markdown table, as views publish them: amounts in dollars."""
    connection.execute("create schema if not exists published")
    connection.execute(relation_sql(table, "published", f"main.{table.name}"))
    cursor = connection.execute(f"select * from published.{table.name} limit {PREVIEW_ROWS}")
    names = [column[0] for column in cursor.description or ()]
    head = [_line(names), _line(["---"] * len(names))]
    lines = [_line(map(_cell, row)) for row in cursor.fetchall()]
    while len(lines) > 3 and len("\n".join(head + lines)) > INLINE:
        lines.pop()
    return "\n".join(head + lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|")


def code_version(version: str) -> str:
    """Changes exactly when the same scenario would give other bytes."""
    return f"{version}.{FORMAT_VERSION}"
