"""Credit signals: how much of a limit is used, and how it is paid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import equals_choice, flag_values, to_numpy
from synth_assets.model.columns import count, flag, identifier, money, rate, reference, state
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.events import CARD
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
    identifier("credit_id", "cre_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    state(rate("utilization_pct", "Balance over limit of the fullest card.", minimum=0)),
    state(money("interest_charged_cents", "Interest posted in the window.")),
    state(flag("is_minimum_only", "The last payment is within 10 % of the minimum.")),
    state(flag("is_overdue", "The last statement of a card is overdue.")),
)


def generate(users: Rows, transactions: Rows, accounts: Rows, liabilities: Rows, config: Config) -> pa.Table:
    """Two rows a user, one a window."""
    statements = statements_of(users, transactions, config)
    used = percent(
        by_slot(accounts, "balance_current_cents", users)[:, CARD],
        by_slot(accounts, "balance_limit_cents", users)[:, CARD],
    )
    charged = statements.is_detail("BANK_FEES_INTEREST_CHARGE")
    least = _of_users(users, liabilities, to_numpy(liabilities["minimum_payment_amount_cents"]))
    paid = _of_users(users, liabilities, to_numpy(liabilities["last_payment_amount_cents"]))
    overdue = _of_users(users, liabilities, flag_values(liabilities["is_overdue"]))
    minimum_only = (least > 0) & (10 * np.abs(paid - least) <= least)
    return arrow_table(
        COLUMNS,
        window_rows(users, "credit_id")
        | {
            "utilization_pct": interleaved([used, used]),
            "interest_charged_cents": interleaved(
                [statements.total(charged & statements.within(size)) for size in WINDOWS]
            ),
            "is_minimum_only": interleaved([minimum_only, minimum_only]),
            "is_overdue": interleaved([overdue, overdue]),
        },
    )


def _of_users(users: Rows, liabilities: Rows, values: npt.NDArray) -> npt.NDArray:
    """A value of every user's card; 0 for those without."""
    of = np.zeros(len(users.id_numbers("user_id")), dtype=values.dtype)
    card = np.flatnonzero(equals_choice(liabilities["liability_type"], "credit_card"))
    of[np.searchsorted(users.id_numbers("user_id"), liabilities.id_numbers("user_id")[card])] = values[card]
    return of


SIGNALS_CREDIT = Table(
    name="signals_credit",
    grain="What a user owes on cards in one window.",
    columns=COLUMNS,
    generate=generate,
)
