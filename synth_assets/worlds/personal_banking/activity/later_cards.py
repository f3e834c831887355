"""Cards in a later window of a history: statements go on, and limits stay as they are.

Who revolves pays so much that no more is owed than at the end of the first window; what does not fit below
a limit is paid by debit.
"""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import around_payments, paid_around, refunds
from synth_assets.worlds.personal_banking.activity.cards import (
    Cards,
    Ledger,
    apr_basis_points,
    days_of_month,
    days_to_pay,
    misses_one,
    statement_days,
)
from synth_assets.worlds.personal_banking.activity.events import CARD, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum
from synth_assets.worlds.personal_banking.user_plan import Users

USED_PER_CENT = 98
"""Of a limit that is ever in use at most."""


def run(events: Events, stratum: Stratum, draws: Draws, users: Users, habits: Habits) -> Cards:
    """Statements, payments and interest of the window; nobody misses a payment."""
    window, before = stratum.window, stratum.before
    assert before is not None
    statement_on, lag, rate, _ = draws.fields("card", users.number)
    missed = draws.fields("limit", users.number)[1]
    month_day = days_of_month(stratum.first, misses_one(users, missed), statement_on, missed)
    statements, due_after, apr = statement_days(window, month_day), days_to_pay(lag), apr_basis_points(rate)
    pays_around = users.paid_around_limit > 0
    around, others = np.flatnonzero(pays_around), np.flatnonzero(~pays_around & habits.has_card)
    high = has(users, user_plan.HIGH_UTILIZATION)
    limits = paid_around.use_card(
        events, window, draws, users, around, statements, before.limit_cents[around]
    )
    paid_around.stay_within(events, others, _room_cents(before, high, apr)[others], statements)
    refunds.give_back(events, window, draws, users, statements)
    charged, opening = np.cumsum(events.outflow(CARD), axis=1), before.balance_cents[:, CARD]
    revolves = high & (users.edge != user_plan.HALF_USED)
    paying = habits._replace(has_card=habits.has_card & ~pays_around)
    ledger = Ledger(events, window, paying, charged, opening, apr, revolves, users, before)
    ledger.months(statements, due_after, np.zeros_like(high))
    cards = Cards(
        opening, opening + charged[:, -1] + ledger.moved, before.limit_cents, apr, ledger.statement,
        ledger.minimum, ledger.last_payment, ledger.statement_day, ledger.paid_day, ledger.due,
        ledger.is_overdue, statements, due_after,
    )  # fmt: skip
    if not len(around):
        return cards
    paid = around_payments.pay(
        events, window, draws, users, around, limits, statements, due_after, before, goes_on=True
    )
    return cards.with_those(around, paid)


def _room_cents(before: Before, high: Flags, apr: Ints) -> Ints:
    """What each user may charge from one statement to the next: two such months and a month's interest fit
    between what is always owed and the limit."""
    limit = before.limit_cents
    owed = np.where(high, before.level_cents + limit * apr // 120_000, 0)
    return np.maximum(limit * USED_PER_CENT // 100 - owed, 0) // 2
