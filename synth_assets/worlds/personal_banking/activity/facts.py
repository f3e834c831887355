"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan as plans
from synth_assets.worlds.personal_banking.activity import personas, simple
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import EventRows
from synth_assets.worlds.personal_banking.activity.faults import edit
from synth_assets.worlds.personal_banking.config import SLOTS_A_MONTH, Config
from synth_assets.worlds.personal_banking.user_plan import Users


class Block(NamedTuple):
    """The facts of consecutive users.

    Attributes:
        users, cards: one entry a user.
        has_account: which accounts there are, users x accounts.
        rows: transactions by user and day.
        number, clean_number: of each row among those of its user, as its id says it, and without faults.
        opened_day: day of the history on which each account was opened, users x accounts; -1: before.
        opening_cents, closing_cents: balances before the first day and on as_of, users x accounts.
        faulty: of each user, the row that the fault is about; -1 for sound users.
        faulty_account: of each user, the account that the fault would be about.
    """

    users: Users
    cards: Cards
    has_account: npt.NDArray[np.bool_]
    rows: EventRows
    number: Ints
    clean_number: Ints
    opened_day: Ints
    opening_cents: Ints
    closing_cents: Ints
    faulty: Ints
    faulty_account: Ints


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    days = config.simple.days if config.preset == "simple" else None
    return Window(config.day, config.date_range_months, days=days)


def facts(config: Config, draws: Draws, rows: range) -> Block:
    """The facts of the users `rows`."""
    days, draws = window(config), draws.of("users")
    users = plans.plan(config, draws, np.arange(rows.start, rows.stop, dtype=np.int64))
    if config.preset == "simple":
        activity = simple.simulate(config, days, draws, users)
    else:
        activity = personas.simulate(days, draws, users)
    slots = SLOTS_A_MONTH * config.date_range_months
    edited = edit(activity, users.fault, days.length, slots, draws, users.number)
    return Block(users, activity.cards, activity.has_account, *edited)
