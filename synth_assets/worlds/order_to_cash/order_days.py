"""On which days orders come: season and growth, weeks and days that differ by chance, room for old faults.

The weight of a day is a pure function of the seed, the day and the window. It knows nothing of the count, so
a year has the same shape at every size.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import ArrivalSchedule, MonthlySchedule, Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import anomalies, cash_curves, curves, growth
from synth_assets.worlds.order_to_cash.config import Config

MONDAY = 4
"""Epoch day 4 was a Monday: weeks count from it."""

PER_MONTH = 100_000_000
"""Scale of weights: what an average month would weigh, were it a quarter."""


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    return growth.calendar(config) if config.grows else Window(config.day, config.date_range_months)


def arrival_schedule(config: Config, draws: Draws) -> ArrivalSchedule:
    """Transactions over the days of the window."""
    return _schedule(config, draws.of("calendar"))


def monthly_schedule(config: Config, draws: Draws) -> MonthlySchedule:
    """Transactions over the days of a history that grows, and of some months beyond as_of."""
    return _monthly_schedule(config, draws.of("calendar"))


def order_day(config: Config, draws: Draws, transaction: Ints) -> Ints:
    """Epoch day of each order."""
    days = monthly_schedule(config, draws) if config.grows else arrival_schedule(config, draws)
    return days.day(transaction)


@lru_cache(maxsize=64)
def months(config: Config) -> growth.Months:
    """The months of a history that grows."""
    return growth.months(config, monthly_weights(growth.whole_months(config.start, config.day)))


@lru_cache(maxsize=8)
def _schedule(config: Config, draws: Draws) -> ArrivalSchedule:
    days = window(config)
    weights = with_room_for_faults(days, order_weights(days, draws))
    return ArrivalSchedule(days.first, weights, config.num_transactions)


def usual_weights(window: Window) -> Ints:
    """Weight of each day of the window for new orders in a usual year; as_of itself takes none.

    Each calendar month has its share of its quarter times its season, however many business days and peaks it
    holds: the days of a month are weighed against each other, then scaled.

    The books of as_of collect payments and second invoices of earlier orders, which is what lets every order
    have its invoice, and a duplicate a day later, by as_of.
    """
    days = Window(window.as_of, window.months + 1)  # a month more, so that the first month is complete
    scaled = monthly_weights(days)[window.first - days.first :]
    return scaled[: window.length - 1]


def monthly_weights(days: Window) -> Ints:
    """The same of each of the `days`, which begin with a whole month."""
    weekday = np.array(curves.WEEKDAY_WEIGHTS)[days.weekday]
    month_end = days.business_days_left_in_month <= curves.MONTH_END_DAYS
    quarter_end = days.business_days_left_in_quarter <= curves.QUARTER_END_DAYS
    peak = np.where(quarter_end, curves.QUARTER_END_FACTOR, np.where(month_end, curves.MONTH_END_FACTOR, 1.0))
    weight = np.where(days.is_holiday, curves.HOLIDAY_FACTOR, 1.0) * weekday * peak
    month = days.month
    of_month = np.array(curves.MONTH_OF_QUARTER)[month % 3] * np.array(curves.SEASON_PER_MILLE)[month % 12]
    share = of_month / 1_000 / np.bincount(month - month[0], weight)[month - month[0]]
    return np.rint(weight * share * PER_MONTH).astype(np.int64)


def order_weights(window: Window, draws: Draws) -> Ints:
    """Weight of each day of the window but as_of: the usual one, grown, times its week's luck and its own."""
    usual = usual_weights(window)
    grown = usual * (1_000 * window.length + curves.GROWTH_PER_MILLE * np.arange(len(usual)))
    return _with_luck(grown // (1_000 * window.length), window.days[: len(usual)], draws)


def _with_luck(weights: Ints, day: Ints, draws: Draws) -> Ints:
    """The weights of days times the luck of their week and their own."""
    of_week = draws.fields("week", (day - MONDAY) // 7)[0]
    of_day = draws.fields("day", day)[0]
    lucky = quantile_tables.sample(curves.week_per_mille(), of_week)
    lucky *= quantile_tables.sample(curves.day_per_mille(), of_day)
    return weights * lucky // 1_000_000


@lru_cache(maxsize=64)
def _monthly_schedule(config: Config, draws: Draws) -> MonthlySchedule:
    days = growth.whole_months(config.start, config.day)
    lucky = _with_luck(monthly_weights(days), days.days, draws)
    return growth.schedule(config, months(config), lucky)


SETTLED = (
    (anomalies.STALE, cash_curves.STALE_DAYS, cash_curves.MOST_LAG_BUSINESS_DAYS),
    (anomalies.MISMATCH, cash_curves.LATEST_PAYMENT_DAYS, cash_curves.MOST_LAG_BUSINESS_DAYS),
    (anomalies.DUPLICATE, 0, cash_curves.LATEST_SECOND_BUSINESS_DAYS),
)
"""Kinds that need an old order: days before as_of by which it must be over, and business days from the order
until then."""


def latest_order_day(window: Window, days_old: int, lag_business_days: int) -> int:
    """The last day whose orders are over `days_old` days before as_of, so many business days after them."""
    over = window.add_business_days(window.days[: window.length], lag_business_days)
    return window.first - 1 + int(np.searchsorted(over, window.last - days_old, side="right"))


def with_room_for_faults(window: Window, weights: Ints) -> Ints:
    """The weights, scaled before and after a day so that as many orders are old enough for a kind of fault as
    its reach says.

    Where fewer are old enough, the older days weigh more. Where more are old enough to be stale, they weigh
    up to a tenth less, so that the youngest order in reach is just old enough.
    """
    for kind, days_old, lag in SETTLED:
        whole = int(weights.sum())
        old, young = np.split(weights, [latest_order_day(window, days_old, lag) - window.first + 1])
        found = int(old.sum())
        least = math.ceil(anomalies.ANOMALIES[kind - 1].reach(window.months) * whole)
        asked = max(least, found * 9 // 10 if kind == anomalies.STALE else found)
        if 0 < found < whole and asked != found:
            weights = np.concatenate([-(-old * asked // found), young * (whole - asked) // (whole - found)])
    return weights
