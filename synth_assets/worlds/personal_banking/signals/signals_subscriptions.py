"""Subscription signals: merchants that charge regularly."""

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
    identifier(
        "subscriptions_id", "rec_", "User and window: 2 x user number, less 1 for the shorter window."
    ),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    count("recurring_merchants", "At least 3 charges in 90 days, 70 % of gaps 28 to 32 or 5 to 9 days."),
    money("monthly_recurring_cents", "What they charge in 30 days, by the last 90."),
    rate("recurring_share_pct", "Their share of what is spent in the window.", minimum=0, maximum=100),
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
            "subscriptions_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": user,
            "window_days": np.tile(WINDOWS, len(rows)),
            "recurring_merchants": found.recurring_merchants.ravel(),
            "monthly_recurring_cents": found.recurring_cents_a_month.ravel(),
            "recurring_share_pct": found.recurring_share_pct.ravel(),
        },
    )


SIGNALS_SUBSCRIPTIONS = Table(
    name="signals_subscriptions",
    grain="What recurs in a user's spending in one window.",
    columns=COLUMNS,
    generate=generate,
)
