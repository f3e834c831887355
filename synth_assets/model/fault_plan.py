"""Which row carries which fault, known before any table exists.

A plan is a pure function of (key, counts, row number). Quotas are exact at every rate and count, no row is
planned twice, and any block of rows sees the same plan as the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.model.permutation import Permutation

Codes = npt.NDArray[np.int8]

KEEPING = 1 << 32
"""Added to a key for the order in which a kind's rows keep their fault; bands add small numbers to it."""


@dataclass(frozen=True, slots=True)
class QuotaGroup:
    """Kinds that may touch the same rows: the oldest `eligible` of those still numbered.

    Attributes:
        eligible: rows.
        quotas: rows of each kind.
        bands: consecutive ranges of the eligible rows, each with how many of its rows carry the group's one
            kind, as (end, rows): kinds that are not equally frequent everywhere. Only the first group's.
        kept: of each kind, how many of its planned rows carry it; empty for all of them.
    """

    eligible: int
    quotas: tuple[int, ...]
    bands: tuple[tuple[int, int], ...] = ()
    kept: tuple[int, ...] = ()


def why_not(groups: Sequence[QuotaGroup]) -> tuple[int, int, int] | None:
    """The first (rows asked, eligible rows, group) by which quotas do not fit, or None.

    Groups are in ascending order of `eligible`. Quotas fit exactly when
    Q1 + ... + Qj <= eligible_j for every j.
    """
    asked = 0
    for j, group in enumerate(groups):
        asked += sum(group.quotas)
        if asked > group.eligible:
            return asked, group.eligible, j
    return None


def assign(numbers: Ints, groups: Sequence[QuotaGroup], keys: Sequence[int]) -> Codes:
    """The kind of every row: 0 for none, else 1 + its position in the groups' quotas, read in sequence.

    Args:
        numbers: row numbers, oldest row 0; negative numbers are left without a kind.
        groups: kinds in order of eligibility, quotas that fit (see `why_not`).
        keys: one 64-bit key a group.

    Each group ranks its eligible rows, or those of each band, by a keyed permutation. Ranks below the quota
    get the kind, the others keep rank - quota as their number for the next group, younger rows move down by
    the quota.
    """
    codes = np.zeros(len(numbers), dtype=np.int8)
    rows = np.flatnonzero(numbers >= 0)
    free = numbers[rows]
    taken, first = 0, 1
    for group, key in zip(groups, keys, strict=True):
        total = sum(group.quotas)
        if total:
            rank, chosen = _ranks(free, group.bands or ((group.eligible - taken, total),), key)
            ends = np.array(list(accumulate(group.quotas)))
            kind = np.searchsorted(ends, rank[chosen], side="right")
            codes[rows[chosen]] = np.where(_keep(kind, rank[chosen], ends, group, key), first + kind, 0)
            left = np.flatnonzero(~chosen)
            rows, free = rows[left], rank[left]
        taken += total
        first += len(group.quotas)
    return codes


def keeps(place: Ints, planned: int, kept: int, key: int) -> npt.NDArray[np.bool_]:
    """Which of a kind's planned rows, numbered from 0, keep their fault: `kept` of them, and with fewer kept
    a part of the same ones."""
    if kept >= planned:
        return np.ones(len(place), dtype=bool)
    return Permutation(key % 2**64, planned)(place) < kept


def _keep(kind: Ints, rank: Ints, ends: Ints, group: QuotaGroup, key: int) -> npt.NDArray[np.bool_]:
    """Which planned rows of a group keep their fault, by kind and rank among all of them."""
    kept = np.ones(len(kind), dtype=bool)
    for code, most in enumerate(group.kept):
        here = np.flatnonzero(kind == code)
        place = rank[here] - (ends[code] - group.quotas[code])
        kept[here] = keeps(place, group.quotas[code], most, key + KEEPING + code)
    return kept


def _ranks(free: Ints, bands: Sequence[tuple[int, int]], key: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Which rows get a kind, with their rank among those, and the others' number for the next group."""
    rank = free - sum(quota for _, quota in bands)
    chosen = np.zeros(len(free), dtype=bool)
    low, high = (int(free.min()), int(free.max())) if len(free) else (0, -1)
    start = used = 0
    for band, (end, quota) in enumerate(bands):
        if start <= high and low < end:
            inside = np.flatnonzero((free >= start) & (free < end))
            place = Permutation((key + band) % 2**64, end - start)(free[inside] - start)
            is_chosen = place < quota
            chosen[inside] = is_chosen
            rank[inside] = np.where(is_chosen, used + place, start - used + place - quota)
        start, used = end, used + quota
    return rank, chosen
