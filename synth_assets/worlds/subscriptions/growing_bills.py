"""The bills of a history that grows: numbered in time, in blocks of one billing date each.

A billing date bills subscriptions in the order in which they started. What a date asks for comes before all
later dates, so no day changes the number of an earlier bill.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.used_numbers import unused_before
from synth_assets.model.world import BLOCK_ROWS
from synth_assets.worlds.subscriptions.config import UNUSED_SHARE, Config
from synth_assets.worlds.subscriptions.growth import population, through
from synth_assets.worlds.subscriptions.shares import Counts

NUMBERS_A_BILL = 2
"""Invoice numbers that a billing date has for each bill: 1.4 are used or passed over on average, so a date
hardly ever runs out of them [D]."""


def ends(config: Config, draws: Draws) -> Counts:
    """Bills due through each billing date of as_of's month and before, and some later ones."""
    return _ends(through(config), draws)


@lru_cache(maxsize=4)
def _ends(config: Config, draws: Draws) -> Counts:
    return population(config, draws).billed_through()


def pieces(ends: Counts) -> tuple[int, ...]:
    """The first row of each block, stretches of rows in parts of BLOCK_ROWS, and the end of the last one."""
    starts = (start for low, high in pairwise((0, *ends)) for start in range(low, high, BLOCK_ROWS))
    return (*starts, ends[-1])


def places(ends: Counts, rows: range) -> list[tuple[int, range]]:
    """The billing dates in which bills lie, each with their places in it."""
    found = []
    cycle = bisect_right(ends, rows.start)
    while rows and cycle < len(ends):
        first = ends[cycle - 1] if cycle else 0
        if first >= rows.stop:
            break
        here = range(max(rows.start, first) - first, min(rows.stop, ends[cycle]) - first)
        if here:
            found.append((cycle, here))
        cycle += 1
    return found


def numbers(config: Config, draws: Draws, cycle: int) -> Ints:
    """The number of each bill of a billing date, ascending, ghosts included: theirs is then like others that
    are passed over."""
    return _numbers(through(config), draws, cycle)


@lru_cache(maxsize=8)
def _numbers(config: Config, draws: Draws, cycle: int) -> Ints:
    first, end = (0, *ends(config, draws))[cycle : cycle + 2]
    field = draws.fields("numbers", np.arange(first, end))[0]
    chosen = np.cumsum(quantile_tables.sample(unused_before(UNUSED_SHARE), field) + 1)
    room = NUMBERS_A_BILL * (end - first)
    np.minimum(chosen, room + 1 - np.arange(end - first, 0, -1), out=chosen)
    chosen += NUMBERS_A_BILL * first
    chosen.setflags(write=False)
    return chosen
