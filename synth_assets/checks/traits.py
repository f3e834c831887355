"""What is asked of the rows of a table to see what they hold.

A choice, the cents of an amount, the weekday of a day, the days from one date to the next, how many rows
refer to it: the traits of a row follow from the declaration of its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from synth_assets.checks.fault_chains import Link, number_sql
from synth_assets.model.calendar import federal_holidays
from synth_assets.model.columns import Column
from synth_assets.model.table import Table

FEWEST = 5
"""Faults that hold a value, at least."""

HOLIDAYS_SQL = f"""
    CREATE OR REPLACE TEMP TABLE holidays AS SELECT unnest([{
    ", ".join(f"DATE '{day}'" for year in range(2000, 2051) for day in sorted(federal_holidays(year)))
}]) AS day
"""
"""The statement that makes the table which `traits_sql` finds holidays in."""

NUMBERS = ("count", "rate", "decimal")
AMOUNTS = ("money", "quantity")
DATES = ("day", "moment")
WORDS = ("choice", "flag", *NUMBERS)
"""Kinds of columns of which every value is compared."""


class Trait(NamedTuple):
    """What is asked of the rows of a table.

    Attributes:
        name: what results and declarations call it: its column's name, and what is asked of it.
        sql: an expression over `own`, the row; `up_<column>`, the row that a reference points to; and
            `of_<table>_<column>`, what is counted of the rows that refer to it.
        has_range: whether the smallest and the largest value are compared, not every value.
    """

    name: str
    sql: str
    has_range: bool = False


def traits(table: Table, links: Sequence[Link]) -> list[Trait]:
    """Everything that is asked of the rows of a table."""
    asked = [trait for column in table.columns for trait in _of_column(column)]
    days = [(column.name, f"own.{column.name}") for column in _dated(table)]
    for (first, before), (second, after) in combinations(days, 2):
        asked.append(_lag(second, after, first, before))
    for child, column, parent in links:
        if child is table:
            asked += [
                _lag(name, day, f"{parent.name}.{other.name}", f"up_{column.name}.{other.name}")
                for name, day in days
                for other in _dated(parent)
            ]
    for link in links:
        if link.parent is table:
            label = f"{link.child.name}.{link.column.name}"
            asked.append(Trait(f"{label} rows", f"coalesce({link.counted}.members, 0)"))
            if not link.child.key.is_reference:
                asked.append(Trait(f"{label} holes", f"{link.counted}.holes"))
    return asked


def _of_column(column: Column) -> Iterator[Trait]:
    name, own, kind = column.name, f"own.{column.name}", column.kind
    if kind in WORDS or (kind == "text" and column.repeats):
        yield Trait(name, own)
    elif column.nullable:
        yield Trait(f"{name} empty", f"{own} IS NULL")
    if kind in (*NUMBERS, *AMOUNTS, *DATES):
        yield Trait(f"{name} range", own, has_range=True)
    if kind in AMOUNTS:
        yield Trait(f"{name} last two digits", f"abs({own}) % 100")
    if kind in DATES:
        day = f"CAST({own} AS DATE)"
        sql = f"CASE WHEN {day} IN (FROM holidays) THEN 'holiday' ELSE dayname({day}) END"
        yield Trait(f"{name} weekday", sql)
    if kind == "moment":
        yield Trait(f"{name} hour", f"hour({own})")
        yield Trait(f"{name} second", f"second({own})")


def _dated(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind in DATES]


def _lag(name: str, later: str, other: str, earlier: str) -> Trait:
    return Trait(f"{name} days after {other}", f"date_diff('day', {earlier}, {later})", has_range=True)


def traits_sql(table: Table, asked: Sequence[Trait], links: Sequence[Link]) -> str:
    """The query for the rows of a table: kind and label, empty for sound rows, and each trait."""
    used = " ".join(trait.sql for trait in asked)
    joins = [f"LEFT JOIN fault_{table.name} AS fault ON own.{table.key.name} = fault.key"]
    for child, column, parent in links:
        up = f"up_{column.name}"
        if child is table and f"{up}." in used:
            joins.append(f"LEFT JOIN {parent.name} AS {up} ON own.{column.name} = {up}.{parent.key.name}")
    for link in links:
        if link.parent is table:
            counted = f"({_counted_sql(link)}) AS {link.counted}"
            joins.append(f"LEFT JOIN {counted} ON {link.counted}.key = own.{table.key.name}")
    columns = ["fault.kind", "fault.label", *(f"{trait.sql} AS t{i}" for i, trait in enumerate(asked))]
    return f"SELECT {', '.join(columns)} FROM {table.name} AS own {' '.join(joins)}"


def _counted_sql(link: Link) -> str:
    """For each row referred to, how many rows refer to it, and how many numbers lack between theirs."""
    key = link.child.key
    holes = "NULL" if key.is_reference else f"max({number_sql(key)}) - min({number_sql(key)}) + 1 - count(*)"
    return (
        f"SELECT own.{link.column.name} AS key, count(*) AS members, {holes} AS holes "
        f"FROM {link.child.name} AS own GROUP BY own.{link.column.name}"
    )
