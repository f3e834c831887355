"""What a block of users does: accounts and every transaction, from which all tables are projected."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import bills, cards, overdrafts, spending, stress
from synth_assets.worlds.personal_banking import plan as plans
from synth_assets.worlds.personal_banking.anomalies import UNREPLAYED, edit, off_by_cents
from synth_assets.worlds.personal_banking.cards import Cards
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.events import CARD, CHECKING, SLOTS, Events, Rows
from synth_assets.worlds.personal_banking.habits import Habits, habits, has
from synth_assets.worlds.personal_banking.plan import Users


class Block(NamedTuple):
    """The facts of consecutive users.

    Attributes:
        users, habits, cards: one entry a user.
        opening_cents, closing_cents: balances before the first day and on as_of, users x accounts.
        rows, is_pending: transactions by user and day, and whether they are not posted.
        number, origin: of each row among those of its user, with faults and without any.
        faulty: of each user, the row that the fault is about; -1 for sound users.
    """

    users: Users
    habits: Habits
    cards: Cards
    opening_cents: Ints
    closing_cents: Ints
    rows: Rows
    is_pending: npt.NDArray[np.bool_]
    number: Ints
    origin: Ints
    faulty: Ints


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
    found = events.sorted()
    pending = (users.edge == plans.ONLY_PENDING)[found.user]
    closing = opening - posted(found, pending, users)
    closing[:, CARD] = card.balance_cents
    edited = edit(found, pending, users.fault, days.length, draws, users.number)
    opening = closing + posted(edited.rows, edited.is_pending, users)
    opening[:, CARD] = 2 * closing[:, CARD] - opening[:, CARD]
    closing[:, CHECKING] += np.where(users.fault == UNREPLAYED, off_by_cents(draws, users.number), 0)
    return Block(users, known, card, opening, closing, *edited)


def posted(rows: Rows, is_pending: npt.NDArray[np.bool_], users: Users) -> Ints:
    """Cents out of each account by posted rows, users x accounts."""
    at = np.flatnonzero(~is_pending)
    place = rows.user[at] * SLOTS + rows.account[at]
    flow = np.bincount(place, rows.amount_cents[at], len(users.number) * SLOTS)
    return flow.astype(np.int64).reshape(-1, SLOTS)


def _openings(events: Events, draws: Draws, users: Users, known: Habits, card: Cards, stressed: Ints) -> Ints:
    """Opening balances, users x accounts: checking never falls below a reserve, but for the overdrawn and for
    stressed users."""
    reserve = draws.fields("reserve", users.number)[0].astype(np.int64)
    tight = has(users, plans.VARIABLE_INCOME)
    least = np.where(tight, 12_000 + reserve * 15_000 // 65_536, 30_000 + reserve * 90_000 // 65_536)
    checking = np.where(known.is_stressed, stressed, overdrafts.openings(events, draws, users, known, least))
    return np.stack([checking, bills.saved_before(draws, users, known), card.opening_cents], axis=1)
