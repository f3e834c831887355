"""What a process used last, at most so much of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Latest(Generic[Kept]):
    """The values that were used last, at most so many."""

    def __init__(self, most: int) -> None:
        self._most, self._values = most, OrderedDict[Hashable, Kept]()

    def get(self, key: Hashable) -> Kept | None:
        """The value of a key, if it is kept."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: Hashable, value: Kept) -> Kept:
        """Keep a value; the one that was not used for longest makes way."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
