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
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.anomalies import GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.growth import NEVER, first_of, population, through
from synth_assets.worlds.subscriptions.payers import LATE_WEIGHTS, PAYERS
from synth_assets.worlds.subscriptions.shares import fill


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


def counts_of(config: Config, due: int) -> Counts:
    """The counts that the rates ask for of so many bills."""
    rates = config.anomaly_rates
    ghosts = quota(rates.ghost_subscriber, due)
    invoices = due - ghosts
    zombies = quota(rates.zombie_account, invoices)
    payments = invoices - zombies
    late, partials = quota(config.late_rate, due), quota(rates.partial_payment, payments)
    return Counts(due, invoices, payments, late, ghosts, zombies, partials)


def counts_through(config: Config, draws: Draws, dates: int) -> Counts:
    """The counts that the rates ask for after so many billing dates."""
    return _counts(through(config), draws)[dates]


@lru_cache(maxsize=4)
def _counts(config: Config, draws: Draws) -> tuple[Counts, ...]:
    """The counts before the first billing date, and through each."""
    return tuple(counts_of(config, due) for due in (0, *population(config, draws).billed_through()))


def asked_of(config: Config, draws: Draws, cycle: int) -> Counts:
    """The same of one billing date alone."""
    before, after = (counts_through(config, draws, dates) for dates in (cycle, cycle + 1))
    return Counts(*(now - then for now, then in zip(after, before, strict=True)))


def leaks(config: Config, draws: Draws, cycle: int) -> Leaks:
    """What leaks at a billing date of as_of's month or before."""
    return _leaks(through(config), draws, cycle)


@lru_cache(maxsize=8)
def _leaks(config: Config, draws: Draws, cycle: int) -> Leaks:
    """Choose who is late, then the faults, each among those whom the ones before left."""
    people, asked = population(config, draws), asked_of(config, draws, cycle)
    here = people.billed(cycle)
    grace_end = people.bill_days[cycle] + config.payment_terms_days + config.grace_days
    fault, is_late = np.zeros(len(here), dtype=np.int8), np.zeros(len(here), dtype=np.bool_)

    def chosen(purpose: str, among: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
        if not count:
            return among[:0]
        return among[first_of(draws.words(f"{purpose} {cycle}", here[among]), count)]

    is_late[_late(chosen, people.payer[here], asked.late)] = True
    fault[chosen("ghosts", np.arange(len(here)), asked.ghosts)] = GHOST
    stays = people.end_day[here] > grace_end
    fault[chosen("zombies", np.flatnonzero(stays & (fault == 0)), asked.zombies)] = ZOMBIE
    fault[chosen("partials", np.flatnonzero(~is_late & (fault == 0)), asked.partials)] = PARTIAL
    for values in (is_late, fault):
        values.setflags(write=False)
    return Leaks(is_late, fault)


def _late(
    chosen: Callable[[str, npt.NDArray[np.intp], int], npt.NDArray[np.intp]], payer: Ints, count: int
) -> npt.NDArray[np.intp]:
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
    due = population(config, draws).billed_through()
    ending = _ending_in_grace(through(config), draws)
    for cycle in range(len(bill_days(config))):
        asked = asked_of(config, draws, cycle)
        sound = due[cycle] - (due[cycle - 1] if cycle else 0) - asked.ghosts
        if asked.zombies <= sound - ending[cycle] and asked.partials <= sound - asked.zombies - asked.late:
            continue
        found = np.bincount(leaks(config, draws, cycle).fault, minlength=PARTIAL + 1).tolist()
        for code, many in ((GHOST, asked.ghosts), (ZOMBIE, asked.zombies), (PARTIAL, asked.partials)):
            if many > found[code]:
                return cycle, code, many, found[code]
    return None


@lru_cache(maxsize=4)
def _ending_in_grace(config: Config, draws: Draws) -> tuple[int, ...]:
    """Of the subscriptions that each billing date bills, those that end before grace runs out."""
    people = population(config, draws)
    gone = np.flatnonzero(people.cancel_cycle != NEVER)
    wait = config.payment_terms_days + config.grace_days
    first = np.searchsorted(people.bill_days[:-1], people.end_day[gone] - wait, side="left")
    first = np.maximum(first, people.first_cycle[gone])
    last = people.cancel_cycle[gone]
    at = first <= last
    steps = np.bincount(first[at], minlength=len(people.bill_days) + 1)
    steps -= np.bincount(last[at] + 1, minlength=len(people.bill_days) + 1)
    return tuple(accumulate(steps.tolist()))


def settled_dates(config: Config) -> int:
    """How many billing dates have shown by as_of all that they will."""
    wait = config.payment_terms_days + config.grace_days
    return sum(day + wait < epoch_day(config.day) for day in bill_days(config))
