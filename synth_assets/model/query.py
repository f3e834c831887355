"""Named queries: how the SQL files of a world are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CROSS_PARTITION = "cross-partition"
"""Mark of a query whose rows may lie in parts that no reference joins."""

IN_A_HISTORY = " in a history"
"""Behind a mark that holds only in a history that grows, where parts are others."""


class Query(NamedTuple):
    """A named query of a world.

    Attributes:
        name: unique in its file or folder.
        sentence: what it says.
        sql: DuckDB over the stored tables.
        marks: what is in brackets behind the name.
    """

    name: str
    sentence: str
    sql: str
    marks: str

    @property
    def looks_like(self) -> str:
        """Of a decoy: the kind of fault that its rows look like, its first mark."""
        return self.marks.partition(",")[0]

    @property
    def is_cross_partition(self) -> bool:
        """Whether its rows may lie in parts that no reference joins."""
        return self.marks.endswith(CROSS_PARTITION)

    def in_history(self) -> Query:
        """The query in a history that grows."""
        return self._replace(marks=self.marks.removesuffix(IN_A_HISTORY))


def queries_in(text: str) -> Iterator[Query]:
    """The queries of a file.

    A query starts at a line `-- name: what it says`, or `-- name [marks]: …`; further comment lines continue
    the sentence.
    """
    for part in text.split("\n-- name: ")[1:]:
        heading, *lines = part.split("\n")
        label, _, sentence = heading.partition(" — ")
        while lines and lines[0].startswith("--"):
            sentence += " " + lines.pop(0).removeprefix("--").strip()
        name, _, marks = label.strip().partition(" [")
        yield Query(name, sentence.strip(), "\n".join(lines).strip().rstrip(";"), marks.rstrip("]"))
