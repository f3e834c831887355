"""Which numbers deals take: in the order in which they close or, in a history, by the month of their opening.

A deal's place is its rank among all deals in the order in which they close. In a window that is its number.
In a history that grows the number of an open deal must not tell when it will close. There each month has a
range of numbers for the deals that are opened in it: one for each deal that closes by seven months later, up
to a power of two, of which a permutation takes one step. It is keyed, and maps a deal's place to its number:
none is given twice, and each is known without any other deal. About one number in ten is used.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.order_days import months

MONTHS_OPEN = 8
"""Months in which a deal may close: that of its opening and the seven after it, longer than any cycle."""

FEWEST_BITS = 8
"""The fewest numbers of a month are 256."""


def numbered_before(config: Config, transaction: Ints) -> Ints:
    """Deals of all transactions before each one: the won, the lost and the open ones.

    Closed form, so that any block numbers its deals alone: each transaction has its won deal and an even
    share of the lost ones; open deals go with the youngest quarter.
    """
    if config.grows:
        return transaction + _lost_before(config, transaction)
    count = config.num_transactions
    lost = quota(config.lost_deals_per_order, count)
    still_open = quota(config.open_deals_per_order, count)
    young = -(-count // 4)
    return (
        transaction
        + transaction * lost // count
        + np.maximum(transaction - (count - young), 0) * still_open // young
    )


def _lost_before(config: Config, transaction: Ints) -> Ints:
    """Deals lost before each transaction of a history that grows."""
    rate = Fraction(config.lost_deals_per_order).limit_denominator(10**9)
    return transaction * rate.numerator // rate.denominator


class _Ranges(NamedTuple):
    """The numbers of the deals that are opened in each month of a history.

    Attributes:
        month: the first month, year x 12 + month - 1.
        place: of the first deal that closes in each month or later.
        size: numbers of each range: no fewer than deals close from the month on until seven months later.
        first: number of each range, counted from 0.
    """

    month: int
    place: Ints
    size: Ints
    first: Ints


@lru_cache(maxsize=64)
def _ranges(config: Config) -> _Ranges:
    found = months(config)
    place = numbered_before(config, np.array((0, *found.ends), dtype=np.int64))
    closing = (place[MONTHS_OPEN:] - place[:-MONTHS_OPEN]).tolist()
    size = np.array([1 << max(FEWEST_BITS, (count - 1).bit_length()) for count in closing], dtype=np.int64)
    return _Ranges(found.numbers[0], place[: len(size)], size, np.cumsum(size) - size)


def _permutation(draws: Draws, ranges: _Ranges, month: int) -> Permutation:
    """The order of the numbers of a month, which is counted from the first."""
    return Permutation(draws.key(f"deals opened in month {ranges.month + month}"), int(ranges.size[month]))


def deal_numbers(config: Config, draws: Draws, place: Ints, opened: Ints) -> Ints:
    """The numbers, from 0, of deals with these places in the order of closing, opened on these days."""
    if not config.grows:
        return place
    ranges, number = _ranges(config), np.empty(len(place), dtype=np.int64)
    opened_in = opened.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    month = np.maximum(opened_in + 1970 * 12 - ranges.month, 0)
    for one in np.flatnonzero(np.bincount(month)):
        at = np.flatnonzero(month == one)
        rank = place[at] - ranges.place[one]
        if rank.min() < 0 or rank.max() >= ranges.size[one]:
            raise ValueError(f"a deal opened in month {one} of the history does not close in time")
        number[at] = _permutation(draws, ranges, int(one))(rank) + ranges.first[one]
    return number


def closing_places(config: Config, draws: Draws, number: Ints) -> Ints:
    """The places, in the order of closing, of deals with these ascending numbers, from 0."""
    if not config.grows:
        return number
    ranges, place = _ranges(config), np.empty(len(number), dtype=np.int64)
    edges = np.searchsorted(number, [*ranges.first, ranges.first[-1] + ranges.size[-1]])
    for one in np.flatnonzero(np.diff(edges)):
        own = slice(edges[one], edges[one + 1])
        rank = _permutation(draws, ranges, int(one)).inverse(number[own] - ranges.first[one])
        place[own] = rank + ranges.place[one]
    return place


def numbers_so_far(config: Config) -> int:
    """The largest number that a deal of a history may have by as_of, counted from 1."""
    ranges = _ranges(config)
    last = config.day.year * 12 + config.day.month - 1 - ranges.month
    return int(ranges.first[last] + ranges.size[last])
