"""Who comes to a business that goes on, and on which day: a pure function of the seed and the start."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from fractions import Fraction
from itertools import pairwise

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import date_of, epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.config import Config


def start_days(config: Config, draws: Draws, last: int) -> Ints:
    """The day on which each customer starts, through the month of day `last`: founders first, then in time.

    A year brings new_customers_per_year, every month a twelfth, rounded over all months so far, and the first
    the share of its days that are left. They come on any day of the month.
    """
    founders = np.arange(config.history.customers_at_start, dtype=np.int64)
    tenure, day, _, _ = draws.fields("start", founders)
    months = quantile_tables.sample(curves.staying_tenure_months(0.0, (0,)), tenure)
    days = months * 30_437 // 1_000 + day.astype(np.int64) * 30 // 65_536
    first = epoch_day(config.start)
    parts, total, edges = [first - days], Fraction(0), month_edges(config.start, last)
    before = len(founders)
    for low, high in pairwise(edges):
        whole = monthrange(date_of(high - 1).year, date_of(high - 1).month)[1]
        total += Fraction(config.history.new_customers_per_year * (high - low), 12 * whole)
        so_far = len(founders) + int(total + Fraction(1, 2))
        new = np.arange(before, so_far, dtype=np.int64)
        field = draws.fields("start", new)[0].astype(np.int64)
        parts.append(np.sort(low + (field * (high - low) >> 16)))
        before = so_far
    return np.concatenate(parts)


def month_edges(start: dt.date, last: int) -> list[int]:
    """The day after the start, and the 1st of each month since, up to the first one after day `last`."""
    edges, index = [epoch_day(start) + 1], start.year * 12 + start.month
    while edges[-1] <= last:
        edges.append(epoch_day(dt.date(index // 12, index % 12 + 1, 1)))
        index += 1
    return edges
