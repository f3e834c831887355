"""A world's tables in a database, in the schema of its source document; so far in SQLite.

The schema is the world's own SQL (`World.database`), executed as it is. Rows stream in part by part
within one transaction, so a run that ends early, however it ends, leaves the database without them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from synth_assets import worlds
from synth_assets.export.files import Parts
from synth_assets.model.columns import Column
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.table import Table
from synth_assets.model.world import World

BATCH_ROWS = 16_384
"""Rows that are Python values at a time: about 15 MB."""

WAIT_SECONDS = 5.0
"""How long another program may keep the database to itself."""

EXAMPLE = "write it like sqlite:///spendsense.db"
OTHERWISE = "Remove the file, or give another --url"

SAID = {
    sqlite3.SQLITE_NOTADB: "{file} is not a SQLite database: give another --url",
    sqlite3.SQLITE_BUSY: "{file} is in use by another program: end that, then run again",
    sqlite3.SQLITE_FULL: "no space left for {file}, which is as it was: free some, or give another --url",
    sqlite3.SQLITE_CONSTRAINT: "{file}: {error}: the published tables do not fit together, see "
    "synth-assets verify",
}
"""What SQLite's primary result codes mean to a person (https://sqlite.org/rescode.html)."""


class TableDefinition(NamedTuple):
    """A table of the schema: its name, the statement that makes it, and its columns."""

    name: str
    statement: str
    columns: list[str]


def load(world: World, parts: Parts, url: str) -> dict[str, int]:
    """Make a world's tables in a database and fill them; all of it, or nothing.

    Args:
        world: one with a schema, see `World.database`.
        parts: gives the rows of a table by name, money in cents as in Parquet.
        url: `sqlite:///file.db`, or with four slashes from the root. The file is made where there is none;
            tables of the schema that are there must be empty.

    Returns:
        The rows of each table. Money is in dollars, days are `2026-11-21`, moments `2026-11-21 12:00:00`,
        flags 0 or 1.

    Raises:
        UsageProblem: the world has no schema, or the URL is not one of SQLite.
        Problem: the database cannot be used as it is; it is as it was.
    """
    schema, file = _schema(world), _file(url)
    rows: dict[str, int] = {}
    with _transaction(file) as connection:
        for made in schema:
            _make(connection, made, file)
        for made in schema:
            table = _table_of(world, made.name)
            rows[made.name] = _fill(connection, table, made, parts(table.name))
        for made in schema:
            orphan = connection.execute(f"PRAGMA foreign_key_check({made.name})").fetchone()
            if orphan:
                raise Problem(
                    f"{file}: row {orphan[1]} of {made.name} refers to no row of {orphan[2]}: the published "
                    "tables do not fit together, see synth-assets verify"
                )
    return rows


def tables(world: World, url: str) -> list[str]:
    """Names of the tables that `load` would fill, parents first.

    Raises:
        UsageProblem: as `load` would, before anything is read or made.
    """
    _file(url)
    return [_table_of(world, made.name).name for made in _schema(world)]


def _table_of(world: World, physical_name: str) -> Table:
    return next(table for table in world.tables if table.physical_name == physical_name)


def _schema(world: World) -> list[TableDefinition]:
    """What the world's SQL makes, as SQLite itself says in an empty database."""
    if world.database is None:
        able = ", ".join(name for name in worlds.NAMES if worlds.load(name).database)
        raise UsageProblem(f"{world.name} has no schema of a database (worlds that have one: {able})")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(world.text(world.database))
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
        return [
            TableDefinition(name, statement, _columns(connection, name))
            for name, statement in made.fetchall()
        ]


def _file(url: str) -> Path:
    """The file of a SQLite URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageProblem(f"--url is not a database's address: {EXAMPLE}") from None
    kind = parsed.get_backend_name()
    if kind != "sqlite":
        raise UsageProblem(f"--url: {kind} is not supported (databases: sqlite): {EXAMPLE}")
    if parsed.drivername != "sqlite":
        raise UsageProblem(f"--url: the driver {parsed.drivername} is not supported: {EXAMPLE}")
    if parsed.query or parsed.host or parsed.database in (None, "", ":memory:"):
        raise UsageProblem(f"--url: a file is needed, and no options: {EXAMPLE}")
    return Path(str(parsed.database))


@contextmanager
def _transaction(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction with foreign keys enforced; without its end, closing takes all of it back.

    A file that was not there stays, empty: another program may already wait to write into it.
    """
    if not file.parent.is_dir():
        raise Problem(f"{file.parent} is not a directory: make it, or give another --url")
    try:
        with closing(sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        said = SAID.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "{file}: {error}")
        raise Problem(said.format(file=file, error=error)) from None


def _make(connection: sqlite3.Connection, made: TableDefinition, file: Path) -> None:
    """Make a table where there is none; one of the same columns without rows will do."""
    found = _columns(connection, made.name)
    if not found:
        connection.execute(made.statement)
        return
    if sorted(found) != sorted(made.columns):
        raise Problem(f"{file}: its table {made.name} has other columns ({', '.join(found)}). {OTHERWISE}")
    (rows,) = connection.execute(f"SELECT count(*) FROM {made.name}").fetchone()
    if rows:
        raise Problem(f"{file}: its table {made.name} holds {rows:,} rows already. {OTHERWISE}")


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", [table])]


def _fill(
    connection: sqlite3.Connection, table: Table, made: TableDefinition, parts: Iterable[pa.Table]
) -> int:
    """Insert a table's rows, and say how many there are."""
    of_document = {table.physical_column(column): column for column in table.columns}
    columns = [of_document[name] for name in made.columns]
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT INTO {made.name} ({', '.join(made.columns)}) VALUES ({marks})"
    rows = 0
    for part in parts:
        for batch in part.select([column.name for column in columns]).to_batches(BATCH_ROWS):
            values = [_values(*field) for field in zip(columns, batch.columns, strict=True)]
            connection.executemany(insert, zip(*values, strict=True))
            rows += batch.num_rows
    return rows


def _values(column: Column, values: pa.Array) -> Sequence[object]:
    """A column as SQLite stores it: dollars as REAL, days and moments as text, flags as 0 or 1."""
    if pa.types.is_dictionary(values.type):
        return _words(values.dictionary, values.indices)
    form = column.form
    if form.stored_per_published > 1:
        unit = form.stored_per_published
        return [None if stored is None else stored / unit for stored in values.to_pylist()]
    if pa.types.is_date(values.type):
        days = values.dictionary_encode()
        return _words(days.dictionary.cast(pa.string()), days.indices)
    if pa.types.is_timestamp(values.type):
        return list(values.cast(pa.timestamp("s")).cast(pa.string()).to_pylist())
    if pa.types.is_boolean(values.type):
        return list(values.cast(pa.int8()).to_pylist())
    return list(values.to_pylist())


def _words(words: pa.Array, indices: pa.Array) -> list[str | None]:
    known = words.to_pylist()
    return [None if index is None else known[index] for index in indices.to_pylist()]
