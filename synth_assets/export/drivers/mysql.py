"""MySQL and MariaDB, by PyMySQL, in strict mode.

A statement that makes a table ends a transaction there. So missing tables are made empty first, and are
filled in one transaction; they are dropped again when that fails. A killed run leaves them empty, and the
next one fills them. Tables under other names that take their place by one RENAME would let nobody append,
and would leave full ones behind.

Rows come as statements of many rows each: LOAD DATA LOCAL takes duplicate keys and wrong values for warnings,
and many servers refuse it. Foreign keys are not looked at row by row: a reference may be to a later row.
`check` asks for every one of them before the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pymysql
from pymysql.constants import ER

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
from synth_assets.export.text import joined, where_needed
from synth_assets.model.arrow import scalar
from synth_assets.model.errors import Problem

CONNECT_SECONDS = 10

STATEMENT_BYTES = 1_000_000
"""A statement's rows; servers take four times as much as they are shipped."""

SESSION = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', foreign_key_checks = 0, "
    f"lock_wait_timeout = {int(WAIT_SECONDS)}, innodb_lock_wait_timeout = {int(WAIT_SECONDS)}"
)

NEEDS_ESCAPES = r"['\\\x00]"
ESCAPES = [("\\", "\\\\"), ("'", "''"), ("\x00", "\\0")]

CANNOT_CONNECT = (
    "check the address, that the server runs, the user, and the password (in the URL or MYSQL_PWD)"
)
SAID = {
    ER.DUP_ENTRY: TWICE,
    ER.LOCK_WAIT_TIMEOUT: IN_USE,
    ER.DBACCESS_DENIED_ERROR: CANNOT,
    ER.TABLEACCESS_DENIED_ERROR: CANNOT,
    ER.RECORD_FILE_FULL: f"{UNCHANGED}: make room, or give another --url",
}
"""What to do, by the server's code."""


class MySql(Database):
    """A MySQL or MariaDB database."""

    kind = "mysql"
    dialect = dialect_of("mysql")
    columns_there = (
        "SELECT t.table_name, c.column_name FROM information_schema.tables t "
        "JOIN information_schema.columns c USING (table_schema, table_name) "
        "WHERE t.table_schema = database() AND t.table_type = 'BASE TABLE' "
        "ORDER BY t.table_name, c.ordinal_position"
    )

    def __init__(self, place: str, connection: pymysql.Connection) -> None:
        super().__init__(place)
        self._connection = connection
        self._made: list[str] = []

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement, and give what it answers."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def prepare(
        self, schema: Sequence[Definition], missing: Sequence[Definition], full: Sequence[Definition]
    ) -> Sequence[Definition]:
        """Make missing tables with all that belongs to them, begin the transaction, and empty full ones."""
        for definition in missing:
            self.query(definition.make)
            self._made.append(definition.name)
        self.finish(missing)
        self.query("START TRANSACTION")
        self.empty(full)
        return []

    def insert(self, definition: Definition, batches: Batches) -> None:
        """Insert rows."""
        columns = ", ".join(map(self.quoted, definition.names))
        insert = f"INSERT INTO {self.quoted(definition.name)} ({columns}) VALUES\n"
        for batch in batches:
            fields = [piece for values in batch.columns for piece in (",", _literals(values))]
            for rows in _statements(joined("(", *fields[1:], ")")):
                self._connection.query(insert + ",\n".join(rows))

    def empty(self, definitions: Sequence[Definition]) -> None:
        """Take the rows out of tables that are there."""
        self._refuse_if_referred_to([definition.name for definition in definitions])
        super().empty(definitions)

    def drop(self, names: Sequence[str]) -> None:
        """Drop tables that are there, together, as they refer to each other."""
        self._refuse_if_referred_to(names)
        if names:
            self.query(f"DROP TABLE {', '.join(map(self.quoted, names))}")

    def _refuse_if_referred_to(self, names: Sequence[str]) -> None:
        """As foreign keys are not looked at, other tables that refer to these must not exist."""
        found = self.query(
            "SELECT DISTINCT table_name, referenced_table_name FROM information_schema.key_column_usage "
            "WHERE referenced_table_schema = database()"
        )
        for table, target in found:
            if target in names and table not in names:
                raise Problem(f"{self.place}: {table} refers to {target}: {REFERRED_TO}")

    def commit(self) -> None:
        """End the transaction well."""
        self._connection.commit()
        self._made.clear()

    def take_back(self) -> None:
        """Undo what was done, as far as the server still answers."""
        with suppress(pymysql.Error, OSError):
            self._connection.rollback()
            if self._made:
                self.query(f"DROP TABLE {', '.join(map(self.quoted, self._made))}")

    @classmethod
    @contextmanager
    def connect(cls, address: Address) -> Iterator[Database]:
        """A MySQL or MariaDB database."""
        url = address.url
        try:
            connection = pymysql.connect(
                host=url.host or "localhost",
                port=url.port or 3306,
                user=url.username,
                password=address.password or "",
                database=url.database,
                charset="utf8mb4",
                connect_timeout=CONNECT_SECONDS,
                init_command=SESSION,
                program_name="synth-assets",
                **address.options,
            )
        except (pymysql.Error, OSError, RuntimeError, UnicodeError) as error:
            raise Problem(
                f"cannot connect to {address.place}: {_said(address, error)}: {CANNOT_CONNECT}"
            ) from None
        with closing(connection):
            database = cls(address.place, connection)
            try:
                yield database
            except pymysql.Error as error:
                otherwise = UNFIT if isinstance(error, pymysql.IntegrityError) else UNCHANGED
                remedy = SAID.get(error.args[0] if error.args else 0, otherwise)
                raise Problem(f"{address.place}: {_said(address, error)}: {remedy}") from None
            finally:
                database.take_back()


def _said(address: Address, error: Exception) -> str:
    """The server's words without its code."""
    text = str(error.args[-1] if error.args else error) or type(error).__name__
    return address.hushed(text.splitlines()[0])


def _literals(values: pa.Array) -> pa.Array:
    """Values as SQL."""
    if pa.types.is_dictionary(values.type):
        text = _text(values.dictionary.cast(pa.string())).take(values.indices)
    elif pa.types.is_boolean(values.type):
        text = values.cast(pa.int8()).cast(pa.string())
    elif pa.types.is_integer(values.type) or pa.types.is_decimal(values.type):
        text = values.cast(pa.string())
    else:
        text = _text(values.cast(pa.string()))
    return pc.fill_null(text, scalar("NULL"))


def _text(words: pa.Array) -> pa.Array:
    return joined("'", where_needed(words, NEEDS_ESCAPES, ESCAPES), "'")


def _statements(rows: pa.Array) -> Iterator[list[str]]:
    """Rows in lists of about STATEMENT_BYTES."""
    ends = pc.cumulative_sum(pc.binary_length(rows).cast(pa.int64())).to_numpy(zero_copy_only=False)
    start = 0
    while start < len(rows):
        before = ends[start - 1] if start else 0
        stop = max(int(ends.searchsorted(before + STATEMENT_BYTES, side="right")), start + 1)
        yield rows.slice(start, stop - start).to_pylist()
        start = stop


DRIVER = MySql
