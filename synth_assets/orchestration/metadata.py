"""What a table's page shows: what a row is, what its columns mean and look like, and its first rows."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from synth_assets.derive.duckdb_view import relation_sql
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration.column_summary import shape, spelt
from synth_assets.orchestration.keys import asset_key
from synth_assets.orchestration.plots import INLINE
from synth_assets.scenario.scenario import FORMAT_VERSION, Scenario
from synth_assets.storage.published import Published

PREVIEW_ROWS = 3
PREVIEW_WIDTH, GAP = 46, 2
"""Characters of a preview's line for which a page of 1,440 pixels has room, and what a cell adds to them."""
ID_LENGTH = 13
"""Characters of the longest ids: a row more is shown where they have room."""


def definition_metadata(world: World, table: Table) -> dict[str, Any]:
    """What a page shows of a table or view before any run: its columns, their origin, its name in DuckDB."""
    return {
        "dagster/column_schema": column_schema(world, table),
        "dagster/table_name": f"{world.name}.{table.name}",
        **column_lineage(world, table),
    }


def column_lineage(world: World, table: Table) -> dict[str, dg.TableColumnLineage]:
    """The key from which each reference takes its values, as Dagster+ draws it.

    The open-source page draws no lineage of columns: there the column's description links to the key.
    """
    deps = {
        column.name: [
            dg.TableColumnDep(asset_key(world, target), world.table(target).key.name)
            for target in column.referenced_tables
        ]
        for column in table.references
        if table.name not in column.referenced_tables
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)} if deps else {}


def code_reference(table: Table) -> dict[str, dg.CodeReferencesMetadataValue]:
    """The file that says the table, where it is on the machine that loads it."""
    generate = inspect.unwrap(table.generate)
    path = Path(inspect.getfile(generate))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        file = dg.LocalFileCodeReference(
            file_path=str(path), line_number=generate.__code__.co_firstlineno, label=path.name
        )
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[file])}


def column_schema(
    world: World, table: Table, shapes: Mapping[str, list[str]] | None = None
) -> dg.TableSchema:
    """The columns as they are in Parquet; with `shapes`, each also says what its values look like.

    The page takes a column's description from the asset's definition and its constraints from the latest
    materialization, so what a run found is shown with the constraints. A view has no key:
    several rows may be decoys of one kind.
    """
    is_view = table.name in {view.name for view in world.derived}
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                type=_type(column),
                description=_meaning(world, column),
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=column is table.key and not is_view,
                    other=[*_constraints(column), *(shapes or {}).get(column.name, ())],
                ),
            )
            for column in table.columns
        ]
    )


def _meaning(world: World, column: Column) -> str:
    """The description; an id also says its form, a choice its words, a reference links to its key."""
    words = column.description.rstrip(".")
    if column.prefix and not column.is_reference:
        words += f" ({column.prefix} and nine digits)"
    if column.choices:
        words += f": {', '.join(column.choices)}"
    if column.is_reference:
        words += f" → {' or '.join(_link(world, name) for name in column.referenced_tables)}"
    return words


def _link(world: World, name: str) -> str:
    """The key of a table, as Markdown that opens its page."""
    page = "/".join(asset_key(world, name).path)
    return f"[{name}.{world.table(name).key.name}](/assets/{page})"


def _type(column: Column) -> str:
    kind = "string" if column.form.python is str else str(column.arrow.type)
    return f"{kind}, {column.unit}" if column.unit else kind


def _constraints(column: Column) -> Iterator[str]:
    if column.minimum is not None:
        yield f"≥ {spelt(column, column.minimum)}"
    if column.maximum is not None:
        yield f"≤ {spelt(column, column.maximum)}"


def table_metadata(
    connection: duckdb.DuckDBPyConnection, world: World, table: Table, scenario: Scenario, staged: Published
) -> dict[str, Any]:
    """The metadata of a table that the connection sees; `world` says what its assets are called."""
    shapes = {column.name: shape(connection, table, column) for column in table.columns}
    return {
        "dagster/row_count": staged.rows,
        "dagster/column_schema": column_schema(world, table, shapes),
        "preview": dg.MetadataValue.md(_preview(connection, table)),
        "as_of": str(scenario.config.day),
        "seed": scenario.config.seed,
        "bytes": staged.bytes,
        "blocks": staged.blocks,
        "scenario": scenario.id,
    }


def view_metadata(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> dict[str, Any]:
    """The metadata of a derived view that the connection sees."""
    shapes = {column.name: shape(connection, table, column) for column in table.columns}
    counted = connection.execute(f"select count(*) from {table.name}").fetchall()[0][0]
    return {
        "dagster/row_count": counted,
        "dagster/column_schema": column_schema(world, table, shapes),
        "preview": dg.MetadataValue.md(_preview(connection, table)),
    }


def _preview(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The first rows as a Markdown table with a line a column, as views publish them: amounts in dollars."""
    connection.execute("create schema if not exists published")
    connection.execute(relation_sql(table, "published", f"main.{table.name}"))
    cursor = connection.execute(f"select * from published.{table.name} limit {PREVIEW_ROWS}")
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    for shown in range(len(rows), 1, -1):
        longest = _room(names, shown)
        text = "\n".join(_lines(names, rows[:shown], longest))
        if longest >= ID_LENGTH and len(text) <= INLINE:
            return text
    lines = list(_lines(names, rows[:1], _room(names, 1)))
    left = 0
    while len("\n".join(lines)) > INLINE - ID_LENGTH:
        left += 1
        lines.pop()
    return "\n".join([*lines, *([_line([f"… {left} more", *[""] * len(rows[:1])])] if left else [])])


def _room(names: Sequence[str], rows: int) -> int:
    """How many characters a cell may have beside the longest name, where so many rows are shown."""
    return (PREVIEW_WIDTH - GAP - max(map(len, names))) // rows - GAP


def _lines(names: Sequence[str], rows: Sequence[Sequence[object]], longest: int) -> Iterator[str]:
    """Head and lines of a preview; where there is no row, the names."""
    yield _line(["", *(str(number + 1) for number in range(len(rows)))])
    yield _line(["---"] * (1 + len(rows)))
    for place, name in enumerate(names):
        yield _line([name, *(_cell(row[place], longest) for row in rows)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object, longest: int) -> str:
    text = "" if value is None else str(value).replace("|", "\\|")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def code_version(version: str) -> str:
    """Changes exactly when the same scenario would give other bytes."""
    return f"{version}.{FORMAT_VERSION}"
