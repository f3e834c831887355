"""Tables as SQLAlchemy's: the source document's schema for a database, as each of four databases wants it.

The metadata is for `create_all`, Alembic or queries too. Indexes are on references. A reference whose table
another column chooses has no foreign key, nor has one whose table is not among the tables given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from synth_assets.model.columns import Column
from synth_assets.model.table import Table

DIALECTS = ("sqlite", "postgresql", "mysql", "duckdb")
"""MariaDB is mysql."""

NOW = "now"
"""The default of a moment: that of the insert."""

NAMES = {"fk": "fk_%(table_name)s_%(column_0_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
"""Of constraints that are made after their table; SQLAlchemy shortens them to what a database allows."""

WORD_LENGTH = 64
"""Characters of a choice that is text."""

MYSQL_COMMENT = 1024
"""Characters that MySQL allows in a column's comment."""

TYPES: dict[str, Callable[..., sa.types.TypeEngine[Any]]] = {
    "int": sa.Integer,
    "bigint": sa.BigInteger,
    "boolean": sa.Boolean,
    "timestamp": sa.TIMESTAMP,
    "date": sa.Date,
    "text": sa.Text,
    "json": sa.JSON,
    "varchar": sa.String,
    "decimal": sa.Numeric,
    "numeric": sa.Numeric,
}
"""What a spelt type is to SQLAlchemy; `enum` is the column's choices."""


def metadata_of(tables: Sequence[Table], dialect: str) -> sa.MetaData:
    """Tables under their physical names, with types, defaults, keys, indexes and comments.

    Args:
        tables: a world's, or some of them.
        dialect: one of DIALECTS. It decides what a choice is (ENUM in MySQL, elsewhere text with a CHECK),
            how keys count up, and which foreign keys there are: DuckDB has none to a table's own rows or to
            a later table, PostgreSQL can let these wait for the end of a transaction; where it must be, one
            to a later table is added by ALTER TABLE.

    Raises:
        ValueError: an unknown dialect, or a column of a type that is not in TYPES.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect}: there are {', '.join(DIALECTS)}")
    metadata = sa.MetaData(naming_convention=NAMES)
    known = {table.name: table for table in tables}
    for table in tables:
        _add(metadata, table, known, dialect)
    return metadata


def _add(metadata: sa.MetaData, table: Table, known: Mapping[str, Table], dialect: str) -> None:
    linked = [c for c in table.columns if c.references in known and _can_be_declared(table, c, dialect)]
    indexed = [c for c in table.references if not c.physical.is_unique]
    if dialect == "mysql":  # it makes one for each foreign key by itself
        indexed = [column for column in indexed if column not in linked]
    sa.Table(
        table.physical_name,
        metadata,
        *(_column(table, column, dialect, column in indexed) for column in table.columns),
        *(_foreign_key(table, column, known[str(column.references)], dialect) for column in linked),
        comment=table.grain,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )


def _column(table: Table, column: Column, dialect: str, is_indexed: bool) -> sa.Column[Any]:
    is_key, form = column is table.key and table.has_key, _type(column, dialect)
    counts_up = is_key and isinstance(form, sa.Integer)
    if counts_up and dialect == "sqlite":
        form = sa.Integer()  # the one spelling under which SQLite counts up
    return sa.Column(
        table.physical_column(column),
        form,
        *([sa.Identity()] if counts_up and dialect == "postgresql" else []),
        primary_key=is_key,
        autoincrement=counts_up and dialect != "duckdb",
        nullable=column.nullable,
        unique=column.physical.is_unique or None,
        index=is_indexed or None,
        server_default=_default(column.physical.default, form),
        comment=comment_of(column)[:MYSQL_COMMENT],
    )


def comment_of(column: Column) -> str:
    """What a column means, with the unit of its published value."""
    return column.description + (f" Unit: {column.published_unit}." if column.published_unit else "")


def _type(column: Column, dialect: str) -> sa.types.TypeEngine[Any]:
    """The column's own spelling, else its kind's; a choice that spells none is an enum too."""
    spelt = column.physical.sql
    if column.choices and (not spelt or spelt.startswith("enum")):
        is_native, length = dialect == "mysql", max(WORD_LENGTH, *map(len, column.choices))
        return sa.Enum(*column.choices, native_enum=is_native, create_constraint=not is_native, length=length)
    if not spelt and column.kind == "moment" and dialect == "mysql":
        return mysql.DATETIME()  # its TIMESTAMP ends in 2038 and moves with the reader's time zone
    parsed = re.fullmatch(r"(\w+)(?:\(([\d, ]+)\))?", (spelt or column.form.sql).lower())
    if not parsed or parsed[1] not in TYPES:
        raise ValueError(f"{column.name}: unknown type {spelt}: there are enum, {', '.join(TYPES)}")
    if parsed[1] == "timestamp" and dialect == "mysql":
        return (
            mysql.TIMESTAMP()
        )  # Dagster, where it is imported, has the general one compiled as TIMESTAMP(6)
    return TYPES[parsed[1]](*(int(number) for number in (parsed[2] or "").split(",") if number))


def _default(default: str, form: sa.types.TypeEngine[Any]) -> Any:
    """A default as SQL; text is quoted by SQLAlchemy."""
    if not default:
        return None
    if default == NOW:
        return sa.func.current_timestamp()
    if isinstance(form, sa.Boolean):
        return sa.true() if default.lower() in ("true", "1") else sa.false()
    return sa.text(default) if isinstance(form, sa.Integer | sa.Numeric) else default


def _can_be_declared(table: Table, column: Column, dialect: str) -> bool:
    return dialect != "duckdb" or not _is_circular(table, column)


def _is_circular(table: Table, column: Column) -> bool:
    """Whether the row that a reference points to may come later."""
    return column.is_deferred or column.references == table.name


def _foreign_key(table: Table, column: Column, target: Table, dialect: str) -> sa.ForeignKeyConstraint:
    can_wait = _is_circular(table, column) and dialect == "postgresql"
    return sa.ForeignKeyConstraint(
        [table.physical_column(column)],
        [f"{target.physical_name}.{target.physical_column(target.key)}"],
        use_alter=column.is_deferred and dialect != "sqlite",
        deferrable=True if can_wait else None,
        initially="IMMEDIATE" if can_wait else None,
    )
