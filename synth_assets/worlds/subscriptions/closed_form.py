"""Every count of a configuration in exact arithmetic: bills, cancellations, faults and noise of each cycle.

Nothing here is drawn but which months lose more customers than others.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import bill_days, cohorts
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.shares import Counts, split


class ClosedForm(NamedTuple):
    """Every count of the period, one entry a cycle.

    Attributes:
        bill_days: epoch day of each billing date.
        billed: subscriptions active at each bill.
        stayers: those of them that are still active at as_of, by then neither cancelled nor changed.
        ghosts, zombies, partials: planned faults of each cycle, at a prevalence those of the highest.
        late_stayers, late_leavers: late bills of each cycle, ghosts and zombies among them counted.
        late_ghosts, late_zombies: labels on bills that would be late.
        in_grace: unpaid bills of cycles whose grace still runs at as_of.
        invoices, payments: rows of the period with all planned faults.
        leaving: customers that cancel within the period.
    """

    bill_days: Counts
    billed: Counts
    stayers: Counts
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
    leaving: int


@cache
def closed_form(config: Config, draws: Draws) -> ClosedForm:
    """All counts of a configuration, in exact arithmetic; `draws` are those of the subject `bills`."""
    days = bill_days(config)
    last = epoch_day(config.day)
    rates = config.planned_rates
    billed, stayers, leaving = _populations(config, draws)
    ghosts = tuple(quota(rates["ghost_subscriber"], count) for count in billed)
    invoices = sum(billed) - sum(ghosts)
    overdue = [day + config.payment_terms_days < last for day in days]
    grace_over = [day + config.payment_terms_days + config.grace_days < last for day in days]
    zombies = split(quota(rates["zombie_account"], invoices), _where(stayers, grace_over))
    in_grace = tuple(
        0 if over else quota(config.in_grace_unpaid_rate, count)
        for over, count in zip(grace_over, stayers, strict=True)
    )
    payments = invoices - sum(zombies) - sum(in_grace)
    sound = sum(billed) - sum(in_grace)
    late = split(quota(config.late_rate, sound), _where(billed, overdue))
    late_leavers = tuple(
        count * (total - staying) // max(1, total)
        for count, total, staying in zip(late, billed, stayers, strict=True)
    )
    late_stayers = _less(late, late_leavers)
    displaced = sum(late) - quota(config.late_rate, payments)
    late_ghosts, late_zombies = _displaced(displaced, ghosts, zombies, late_stayers)
    partials = split(quota(rates["partial_payment"], payments), _less(stayers, in_grace))
    return ClosedForm(
        days, billed, stayers, ghosts, zombies, partials, late_stayers, late_leavers, late_ghosts,
        late_zombies, in_grace, invoices, payments, leaving,
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


def _populations(config: Config, draws: Draws) -> tuple[Counts, Counts, int]:
    """Subscriptions active at each bill, those of them that last to the end, and all who cancel."""
    groups = cohorts(config, draws)
    here = [groups.billed(cycle) for cycle in range(groups.cycles)]
    lasting = tuple(int(at[groups.lasts(cycle)].sum()) for cycle, at in enumerate(here))
    leaving = int((groups.end - groups.start)[~groups.stays].sum())
    return tuple(int(at.sum()) for at in here), lasting, leaving


def _where(counts: Counts, chosen: list[bool]) -> Counts:
    """The counts of some cycles, 0 for the others."""
    return tuple(count * is_chosen for count, is_chosen in zip(counts, chosen, strict=True))


def _less(counts: Counts, others: Counts) -> Counts:
    """The difference, cycle by cycle."""
    return tuple(count - other for count, other in zip(counts, others, strict=True))


def _displaced(count: int, ghosts: Counts, zombies: Counts, late: Counts) -> tuple[Counts, Counts]:
    """How many ghosts and zombies of each cycle would be late bills: `count` in all where they fit."""
    room = [min(g + z, bills) for g, z, bills in zip(ghosts, zombies, late, strict=True)]
    taken = split(min(count, sum(room)), room)
    late_ghosts = tuple(
        t * g // (g + z) if g + z else 0 for t, g, z in zip(taken, ghosts, zombies, strict=True)
    )
    return late_ghosts, _less(taken, late_ghosts)
