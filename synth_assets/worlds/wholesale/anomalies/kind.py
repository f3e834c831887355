"""What a kind of fault is here: on what it may fall, what it changes, and what its label says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from synth_assets.model.anomaly import Anomaly
from synth_assets.worlds.wholesale.edits import Fault
from synth_assets.worlds.wholesale.year import Year


class Kind(NamedTuple):
    """One kind of fault.

    Attributes:
        anomaly: its name, its kind of row and its description.
        subjects: what its rate counts, in a fixed order.
        fault: function of the books, a subject and four numbers from 0 to 1: the fault; None where it cannot
            fall on that subject.
        on: function of the books and a subject: the day on which its fault shows, or the first on which it
            may.
        changes: the tables that its edits name; all others hold what those of the clean twin hold.
        tries: how many times a subject is tried whose fault would touch a row of another, with the four
            numbers in another turn each time; 4 at most.
    """

    anomaly: Anomaly
    subjects: Callable[[Year], Sequence[Any]]
    fault: Callable[[Year, Any, list[float]], Fault | None]
    on: Callable[[Year, Any], int]
    changes: tuple[str, ...]
    tries: int = 1


def its_day(_: Year, subject: Any) -> int:
    """The day of a subject that has one."""
    day: int = subject.day
    return day


def within(low: int, high: int, drawn: float, step: int = 1) -> int:
    """A whole number from `low` to `high`, in steps, by a number from 0 to 1."""
    return low + int(drawn * ((high - low) // step + 1)) * step
