"""Totals cut into whole numbers by weight, exactly: every share follows from the counts alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

Counts = tuple[int, ...]


def split(total: int, weights: Sequence[float]) -> Counts:
    """Whole numbers that add up to `total` in proportion to the weights, rounded half up cumulatively; all
    zero where every weight is.

    Weights are read as the decimals that were written, so 15 over .7, .2 and .1 is 11, 3 and 1: edges at
    10.5, 13.5 and 15.
    """
    parts = list(accumulate(Fraction(weight).limit_denominator(10**9) for weight in weights))
    if not parts[-1]:
        return (0,) * len(weights)
    edges = [0, *(int(total * part / parts[-1] + Fraction(1, 2)) for part in parts)]
    return tuple(b - a for a, b in pairwise(edges))


def fill(total: int, weights: Sequence[float], rooms: Sequence[int]) -> Counts:
    """As `split`, but none above its room: what finds no room goes to the others, as far as they have any.

    9 over equal weights with rooms 2, 5 and 5 is 2, 4 and 3.
    """
    counts = (0,) * len(weights)
    while missing := total - sum(counts):
        have_room = [w if n < room else 0 for w, n, room in zip(weights, counts, rooms, strict=True)]
        more = split(missing, have_room)
        if not any(more):
            break
        counts = tuple(min(n + m, room) for n, m, room in zip(counts, more, rooms, strict=True))
    return counts
