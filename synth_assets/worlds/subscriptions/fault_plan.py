"""Which bill carries which fault, and which noise: exact quotas per billing date, known for any row alone.

Subscriptions are ranked once by a keyed permutation: the first ranks cancel, in the order of the cycles,
the others stay to the end. For each billing date the stayers are ranked again; quotas are ranges of rank:

    | late … | unpaid in grace … | everybody else …                |
    | G Z    |                   | G G G Z Z Z Z P P P P P  sound  |

Late payments and those still in grace are noise: their ranges do not depend on any anomaly's rate, so the
clean twin keeps them. Ghosts (G) and zombies (Z) take their share of the late range, exactly so many that the
payments which remain are late at the asked rate; partial payments (P) are never late.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import date_of, epoch_day, months_before
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.anomalies import GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.config import Config

ON_TIME, LATE, IN_GRACE = range(3)
"""How a sound bill is settled."""

Counts = tuple[int, ...]


class ClosedForm(NamedTuple):
    """Every count of the period, one entry a cycle: nothing here is drawn.

    Attributes:
        bill_days: epoch day of each billing date.
        cancels: subscriptions that cancel after each bill and before the next.
        billed: subscriptions active at each bill.
        ghosts, zombies, partials: labels of each cycle.
        late_stayers, late_leavers: late bills of each cycle, ghosts and zombies among them counted.
        late_ghosts, late_zombies: labels that take a late stayer's place.
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


class Bills(NamedTuple):
    """The plan of some subscriptions, shape (subscriptions, cycles), but for `cancel_cycle`.

    Attributes:
        cancel_cycle: cycle after whose bill each one cancels; the number of cycles for those who stay.
        is_billed: whether the subscription is active at the bill.
        fault: code of the anomaly, 0 for none.
        settlement: ON_TIME, LATE or IN_GRACE, of the sound bill.
    """

    cancel_cycle: Ints
    is_billed: npt.NDArray[np.bool_]
    fault: Codes
    settlement: Codes


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
    late_stayers = tuple(count - apart for count, apart in zip(late, late_leavers, strict=True))
    displaced = sum(late) - quota(config.late_rate, payments)
    late_ghosts, late_zombies = _displaced(displaced, ghosts, zombies, late_stayers)
    partials = split(quota(rates.partial_payment, payments), [stayers - unpaid for unpaid in in_grace])
    return ClosedForm(
        days, cancels, billed, ghosts, zombies, partials, late_stayers, late_leavers, late_ghosts,
        late_zombies, in_grace, invoices, payments, stayers,
    )  # fmt: skip


def plan(config: Config, draws: Draws, subscription: Ints) -> Bills:
    """The plan of the subscriptions numbered `subscription` from 0."""
    form = closed_form(config)
    leaving = config.num_customers - form.stayers
    rank = Permutation(draws.key("cancels"), config.num_customers)(subscription)
    ends = np.array(list(accumulate(form.cancels)), dtype=np.int64)
    cancel_cycle = np.searchsorted(ends, rank, side="right")
    shape = (len(subscription), len(form.bill_days))
    fault, settlement = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)
    stayer = np.flatnonzero(rank >= leaving)
    leaver = np.flatnonzero(rank < leaving)
    for cycle in range(len(form.bill_days)):
        order = Permutation(draws.key(f"stayers {cycle}"), form.stayers)
        place = order(rank[stayer] - leaving)
        _put(fault[:, cycle], stayer, place, _fault_ranges(form, cycle))
        _put(settlement[:, cycle], stayer, place, _settlement_ranges(form, cycle))
        gone = leaving - (form.billed[cycle] - form.stayers)
        here = leaver[rank[leaver] >= gone]
        order = Permutation(draws.key(f"leavers {cycle}"), leaving - gone)
        late = order(rank[here] - gone) < form.late_leavers[cycle]
        settlement[here, cycle] = np.where(late, LATE, ON_TIME)
    return Bills(cancel_cycle, np.arange(shape[1]) <= cancel_cycle[:, None], fault, settlement)


def _settlement_ranges(form: ClosedForm, cycle: int) -> list[tuple[int, int]]:
    """(length, code) of each range of a stayer's rank: how its sound bill is settled."""
    return [(form.late_stayers[cycle], LATE), (form.in_grace[cycle], IN_GRACE)]


def _fault_ranges(form: ClosedForm, cycle: int) -> list[tuple[int, int]]:
    """(length, code) of each range of a stayer's rank: which fault the bill carries."""
    ghosts, zombies = form.late_ghosts[cycle], form.late_zombies[cycle]
    return [
        (ghosts, GHOST),
        (zombies, ZOMBIE),
        (form.late_stayers[cycle] - ghosts - zombies + form.in_grace[cycle], 0),
        (form.ghosts[cycle] - ghosts, GHOST),
        (form.zombies[cycle] - zombies, ZOMBIE),
        (form.partials[cycle], PARTIAL),
    ]


def _put(codes: Codes, rows: Ints, rank: Ints, ranges: list[tuple[int, int]]) -> None:
    """Write to the rows of `codes` the code of the range in which each one's rank lies; none beyond them."""
    ends = np.array(list(accumulate(length for length, _ in ranges)), dtype=np.int64)
    inside = np.flatnonzero(rank < ends[-1])
    code = np.array([code for _, code in ranges], dtype=np.int8)
    codes[rows[inside]] = code[np.searchsorted(ends, rank[inside], side="right")]


def expected_labels(config: Config) -> dict[str, tuple[int, int]]:
    """For each kind, what its rate counts (subscription cycles, invoices, payments) and its labels."""
    form = closed_form(config)
    return {
        "ghost_subscriber": (sum(form.billed), sum(form.ghosts)),
        "zombie_account": (form.invoices, sum(form.zombies)),
        "partial_payment": (form.payments, sum(form.partials)),
    }


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration cannot be met, in one line, or None when it can."""
    numbers = 2 * config.num_customers * len(bill_days(config))
    if numbers > LARGEST:
        return (
            f"2 x num_customers x billing dates is {numbers:,}, but invoice numbers end at {LARGEST:,}: "
            "lower num_customers"
        )
    shares = config.plan_shares
    if abs(shares.basic + shares.pro + shares.enterprise - 1) > 1e-9:
        total = shares.basic + shares.pro + shares.enterprise
        return f"plan_shares: they add up to {total:g}, but must add up to 1"
    form = closed_form(config)
    rates = config.anomaly_rates
    if not form.stayers and any(rate for _, rate in rates):
        return f"anomaly_rates: churn_rate {config.churn_rate:g} leaves nobody active to carry them: lower it"
    too_young = f"but no bill of the {config.period_months} months is old enough by as_of: set it to 0"
    if sum(form.zombies) < quota(rates.zombie_account, form.invoices):
        return f"anomaly_rates: zombie_account is {rates.zombie_account:g}, {too_young}"
    if sum(form.partials) < quota(rates.partial_payment, form.payments):
        return f"anomaly_rates: partial_payment is {rates.partial_payment:g}, but nobody active pays"
    if not sum(form.late_stayers) + sum(form.late_leavers) and quota(config.late_rate, form.payments):
        return f"late_rate is {config.late_rate:g}, {too_young}"
    late = _late(form)
    if late > quota(config.late_rate, form.payments):
        return (
            f"anomaly_rates: with late_rate {config.late_rate:g} {late} of {form.payments} payments would be "
            f"late, not {quota(config.late_rate, form.payments)}, as too few bills are: raise num_customers"
        )
    crowded = _crowded(config, form)
    if crowded:
        return crowded
    leaving = config.num_customers - form.stayers
    if any(gone > whole for gone, whole in zip(*plan_counts(config), strict=True)):
        return f"churn_rate {config.churn_rate:g}: {leaving} cancellations do not fit the plans' shares"
    return None


def _crowded(config: Config, form: ClosedForm) -> str | None:
    """The first billing date that has fewer bills than late ones and faults ask for, in one line."""
    for cycle, day in enumerate(form.bill_days):
        late, leavers = form.late_leavers[cycle], form.billed[cycle] - form.stayers
        if late > leavers:
            return (
                f"late_rate {config.late_rate:g}: more bills of {date_of(day)} would be late than there are"
            )
        asked = sum(length for length, _ in _fault_ranges(form, cycle))
        if asked > form.stayers:
            return (
                f"anomaly_rates: with late_rate {config.late_rate:g} and in_grace_unpaid_rate "
                f"{config.in_grace_unpaid_rate:g} they ask for {asked} of the bills of {date_of(day)}, but "
                f"only {form.stayers} subscriptions stay active to the end: lower the rates"
            )
    return None


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
    """Epoch days of the billing dates: every so many months the 1st, from the period's first one."""
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


def _displaced(asked: int, ghosts: Counts, zombies: Counts, late: Counts) -> tuple[Counts, Counts]:
    """How many ghosts and zombies of each cycle take a late bill's place, `asked` in all where they fit."""
    room = [min(g + z, places) for g, z, places in zip(ghosts, zombies, late, strict=True)]
    taken = split(min(asked, sum(room)), room)
    late_ghosts = tuple(
        t * g // (g + z) if g + z else 0 for t, g, z in zip(taken, ghosts, zombies, strict=True)
    )
    return late_ghosts, tuple(t - g for t, g in zip(taken, late_ghosts, strict=True))


def _late(form: ClosedForm) -> int:
    """Payments after their due date: late bills less the ghosts and zombies among them."""
    bills = sum(form.late_stayers) + sum(form.late_leavers)
    return bills - sum(form.late_ghosts) - sum(form.late_zombies)


def _months_between(first: int, later: int) -> int:
    """Whole months between two firsts of a month, as epoch days."""
    a, b = date_of(first), date_of(later)
    return (b.year - a.year) * 12 + b.month - a.month
