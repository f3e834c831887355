"""personal_banking: what people's statements look like, one shape a test, read from the published tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from synth_assets.worlds import load
from synth_assets.worlds.personal_banking.config import Config
from tests.worlds import make_world

USERS = 1_000


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    """The tables of a thousand users."""
    asked = Config(num_users=USERS, as_of=dt.date(2026, 11, 21))
    return {name: rows.to_pandas() for name, rows in make_world(load("personal_banking"), asked).items()}


# --- cards --------------------------------------------------------------------------------------------


def test_overdue_cards_were_due_and_not_paid(made):
    cards = made["liabilities"]
    overdue = cards[cards.is_overdue]
    as_of = dt.date(2026, 11, 21)
    revolvers = made["persona_assignments"].primary_persona == "high_utilization"
    assert 0.10 < len(overdue) / (revolvers.sum() / 2) < 0.20
    assert (overdue.next_payment_due_date < as_of).all()
    assert (overdue.last_payment_date < overdue.last_statement_issue_date).all()
    others = cards[~cards.is_overdue]
    assert (others.next_payment_due_date >= as_of).all()
    signals = made["signals_credit"]
    assert set(signals[signals.is_overdue].user_id) == set(overdue.user_id)


def test_a_statement_is_the_balance_of_its_day(made):
    rows, cards = made["transactions"], made["liabilities"]
    rows = rows.merge(cards[["account_id", "last_statement_issue_date"]], on="account_id")
    since = rows[rows.date <= rows.last_statement_issue_date].groupby("account_id").amount_cents.sum()
    opening = made["accounts"].set_index("account_id").opening_balance_cents
    cards = cards.set_index("account_id").last_statement_balance_cents
    replayed = opening[cards.index] + since.reindex(cards.index, fill_value=0)
    assert (replayed - cards).abs().max() <= 2, "a cent more where chance would repeat a row"
