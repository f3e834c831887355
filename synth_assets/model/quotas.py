"""Rates as exact counts of rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def quota(rate: float, count: int) -> int:
    """Rows that a rate asks for: floor(rate x count + 1/2), exactly.

    A rate is the number that was written, not its binary neighbour: .145 is 29/200, so .145 x 100 is 15, and
    1 / 6 is a sixth, so 1 / 6 of 3 is 1. Fractions with a denominator up to 10^9 are read exactly.
    """
    return quotas(rate, [count])[0]


def quotas(rate: float, counts: Sequence[int]) -> list[int]:
    """The rows that a rate asks for of each of several counts."""
    exact = Fraction(rate).limit_denominator(10**9)
    asked, of = exact.numerator, exact.denominator
    return [(2 * asked * count + of) // (2 * of) for count in counts]


def share_of_range(count: int, start: int, end: int, total: int) -> int:
    """The part of `count` that falls on [start, end) of `total` rows, cumulatively rounded."""
    return (2 * count * end + total) // (2 * total) - (2 * count * start + total) // (2 * total)


def spread(count: int, weights: Sequence[int], most: Sequence[int]) -> list[int]:
    """`count` split over places by weight, none above its `most`; what is too much for one others get.

    10 over weights 3, 1, 1 with at most 4, 9, 9 is 4, 3, 3. Without room for all, every place is full; a
    negative `most` is none.
    """
    room = [max(0, rows) for rows in most]
    given = [0] * len(weights)
    while left := min(count, sum(room)) - sum(given):
        free = [i for i, so_far in enumerate(given) if so_far < room[i]]
        weight = {i: weights[i] for i in free} if any(weights[i] for i in free) else dict.fromkeys(free, 1)
        whole = sum(weight.values())
        asked = {i: left * weight[i] // whole for i in free}
        for i in sorted(free, key=lambda i: -(left * weight[i] % whole))[: left - sum(asked.values())]:
            asked[i] += 1
        for i, share in asked.items():
            given[i] += min(share, room[i] - given[i])
    return given
