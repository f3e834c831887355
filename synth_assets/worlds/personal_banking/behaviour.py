"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import cards, spending, stress
from synth_assets.worlds.personal_banking import plan as plans
from synth_assets.worlds.personal_banking.cards import Cards
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.events import CARD, CHECKING, SAVINGS, Events, Rows
from synth_assets.worlds.personal_banking.habits import Habits, habits, has
from synth_assets.worlds.personal_banking.plan import Users


class Block(NamedTuple):
    """The facts of consecutive users.

    Attributes:
        users, habits, cards: one entry a user.
        opening_cents, closing_cents: balances before the first day and on as_of, users x accounts.
        pending_cents: what pending transactions will take from checking; not in the balance yet.
        rows: transactions, by user and day.
    """

    users: Users
    habits: Habits
    cards: Cards
    opening_cents: Ints
    closing_cents: Ints
    pending_cents: Ints
    rows: Rows

    @property
    def is_pending(self) -> npt.NDArray[np.bool_]:
        """Which of the rows are not posted yet."""
        return (self.users.edge == plans.ONLY_PENDING)[self.rows.user]


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    return Window(config.day, config.date_range_months)


@lru_cache(maxsize=1)
def decide(config: Config, start: int, stop: int) -> Block:
    """The facts of users start ... stop - 1. Cached, as every table of a block asks for them."""
    days, draws = window(config), Draws(config.seed, "personal_banking", "users")
    users = plans.plan(config, draws, np.arange(start, stop, dtype=np.int64))
    known = habits(days, draws, users)
    events = Events(len(users.number), days.length)
    spending.live(events, days, draws, users, known)
    card = cards.run(events, days, draws, users, known)
    spending.earn(events, days, draws, users, known)
    stressed = stress.live(events, days, draws, users, known)
    opening = _openings(events, draws, users, known, card, stressed)
    flow = np.stack([events.outflow(account).sum(axis=1) for account in (CHECKING, SAVINGS, CARD)], axis=1)
    pending = np.where(users.edge == plans.ONLY_PENDING, flow[:, CHECKING], 0)
    closing = opening - flow
    closing[:, CHECKING] += pending
    closing[:, CARD] = card.balance_cents
    return Block(users, known, card, opening, closing, pending, events.sorted())


def _openings(
    events: Events, draws: Draws, users: Users, known: Habits, card: Cards, stressed: Ints
) -> Ints:
    """Opening balances, users x accounts: checking never falls below a reserve, but for stressed users."""
    reserve, nest, _, _ = draws.fields("reserve", users.number).astype(np.int64)
    tight = has(users, plans.VARIABLE_INCOME)
    least = np.where(tight, 12_000 + reserve * 15_000 // 65_536, 30_000 + reserve * 90_000 // 65_536)
    lowest = -np.cumsum(events.outflow(CHECKING), axis=1).max(axis=1, initial=0)
    checking = np.where(known.is_stressed, stressed, least - lowest)
    savings = np.where(known.has_savings, 200_000 + nest * 800_000 // 65_536, 0)
    return np.stack([checking, savings, card.opening_cents], axis=1)
