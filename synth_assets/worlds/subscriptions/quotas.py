"""The counts of each billing date, shared among the strata: who is late, and who carries the faults."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.closed_form import ClosedForm, closed_form
from synth_assets.worlds.subscriptions.cohorts import Cohorts, cohorts
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.payers import (
    CHANGED,
    JUST_CHANGED,
    LATE_WEIGHTS,
    PAYERS,
    STRATA,
    payers_below,
)
from synth_assets.worlds.subscriptions.shares import Counts, fill


class Quotas(NamedTuple):
    """Bills of one billing date, one entry a stratum of `STRATA`; of leavers, a payer of `PAYERS`.

    Attributes:
        stayers: subscriptions that are billed, and last to the end.
        late: bills of stayers that would be paid late, ghosts and zombies among them counted.
        in_grace: bills of stayers that are unpaid while grace still runs.
        late_ghosts, late_zombies: labels on bills that would be late.
        ghosts, zombies, partials: labels on the others.
        leavers: subscriptions that are billed, and end before as_of: cancelled, or as the plan changes.
        late_leavers: bills of leavers that are paid late.
    """

    stayers: Counts
    late: Counts
    in_grace: Counts
    late_ghosts: Counts
    late_zombies: Counts
    ghosts: Counts
    zombies: Counts
    partials: Counts
    leavers: Counts
    late_leavers: Counts


@cache
def quotas(config: Config, draws: Draws) -> tuple[Quotas, ...]:
    """The quotas of each billing date."""
    form, groups = closed_form(config, draws), cohorts(config, draws)
    return tuple(_of_cycle(config, form, groups, cycle) for cycle in range(len(form.bill_days)))


def _of_cycle(config: Config, form: ClosedForm, groups: Cohorts, cycle: int) -> Quotas:
    stayers = tuple(
        int(count)
        for stratum in range(0, len(STRATA), len(PAYERS))
        for count in of_payers(groups, of_stratum(groups, cycle, stratum)).sum(axis=0)
    )
    leavers = tuple(of_payers(groups, of_leavers(groups, cycle)).sum(axis=0).tolist())
    late = fill(form.late_stayers[cycle], _weighed(stayers), stayers)
    prompt = _less(stayers, late)
    in_grace = fill(form.in_grace[cycle], _weighed(prompt), prompt)
    late_ghosts = fill(form.late_ghosts[cycle], late, late)
    late_zombies = _next(form.late_zombies[cycle], late, late_ghosts)
    sound = _less(prompt, in_grace)
    ghosts = _ghosts(config, form, cycle, sound)
    zombies = _next(form.zombies[cycle] - form.late_zombies[cycle], sound, ghosts)
    partials = _next(form.partials[cycle], sound, ghosts, zombies)
    late_leavers = fill(form.late_leavers[cycle], _weighed(leavers), leavers)
    return Quotas(
        stayers, late, in_grace, late_ghosts, late_zombies, ghosts, zombies, partials, leavers, late_leavers
    )


def _ghosts(config: Config, form: ClosedForm, cycle: int, sound: Counts) -> Counts:
    """Ghosts of sound bills: their share at first bills after a change of plan, as far as these suffice."""
    total = form.ghosts[cycle] - form.late_ghosts[cycle]
    first = (0,) * JUST_CHANGED + sound[JUST_CHANGED:]
    put = fill(min(quota(config.ghosts_at_plan_changes, form.ghosts[cycle]), total), first, first)
    rest = _next(total - sum(put), sound, put)
    return tuple(a + b for a, b in zip(put, rest, strict=True))


def of_stratum(groups: Cohorts, cycle: int, first: int) -> npt.NDArray[np.bool_]:
    """Which cohorts have bills of a date in the strata from `first` on, one a payer."""
    has_changed = groups.change_cycle > 0
    is_first = has_changed & (groups.change_cycle == cycle)
    since = {0: ~has_changed, CHANGED: has_changed & ~is_first, JUST_CHANGED: is_first}
    return groups.lasts(cycle) & since[first]


def of_leavers(groups: Cohorts, cycle: int) -> npt.NDArray[np.bool_]:
    """Of which cohorts a date bills subscriptions that end before as_of."""
    return (groups.billed(cycle) > 0) & ~groups.lasts(cycle)


def of_payers(groups: Cohorts, chosen: npt.NDArray[np.bool_]) -> Ints:
    """How many customers of each payer are in the chosen cohorts, shape (cohorts, payers)."""
    return (payers_below(groups.end) - payers_below(groups.start)) * chosen[:, None]


def _weighed(counts: Counts) -> list[float]:
    """The counts of strata, or of payers, weighed by how often each payer is late."""
    weights = LATE_WEIGHTS * (len(counts) // len(PAYERS))
    return [count * weight for count, weight in zip(counts, weights, strict=True)]


def _next(total: int, rooms: Counts, *taken: Counts) -> Counts:
    """A total shared in proportion to the rooms, where others have taken some of them."""
    for others in taken:
        rooms = _less(rooms, others)
    return fill(total, rooms, rooms)


def _less(counts: Counts, others: Counts) -> Counts:
    return tuple(count - other for count, other in zip(counts, others, strict=True))
