"""What stands in a database: each table's statements, and its values as its types want them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy import schema

from synth_assets.derive.sqlalchemy_tables import metadata_of
from synth_assets.export.text import as_text
from synth_assets.model.columns import Column
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World

Form = sa.types.TypeEngine[Any]


@dataclass(frozen=True)
class Definition:
    """A table of a world as it stands in a database.

    Attributes:
        table: the world's.
        name: in the database.
        columns: the world's columns in the database's order, each with its name and its type there.
        make: the statement that makes it.
        finish: what follows when it stands: indexes and comments.
        links: what follows when all tables stand: the foreign keys that `make` does not hold.
        orphans: for each reference its column and a query for a value which is no row's key.
        values: by column of the world's table, what stands there instead: a function of some rows, and the
            columns that it reads.
    """

    table: Table
    name: str
    columns: tuple[tuple[Column, str, Form], ...]
    make: str
    finish: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    orphans: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, tuple[Callable[[pa.Table], pa.ChunkedArray], tuple[str, ...]]] = field(
        default_factory=dict
    )

    @property
    def names(self) -> list[str]:
        """The columns' names there."""
        return [name for _, name, _ in self.columns]


def definitions_of(
    world: World, kind: str, dialect: sa.Dialect, links_later: bool = False
) -> list[Definition]:
    """The tables of a world, each after those that it needs.

    Args:
        world: any; in SQLite one with a document's schema (`World.database`) has the tables of that alone.
        kind: a dialect of `metadata_of`.
        dialect: writes the statements.
        links_later: whether every foreign key is made when the rows are there.
    """
    metadata = metadata_of(world.tables, kind)
    found = []
    for table in world.tables:
        made = metadata.tables[table.physical_name]
        keys = made.foreign_key_constraints
        later = {key for key in keys if dialect.supports_alter and (links_later or key.use_alter)}
        create = schema.CreateTable(made, include_foreign_key_constraints=list(keys - later))
        found.append(
            Definition(
                table,
                made.name,
                tuple(
                    (column, there.name, there.type)
                    for column, there in zip(table.columns, made.columns, strict=True)
                ),
                _sql(create, dialect),
                tuple(_sql(statement, dialect) for statement in _finish(made, dialect)),
                tuple(_sql(schema.AddConstraint(key, isolate_from_table=False), dialect) for key in later),
                tuple(_orphans(world, table, dialect)),
            )
        )
    return _of_document(world, found) if kind == "sqlite" and world.database else found


def _sql(statement: schema.ExecutableDDLElement, dialect: sa.Dialect) -> str:
    return str(statement.compile(dialect=dialect)).strip()


def _finish(made: sa.Table, dialect: sa.Dialect) -> Iterator[schema.ExecutableDDLElement]:
    for index in made.indexes:
        yield schema.CreateIndex(index)
    if dialect.supports_comments and not dialect.inline_comments:
        yield schema.SetTableComment(made)
        for column in made.columns:
            yield schema.SetColumnComment(column)


def _orphans(world: World, table: Table, dialect: sa.Dialect) -> Iterator[tuple[str, str]]:
    quoted = dialect.identifier_preparer.quote
    known = {target.name: target for target in world.tables}
    for column in table.columns:
        target = known.get(column.references or "")
        if target:
            name, key = table.physical_column(column), quoted(target.physical_column(target.key))
            yield (
                name,
                f"SELECT a.{quoted(name)} FROM {quoted(table.physical_name)} a "
                f"LEFT JOIN {quoted(target.physical_name)} b ON b.{key} = a.{quoted(name)} "
                f"WHERE a.{quoted(name)} IS NOT NULL AND b.{key} IS NULL LIMIT 1",
            )


def _of_document(world: World, derived: list[Definition]) -> list[Definition]:
    """What the document's own SQL makes, as SQLite itself says in an empty database."""
    known = {definition.name: definition for definition in derived}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(world.text(world.database or ""))
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
        found = []
        for name, statement in made.fetchall():
            columns = {column: (of, column, form) for of, column, form in known[name].columns}
            names = connection.execute("SELECT name FROM pragma_table_info(?)", [name]).fetchall()
            there = tuple(columns[column] for (column,) in names)
            table = known[name].table
            values = {
                column: said for (of, column), said in world.database_values.items() if of == table.name
            }
            found.append(Definition(table, name, there, statement, values=values))
        return found


def batches_of(
    definition: Definition, parts: Iterable[pa.Table], rows: int, has_decimals: bool = True
) -> Iterator[pa.RecordBatch]:
    """A table's rows as its types want them, so many at a time.

    Amounts are decimals, or decimal text where the column is text; moments are in seconds, UTC without a
    zone; flags are numbers where the column is one.

    Args:
        definition: the table.
        parts: its stored rows.
        rows: most rows of a batch.
        has_decimals: whether the database has them. Without, amounts are the nearest floating numbers.

    Raises:
        Problem: a value that its column cannot hold exactly.
    """
    for part in parts:
        for batch in _said(definition, part).to_batches(rows):
            arrays = []
            for (column, name, form), values in zip(definition.columns, batch.columns, strict=True):
                try:
                    arrays.append(_physical(column, form, values, has_decimals))
                except pa.ArrowInvalid as error:
                    place = f"{definition.name}.{name}"
                    raise Problem(
                        f"{place} cannot hold what is in {column.name}: {error}: see synth-assets verify"
                    ) from None
            yield pa.RecordBatch.from_arrays(arrays, names=definition.names)


def _said(definition: Definition, part: pa.Table) -> pa.Table:
    """The columns that stand there, of some rows."""
    said = part.select([column.name for column, _, _ in definition.columns])
    for name, (values, read) in definition.values.items():
        said = said.set_column(said.column_names.index(name), name, values(part.select(read)))
    return said


def _physical(column: Column, form: Form, values: pa.Array, has_decimals: bool) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        return values
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("s"))
    if pa.types.is_boolean(values.type) and not isinstance(form, sa.Boolean):
        return values.cast(pa.int8())
    if column.form.places is None:
        return values
    if isinstance(form, sa.String):
        return as_text(column, values)
    if has_decimals:
        precision, scale = getattr(form, "precision", None), getattr(form, "scale", None)
        return as_text(column, values).cast(pa.decimal128(precision or 18, scale or 0))
    unit = column.form.stored_per_published
    return values if unit == 1 else pc.divide(values.cast(pa.float64()), float(unit))
