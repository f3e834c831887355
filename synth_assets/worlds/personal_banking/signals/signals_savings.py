"""Savings signals: what flows in, and how balances grow."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, identifier, money, rate, reference
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.facts import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.signals import WINDOWS, signals
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("savings_id", "sav_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    money("net_inflow_monthly_cents", "Into savings, in 30 days of the window.", minimum=None),
    rate("growth_pct", "Inflow over the balance before the window; 0 where that was not positive."),
)


def generate(
    rows: range, users: Rows, transactions: Rows, accounts: Rows, facts: Block, config: Config
) -> pa.Table:
    """Two rows a user of `rows`, one a window."""
    found = signals(config, facts)
    user = np.repeat(users.id_numbers("user_id"), len(WINDOWS))
    return arrow_table(
        COLUMNS,
        {
            "savings_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": user,
            "window_days": np.tile(WINDOWS, len(rows)),
            "net_inflow_monthly_cents": found.savings_inflow_cents_a_month.ravel(),
            "growth_pct": found.savings_growth_pct.ravel(),
        },
    )


SIGNALS_SAVINGS = Table(
    name="signals_savings",
    grain="What a user saves in one window.",
    columns=COLUMNS,
    generate=generate,
)
