"""A business that goes on: its customers and their subscriptions, and when each is billed.

All of it is a pure function of the seed and the start of the history, month after month. as_of only says how
much of it has happened, so that no later day changes an earlier one. No fault is planned here.
"""

from __future__ import annotations

from calendar import monthrange
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import date_of, epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.arrivals import month_edges, start_days
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.departures import NEVER, Changes, departures
from synth_assets.worlds.subscriptions.ends import day_in_cycle
from synth_assets.worlds.subscriptions.payers import PAYERS, PAYERS_OF_200
from synth_assets.worlds.subscriptions.shares import Counts


class Population(NamedTuple):
    """The customers of a history, in the order in which they come, and their subscriptions as they start.

    Attributes:
        bill_days: epoch day of each billing date, and of the one behind them.
        customer_start: first day of each customer; founders come first, on or before the history's first day.
        customer, start_day, plan, payer: of each subscription; the first ones of founders come first.
        first_cycle: cycle of the first bill; the number of cycles where it is still to come.
        last_cycle, end_day: cycle of the last bill, and last day; or NEVER.
        is_changed: whether the subscription began with a change of plan.
    """

    bill_days: Counts
    customer_start: Ints
    customer: Ints
    start_day: Ints
    plan: Ints
    payer: Ints
    first_cycle: Ints
    last_cycle: Ints
    end_day: Ints
    is_changed: npt.NDArray[np.bool_]

    def billed(self, cycle: int) -> Ints:
        """The subscriptions that a billing date finds active, ascending."""
        started = int(np.searchsorted(self.first_cycle, cycle, side="right"))
        return np.flatnonzero(self.last_cycle[:started] >= cycle)

    def billed_through(self) -> Counts:
        """How many bills are due through each billing date."""
        cycles = len(self.bill_days) - 1
        started = np.cumsum(np.bincount(self.first_cycle, minlength=cycles + 1)[:cycles])
        over = np.bincount(self.last_cycle[self.last_cycle != NEVER] + 1, minlength=cycles + 1)
        return tuple(np.cumsum(started - np.cumsum(over[:cycles])).tolist())


def population(config: Config, draws: Draws) -> Population:
    """The customers through the month of as_of, and through the grace of its bills.

    What is known of a day is the same in all later months.
    """
    return _population(through(config), draws)


def through(config: Config) -> Config:
    """The configuration with the last day of as_of's month: all days of a month share their plans. Rates are
    those that a `decoy_ratio` sets."""
    day = config.day
    return config.planned.model_copy(update={"as_of": day.replace(day=monthrange(day.year, day.month)[1])})


@lru_cache(maxsize=4)
def _population(config: Config, draws: Draws) -> Population:
    last = epoch_day(config.day) + config.payment_terms_days + config.grace_days + 1
    beyond = date_of(last + 31 * (config.billing_interval_months + 1))
    days = bill_days(config.model_copy(update={"as_of": beyond}))
    cycles = sum(day <= last for day in days)
    days = days[: cycles + 1]
    start = start_days(config, draws, days[-1] - 1)
    plan_field, payer_field, _, _ = draws.fields("plan and payer", np.arange(len(start)))
    plan = quantile_tables.sample(_plans(config), plan_field)
    payers = quantile_tables.from_weights(range(len(PAYERS)), PAYERS_OF_200)
    first = np.searchsorted(days[:-1], start, side="left")
    cancel, changes = departures(config, draws, days, start, plan, first)
    end = np.full(len(start), NEVER, dtype=np.int64)
    gone = np.flatnonzero(cancel != NEVER)
    edges = np.array(days, dtype=np.int64)
    end[gone] = edges[cancel[gone]] + day_in_cycle(draws, gone, np.diff(edges)[cancel[gone]])
    customer, begin, *rest = _subscriptions(config, start, plan, first, cancel, end, changes)
    payer = quantile_tables.sample(payers, payer_field)[customer]
    found = Population(days, start, customer, begin, rest[0], payer, *rest[1:])
    for values in found[1:]:
        values.setflags(write=False)
    return found


def _plans(config: Config) -> Ints:
    shares = config.plan_shares
    weights = (shares.basic, shares.pro, shares.enterprise)
    return quantile_tables.from_weights(range(len(curves.PLANS)), weights)


def _subscriptions(
    config: Config, start: Ints, plan: Ints, first: Ints, cancel: Ints, end: Ints, changes: Changes
) -> tuple[np.ndarray, ...]:
    """Customers, first days, plans, first and last cycles, last days and whether changed of subscriptions.

    Each customer has a first one, and with each change of plan another, from the next day on.
    """
    count, more = len(start), len(changes.customer)
    customer = np.concatenate([np.arange(count), changes.customer])
    is_changed = np.arange(count + more) >= count
    begin = np.concatenate([start, changes.last_day + 1])
    own_plan, own_first = np.concatenate([plan, changes.plan]), np.concatenate([first, changes.cycle + 1])
    last_cycle, last_day = cancel[customer], end[customer]
    in_turn = np.lexsort((own_first, is_changed, customer))
    before, after = in_turn[:-1], in_turn[1:]
    again = customer[before] == customer[after]
    last_cycle[before[again]] = own_first[after[again]] - 1
    last_day[before[again]] = begin[after[again]] - 1
    founded = np.where(np.arange(count + more) < config.history.customers_at_start, 0, begin)
    order = np.lexsort((customer, is_changed, founded))
    of_all = (customer, begin, own_plan, own_first, last_cycle, last_day, is_changed)
    return tuple(values[order] for values in of_all)


# --- by as_of -----------------------------------------------------------------------------------------


def customers_by(config: Config, draws: Draws, day: int) -> int:
    """How many customers have started by a day of the history."""
    return _started(config, population(config, draws).customer_start, day)


def subscriptions_by(config: Config, draws: Draws, day: int) -> int:
    """How many subscriptions have."""
    return _started(config, population(config, draws).start_day, day)


def customers_by_month(config: Config, draws: Draws) -> Counts:
    """How many customers have started by the end of each month, as far as customers are known."""
    people = population(config, draws)
    edges = month_edges(config.start, people.bill_days[-1] - 1)[1:]
    return tuple(_started(config, people.customer_start, edge - 1) for edge in edges)


def _started(config: Config, start: Ints, day: int) -> int:
    founders = config.history.customers_at_start
    return founders + int(np.searchsorted(start[founders:], day, side="right"))
