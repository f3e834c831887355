"""When a sale happens: its order, its invoice and its payment, within the days that end with as_of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota, spread
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
    if config.grows:
        return np.maximum(issue, order_day)
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
    config: Config, draws: Draws, lateness: Fields, contact: Ints, is_run: Bools, issued: Ints
) -> Ints:
    """Days of sound payments: by the customer's habit, on business days, 0 to 60 days after issue.

    `lateness` are four fields a payment, shape (4, payments); those that `is_run` wait for a customer's run.
    """
    days = window(config)
    follows, other, quantile, _ = lateness
    payer = draws.of("contacts").fields("payer", contact)
    kind = quantile_tables.sample(
        cash_curves.payer_type(), np.where(follows < cash_curves.TYPE_HELD_PER_65536, payer[0], other)
    )
    past_due = cash_curves.sample_by_row(cash_curves.days_past_due(), kind, quantile)
    latest = issued + cash_curves.LATEST_PAYMENT_DAYS
    day = _on_pay_day(config, payer, is_run, issued + cash_curves.TERMS_DAYS + past_due)
    late = np.flatnonzero(day > latest)
    day[late] = days.business_day_before(latest[late])
    return np.maximum(day, issued)


def pay_day(config: Config, draws: Draws, contact: Ints, is_run: Bools, day: Ints) -> Ints:
    """The business day on or after `day` on which a customer pays; those that `is_run` wait for its run."""
    return _on_pay_day(config, draws.of("contacts").fields("payer", contact), is_run, day)


def _on_pay_day(config: Config, payer: Fields, is_run: Bools, day: Ints) -> Ints:
    """As `pay_day`, `payer` being four fields of each customer; `day` is changed."""
    _, runs, weekday, _ = payer
    on_run = np.flatnonzero(is_run & (runs < cash_curves.PAY_RUN_PER_65536))
    run_day = np.array(cash_curves.PAY_RUN_WEEKDAYS)[weekday[on_run].astype(np.int64) * 3 >> 16]
    day[on_run] += (run_day - (day[on_run] + 3)) % 7
    return window(config).add_business_days(day, 0)


def pays_all_by_run(draws: Draws, contact: Ints) -> tuple[Bools, Bools]:
    """Which customers have a pay run, and which of them would pay by check."""
    _, runs, _, by_check = draws.of("contacts").fields("payer", contact)
    return runs < cash_curves.PAY_RUN_PER_65536, by_check < cash_curves.RUN_BY_CHECK_PER_65536


def aged_unpaid(config: Config, draws: Draws, number: Ints, decoy: Codes) -> npt.NDArray[np.intp]:
    """Indices of the decoy of slow but legitimate payers: unpaid at 31 to 59 days, the fewer the older.

    A late invoice may be younger and is left out.
    """
    if config.grows:  # slow payers are open on some days, and paid on later ones
        return np.zeros(0, dtype=np.intp)
    chosen = []
    key = draws.key("aged_unpaid")
    for day, (rows, quota_of_day) in enumerate(_aged_unpaid_by_day(config, draws)):
        inside = np.flatnonzero((number >= rows.start) & (number < rows.stop))
        if quota_of_day and len(inside):
            order = Permutation((key + day) % 2**64, len(rows))
            chosen.append(inside[order(number[inside] - rows.start) < quota_of_day])
    at = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.intp)
    return at[decoy[at] != fault_plan.LATE_INVOICE]


@lru_cache(maxsize=8)
def _aged_unpaid_by_day(config: Config, draws: Draws) -> list[tuple[range, int]]:
    """For each day whose invoices are 31 to 59 days old whatever their lag, its orders and how many of their
    invoices are left unpaid."""
    days = window(config)
    first = max(days.first, days.last - cash_curves.AGED_DAYS[1])
    last = latest_order_day(days, cash_curves.AGED_DAYS[0], cash_curves.MOST_LAG_BUSINESS_DAYS)
    schedule = arrival_schedule(config, draws)
    rows = [schedule.rows_on(day, day) for day in range(first, last + 1)]
    weights = [
        (cash_curves.AGED_NONE_DAYS - (days.last - day)) * len(of_day)
        for day, of_day in zip(range(first, last + 1), rows, strict=True)
    ]
    asked = quota(config.planned_decoys.aged_unpaid, config.num_transactions)
    return list(zip(rows, spread(asked, weights, [len(of_day) for of_day in rows]), strict=True))
