"""When a sale happens: its order, its invoice and its payment, within the days that end with as_of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.order_to_cash import anomalies, cash_curves, fault_plan
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.order_days import SETTLED, arrival_schedule, latest_order_day, window

Bools = npt.NDArray[np.bool_]


def issue_day(config: Config, draws: Draws, number: Ints, decoy: Codes, order_day: Ints) -> Ints:
    """Invoice dates: 0 to 4 business days after the order, some held for a billing run, and 5 to 7 for late
    ones; all before as_of, and those of orders that may carry a fault in time for it."""
    days = window(config)
    lag, batch, late_lag, _ = draws.fields("invoice_lag", number)
    wait = quantile_tables.sample(cash_curves.invoice_lag_business_days(), lag)
    run = _billing_run_wait(config)[order_day - days.first]
    held = (batch < cash_curves.BATCH_BILLING_PER_65536) & (run >= 0)
    wait = np.where(held, run, wait)
    late = np.flatnonzero(decoy == fault_plan.LATE_INVOICE)
    wait[late] = quantile_tables.sample(cash_curves.late_invoice_lag_business_days(), late_lag[late])
    issue = days.add_business_days(order_day, wait)
    for _, days_old, usual_lag in SETTLED:
        in_reach = late[order_day[late] <= latest_order_day(days, days_old, usual_lag)]
        issue[in_reach] = np.minimum(
            issue[in_reach], days.business_day_before(np.array([days.last - days_old]))
        )
    return np.maximum(np.minimum(issue, days.last - 1), order_day)


@lru_cache(maxsize=8)
def _billing_run_wait(config: Config) -> Ints:
    """For each day, business days to the next first or last business day of a month, -1 beyond 4."""
    days = window(config)
    month = np.array([date.year * 12 + date.month for date in days.dates])[days.is_business]
    ends = np.flatnonzero(month[1:] != month[:-1])
    runs = np.union1d(ends, ends + 1)
    rank: Ints = np.cumsum(days.is_business) - days.is_business
    ahead = np.append(runs, len(month) + 100)[np.searchsorted(runs, rank)] - rank
    return np.where(ahead <= cash_curves.MOST_LAG_BUSINESS_DAYS, ahead, -1)


def second_issue_day(config: Config, draws: Draws, number: Ints, first_issue_day: Ints) -> Ints:
    """Days of issue of duplicates: 1 to 3 business days after the first invoice."""
    lag = anomalies.second_lag_business_days(draws, number)
    return window(config).add_business_days(first_issue_day + 1, lag - 1)


def paid_day(
    config: Config, draws: Draws, lateness: Fields, contact: Ints, is_check: Bools, issued: Ints
) -> Ints:
    """Days of sound payments: by the customer's habit, on business days, 0 to 60 days after issue.

    `lateness` are four fields a payment, shape (4, payments); only checks wait for a customer's pay run.
    """
    days = window(config)
    follows, other, quantile, _ = lateness
    payer, runs, weekday, _ = draws.of("contacts").fields("payer", contact)
    kind = quantile_tables.sample(
        cash_curves.payer_type(), np.where(follows < cash_curves.TYPE_HELD_PER_65536, payer, other)
    )
    past_due = cash_curves.sample_by_row(cash_curves.days_past_due(), kind, quantile)
    latest = issued + cash_curves.LATEST_PAYMENT_DAYS
    day = issued + cash_curves.TERMS_DAYS + past_due
    on_run = np.flatnonzero(is_check & (runs < cash_curves.PAY_RUN_PER_65536))
    run_day = np.array(cash_curves.PAY_RUN_WEEKDAYS)[weekday[on_run].astype(np.int64) * 3 >> 16]
    day[on_run] += (run_day - (day[on_run] + 3)) % 7
    day = days.add_business_days(day, 0)
    late = np.flatnonzero(day > latest)
    day[late] = days.business_day_before(latest[late])
    return np.maximum(day, issued)


def aged_unpaid(config: Config, draws: Draws, number: Ints, decoy: Codes) -> npt.NDArray[np.intp]:
    """Indices of the decoy of slow but legitimate payers: unpaid at 45 to 59 days.

    Its domain is the orders of the five days whose invoices are that old whatever their lag: at most 10 days,
    over Christmas and New Year. A late invoice may be younger and is left out.
    """
    last = window(config).last
    domain = arrival_schedule(config, draws).rows_on(last - 59, last - 55)
    count = min(len(domain), quota(config.decoy_rates.aged_unpaid, config.num_transactions))
    inside = np.flatnonzero((number >= domain.start) & (number < domain.stop))
    order = Permutation(draws.key("aged_unpaid"), len(domain))
    chosen = inside[order(number[inside] - domain.start) < count]
    return chosen[decoy[chosen] != fault_plan.LATE_INVOICE]
