"""Amounts between two bounds by a curve that ends there: nothing is cut off, so no bound shows.

Johnson's bounded system: an amount's place between its bounds is the logistic of a normal variate. Places are
read off a ruler of whole numbers, so that the bytes do not depend on a processor's `exp`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Fields, Ints

UNIT = 65_536
"""Of a place on the ruler: one logit."""

_MARK, _FINE = 1_024, 256
"""Places from one mark of the ruler to the next; parts of a cent that a mark is given in."""

_REACH = 14
"""Logits from the ruler's middle to either end: within a millionth of the bounds."""


@cache
def _marks(low_cents: int, high_cents: int) -> Ints:
    """Amounts at the ruler's marks, in 1/256 cents."""
    count = 2 * _REACH * UNIT // _MARK + 1
    logits = (i * _MARK / UNIT - _REACH for i in range(count))
    span = high_cents - low_cents
    return np.array([int(_FINE * (low_cents + span / (1 + math.exp(-x)))) for x in logits], dtype=np.int64)


def cents(low_cents: int, high_cents: int, place: Ints) -> Ints:
    """The amounts at places of a ruler, from one mark to the next in a straight line."""
    marks = _marks(low_cents, high_cents)
    mark = (place + _REACH * UNIT) // _MARK
    below = marks.take(mark, mode="clip")
    return (below + (marks.take(mark + 1, mode="clip") - below) * (place % _MARK) // _MARK) // _FINE


def place(low_cents: int, high_cents: int, amount_cents: int) -> int:
    """The place of an amount on the ruler between its bounds."""
    return round(UNIT * math.log((amount_cents - low_cents) / (high_cents - amount_cents)))


@cache
def steps(spread: float) -> npt.NDArray[np.int64]:
    """Table of normal steps on the ruler, of so many logits' deviation."""
    scores = iter(quantile_tables.normal_scores())
    return quantile_tables.quantiles(lambda _: UNIT * spread * next(scores))


def sample(low_cents: int, median_cents: int, high_cents: int, spread: float, field: Fields) -> Ints:
    """An amount between the bounds for each 16-bit field."""
    middle = place(low_cents, high_cents, median_cents)
    return cents(low_cents, high_cents, middle + quantile_tables.sample(steps(spread), field))
