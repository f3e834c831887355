"""The preset `personas`: habits bring income, bills, purchases and card payments, and balances run."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import (
    bills,
    cards,
    favourites,
    overdrafts,
    refunds,
    spending,
    stress,
)
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import CARD, Events
from synth_assets.worlds.personal_banking.activity.habits import Habits, habits, has, latest_opened_day
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity, posted
from synth_assets.worlds.personal_banking.user_plan import Users


def simulate(window: Window, draws: Draws, users: Users) -> SoundActivity:
    """What the users do in the window's days."""
    known = habits(window, draws, users)
    events = Events(len(users.number), window.length)
    spending.simulate(events, window, draws, users, known)
    card = cards.run(events, window, draws, users, known)
    spending.earn(events, window, draws, users, known)
    stressed = stress.simulate(events, window, draws, users, known)
    opening = _openings(events, draws, users, known, card, stressed)
    rows = events.sorted()
    out = posted(rows, len(users.number))
    closing = opening - out
    closing[:, CARD] = card.balance_cents
    everybody = np.ones(len(users.number), dtype=bool)
    has_account = np.stack([everybody, known.has_savings, known.has_card], axis=1)
    opened = np.stack([np.full(len(users.number), -1), known.savings_day, known.card_day], axis=1)
    refund = refunds.refund_cents(draws, users)
    shop = favourites.never(draws, users.number)
    latest = latest_opened_day(window)
    return SoundActivity(has_account, card, opened, latest, rows, out, closing, refund, shop)


def _openings(events: Events, draws: Draws, users: Users, known: Habits, card: Cards, stressed: Ints) -> Ints:
    """Opening balances, users x accounts: checking never falls below a reserve, but for the overdrawn and for
    stressed users."""
    reserve = draws.fields("reserve", users.number)[0].astype(np.int64)
    tight = has(users, user_plan.VARIABLE_INCOME)
    least = np.where(tight, 12_000 + reserve * 15_000 // 65_536, 30_000 + reserve * 90_000 // 65_536)
    checking = np.where(known.is_stressed, stressed, overdrafts.openings(events, draws, users, known, least))
    return np.stack([checking, bills.saved_before(draws, users, known), card.opening_cents], axis=1)
