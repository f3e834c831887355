"""Calendars: windows of days, US federal holidays, business days. Days are int32 counts since 1970-01-01."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints

EPOCH = dt.date(1970, 1, 1).toordinal()
SECONDS_PER_DAY = 86_400


def epoch_day(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return date.toordinal() - EPOCH


def date_of(day: int) -> dt.date:
    """The date `day` days after 1970-01-01."""
    return dt.date.fromordinal(day + EPOCH)


def months_before(date: dt.date, months: int) -> dt.date:
    """The same day of the month `months` earlier, or the month's last day where there is no such day."""
    index = date.year * 12 + date.month - 1 - months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(date.day, monthrange(year, month + 1)[1]))


def federal_holidays(year: int) -> set[dt.date]:
    """US federal holidays as observed (5 U.S.C. 6103): a Saturday's on Friday, a Sunday's on Monday."""

    def nth(month: int, weekday: int, n: int) -> dt.date:
        first = dt.date(year, month, 1)
        return first + dt.timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))

    fixed = [dt.date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
    observed = {day + dt.timedelta({5: -1, 6: 1}.get(day.weekday(), 0)) for day in fixed}
    memorial = dt.date(year, 5, 31) - dt.timedelta(dt.date(year, 5, 31).weekday())
    return observed | {
        nth(1, 0, 3),
        nth(2, 0, 3),
        memorial,
        nth(9, 0, 1),
        nth(10, 0, 2),
        nth(11, 3, 4),
    }


class Window:
    """The days (as_of - months, as_of], or so many days up to as_of, and `margin` days beyond for promises.

    Attributes:
        months: length of the window.
        first, last: epoch days of the first day and of as_of.
        days: epoch days first ... last + margin.
    """

    def __init__(self, as_of: dt.date, months: int, margin: int = 120, days: int | None = None) -> None:
        self.as_of = as_of
        self.months = months
        self.last = epoch_day(as_of)
        self.first = self.last - days + 1 if days else epoch_day(months_before(as_of, months)) + 1
        self.days = np.arange(self.first, self.last + margin + 1, dtype=np.int64)
        self.dates = [date_of(int(day)) for day in self.days]

    @property
    def length(self) -> int:
        """Days from first to as_of, both counted."""
        return self.last - self.first + 1

    @cached_property
    def weekday(self) -> Ints:
        """0 for Monday ... 6 for Sunday, per day of `days` (1970-01-01 was a Thursday)."""
        return (self.days + 3) % 7

    @cached_property
    def month(self) -> Ints:
        """Year x 12 + month - 1, per day of `days`."""
        return 1970 * 12 + self.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    @cached_property
    def is_holiday(self) -> npt.NDArray[np.bool_]:
        """Whether the day is an observed US federal holiday."""
        years = range(self.dates[0].year, self.dates[-1].year + 2)
        holidays = set().union(*(federal_holidays(year) for year in years))
        return np.array([date in holidays for date in self.dates])

    @cached_property
    def is_business(self) -> npt.NDArray[np.bool_]:
        """Whether the day is neither at a weekend nor a holiday."""
        return (self.weekday < 5) & ~self.is_holiday

    @cached_property
    def business_days(self) -> Ints:
        """The business days among `days`, ascending."""
        return self.days[self.is_business]

    @cached_property
    def _business_rank(self) -> Ints:
        """For each day, how many business days lie before it."""
        return np.cumsum(self.is_business) - self.is_business

    def add_business_days(self, day: Ints, count: Ints | int) -> Ints:
        """The `count`-th business day on or after `day` (0 gives `day` itself if it is one)."""
        return self.business_days.take(self._business_rank.take(day - self.first) + count)

    def business_days_ago(self, day: Ints, count: Ints) -> Ints:
        """The `count`-th business day before `day` (0 gives `day`), at most back to the window's start."""
        rank = np.maximum(self._business_rank.take(day - self.first) - count, 0)
        return np.minimum(self.business_days.take(rank), day)

    def business_day_before(self, day: Ints) -> Ints:
        """The last business day on or before `day`; the first of the window where there is none."""
        rank = self._business_rank[day - self.first] + self.is_business[day - self.first] - 1
        return self.business_days[np.maximum(rank, 0)]

    @cached_property
    def business_days_left_in_month(self) -> Ints:
        """For each day, business days of the same month from that day on (0: none is left).

        Counted over whole months, so the last days of the window know how their month goes on.
        """
        return self._days_left(self.month)

    @cached_property
    def business_days_left_in_quarter(self) -> Ints:
        """For each day, business days of the same quarter from that day on."""
        return self._days_left(self.month // 3)

    def _days_left(self, period: Ints) -> Ints:
        """For each day, business days of its period from that day on; the last of `days` counts for none."""
        counted = self.is_business.astype(np.int64)
        counted[-1] = 0
        through = np.cumsum(counted)
        last_of_period = np.searchsorted(period, period, side="right") - 1
        return through[last_of_period] - through + counted


class ArrivalSchedule:
    """`total` rows spread over days by weight: row i has the day at quantile (i + 1/2) / total.

    Rows are thus numbered in time, and a block of rows knows its days without the others. Most rows find
    their day by their stretch, 2^shift rows of which at most 16,384 make the whole; in the few stretches in
    which a day ends it is searched.
    """

    def __init__(self, first_day: int, weights: npt.NDArray[np.int64], total: int) -> None:
        cumulative = np.cumsum(weights)
        whole = int(cumulative[-1])
        # first row whose (2i + 1) / 2 total lies beyond the cumulative weight before the day
        before = np.concatenate([[0], cumulative[:-1]])
        self._first_row = np.array([_first_row(int(w), whole, total) for w in before], dtype=np.int64)
        self._first_day = first_day
        self._total = total
        self._shift = max(0, (total - 1).bit_length() - 14)
        starts = np.arange(0, total + (1 << self._shift), 1 << self._shift)
        self._day_at = self._searched(starts)
        self._is_split = self._searched(starts + (1 << self._shift) - 1) > self._day_at

    def day(self, rows: Ints) -> Ints:
        """Epoch day of each row."""
        stretch = rows >> self._shift
        day = self._day_at.take(stretch)
        split = np.flatnonzero(self._is_split.take(stretch))
        day[split] = self._searched(rows[split])
        return day

    def _searched(self, rows: Ints) -> Ints:
        return np.searchsorted(self._first_row, rows, side="right") - 1 + self._first_day

    def rows_on(self, first: int, last: int) -> range:
        """The rows whose day lies in first ... last, both counted."""
        low, high = max(first - self._first_day, 0), last - self._first_day + 1
        if high <= low:
            return range(0)
        edges = [*self._first_row.tolist(), self._total]
        return range(edges[min(low, len(edges) - 1)], edges[min(high, len(edges) - 1)])


def _first_row(before: int, whole: int, total: int) -> int:
    """The smallest i >= 0 with (2i + 1) / (2 total) >= before / whole."""
    return max(0, -((whole - 2 * total * before) // (2 * whole)))


class MonthlySchedule:
    """Rows spread over days month by month: within a month, row i of n has the day at quantile (i + 1/2) / n.

    A month's days therefore do not depend on what comes after it.
    """

    def __init__(self, first_day: int, month: Ints, weights: Ints, ends: Sequence[int]) -> None:
        """
        Args:
            first_day: epoch day of the first weight.
            month: of each day, counted from 0.
            weights: of the days.
            ends: rows through the end of each month.
        """
        self.ends = ends
        self._first_day = first_day
        self._first_row: list[int] = []
        for place, (start, end) in enumerate(pairwise((0, *ends))):
            of_month = weights[month == place]
            before = np.concatenate([[0], np.cumsum(of_month)])
            self._first_row += [
                start + min(_first_row(int(w), int(before[-1]), end - start), end - start)
                if end > start
                else start
                for w in before[:-1]
            ]
        self._rows = np.array(self._first_row, dtype=np.int64)

    def day(self, rows: Ints) -> Ints:
        """Epoch day of each row."""
        return np.searchsorted(self._rows, rows, side="right") - 1 + self._first_day

    def rows_through(self, day: int) -> int:
        """How many rows have a day up to `day`."""
        place = day - self._first_day + 1
        if place >= len(self._first_row):
            return self.ends[-1]
        return self._first_row[place] if place > 0 else 0
