"""How customers pay: a habit that belongs to the customer, held by everybody's rank, and known in counts.

[S] secondary source, [D] design choice: no source claims it.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Ints

PAYERS = ("card", "ach", "invoice", "slow")
"""Charged to a card, pulled by ACH, paying by invoice, and paying by invoice mostly late."""

BY_INVOICE = PAYERS.index("invoice")

PAYERS_OF_200 = (109, 47, 24, 20)
"""So many that of the payments on time cards make 60 %, ACH 25 % and invoices 15 % [D]."""

LATE_WEIGHTS = (1.0, 5.0, 15.0, 65.0)
"""How often each payer is late: per cent of bills where a tenth of all payments is. Cards and ACH pay by
themselves [S turnstile.ai], and a tenth of the customers makes two thirds of the late payments [D from the
Accounts Receivable sample, simulated by IBM: a tenth is late with .88 of its invoices, a tenth never]."""

STRATA = (*PAYERS, *(f"{payer} {since}" for since in ("changed", "just changed") for payer in PAYERS))
"""The bills of a date that are planned together: of those who never change their plan, by payer, of those
who changed it before, and of those for whom it is the first since."""

CHANGED, JUST_CHANGED = len(PAYERS), 2 * len(PAYERS)
"""Where the strata of the latter two begin."""

CYCLE = sum(PAYERS_OF_200)
"""Ranks after which the payers repeat."""


def _pattern() -> npt.NDArray[np.int64]:
    """The payer of 200 ranks in a row, each kind spread evenly over them."""
    places = [((at + 0.5) / count, payer) for payer, count in enumerate(PAYERS_OF_200) for at in range(count)]
    return np.array([payer for _, payer in sorted(places)], dtype=np.int64)


_PAYER = _pattern()
_BEFORE = np.array([np.bincount(_PAYER[:at], minlength=len(PAYERS)) for at in range(CYCLE)])


def payer_of(rank: Ints) -> Ints:
    """The payer of each rank, as index into PAYERS."""
    return _PAYER.take(rank % CYCLE)


def place_of(rank: Ints, payer: int) -> Ints:
    """The place of each rank of a payer among the ranks of that payer, from 0."""
    return rank // CYCLE * PAYERS_OF_200[payer] + _BEFORE[:, payer].take(rank % CYCLE)


def payers_below(rank: Ints) -> Ints:
    """How many ranks below each one are of each payer, shape (ranks, payers)."""
    return (rank // CYCLE)[:, None] * np.array(PAYERS_OF_200) + _BEFORE[rank % CYCLE]


@cache
def payment_lag_days() -> npt.NDArray[np.int64]:
    """Days from invoice to a payment on time, at most 14, shape (payer, quantile) [D].

    Cards are charged on days 0 to 2, ACH clears on days 3 to 5, the others pay by invoice, log-normal with
    median 9 days.
    """
    days = range(15)
    by_invoice = quantile_tables.from_density(days, lambda x: _lognormal(x, math.log(9), 0.5))
    card = quantile_tables.from_weights(range(3), (0.36, 0.15, 0.09))
    ach = quantile_tables.from_weights(range(3, 6), (0.10, 0.10, 0.05))
    return np.stack([card, ach, by_invoice, by_invoice])


def _lognormal(x: float, mu: float, sigma: float) -> float:
    return math.exp(-((math.log(x) - mu) ** 2) / (2 * sigma**2)) / x if x > 0 else 0.0
