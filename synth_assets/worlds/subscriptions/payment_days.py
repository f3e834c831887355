"""On which day a bill is paid."""

from __future__ import annotations

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.worlds.subscriptions import curves, fault_plan
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.payers import BY_INVOICE, payment_lag_days


def paid_day(
    config: Config, draws: Draws, number: Ints, day: Ints, settlement: Codes, lag_table: Ints
) -> Ints:
    """On time within terms, by its payer's table, late after the due date; in a window never after as_of.

    What would come later is drawn again among the days that are left, so none pile up on as_of. In a history
    that grows it comes later.
    """
    terms, last = config.payment_terms_days, epoch_day(config.day)
    lag, late, again, _ = draws.fields("payment_lag", number)
    days = np.minimum(payment_lag_days().take(lag_table + (lag >> 4)), terms)
    is_late = settlement == fault_plan.LATE
    rows = np.flatnonzero(is_late)
    days[rows] = terms + quantile_tables.sample(curves.days_late(), late[rows])
    found = day + days
    if config.grows:
        return found
    beyond = np.flatnonzero(found > last)
    for rows, table, from_day in (
        (beyond[is_late[beyond]], curves.days_late(), terms),
        (beyond[~is_late[beyond]], payment_lag_days()[BY_INVOICE], 0),
    ):
        first = day[rows] + from_day
        found[rows] = first + quantile_tables.sample_at_most(table, last - first, again[rows])
    return found
