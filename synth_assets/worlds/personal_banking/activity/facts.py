"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan as plans
from synth_assets.worlds.personal_banking.activity import personas, simple
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.faults import edit
from synth_assets.worlds.personal_banking.activity.growing import by_day, plan
from synth_assets.worlds.personal_banking.activity.linked import Planned
from synth_assets.worlds.personal_banking.activity.pending import leave_pending
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.decoy_plan import with_decoys
from synth_assets.worlds.personal_banking.window_plan import of_window


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    days = config.simple.days if config.preset == "simple" else None
    if config.grows:
        days = (config.day - config.start).days + 1
    return Window(config.day, config.date_range_months, days=days)


def facts(config: Config, draws: Draws, rows: range) -> Block:
    """The facts of the users `rows`."""
    if config.grows:
        days = window(config)
        return by_day(planned(config.whole, rows), days.length - 1, days.first)
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


@lru_cache(maxsize=4)
def planned(config: Config, rows: range) -> Planned:
    """What happens to the users `rows` in the windows of a history that begin by as_of, whatever that is; the
    last blocks are kept, as a feed makes them day by day."""
    return of_users(config, np.arange(rows.start, rows.stop, dtype=np.int64))


def of_users(config: Config, number: Ints) -> Planned:
    """The same of the users `number`."""
    draws = Draws(config.seed, "personal_banking", "users")
    known = strata(config)
    users = with_decoys(config, draws, plans.plan(config, draws, number))
    planned_users = [of_window(config, draws, users, stratum) for stratum in known]
    return plan(known, planned_users, config.stratum_slots, config.most_strata, draws)


def strata(config: Config) -> list[Stratum]:
    """The windows of a history up to the one in which as_of is, without what happened before them."""
    ends = tuple(config.stratum_ends(number) for number in range(config.stratum + 1))
    windows = _windows(config.start, ends)
    return [
        Stratum(number, window.first - windows[0].first, window, windows[0])
        for number, window in enumerate(windows)
    ]


@lru_cache(maxsize=8)
def _windows(start: dt.date, ends: tuple[dt.date, ...]) -> tuple[Window, ...]:
    """The days of consecutive windows, given the last of each."""
    starts = (start, *(end + dt.timedelta(1) for end in ends))
    return tuple(
        Window(end, 0, days=(end - first).days + 1) for first, end in zip(starts, ends, strict=False)
    )
