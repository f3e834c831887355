"""Liabilities: what is owed on every credit card, mortgage and student loan, and by when.

Loans of cars and personal ones have an account alone: neither the document nor Plaid has a liability for
them.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import equals_any, equals_choice, flag_values, to_numpy
from synth_assets.model.columns import choice, day, flag, identifier, money, rate, reference, state
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.accounts import ACCOUNT_ID
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.events import HOME, SLOTS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.users import USER_ID

TYPES = ("credit_card", "mortgage", "student_loan")

COLUMNS = (
    identifier("liability_id", "lia_", "Liability; has its account's number."),
    reference("accounts", ACCOUNT_ID, "The card or loan."),
    reference("users", USER_ID, "Who owes."),
    choice("liability_type", TYPES, "Kind of debt."),
    rate("apr_percentage", "Interest a year, of cards.", minimum=12.99, maximum=29.99, nullable=True),
    choice("apr_type", ("variable", "fixed"), "Whether the interest may change."),
    state(
        money(
            "minimum_payment_amount_cents",
            "Least that a card's last statement asks for; of cards.",
            nullable=True,
        )
    ),
    state(money("last_payment_amount_cents", "What was paid last.")),
    state(
        day("last_payment_date", "When that was; empty if nothing was paid in the history.", nullable=True)
    ),
    state(flag("is_overdue", "Whether the last statement was due before as_of and is not paid.")),
    state(
        day(
            "next_payment_due_date",
            "When the next payment is due: a promise, which may lie after as_of; what is overdue was "
            "due before.",
        )
    ),
    state(
        day("last_statement_issue_date", "Day of the last statement; of a loan, that of the last payment.")
    ),
    state(money("last_statement_balance_cents", "What the last statement says is owed.")),
    rate("interest_rate", "Interest a year, of mortgages and student loans.", nullable=True),
    money("instalment_cents", "What every payment of a loan is.", nullable=True),
    money("origination_principal_cents", "What was lent, of loans.", nullable=True),
    day("origination_date", "When it was lent.", nullable=True),
    day("payoff_date", "When a loan will be paid by its plan.", nullable=True),
)

BILLING_DAYS = 30


def generate(accounts: Rows, transactions: Rows, facts: Block, config: Config) -> pa.Table:
    """One row a card, mortgage and student loan, in order of account."""
    at = np.flatnonzero(equals_any(accounts["account_type"], TYPES))
    account, user = accounts.id_numbers("account_id")[at], accounts.id_numbers("user_id")[at]
    row, slot = np.searchsorted(facts.users.number, user - 1), (account - 1) % SLOTS
    is_card = equals_choice(accounts["account_type"], "credit_card")[at]
    cards, days = facts.cards, window(config)
    loan = {name: of[row, np.maximum(slot - HOME, 0)] for name, of in facts.loans._asdict().items()}
    due = cards.due_day[row]
    is_open = config.grows | (due >= days.length) | cards.is_overdue[row]
    paid_on, paid_cents = _last_payments(
        transactions,
        account,
        np.where(is_card, days.first + cards.paid_day[row], days.first - 1),
        np.where(is_card, cards.last_payment_cents[row], loan["instalment_cents"]),
    )
    due_on = np.where(is_card, days.first + np.where(is_open, due, due + BILLING_DAYS), loan["due_on"])
    owed = to_numpy(accounts["balance_current_cents"])[at]
    return arrow_table(
        COLUMNS,
        {
            "liability_id": account,
            "account_id": account,
            "user_id": user,
            "liability_type": np.where(is_card, 0, 1 + slot - HOME),
            "apr_percentage": np.ma.masked_array(cards.apr_basis_points[row] / 100, mask=~is_card),
            "apr_type": np.where(is_card, 0, 1),
            "minimum_payment_amount_cents": np.ma.masked_array(cards.minimum_cents[row], mask=~is_card),
            "last_payment_amount_cents": paid_cents,
            "last_payment_date": np.ma.masked_array(paid_on, mask=paid_on < days.first),
            "is_overdue": is_card & cards.is_overdue[row],
            "next_payment_due_date": due_on,
            "last_statement_issue_date": np.where(is_card, days.first + cards.statement_day[row], paid_on),
            "last_statement_balance_cents": np.where(is_card, cards.statement_cents[row], owed),
            "interest_rate": np.ma.masked_array(loan["rate_basis_points"] / 100, mask=is_card),
            "instalment_cents": np.ma.masked_array(loan["instalment_cents"], mask=is_card),
            "origination_principal_cents": np.ma.masked_array(loan["principal_cents"], mask=is_card),
            "origination_date": np.ma.masked_array(loan["opened_on"], mask=is_card),
            "payoff_date": np.ma.masked_array(loan["ends_on"], mask=is_card),
        },
    )


def _last_payments(transactions: Rows, account: Ints, paid_on: Ints, paid_cents: Ints) -> tuple[Ints, Ints]:
    """Day and cents of the last payment that each account's statement shows; as given where it shows none."""
    is_payment = equals_choice(transactions["category_primary"], "LOAN_PAYMENTS")
    is_payment &= ~flag_values(transactions["pending"])
    paid = np.flatnonzero(is_payment & (to_numpy(transactions["amount_cents"]) < 0))
    owner = transactions.id_numbers("account_id")[paid]
    received = np.isin(owner, account)
    paid, owner = paid[received], owner[received]
    order = np.argsort(owner, kind="stable")  # rows of an account are in order of day
    is_last = np.append(owner[order][1:] != owner[order][:-1], True)[: len(owner)]
    last = order[is_last]
    place = np.searchsorted(account, owner[last])
    day, amount = paid_on.copy(), paid_cents.copy()
    day[place] = to_numpy(transactions["date"])[paid[last]]
    amount[place] = -to_numpy(transactions["amount_cents"])[paid[last]]
    return day, amount


LIABILITIES = Table(
    name="liabilities",
    grain="What is owed on one card, mortgage or student loan.",
    columns=COLUMNS,
    generate=generate,
)
