"""SQLite, by Python's own driver. It has no decimals: an amount is the nearest floating number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pyarrow as pa

from synth_assets.export.database_schema import Definition
from synth_assets.export.database_url import Address
from synth_assets.export.drivers import database
from synth_assets.export.drivers.database import (
    CANNOT_OPEN,
    REFERRED_TO,
    TWICE,
    UNFIT,
    Batches,
    Database,
    dialect_of,
)
from synth_assets.model.errors import Problem

SAID = {
    sqlite3.SQLITE_NOTADB: "{file} is not a SQLite database: give another --url",
    sqlite3.SQLITE_BUSY: "{file} is in use by another program: end that, then run again",
    sqlite3.SQLITE_CANTOPEN: "{file}: {error}: " + CANNOT_OPEN,
    sqlite3.SQLITE_READONLY: "{file}: {error}: " + CANNOT_OPEN,
    sqlite3.SQLITE_FULL: "no space left for {file}, which is as it was: free some, or give another --url",
    sqlite3.SQLITE_CONSTRAINT: "{file}: {error}: " + UNFIT,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "{file}: {error}: " + TWICE,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "{file}: {error}: " + TWICE,
}
"""What SQLite's result codes, primary or extended, mean to a person (https://sqlite.org/rescode.html)."""


class Sqlite(Database):
    """A SQLite file. Foreign keys are enforced at the end of the transaction."""

    kind = "sqlite"
    dialect = dialect_of("sqlite")
    has_decimals = False
    columns_there = (
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY t.rowid, c.cid"
    )
    rows_already = other_columns = "Remove the file, or give another --url"

    def __init__(self, place: str, connection: sqlite3.Connection) -> None:
        super().__init__(place)
        self._connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement, and give what it answers."""
        return self._connection.execute(sql).fetchall()

    def insert(self, definition: Definition, batches: Batches) -> None:
        """Insert rows."""
        marks = ", ".join("?" * len(definition.columns))
        columns = ", ".join(map(self.quoted, definition.names))
        insert = f"INSERT INTO {self.quoted(definition.name)} ({columns}) VALUES ({marks})"
        for batch in batches:
            self._connection.executemany(insert, zip(*map(_values, batch.columns), strict=True))

    def prepare(
        self, schema: Sequence[Definition], missing: Sequence[Definition], full: Sequence[Definition]
    ) -> Sequence[Definition]:
        """Make missing tables with their indexes, and take the rows out of full ones.

        While a reference waits for its row, each new row is looked for in every column that may refer to it.
        """
        self.finish(super().prepare(schema, missing, full))
        return []

    def check(self, definitions: Sequence[Definition]) -> None:
        """Say which row refers to none, before the end of the transaction does without a name."""
        for definition in definitions:
            for _, row, target, _ in self.query(f"PRAGMA foreign_key_check({self.quoted(definition.name)})"):
                orphan = f"row {row} of {definition.name} refers to no row of {target}"
                raise Problem(f"{self.place}: FOREIGN KEY constraint failed: {UNFIT} ({orphan})")

    def commit(self) -> None:
        """End the transaction well; `check` has seen the world's own references."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise Problem(f"{self.place}: {error}: {REFERRED_TO}") from None

    @classmethod
    @contextmanager
    def connect(cls, address: Address) -> Iterator[Database]:
        """The database in a file, which is made where there is none.

        A file that was not there stays, empty: another program may already wait to write into it.
        """
        file = address.file
        if not file.parent.is_dir():
            raise Problem(f"{file.parent} is not a directory: make it, or give another --url")
        try:
            with closing(
                sqlite3.connect(file, timeout=database.WAIT_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("PRAGMA defer_foreign_keys = ON")
                yield cls(address.place, connection)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0)
            said = SAID.get(code) or SAID.get(code & 0xFF, "{file}: {error}")
            raise Problem(said.format(file=file, error=error)) from None


def _values(values: pa.Array) -> Sequence[object]:
    """A column as SQLite stores it: days and moments as text, flags as 0 or 1."""
    if pa.types.is_dictionary(values.type):
        return _words(values.dictionary, values.indices)
    if pa.types.is_date(values.type):
        days = values.dictionary_encode()
        return _words(days.dictionary.cast(pa.string()), days.indices)
    if pa.types.is_timestamp(values.type):
        return list(values.cast(pa.string()).to_pylist())
    if pa.types.is_boolean(values.type):
        return list(values.cast(pa.int8()).to_pylist())
    return list(values.to_pylist())


def _words(words: pa.Array, indices: pa.Array) -> list[str | None]:
    known = words.to_pylist()
    return [None if index is None else known[index] for index in indices.to_pylist()]


DRIVER = Sqlite
