"""Which amounts make a fault easy or hard to find, and the amount that a wished grade asks for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Fields, Ints
from synth_assets.model.manifest import VERY_HARD, graded
from synth_assets.worlds.order_to_cash.config import DifficultyMix

BILLED_BOUNDS = (9_925, 10_150, 10_400, 10_550)
"""Billed, in hundredths of a percent of the contract's price: very hard up to .75 % below it, then hard,
medium, easy, and trivial from 5.5 % above. Sound bills lie at or below the list price, which contract prices
undercut by up to 5 %. Measured over 8 x 20,000 orders, see `evaluate/difficulty.py`: of what is billed just
below 100 % a threshold finds nothing, just above it 38 %, and at 101.5, 104 and 105.5 % 53, 83 and 98 %,
whatever the mix [D]."""

RECEIVED_BOUNDS = (6_350, 6_425, 6_500, 6_600)
"""Received, likewise: trivial below 63.5 %, then easy, medium, hard, and very hard from 66 %. The deepest
discount leaves 65 % of the contract's price, so 61.75 to 65 % of the list price: at 63.5, 64.25, 65 and 66 %
a threshold finds 97, 78, 58 and 27 % [D]."""


def of_billed(cents: Ints, gross_cents: Ints) -> Ints:
    """The grade of drifted bills: the higher above the contract's price, the easier."""
    return VERY_HARD - graded(_basis_points(cents, gross_cents), BILLED_BOUNDS)


def of_received(cents: Ints, gross_cents: Ints) -> Ints:
    """The grade of short payments: the further below the deepest discount, the easier."""
    return graded(_basis_points(cents, gross_cents), RECEIVED_BOUNDS)


class Range(NamedTuple):
    """Amounts that a fault may take, both ends included; none where `high` is less than `low`."""

    low: Ints
    high: Ints

    @property
    def some(self) -> np.ndarray:
        """Where it holds an amount."""
        return self.high >= self.low

    def at(self, drawn: Fields) -> Ints:
        """The amounts at a drawn place of the range."""
        return self.low + (drawn.astype(np.int64) * (self.high - self.low + 1) >> 16)


def wished(mix: DifficultyMix, drawn: Fields) -> Ints:
    """The grades that a mix asks for."""
    shares = np.cumsum([share for _, share in mix])
    return np.searchsorted(shares / shares[-1], drawn / 65_536, side="right")


def billed(wish: Ints, gross_cents: Ints, above: Range, below: Range, drawn: Fields, sign: Fields) -> Ints:
    """Drifted amounts of the wished grades: where an order's discount leaves no room for one, a harder one.

    Args:
        wish: grades.
        gross_cents: the contract's price.
        above, below: amounts that a drift may give, above the order's and below it.
        drawn, sign: fields that say which amount of a grade, and which side of the order's total.
    """
    amounts = below.at(drawn)
    left = np.ones(len(wish), dtype=bool)
    for grade in range(VERY_HARD + 1):
        band = _band(gross_cents, BILLED_BOUNDS, VERY_HARD - grade)
        within = Range(np.maximum(above.low, band.low), np.minimum(above.high, band.high))
        here = left & (wish <= grade) & within.some
        if grade == VERY_HARD:
            here &= sign & 1 == 1
        amounts[here] = within.at(drawn)[here]
        left &= ~here
    return amounts


def received(wish: Ints, gross_cents: Ints, allowed: Range, drawn: Fields) -> Ints:
    """Short payments of the wished grades: where an order's discount leaves no room for one, an easier one.

    Args:
        wish: grades.
        gross_cents: the contract's price.
        allowed: amounts that a short payment may have.
        drawn: field that says which amount of a grade.
    """
    amounts = allowed.at(drawn)
    left = np.ones(len(wish), dtype=bool)
    for grade in range(VERY_HARD, -1, -1):
        band = _band(gross_cents, RECEIVED_BOUNDS, grade)
        within = Range(np.maximum(allowed.low, band.low), np.minimum(allowed.high, band.high))
        here = left & (wish >= grade) & within.some
        amounts[here] = within.at(drawn)[here]
        left &= ~here
    return amounts


def _band(gross_cents: Ints, bounds: tuple[int, ...], place: int) -> Range:
    """The amounts between two neighbouring bounds, or beyond the first or last."""
    starts = [-(-gross_cents * bound // 10_000) for bound in bounds]
    low = starts[place - 1] if place else np.zeros_like(gross_cents)
    high = starts[place] - 1 if place < len(starts) else np.full_like(gross_cents, 2**62)
    return Range(low, high)


def _basis_points(cents: Ints, of_cents: Ints) -> Ints:
    return cents * 10_000 // np.maximum(of_cents, 1)
