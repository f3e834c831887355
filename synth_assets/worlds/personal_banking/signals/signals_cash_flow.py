"""Cash-flow signals: low days and how much the balance swings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, decimal, identifier, rate, reference
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.facts import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.signals import WINDOWS, signals
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("cash_flow_id", "caf_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    count("low_balance_days", "Days on which checking closes below $100."),
    rate("low_balance_share_pct", "Their share of the window.", minimum=0, maximum=100),
    decimal("balance_volatility", "Standard deviation of the daily closing balance over its mean."),
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
            "cash_flow_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": user,
            "window_days": np.tile(WINDOWS, len(rows)),
            "low_balance_days": found.low_days.ravel(),
            "low_balance_share_pct": found.low_share_pct.ravel(),
            "balance_volatility": found.volatility.ravel(),
        },
    )


SIGNALS_CASH_FLOW = Table(
    name="signals_cash_flow",
    grain="How a user's checking balance moves in one window.",
    columns=COLUMNS,
    generate=generate,
)
