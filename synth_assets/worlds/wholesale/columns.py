"""Columns as the ERP's database spells them: `model.columns` with the types that its schema has.

A key is called `id` there, and is named after its table here; so are the references to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synth_assets.model import columns
from synth_assets.model.columns import Column, Physical

NOW = "now"
"""A timestamp's default: the moment of the insert."""


def row_id(name: str, description: str) -> Column:
    """A table's key, counted up from 1."""
    return replace(columns.identifier(name, "", description), physical=Physical("id", "int"))


def refers(
    table: str,
    name: str,
    description: str,
    physical: str = "",
    nullable: bool = False,
    is_deferred: bool = False,
    is_unique: bool = False,
) -> Column:
    """A row of a table."""
    column = Column(
        name, "integer_reference", description, nullable=nullable, references=table, is_deferred=is_deferred
    )
    return replace(column, physical=Physical(physical, "int", is_unique=is_unique))


def refers_to_any(
    name: str, chosen_by: str, targets: Mapping[str, str], description: str, physical: str = "", **more: Any
) -> Column:
    """A row of one of several tables; the column `chosen_by` says of which."""
    column = columns.reference_to_any(name, chosen_by, targets, description, **more)
    return replace(column, physical=Physical(physical, "int"))


def money(name: str, description: str, sql: str = "decimal(15,2)", default: str = "", **more: Any) -> Column:
    """An amount of US dollars, in whole cents."""
    return replace(columns.money(name, description, **more), physical=Physical("", sql, default))


def quantity(
    name: str,
    description: str,
    sql: str = "varchar(20)",
    default: str = "",
    unit: str = "lb or cases",
    **more: Any,
) -> Column:
    """An amount of goods, in ten-thousandths."""
    column = columns.quantity(name, description, unit=unit, **more)
    return replace(column, physical=Physical("", sql, default))


def rate(name: str, description: str, sql: str = "decimal(5,2)", default: str = "", **more: Any) -> Column:
    """A percentage with two decimals."""
    return replace(columns.rate(name, description, **more), physical=Physical("", sql, default))


def decimal(name: str, description: str, sql: str = "decimal(5,2)", default: str = "", **more: Any) -> Column:
    """A number with two decimals."""
    return replace(columns.decimal(name, description, **more), physical=Physical("", sql, default))


def count(name: str, description: str, default: str = "", physical: str = "", **more: Any) -> Column:
    """A whole number."""
    return replace(columns.count(name, description, **more), physical=Physical(physical, "int", default))


def flag(
    name: str, description: str, sql: str = "boolean", default: str = "", physical: str = "", **more: Any
) -> Column:
    """True or false; 1 or 0 in the older tables, whose type is "int"."""
    return replace(columns.flag(name, description, **more), physical=Physical(physical, sql, default))


def day(name: str, description: str, physical: str = "", **more: Any) -> Column:
    """A calendar day."""
    return replace(columns.day(name, description, **more), physical=Physical(physical, "date"))


def moment(name: str, description: str, default: str = "", physical: str = "", **more: Any) -> Column:
    """A point in time."""
    return replace(
        columns.moment(name, description, **more), physical=Physical(physical, "timestamp", default)
    )


def choice(
    name: str,
    choices: tuple[str, ...],
    description: str,
    sql: str = "",
    default: str = "",
    physical: str = "",
    **more: Any,
) -> Column:
    """One of a few words: an enum, or a varchar where `sql` says so."""
    column = columns.choice(name, choices, description, **more)
    spelt = sql or f"enum({','.join(map(repr, choices))})"
    return replace(column, physical=Physical(physical, spelt, default))


def text(
    name: str,
    description: str,
    sql: str = "text",
    default: str = "",
    physical: str = "",
    is_unique: bool = False,
    **more: Any,
) -> Column:
    """Free text."""
    return replace(
        columns.text(name, description, **more), physical=Physical(physical, sql, default, is_unique)
    )


def json(name: str, description: str, physical: str = "", **more: Any) -> Column:
    """A JSON value."""
    return replace(columns.json(name, description, **more), physical=Physical(physical, "json"))


CREATED_AT = moment("created_at", "When the row was made.", NOW)
UPDATED_AT = moment("updated_at", "When the row was last changed.", NOW)
CREATED_AT_OPTIONAL, UPDATED_AT_OPTIONAL = (
    replace(column, nullable=True) for column in (CREATED_AT, UPDATED_AT)
)
"""The same in tables whose schema does not demand them; they are always there."""
