"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan as plans
from synth_assets.worlds.personal_banking.activity import personas, simple
from synth_assets.worlds.personal_banking.activity.faults import Block, edit
from synth_assets.worlds.personal_banking.activity.growing import Planned, by_day, plan
from synth_assets.worlds.personal_banking.activity.pending import leave_pending
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.decoy_plan import with_decoys


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    days = config.simple.days if config.preset == "simple" else None
    if config.grows:
        days = (config.day - config.start).days + 1
    return Window(config.day, config.months, days=days)


def facts(config: Config, draws: Draws, rows: range) -> Block:
    """The facts of the users `rows`."""
    if config.grows:
        return by_day(planned(config.whole, rows), window(config).length - 1)
    days, draws = window(config), draws.of("users")
    users = plans.plan(config, draws, np.arange(rows.start, rows.stop, dtype=np.int64))
    users = with_decoys(config, draws, users)
    if config.preset == "simple":
        activity = simple.simulate(config, days, draws, users)
    else:
        activity = personas.simulate(days, draws, users)
    if (users.pending_in_time > 0).any():
        activity = leave_pending(users, activity, days.length, draws)
    return edit(users, activity, days, config.slots, draws)


@lru_cache(maxsize=1)
def planned(config: Config, rows: range) -> Planned:
    """What happens to the users `rows` in a history that grows, whatever as_of is; the last block is kept, as
    a feed makes it day by day."""
    return of_users(config, np.arange(rows.start, rows.stop, dtype=np.int64))


def of_users(config: Config, number: Ints) -> Planned:
    """The same of the users `number`."""
    draws = Draws(config.seed, "personal_banking", "users")
    users = with_decoys(config, draws, plans.plan(config, draws, number))
    return plan(users, personas.simulate(window(config), draws, users), window(config), config.slots, draws)
