"""Cash-flow stress: the closing balance of every day is given, and spending follows from it."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import plan, shapes
from synth_assets.worlds.personal_banking.events import CHECKING, Events
from synth_assets.worlds.personal_banking.habits import Habits
from synth_assets.worlds.personal_banking.labels import AT
from synth_assets.worlds.personal_banking.plan import Users

INCOME, SPENT = 0, 7
LEAST_PAY_CENTS = 200_000


def live(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> Ints:
    """Paychecks and spending that leave exactly the balances of `_targets`; gives opening balances, 0 for
    other users."""
    user = np.flatnonzero(habits.is_stressed & habits.is_active)
    target = _targets(window, draws, users, habits)[user]
    other = events.outflow(CHECKING)[user]
    opening = target[:, 0] + other[:, 0]
    out = np.diff(target, axis=1, prepend=opening[:, None]) * -1 - other
    row, day = np.nonzero(habits.paydays[user])
    pay = np.maximum(LEAST_PAY_CENTS, -out[row, day] + LEAST_PAY_CENTS // 10)
    events.add(user[row], day, -pay, account=CHECKING, label=AT["payroll"], order=INCOME)
    out[row, day] += pay
    for part, name, account_order in _split(out, habits, user):
        row, day = np.nonzero(part)
        events.add(user[row], day, part[row, day], account=CHECKING, label=AT[name], order=account_order)
    openings = np.zeros(len(users.number), dtype=np.int64)
    openings[user] = opening
    return openings


def _targets(window: Window, draws: Draws, users: Users, habits: Habits) -> Ints:
    """Closing balances in cents, users x days."""
    day = np.arange(window.length)
    since = day - habits.cycle_start[:, None]
    place, cycle = since % habits.cycle_days[:, None], since // habits.cycle_days[:, None]
    usual = np.array(shapes.STRESSED_DOLLARS)[np.minimum(place, 13)]
    edge = np.array(shapes.EDGE_DOLLARS)[cycle % 2, place % 15]
    high, low, _, _ = draws.fields("stress", users.number).astype(np.int64)
    scale = np.where(usual >= 100, 950 + high[:, None] * 300 // 65_536, 750 + low[:, None] * 250 // 65_536)
    return np.where((users.edge == plan.THREE_LOW_DAYS)[:, None], 100 * edge, usual * scale // 10)


def _split(out: Ints, habits: Habits, user: Ints) -> list[tuple[Ints, str, int]]:
    """What goes out by what it is for: rent and bills after payday, groceries and the like on other days."""
    large = np.where(out > 40_000, out * 7 // 10, 0)
    small = out - large
    return [(large, "rent", SPENT), (small, "unknown", SPENT + 1)]
