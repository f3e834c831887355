"""personal_banking: cards, overdrafts and refunds, one shape a test, read from the published tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import overdrafts
from synth_assets.worlds.personal_banking.config import Config
from tests.bank import AS_OF, USERS, tables, with_persona
from tests.worlds import is_caught, make_world, spoil, write_world


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return tables()


@pytest.fixture(scope="module")
def owed_on_cards(made) -> pd.DataFrame:
    """Liabilities of cards."""
    return made["liabilities"].query("liability_type == 'credit_card'")


# --- cards --------------------------------------------------------------------------------------------


def test_overdue_cards_were_due_and_not_paid(made, owed_on_cards):
    cards = owed_on_cards
    overdue = cards[cards.is_overdue]
    revolvers = made["persona_assignments"].primary_persona == "high_utilization"
    assert 0.10 < len(overdue) / (revolvers.sum() / 2) < 0.20
    assert (overdue.next_payment_due_date < AS_OF).all()
    assert (overdue.last_payment_date < overdue.last_statement_issue_date).all()
    others = cards[~cards.is_overdue]
    assert (others.next_payment_due_date >= AS_OF).all()
    signals = made["signals_credit"]
    assert set(signals[signals.is_overdue].user_id) == set(overdue.user_id)


def test_a_statement_is_the_balance_of_its_day(made, owed_on_cards):
    rows, cards = made["transactions"], owed_on_cards
    rows = rows[~rows.pending].merge(cards[["account_id", "last_statement_issue_date"]], on="account_id")
    since = rows[rows.date <= rows.last_statement_issue_date].groupby("account_id").amount_cents.sum()
    opening = made["accounts"].set_index("account_id").opening_balance_cents
    cards = cards.set_index("account_id").last_statement_balance_cents
    replayed = opening[cards.index] + since.reindex(cards.index, fill_value=0)
    assert (replayed - cards).abs().max() <= 2, "a cent more where chance would repeat a row"


def test_interest_falls_on_revolvers_alone(made, owed_on_cards):
    rows = made["transactions"]
    charged = rows[rows.category_detailed == "BANK_FEES_INTEREST_CHARGE"]
    revolvers = with_persona("high_utilization")
    assert set(charged.user_id) <= revolvers
    paid = rows[(rows.category_detailed == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT") & (rows.amount_cents < 0)]
    last = owed_on_cards.set_index("user_id")
    others = last.loc[sorted(set(paid.user_id) - set(charged.user_id))]
    assert (others.last_payment_amount_cents >= 1.2 * others.minimum_payment_amount_cents).mean() > 0.97


def test_a_missed_payment_costs_a_late_fee_the_day_after(made, owed_on_cards):
    rows = made["transactions"]
    fees = rows[rows.name == "LATE PAYMENT FEE"]
    overdue = owed_on_cards[owed_on_cards.is_overdue]
    both = fees.merge(overdue, on="account_id")
    assert len(both) == len(fees) == len(overdue) > 30
    wait = pd.to_datetime(both.date) - pd.to_datetime(both.next_payment_due_date)
    assert (wait.dt.days == 1).all()
    assert (both.amount_cents <= both.minimum_payment_amount_cents).all()
    assert (both.amount_cents == curves.LATE_FEE_CENTS).mean() > 0.9


# --- loans --------------------------------------------------------------------------------------------

LOANS = {
    "mortgage": ("LOAN_PAYMENTS_MORTGAGE_PAYMENT", 0.20, 0.32),
    "student_loan": ("LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT", 0.20, 0.35),
    "auto_loan": ("LOAN_PAYMENTS_CAR_PAYMENT", 0.70, 0.90),
    "personal_loan": ("LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT", 0.20, 0.35),
}


@pytest.mark.parametrize(("kind", "category", "low", "high"), [(k, *v) for k, v in LOANS.items()])
def test_whoever_pays_a_loan_has_it_and_nobody_else(made, kind, category, low, high):
    rows, accounts = made["transactions"], made["accounts"]
    loans = accounts[accounts.account_type == kind]
    payers = rows[(rows.category_detailed == category) & (rows.amount_cents > 0)]
    assert set(loans.user_id) == set(payers.user_id)
    assert loans.user_id.is_unique
    assert low < len(loans) / USERS < high
    assert not set(loans.user_id) & with_persona("variable_income"), "lenders ask for regular pay"


def test_a_loan_falls_by_its_principal(made):
    """Month after month the interest falls and the principal grows, as the payment stays the same."""
    accounts = made["accounts"][made["accounts"].account_type.isin(LOANS)]
    rows = made["transactions"].merge(accounts[["account_id"]], on="account_id")
    interest = rows[rows.category_detailed == "BANK_FEES_OTHER_BANK_FEES"]
    paid = rows[rows.category_primary == "LOAN_PAYMENTS"]
    assert len(interest) == len(paid) > 10_000
    assert (interest.groupby("account_id").amount_cents.diff().dropna() < 0).all()
    assert (paid.groupby("account_id").amount_cents.nunique() == 1).all()
    fell = (accounts.opening_balance_cents - accounts.balance_current_cents).to_numpy()
    assert (fell == -rows.groupby("account_id").amount_cents.sum()[accounts.account_id].to_numpy()).all()
    assert (fell > 0).all()


@pytest.mark.parametrize(
    ("kind", "fewest_dollars", "most_dollars"),
    [("mortgage", 120_000, 350_000), ("student_loan", 10_000, 60_000), ("auto_loan", 12_000, 45_000)],
)
def test_what_is_owed_is_of_the_usual_size(made, kind, fewest_dollars, most_dollars):
    owed = made["accounts"][made["accounts"].account_type == kind].balance_current_cents / 100
    assert fewest_dollars < owed.median() < most_dollars


def test_loans_are_lent_before_the_history_and_paid_by_their_plan(made):
    loans = made["liabilities"][made["liabilities"].liability_type != "credit_card"]
    accounts = made["accounts"].set_index("account_id").loc[loans.account_id]
    assert (loans.origination_date.to_numpy() == accounts.opened_on.to_numpy()).all()
    assert (loans.origination_principal_cents.to_numpy() >= accounts.opening_balance_cents.to_numpy()).all()
    years = (pd.to_datetime(loans.payoff_date) - pd.to_datetime(loans.origination_date)).dt.days / 365.25
    assert set(years[loans.liability_type == "mortgage"].round()) == {15, 30}
    assert (loans.next_payment_due_date > AS_OF).all()


# --- health savings -----------------------------------------------------------------------------------


def test_some_save_for_health(made):
    accounts = made["accounts"][made["accounts"].account_type == "hsa"]
    assert 0.10 < len(accounts) / USERS < 0.25
    rows = made["transactions"].merge(accounts[["account_id"]], on="account_id")
    assert (rows.amount_cents < 0).all()
    monthly = rows.groupby("account_id").size()
    assert monthly.between(6, 8).all()
    assert set(-rows.amount_cents) <= set(curves.HEALTH_SAVED_CENTS)
    payers = set(rows.user_id)
    assert payers <= with_persona("savings_builder") | with_persona("high_utilization")
    assert len(payers) > 60


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
    assert len(overdrawn) / USERS == pytest.approx(0.24, abs=0.03)
    assert (overdrawn > 10 * 7 / 12).sum() / USERS == pytest.approx(0.09, abs=0.03)


def test_some_with_an_irregular_pay_are_overdrawn(made):
    days = checking_days(made)
    owner = made["accounts"].set_index("account_id").user_id
    overdrawn = set(owner[days[days.before < 0].account_id])
    irregular = with_persona("variable_income")
    assert 0.08 < len(overdrawn & irregular) / len(irregular) < 0.30


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

LATE_LAW = "late_fees_follow_missed_payments"
FEES_LAW = "overdraft_fees_follow_from_balances"
A_FEE = "category_detailed = 'BANK_FEES_OVERDRAFT_FEES'"
ONE_LAW = "card_has_one_liability"
DEBTOR_LAW = "loans_have_a_debtor"
PRINCIPAL_LAW, HEALTH_LAW = "loans_are_paid_off_by_principal", "health_savings_grow_by_contributions"
A_REPAYMENT = "category_detailed = 'LOAN_PAYMENTS_CAR_PAYMENT' AND amount_cents < 0"
INTEREST = "name = 'LOAN INTEREST'"
TO_HEALTH = "category_detailed = 'TRANSFER_OUT_ACCOUNT_TRANSFER'"


@pytest.fixture(scope="module")
def borrowers():
    """A world, its configuration and its tables."""
    world, asked = load("personal_banking"), Config(num_users=100, as_of=AS_OF)
    return world, asked, make_world(world, asked)


@pytest.mark.parametrize(
    ("table", "statement", "law"),
    [
        ("liabilities", "UPDATE liabilities SET is_overdue = NOT is_overdue", "overdue_cards_are_not_paid"),
        ("liabilities", "UPDATE liabilities SET last_payment_date = NULL", "overdue_cards_are_not_paid"),
        ("liabilities", "UPDATE liabilities SET is_overdue = false", "credit_is_found"),
        ("transactions", "DELETE FROM transactions WHERE name = 'LATE PAYMENT FEE'", LATE_LAW),
        ("transactions", f"UPDATE transactions SET name = 'LATE PAYMENT FEE' WHERE {A_FEE}", LATE_LAW),
        ("transactions", f"DELETE FROM transactions WHERE {A_FEE} AND day(date) < 9", FEES_LAW),
        ("transactions", f"UPDATE transactions SET date = date - 7 WHERE {A_FEE}", FEES_LAW),
        ("accounts", "UPDATE accounts SET account_type = 'savings'", "overdraft_fees_fall_on_checking"),
        ("accounts", "DELETE FROM accounts WHERE account_type = 'auto_loan'", DEBTOR_LAW),
        ("transactions", f"DELETE FROM transactions WHERE {A_REPAYMENT} AND day(date) < 9", DEBTOR_LAW),
        ("transactions", f"UPDATE transactions SET amount_cents = 900 WHERE {INTEREST}", PRINCIPAL_LAW),
        ("liabilities", "UPDATE liabilities SET interest_rate = interest_rate + 1", PRINCIPAL_LAW),
        ("liabilities", "UPDATE liabilities SET payoff_date = origination_date", "loans_are_as_lent"),
        ("liabilities", "DELETE FROM liabilities WHERE liability_type = 'mortgage'", ONE_LAW),
        ("transactions", f"DELETE FROM transactions WHERE {TO_HEALTH} AND amount_cents > 0", HEALTH_LAW),
    ],
)  # fmt: skip
def test_laws_of_cards_and_overdrafts_bite(borrowers, tmp_path, table, statement, law):
    world, asked, tables = borrowers
    sources = write_world(world, tables, tmp_path)
    spoil(table, sources, statement)
    assert is_caught(world, asked, sources, law)
