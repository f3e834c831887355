"""Which numbers payments take: in time, drawn within a few, and fixed for all that is planned.

Payments are numbered in the order in which they come, whatever invoice they are for, by the sound course of
events: a fault that leaves a payment out leaves its number unused, and no absent row shifts another. Every 16
payments that follow each other share 32 numbers. A drawn half of them is for those payments, in a drawn
order; the other half is kept for payments of duplicates, which take one near their day. So unused numbers are
everywhere, and neither a gap nor a number out of order tells a fault.

Time is that of 65,536 orders in a row: their payments have a range of numbers for themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.used_numbers import used_half
from synth_assets.model.world import BLOCK_ROWS

TOGETHER = BLOCK_ROWS
"""Orders whose payments are numbered in time: any part of them is numbered as the whole."""

SHARE_NUMBERS = 16
"""Payments in a row that share twice as many numbers."""

_PLACE_BITS, _CHANCE_BITS = 20, 28
"""A payment's place, and its draw behind its day, in one integer that sorts by all three."""


class Queue(NamedTuple):
    """Planned payments in time.

    Attributes:
        place: of the payment of each rank, 0 for the first, among those that were given.
        days: of the payments, ascending.
    """

    place: Ints
    days: Ints


class Numbers(NamedTuple):
    """The numbers of one kind of document for planned payments and for others.

    Attributes:
        planned: those for planned payments, ascending.
        rank: of the payment that has each of them; it may be beyond the last payment.
        other: those for others, ascending.
        other_rank: of the payment that has each of these.
    """

    planned: Ints
    rank: Ints
    other: Ints
    other_rank: Ints


def numbered_together(rows: range, transactions: int) -> list[range]:
    """The transactions whose payments are numbered with those of `rows`, a range for each that are numbered
    together."""
    starts = range(rows.start // TOGETHER * TOGETHER, rows.stop, TOGETHER)
    return [range(start, min(start + TOGETHER, transactions)) for start in starts]


def sorted_places(values: Ints) -> Ints:
    """The places of the values, none negative and below 2^43, in ascending order; equal ones stay in turn.

    It sorts whole numbers of value and place, which is faster than a stable sort of places.
    """
    keys = (values << _PLACE_BITS) | np.arange(len(values))
    keys.sort()
    return keys & ((1 << _PLACE_BITS) - 1)


def in_time(draws: Draws, day: Ints, address: Ints) -> Queue:
    """Payments by day; those of a day in an order drawn by `address`, a number of their own."""
    chance = (draws.words("order", address) >> np.uint64(64 - _CHANCE_BITS)).astype(np.int64)
    place = sorted_places((day - day.min()) << _CHANCE_BITS | chance)
    return Queue(place, day[place])


def spare_ranks(draws: Draws, queue: Queue, day: Ints, address: Ints, most: int) -> Ints:
    """Ranks of payments that nobody planned, none twice and all below `most`: drawn from those of the
    planned payments of their day, the next free one where a day has too few."""
    low, high = (np.searchsorted(queue.days, day, side) for side in ("left", "right"))
    chance = (draws.words("spare", address) >> np.uint64(40)).astype(np.int64)
    wanted = low + ((high - low) * chance >> 24)
    order, turn = np.argsort(wanted, kind="stable"), np.arange(len(day))
    free = np.maximum.accumulate(wanted[order] - turn) + turn
    rank = np.empty(len(day), dtype=np.int64)
    rank[order] = np.minimum(free, most - len(day) + turn)
    return rank


def document_numbers(draws: Draws, most: int, before: int) -> Numbers:
    """The numbers of documents for at least `most` planned payments and as many others.

    Args:
        draws: those of the document that is numbered.
        most: payments, at least one.
        before: numbers that are left to earlier payments, a multiple of 32.
    """
    group = np.arange(room(most) // SHARE_NUMBERS)
    address = before // (2 * SHARE_NUMBERS) + group
    used = used_half(draws, "numbers", address, 2 * SHARE_NUMBERS).ravel()
    step, start, other_step, other_start = draws.fields("places", address).astype(np.int64)[:, :, None]

    def ranks(step: Ints, start: Ints) -> Ints:
        """Ranks of each group from a drawn one on by a drawn odd step, which visits all of them."""
        within = (np.arange(SHARE_NUMBERS) * (step | 1) + start) & (SHARE_NUMBERS - 1)
        return (within + SHARE_NUMBERS * group[:, None]).ravel()

    return Numbers(
        np.flatnonzero(used) + (before + 1),
        ranks(step, start),
        np.flatnonzero(~used) + (before + 1),
        ranks(other_step, other_start),
    )


def by_rank(number: Ints, rank: Ints) -> Ints:
    """The numbers in order of rank."""
    ordered = np.empty_like(number)
    ordered[rank] = number
    return ordered


def room(payments: int) -> int:
    """So many planned payments in whole groups."""
    return -(-payments // SHARE_NUMBERS) * SHARE_NUMBERS


def numbers_before(transaction: int, payments_per_invoice: int) -> int:
    """Numbers kept for the payments of all orders before the first one of those numbered together."""
    return transaction // TOGETHER * 2 * room(TOGETHER * payments_per_invoice)
