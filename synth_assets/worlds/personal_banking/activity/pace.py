"""How freely a user spends at a visit, such that a month's visits cost what is left after the bills."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Fields, Ints
from synth_assets.worlds.personal_banking import amounts, curves
from synth_assets.worlds.personal_banking.curves import Stream

UNIT = 256
"""Of a pace: a step, by which small amounts grow by 1/32 and others by twice that."""

_STEPS_AN_E = 32
_MOST_STEPS = 32
"""Costs are known from 1/e to e times the usual small amounts; beyond that they go on in a straight line."""

_SAMPLED = 16
"""Of the 4,096 quantiles of an amount, every sixteenth is enough for its mean."""


def of_costs(left_cents: npt.NDArray[np.floating]) -> Ints:
    """Each user's pace: 0 for the usual amounts of `curves.STREAMS`."""
    costs = _costs()
    step = np.searchsorted(costs[1:-1], left_cents)
    part = (left_cents - costs[step]) / (costs[step + 1] - costs[step])
    return (UNIT * (step - _MOST_STEPS + part)).astype(np.int64)


def amount_cents(stream: Stream, pace: Ints, size: Fields) -> Ints:
    """What visits cost at their users' paces."""
    spread = quantile_tables.sample(amounts.steps(stream.spread), size)
    return amounts.cents(*stream.bounds_cents, _middle(stream) + pace * _shift(stream) // UNIT + spread)


def _middle(stream: Stream) -> int:
    return amounts.place(*stream.bounds_cents, stream.median_cents)


@cache
def _shift(stream: Stream) -> int:
    """Places on the ruler of a step, such that a usual amount grows in proportion."""
    low, high = stream.bounds_cents
    middle = stream.median_cents
    steepness = middle * (high - low) / ((middle - low) * (high - middle))
    growth = 1 if stream.name in curves.SMALL else 2
    return round(amounts.UNIT * growth * steepness / _STEPS_AN_E)


@cache
def _costs() -> Ints:
    """Cents a month of all streams at each step."""
    paces = UNIT * np.arange(-_MOST_STEPS, _MOST_STEPS + 1)
    sizes = np.arange(0, 65_536, _SAMPLED * 16, dtype=np.uint16)
    spent = [amount_cents(s, paces[:, None], sizes).sum(axis=1).tolist() for s in curves.STREAMS]
    costs = [
        math.fsum(s.a_month * float(cents) / len(sizes) for s, cents in zip(curves.STREAMS, row, strict=True))
        for row in zip(*spent, strict=True)
    ]
    return np.array(costs).astype(np.int64)
