"""Who uses exactly half of a card's limit: a last purchase makes it so."""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, Events
from synth_assets.worlds.personal_banking.user_plan import Users

LAST_PURCHASE = 3
"""Order of a day's events."""


def highest_within_a_day(events: Events, user: Ints, opening: Ints) -> Ints:
    """The most that the users at places `user` ever owe: a day's payments come after its purchases."""
    whose = np.full(len(opening), -1)
    whose[user] = np.arange(len(user))
    owed = opening[user, None] + np.cumsum(events.outflow(CARD)[user], axis=1)
    for rows in events.found:
        at = np.flatnonzero((whose[rows.user] >= 0) & (rows.account == CARD) & (rows.amount_cents < 0))
        np.add.at(owed, (whose[rows.user[at]], rows.day[at]), -rows.amount_cents[at])
    return np.maximum(opening[user], owed.max(axis=1))


def round_up(events: Events, users: Users, balance: Ints, peak: Ints, last_day: int) -> Ints:
    """A last purchase makes the balance of whoever uses exactly half a multiple of $50, half of the smallest
    limit and of the highest balance at least."""
    user = np.flatnonzero(users.edge == user_plan.HALF_USED)
    least = np.maximum(balance[user] + 5_000, curves.LIMIT_CENTS[0] // 2)
    amount = -(-np.maximum(least, (peak[user] + 1) // 2) // 5_000) * 5_000 - balance[user]
    day = np.full(len(user), last_day)
    events.add(user, day, amount, account=CARD, label=INDEX["unknown"], order=LAST_PURCHASE)
    added = np.zeros_like(balance)
    added[user] = amount
    return added
