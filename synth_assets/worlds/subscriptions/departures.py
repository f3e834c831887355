"""Who cancels and who changes plan in a business that goes on, billing date after billing date."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints, Words
from synth_assets.model.permutation import Permutation
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import DAYS_A_MONTH
from synth_assets.worlds.subscriptions.config import LONGEST_HISTORY_MONTHS, Config
from synth_assets.worlds.subscriptions.shares import Counts

NEVER = 1 << 30
"""Cycle, and day, of an end that has not come."""


class Changes(NamedTuple):
    """Changes of plan, one entry each, in the order of billing dates.

    Attributes:
        customer: who changes.
        cycle: the billing date after whose bill.
        last_day: last day on the old plan.
        plan: the new one, as index into `curves.PLANS`.
    """

    customer: Ints
    cycle: Ints
    last_day: Ints
    plan: Ints


def departures(
    config: Config, draws: Draws, days: Counts, start: Ints, plan: Ints, first: Ints
) -> tuple[Ints, Changes]:
    """The cycle after whose bill each customer cancels, or NEVER, and all changes of plan.

    The young and those on cheap plans cancel most. Any of the others may change plan, as often as it comes.

    Args:
        config: the configuration.
        draws: of the subject `bills`.
        days: the billing dates, and the one behind them.
        start, plan, first: of each customer the first day, the first plan, and the cycle of the first bill.
    """
    tenures = range(curves.LONGEST_TENURE_MONTHS + LONGEST_HISTORY_MONTHS + 24)
    hazard = np.array([curves.hazard(months) for months in tenures])
    of_plan = np.array(curves.PLAN_HAZARD)
    cancel, plan = np.full(len(start), NEVER, dtype=np.int64), plan.copy()
    churn, change = (_of_cycle(config, share) for share in (config.churn_rate, config.plan_change_share))
    here, so_far, done, stayed, moved = np.zeros(0, dtype=np.int64), 0, 0, 0, 0
    changes = [_changed(draws, days, 0, here, plan)]
    for cycle, swing in enumerate(_swings(config, draws, len(days) - 1)):
        here = np.concatenate([here, np.arange(*np.searchsorted(first, [cycle, cycle + 1]))])
        so_far += len(here)

        def weight(customers: Ints, day: int = days[cycle]) -> npt.NDArray[np.float64]:
            tenure = ((day - start[customers]) / DAYS_A_MONTH).astype(np.int64)
            return hazard[tenure] * of_plan[plan[customers]]

        wanted = int(churn * (so_far + swing * len(here)) + Fraction(1, 2)) - done
        gone = _first_by_weight(draws.words(f"cancels {cycle}", here), here, weight, wanted)
        cancel[here[gone]] = cycle
        done += len(gone)
        here = np.delete(here, gone)
        stayed += len(here)
        wanted = int(change * stayed + Fraction(1, 2)) - moved
        if wanted:
            changes.append(_changed(draws, days, cycle, here[_few(draws, cycle, here, wanted)], plan))
            plan[changes[-1].customer] = changes[-1].plan
            moved += wanted
    return cancel, Changes(*(np.concatenate(values) for values in zip(*changes, strict=True)))


def _of_cycle(config: Config, share: float) -> Fraction:
    """What a share of a year is of a cycle."""
    return Fraction(share).limit_denominator(10**9) * config.billing_interval_months / 12


def _few(draws: Draws, cycle: int, here: Ints, count: int) -> Ints:
    """Who of those who stay change plan: anybody."""
    words = draws.words(f"plan changes {cycle}", here)
    return _first_by_weight(words, here, lambda ids: np.ones(len(ids)), count)


def _changed(draws: Draws, days: Counts, cycle: int, who: Ints, plan: Ints) -> Changes:
    """The changes of some customers after a bill, on any day up to the one before the next."""
    _, day, kind, _ = draws.fields(f"plan_change {cycle}", who)
    last_day = days[cycle] + (day.astype(np.int64) * (days[cycle + 1] - days[cycle]) >> 16)
    new_plan = curves.new_plan().ravel().take(plan[who] * quantile_tables.SIZE + (kind >> 4))
    return Changes(who, np.full(len(who), cycle), last_day, new_plan)


def _swings(config: Config, draws: Draws, cycles: int) -> list[Fraction]:
    """By how many cycles' cancellations those so far are ahead after each cycle: none at the end of a year.

    How much the months of a year differ is fixed, which is which is drawn.
    """
    of_year = max(1, 12 // config.billing_interval_months)
    factors = [Fraction(factor).limit_denominator(1_000) for factor in curves.month_factors(of_year)]
    mean = sum(factors) / of_year
    swings: list[Fraction] = []
    for year in range(-(-cycles // of_year)):
        order = Permutation(draws.key(f"months of cancellations {year}"), of_year)(np.arange(of_year))
        swings += accumulate(factors[place] / mean - 1 for place in order.tolist())
    return swings[:cycles]


MOST_WEIGHT = curves.hazard(0) * max(curves.PLAN_HAZARD)
"""Relative hazard of the youngest on the cheapest plan."""

CANDIDATES = 16
"""Of so many for each one that is chosen weights are looked at; all are where these do not suffice."""


def _first_by_weight(
    words: Words, ids: Ints, weight: Callable[[Ints], npt.NDArray[np.float64]], count: int
) -> Ints:
    """The places of the `count` smallest words over weights, of at most MOST_WEIGHT, ascending.

    A word that is large is not among them, whatever its weight: only the smaller ones are weighed.
    """
    if count > 0 and (CANDIDATES * count + 256) < len(words):
        limit = (CANDIDATES * count + 256) / len(words) * 2.0**64
        near = np.flatnonzero(words < np.uint64(limit))
        over = words[near] / weight(ids[near])
        found = first_of(over, count)
        if len(found) == count and over[found].max() < limit / MOST_WEIGHT:
            return near[found]
    return first_of(words / weight(ids), count)


def first_of(order: np.ndarray, count: int) -> Ints:
    """The places of the `count` smallest values, ascending; all where there are no more."""
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    if count >= len(order):
        return np.arange(len(order))
    return np.sort(np.argpartition(order, count - 1)[:count])
