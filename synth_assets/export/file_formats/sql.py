"""SQL: one file that makes the tables and fills them, in words that DuckDB, PostgreSQL and SQLite share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.export.rows import Parts, batches, in_bytes, write_file
from synth_assets.export.text import joined, quoted, where_needed
from synth_assets.model.arrow import scalar
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

INSERT_ROWS = 500
"""Rows of a statement: some readers hold a whole one in memory."""


def export_sql(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`order_to_cash.sql`: CREATE TABLE with keys, references and checks, and INSERT, in one transaction.

    References to a later table, or to a table's own rows, are not declared. A moment is UTC.
    """
    in_order = [table for table in world.relations if table in tables]
    return [write_file(out / f"{world.name}.sql", _statements(parts, in_order))]


def _statements(parts: Parts, tables: Sequence[Table]) -> Iterator[bytes | memoryview]:
    from sqlalchemy import schema

    from synth_assets.derive.sqlalchemy_tables import metadata_of
    from synth_assets.export.drivers.database import dialect_of

    dialect = dialect_of("postgresql")
    made = metadata_of(tables, "duckdb")
    yield b"BEGIN;\n"
    for table in tables:
        create = schema.CreateTable(made.tables[table.physical_name])
        yield f"{str(create.compile(dialect=dialect)).strip()};\n".encode()
    for table in tables:
        name = dialect.identifier_preparer.quote
        columns = ", ".join(name(table.physical_column(column)) for column in table.columns)
        yield from _inserts(table, f"INSERT INTO {name(table.physical_name)} ({columns}) VALUES\n", parts)
    yield b"COMMIT;\n"


def _inserts(table: Table, opening: str, parts: Parts) -> Iterator[bytes | memoryview]:
    for batch in batches(table, _in_statements(parts(table.name))):
        fields = [_literal(*field) for field in zip(table.columns, batch.columns, strict=True)]
        pieces = [piece for field in fields for piece in (", ", field)]
        yield opening.encode()
        yield in_bytes(joined(",\n(", *pieces[1:], ")"))[2:]
        yield b";\n"


def _in_statements(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for part in parts:
        yield from (part.slice(start, INSERT_ROWS) for start in range(0, part.num_rows, INSERT_ROWS))


def _literal(column: Column, values: pa.Array) -> pa.Array:
    text = quoted(column, values, ("string", "raw"), _text)
    if column.form.json == "quoted":
        text = joined("'", pc.replace_substring(text, "T", " "), "'")
        text = pc.replace_substring(text, "Z", "")
    return pc.fill_null(text, scalar("NULL"))


def _text(words: pa.Array) -> pa.Array:
    return joined("'", where_needed(words, "'", [("'", "''")]), "'")
