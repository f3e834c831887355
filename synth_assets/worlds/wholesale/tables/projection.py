"""A table of the ERP: columns, and a function that gives its rows from the books."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from inspect import Signature, signature
from typing import Any, NamedTuple

import pyarrow as pa

from synth_assets.model.columns import Column, state
from synth_assets.model.table import Rule, Table, arrow_rows, as_it_is
from synth_assets.worlds.wholesale.course import Course
from synth_assets.worlds.wholesale.edits import Row
from synth_assets.worlds.wholesale.year import Year

__all__ = ["AsOf", "Life", "Projection", "Row", "projection"]

DAYS = "days"
"""Parameter of the functions whose rows can be had of some days alone."""


class Life(NamedTuple):
    """A row that later days change.

    Attributes:
        came: the first day of the books on which it is there.
        changes: days that may make another of it, in any order; all that do are among them.
        on: gives the row as it stands on the evening of a day.
    """

    came: int
    changes: Iterable[int]
    on: Callable[[int], Row]


class AsOf:
    """What the tables of a history are made of.

    Attributes:
        day: the last day, from 0.
        days: those whose rows are wanted; None for all.
        courses: by table, what is known of its rows without the books.
    """

    def __init__(
        self,
        day: int,
        read: Callable[[], Year],
        days: range | None = None,
        courses: Mapping[str, Course] | None = None,
    ) -> None:
        self.day, self.days, self.courses, self._read = day, days, courses or {}, read

    @cached_property
    def books(self) -> Year:
        """The books by that day: they are read once they are asked for."""
        return self._read()

    def known(self, name: str) -> pa.Table | None:
        """A table's rows, where its course is known."""
        course = self.courses.get(name)
        return None if course is None else course.on(self.day)


class Projection:
    """What makes a table's rows: called as `Table.generate` is, with the books or `AsOf` as `facts`."""

    def __init__(
        self, name: str, columns: Sequence[Column], rows: Callable[..., Iterable[Row | Life]], came: str
    ) -> None:
        self.name, self.columns = name, columns
        self._came = [column.name for column in columns].index(came)
        self._parameters = signature(rows).parameters
        self.__wrapped__, self.__doc__ = rows, rows.__doc__
        self.__signature__ = Signature([of for of in self._parameters.values() if of.name != DAYS])

    def __call__(self, **given: Any) -> pa.Table:
        """The rows by the last day of the books."""
        facts: Year | AsOf = given.pop("facts")
        if isinstance(facts, Year):
            books, days = facts, None
        elif (known := facts.known(self.name)) is not None:
            return known
        else:
            books, days = facts.books, facts.days
        found = self._by(books, self.rows(books.planned, days, **given))
        return arrow_rows(self.columns, books.edits.applied(self.name, self.columns, found))

    def rows(self, books: Year, days: range | None, **given: Any) -> Iterable[Row | Life]:
        """The rows of planned books, before any fault; of some days, or of all."""
        given["facts"] = books
        given[DAYS] = range(books.window.length) if days is None else days
        return self.__wrapped__(**{name: given[name] for name in self._parameters})

    def _by(self, books: Year, rows: Iterable[Row | Life]) -> list[Row]:
        """The rows that are there on the last day of some books, as they stand on its evening."""
        day, came = books.last_day, self._came
        end = books.seconds(day + 1, 0) if books.config.grows else math.inf
        return [
            row.on(day) if isinstance(row, Life) else row
            for row in rows
            if (row.came <= day if isinstance(row, Life) else end is math.inf or row[came] < end)
        ]

    def course(self, books: Year, since: int, days: range | None, **given: Any) -> Course:
        """The rows as they come and change from a day on, until the last day of the books, which is that of
        what is planned; of some days, or of all."""
        of_row = books.edits.of_rows(self.name, self.columns)
        found: list[tuple[int, Row]] = []
        for row in self.rows(books.planned, days, **given):
            life = row if isinstance(row, Life) else _unchanging(row, books.day_of(row[self._came]))
            first, stands = max(life.came, since), life.on
            changes = {day for day in life.changes if first < day <= books.last_day}
            if edits := of_row and of_row(stands(first)):
                changes |= {day for day in edits.days if first < day <= books.last_day}
            before: Sequence[Row] = ()
            for day in (first, *sorted(changes)):
                now = edits.on(day, stands(day)) if edits else [stands(day)]
                found += [(day, row) for row in now if row not in before]
                before = now
        if of_row:
            found.sort(key=lambda standing: (standing[1][0], standing[0]))
        return Course.of(
            arrow_rows(self.columns, (row for _, row in found)),
            keys=[row[0] for _, row in found],
            came=[day for day, _ in found],
        )


def _unchanging(row: Row, came: int) -> Life:
    """A row that stands as it came."""
    return Life(came, (), lambda _: row)


def projection(
    name: str,
    grain: str,
    columns: Sequence[Column],
    rows: Callable[..., Iterable[Row | Life]],
    subject: str,
    physical: str = "",
    naming: Callable[[str], str] = as_it_is,
    rules: Sequence[Rule] = (),
    states: Sequence[str] = (),
    came: str = "created_at",
) -> Table:
    """A table whose rows are tuples in the order of its columns, see `arrow_rows`.

    Args:
        name, grain, columns, subject, naming, rules: as in `Table`.
        rows: gives the rows from planned books, before any fault: those of a history also to come, whatever
            as_of is. A row that later days change is a `Life`. Its parameters are those of `Table.generate`,
            `facts` among them, and `days` where it gives those of some days alone.
        physical: the table's name in the ERP's database, where it is another.
        states: names of the columns that later days may change, beside `updated_at`.
        came: name of the column that says when a row came that is no `Life`.
    """
    changing = {*states, "updated_at"}
    columns = [state(column) if column.name in changing else column for column in columns]
    return Table(
        name, grain, tuple(columns), Projection(name, columns, rows, came), rules=tuple(rules),
        subject=subject, physical=physical or None, naming=naming,
    )  # fmt: skip
