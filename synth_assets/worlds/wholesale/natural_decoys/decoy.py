"""What a decoy that the books hold is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Decoy(NamedTuple):
    """A sound row that looks like one at fault.

    Attributes:
        entity: its number.
        rows: what makes it one: rows as edits name them; none where no fault of another row changes that.
    """

    entity: int
    rows: tuple[object, ...] = ()


Decoys = Iterator[Decoy]
