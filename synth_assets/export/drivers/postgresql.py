"""PostgreSQL, by psycopg: COPY within one transaction, then indexes and foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as pc
import sqlalchemy as sa

from synth_assets.export.database_schema import Definition
from synth_assets.export.database_url import Address
from synth_assets.export.drivers.database import (
    CANNOT,
    IN_USE,
    REFERRED_TO,
    TWICE,
    UNCHANGED,
    UNFIT,
    WAIT_SECONDS,
    Batches,
    Database,
    dialect_of,
)
from synth_assets.model.errors import Problem

CONNECT_SECONDS = 10

CSV = pc.WriteOptions(include_header=False, quoting_style="needed")
"""Text in quotes and NULL as nothing, as COPY reads it."""

CANNOT_CONNECT = (
    "check the address, that the server runs, the user, and the password (in the URL or PGPASSWORD)"
)
SAID = {
    "23505": TWICE,
    "23": UNFIT,
    "42501": CANNOT,
    "53": f"{UNCHANGED}: make room, or give another --url",
    "55P03": IN_USE,
    "0A000": REFERRED_TO,  # feature not supported: TRUNCATE of what others refer to
    "2BP01": REFERRED_TO,
}
"""What to do, by the code of an error or its class (appendix A of the manual)."""


class PostgreSql(Database):
    """The current schema of a PostgreSQL database."""

    kind = "postgresql"
    dialect = dialect_of("postgresql")
    links_later = True
    columns_there = (
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
        "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum"
    )

    def __init__(self, place: str, connection: psycopg.Connection) -> None:
        super().__init__(place)
        self._connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement, and give what it answers."""
        cursor = self._connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []

    def insert(self, definition: Definition, batches: Batches) -> None:
        """Insert rows, and let the key count on from the last."""
        name, columns = self.quoted(definition.name), ", ".join(map(self.quoted, definition.names))
        statement = f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for batch in batches:
                buffer = pa.BufferOutputStream()
                pc.write_csv(batch, buffer, CSV)
                copy.write(memoryview(buffer.getvalue()))
        _, key, form = definition.columns[0]
        if not isinstance(form, sa.Integer):
            return
        sequence = f"pg_get_serial_sequence($name${name}$name$, $name${key}$name$)"
        self.query(
            f"SELECT setval(s, m) FROM (SELECT {sequence} s, max({self.quoted(key)}) m FROM {name}) found "
            "WHERE s IS NOT NULL AND m IS NOT NULL"
        )

    def finish(self, definitions: Sequence[Definition]) -> None:
        """Give tables that were made their indexes, comments and foreign keys."""
        self.query("SET CONSTRAINTS ALL IMMEDIATE")
        super().finish(definitions)

    def empty(self, definitions: Sequence[Definition]) -> None:
        """Take the rows out of tables that are there; refused where other tables refer to them."""
        if definitions:
            self.query(f"TRUNCATE {', '.join(self.quoted(definition.name) for definition in definitions)}")

    def drop(self, names: Sequence[str]) -> None:
        """Drop tables that are there, together, as they refer to each other."""
        if names:
            self.query(f"DROP TABLE {', '.join(map(self.quoted, names))}")

    def check(self, definitions: Sequence[Definition]) -> None:
        """The foreign keys have seen every row."""

    def commit(self) -> None:
        """End the transaction well."""
        self._connection.commit()

    @classmethod
    @contextmanager
    def connect(cls, address: Address) -> Iterator[Database]:
        """A PostgreSQL database. What the URL leaves out comes from libpq's variables."""
        url = address.url
        user: dict[str, Any] = {"user": url.username, "password": url.password}
        try:
            connection = psycopg.connect(
                dbname=url.database,
                connect_timeout=CONNECT_SECONDS,
                application_name="synth-assets",
                client_encoding="UTF8",
                **({"host": url.host, "port": url.port} | user | address.options),
            )
        except (psycopg.Error, UnicodeError) as error:
            said = _said(address, error, -1)  # it tries several addresses, and tells of each
            raise Problem(f"cannot connect to {address.place}: {said}: {CANNOT_CONNECT}") from None
        with closing(connection):
            try:
                connection.execute(f"SET lock_timeout = {int(1000 * WAIT_SECONDS)}".encode())
                connection.execute(b"SET CONSTRAINTS ALL DEFERRED")
                yield cls(address.place, connection)
            except psycopg.Error as error:
                code = error.sqlstate or ""
                remedy = SAID.get(code) or SAID.get(code[:2], UNCHANGED)
                raise Problem(f"{address.place}: {_said(address, error)}: {remedy}") from None


def _said(address: Address, error: Exception, line: int = 0) -> str:
    """What the server says, else a line of what the library says."""
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error).strip()
    text = said.splitlines()[line] if said else type(error).__name__
    return address.hushed(text.rpartition("FATAL: ")[2].removeprefix("connection failed: ").strip())


DRIVER = PostgreSql
