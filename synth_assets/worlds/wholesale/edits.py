"""Edits: what a fault changes in the papers. The journal stays true, so the clean twin is the same journal.

An edit names rows by the values of some columns, as an SQL condition would, and is in place from the day
`since` of the books on: a row that it adds comes in the year of the one that it repeats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from synth_assets.model.columns import Column
from synth_assets.model.manifest import VERY_HARD

Row = tuple[Any, ...]
Where = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plus:
    """What was there, and so much more."""

    more: int

    def __call__(self, old: int) -> int:
        """The new value."""
        return old + self.more


@dataclass(frozen=True, slots=True)
class Less:
    """What was there without a part; 0 stays 0."""

    part: int

    def __call__(self, old: int) -> int:
        """The new value."""
        return old - self.part if old else 0


@dataclass(frozen=True, slots=True)
class Only:
    """That part of what was there; 0 stays 0."""

    part: int

    def __call__(self, old: int) -> int:
        """The new value."""
        return self.part if old else 0


class OfBooks(Protocol):
    """What follows from the books on a day."""

    def __call__(self, books: Any, day: int) -> Any:
        """The value on the evening of a day."""
        ...

    def changes(self, books: Any) -> int:
        """The day from which on it is another."""
        ...


class Stated(NamedTuple):
    """A value that follows from the books and a day, see `OfBooks`."""

    of: OfBooks


class Change(NamedTuple):
    """Rows hold other values: plain ones, `Stated`, or what makes them of the value that was there, as
    `Plus`, `Less` and `Only` do."""

    table: str
    where: Where
    values: Mapping[str, Any]
    since: int = 0


class Remove(NamedTuple):
    """Rows are not there, on no day."""

    table: str
    where: Where

    @property
    def since(self) -> int:
        """The first day."""
        return 0


class Copy(NamedTuple):
    """A row is there twice: the second has other values, of which the first is its own key."""

    table: str
    where: Where
    values: Mapping[str, Any]
    since: int = 0


Edit = Change | Remove | Copy


class Fault(NamedTuple):
    """One fault.

    Attributes:
        entity, related: numbers of the row at fault and of the one that it disagrees with.
        expected, actual: hundredths of what the label compares.
        at_risk_cents: money that is misstated.
        edits: what it changes.
        difficulty: TRIVIAL to VERY_HARD; VERY_HARD where no view of `detection.sql` shows it.
        paper: what kind of paper of the ledger is misstated, and which; None for none.
        column: where it is wrong, as table.column; "" where the kind says it.
        shown_on: the first day of the books on which the tables show it; -1 for its subject's.
    """

    entity: int
    related: int
    expected: int
    actual: int
    at_risk_cents: int
    edits: list[Edit]
    difficulty: int = VERY_HARD
    paper: tuple[str, int] | None = None
    column: str = ""
    shown_on: int = -1


class Edits:
    """The edits of all faults, by table.

    Attributes:
        books: those from which values follow; the edits that are in place on their last day count.
    """

    def __init__(self, edits: Iterable[Edit] = (), books: Any = None) -> None:
        self.books = books
        self._of_table: dict[str, dict[tuple[str, ...], dict[Row, list[Edit]]]] = {}
        for edit in edits:
            if edit.since > books.last_day:
                continue
            names = tuple(sorted(edit.where))
            of_names = self._of_table.setdefault(edit.table, {}).setdefault(names, defaultdict(list))
            of_names[tuple(edit.where[name] for name in names)].append(edit)

    def applied(self, table: str, columns: Sequence[Column], rows: Iterable[Row]) -> Iterable[Row]:
        """A table's rows with its edits, in order of their keys, which come first."""
        of_row = self.of_rows(table, columns)
        if of_row is None:
            return rows
        day = self.books.last_day
        return sorted((new for row in rows for new in of_row(row).on(day, row)), key=itemgetter(0))

    def of_rows(self, table: str, columns: Sequence[Column]) -> Callable[[Row], RowEdits] | None:
        """A function that gives the edits of a row of a table; None where it has none."""
        if table not in self._of_table:
            return None
        place = {column.name: i for i, column in enumerate(columns)}
        lookups = [([place[name] for name in names], of) for names, of in self._of_table[table].items()]

        def of_row(row: Row) -> RowEdits:
            edits = [edit for places, of in lookups for edit in of.get(tuple(row[i] for i in places), ())]
            return RowEdits(edits, place, self.books)

        return of_row


class RowEdits(NamedTuple):
    """The edits of one row.

    Attributes:
        edits: in the order in which they are made.
        place: of each column, by name.
        books: those from which values follow.
    """

    edits: list[Edit]
    place: Mapping[str, int]
    books: Any

    @property
    def days(self) -> list[int]:
        """The days on which an edit, or a value that follows from the books, makes another row."""
        stated = (
            value.of.changes(self.books)
            for edit in self.edits
            if not isinstance(edit, Remove)
            for value in edit.values.values()
            if isinstance(value, Stated)
        )
        return [*(edit.since for edit in self.edits), *stated]

    def on(self, day: int, row: Row) -> list[Row]:
        """What is there in place of the row on the evening of a day."""
        edits = [edit for edit in self.edits if edit.since <= day]
        made = [self._changed(row, edit.values, day) for edit in edits if isinstance(edit, Copy)]
        if any(isinstance(edit, Remove) for edit in edits):
            return made
        for edit in edits:
            if isinstance(edit, Change):
                row = self._changed(row, edit.values, day)
        return [*made, row]

    def _changed(self, row: Row, values: Mapping[str, Any], day: int) -> Row:
        cells = list(row)
        for name, value in values.items():
            if isinstance(value, Stated):
                value = value.of(self.books, day)
            cells[self.place[name]] = value(cells[self.place[name]]) if callable(value) else value
        return tuple(cells)
