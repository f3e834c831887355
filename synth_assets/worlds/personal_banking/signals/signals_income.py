"""Income signals: how often pay comes, and how long cash lasts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, decimal, identifier, reference
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.facts import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.signals import WINDOWS, signals
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("income_id", "inc_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    count("paychecks", "Wages in the window."),
    decimal("median_pay_gap_days", "Between them; empty with fewer than two.", nullable=True, unit="days"),
    decimal(
        "cash_buffer_months",
        "Checking and savings over a month's spending; empty where nothing is spent.",
        nullable=True,
        unit="months",
    ),
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
            "income_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": user,
            "window_days": np.tile(WINDOWS, len(rows)),
            "paychecks": found.paychecks.ravel(),
            "median_pay_gap_days": np.ma.masked_invalid(found.median_gap_days.ravel()),
            "cash_buffer_months": np.ma.masked_invalid(found.buffer_months.ravel()),
        },
    )


SIGNALS_INCOME = Table(
    name="signals_income",
    grain="How steady a user's income is in one window.",
    columns=COLUMNS,
    generate=generate,
)
