"""personal_banking: cards, overdrafts and refunds, one shape a test, read from the published tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synth_assets.checks.verify import verify
from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import overdrafts
from synth_assets.worlds.personal_banking.config import Config
from tests.bank import AS_OF, USERS, tables, with_persona
from tests.worlds import failed, make_world, spoil, write_world


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return tables()


# --- cards --------------------------------------------------------------------------------------------


def test_overdue_cards_were_due_and_not_paid(made):
    cards = made["liabilities"]
    overdue = cards[cards.is_overdue]
    revolvers = made["persona_assignments"].primary_persona == "high_utilization"
    assert 0.10 < len(overdue) / (revolvers.sum() / 2) < 0.20
    assert (overdue.next_payment_due_date < AS_OF).all()
    assert (overdue.last_payment_date < overdue.last_statement_issue_date).all()
    others = cards[~cards.is_overdue]
    assert (others.next_payment_due_date >= AS_OF).all()
    signals = made["signals_credit"]
    assert set(signals[signals.is_overdue].user_id) == set(overdue.user_id)


def test_a_statement_is_the_balance_of_its_day(made):
    rows, cards = made["transactions"], made["liabilities"]
    rows = rows[~rows.pending].merge(cards[["account_id", "last_statement_issue_date"]], on="account_id")
    since = rows[rows.date <= rows.last_statement_issue_date].groupby("account_id").amount_cents.sum()
    opening = made["accounts"].set_index("account_id").opening_balance_cents
    cards = cards.set_index("account_id").last_statement_balance_cents
    replayed = opening[cards.index] + since.reindex(cards.index, fill_value=0)
    assert (replayed - cards).abs().max() <= 2, "a cent more where chance would repeat a row"


def test_interest_falls_on_revolvers_alone(made):
    rows = made["transactions"]
    charged = rows[rows.category_detailed == "BANK_FEES_INTEREST_CHARGE"]
    revolvers = with_persona("high_utilization")
    assert set(charged.user_id) <= revolvers
    paid = rows[(rows.category_detailed == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT") & (rows.amount_cents < 0)]
    last = made["liabilities"].set_index("user_id")
    others = last.loc[sorted(set(paid.user_id) - set(charged.user_id))]
    assert (others.last_payment_amount_cents >= 1.2 * others.minimum_payment_amount_cents).mean() > 0.97


# --- overdrafts ---------------------------------------------------------------------------------------


def checking_days(made) -> pd.DataFrame:
    """Each day of each checking account with rows: closing balance before the day's fee, the fee, and whether
    money goes out."""
    accounts = made["accounts"][made["accounts"].account_type == "checking"]
    rows = made["transactions"].merge(
        accounts[["account_id", "name", "opening_balance_cents"]], on="account_id"
    )
    rows = rows[~rows.pending]
    is_fee = rows.category_detailed == "BANK_FEES_OVERDRAFT_FEES"
    rows = rows.assign(fee=rows.amount_cents.where(is_fee, 0), spends=(rows.amount_cents > 0) & ~is_fee)
    keys = ["account_id", "name_y", "opening_balance_cents", "date"]
    days = rows.groupby(keys, as_index=False).agg(
        flow=("amount_cents", "sum"), fee=("fee", "sum"), spends=("spends", "any")
    )
    spent = days.groupby("account_id").flow.cumsum()
    return days.assign(before=days.opening_balance_cents - spent + days.fee)


def test_overdraft_fees_stand_on_overdrawn_days_alone(made):
    days = checking_days(made)
    free = tuple(curves.BANKS[: overdrafts.BANKS_WITHOUT_FEE])
    charges = (days.before < 0) & days.spends & ~days.name_y.str.startswith(free)
    assert (days.fee == np.where(charges, 3_500, 0)).all()
    assert charges.sum() > 200
    assert ((days.before < 0) & days.name_y.str.startswith(free)).sum() > 100


def test_a_quarter_of_users_is_overdrawn_and_one_in_eleven_often(made):
    days = checking_days(made)
    overdrawn = days[days.before < 0].groupby("account_id").size()
    assert len(overdrawn) / USERS == pytest.approx(0.24, abs=0.05)
    assert (overdrawn > 10 * 7 / 12).sum() / USERS == pytest.approx(0.09, abs=0.03)


# --- refunds ------------------------------------------------------------------------------------------


def test_a_refund_follows_a_purchase_of_as_much_at_the_same_merchant(made):
    rows = made["transactions"]
    refunds = rows[(rows.amount_cents < 0) & rows.merchant_name.notna() & (rows.category_primary != "INCOME")]
    bought = rows[(rows.amount_cents > 0) & ~rows.pending]
    pairs = refunds.merge(bought, on=["account_id", "merchant_name"], suffixes=("", "_bought"))
    wait = (pd.to_datetime(pairs.date) - pd.to_datetime(pairs.date_bought)).dt.days
    fits = pairs[wait.between(4, 21) & (pairs.amount_cents_bought >= -pairs.amount_cents)]
    assert set(refunds.transaction_id) == set(fits.transaction_id)
    shops = [name for stream in curves.STREAMS if stream.name in curves.RETURNED for name in stream.brands]
    assert refunds.merchant_name.isin(shops).all()
    assert 0.01 < len(refunds) / bought.merchant_name.isin(shops).sum() < 0.02


# --- laws ---------------------------------------------------------------------------------------------

FEES_LAW = "overdraft_fees_follow_from_balances"
A_FEE = "category_detailed = 'BANK_FEES_OVERDRAFT_FEES'"


@pytest.mark.parametrize(
    ("table", "statement", "law"),
    [
        ("liabilities", "UPDATE liabilities SET is_overdue = NOT is_overdue", "overdue_cards_are_not_paid"),
        ("liabilities", "UPDATE liabilities SET last_payment_date = NULL", "overdue_cards_are_not_paid"),
        ("liabilities", "UPDATE liabilities SET is_overdue = false", "credit_is_found"),
        ("transactions", f"DELETE FROM transactions WHERE {A_FEE} AND day(date) < 9", FEES_LAW),
        ("transactions", f"UPDATE transactions SET date = date - 7 WHERE {A_FEE}", FEES_LAW),
        ("accounts", "UPDATE accounts SET account_type = 'savings'", "overdraft_fees_fall_on_checking"),
    ],
)  # fmt: skip
def test_laws_of_cards_and_overdrafts_bite(tmp_path, table, statement, law):
    world, asked = load("personal_banking"), Config(num_users=150, as_of=AS_OF)
    sources = write_world(world, make_world(world, asked), tmp_path)
    spoil(table, sources, statement)
    found = {name.replace(" ", "_") for name in failed(verify(world, asked, sources))}
    assert law in found
