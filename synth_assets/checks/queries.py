"""Questions put to DuckDB by more than one check: what columns ask, and how labels meet their rule."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from synth_assets.checks.check import SHOWN, Row, count, rows
from synth_assets.derive.duckdb_view import only
from synth_assets.model.columns import Column
from synth_assets.model.query import Query


def restrictions(column: Column) -> Iterator[tuple[str, str]]:
    """What a column asks of its values, and the condition under which one breaks it."""
    name = column.name
    if not column.nullable:
        yield "not empty", f"{name} IS NULL"
    if column.choices:
        choices = ", ".join(map(quoted, column.choices))
        yield "one of its choices", f"{name} NOT IN ({choices})"
    if column.pattern and not column.is_reference:  # a reference equals a key, which is checked
        yield column.pattern, f"NOT regexp_matches({name}, '{column.pattern}')"
    if column.minimum is not None:
        yield f"at least {column.minimum:g}", f"{name} < {column.minimum}"
    if column.maximum is not None:
        yield f"at most {column.maximum:g}", f"{name} > {column.maximum}"
    if column.form.is_float:
        places = column.form.places
        yield f"{places} decimals", f"NOT isfinite({name}) OR {name} <> round({name}, {places})"


def file_schemas(connection: duckdb.DuckDBPyConnection, source: str) -> dict[tuple[str, ...], str]:
    """Names and types of columns, in their order, as the files of a source have them; a file of each."""
    found: dict[tuple[str, ...], str] = {}
    for (file,) in connection.execute("SELECT file FROM glob($1) ORDER BY file", [source]).fetchall():
        described = connection.execute(
            f"DESCRIBE FROM read_parquet({quoted(only(file))}, hive_partitioning = false)"
        ).fetchall()
        found.setdefault(tuple(f"{name} {kind}" for name, kind, *_ in described), file)
    return found


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def labelled_sql(decoy: Query, manifest: str, label_id: str = "entity_id") -> str:
    """The query for the rows of a decoy, each once, and whether a label of its kind names them.

    Args:
        decoy: as `decoys.sql` says it.
        manifest: the table of labels.
        label_id: what of a label a row's id is compared with.
    """
    labels = f"SELECT {label_id} FROM {manifest} WHERE type = {quoted(decoy.looks_like)}"
    return f"SELECT DISTINCT entity_id, entity_id IN ({labels}) AS is_labelled FROM ({decoy.sql})"


def compare(
    connection: duckdb.DuckDBPyConnection, manifest: str, kind: str, query: str
) -> tuple[int, int, list[Row]]:
    """Labels of a kind, rows its rule found, and the first of those that only one side has."""
    values = ", ".join(f"CAST({v} AS DECIMAL(18, 2)) AS {v}" for v in ("expected_value", "actual_value"))
    ids = ("entity_id", "related_entity_id")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {', '.join(ids)}, {values} FROM ({query})"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE labels AS SELECT {', '.join(ids)}, {values} "
        f"FROM {manifest} WHERE type = '{kind}'"
    )
    differences = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, '{problem}' AS problem, * FROM (FROM {one} EXCEPT ALL FROM {other})"
        for problem, one, other in (("missed", "labels", "seen"), ("extra", "seen", "labels"))
    )
    failures = rows(connection, f"FROM ({differences}) LIMIT {SHOWN}")
    return count(connection, "FROM labels"), count(connection, "FROM seen"), failures
