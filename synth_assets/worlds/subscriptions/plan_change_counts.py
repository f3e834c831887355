"""How many customers change their plan, and after which bill, in exact counts. Nothing here is drawn.

A change lies between two bills, or after the last one: the old subscription is billed up to it, the new one
from the next bill on. So a customer has a bill at the same dates with it and without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.shares import Counts, fill, split


class PlanChanges(NamedTuple):
    """Customers who change their plan.

    Attributes:
        leavers: of those who cancel, so many of each cycle and arrival; shape (cycles, arrivals).
        stayers: of the others, so many of each arrival before each cycle's bill, and after the last one;
            shape (arrivals, cycles + 1).
        unplaced: changes that find nobody who is billed before them.
    """

    leavers: list[Counts]
    stayers: list[Counts]
    unplaced: int


def plan_changes(
    config: Config, cancels: Sequence[Counts], staying: Counts, tail_interval: float
) -> PlanChanges:
    """Changes spread over everybody by the intervals between bills that each one lives to see.

    Args:
        config: the configuration.
        cancels: cancellations of each cycle and arrival.
        staying: customers of each arrival that stay.
        tail_interval: the part of an interval that is left after the last bill.
    """
    cycles, arrivals = len(cancels), len(staying)
    wanted = quota(config.plan_change_share, config.num_customers)
    sizes = [*(size for row in cancels for size in row), *staying]
    intervals = [
        *(float(max(0, cycle - max(a - 1, 0))) for cycle in range(cycles) for a in range(arrivals)),
        *(fsum(_of_stayers(a, cycles, tail_interval)) for a in range(arrivals)),
    ]
    rooms = [size * (many > 0) for size, many in zip(sizes, intervals, strict=True)]
    weights = [size * many for size, many in zip(sizes, intervals, strict=True)]
    placed = fill(wanted, weights, rooms) if wanted else (0,) * len(sizes)
    leavers = [placed[cycle * arrivals : (cycle + 1) * arrivals] for cycle in range(cycles)]
    stayers = [
        split(count, _of_stayers(arrival, cycles, tail_interval))
        for arrival, count in enumerate(placed[cycles * arrivals :])
    ]
    return PlanChanges(leavers, stayers, wanted - sum(placed))


def _of_stayers(arrival: int, cycles: int, tail_interval: float) -> list[float]:
    """Intervals before each cycle's bill, and after the last one, in which stayers may change their plan."""
    first = max(arrival - 1, 0)
    if first >= cycles:
        return [0.0] * (cycles + 1)
    return [float(cycle > first) for cycle in range(cycles)] + [tail_interval]
