"""When a merchant counts as recurring: at least three charges in the last 90 days, seven of ten
gaps of 5 to 9 or 28 to 32 days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.events import MOST_DESCRIPTORS, stable_order

RECURRING_DAYS = 90


class Groups(NamedTuple):
    """Recent charges by user and merchant, in order of day.

    Attributes:
        order: places of the charges among those given.
        group: of each charge, its user's and merchant's group.
        first: place in `order` where each group begins.
        recurs: whether a group is recurring.
    """

    order: Ints
    group: Ints
    first: Ints
    recurs: npt.NDArray[np.bool_]


def groups(user: Ints, merchant: Ints, day: Ints, days: int) -> Groups:
    """The charges of the last 90 of `days` days, grouped and judged."""
    recent = np.flatnonzero(day >= days - RECURRING_DAYS)
    whose = user[recent] * MOST_DESCRIPTORS + merchant[recent]
    place = stable_order(whose * days + day[recent])
    order, whose = recent[place], whose[place]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = whose[1:] != whose[:-1]
    group = np.cumsum(starts) - 1
    gap, charged_on = np.zeros_like(order), day[order]
    gap[1:] = charged_on[1:] - charged_on[:-1]  # a group's first one counts for nothing
    regular = ~starts & (((gap >= 5) & (gap <= 9)) | ((gap >= 28) & (gap <= 32)))
    visits = np.bincount(group)
    recurs = (visits >= 3) & (np.bincount(group, regular) >= 0.7 * (visits - 1))
    return Groups(order, group, np.flatnonzero(starts), recurs)
