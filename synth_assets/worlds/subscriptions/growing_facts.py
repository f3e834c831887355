"""What is decided about some customers of a history that grows, as far as it has happened by as_of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions.anomalies import GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.cohorts import FOUNDERS, bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.fault_plan import LATE, Bills
from synth_assets.worlds.subscriptions.growing_plan import leaks
from synth_assets.worlds.subscriptions.growth import population


def decided(
    config: Config, draws: Draws, number: Ints
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_], Bills]:
    """Plan, start, end, whether active, and bills of consecutive customers who have started by as_of."""
    people, last = population(config, draws), epoch_day(config.day)
    cycles = len(bill_days(config))
    end = people.end_day[number]
    stays = end > last
    first, cancel = people.first_cycle[number], np.minimum(people.cancel_cycle[number], cycles)
    at = np.arange(cycles)
    is_billed = (first[:, None] <= at) & (at <= cancel[:, None])
    fault, settlement = np.zeros(is_billed.shape, np.int8), np.zeros(is_billed.shape, np.int8)
    for cycle, found in enumerate(leaks(config, draws)[:cycles]):
        for code in (GHOST, ZOMBIE, PARTIAL):
            fault[_inside(found.faults[code], number), cycle] = code
        settlement[_inside(found.late, number), cycle] = LATE
    arrival = np.where(number < config.history.customers_at_start, FOUNDERS, first + 1)
    never = np.full(len(number), cycles + 1)
    bills = Bills(people.payer[number], arrival, cancel, never, is_billed, fault, settlement)
    end = np.where(stays, last + 1, end)
    return people.plan[number], people.start_day[number], end, stays, bills


def _inside(chosen: Ints, number: Ints) -> Ints:
    """The places among consecutive numbers of those that are chosen."""
    first = number[0] if len(number) else 0
    low, high = np.searchsorted(chosen, [first, first + len(number)])
    return chosen[low:high] - first
