"""On which day a subscription is cancelled."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config


def end_day(config: Config, draws: Draws, number: Ints, cancel_cycle: Ints) -> Ints:
    """Cancellations between a bill and the next; those who stay end one day after as_of."""
    last = epoch_day(config.day)
    starts = np.array([*bill_days(config), last + 1], dtype=np.int64)
    cycle = np.minimum(cancel_cycle, len(starts) - 2)
    offset = day_in_cycle(draws, number, starts[cycle + 1] - starts[cycle])
    return np.where(cancel_cycle == len(starts) - 1, last + 1, starts[cycle] + offset)


def day_in_cycle(draws: Draws, number: Ints, length: Ints) -> Ints:
    """Days from a bill to the cancellation: 60 % in the last 4 days before renewal, else on any day."""
    clustered, before, anywhere, _ = draws.fields("end", number)
    near = length - 1 - np.minimum(before.astype(np.int64) * 4 // 65_536, length - 1)
    return np.where(
        clustered < curves.RENEWAL_CLUSTER_PER_65536, near, anywhere.astype(np.int64) * length // 65_536
    )
