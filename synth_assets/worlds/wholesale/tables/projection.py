"""A table of the ERP: columns, and a function that gives its rows from the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import Signature, signature
from typing import Any, NamedTuple

import pyarrow as pa

from synth_assets.model.columns import Column, state
from synth_assets.model.table import Rule, Table, arrow_rows, as_it_is
from synth_assets.worlds.wholesale.edits import Row
from synth_assets.worlds.wholesale.year import Year

__all__ = ["OfDays", "Row", "projection"]

DAYS = "days"
"""Parameter of the functions whose rows can be had of some days alone."""


class OfDays(NamedTuple):
    """The books, for the rows of some days alone: those of a year."""

    year: Year
    days: range


def projection(
    name: str,
    grain: str,
    columns: Sequence[Column],
    rows: Callable[..., Iterable[Row]],
    subject: str,
    physical: str = "",
    naming: Callable[[str], str] = as_it_is,
    rules: Sequence[Rule] = (),
    states: Sequence[str] = (),
) -> Table:
    """A table whose rows are tuples in the order of its columns, see `arrow_rows`.

    Args:
        name, grain, columns, subject, naming, rules: as in `Table`.
        rows: gives the rows as the books have them, before any fault; its parameters are those of
            `Table.generate`, `facts` among them, and `days` where it gives those of some days alone.
        physical: the table's name in the ERP's database, where it is another.
        states: names of the columns that later days may change, beside `updated_at`.
    """
    changing = {*states, "updated_at"}
    columns = [state(column) if column.name in changing else column for column in columns]
    parameters = signature(rows).parameters

    @wraps(rows)
    def generate(**given: Any) -> pa.Table:
        books = given["facts"]
        if isinstance(books, OfDays):
            books, given[DAYS] = books
        elif DAYS in parameters:
            given[DAYS] = range(books.window.length)
        found = rows(**given | {"facts": books})
        return arrow_rows(columns, books.edits.applied(name, columns, found))

    generate.__signature__ = Signature(  # type: ignore[attr-defined]
        [of for of in parameters.values() if of.name != DAYS]
    )
    return Table(
        name, grain, tuple(columns), generate, rules=tuple(rules), subject=subject, physical=physical or None,
        naming=naming,
    )  # fmt: skip
