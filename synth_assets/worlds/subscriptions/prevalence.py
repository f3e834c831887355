"""Which planned faults stay where a prevalence is set: so many of each kind, of ghosts in each cycle.

Faults are planned for the highest prevalence. The ranges of rank in which a cycle's faults lie number those
of each kind; a keyed permutation of these numbers says which stay, so that fewer are a part of more.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, keeps
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.anomalies import GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.closed_form import closed_form
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.payers import STRATA
from synth_assets.worlds.subscriptions.quotas import Quotas, quotas


class Asked(NamedTuple):
    """The labels that the rates ask for.

    Attributes:
        ghosts: of each cycle.
        zombies, partials: of the period.
        bills, invoices, payments: what the three rates count.
    """

    ghosts: tuple[int, ...]
    zombies: int
    partials: int
    bills: int
    invoices: int
    payments: int


@cache
def asked(config: Config, draws: Draws) -> Asked:
    """The labels of a configuration; `draws` are those of the subject `bills`."""
    form, rates = closed_form(config, draws), config.anomaly_rates
    ghosts = tuple(quota(rates.ghost_subscriber, count) for count in form.billed)
    bills = sum(form.billed)
    invoices = bills - sum(ghosts)
    zombies = quota(rates.zombie_account, invoices)
    payments = invoices - zombies - sum(form.in_grace)
    return Asked(ghosts, zombies, quota(rates.partial_payment, payments), bills, invoices, payments)


def fault_ranges(counts: Quotas, stratum: int) -> list[tuple[int, int]]:
    """(length, code) of each range of a stayer's rank: which fault the bill carries."""
    ghosts, zombies = counts.late_ghosts[stratum], counts.late_zombies[stratum]
    return [
        (ghosts, GHOST),
        (zombies, ZOMBIE),
        (counts.late[stratum] - ghosts - zombies + counts.in_grace[stratum], 0),
        (counts.ghosts[stratum], GHOST),
        (counts.zombies[stratum], ZOMBIE),
        (counts.partials[stratum], PARTIAL),
    ]


def thin(codes: Codes, rank: Ints, config: Config, draws: Draws, cycle: int, stratum: int) -> None:
    """Take from `codes` the faults of a cycle's bills of one stratum that do not stay, given their ranks."""
    start = 0
    ranges = fault_ranges(quotas(config, draws)[cycle], stratum)
    for place, (length, code) in enumerate(ranges):
        if code:
            inside = np.flatnonzero((rank >= start) & (rank < start + length))
            number = rank[inside] - start + _first(config, draws)[cycle, stratum, place]
            codes[inside[~_keeps(number, config, draws, cycle, code)]] = 0
        start += length


def _keeps(number: Ints, config: Config, draws: Draws, cycle: int, code: int) -> npt.NDArray[np.bool_]:
    form, wanted = closed_form(config, draws), asked(config, draws)
    planned, kept = {
        GHOST: (form.ghosts[cycle], wanted.ghosts[cycle]),
        ZOMBIE: (sum(form.zombies), wanted.zombies),
        PARTIAL: (sum(form.partials), wanted.partials),
    }[code]
    return keeps(number, planned, kept, draws.key(f"kept {code} {cycle if code == GHOST else ''}"))


@cache
def _first(config: Config, draws: Draws) -> Ints:
    """The first number of each range, shape (cycles, strata, ranges): ghosts are numbered within a cycle."""
    ranges = [
        [fault_ranges(counts, stratum) for stratum in range(len(STRATA))] for counts in quotas(config, draws)
    ]
    lengths, codes = np.moveaxis(np.array(ranges, dtype=np.int64), -1, 0)
    first = np.zeros_like(lengths)
    for code in (GHOST, ZOMBIE, PARTIAL):
        of_kind = np.where(codes == code, lengths, 0)
        by_cycle = of_kind.reshape(len(of_kind), -1)
        along = np.cumsum(by_cycle, axis=1) if code == GHOST else np.cumsum(by_cycle).reshape(by_cycle.shape)
        first = np.where(codes == code, along.reshape(of_kind.shape) - of_kind, first)
    return first
