"""Faults and planned decoys find their rows: in an order that is drawn, no two on one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.edits import Copy, Edit, Fault
from synth_assets.worlds.wholesale.year import Year

SHARED = {"bank_accounts", "intake_sessions"}
"""Tables whose rows several faults may change: sums."""


def placed(
    name: str,
    made: Callable[[Year, Any, list[float]], Fault | None],
    year: Year,
    subjects: Sequence[Any],
    asked: int,
    taken: set[object],
    tries: int = 1,
    first: int = 0,
) -> list[Fault]:
    """The faults or decoys of one kind; what they touch is taken. `first` is the first subject's number."""
    found: list[Fault] = []
    if not asked:
        return found
    draws = year.draws.of(name)
    order = np.argsort(draws.words("order", first + np.arange(len(subjects))), kind="stable")
    drawn = unit_draws(draws, "fault", first + len(subjects))[first:]
    for place in order.tolist():
        if len(found) == asked:
            break
        for turn in range(tries):
            fault = made(year, subjects[place], drawn[place][turn:] + drawn[place][:turn])
            if fault is None or (touched := _touched(name, fault)) & taken:
                continue
            taken |= touched
            found.append(fault)
            break
    return found


def row(table: str, **where: Any) -> object:
    """A row as an edit names it."""
    return table, tuple(sorted(where.items()))


def entity(kind: str, number: int) -> object:
    """What a fault of a kind is about."""
    return "entity", kind, number


def _touched(kind: str, fault: Fault) -> set[object]:
    """The rows that a fault touches, and what it is about."""
    rows = {row for edit in fault.edits if edit.table not in SHARED for row in _rows(edit)}
    return rows | {("subject", fault.paper or (kind, fault.entity)), entity(kind, fault.entity)}


def _rows(edit: Edit) -> Iterator[object]:
    """What an edit names, and the row that it adds: two faults may find the same number free."""
    yield row(edit.table, **edit.where)
    if isinstance(edit, Copy):
        yield edit.table, (next(iter(edit.values.items())),)
