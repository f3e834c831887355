"""Every count of a configuration in exact arithmetic: bills, cancellations, faults and noise of each cycle.

Nothing here is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from synth_assets.model.calendar import date_of, epoch_day, months_before
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.config import Config

Counts = tuple[int, ...]


class ClosedForm(NamedTuple):
    """Every count of the period, one entry a cycle: nothing here is drawn.

    Attributes:
        bill_days: epoch day of each billing date.
        cancels: subscriptions that cancel after each bill and before the next.
        billed: subscriptions active at each bill.
        ghosts, zombies, partials: labels of each cycle.
        late_stayers, late_leavers: late bills of each cycle, ghosts and zombies among them counted.
        late_ghosts, late_zombies: labels on bills that would be late.
        in_grace: unpaid bills of cycles whose grace still runs at as_of.
        invoices, payments: rows of the period.
        stayers: subscriptions active at as_of.
    """

    bill_days: Counts
    cancels: Counts
    billed: Counts
    ghosts: Counts
    zombies: Counts
    partials: Counts
    late_stayers: Counts
    late_leavers: Counts
    late_ghosts: Counts
    late_zombies: Counts
    in_grace: Counts
    invoices: int
    payments: int
    stayers: int


@cache
def closed_form(config: Config) -> ClosedForm:
    """All counts of a configuration, in exact arithmetic."""
    days = bill_days(config)
    last = epoch_day(config.day)
    customers, rates = config.num_customers, config.anomaly_rates
    leaving = quota(config.churn_rate, customers)
    stayers = customers - leaving
    first_month = [_months_between(days[0], day) for day in days]
    cancels = split(leaving, [curves.cancel_weight(month) for month in first_month])
    gone = [0, *accumulate(cancels)][: len(days)]
    billed = tuple(customers - before for before in gone)
    ghosts = tuple(quota(rates.ghost_subscriber, count) for count in billed)
    invoices = sum(billed) - sum(ghosts)
    overdue = [day + config.payment_terms_days < last for day in days]
    grace_over = [day + config.payment_terms_days + config.grace_days < last for day in days]
    zombies = split(quota(rates.zombie_account, invoices), [stayers * over for over in grace_over])
    in_grace = tuple(0 if over else quota(config.in_grace_unpaid_rate, stayers) for over in grace_over)
    payments = invoices - sum(zombies) - sum(in_grace)
    sound = sum(billed) - sum(in_grace)
    late_weights = [count * due for count, due in zip(billed, overdue, strict=True)]
    late = split(quota(config.late_rate, sound), late_weights)
    late_leavers = tuple(
        count * (total - stayers) // max(1, total) for count, total in zip(late, billed, strict=True)
    )
    late_stayers = tuple(count - leavers for count, leavers in zip(late, late_leavers, strict=True))
    displaced = sum(late) - quota(config.late_rate, payments)
    late_ghosts, late_zombies = _displaced(displaced, ghosts, zombies, late_stayers)
    partials = split(quota(rates.partial_payment, payments), [stayers - unpaid for unpaid in in_grace])
    return ClosedForm(
        days, cancels, billed, ghosts, zombies, partials, late_stayers, late_leavers, late_ghosts,
        late_zombies, in_grace, invoices, payments, stayers,
    )  # fmt: skip


@cache
def plan_counts(config: Config) -> tuple[Counts, Counts]:
    """Subscriptions that cancel, and all subscriptions, on each plan; hazards differ by plan."""
    prices = config.plan_shares
    shares = (prices.basic, prices.pro, prices.enterprise)
    weights = [share * hazard for share, hazard in zip(shares, curves.PLAN_HAZARD, strict=True)]
    return (
        split(quota(config.churn_rate, config.num_customers), weights),
        split(config.num_customers, shares),
    )


def bill_days(config: Config) -> Counts:
    """Epoch days of the billing dates: the 1st of a month, every interval, from the period's first one."""
    start = epoch_day(months_before(config.day, config.period_months)) + 1
    firsts = [d for d in range(start, epoch_day(config.day) + 1) if date_of(d).day == 1]
    return tuple(firsts[:: config.billing_interval_months])


def split(total: int, weights: Sequence[float]) -> Counts:
    """Whole numbers that add up to `total` in proportion to the weights, rounded half up cumulatively; all
    zero where every weight is.

    Weights are read as the decimals that were written, so 15 over .7, .2 and .1 is 11, 3 and 1: edges at
    10.5, 13.5 and 15.
    """
    parts = list(accumulate(Fraction(weight).limit_denominator(10**9) for weight in weights))
    if not parts[-1]:
        return (0,) * len(weights)
    edges = [0, *(int(total * part / parts[-1] + Fraction(1, 2)) for part in parts)]
    return tuple(b - a for a, b in pairwise(edges))


def _displaced(count: int, ghosts: Counts, zombies: Counts, late: Counts) -> tuple[Counts, Counts]:
    """How many ghosts and zombies of each cycle would be late bills: `count` in all where they fit."""
    room = [min(g + z, bills) for g, z, bills in zip(ghosts, zombies, late, strict=True)]
    taken = split(min(count, sum(room)), room)
    late_ghosts = tuple(
        t * g // (g + z) if g + z else 0 for t, g, z in zip(taken, ghosts, zombies, strict=True)
    )
    return late_ghosts, tuple(t - g for t, g in zip(taken, late_ghosts, strict=True))


def _months_between(first: int, later: int) -> int:
    """Months between two firsts of a month, as epoch days."""
    a, b = date_of(first), date_of(later)
    return (b.year - a.year) * 12 + b.month - a.month
