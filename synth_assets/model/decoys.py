"""Decoys: rows that look odd and are sound, planned stratum by stratum before any fault.

A stratum is a range of rows in which every quota is met for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import share_of_range


@dataclass(frozen=True, slots=True)
class PlannedDecoys:
    """Rows set aside before any anomaly is planned.

    Attributes:
        codes: 0 for none, 1 for a member of a pair, 2 ... for the single kinds in order.
        partner: the other row of a pair, the row itself elsewhere.
        free: number of the row among those not reserved, order of strata kept; -1 where reserved.
    """

    codes: Codes
    partner: Ints
    free: Ints


class DecoyPlan:
    """Decoys planned stratum by stratum: how many rows are reserved below a stratum's end has a closed form.

    Strata are consecutive ranges of rows, given by their ends. Each quota is spread over the strata in
    proportion to their size, rounded cumulatively; the first quota counts pairs, which never span strata.
    """

    def __init__(self, ends: Sequence[int], pairs: int, singles: Sequence[int], key: int) -> None:
        self._starts = [0, *ends[:-1]]
        self._ends = list(ends)
        total = ends[-1] if ends else 0
        self._quotas = [
            [2 * share_of_range(pairs, start, end, total)]
            + [share_of_range(single, start, end, total) for single in singles]
            for start, end in zip(self._starts, self._ends, strict=True)
        ]
        self._key = key

    @property
    def fits(self) -> bool:
        """Whether every stratum holds its quotas."""
        sizes = [end - start for start, end in zip(self._starts, self._ends, strict=True)]
        return all(sum(q) <= size for q, size in zip(self._quotas, sizes, strict=True))

    def free_below(self, stratum: int) -> int:
        """Rows not reserved in strata 0 ... stratum."""
        return self._ends[stratum] - sum(sum(q) for q in self._quotas[: stratum + 1])

    def __call__(self, numbers: Ints) -> PlannedDecoys:
        """The reservation of the rows `numbers`; rows beyond the last stratum are not in it."""
        codes = np.zeros(len(numbers), dtype=np.int8)
        partner = numbers.copy()
        free = np.full(len(numbers), -1, dtype=np.int64)
        below = 0
        low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, -1)
        for stratum, (start, end, quotas) in enumerate(
            zip(self._starts, self._ends, self._quotas, strict=True)
        ):
            ends = np.array(list(accumulate(quotas)))
            if start <= high and low < end:
                here = np.flatnonzero((numbers >= start) & (numbers < end))
                order = Permutation((self._key + stratum) % 2**64, end - start)
                rank = order(numbers[here] - start)
                free[here] = rank + (below - ends[-1])
                reserved = np.flatnonzero(rank < ends[-1])
                at, rank = here[reserved], rank[reserved]
                kind = np.searchsorted(ends, rank, side="right")
                codes[at], free[at] = kind + 1, -1
                paired = np.flatnonzero(kind == 0)
                partner[at[paired]] = order.inverse(rank[paired] ^ 1) + start
            below += end - start - int(ends[-1])
        return PlannedDecoys(codes, partner, free)
