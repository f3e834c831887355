"""A table of the ERP: columns, and a function that gives its rows from the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import pyarrow as pa

from synth_assets.model.columns import Column, state
from synth_assets.model.table import Rule, Table, arrow_rows, as_it_is
from synth_assets.worlds.wholesale.edits import Edits, Row

__all__ = ["Row", "projection"]


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
            `Table.generate`, `facts` among them.
        physical: the table's name in the ERP's database, where it is another.
        states: names of the columns that later days may change, beside `updated_at`.
    """
    changing = {*states, "updated_at"}
    columns = [state(column) if column.name in changing else column for column in columns]

    @wraps(rows)
    def generate(**given: Any) -> pa.Table:
        edits: Edits = given["facts"].edits
        return arrow_rows(columns, edits.applied(name, columns, rows(**given)))

    return Table(
        name, grain, tuple(columns), generate, rules=tuple(rules), subject=subject, physical=physical or None,
        naming=naming,
    )  # fmt: skip
