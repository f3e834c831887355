"""Which row of a history that grows carries which fault or decoy: exact quotas in every month.

Quotas are rounded over all months so far, so that they are exact over the whole at every month's end too. A
month's plan reads nothing of later months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from synth_assets.model.decoys import DecoyPlan, PlannedDecoys
from synth_assets.model.draws import Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup, assign
from synth_assets.model.quotas import dealt_before, quotas


@dataclass(frozen=True)
class MonthlyPlan:
    """The plan of rows that are numbered in time.

    Attributes:
        ends: rows through the end of each month.
        fault_rates: share of the rows for which each kind of fault is planned, by code from 1 on.
        pair_rate: share of the rows that repeat another one: the first decoy.
        decoy_rates: shares of the other decoys.
        decoy_key, fault_key: 64-bit keys.
        dealt_share: the share of the planned faults that rows carry, see `quotas.dealt`.
    """

    ends: tuple[int, ...]
    fault_rates: tuple[float, ...]
    pair_rate: float
    decoy_rates: tuple[float, ...]
    decoy_key: int
    fault_key: int
    dealt_share: float = 1.0

    def __call__(self, rows: Ints) -> tuple[Codes, PlannedDecoys]:
        """The faults and the decoys of the given rows.

        Faults fall on decoys only in a month that has no room for both.
        """
        codes = np.zeros(len(rows), dtype=np.int8)
        decoys = PlannedDecoys(np.zeros(len(rows), dtype=np.int8), rows.copy(), rows.copy())
        places = np.searchsorted(np.array(self.ends), rows, side="right")
        for place in np.unique(places).tolist():
            at = np.flatnonzero(places == place)
            start, size = self._starts[place], self.ends[place] - self._starts[place]
            found = self._decoys(place)(rows[at] - start)
            decoys.codes[at], decoys.partner[at] = found.codes, found.partner + start
            free, room = found.free, self._decoys(place).free_below(0)
            if sum(self.faults[place]) > room:
                free, room = rows[at] - start, size
            kept = self.kept[place] if self.dealt_share < 1 else ()
            group = QuotaGroup(room, self.faults[place], kept=kept)
            codes[at] = assign(free, [group], [(self.fault_key + place) % 2**64])
        return codes, decoys

    def first_misfit(self) -> tuple[int, int, int] | None:
        """The first month whose quotas do not fit, with the rows asked and those it has, or None."""
        for place, (asked, size) in enumerate(zip(self.faults, np.diff(self.ends, prepend=0), strict=True)):
            wanted = max(sum(asked), sum(self._decoy_quotas(place)))
            if wanted > size:
                return place, wanted, int(size)
        return None

    @cached_property
    def faults(self) -> tuple[tuple[int, ...], ...]:
        """Rows for which each kind of fault is planned, month by month."""
        return tuple(zip(*(self._by_month(rate) for rate in self.fault_rates), strict=True))

    @cached_property
    def kept(self) -> tuple[tuple[int, ...], ...]:
        """Rows that carry each kind of fault, month by month."""
        planned = (quotas(rate, (0, *self.ends)) for rate in self.fault_rates)
        so_far = (dealt_before(ends, self.dealt_share) for ends in planned)
        return tuple(zip(*(_steps(counts) for counts in so_far), strict=True))

    def labels_before(self, row: int) -> tuple[int, ...]:
        """Rows of each kind of fault in the months that are over by a row, the first of a month."""
        over = [of_month for of_month, end in zip(self.kept, self.ends, strict=True) if end <= row]
        return tuple(map(sum, zip(*over, strict=True))) if over else (0,) * len(self.fault_rates)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *self.ends[:-1])

    @cached_property
    def _decoys_by_month(self) -> tuple[tuple[int, ...], ...]:
        rates = (self.pair_rate, *self.decoy_rates)
        return tuple(zip(*(self._by_month(rate) for rate in rates), strict=True))

    def _by_month(self, rate: float) -> list[int]:
        """A quota of each month, rounded over all months so far."""
        return _steps(quotas(rate, (0, *self.ends)))

    def _decoy_quotas(self, place: int) -> Sequence[int]:
        pairs, *singles = self._decoys_by_month[place]
        return (2 * pairs, *singles)

    def _decoys(self, place: int) -> DecoyPlan:
        pairs, *singles = self._decoys_by_month[place]
        size = self.ends[place] - self._starts[place]
        return DecoyPlan([size], pairs, singles, (self.decoy_key + place) % 2**64)


def _steps(so_far: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(so_far)]
