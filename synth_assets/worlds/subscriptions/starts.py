"""On which day a customer's first subscription starts."""

from __future__ import annotations

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import FOUNDERS, arrival_days, bill_days, first_day
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.fault_plan import Bills


def start_day(config: Config, draws: Draws, number: Ints, bills: Bills) -> Ints:
    """Founders start before the period: tenure in months by the cycle of the cancellation, and a drawn day.

    The others start on any day after one bill and by the next.
    """
    tenure, day, _, _ = draws.fields("start", number)
    cycle_months = tuple(cycle * config.billing_interval_months for cycle in range(len(bill_days(config))))
    tables = [curves.leaving_tenure_months(month) for month in cycle_months]
    tables.append(curves.staying_tenure_months(config.churn_rate, cycle_months))
    months = np.stack(tables).ravel()[bills.cancel_cycle * quantile_tables.SIZE + (tenure >> 4)]
    days = months * 30_437 // 1_000 + day.astype(np.int64) * 30 // 65_536
    start = first_day(config) - days
    new = np.flatnonzero(bills.arrival != FOUNDERS)
    first, last = np.array(arrival_days(config), dtype=np.int64)[bills.arrival[new] - 1].T
    start[new] = first + tenure[new].astype(np.int64) * (last - first + 1) // 65_536
    return start
