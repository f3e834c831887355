"""Savings signals: what flows in, and how balances grow."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, identifier, money, rate, reference, state
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.events import SAVINGS
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.statements import (
    WINDOWS,
    by_slot,
    interleaved,
    percent,
    statements_of,
    window_rows,
)
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("savings_id", "sav_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    state(money("net_inflow_monthly_cents", "Into savings, in 30 days of the window.", minimum=None)),
    state(rate("growth_pct", "Inflow over the balance before the window; 0 where that was not positive.")),
)


def generate(users: Rows, transactions: Rows, accounts: Rows, config: Config) -> pa.Table:
    """Two rows a user, one a window."""
    statements = statements_of(users, transactions, config)
    balance = by_slot(accounts, "balance_current_cents", users)[:, SAVINGS]
    saved = statements.is_posted & (statements.slot == SAVINGS)
    inflow = {size: -statements.total(saved & statements.within(size)) for size in WINDOWS}
    return arrow_table(
        COLUMNS,
        window_rows(users, "savings_id")
        | {
            "net_inflow_monthly_cents": interleaved(
                [np.rint(inflow[size] * 30 / size).astype(np.int64) for size in WINDOWS]
            ),
            "growth_pct": interleaved([percent(inflow[size], balance - inflow[size]) for size in WINDOWS]),
        },
    )


SIGNALS_SAVINGS = Table(
    name="signals_savings",
    grain="What a user saves in one window.",
    columns=COLUMNS,
    generate=generate,
)
