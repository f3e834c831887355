"""Cash-flow signals: low days and how much the balance swings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import count, decimal, identifier, rate, reference, state
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.events import CHECKING
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.statements import (
    WINDOWS,
    Floats,
    Statements,
    by_slot,
    interleaved,
    statements_of,
    window_rows,
)
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("cash_flow_id", "caf_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Whose signals they are."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    state(count("low_balance_days", "Days on which checking closes below $100.")),
    state(rate("low_balance_share_pct", "Their share of the window.", minimum=0, maximum=100)),
    state(decimal("balance_volatility", "Standard deviation of the daily closing balance over its mean.")),
)


LOW_BALANCE_CENTS = 10_000
"""A balance below $100 is low."""


def generate(users: Rows, transactions: Rows, accounts: Rows, config: Config) -> pa.Table:
    """Two rows a user, one a window."""
    statements = statements_of(users, transactions, config)
    balance = _daily_balance(statements, by_slot(accounts, _anchor(config), users)[:, CHECKING], config)
    low, share, volatility = zip(*(_window(balance[:, -size:], size) for size in WINDOWS), strict=True)
    return arrow_table(
        COLUMNS,
        window_rows(users, "cash_flow_id")
        | {
            "low_balance_days": interleaved(list(low)),
            "low_balance_share_pct": interleaved(list(share)),
            "balance_volatility": interleaved(list(volatility)),
        },
    )


def _anchor(config: Config) -> str:
    """The balance that daily ones are counted from: in a history the current one, as only the last rows are
    there."""
    return "balance_current_cents" if config.grows else "opening_balance_cents"


def _daily_balance(statements: Statements, anchor_cents: Ints, config: Config) -> Ints:
    """Closing balances of checking, users x days; in a history those of the last days."""
    here = np.flatnonzero((statements.slot == CHECKING) & statements.is_posted)
    days, users = statements.days, statements.users
    place = statements.user[here] * days + statements.day[here]
    flow = np.bincount(place, statements.amount_cents[here], users * days).reshape(users, days)
    opening = anchor_cents + (flow.sum(axis=1).astype(np.int64) if config.grows else 0)
    balance: Ints = opening[:, None] - np.cumsum(flow, axis=1).astype(np.int64)
    return balance


def _window(recent: Ints, size: int) -> tuple[Ints, Floats, Floats]:
    """Low days, their share and the volatility of the balances of a window."""
    low = (recent < LOW_BALANCE_CENTS).sum(axis=1)
    days = recent.shape[1]  # of the window, or of a history that is shorter
    mean = recent.sum(axis=1) / days  # sums of whole cents, so that no processor rounds them differently
    deviation = np.sqrt(np.maximum((recent * recent).sum(axis=1) / days - mean * mean, 0))
    volatility = np.round(deviation / np.where(mean > 0, mean, np.inf), 2)
    return low, np.round(100 * low / size, 2), volatility


SIGNALS_CASH_FLOW = Table(
    name="signals_cash_flow",
    grain="How a user's checking balance moves in one window.",
    columns=COLUMNS,
    generate=generate,
)
