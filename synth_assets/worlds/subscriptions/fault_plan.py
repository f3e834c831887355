"""Which bill carries which fault, and which noise: exact quotas per billing date, known for any row alone.

Customers are ranked once by a keyed permutation: the first ranks cancel, in the order of the cycles, the
others stay to the end, in the order of their arrival, those who change their plan last. A rank has its payer
for good. For each billing date the stayers of each stratum that it bills are ranked again; quotas are ranges
of rank:

    | late … | unpaid in grace … | everybody else …                |
    | G Z    |                   | G G G Z Z Z Z P P P P P  sound  |

Late payments and those still in grace are noise: their ranges do not depend on any anomaly's rate, so the
clean twin keeps them. Ghosts (G) and zombies (Z) take their share of the late range, so that exactly the late
rate of the remaining payments is late; partial payments (P) are never late. A subscription that ends as the
plan changes carries no fault, as one that is cancelled carries none: it counts among the leavers until then.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.worlds.subscriptions.closed_form import closed_form
from synth_assets.worlds.subscriptions.cohorts import Cohorts, cohorts
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.payers import (
    CHANGED,
    JUST_CHANGED,
    PAYERS,
    STRATA,
    payer_of,
    payers_below,
    place_of,
)
from synth_assets.worlds.subscriptions.plan_changes import change_cycle
from synth_assets.worlds.subscriptions.prevalence import asked, fault_ranges, thin
from synth_assets.worlds.subscriptions.quotas import Quotas, of_leavers, of_payers, of_stratum, quotas

ON_TIME, LATE, IN_GRACE = range(3)
"""How a sound bill is settled."""


class Bills(NamedTuple):
    """The plan of some customers, shape (customers, cycles), but for payers, arrivals, ends and changes.

    Attributes:
        payer: how each one pays, as index into `payers.PAYERS`.
        arrival: when each one starts, as in `cohorts`.
        cancel_cycle: cycle after whose bill each one cancels; the number of cycles for those who stay.
        change_cycle: first cycle after each one's change of plan; beyond all cycles for those without one.
        is_billed: whether the customer is there at the bill.
        fault: code of the anomaly, 0 for none.
        settlement: ON_TIME, LATE or IN_GRACE, of the sound bill.
    """

    payer: Ints
    arrival: Ints
    cancel_cycle: Ints
    change_cycle: Ints
    is_billed: npt.NDArray[np.bool_]
    fault: Codes
    settlement: Codes


def plan(config: Config, draws: Draws, customer: Ints) -> Bills:
    """The plan of the customers numbered `customer` from 0."""
    form, groups = closed_form(config, draws), cohorts(config, draws)
    rank = Permutation(draws.key("cancels"), config.num_customers)(customer)
    cohort = np.searchsorted(groups.end, rank, side="right")
    first, last = groups.first_cycle[cohort], groups.cancel_cycle[cohort]
    payer = payer_of(rank)
    shape = (len(customer), groups.cycles)
    cycles = np.arange(shape[1])
    is_billed = (first[:, None] <= cycles) & (cycles <= last[:, None])
    change = change_cycle(groups, draws, customer, rank, cohort)
    fault, settlement = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    bills = Bills(payer, groups.arrival[cohort], last, change, is_billed, fault, settlement)
    is_changer = rank >= groups.changers
    is_keeper = (rank >= form.leaving) & ~is_changer
    for kind in range(len(PAYERS)):
        place, is_kind = place_of(rank, kind), payer == kind
        keeper = np.flatnonzero(is_kind & is_keeper)
        _put_keepers(bills, config, draws, kind, keeper, place[keeper])
        changer = np.flatnonzero(is_kind & is_changer)
        _put_changers(bills, config, draws, kind, changer, place[changer], cohort[changer])
        leaver = np.flatnonzero(is_kind & ~is_keeper)
        _put_leavers(bills, config, draws, kind, leaver, place[leaver], cohort[leaver])
    return bills


def _put_keepers(bills: Bills, config: Config, draws: Draws, payer: int, rows: Ints, place: Ints) -> None:
    """Write the bills of some stayers of one payer who keep their plan, given their places in its ranks."""
    place = place - payers_below(np.array([closed_form(config, draws).leaving]))[0, payer]
    for cycle, counts in enumerate(quotas(config, draws)):
        has_arrived = place < counts.stayers[payer]
        here, own_place = rows, place
        if not has_arrived.all():
            here, own_place = rows[has_arrived], place[has_arrived]
        _put_stratum(bills, config, draws, cycle, payer, here, own_place)


def _put_changers(
    bills: Bills, config: Config, draws: Draws, payer: int, rows: Ints, place: Ints, cohort: Ints
) -> None:
    """Write the bills since their change of some stayers of one payer, given their places and cohorts."""
    groups = cohorts(config, draws)
    for cycle in range(groups.cycles if len(rows) else 0):
        for first in (CHANGED, JUST_CHANGED):
            chosen = of_stratum(groups, cycle, first)
            here = np.flatnonzero(chosen[cohort])
            own_place = place[here] + _shift(groups, chosen, payer)[cohort[here]]
            _put_stratum(bills, config, draws, cycle, first + payer, rows[here], own_place)


def _put_stratum(
    bills: Bills, config: Config, draws: Draws, cycle: int, stratum: int, rows: Ints, place: Ints
) -> None:
    """Write the faults and settlements of some bills of one stratum, given their places in it."""
    counts = quotas(config, draws)[cycle]
    order = Permutation(draws.key(f"stayers {cycle} {STRATA[stratum]}"), counts.stayers[stratum])
    rank = order(place)
    _put(bills.fault[:, cycle], rows, rank, fault_ranges(counts, stratum))
    if config.prevalence:
        codes = bills.fault[rows, cycle]
        thin(codes, rank, config, draws, cycle, stratum)
        bills.fault[rows, cycle] = codes
    _put(bills.settlement[:, cycle], rows, rank, _settlement_ranges(counts, stratum))


def _put_leavers(
    bills: Bills, config: Config, draws: Draws, payer: int, rows: Ints, place: Ints, cohort: Ints
) -> None:
    """Write the settlements of subscriptions of one payer that end, given their places and cohorts."""
    groups = cohorts(config, draws)
    for cycle, counts in enumerate(quotas(config, draws)):
        chosen = of_leavers(groups, cycle)
        here = np.flatnonzero(chosen[cohort])
        order = Permutation(draws.key(f"leavers {cycle} {PAYERS[payer]}"), counts.leavers[payer])
        own_place = place[here] + _shift(groups, chosen, payer)[cohort[here]]
        is_late = order(own_place) < counts.late_leavers[payer]
        bills.settlement[rows[here[is_late]], cycle] = LATE


def _shift(groups: Cohorts, chosen: npt.NDArray[np.bool_], payer: int) -> Ints:
    """What turns the places of a payer's ranks into places among the chosen cohorts, a cohort each."""
    counts = of_payers(groups, chosen)[:, payer]
    return np.cumsum(counts) - counts - payers_below(groups.start)[:, payer]


def _settlement_ranges(counts: Quotas, stratum: int) -> list[tuple[int, int]]:
    """(length, code) of each range of a stayer's rank: how its sound bill is settled."""
    return [(counts.late[stratum], LATE), (counts.in_grace[stratum], IN_GRACE)]


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
