"""What every database can do here: tell what is there, make, fill, empty and drop tables, end well or not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import registry

from synth_assets.export.database_schema import Definition
from synth_assets.export.database_url import Address
from synth_assets.model.errors import Problem

Batches = Iterable[pa.RecordBatch]

WAIT_SECONDS = 5.0
"""How long another program may keep what is needed here to itself."""

UNFIT = "the published tables do not fit together, see synth-assets verify"
TWICE = "that key is there already, or twice in the published tables, see synth-assets verify"
CANNOT = "the user may not do that: grant it, or give another --url"
CANNOT_OPEN = "see that it is a file, and that you may write to it and its directory, or give another --url"
IN_USE = "another program holds it: end that, then run again"
REFERRED_TO = "other tables refer to these: drop their foreign keys first"
UNCHANGED = "nothing was changed"


def dialect_of(name: str) -> sa.Dialect:
    """SQLAlchemy's writer of SQL for a driver that gets no parameters: `%` stays `%`."""
    dialect: sa.Dialect = registry.load(name)(paramstyle="named")
    return dialect


class Database(ABC):
    """One connection in one transaction; statements that make tables belong to it."""

    kind: ClassVar[str]
    dialect: ClassVar[sa.Dialect]
    links_later: ClassVar[bool] = False
    has_decimals: ClassVar[bool] = True
    batch_rows: ClassVar[int] = 16_384
    columns_there: ClassVar[str]
    """Query for table and column of every table that is there, columns in order."""

    rows_already: ClassVar[str] = "Give --if-exists replace or append, or another --url"
    other_columns: ClassVar[str] = "Make it anew with synth-assets reset, or give another --url"
    """What to do where a table holds rows, and where it has other columns."""

    def __init__(self, place: str) -> None:
        self.place = place

    @classmethod
    @abstractmethod
    def connect(cls, address: Address) -> AbstractContextManager[Database]:
        """The database at an address, in a transaction: without `commit`, its end takes all of it back.

        Raises:
            Problem: within the context too, what the database says in one line.
        """

    @abstractmethod
    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement, and give what it answers."""

    @abstractmethod
    def insert(self, definition: Definition, batches: Batches) -> None:
        """Insert rows."""

    @abstractmethod
    def commit(self) -> None:
        """End the transaction well."""

    def quoted(self, name: str) -> str:
        """A name as SQL."""
        return self.dialect.identifier_preparer.quote(name)

    def found(self) -> dict[str, list[str]]:
        """The tables that are there, with their columns."""
        tables: dict[str, list[str]] = {}
        for table, column in self.query(self.columns_there):
            tables.setdefault(table, []).append(column)
        return tables

    def rows(self, name: str) -> int:
        """How many rows a table holds."""
        ((rows,),) = self.query(f"SELECT count(*) FROM {self.quoted(name)}")
        return int(rows)

    def prepare(
        self, schema: Sequence[Definition], missing: Sequence[Definition], full: Sequence[Definition]
    ) -> Sequence[Definition]:
        """Make missing tables, and take the rows out of full ones; gives those that are to be finished.

        Args:
            schema: all tables, each after those that it needs.
            missing, full: some of them, in the same order.
        """
        self.empty(full)
        for definition in missing:
            self.query(definition.make)
        return missing

    def finish(self, definitions: Sequence[Definition]) -> None:
        """Give tables that were made their indexes, comments and late keys."""
        for definition in definitions:
            for statement in definition.finish:
                self.query(statement)
        for definition in definitions:
            for statement in definition.links:
                self.query(statement)

    def empty(self, definitions: Sequence[Definition]) -> None:
        """Take the rows out of tables that are there."""
        for definition in reversed(definitions):
            self.query(f"DELETE FROM {self.quoted(definition.name)}")

    def drop(self, names: Sequence[str]) -> None:
        """Drop tables that are there."""
        for name in reversed(names):
            self.query(f"DROP TABLE {self.quoted(name)}")

    def check(self, definitions: Sequence[Definition]) -> None:
        """Refuse references to rows that are not there, where the database does not do so by itself."""
        for definition in definitions:
            for column, query in definition.orphans:
                for (value,) in self.query(query):
                    there = f"{definition.name}.{column} refers to {value}, which is not there"
                    raise Problem(f"{self.place}: {there}: {UNFIT}")
