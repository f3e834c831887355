"""The windows of a history: which there are on a day, and what is known in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.windows import Windows
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import growing
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.carried import Carried, PlannedWindow
from synth_assets.worlds.personal_banking.activity.facts import stratum, window
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.decoy_plan import with_decoys
from synth_assets.worlds.personal_banking.signals.statements import WINDOWS as SIGNAL_DAYS
from synth_assets.worlds.personal_banking.user_plan import Users
from synth_assets.worlds.personal_banking.window_plan import of_window

OPEN_DAYS = PENDING_AT_MOST_DAYS + 1
"""A window's rows and labels change for so many days after its end: then what was pending is posted or
released, or shows as a fault."""


def count(config: Config) -> int:
    """The windows up to the one in which as_of is."""
    return config.stratum + 1


def settled(config: Config, _: str) -> int:
    """How many windows are over for so long that nothing in them changes, in any table."""
    last = config.stratum - 1
    is_open = last >= 0 and config.day <= config.stratum_ends(last) + dt.timedelta(OPEN_DAYS)
    return config.stratum - is_open


def read(config: Config) -> int:
    """The first window with rows that signals may look back to, or that are still pending."""
    number = config.stratum
    if number and config.day < config.stratum_ends(number - 1) + dt.timedelta(max(SIGNAL_DAYS)):
        return number - 1
    return number


def plan(
    config: Config, draws: Draws, rows: range, number: int, carried: Carried | None
) -> tuple[PlannedWindow, Carried]:
    """A window of the users `rows`, and what it hands on."""
    return plan_users(config, np.arange(rows.start, rows.stop, dtype=np.int64), number, carried)


def plan_users(
    config: Config, users: Ints, number: int, carried: Carried | None
) -> tuple[PlannedWindow, Carried]:
    """The same of users by their numbers."""
    draws = _draws(config)
    part = stratum(config, number)
    planned = of_window(config, draws, _everybody(config, users), part)
    return growing.plan(part, planned, config.stratum_slots, draws, carried)


def facts(config: Config, planned: PlannedWindow) -> Block:
    """What has happened in a window by as_of."""
    return growing.by_day(planned, window(config).length - 1, config.most_strata)


def so_far(config: Config, draws: Draws, rows: range, windows: Sequence[PlannedWindow]) -> Block:
    """What accounts, cards and loans of the users `rows` say on as_of."""
    users = _everybody(config, np.arange(rows.start, rows.stop, dtype=np.int64))
    first = of_window(config, _draws(config), users, stratum(config, 0))
    days = window(config)
    return growing.so_far(windows, first, days.length - 1, days.first)


def _draws(config: Config) -> Draws:
    return Draws(config.seed, "personal_banking", "users")


def _everybody(config: Config, number: Ints) -> Users:
    draws = _draws(config)
    return with_decoys(config, draws, user_plan.plan(config, draws, number))


WINDOWS = Windows(
    tables=("transactions", "anomaly_manifest"),
    count=count,
    settled=settled,
    read=read,
    carried=Carried,
    plan=plan,
    facts=facts,
    so_far=so_far,
)
