"""What is decided about some bills of a history that grows, as far as it has happened by as_of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions.bill import Bill
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.fault_plan import IN_GRACE, LATE
from synth_assets.worlds.subscriptions.growing_bills import ends, numbers, places
from synth_assets.worlds.subscriptions.growing_plan import leaks
from synth_assets.worlds.subscriptions.growth import population
from synth_assets.worlds.subscriptions.payment_days import paid_day


class BilledFacts(NamedTuple):
    """The facts of consecutive bills, ghosts included.

    Attributes:
        subscription: number of each bill's subscription, from 0.
        plan: its plan, as index into `curves.PLANS`.
        end_day: epoch day on which it ends, may be after as_of.
        bills: faults and settlements.
    """

    subscription: Ints
    plan: Ints
    end_day: Ints
    bills: Bill


def facts(config: Config, draws: Draws, rows: range) -> BilledFacts:
    """The facts of the bills `rows`."""
    draws = draws.of("bills")
    people = population(config, draws)
    dates = places(ends(config, draws), rows)
    parts = [_of_date(config, draws, cycle, here) for cycle, here in dates] or [
        _of_date(config, draws, 0, range(0))
    ]
    subscription, number, cycle, is_late, fault = (
        np.concatenate(values) for values in zip(*parts, strict=True)
    )
    day = np.array(people.bill_days, dtype=np.int64)[cycle]
    settlement = np.where(is_late, np.int8(LATE), np.int8(0))
    lag_table = people.payer[subscription] * quantile_tables.SIZE
    paid = paid_day(config, draws, number, day, settlement, lag_table)
    settlement[paid > epoch_day(config.day)] = IN_GRACE
    bills = Bill(
        number,
        np.arange(len(number), dtype=np.int32),
        cycle,
        day.astype(np.int32),
        paid.astype(np.int32),
        fault,
        settlement,
    )
    return BilledFacts(subscription, people.plan[subscription], people.end_day[subscription], bills)


def _of_date(config: Config, draws: Draws, cycle: int, here: range) -> tuple[np.ndarray, ...]:
    """Subscriptions, numbers, cycles, whether late and faults of some bills of one date."""
    at = slice(here.start, here.stop)
    found = leaks(config, draws, cycle)
    return (
        population(config, draws).billed(cycle)[at],
        numbers(config, draws, cycle)[at],
        np.full(len(here), cycle, dtype=np.int16),
        found.is_late[at],
        found.fault[at],
    )
