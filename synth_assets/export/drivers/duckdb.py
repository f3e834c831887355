"""DuckDB, from Arrow as it is.

It has no foreign key to a table's own rows or to a later table; `check` looks for orphans there. It takes no
row out of a table in the transaction that took those out which refer to it, so tables are emptied by being
made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from synth_assets.export.database_schema import Definition
from synth_assets.export.database_url import Address
from synth_assets.export.drivers.database import (
    CANNOT_OPEN,
    REFERRED_TO,
    TWICE,
    UNCHANGED,
    UNFIT,
    Batches,
    Database,
    dialect_of,
)
from synth_assets.model.errors import Problem, first_line

ROWS = "synth_assets_rows"
"""How the rows to insert are called for a moment."""

REMEDIES = {
    "main key table": REFERRED_TO,
    "Cannot open file": CANNOT_OPEN,
    "Could not read from file": CANNOT_OPEN,
}
"""What to do, by words of what DuckDB says."""


class DuckDb(Database):
    """A DuckDB file; its SQL is much like PostgreSQL's."""

    kind = "duckdb"
    dialect = dialect_of("postgresql")
    batch_rows = 131_072
    columns_there = (
        "SELECT t.table_name, c.column_name FROM duckdb_tables() t JOIN duckdb_columns() c USING (table_oid) "
        "WHERE t.database_name = current_database() AND t.schema_name = current_schema() "
        "AND c.database_name = t.database_name AND NOT t.internal ORDER BY table_oid, c.column_index"
    )
    rows_already = other_columns = "Remove the file, or give another --url"

    def __init__(self, place: str, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(place)
        self._connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement, and give what it answers."""
        return self._connection.execute(sql).fetchall()

    def insert(self, definition: Definition, batches: Batches) -> None:
        """Insert rows."""
        columns = ", ".join(map(self.quoted, definition.names))
        for batch in batches:
            self._connection.register(ROWS, pa.Table.from_batches([batch]))
            self.query(f"INSERT INTO {self.quoted(definition.name)} ({columns}) SELECT * FROM {ROWS}")
            self._connection.unregister(ROWS)

    def prepare(
        self, schema: Sequence[Definition], missing: Sequence[Definition], full: Sequence[Definition]
    ) -> Sequence[Definition]:
        """Make missing tables, and full ones again; gives those that are to be finished."""
        self.drop([definition.name for definition in full])
        made = [definition for definition in schema if definition in missing or definition in full]
        return super().prepare(schema, made, [])

    def commit(self) -> None:
        """End the transaction well."""
        self.query("COMMIT")

    @classmethod
    @contextmanager
    def connect(cls, address: Address) -> Iterator[Database]:
        """The database in a file, which is made where there is none."""
        file = address.file
        if not file.parent.is_dir():
            raise Problem(f"{file.parent} is not a directory: make it, or give another --url")
        try:
            with closing(duckdb.connect(str(file))) as connection:
                connection.execute("SET enable_progress_bar = false")  # it would be on stdout
                connection.execute("BEGIN")
                yield cls(address.place, connection)
        except duckdb.ConstraintException as error:
            said = _said(error)
            raise Problem(f"{file}: {said}: {TWICE if 'duplicate key' in said.lower() else UNFIT}") from None
        except duckdb.Error as error:
            said = _said(error)
            if "Could not set lock" in said:
                raise Problem(f"{file} is in use by another program: end that, then run again") from None
            if "not a valid DuckDB" in said:
                raise Problem(f"{file} is not a DuckDB database: give another --url") from None
            remedy = next((what for words, what in REMEDIES.items() if words in said), UNCHANGED)
            raise Problem(f"{file}: {said}: {remedy}") from None


def _said(error: BaseException) -> str:
    return first_line(error).partition(". If this")[0].removeprefix("Constraint Error: ").rstrip(".")


DRIVER = DuckDb
