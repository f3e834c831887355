"""Edits: what a fault changes in the papers. The journal stays true, so the clean twin is the same journal.

An edit names rows by the values of some columns, as an SQL condition would, and is in place from the day
`since` of the books on: a row that it adds comes in the year of the one that it repeats. It is data, so that
what is planned of a history can be kept in a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

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


class Stated(NamedTuple):
    """A value that follows from the books, as they stand on their last day."""

    of: Callable[[Any], Any]


class Change(NamedTuple):
    """Rows hold other values: plain ones, `Stated`, or what makes them of the value that was there.

    That is `Plus`, `Less` or `Only`, or a class of its own, which `kept.CLASSES` lists.
    """

    table: str
    where: Where
    values: Mapping[str, Any]
    since: int = 0


class Remove(NamedTuple):
    """Rows are not there."""

    table: str
    where: Where
    since: int = 0


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
    """The edits of all faults, by table, as far as they are in place on the last day of some books."""

    def __init__(self, edits: Iterable[Edit] = (), year: Any = None) -> None:
        self._of_table: dict[str, dict[tuple[str, ...], dict[Row, list[Edit]]]] = {}
        for edit in edits:
            if edit.since > year.last_day:
                continue
            if not isinstance(edit, Remove):
                edit = edit._replace(values=_as_stated(edit.values, year))
            names = tuple(sorted(edit.where))
            of_names = self._of_table.setdefault(edit.table, {}).setdefault(names, defaultdict(list))
            of_names[tuple(edit.where[name] for name in names)].append(edit)

    def applied(self, table: str, columns: Sequence[Column], rows: Iterable[Row]) -> Iterable[Row]:
        """A table's rows with its edits, in order of their keys, which come first."""
        of_table = self._of_table.get(table)
        return rows if of_table is None else _applied(of_table, columns, rows)


def _as_stated(values: Mapping[str, Any], year: Any) -> dict[str, Any]:
    """Values of an edit, those that follow from the books in place of what says how."""
    return {name: value.of(year) if isinstance(value, Stated) else value for name, value in values.items()}


def _applied(
    of_table: dict[tuple[str, ...], dict[Row, list[Edit]]], columns: Sequence[Column], rows: Iterable[Row]
) -> list[Row]:
    place = {column.name: i for i, column in enumerate(columns)}
    lookups = [([place[name] for name in names], found) for names, found in of_table.items()]
    applied: list[Row] = []
    for row in rows:
        edits = [edit for places, found in lookups for edit in found.get(tuple(row[i] for i in places), ())]
        applied += [_changed(row, place, edit.values) for edit in edits if isinstance(edit, Copy)]
        if any(isinstance(edit, Remove) for edit in edits):
            continue
        for edit in edits:
            if isinstance(edit, Change):
                row = _changed(row, place, edit.values)
        applied.append(row)
    return sorted(applied, key=itemgetter(0))


def _changed(row: Row, place: Mapping[str, int], values: Mapping[str, Any]) -> Row:
    cells = list(row)
    for name, value in values.items():
        cells[place[name]] = value(cells[place[name]]) if callable(value) else value
    return tuple(cells)
