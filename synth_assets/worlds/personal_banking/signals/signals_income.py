"""Income signals: how often pay comes, and how long cash lasts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, decimal, identifier, reference, state
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.events import CHECKING, SAVINGS
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.statements import (
    WINDOWS,
    Floats,
    by_slot,
    interleaved,
    statements_of,
    window_rows,
)
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("income_id", "inc_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    state(count("paychecks", "Wages in the window.")),
    state(
        decimal("median_pay_gap_days", "Between them; empty with fewer than two.", nullable=True, unit="days")
    ),
    state(
        decimal(
            "cash_buffer_months",
            "Checking and savings over a month's spending; empty where nothing is spent.",
            nullable=True,
            unit="months",
        )
    ),
)


def generate(users: Rows, transactions: Rows, accounts: Rows, config: Config) -> pa.Table:
    """Two rows a user, one a window."""
    statements = statements_of(users, transactions, config)
    balance = by_slot(accounts, "balance_current_cents", users)
    cash = balance[:, CHECKING] + balance[:, SAVINGS]
    wages = statements.is_detail("INCOME_WAGES")
    paychecks, gaps, buffers = [], [], []
    for size in WINDOWS:
        paid = wages & statements.within(size)
        spent = statements.total(statements.is_spending & statements.within(size))
        user = statements.user[paid]
        paychecks.append(np.bincount(user, minlength=statements.users))
        gaps.append(_median_gap(user, statements.day[paid], statements.users))
        buffers.append(np.round(cash / np.where(spent > 0, spent * 30 / size, np.nan), 2))
    return arrow_table(
        COLUMNS,
        window_rows(users, "income_id")
        | {
            "paychecks": interleaved(paychecks),
            "median_pay_gap_days": np.ma.masked_invalid(interleaved(gaps)),
            "cash_buffer_months": np.ma.masked_invalid(interleaved(buffers)),
        },
    )


def _median_gap(user: Ints, day: Ints, users: int) -> Floats:
    """Median days between paychecks; NaN with fewer than two."""
    same = user[1:] == user[:-1]
    owner, gap = user[1:][same], np.diff(day)[same]
    order = np.lexsort((gap, owner))
    owner, gap = owner[order], gap[order]
    count = np.bincount(owner, minlength=users)
    first = np.cumsum(count) - count
    median = np.full(users, np.nan)
    some = np.flatnonzero(count)
    low, high = first[some] + (count[some] - 1) // 2, first[some] + count[some] // 2
    median[some] = (gap[low] + gap[high]) / 2
    return median


SIGNALS_INCOME = Table(
    name="signals_income",
    grain="How steady a user's income is in one window.",
    columns=COLUMNS,
    generate=generate,
)
