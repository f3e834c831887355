"""Distributions as lookup tables of integers, indexed by a 16-bit field of a drawn word.

A table holds the inverse of a cumulative distribution at evenly spaced quantiles. Tables are built once with
Python's `math`, so the bytes of a dataset do not depend on a processor's vectorised `exp`; floats are added
by `math.fsum`, as the last bit of `sum` differs between Python 3.11 and 3.12.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Fields, Ints

SIZE = 4096
"""Entries of a table: quantiles (i + 1/2) / 4096, so a normal variate reaches 3.67 standard deviations."""

_SHIFT = np.uint16(4)  # 16-bit field to 12-bit index


def sample(table: npt.NDArray[np.int64], field: Fields) -> Ints:
    """The table's entry for each 16-bit field."""
    return table.take(field >> _SHIFT)


def sample_at_most(table: npt.NDArray[np.int64], most: Ints, field: Fields) -> Ints:
    """The entry for each 16-bit field of an ascending table of days, conditional on being at most `most`.

    Where the table has no entry so small, the answer is `most`.
    """
    places = np.searchsorted(table, np.arange(-1, table[-1] + 1), side="right")
    entries = places.take(most + 1, mode="clip")
    return np.where(entries > 0, table.take((field * entries) >> 16), most)


def quantiles(inverse: Callable[[float], float]) -> npt.NDArray[np.int64]:
    """Table of `inverse(p)`, rounded half up, at the quantiles p = (i + 1/2) / 4096."""
    return np.array([math.floor(inverse((i + 0.5) / SIZE) + 0.5) for i in range(SIZE)], dtype=np.int64)


@cache
def normal_scores() -> tuple[float, ...]:
    """Standard normal quantiles at the table's 4,096 points."""
    inverse = NormalDist().inv_cdf
    return tuple(inverse((i + 0.5) / SIZE) for i in range(SIZE))


def from_weights(values: Sequence[int], weights: Sequence[float]) -> npt.NDArray[np.int64]:
    """Table in which each value fills a share of the entries proportional to its weight.

    Shares are rounded cumulatively, so they are off by less than one entry in 4,096.
    """
    total = math.fsum(weights)
    running = 0.0
    edges = []
    for weight in weights:
        running += weight
        edges.append(int(running / total * SIZE + 0.5))
    counts = np.diff(np.array([0, *edges]))
    return np.repeat(np.array(values, dtype=np.int64), counts)


def from_density(days: range, density: Callable[[float], float], steps: int = 16) -> npt.NDArray[np.int64]:
    """Table of whole days whose weights are `density` integrated over [day - 1/2, day + 1/2] by midpoints."""
    weights = [math.fsum(density(day - 0.5 + (i + 0.5) / steps) for i in range(steps)) for day in days]
    return from_weights(list(days), weights)


class ZipfTable:
    """Ranks 0 .. size - 1 drawn with a continuous Zipf law of the given exponent (not 1).

    The cumulative distribution of rank r is ((r + 1)^(1-s) - 1) / ((size + 1)^(1-s) - 1); 4,097 edges of its
    inverse are stored in 1/65536 and interpolated by a second field, so any size costs the same.
    """

    def __init__(self, size: int, exponent: float) -> None:
        power = 1.0 - exponent
        span = (size + 1.0) ** power - 1.0
        scaled = [int(((1.0 + i / SIZE * span) ** (1.0 / power) - 1.0) * 65536.0) for i in range(SIZE + 1)]
        self._edges = np.array(scaled, dtype=np.int64)
        self._widths = np.diff(self._edges)
        self._last = size - 1

    def take(self, coarse: Fields, fine: Fields) -> Ints:
        """The rank for two independent 16-bit fields: one picks the step, the other the place within it."""
        step = (coarse >> _SHIFT).astype(np.intp)
        inside = self._widths.take(step)
        inside *= fine
        inside >>= 16
        inside += self._edges.take(step)
        inside >>= 16
        return np.minimum(inside, self._last)
