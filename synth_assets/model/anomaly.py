"""Anomalies and decoys as a plan: which row carries which fault, known before any table exists.

A plan is a pure function of (key, counts, row number). Quotas are exact at every rate and count, no row is
planned twice, and any block of rows sees the same plan as the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.model.permutation import Permutation

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of labelled fault.

    Attributes:
        name: the label's `type`, also the name of its query in `rules.sql` and of its rate in the config.
        entity: what the label points at, for example "invoice".
        description: one sentence on what is wrong, with the numbers that make it so.
        settles_months: how long a row must be over to carry it; rows of the window's last months are out
            of its reach.
    """

    name: str
    entity: str
    description: str
    settles_months: Fraction = Fraction(0)

    def reach(self, rows: int, months: int) -> int:
        """How many of `rows`, oldest first, may carry it in a window of `months`."""
        return max(0, int(rows * (1 - self.settles_months / months)))


def quota(rate: float, count: int) -> int:
    """Rows that a rate asks for: floor(rate x count + 1/2), exactly.

    A rate is the number that was written, not its binary neighbour: .145 is 29/200, so .145 x 100 is 15, and
    1 / 6 is a sixth, so 1 / 6 of 3 is 1. Fractions with a denominator up to 10^9 are read exactly.
    """
    asked = Fraction(rate).limit_denominator(10**9) * count
    return int(asked + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Level:
    """Kinds that may touch the same rows: the oldest `reach` of those still numbered."""

    reach: int
    quotas: tuple[int, ...]


def misfit(levels: Sequence[Level]) -> tuple[int, int, int] | None:
    """The first (rows asked, rows in reach, level) by which quotas do not fit, or None.

    Levels stand in order of reach. Quotas fit exactly when Q1 + ... + Qj <= reach_j for every j.
    """
    asked = 0
    for j, level in enumerate(levels):
        asked += sum(level.quotas)
        if asked > level.reach:
            return asked, level.reach, j
    return None


def allot(numbers: Ints, levels: Sequence[Level], keys: Sequence[int]) -> Codes:
    """The kind of every row: 0 for none, else 1 + its position in the levels' quotas, read in sequence.

    Args:
        numbers: row numbers, oldest row 0; negative numbers are left without a kind.
        levels: kinds in order of reach, quotas that fit (see `misfit`).
        keys: one 64-bit key a level.

    Each level ranks the rows below its reach by a keyed permutation. Ranks below the quota get the kind,
    the others keep rank - quota as their number for the next level, younger rows move down by the quota.
    """
    codes = np.zeros(len(numbers), dtype=np.int8)
    rows = np.flatnonzero(numbers >= 0)
    free = numbers[rows]
    taken, first = 0, 1
    for level, key in zip(levels, keys, strict=True):
        total = sum(level.quotas)
        if total:
            size = level.reach - taken
            inside = np.flatnonzero(free < size)
            rank = free.copy()
            rank[inside] = Permutation(key, size)(free[inside])
            chosen, left = np.flatnonzero(rank < total), np.flatnonzero(rank >= total)
            ends = np.array(list(accumulate(level.quotas)))
            codes[rows[chosen]] = first + np.searchsorted(ends, rank[chosen], side="right")
            rows, free = rows[left], rank[left] - total
        taken += total
        first += len(level.quotas)
    return codes


@dataclass(frozen=True, slots=True)
class Reserved:
    """Rows set aside before any anomaly is planned.

    Attributes:
        codes: 0 for none, 1 for a member of a pair, 2 ... for the single kinds in order.
        partner: the other row of a pair, the row itself elsewhere.
        free: number of the row among those not reserved, order of zones kept; -1 where reserved.
    """

    codes: Codes
    partner: Ints
    free: Ints


class Reservation:
    """Decoys planned zone by zone, so that the count reserved below every zone's end is known in closed form.

    Zones are consecutive ranges of rows, given by their ends. Each quota is spread over the zones in
    proportion to their size, rounded cumulatively; the first quota counts pairs, which never span zones.
    """

    def __init__(self, ends: Sequence[int], pairs: int, singles: Sequence[int], key: int) -> None:
        self._starts = [0, *ends[:-1]]
        self._ends = list(ends)
        total = ends[-1] if ends else 0
        self._quotas = [
            [2 * _share(pairs, start, end, total)] + [_share(single, start, end, total) for single in singles]
            for start, end in zip(self._starts, self._ends, strict=True)
        ]
        self._key = key

    @property
    def fits(self) -> bool:
        """Whether every zone holds its quotas."""
        sizes = [end - start for start, end in zip(self._starts, self._ends, strict=True)]
        return all(sum(q) <= size for q, size in zip(self._quotas, sizes, strict=True))

    def free_below(self, zone: int) -> int:
        """Rows not reserved in zones 0 ... zone."""
        return self._ends[zone] - sum(sum(q) for q in self._quotas[: zone + 1])

    def __call__(self, numbers: Ints) -> Reserved:
        """The reservation of the rows `numbers`; rows beyond the last zone are neither reserved nor free."""
        codes = np.zeros(len(numbers), dtype=np.int8)
        partner = numbers.copy()
        free = np.full(len(numbers), -1, dtype=np.int64)
        below = 0
        for zone, (start, end, quotas) in enumerate(zip(self._starts, self._ends, self._quotas, strict=True)):
            here = np.flatnonzero((numbers >= start) & (numbers < end))
            order = Permutation((self._key + zone) % 2**64, end - start)
            rank = order(numbers[here] - start)
            ends = np.array(list(accumulate(quotas)))
            free[here] = rank + (below - ends[-1])
            reserved = np.flatnonzero(rank < ends[-1])
            at, rank = here[reserved], rank[reserved]
            kind = np.searchsorted(ends, rank, side="right")
            codes[at], free[at] = kind + 1, -1
            paired = np.flatnonzero(kind == 0)
            partner[at[paired]] = order.inverse(rank[paired] ^ 1) + start
            below += end - start - int(ends[-1])
        return Reserved(codes, partner, free)


def _share(count: int, start: int, end: int, total: int) -> int:
    """The part of `count` that falls on [start, end) of `total` rows, cumulatively rounded."""
    return (2 * count * end + total) // (2 * total) - (2 * count * start + total) // (2 * total)
