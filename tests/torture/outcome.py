"""What came of the attacks of a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

FIRST = 5
"""Attacks that did not hold, of which a line is kept."""

Item = TypeVar("Item")


class Outcome(NamedTuple):
    """How many attacks were tried, how many held, the first lines of those that did not, and a remark."""

    tried: int
    held: int
    wrong: tuple[str, ...]
    remark: str = ""


def outcome(attacks: Iterable[tuple[str, str | None]]) -> Outcome:
    """Count attacks, each given as what was done and what was wrong afterwards, or None where it held."""
    found = list(attacks)
    wrong = [f"{done}: {fault}" for done, fault in found if fault is not None]
    return Outcome(len(found), len(found) - len(wrong), tuple(wrong[:FIRST]))


def spread(items: Sequence[Item], size: int | None) -> list[Item]:
    """So many of the items, evenly from the first to the last; all of them without a size."""
    if size is None or size >= len(items):
        return list(items)
    if size == 1:
        return [items[len(items) // 2]]
    return [items[round(place * (len(items) - 1) / (size - 1))] for place in range(size)]
