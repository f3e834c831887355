"""A business that goes on: who comes, on which plan, how each pays, and who cancels when.

All of it is a pure function of the seed and the start of the history, month after month. as_of only says how
much of it has happened, so that no later day changes an earlier one. No fault is planned here.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import date_of, epoch_day
from synth_assets.model.draws import Draws, Ints, Words
from synth_assets.model.permutation import Permutation
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import DAYS_A_MONTH, bill_days
from synth_assets.worlds.subscriptions.config import LONGEST_HISTORY_MONTHS, Config
from synth_assets.worlds.subscriptions.ends import day_in_cycle
from synth_assets.worlds.subscriptions.payers import PAYERS, PAYERS_OF_200
from synth_assets.worlds.subscriptions.shares import Counts

NEVER = 1 << 30
"""Cycle, and day, of a cancellation that has not come."""


class Population(NamedTuple):
    """The subscriptions of a history, in the order in which they start.

    Attributes:
        bill_days: epoch day of each billing date, and of the one behind them.
        start_day, plan, payer: of each subscription; those of founders start on or before the first day.
        first_cycle: cycle of the first bill; the number of cycles where it is still to come.
        cancel_cycle, end_day: cycle of the last bill, and day of the cancellation; or NEVER.
    """

    bill_days: Counts
    start_day: Ints
    plan: Ints
    payer: Ints
    first_cycle: Ints
    cancel_cycle: Ints
    end_day: Ints

    def billed(self, cycle: int) -> Ints:
        """The subscriptions that a billing date finds active, ascending."""
        started = int(np.searchsorted(self.first_cycle, cycle, side="right"))
        return np.flatnonzero(self.cancel_cycle[:started] >= cycle)

    def billed_through(self) -> Counts:
        """How many bills are due through each billing date."""
        cycles = len(self.bill_days) - 1
        started = np.cumsum(np.bincount(self.first_cycle, minlength=cycles + 1)[:cycles])
        over = np.bincount(self.cancel_cycle[self.cancel_cycle != NEVER] + 1, minlength=cycles + 1)
        return tuple(np.cumsum(started - np.cumsum(over[:cycles])).tolist())


def population(config: Config, draws: Draws) -> Population:
    """The customers through the month of as_of, and through the grace of its bills.

    What is known of a day is the same in all later months.
    """
    return _population(through(config), draws)


def through(config: Config) -> Config:
    """The configuration with the last day of as_of's month: all days of a month share their plans."""
    day = config.day
    return config.model_copy(update={"as_of": day.replace(day=monthrange(day.year, day.month)[1])})


@lru_cache(maxsize=4)
def _population(config: Config, draws: Draws) -> Population:
    last = epoch_day(config.day) + config.payment_terms_days + config.grace_days + 1
    beyond = date_of(last + 31 * (config.billing_interval_months + 1))
    days = bill_days(config.model_copy(update={"as_of": beyond}))
    cycles = sum(day <= last for day in days)
    days = days[: cycles + 1]
    start = start_days(config, draws, days[-1] - 1)
    number = np.arange(len(start), dtype=np.int64)
    plan_field, payer_field, _, _ = draws.fields("plan and payer", number)
    plan = quantile_tables.sample(_plans(config), plan_field)
    payer = quantile_tables.sample(
        quantile_tables.from_weights(range(len(PAYERS)), PAYERS_OF_200), payer_field
    )
    first = np.searchsorted(days[:-1], start, side="left")
    cancel = _cancel_cycles(config, draws, days, start, plan, first)
    end = np.full(len(start), NEVER, dtype=np.int64)
    gone = np.flatnonzero(cancel != NEVER)
    edges = np.array(days, dtype=np.int64)
    length = np.diff(edges)[cancel[gone]]
    end[gone] = edges[cancel[gone]] + day_in_cycle(draws, gone, length)
    found = Population(days, start, plan, payer, first, cancel, end)
    for values in found[1:]:
        values.setflags(write=False)
    return found


def _plans(config: Config) -> Ints:
    shares = config.plan_shares
    weights = (shares.basic, shares.pro, shares.enterprise)
    return quantile_tables.from_weights(range(len(curves.PLANS)), weights)


# --- who comes ----------------------------------------------------------------------------------------


def start_days(config: Config, draws: Draws, last: int) -> Ints:
    """The day on which each customer starts, through the month of day `last`: founders first, then in time.

    A year brings new_customers_per_year, every month a twelfth, rounded over all months so far, and the first
    the share of its days that are left. They come on any day of the month.
    """
    founders = np.arange(config.history.customers_at_start, dtype=np.int64)
    tenure, day, _, _ = draws.fields("start", founders)
    months = quantile_tables.sample(curves.staying_tenure_months(0.0, (0,)), tenure)
    days = months * 30_437 // 1_000 + day.astype(np.int64) * 30 // 65_536
    first = epoch_day(config.start)
    parts, total, edges = [first - days], Fraction(0), _month_edges(config.start, last)
    before = len(founders)
    for low, high in pairwise(edges):
        whole = monthrange(date_of(high - 1).year, date_of(high - 1).month)[1]
        total += Fraction(config.history.new_customers_per_year * (high - low), 12 * whole)
        so_far = len(founders) + int(total + Fraction(1, 2))
        new = np.arange(before, so_far, dtype=np.int64)
        field = draws.fields("start", new)[0].astype(np.int64)
        parts.append(np.sort(low + (field * (high - low) >> 16)))
        before = so_far
    return np.concatenate(parts)


def _month_edges(start: dt.date, last: int) -> list[int]:
    """The day after the start, and the 1st of each month since, up to the first one after day `last`."""
    edges, index = [epoch_day(start) + 1], start.year * 12 + start.month
    while edges[-1] <= last:
        edges.append(epoch_day(dt.date(index // 12, index % 12 + 1, 1)))
        index += 1
    return edges


def customers_by(config: Config, draws: Draws, day: int) -> int:
    """How many customers have started by a day of the history."""
    founders = config.history.customers_at_start
    new = population(config, draws).start_day[founders:]
    return founders + int(np.searchsorted(new, day, side="right"))


def customers_by_month(config: Config, draws: Draws) -> Counts:
    """How many customers have started by the end of each month, as far as customers are known."""
    people, founders = population(config, draws), config.history.customers_at_start
    new = people.start_day[founders:]
    edges = _month_edges(config.start, people.bill_days[-1] - 1)[1:]
    return tuple((founders + np.searchsorted(new, edges, side="left")).tolist())


# --- who cancels --------------------------------------------------------------------------------------


def _cancel_cycles(config: Config, draws: Draws, days: Counts, start: Ints, plan: Ints, first: Ints) -> Ints:
    """The cycle after whose bill each customer cancels: the young and those on cheap plans most."""
    tenures = range(curves.LONGEST_TENURE_MONTHS + LONGEST_HISTORY_MONTHS + 24)
    hazard = np.array([curves.hazard(months) for months in tenures])
    of_plan = np.array(curves.PLAN_HAZARD)
    cancel = np.full(len(start), NEVER, dtype=np.int64)
    share = Fraction(config.churn_rate).limit_denominator(10**9) * config.billing_interval_months / 12
    here, so_far, done = np.zeros(0, dtype=np.int64), 0, 0
    for cycle, swing in enumerate(_swings(config, draws, len(days) - 1)):
        come = range(*np.searchsorted(first, [cycle, cycle + 1]))
        here = np.concatenate([here, np.arange(come.start, come.stop)])
        so_far += len(here)
        wanted = int(share * (so_far + swing * len(here)) + Fraction(1, 2)) - done

        def weight(customers: Ints, day: int = days[cycle]) -> npt.NDArray[np.float64]:
            tenure = ((day - start[customers]) / DAYS_A_MONTH).astype(np.int64)
            return hazard[tenure] * of_plan[plan[customers]]

        gone = first_by_weight(draws.words(f"cancels {cycle}", here), here, weight, wanted)
        cancel[here[gone]] = cycle
        done += len(gone)
        here = np.delete(here, gone)
    return cancel


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


def first_by_weight(
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
