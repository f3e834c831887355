"""Which bank payment a planned payment came in: one for all that a customer with pay runs pays on a day."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.order_to_cash.instalments import Bills, Parts
from synth_assets.worlds.order_to_cash.payment_numbers import Numbers, by_rank, sorted_places

_DAY_BITS = 13
ALONE = -1


def runs(bills: Bills, parts: Parts, first_day: int) -> Ints:
    """For each part, its customer's run: customer and day in one number; ALONE where it is in none."""
    run = bills.contact[parts.bill] << _DAY_BITS | (parts.day - first_day)
    return np.where(bills.is_run[parts.bill], run, ALONE)


def receipt_numbers(numbers: Numbers, run: Ints, other_run: Ints, spare: Ints) -> tuple[Ints, Ints]:
    """The numbers of the receipts of planned payments, by rank, and of those of duplicates, from their ranks.

    They are in time, as payments' are; payments of a run have the first one's. A payment of a duplicate comes
    with what is planned for its run, if anything is; no duplicate changes a planned one's number.

    Args:
        numbers: of the receipts.
        run: of each planned payment, by rank.
        other_run, spare: of each payment of a duplicate, and its rank.
    """
    number = by_rank(numbers.planned, numbers.rank)[: len(run)]
    other = by_rank(numbers.other, numbers.other_rank)[spare]
    known, number = _one_a_run(run, number)
    other_known, other = _one_a_run(other_run, other)
    if len(known) and len(other_known):
        at = np.minimum(np.searchsorted(run[known], other_run), len(known) - 1)
        joins = run[known][at] == other_run
        other[joins] = number[known][at[joins]]
    return number, other


def _one_a_run(run: Ints, number: Ints) -> tuple[Ints, Ints]:
    """The places of payments that are the first of their runs, by run, and the numbers, one a run."""
    places = np.flatnonzero(run != ALONE)
    if not len(places):
        return places, number
    places = places[sorted_places(run[places])]
    starts = np.flatnonzero(np.diff(run[places], prepend=ALONE))
    number = number.copy()
    number[places] = np.repeat(number[places[starts]], np.diff(starts, append=len(places)))
    return places[starts], number
