"""A table of the ERP: columns, and a function that gives its rows from the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import pyarrow as pa

from synth_assets.model.columns import Column
from synth_assets.model.table import Rule, Table, arrow_rows, as_it_is

Row = tuple[Any, ...]


def projection(
    name: str,
    grain: str,
    columns: Sequence[Column],
    rows: Callable[..., Iterable[Row]],
    subject: str,
    physical: str = "",
    naming: Callable[[str], str] = as_it_is,
    rules: Sequence[Rule] = (),
) -> Table:
    """A table whose rows are tuples in the order of its columns, see `arrow_rows`.

    Args:
        name, grain, columns, subject, naming, rules: as in `Table`.
        rows: gives the rows; its parameters are those of `Table.generate`.
        physical: the table's name in the ERP's database, where it is another.
    """

    @wraps(rows)
    def generate(**given: Any) -> pa.Table:
        return arrow_rows(columns, rows(**given))

    return Table(
        name, grain, tuple(columns), generate, rules=tuple(rules), subject=subject, physical=physical or None,
        naming=naming,
    )  # fmt: skip
