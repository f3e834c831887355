"""A view: what a world derives from its tables by a query. It is published beside them and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from synth_assets.model.columns import Column
from synth_assets.model.table import Table


def _never() -> NoReturn:
    raise TypeError("a view is derived, not generated")


@dataclass(frozen=True, eq=False)
class View:
    """One view of a world.

    Attributes:
        name: view name, also asset and export name.
        grain: what one row is, as a sentence.
        columns: what the query gives, in this order, as stored columns: amounts in cents.
        subject: the part of the world that it belongs to.
        query: DuckDB over the stored tables; "" where it is `views/<name>.sql` in the world's package.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    subject: str = ""
    query: str = ""

    @cached_property
    def table(self) -> Table:
        """The view as a table of exports and pages; no block of it is ever made."""
        return Table(self.name, self.grain, self.columns, _never, subject=self.subject)

    @property
    def file(self) -> str:
        """The query's file in the world's package."""
        return f"views/{self.name}.sql"
