"""Who changes their plan, after which bill, on which day and to which; and how subscriptions are numbered."""

from __future__ import annotations

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import Cohorts, bill_days
from synth_assets.worlds.subscriptions.config import Config

TOGETHER = 256
"""Customers whose subscriptions share a range of numbers, two for each, where plans change."""


def change_cycle(groups: Cohorts, draws: Draws, customer: Ints, rank: Ints, cohort: Ints) -> Ints:
    """The first cycle after each customer's change of plan; that of those without one is beyond the end.

    Those who stay change it as their cohort does. Of those who cancel the first of each cohort change it,
    after any of their bills but the last.
    """
    never = groups.cycles + 1
    if not (groups.change_cycle.any() or groups.changing.any()):
        return np.full(len(customer), never)
    of_stayers = np.where(groups.change_cycle > 0, groups.change_cycle, never)[cohort]
    first, last = groups.first_cycle[cohort], groups.cancel_cycle[cohort]
    field = draws.fields("plan_change", customer)[0].astype(np.int64)
    of_leavers = first + 1 + (field * (last - first) >> 16)
    return np.where(rank - groups.start[cohort] < groups.changing[cohort], of_leavers, of_stayers)


def last_days(config: Config, draws: Draws, customer: Ints, cycle: Ints) -> Ints:
    """The last day on the old plan: any day from one bill to the day before the next, or before as_of."""
    edges = np.array([*bill_days(config), epoch_day(config.day)], dtype=np.int64)
    field = draws.fields("plan_change", customer)[1].astype(np.int64)
    return edges[cycle - 1] + (field * (edges[cycle] - edges[cycle - 1]) >> 16)


def new_plans(draws: Draws, customer: Ints, plan: Ints) -> Ints:
    """The plan that each customer changes to, from the old one."""
    field = draws.fields("plan_change", customer)[2]
    return curves.new_plan().ravel().take(plan * quantile_tables.SIZE + (field >> 4))


def numbers(config: Config, draws: Draws, customer: Ints) -> tuple[Ints, Ints]:
    """The numbers of each customer's first and second subscription: the customer's own where no plan changes.

    Else 256 customers share 512 numbers, mixed by a permutation that begins elsewhere for each 256: neither
    order nor neighbours tell which subscriptions are one customer's, nor which is the second.
    """
    if not config.plan_change_share:
        return customer, customer
    group, place = np.divmod(customer, TOGETHER)
    shift = draws.fields("subscription_numbers", group)[0].astype(np.int64)
    mixed = Permutation(draws.key("subscription_numbers"), 2 * TOGETHER)
    first, second = (
        group * 2 * TOGETHER + mixed((2 * place + which + shift) % (2 * TOGETHER)) for which in range(2)
    )
    return first, second
