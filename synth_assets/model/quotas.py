"""Rates as exact counts of rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, odd: multiples are spread evenly (Knuth, TAOCP 6.4)."""


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


def dealt(number: Ints, share: float) -> npt.NDArray[np.bool_]:
    """Which of some numbers from 0 on are dealt, where a share of all is; of a smaller share a part of those.

    Of the first n share x n are dealt within 5, wherever one stops, up to millions. None deals exactly at
    every n and every share: of the first one .6 has to take it and .4 not, of the first two each takes one.
    """
    if share >= 1:
        return np.ones(len(number), dtype=bool)
    place = (number + 1).astype(np.uint64) * np.uint64(GOLDEN)
    return place < np.uint64(int(share * 2**64))


def dealt_before(ends: Sequence[int], share: float) -> list[int]:
    """How many of the numbers before each of some ascending ends are dealt."""
    if not ends or share >= 1:
        return list(ends)
    counts = np.concatenate([[0], np.cumsum(dealt(np.arange(ends[-1]), share))])
    found: list[int] = counts[np.array(ends)].tolist()
    return found


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
