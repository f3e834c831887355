"""What is decided about a subscription before any table is made: plan, tenure, end, and every bill.

Everything is a pure function of (configuration, subscription number). Tables project it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.model.used_numbers import unused_before
from synth_assets.worlds.subscriptions import curves, fault_plan
from synth_assets.worlds.subscriptions.anomalies import GHOST, ZOMBIE
from synth_assets.worlds.subscriptions.closed_form import closed_form, plan_counts
from synth_assets.worlds.subscriptions.cohorts import FOUNDERS, arrival_days, bill_days, first_day
from synth_assets.worlds.subscriptions.config import NUMBERS_A_CYCLE, UNUSED_SHARE, Config
from synth_assets.worlds.subscriptions.ends import end_day
from synth_assets.worlds.subscriptions.payers import BY_INVOICE, payment_lag_days


class Subscriptions(NamedTuple):
    """The facts of consecutive subscriptions; days are epoch days.

    Attributes:
        number: from 0; customer, subscription and their bills share it.
        plan: index into `curves.PLANS`.
        start_day: start of the subscription; that of founders is on or before the period's first day.
        end_day: day of the cancellation; one day after as_of for those who stay.
        has_stayed: whether the subscription is active at as_of.
        bills: faults and settlements, shape (subscriptions, cycles).
    """

    number: Ints
    plan: Ints
    start_day: Ints
    end_day: Ints
    has_stayed: npt.NDArray[np.bool_]
    bills: fault_plan.Bills


class Bill(NamedTuple):
    """Bills of a block, one entry each, in order of number.

    Attributes:
        number: fixed for each subscription and cycle, so a bill that is absent shifts no other.
        row: position of its subscription in the block.
        cycle: index of the billing date.
        day: epoch day of the billing date.
        paid_day: sound payment day, at most as_of; meaningless where `settlement` is IN_GRACE.
        fault, settlement: codes of `anomalies` and `fault_plan`.
    """

    number: Ints
    row: npt.NDArray[np.int32]
    cycle: npt.NDArray[np.int16]
    day: npt.NDArray[np.int32]
    paid_day: npt.NDArray[np.int32]
    fault: Codes
    settlement: Codes

    def where(self, chosen: npt.NDArray[np.bool_]) -> Bill:
        """Some of the bills."""
        rows = np.flatnonzero(chosen)
        return Bill._make(values[rows] for values in self)

    @property
    def is_issued(self) -> npt.NDArray[np.bool_]:
        """Whether there is an invoice: all but ghosts."""
        return self.fault != GHOST

    @property
    def is_settled(self) -> npt.NDArray[np.bool_]:
        """Whether there is a payment by as_of: all but ghosts, zombies and bills still in grace."""
        return self.is_issued & (self.fault != ZOMBIE) & (self.settlement != fault_plan.IN_GRACE)


class Facts(NamedTuple):
    """What is decided about consecutive subscriptions, and about every bill that they are due."""

    subscriptions: Subscriptions
    bills: Bill


def facts(config: Config, draws: Draws, rows: range) -> Facts:
    """The facts of the subscriptions `rows`."""
    config, draws = config.planned, draws.of("bills")
    subscriptions = _subscriptions(config, draws, np.arange(rows.start, rows.stop, dtype=np.int64))
    return Facts(subscriptions, _bills(config, draws, subscriptions))


def _subscriptions(config: Config, draws: Draws, number: Ints) -> Subscriptions:
    form = closed_form(config, draws)
    bills = fault_plan.plan(config, draws, number)
    stays = bills.cancel_cycle == len(form.bill_days)
    facts = Subscriptions(
        number,
        _plan(config, draws, number, stays),
        _start_day(config, draws, number, bills),
        end_day(config, draws, number, bills.cancel_cycle),
        stays,
        bills,
    )
    for values in (*bills, *(v for v in facts if isinstance(v, np.ndarray))):
        values.setflags(write=False)
    return facts


def _bills(config: Config, draws: Draws, facts: Subscriptions) -> Bill:
    """Every bill that is due from some subscriptions, ghosts included."""
    form = closed_form(config, draws)
    row, cycle = np.nonzero(facts.bills.is_billed)
    number = _bill_numbers(draws, facts.number, len(form.bill_days))[row, cycle]
    day = np.array(form.bill_days, dtype=np.int64)[cycle]
    settlement = facts.bills.settlement[row, cycle]
    lag_table = (facts.bills.payer * quantile_tables.SIZE).take(row)
    paid_day = _paid_day(config, draws, number, day, settlement, lag_table)
    return Bill(
        number,
        row.astype(np.int32),
        cycle.astype(np.int16),
        day.astype(np.int32),
        paid_day.astype(np.int32),
        facts.bills.fault[row, cycle],
        settlement,
    )


def _bill_numbers(draws: Draws, subscription: Ints, cycles: int) -> Ints:
    """The number of each subscription's bill of each cycle, ascending, shape (subscriptions, cycles).

    Of the numbers that a subscription has some are unused, and a ghost's is like others. The last ones are
    kept for the bills that are still to come.
    """
    words = -(-cycles // 4)
    fields = draws.fields("numbers", subscription[:, None] * words + np.arange(words)).T
    unused = quantile_tables.sample(unused_before(UNUSED_SHARE), fields.reshape(len(subscription), 4 * words))
    chosen = np.cumsum(unused[:, :cycles] + 1, axis=1)
    of_one = NUMBERS_A_CYCLE * cycles
    np.minimum(chosen, of_one + 1 - np.arange(cycles, 0, -1), out=chosen)
    return chosen + (subscription * of_one)[:, None]


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


def _start_day(config: Config, draws: Draws, number: Ints, bills: fault_plan.Bills) -> Ints:
    """Founders start before the period: tenure in months by the cycle of the cancellation, and a drawn day.

    The others start on any day after one bill and by the next.
    """
    tenure, day, _, _ = draws.fields("start", number)
    cycle_months = tuple(cycle * config.billing_interval_months for cycle in range(len(bill_days(config))))
    tables = [curves.leaving_tenure_months(month) for month in cycle_months]
    tables.append(curves.staying_tenure_months(config.churn_rate, cycle_months))
    months = np.stack(tables).ravel()[bills.cancel_cycle * quantile_tables.SIZE + (tenure >> 4)]
    days = months * 30_437 // 1_000 + day.astype(np.int64) * 30 // 65_536
    start = first_day(config) - days
    new = np.flatnonzero(bills.arrival != FOUNDERS)
    first, last = np.array(arrival_days(config), dtype=np.int64)[bills.arrival[new] - 1].T
    start[new] = first + tenure[new].astype(np.int64) * (last - first + 1) // 65_536
    return start


def _paid_day(
    config: Config, draws: Draws, number: Ints, day: Ints, settlement: Codes, lag_table: Ints
) -> Ints:
    """On time within terms, by its payer's table, late after the due date; never after as_of.

    What would come later is drawn again among the days that are left, so none pile up on as_of.
    """
    terms, last = config.payment_terms_days, epoch_day(config.day)
    lag, late, again, _ = draws.fields("payment_lag", number)
    days = np.minimum(payment_lag_days().take(lag_table + (lag >> 4)), terms)
    is_late = settlement == fault_plan.LATE
    rows = np.flatnonzero(is_late)
    days[rows] = terms + quantile_tables.sample(curves.days_late(), late[rows])
    paid_day = day + days
    beyond = np.flatnonzero(paid_day > last)
    for rows, table, from_day in (
        (beyond[is_late[beyond]], curves.days_late(), terms),
        (beyond[~is_late[beyond]], payment_lag_days()[BY_INVOICE], 0),
    ):
        first = day[rows] + from_day
        paid_day[rows] = first + quantile_tables.sample_at_most(table, last - first, again[rows])
    return paid_day
