"""Who starts when, who cancels when and who changes plan when, in exact counts: a cohort for each of these.

Nothing here is drawn but which months lose more customers than others. No fault is planned here.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import date_of, epoch_day, months_before
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.plan_change_counts import plan_changes
from synth_assets.worlds.subscriptions.shares import Counts, fill, split

DAYS_A_MONTH = 30.437

FOUNDERS = 0
"""Arrival of those who are there on the first day; 1 + cycle is that of those whom that cycle bills first."""


class Cohorts(NamedTuple):
    """Customers who arrive and cancel alike, one entry a cohort; together they are all of the world.

    Customers are ranked: those who cancel come first, in the order of their last bill, then those who stay
    and keep their plan, in the order of their arrival, then those who stay and change it. A cohort is a range
    of ranks.

    Attributes:
        arrival: FOUNDERS, or 1 + the first cycle that bills them; beyond the cycles where none does.
        cancel_cycle: cycle of the last bill; the number of cycles for those who stay.
        change_cycle: of those who stay and change their plan, the first cycle after it; else 0.
        changing: of those who cancel, how many change their plan before: the first of the range.
        start, end: the range of ranks.
        unplaced, unchanged: cancellations, and changes of plan, that find nobody.
        cycles: number of billing dates.
    """

    arrival: Ints
    cancel_cycle: Ints
    change_cycle: Ints
    changing: Ints
    start: Ints
    end: Ints
    unplaced: int
    unchanged: int
    cycles: int

    @property
    def first_cycle(self) -> Ints:
        """Cycle of the first bill."""
        return np.maximum(self.arrival - 1, 0)

    @property
    def stays(self) -> npt.NDArray[np.bool_]:
        """Whether the cohort is there to the end."""
        return self.cancel_cycle == self.cycles

    @property
    def changers(self) -> int:
        """The rank from which on are those who stay and change their plan."""
        return int(self.end[-1] - (self.end - self.start)[self.change_cycle > 0].sum())

    def billed(self, cycle: int) -> Ints:
        """How many customers of each cohort a cycle bills: all or none."""
        return np.where((self.first_cycle <= cycle) & (cycle <= self.cancel_cycle), self.end - self.start, 0)

    def lasts(self, cycle: int) -> npt.NDArray[np.bool_]:
        """Of which cohorts a cycle bills subscriptions that are still active at as_of."""
        return self.stays & (self.first_cycle <= cycle) & (self.change_cycle <= cycle)


@cache
def cohorts(config: Config, draws: Draws) -> Cohorts:
    """The cohorts of a configuration."""
    sizes, days = _arrivals(config), bill_days(config)
    cancels = _cancellations(config, draws, sizes)
    gone = [sum(counts) for counts in zip(*cancels, strict=True)]
    staying = tuple(size - left for size, left in zip(sizes, gone, strict=True))
    days_left = epoch_day(config.day) - days[-1]
    changes = plan_changes(
        config, cancels, staying, days_left / (DAYS_A_MONTH * config.billing_interval_months)
    )
    keeping = [size - sum(moved) for size, moved in zip(staying, changes.stayers, strict=True)]
    cells = [
        *(
            (arrival, cycle, 0, moved, size)
            for cycle, row in enumerate(zip(cancels, changes.leavers, strict=True))
            for arrival, (size, moved) in enumerate(zip(*row, strict=True))
        ),
        *((arrival, len(days), 0, 0, size) for arrival, size in enumerate(keeping)),
        *(
            (arrival, len(days), cycle, 0, size)
            for arrival, row in enumerate(changes.stayers)
            for cycle, size in enumerate(row)
        ),
    ]
    arrival, cycle, change, changing, size = np.array([c for c in cells if c[-1]], dtype=np.int64).T
    end = np.cumsum(size)
    unplaced = quota(config.churn_rate, config.num_customers) - sum(gone)
    return Cohorts(arrival, cycle, change, changing, end - size, end, unplaced, changes.unplaced, len(days))


def bill_days(config: Config) -> Counts:
    """Epoch days of the billing dates: the 1st of a month, every interval, from the period's first one."""
    firsts = [d for d in range(first_day(config), epoch_day(config.day) + 1) if date_of(d).day == 1]
    return tuple(firsts[:: config.billing_interval_months])


def first_day(config: Config) -> int:
    """Epoch day on which the period, or the history, starts."""
    if config.grows:
        return epoch_day(config.start)
    return epoch_day(months_before(config.day, config.period_months)) + 1


def arrival_days(config: Config) -> list[tuple[int, int]]:
    """Epoch days on which each arrival but the founders starts, from and to: after a bill, and by the next.

    The last of them start after the period's last bill. A range may be empty.
    """
    edges = [first_day(config), *bill_days(config), epoch_day(config.day)]
    return [(before + 1, day) for before, day in pairwise(edges)]


def _arrivals(config: Config) -> Counts:
    """Subscriptions of each arrival: founders, and the new ones, ever more as the business grows."""
    new = quota(config.new_customers_share, config.num_customers)
    start = first_day(config)
    weights = [
        (last - first + 1) * curves.growth((first + last) / 2 - start) for first, last in arrival_days(config)
    ]
    return (config.num_customers - new, *split(new, weights))


def _cancellations(config: Config, draws: Draws, sizes: Counts) -> list[Counts]:
    """Cancellations after each bill by arrival: the hazard falls with tenure, so the young cancel most.

    It is higher in some months than in others: how much they differ is fixed, which is which is drawn.

    What an arrival is owed and does not get, as counts are whole, it gets after a later bill.
    """
    cycles = len(bill_days(config))
    risks = [_risks(config, sizes, cycle) for cycle in range(cycles)]
    order = Permutation(draws.key("months of cancellations"), cycles)(np.arange(cycles))
    factors = np.array(curves.month_factors(cycles))[order].tolist()
    weights = [math.fsum(risk) * factor for risk, factor in zip(risks, factors, strict=True)]
    totals = split(quota(config.churn_rate, config.num_customers), weights)
    gone, owed, result = (0,) * len(sizes), [0.0] * len(sizes), []
    for total, risk in zip(totals, risks, strict=True):
        everybody = math.fsum(risk) or 1.0
        owed = [debt + total * share / everybody for debt, share in zip(owed, risk, strict=True)]
        room = [(size - left) * (share > 0) for size, left, share in zip(sizes, gone, risk, strict=True)]
        row = fill(total, [max(0.0, debt) for debt in owed], room)
        owed = [debt - count for debt, count in zip(owed, row, strict=True)]
        gone = tuple(left + count for left, count in zip(gone, row, strict=True))
        result.append(row)
    return result


def _risks(config: Config, sizes: Counts, cycle: int) -> list[float]:
    """Relative number of cancellations after a bill, by arrival."""
    days = bill_days(config)
    month = _months_between(days[0], days[cycle])
    founders = sizes[FOUNDERS] * curves.founders_hazard(month)
    new = [
        size * curves.hazard(_months_between(days[first], days[cycle])) if first <= cycle else 0.0
        for first, size in enumerate(sizes[1 : len(days) + 1])
    ]
    return [founders, *new, 0.0]


def _months_between(first: int, later: int) -> int:
    """Months between two firsts of a month, as epoch days."""
    a, b = date_of(first), date_of(later)
    return (b.year - a.year) * 12 + b.month - a.month
