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
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, EventRows
from synth_assets.worlds.personal_banking.activity.sound import posted
from synth_assets.worlds.personal_banking.anomalies import UNREPLAYED, edit, off_by_cents
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.user_plan import Users


class Block(NamedTuple):
    """The facts of consecutive users.

    Attributes:
        users, cards: one entry a user.
        has_account: which accounts there are, users x accounts.
        opening_cents, closing_cents: balances before the first day and on as_of, users x accounts.
        rows, is_pending: transactions by user and day, and whether they are not posted.
        number, clean_number: of each row among those of its user, with faults and without any.
        faulty: of each user, the row that the fault is about; -1 for sound users.
    """

    users: Users
    cards: Cards
    has_account: npt.NDArray[np.bool_]
    opening_cents: Ints
    closing_cents: Ints
    rows: EventRows
    is_pending: npt.NDArray[np.bool_]
    number: Ints
    clean_number: Ints
    faulty: Ints


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
    edited = edit(activity.rows, activity.is_pending, users.fault, days.length, draws, users.number)
    closing = activity.closing_cents
    opening = closing + posted(edited.rows, edited.is_pending, len(users.number))
    opening[:, CARD] = 2 * closing[:, CARD] - opening[:, CARD]
    closing[:, CHECKING] += np.where(users.fault == UNREPLAYED, off_by_cents(draws, users.number), 0)
    return Block(users, activity.cards, activity.has_account, opening, closing, *edited)
