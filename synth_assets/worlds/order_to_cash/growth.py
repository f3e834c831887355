"""A business that goes on: its months, how many orders and customers each brings, and its blocks.

What happens in a month is a pure function of the seed and the start of the history. as_of only says how much
of it has happened, so that no later day changes an earlier one.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import MonthlySchedule, Window, epoch_day
from synth_assets.model.draws import Ints
from synth_assets.model.world import BLOCK_ROWS
from synth_assets.worlds.order_to_cash import curves
from synth_assets.worlds.order_to_cash.config import Config

LONGEST_CYCLE_DAYS = 180
"""Days from a deal's creation to its end: what is open on a day is among the deals of so many days [D]."""

AHEAD_DAYS = 200
"""Calendar days in which the business days of the longest cycle lie, whatever holidays are among them."""

SETTLED_DAYS = 110
"""After so many days nothing of a month's orders changes: an invoice comes within 11, is paid within 60, and
is stale 91 days after its issue."""

MARGIN_DAYS = 420
"""Days of the calendar beyond as_of: deals that are open, their invoices and payments, and whole months."""


class Months(NamedTuple):
    """The months of a history, the last one behind the deals that are open at as_of.

    Attributes:
        numbers: of each month, year x 12 + month - 1.
        ends: orders through the end of each.
    """

    numbers: tuple[int, ...]
    ends: tuple[int, ...]

    def of(self, transaction: int) -> int:
        """The place of the month of a transaction."""
        return bisect_right(self.ends, transaction)


def calendar(config: Config) -> Window:
    """The days of the history, and those beyond as_of."""
    return _calendar(config.start, config.day)


@lru_cache(maxsize=64)
def _calendar(start: dt.date, day: dt.date) -> Window:
    return Window(day, 0, MARGIN_DAYS, days=(day - start).days + 1)


@lru_cache(maxsize=64)
def whole_months(start: dt.date, day: dt.date) -> Window:
    """The same from the first day of its first month on."""
    return _calendar(start.replace(day=1), day)


def months(config: Config, usual: Ints) -> Months:
    """How many orders each month brings; `usual` is the weight of each day of the whole months.

    Twelve months bring transactions_per_year, each its share of its quarter times its season. The first
    month brings the share of its days that are in the history. The sum is rounded at the end of each month.
    """
    days = whole_months(config.start, config.day)
    month = days.month
    first, last = int(month[0]), int(month[-1]) - 1  # the last month of the calendar is not whole
    inside = usual[(month == first) & (days.days >= epoch_day(config.start))].sum()
    part = Fraction(int(inside), int(usual[month == first].sum()))
    weight = [
        round(100 * curves.MONTH_OF_QUARTER[i % 3]) * curves.SEASON_PER_MILLE[i] * part.denominator
        for i in range(12)
    ]
    total, ends = 0, []
    for number in range(first, last + 1):
        whole = weight[number % 12]
        total += whole * part.numerator // part.denominator if number == first else whole
        orders = config.history.transactions_per_year * total
        ends.append((2 * orders + sum(weight)) // (2 * sum(weight)))
    return Months(tuple(range(first, last + 1)), tuple(ends))


def schedule(config: Config, found: Months, lucky: Ints) -> MonthlySchedule:
    """The days of the orders of all months, by weights of the days of the whole months."""
    days = whole_months(config.start, config.day)
    inside = np.where(days.days >= epoch_day(config.start), lucky, 0)
    return MonthlySchedule(days.first, days.month - found.numbers[0], inside, found.ends)


# --- customers ----------------------------------------------------------------------------------------


def contacts_before(config: Config, transaction: Ints | int) -> Ints:
    """How many contacts are in the CRM when so many orders were placed."""
    a_year, orders = config.history.new_customers_per_year, config.history.transactions_per_year
    arrived = (2 * a_year * np.asarray(transaction) + orders - 1) // (2 * orders)
    return config.history.customers_at_start + np.maximum(arrived, 0)


def enters_with(config: Config, contact: Ints) -> Ints:
    """The order with which each contact that was not there from the start enters the CRM."""
    turn = contact - config.history.customers_at_start
    return (
        (2 * turn + 1) * config.history.transactions_per_year // (2 * config.history.new_customers_per_year)
    )


# --- blocks -------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def pieces(found: Months) -> tuple[int, ...]:
    """The first transaction of each block: months, in parts of BLOCK_ROWS; and the end of the last one."""
    return _pieces(found.ends)


def contact_pieces(config: Config, found: Months) -> tuple[int, ...]:
    """The first contact of each block, and the end of the last one; the first has those from the start."""
    return _pieces(tuple(contacts_before(config, np.array(found.ends)).tolist()))


def _pieces(ends: tuple[int, ...]) -> tuple[int, ...]:
    starts = (start for low, high in pairwise((0, *ends)) for start in range(low, high, BLOCK_ROWS))
    return (*starts, ends[-1])


def groups_before(found: Months, first: int, documents: int) -> int:
    """Groups of 16 numbers that are left to the blocks before the one that begins with transaction `first`,
    where each order has so many documents: one more a block than its orders fill."""
    return first * documents // 16 + bisect_right(pieces(found), first) - 1


def cut(starts: tuple[int, ...], end: int) -> list[range]:
    """The ranges that begin at `starts`, as far as rows before `end` are in them."""
    return [range(low, min(high, end)) for low, high in pairwise(starts) if low < end]


def pieces_of(found: Months, rows: range) -> Iterator[tuple[int, range]]:
    """The whole blocks in which `rows` lie, each with its number."""
    starts = pieces(found)
    for number in range(bisect_right(starts, rows.start) - 1, len(starts) - 1):
        if starts[number] >= max(rows.stop, rows.start + 1):
            return
        yield number, range(starts[number], starts[number + 1])
