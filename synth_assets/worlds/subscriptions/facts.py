"""What is decided about a customer before any table is made: plan, tenure, change, end, and every bill.

Everything is a pure function of (configuration, customer number). Tables project it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.model.used_numbers import unused_before
from synth_assets.worlds.subscriptions import fault_plan, plan_changes
from synth_assets.worlds.subscriptions.bill import Bill
from synth_assets.worlds.subscriptions.closed_form import closed_form, plan_counts
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import NUMBERS_A_CYCLE, UNUSED_SHARE, Config
from synth_assets.worlds.subscriptions.ends import end_day
from synth_assets.worlds.subscriptions.payment_days import paid_day
from synth_assets.worlds.subscriptions.starts import start_day


class Customers(NamedTuple):
    """The facts of consecutive customers; days are epoch days.

    Attributes:
        number: from 0; their bills share it.
        plan: index into `curves.PLANS`, of their first subscription.
        start_day: start of the first subscription; that of founders is on or before the period's first day.
        end_day: day of the cancellation; one day after as_of for those who stay.
        has_stayed: whether a subscription is active at as_of.
        bills: faults and settlements, shape (customers, cycles).
    """

    number: Ints
    plan: Ints
    start_day: Ints
    end_day: Ints
    has_stayed: npt.NDArray[np.bool_]
    bills: fault_plan.Bills


class Subscriptions(NamedTuple):
    """The subscriptions of a block, one entry each, in order of number; a change of plan makes a second one.

    Attributes:
        number: from 0.
        row: position of its customer in the block.
        plan, start_day, end_day: as those of customers.
        is_active: whether it is active at as_of.
    """

    number: Ints
    row: Ints
    plan: Ints
    start_day: Ints
    end_day: Ints
    is_active: npt.NDArray[np.bool_]


class Facts(NamedTuple):
    """What is decided about consecutive customers, about their subscriptions, and about every bill due."""

    customers: Customers
    subscriptions: Subscriptions
    bills: Bill


def facts(config: Config, draws: Draws, rows: range) -> Facts:
    """The facts of the customers `rows` of a window."""
    config, draws = config.planned, draws.of("bills")
    customers = _customers(config, draws, np.arange(rows.start, rows.stop, dtype=np.int64))
    for values in (*customers.bills, *(v for v in customers if isinstance(v, np.ndarray))):
        values.setflags(write=False)
    subscriptions, places = _subscriptions(config, draws, customers)
    return Facts(customers, subscriptions, _bills(config, draws, customers, places))


def _customers(config: Config, draws: Draws, number: Ints) -> Customers:
    form = closed_form(config, draws)
    bills = fault_plan.plan(config, draws, number)
    stays = bills.cancel_cycle == len(form.bill_days)
    return Customers(
        number,
        _plan(config, draws, number, stays),
        start_day(config, draws, number, bills),
        end_day(config, draws, number, bills.cancel_cycle),
        stays,
        bills,
    )


def _subscriptions(config: Config, draws: Draws, facts: Customers) -> tuple[Subscriptions, Ints]:
    """The subscriptions of some customers, and the places among them of each one's first and second."""
    first, second = plan_changes.numbers(config, draws, facts.number)
    if not config.plan_change_share:
        row = np.arange(len(first))
        alike = Subscriptions(first, row, facts.plan, facts.start_day, facts.end_day, facts.has_stayed)
        return alike, row[None, :]
    changes = np.flatnonzero(facts.bills.change_cycle <= len(bill_days(config)))
    changer, cycle = facts.number[changes], facts.bills.change_cycle[changes]
    last_day = plan_changes.last_days(config, draws, changer, cycle)
    new_plan = plan_changes.new_plans(draws, changer, facts.plan[changes])
    end, stays = facts.end_day.copy(), facts.has_stayed.copy()
    end[changes], stays[changes] = last_day, False
    both = (
        np.concatenate([first, second[changes]]),
        np.concatenate([np.arange(len(first)), changes]),
        np.concatenate([facts.plan, new_plan]),
        np.concatenate([facts.start_day, last_day + 1]),
        np.concatenate([end, facts.end_day[changes]]),
        np.concatenate([stays, facts.has_stayed[changes]]),
    )
    order = np.argsort(both[0], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    places = np.stack([place[: len(first)]] * 2)
    places[1, changes] = place[len(first) :]
    return Subscriptions._make(values[order] for values in both), places


def _bills(config: Config, draws: Draws, facts: Customers, places: Ints) -> Bill:
    """Every bill that is due from some customers, ghosts included, given where their subscriptions are."""
    days = bill_days(config)
    row, cycle = np.nonzero(facts.bills.is_billed)
    number = _bill_numbers(draws, facts.number, len(days))[row, cycle]
    day = np.array(days, dtype=np.int64)[cycle]
    settlement = facts.bills.settlement[row, cycle]
    lag_table = (facts.bills.payer * quantile_tables.SIZE).take(row)
    paid = paid_day(config, draws, number, day, settlement, lag_table)
    place = row
    if config.plan_change_share:
        is_second = cycle >= facts.bills.change_cycle.take(row)
        place = places.ravel().take(is_second * places.shape[1] + row)
    return Bill(
        number,
        place.astype(np.int32),
        cycle.astype(np.int16),
        day.astype(np.int32),
        paid.astype(np.int32),
        facts.bills.fault[row, cycle],
        settlement,
    )


def _bill_numbers(draws: Draws, customer: Ints, cycles: int) -> Ints:
    """The number of each customer's bill of each cycle, ascending, shape (customers, cycles).

    Of the numbers that a customer has some are unused, and a ghost's is like others.
    """
    words = -(-cycles // 4)
    fields = draws.fields("numbers", customer[:, None] * words + np.arange(words)).T
    unused = quantile_tables.sample(unused_before(UNUSED_SHARE), fields.reshape(len(customer), 4 * words))
    chosen = np.cumsum(unused[:, :cycles] + 1, axis=1)
    of_one = NUMBERS_A_CYCLE * cycles
    np.minimum(chosen, of_one + 1 - np.arange(cycles, 0, -1), out=chosen)
    return chosen + (customer * of_one)[:, None]


@lru_cache(maxsize=8)
def price_cents(config: Config) -> Ints:
    """Monthly price of each plan, cents: dollars as written, rounded half up, so 10.125 is 1,013."""
    prices = config.monthly_prices
    return np.array([quota(dollars, 100) for dollars in (prices.basic, prices.pro, prices.enterprise)])


def _plan(config: Config, draws: Draws, number: Ints, stays: npt.NDArray[np.bool_]) -> Ints:
    """Plans by quota: one for those who cancel, one for those who stay, so that hazards differ by plan."""
    leaving, all_of = plan_counts(config)
    staying = [total - gone for total, gone in zip(all_of, leaving, strict=True)]
    rank = Permutation(draws.key("cancels"), config.num_customers)(number)
    result = np.zeros(len(number), dtype=np.int64)
    for group, counts, first in (("leave", leaving, 0), ("stay", staying, sum(leaving))):
        rows = np.flatnonzero(stays == (group == "stay"))
        own_rank = Permutation(draws.key(f"plans of those who {group}"), sum(counts))(rank[rows] - first)
        result[rows] = np.searchsorted(list(accumulate(counts)), own_rank, side="right")
    return result
