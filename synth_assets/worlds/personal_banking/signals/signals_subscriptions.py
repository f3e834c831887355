"""Subscription signals: merchants that charge regularly."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, identifier, money, rate, reference, state
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.recurrence import RECURRING_DAYS, groups
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.statements import (
    WINDOWS,
    Flags,
    Statements,
    interleaved,
    percent,
    statements_of,
    window_rows,
)
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier(
        "subscriptions_id", "rec_", "User and window: 2 x user number, less 1 for the shorter window."
    ),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    state(
        count("recurring_merchants", "At least 3 charges in 90 days, 70 % of gaps 28 to 32 or 5 to 9 days.")
    ),
    state(money("monthly_recurring_cents", "What they charge in 30 days, by the last 90.")),
    state(rate("recurring_share_pct", "Their share of what is spent in the window.", minimum=0, maximum=100)),
)


def generate(users: Rows, transactions: Rows, config: Config) -> pa.Table:
    """Two rows a user, one a window; merchants are looked for in the last 90 days of both."""
    statements = statements_of(users, transactions, config)
    merchants, monthly, is_recurring = _recurring(statements)
    shares = []
    for size in WINDOWS:
        spent = statements.is_spending & statements.within(size)
        shares.append(percent(statements.total(spent & is_recurring), statements.total(spent)))
    return arrow_table(
        COLUMNS,
        window_rows(users, "subscriptions_id")
        | {
            "recurring_merchants": interleaved([merchants, merchants]),
            "monthly_recurring_cents": interleaved([monthly, monthly]),
            "recurring_share_pct": interleaved(shares),
        },
    )


def _recurring(statements: Statements) -> tuple[Ints, Ints, Flags]:
    """How many merchants recur, what they charge a month, and which rows are such charges."""
    user, merchant, users = statements.user, statements.merchant, statements.users
    is_charge = (statements.amount_cents > 0) & (merchant >= 0) & statements.is_posted
    charge = np.flatnonzero(is_charge)
    found = groups(user[charge], merchant[charge], statements.day[charge], statements.days)
    first = charge[found.order[found.first[found.recurs]]]  # of each recurring merchant
    cents = np.bincount(found.group, statements.amount_cents[charge[found.order]])[found.recurs]
    owner, most = user[first], int(merchant.max(initial=0)) + 1
    is_recurring = is_charge & np.isin(user * most + merchant, owner * most + merchant[first])
    monthly = np.bincount(owner, cents, users) * 30 / RECURRING_DAYS
    return np.bincount(owner, minlength=users), np.rint(monthly).astype(np.int64), is_recurring


SIGNALS_SUBSCRIPTIONS = Table(
    name="signals_subscriptions",
    grain="What recurs in a user's spending in one window.",
    columns=COLUMNS,
    generate=generate,
)
