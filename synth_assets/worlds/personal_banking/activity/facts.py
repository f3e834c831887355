"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.personal_banking import user_plan as plans
from synth_assets.worlds.personal_banking.activity import personas, simple
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.faults import edit
from synth_assets.worlds.personal_banking.activity.pending import leave_pending
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.decoy_plan import with_decoys


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    days = config.simple.days if config.preset == "simple" else None
    if config.grows:
        days = (config.day - config.start).days + 1
    return Window(config.day, config.date_range_months, days=days)


def facts(config: Config, draws: Draws, rows: range) -> Block:
    """The facts of the users `rows` of a window; those of a history come window by window."""
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


def strata(config: Config) -> list[Stratum]:
    """The windows of a history up to the one in which as_of is, without what happened before them."""
    return [stratum(config, number) for number in range(config.stratum + 1)]


def stratum(config: Config, number: int) -> Stratum:
    """The window of a history that has so many before it; the same on every as_of."""
    first, own = (_between(_begins(config, place), config.stratum_ends(place)) for place in (0, number))
    return Stratum(number, own.first - first.first, own, first)


def _begins(config: Config, number: int) -> dt.date:
    return config.stratum_ends(number - 1) + dt.timedelta(1) if number else config.start


@lru_cache(maxsize=32)
def _between(first: dt.date, last: dt.date) -> Window:
    return Window(last, 0, days=(last - first).days + 1)
