"""The counts of each billing date, shared among the payers: who is late, and who carries the faults."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions.closed_form import ClosedForm, closed_form
from synth_assets.worlds.subscriptions.cohorts import Cohorts, cohorts
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.payers import LATE_WEIGHTS, payers_below
from synth_assets.worlds.subscriptions.shares import Counts, fill


class Quotas(NamedTuple):
    """Bills of one billing date, one entry a payer of `PAYERS`.

    Attributes:
        stayers, leavers: subscriptions that are billed, and stay to the end or cancel before it.
        late: bills of stayers that would be paid late, ghosts and zombies among them counted.
        in_grace: bills of stayers that are unpaid while grace still runs.
        late_ghosts, late_zombies: labels on bills that would be late.
        ghosts, zombies, partials: labels on the others.
        late_leavers: bills of leavers that are paid late.
    """

    stayers: Counts
    leavers: Counts
    late: Counts
    in_grace: Counts
    late_ghosts: Counts
    late_zombies: Counts
    ghosts: Counts
    zombies: Counts
    partials: Counts
    late_leavers: Counts


@cache
def quotas(config: Config, draws: Draws) -> tuple[Quotas, ...]:
    """The quotas of each billing date."""
    form, groups = closed_form(config, draws), cohorts(config, draws)
    return tuple(_of_cycle(form, groups, cycle) for cycle in range(len(form.bill_days)))


def _of_cycle(form: ClosedForm, groups: Cohorts, cycle: int) -> Quotas:
    everybody = billed_of_payers(groups, cycle)
    stays = groups.cancel_cycle == len(form.bill_days)
    stayers, leavers = (tuple(everybody[group].sum(axis=0).tolist()) for group in (stays, ~stays))
    late = fill(form.late_stayers[cycle], _weighed(stayers), stayers)
    prompt = _less(stayers, late)
    in_grace = fill(form.in_grace[cycle], _weighed(prompt), prompt)
    late_ghosts = fill(form.late_ghosts[cycle], late, late)
    late_zombies = _next(form.late_zombies[cycle], late, late_ghosts)
    sound = _less(prompt, in_grace)
    ghosts = fill(form.ghosts[cycle] - form.late_ghosts[cycle], sound, sound)
    zombies = _next(form.zombies[cycle] - form.late_zombies[cycle], sound, ghosts)
    partials = _next(form.partials[cycle], sound, ghosts, zombies)
    late_leavers = fill(form.late_leavers[cycle], _weighed(leavers), leavers)
    return Quotas(
        stayers, leavers, late, in_grace, late_ghosts, late_zombies, ghosts, zombies, partials, late_leavers
    )


def billed_of_payers(groups: Cohorts, cycle: int) -> Ints:
    """How many subscriptions of each cohort and payer a cycle bills, shape (cohorts, payers)."""
    is_billed = groups.billed(cycle) > 0
    return (payers_below(groups.end) - payers_below(groups.start)) * is_billed[:, None]


def _weighed(counts: Counts) -> list[float]:
    return [count * weight for count, weight in zip(counts, LATE_WEIGHTS, strict=True)]


def _next(total: int, rooms: Counts, *taken: Counts) -> Counts:
    """A total shared in proportion to the rooms, where others have taken some of them."""
    for others in taken:
        rooms = _less(rooms, others)
    return fill(total, rooms, rooms)


def _less(counts: Counts, others: Counts) -> Counts:
    return tuple(count - other for count, other in zip(counts, others, strict=True))
