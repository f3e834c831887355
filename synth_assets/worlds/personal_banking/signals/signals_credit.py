"""Credit signals: how much of a limit is used, and how it is paid."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, flag, identifier, money, rate, reference
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.facts import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.signals import WINDOWS, signals
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("credit_id", "cre_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    rate("utilization_pct", "Balance over limit of the fullest card.", minimum=0),
    money("interest_charged_cents", "Interest posted in the window."),
    flag("is_minimum_only", "The last payment is within 10 % of the minimum."),
    flag("is_overdue", "The last statement of a card is overdue."),
)


def generate(
    rows: range,
    users: Rows,
    transactions: Rows,
    accounts: Rows,
    liabilities: Rows,
    facts: Block,
    config: Config,
) -> pa.Table:
    """Two rows a user of `rows`, one a window."""
    found = signals(config, facts)
    user = np.repeat(users.id_numbers("user_id"), len(WINDOWS))
    return arrow_table(
        COLUMNS,
        {
            "credit_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": user,
            "window_days": np.tile(WINDOWS, len(rows)),
            "utilization_pct": found.utilization_pct.ravel(),
            "interest_charged_cents": found.interest_cents.ravel(),
            "is_minimum_only": found.pays_minimum_only.ravel(),
            "is_overdue": found.is_overdue.ravel(),
        },
    )


SIGNALS_CREDIT = Table(
    name="signals_credit",
    grain="How a user's cards stand in one window.",
    columns=COLUMNS,
    generate=generate,
)
