"""The preset `personas`: habits bring income, bills, purchases and card payments, and balances run."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking.activity import (
    bills,
    cards,
    favourites,
    later_cards,
    loans,
    overdrafts,
    refunds,
    spending,
    stress,
)
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, LOANS, SAVINGS, Events
from synth_assets.worlds.personal_banking.activity.habits import Habits, habits, latest_opened_day
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity, posted
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum
from synth_assets.worlds.personal_banking.user_plan import Users


def simulate(window: Window, draws: Draws, users: Users, stratum: Stratum | None = None) -> SoundActivity:
    """What the users do in the window's days, which may be those of a history."""
    known = habits(window, draws, users, stratum)
    before = stratum.before if stratum else None
    events = Events(len(users.number), window.length)
    if before:
        events.found.append(before.waiting)
    spending.simulate(events, window, draws, users, known, stratum)
    if stratum and stratum.before:
        card = later_cards.run(events, stratum, draws, users, known)
    else:
        card = cards.run(events, window, draws, users, known, stratum is not None)
    spending.earn(events, window, draws, users, known, before)
    stressed = stress.simulate(events, window, draws, users, known, before)
    opening = _openings(events, draws, users, known, card, stressed, before)
    debts = loans.repay(events, window, draws, users, known.is_stressed, stratum)
    opening = np.concatenate([opening, debts.opening_cents], axis=1)
    rows = events.sorted()
    out = posted(rows, len(users.number))
    closing = opening - out
    closing[:, CARD] = card.balance_cents
    closing[:, LOANS] = debts.balance_cents
    everybody = np.ones(len(users.number), dtype=bool)
    has_account = np.stack([everybody, known.has_savings, known.has_card, known.has_health], axis=1)
    has_account = np.concatenate([has_account, debts.has_account], axis=1)
    has_account = before.has_account if before else has_account
    opened = np.full(has_account.shape, -1)
    opened[:, SAVINGS], opened[:, CARD] = known.savings_day, known.card_day
    refund = refunds.refund_cents(draws, users)
    shop = favourites.never(draws, users.number)
    latest = latest_opened_day(window)
    return SoundActivity(has_account, card, debts, opened, latest, rows, out, closing, refund, shop)


def _openings(
    events: Events,
    draws: Draws,
    users: Users,
    known: Habits,
    card: Cards,
    stressed: Ints,
    before: Before | None,
) -> Ints:
    """Opening balances, users x accounts without loans: checking never falls below a reserve, but for the
    overdrawn and for stressed users; or those of the window before, whatever becomes of them."""
    if before:
        opening = before.balance_cents[:, : LOANS[0]]
        plain = known.is_active & ~known.is_stressed
        overdrafts.charge_from(events, draws, users, plain, opening[:, CHECKING])
        return opening
    least = overdrafts.least_cents(draws, users)
    checking = np.where(known.is_stressed, stressed, overdrafts.openings(events, draws, users, known, least))
    saved, health = (of(draws, users, known) for of in (bills.saved_before, bills.for_health_before))
    return np.stack([checking, saved, card.opening_cents, health], axis=1)
