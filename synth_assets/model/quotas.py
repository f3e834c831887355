"""Rates as exact counts of rows."""

from __future__ import annotations

from fractions import Fraction


def quota(rate: float, count: int) -> int:
    """Rows that a rate asks for: floor(rate x count + 1/2), exactly.

    A rate is the number that was written, not its binary neighbour: .145 is 29/200, so .145 x 100 is 15, and
    1 / 6 is a sixth, so 1 / 6 of 3 is 1. Fractions with a denominator up to 10^9 are read exactly.
    """
    asked = Fraction(rate).limit_denominator(10**9) * count
    return int(asked + Fraction(1, 2))


def share_of_range(count: int, start: int, end: int, total: int) -> int:
    """The part of `count` that falls on [start, end) of `total` rows, cumulatively rounded."""
    return (2 * count * end + total) // (2 * total) - (2 * count * start + total) // (2 * total)
