"""Which bill carries which fault, and which noise: exact quotas per billing date, known for any row alone.

Subscriptions are ranked once by a keyed permutation: the first ranks cancel, in the order of the cycles, the
others stay to the end, in the order of their arrival. A rank has its payer for good. For each billing date
the stayers of each payer that it bills are ranked again; quotas are ranges of rank:

    | late … | unpaid in grace … | everybody else …                |
    | G Z    |                   | G G G Z Z Z Z P P P P P  sound  |

Late payments and those still in grace are noise: their ranges do not depend on any anomaly's rate, so the
clean twin keeps them. Ghosts (G) and zombies (Z) take their share of the late range, so that exactly the late
rate of the remaining payments is late; partial payments (P) are never late.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import date_of
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.closed_form import ClosedForm, closed_form, plan_counts
from synth_assets.worlds.subscriptions.cohorts import bill_days, cohorts
from synth_assets.worlds.subscriptions.config import NUMBERS_A_CYCLE, Config
from synth_assets.worlds.subscriptions.decoy_rates import why_not as decoys_why_not
from synth_assets.worlds.subscriptions.payers import PAYERS, payer_of, payers_below, place_of
from synth_assets.worlds.subscriptions.prevalence import asked, fault_ranges, thin
from synth_assets.worlds.subscriptions.quotas import Quotas, billed_of_payers, quotas

ON_TIME, LATE, IN_GRACE = range(3)
"""How a sound bill is settled."""


class Bills(NamedTuple):
    """The plan of some subscriptions, shape (subscriptions, cycles), but for payers, arrivals and ends.

    Attributes:
        payer: how each one pays, as index into `payers.PAYERS`.
        arrival: when each one starts, as in `cohorts`.
        cancel_cycle: cycle after whose bill each one cancels; the number of cycles for those who stay.
        is_billed: whether the subscription is active at the bill.
        fault: code of the anomaly, 0 for none.
        settlement: ON_TIME, LATE or IN_GRACE, of the sound bill.
    """

    payer: Ints
    arrival: Ints
    cancel_cycle: Ints
    is_billed: npt.NDArray[np.bool_]
    fault: Codes
    settlement: Codes


def plan(config: Config, draws: Draws, subscription: Ints) -> Bills:
    """The plan of the subscriptions numbered `subscription` from 0."""
    form, groups = closed_form(config, draws), cohorts(config, draws)
    rank = Permutation(draws.key("cancels"), config.num_customers)(subscription)
    cohort = np.searchsorted(groups.end, rank, side="right")
    first, last = groups.first_cycle[cohort], groups.cancel_cycle[cohort]
    payer = payer_of(rank)
    shape = (len(subscription), len(form.bill_days))
    cycles = np.arange(shape[1])
    is_billed = (first[:, None] <= cycles) & (cycles <= last[:, None])
    bills = Bills(
        payer, groups.arrival[cohort], last, is_billed, np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    )
    for kind in range(len(PAYERS)):
        place, is_kind = place_of(rank, kind), payer == kind
        stayer = np.flatnonzero(is_kind & (rank >= form.leaving))
        _put_stayers(bills, config, draws, kind, stayer, place[stayer])
        leaver = np.flatnonzero(is_kind & (rank < form.leaving))
        _put_leavers(bills, config, draws, kind, leaver, place[leaver], cohort[leaver])
    return bills


def _put_stayers(bills: Bills, config: Config, draws: Draws, payer: int, rows: Ints, place: Ints) -> None:
    """Write the faults and settlements of some stayers of one payer, given their places among its ranks."""
    place = place - payers_below(np.array([closed_form(config, draws).leaving]))[0, payer]
    for cycle, counts in enumerate(quotas(config, draws)):
        order = Permutation(draws.key(f"stayers {cycle} {PAYERS[payer]}"), counts.stayers[payer])
        has_arrived = place < counts.stayers[payer]
        here, own_rank = rows, place
        if not has_arrived.all():
            here, own_rank = rows[has_arrived], place[has_arrived]
        own_rank = order(own_rank)
        _put(bills.fault[:, cycle], here, own_rank, fault_ranges(counts, payer))
        if config.prevalence:
            codes = bills.fault[here, cycle]
            thin(codes, own_rank, config, draws, cycle, payer)
            bills.fault[here, cycle] = codes
        _put(bills.settlement[:, cycle], here, own_rank, _settlement_ranges(counts, payer))


def _put_leavers(
    bills: Bills, config: Config, draws: Draws, payer: int, rows: Ints, place: Ints, cohort: Ints
) -> None:
    """Write the settlements of some leavers of one payer, given their places among its ranks and cohorts."""
    groups = cohorts(config, draws)
    for cycle, counts in enumerate(quotas(config, draws)):
        billed = billed_of_payers(groups, cycle)[:, payer]
        shift = np.cumsum(billed) - billed - payers_below(groups.start)[:, payer]
        here = np.flatnonzero(bills.is_billed[rows, cycle])
        order = Permutation(draws.key(f"leavers {cycle} {PAYERS[payer]}"), counts.leavers[payer])
        is_late = order(place[here] + shift[cohort[here]]) < counts.late_leavers[payer]
        bills.settlement[rows[here[is_late]], cycle] = LATE


def _settlement_ranges(counts: Quotas, payer: int) -> list[tuple[int, int]]:
    """(length, code) of each range of a stayer's rank: how its sound bill is settled."""
    return [(counts.late[payer], LATE), (counts.in_grace[payer], IN_GRACE)]


def _put(codes: Codes, rows: Ints, rank: Ints, ranges: list[tuple[int, int]]) -> None:
    """Write to the rows of `codes` the code of the range in which each one's rank lies; none beyond them."""
    ends = np.array(list(accumulate(length for length, _ in ranges)), dtype=np.int64)
    inside = np.flatnonzero(rank < ends[-1])
    code = np.array([code for _, code in ranges], dtype=np.int8)
    codes[rows[inside]] = code[np.searchsorted(ends, rank[inside], side="right")]


def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, what its rate counts (subscription cycles, invoices, payments) and its labels."""
    wanted = asked(config.planned, draws.of("bills"))
    return {
        "ghost_subscriber": (wanted.bills, sum(wanted.ghosts)),
        "zombie_account": (wanted.invoices, wanted.zombies),
        "partial_payment": (wanted.payments, wanted.partials),
    }


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration cannot be met, in one line, or None when it can."""
    numbers = NUMBERS_A_CYCLE * config.num_customers * len(bill_days(config))
    if numbers > LARGEST:
        return (
            f"{NUMBERS_A_CYCLE} x num_customers x billing dates is {numbers:,}, but invoice numbers end at "
            f"{LARGEST:,}: lower num_customers"
        )
    shares = config.plan_shares
    if abs(shares.basic + shares.pro + shares.enterprise - 1) > 1e-9:
        total = shares.basic + shares.pro + shares.enterprise
        return f"plan_shares: they add up to {total:g}, but must add up to 1"
    return decoys_why_not(config) or _misfit(config, draws.of("bills"))


def _misfit(config: Config, draws: Draws) -> str | None:
    """Why the rates cannot be met, in one line, or None when they can."""
    made = config.planned
    misfit = _rates_why_not(made, draws)
    if config.decoy_ratio is None or misfit is None:
        return misfit
    return (
        f"decoy_ratio {config.decoy_ratio:g} asks for churn_rate {made.churn_rate:.3g}, late_rate "
        f"{made.late_rate:.3g} and in_grace_unpaid_rate {made.in_grace_unpaid_rate:.3g}, and they do not "
        f"fit: lower it or anomaly_rates ({misfit})"
    )


def _rates_why_not(config: Config, draws: Draws) -> str | None:
    """Why rates that no ratio sets cannot be met, in one line, or None when they can."""
    form = closed_form(config, draws)
    rates, planned = config.anomaly_rates, config.planned_rates
    unplaced = cohorts(config, draws).unplaced
    if unplaced:
        return (
            f"churn_rate {config.churn_rate:g}: with new_customers_share {config.new_customers_share:g} "
            f"{unplaced} cancellations find nobody who is billed before: lower one of them"
        )
    if not any(form.stayers) and any(rate for _, rate in rates):
        return f"anomaly_rates: churn_rate {config.churn_rate:g} leaves nobody active to carry them: lower it"
    too_young = f"but no bill of the {config.period_months} months is old enough by as_of: set it to 0"
    if sum(form.zombies) < quota(planned["zombie_account"], form.invoices):
        return f"anomaly_rates: zombie_account is {rates.zombie_account:g}, {too_young}"
    if sum(form.partials) < quota(planned["partial_payment"], form.payments):
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
    if any(gone > total for gone, total in zip(*plan_counts(config), strict=True)):
        return f"churn_rate {config.churn_rate:g}: {form.leaving} cancellations do not fit the plans' shares"
    return None


def _crowded(config: Config, form: ClosedForm) -> str | None:
    """The first billing date that has fewer bills than its late ones and faults need, in one line."""
    for cycle, day in enumerate(form.bill_days):
        late, leavers = form.late_leavers[cycle], form.billed[cycle] - form.stayers[cycle]
        if late > leavers:
            return (
                f"late_rate {config.late_rate:g}: more bills of {date_of(day)} would be late than there are"
            )
        faults = form.ghosts[cycle] + form.zombies[cycle] + form.partials[cycle]
        among_late = form.late_ghosts[cycle] + form.late_zombies[cycle]
        needed = form.late_stayers[cycle] + form.in_grace[cycle] + faults - among_late
        if needed > form.stayers[cycle]:
            return (
                f"anomaly_rates: with late_rate {config.late_rate:g} and in_grace_unpaid_rate "
                f"{config.in_grace_unpaid_rate:g} they ask for {needed} of the bills of {date_of(day)}, but "
                f"only {form.stayers[cycle]} subscriptions stay active to the end: lower the rates"
            )
    return None


def _late(form: ClosedForm) -> int:
    """Payments after their due date: late bills less the ghosts and zombies among them."""
    bills = sum(form.late_stayers) + sum(form.late_leavers)
    return bills - sum(form.late_ghosts) - sum(form.late_zombies)
