"""Which bill of a history that grows carries which fault, and which is late: exact quotas of each date.

Quotas are rounded over all billing dates so far. Late bills are chosen without a look at any fault, so that
the clean twin has the same; ghosts and zombies fall on any, and are then not paid late. A zombie's
subscription is active through the last day of grace. One that ends later keeps its labels: what leaked then
stays leaked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.quotas import dealt_before, quota, quotas
from synth_assets.worlds.subscriptions.anomalies import ANOMALIES, GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.departures import NEVER, first_of
from synth_assets.worlds.subscriptions.growth import Population, population, through
from synth_assets.worlds.subscriptions.payers import LATE_WEIGHTS, PAYERS
from synth_assets.worlds.subscriptions.shares import fill

Chosen = Callable[[str, npt.NDArray[np.intp], int], npt.NDArray[np.intp]]
"""Chooses so many of some bills of a date, given the purpose and their places."""


class Leaks(NamedTuple):
    """The bills of one billing date, one entry each, in the order of their subscriptions.

    Attributes:
        is_late: whether the sound bill is paid late.
        fault: code of the anomaly, 0 for none.
    """

    is_late: npt.NDArray[np.bool_]
    fault: Codes


class Counts(NamedTuple):
    """Bills through a billing date: those due, invoices, payments, late ones, and faults of each kind."""

    due: int = 0
    invoices: int = 0
    payments: int = 0
    late: int = 0
    ghosts: int = 0
    zombies: int = 0
    partials: int = 0

    @property
    def of_code(self) -> tuple[int, int, int, int]:
        """The faults by the code of their kind."""
        return 0, self.ghosts, self.zombies, self.partials

    def less(self, before: Counts) -> Counts:
        """What came since."""
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))


def counts_through(config: Config, draws: Draws, dates: int) -> Counts:
    """The counts that the rates ask for after so many billing dates."""
    return _counts(through(config), draws)[dates]


@lru_cache(maxsize=4)
def _counts(config: Config, draws: Draws) -> tuple[Counts, ...]:
    """The counts before the first billing date, and through each."""
    if config.prevalence:
        return _dealt_counts(config, draws)
    return tuple(_counts_of(config, due) for due in (0, *population(config, draws).billed_through()))


def _counts_of(config: Config, due: int) -> Counts:
    """The counts that the rates ask for of so many bills."""
    rates = config.anomaly_rates
    ghosts = quota(rates.ghost_subscriber, due)
    zombies = quota(rates.zombie_account, due - ghosts)
    partials = quota(rates.partial_payment, due - ghosts - zombies)
    late = quota(config.late_rate, due)
    return Counts(due, due - ghosts, due - ghosts - zombies, late, ghosts, zombies, partials)


# --- prevalence ---------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _planned(config: Config, draws: Draws) -> tuple[Counts, ...]:
    """The counts through each billing date of the faults that are planned: all, or at a prevalence those of
    the highest one, of which some are dealt; each kind's of all bills."""
    if not config.prevalence:
        return _counts(config, draws)
    rates, dues = config.highest_rates, (0, *population(config, draws).billed_through())
    kinds = [quotas(rates[anomaly.name], dues) for anomaly in ANOMALIES]
    late = quotas(config.late_rate, dues)
    return tuple(
        Counts(due, due, due, late, *kinds) for due, late, *kinds in zip(dues, late, *kinds, strict=True)
    )


def _dealt_counts(config: Config, draws: Draws) -> tuple[Counts, ...]:
    """The counts where faults are dealt: zombies have their rate of what ghosts leave, and partial payments
    theirs of what both leave."""
    planned, share = _planned(config, draws), config.dealt_share
    kinds = []
    for code, anomaly in enumerate(ANOMALIES, start=1):
        kinds.append(dealt_before([counts.of_code[code] for counts in planned], share))
        share *= 1 - getattr(config.anomaly_rates, anomaly.name)
    return tuple(
        Counts(all_.due, all_.due - ghosts, all_.due - ghosts - zombies, all_.late, ghosts, zombies, partials)
        for all_, ghosts, zombies, partials in zip(planned, *kinds, strict=True)
    )


# --- a billing date -----------------------------------------------------------------------------------


def leaks(config: Config, draws: Draws, cycle: int) -> Leaks:
    """What leaks at a billing date of as_of's month or before."""
    return _leaks(through(config), draws, cycle)


@lru_cache(maxsize=8)
def _leaks(config: Config, draws: Draws, cycle: int) -> Leaks:
    """Choose who is late, then the faults, each among those whom the planned ones before left."""
    people = population(config, draws)
    planned, asked = (
        of[cycle + 1].less(of[cycle]) for of in (_planned(config, draws), _counts(config, draws))
    )
    here = people.billed(cycle)
    grace_end = people.bill_days[cycle] + config.payment_terms_days + config.grace_days
    fault, is_late = np.zeros(len(here), dtype=np.int8), np.zeros(len(here), dtype=np.bool_)

    def chosen(purpose: str, among: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
        if not count:
            return among[:0]
        return among[first_of(draws.words(f"{purpose} {cycle}", here[among]), count)]

    is_late[_late(chosen, people.payer[here], asked.late)] = True
    is_free = np.ones(len(here), dtype=np.bool_)
    stays = people.end_day[here] > grace_end
    ghosts = _ghosts(chosen, people, here, cycle, planned.ghosts, _first_ghosts(config, draws, cycle))
    for code, purpose, may in (
        (GHOST, "ghosts", ghosts),
        (ZOMBIE, "zombies", stays),
        (PARTIAL, "partials", ~is_late),
    ):
        among = chosen(purpose, np.flatnonzero(is_free & may), planned.of_code[code])
        fault[chosen(f"dealt {purpose}", among, asked.of_code[code])] = code
        is_free[among] = False
    for values in (is_late, fault):
        values.setflags(write=False)
    return Leaks(is_late, fault)


def _ghosts(
    chosen: Chosen, people: Population, here: Ints, cycle: int, count: int, first: int
) -> npt.NDArray[np.bool_]:
    """Whose bill may be a ghost's: anybody's, or where ghosts are put at first bills after a change of plan
    exactly those that are chosen."""
    may = np.ones(len(here), dtype=np.bool_)
    if first:
        is_first = people.is_changed[here] & (people.first_cycle[here] == cycle)
        put = chosen("first ghosts", np.flatnonzero(is_first), first)
        may[put] = False
        rest = chosen("ghosts", np.flatnonzero(may), count - len(put))
        may[:] = False
        may[put] = may[rest] = True
    return may


def _first_ghosts(config: Config, draws: Draws, cycle: int) -> int:
    """How many ghosts of a billing date are asked at first bills after a change of plan."""
    so_far = [counts.ghosts for counts in _planned(config, draws)[cycle : cycle + 2]]
    before, after = quotas(config.ghosts_at_plan_changes, so_far)
    return after - before


def _late(chosen: Chosen, payer: Ints, count: int) -> npt.NDArray[np.intp]:
    """Who pays late: so many of each kind of payer as its habit says."""
    rooms = np.bincount(payer, minlength=len(PAYERS)).tolist()
    weights = [room * weight for room, weight in zip(rooms, LATE_WEIGHTS, strict=True)]
    counts = fill(count, weights, rooms) if count else (0,) * len(rooms)
    return np.concatenate(
        [chosen("late", np.flatnonzero(payer == kind), many) for kind, many in enumerate(counts)]
    )


def first_misfit(config: Config, draws: Draws) -> tuple[int, int, int, int] | None:
    """The first billing date by as_of that has too few bills for a kind, or None.

    It is given by its cycle, the kind's code, the bills asked and those found. Most dates have so many bills
    that no kind need be looked for.
    """
    ending = _ending_in_grace(through(config), draws)
    of_plan, of_rates = (of(through(config), draws) for of in (_planned, _counts))
    for cycle in range(len(bill_days(config))):
        planned, asked = (of[cycle + 1].less(of[cycle]) for of in (of_plan, of_rates))
        sound = planned.due - planned.ghosts
        has_room = planned.zombies <= sound - ending[cycle]
        if has_room and planned.partials <= sound - planned.zombies - planned.late:
            continue
        found = np.bincount(leaks(config, draws, cycle).fault, minlength=PARTIAL + 1).tolist()
        for code in (GHOST, ZOMBIE, PARTIAL):
            if asked.of_code[code] > found[code]:
                return cycle, code, asked.of_code[code], found[code]
    return None


@lru_cache(maxsize=4)
def _ending_in_grace(config: Config, draws: Draws) -> tuple[int, ...]:
    """Of the subscriptions that each billing date bills, those that end before grace runs out."""
    people = population(config, draws)
    gone = np.flatnonzero(people.last_cycle != NEVER)
    wait = config.payment_terms_days + config.grace_days
    first = np.searchsorted(people.bill_days[:-1], people.end_day[gone] - wait, side="left")
    first = np.maximum(first, people.first_cycle[gone])
    last = people.last_cycle[gone]
    at = first <= last
    steps = np.bincount(first[at], minlength=len(people.bill_days) + 1)
    steps -= np.bincount(last[at] + 1, minlength=len(people.bill_days) + 1)
    return tuple(accumulate(steps.tolist()))


def settled_dates(config: Config) -> int:
    """How many billing dates have shown by as_of all that they will."""
    wait = config.payment_terms_days + config.grace_days
    return sum(day + wait < epoch_day(config.day) for day in bill_days(config))
