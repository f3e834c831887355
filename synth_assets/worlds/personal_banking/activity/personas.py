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
    loans,
    overdrafts,
    refunds,
    spending,
    stress,
)
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import CARD, LOANS, SAVINGS, Events
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
    debts = loans.repay(events, window, draws, users, known.is_stressed)
    opening = np.concatenate([opening, debts.opening_cents], axis=1)
    rows = events.sorted()
    out = posted(rows, len(users.number))
    closing = opening - out
    closing[:, CARD] = card.balance_cents
    closing[:, LOANS] = debts.balance_cents
    everybody = np.ones(len(users.number), dtype=bool)
    has_account = np.stack([everybody, known.has_savings, known.has_card, known.has_health], axis=1)
    has_account = np.concatenate([has_account, debts.has_account], axis=1)
    opened = np.full(has_account.shape, -1)
    opened[:, SAVINGS], opened[:, CARD] = known.savings_day, known.card_day
    refund = refunds.refund_cents(draws, users)
    shop = favourites.never(draws, users.number)
    latest = latest_opened_day(window)
    return SoundActivity(has_account, card, debts, opened, latest, rows, out, closing, refund, shop)


def _openings(events: Events, draws: Draws, users: Users, known: Habits, card: Cards, stressed: Ints) -> Ints:
    """Opening balances, users x accounts without loans: checking never falls below a reserve, but for the
    overdrawn and for stressed users."""
    reserve = draws.fields("reserve", users.number)[0].astype(np.int64)
    tight = has(users, user_plan.VARIABLE_INCOME)
    least = np.where(tight, 12_000 + reserve * 15_000 // 65_536, 30_000 + reserve * 90_000 // 65_536)
    checking = np.where(known.is_stressed, stressed, overdrafts.openings(events, draws, users, known, least))
    saved, health = (of(draws, users, known) for of in (bills.saved_before, bills.for_health_before))
    return np.stack([checking, saved, card.opening_cents, health], axis=1)
