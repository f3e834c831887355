"""Which bill of a history that grows carries which fault, and which is late: exact quotas of each date.

Quotas are rounded over all billing dates so far. Late bills are chosen without a look at any fault, so that
the clean twin has the same; ghosts and zombies fall on any, and are then not paid late. A zombie's
subscription is active through the last day of grace. One that ends later keeps its labels: what leaked then
stays leaked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.anomalies import GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.growth import Population, first_of, population, through
from synth_assets.worlds.subscriptions.payers import LATE_WEIGHTS, PAYERS
from synth_assets.worlds.subscriptions.shares import fill


class Leaks(NamedTuple):
    """The bills of one billing date.

    Attributes:
        billed: customers that are active.
        late: of them those who would pay late, ascending.
        faults: by code, those whose bill carries the fault, ascending; nobody for 0.
        asked: by code, how many quotas ask for.
    """

    billed: int
    late: Ints
    faults: tuple[Ints, ...]
    asked: tuple[int, ...]


class Counts(NamedTuple):
    """Bills through a billing date: those due, invoices, payments, late ones, and faults of each kind."""

    due: int = 0
    invoices: int = 0
    payments: int = 0
    late: int = 0
    ghosts: int = 0
    zombies: int = 0
    partials: int = 0

    def after(self, config: Config, billed: int) -> Counts:
        """The counts one billing date on."""
        rates = config.anomaly_rates
        due = self.due + billed
        ghosts = quota(rates.ghost_subscriber, due)
        invoices = due - ghosts
        zombies = quota(rates.zombie_account, invoices)
        payments = invoices - zombies
        late, partials = quota(config.late_rate, due), quota(rates.partial_payment, payments)
        return Counts(due, invoices, payments, late, ghosts, zombies, partials)


def leaks(config: Config, draws: Draws) -> tuple[Leaks, ...]:
    """What leaks at each billing date of as_of's month and before."""
    return _leaks(through(config), draws)


@lru_cache(maxsize=4)
def _leaks(config: Config, draws: Draws) -> tuple[Leaks, ...]:
    people, so_far, result = population(config, draws), Counts(), []
    for cycle in range(len(bill_days(config))):
        here = people.billed(cycle)
        before, so_far = so_far, so_far.after(config, len(here))
        asked = [after - then for after, then in zip(so_far, before, strict=True)]
        result.append(_of_date(config, draws, people, cycle, here, asked))
    return tuple(result)


def _of_date(
    config: Config, draws: Draws, people: Population, cycle: int, here: Ints, asked: list[int]
) -> Leaks:
    """Choose who is late, then the faults, each among those whom the ones before left."""
    _, _, _, late, *faults = asked
    grace_end = people.bill_days[cycle] + config.payment_terms_days + config.grace_days

    def chosen(purpose: str, among: Ints, count: int) -> Ints:
        return among[first_of(draws.words(f"{purpose} {cycle}", among), count)]

    paying_late = _late(chosen, people.payer[here], here, late)
    ghosts = chosen("ghosts", here, faults[0])
    invoiced = np.setdiff1d(here, ghosts, assume_unique=True)
    zombies = chosen("zombies", invoiced[people.end_day[invoiced] > grace_end], faults[1])
    on_time = np.setdiff1d(
        np.setdiff1d(invoiced, zombies, assume_unique=True), paying_late, assume_unique=True
    )
    partials = chosen("partials", on_time, faults[2])
    nobody = np.zeros(0, dtype=np.int64)
    return Leaks(len(here), paying_late, (nobody, ghosts, zombies, partials), (0, *faults))


def _late(chosen: Callable[[str, Ints, int], Ints], payer: Ints, here: Ints, count: int) -> Ints:
    """Who pays late: so many of each kind of payer as its habit says."""
    rooms = np.bincount(payer, minlength=len(PAYERS)).tolist()
    weights = [room * weight for room, weight in zip(rooms, LATE_WEIGHTS, strict=True)]
    counts = fill(count, weights, rooms) if count else (0,) * len(rooms)
    return np.sort(
        np.concatenate([chosen("late", here[payer == kind], many) for kind, many in enumerate(counts)])
    )


def first_misfit(config: Config, draws: Draws) -> tuple[int, int, int, int] | None:
    """The first billing date by as_of that has too few bills for a kind, or None.

    It is given by its cycle, the kind's code, the bills asked and those found.
    """
    for cycle, found in enumerate(leaks(config, draws)[: len(bill_days(config))]):
        for code in (GHOST, ZOMBIE, PARTIAL):
            if found.asked[code] > len(found.faults[code]):
                return cycle, code, found.asked[code], len(found.faults[code])
    return None


def settled_dates(config: Config) -> int:
    """How many billing dates have shown by as_of all that they will."""
    wait = config.payment_terms_days + config.grace_days
    return sum(day + wait < epoch_day(config.day) for day in bill_days(config))


def counts_through(config: Config, draws: Draws, dates: int) -> Counts:
    """The counts that the rates ask for after so many billing dates."""
    so_far = Counts()
    for found in leaks(config, draws)[:dates]:
        so_far = so_far.after(config, found.billed)
    return so_far
