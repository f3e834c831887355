"""A view: what a world derives from its tables by a query. It is published beside them and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from synth_assets.model.columns import Column


@dataclass(frozen=True, eq=False)
class View:
    """One view of a world. Its query is `views/<name>.sql` in the world's package.

    Attributes:
        name: view name, also asset and export name.
        grain: what one row is, as a sentence.
        columns: what the query gives, in this order, as stored columns: amounts in cents.
        subject: the part of the world that it belongs to.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    subject: str = ""

    @property
    def file(self) -> str:
        """The query's file in the world's package."""
        return f"views/{self.name}.sql"
