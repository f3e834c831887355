"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.personal_banking import user_plan as plans
from synth_assets.worlds.personal_banking.activity import personas, simple
from synth_assets.worlds.personal_banking.activity.faults import Block, edit
from synth_assets.worlds.personal_banking.activity.pending import leave_pending
from synth_assets.worlds.personal_banking.config import SLOTS_A_MONTH, Config
from synth_assets.worlds.personal_banking.decoy_plan import with_decoys


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    days = config.simple.days if config.preset == "simple" else None
    return Window(config.day, config.date_range_months, days=days)


def facts(config: Config, draws: Draws, rows: range) -> Block:
    """The facts of the users `rows`."""
    days, draws = window(config), draws.of("users")
    users = plans.plan(config, draws, np.arange(rows.start, rows.stop, dtype=np.int64))
    users = with_decoys(config, draws, users)
    if config.preset == "simple":
        activity = simple.simulate(config, days, draws, users)
    else:
        activity = personas.simulate(days, draws, users)
    if (users.pending_in_time > 0).any():
        activity = leave_pending(users, activity, days.length, draws)
    slots = SLOTS_A_MONTH * config.date_range_months
    return edit(users, activity, days, slots, draws)
