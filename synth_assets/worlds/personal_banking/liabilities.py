"""Liabilities: what is owed on every credit card, and by when."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import equals_choice, flag_values, to_numpy
from synth_assets.model.columns import choice, day, flag, identifier, money, rate, reference
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.accounts import ACCOUNT_ID
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.activity.faults import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.users import USER_ID

COLUMNS = (
    identifier("liability_id", "lia_", "Liability; has its user's number."),
    reference("accounts", ACCOUNT_ID, "The card."),
    reference("users", USER_ID, "Who owes."),
    choice("liability_type", ("credit_card", "mortgage", "student_loan"), "Kind of debt."),
    rate("apr_percentage", "Interest a year.", minimum=12.99, maximum=29.99),
    choice("apr_type", ("variable", "fixed"), "Whether the interest may change."),
    money("minimum_payment_amount_cents", "Least that the last statement asks for."),
    money("last_payment_amount_cents", "What was paid last."),
    day("last_payment_date", "When that was; empty if nothing was paid in the history.", nullable=True),
    flag("is_overdue", "Whether the last statement was due before as_of and is not paid."),
    day(
        "next_payment_due_date",
        "When the next payment is due: a promise, which may lie after as_of; what is overdue was due before.",
    ),
    day("last_statement_issue_date", "Day of the last statement."),
    money("last_statement_balance_cents", "What the last statement says is owed."),
    rate("interest_rate", "Of mortgages and student loans.", nullable=True),
)

BILLING_DAYS = 30
CARD_PAYMENT = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"


def generate(accounts: Rows, transactions: Rows, facts: Block, config: Config) -> pa.Table:
    """One row a card."""
    card = np.flatnonzero(equals_choice(accounts["account_type"], "credit_card"))
    account = accounts.id_numbers("account_id")[card]
    user = accounts.id_numbers("user_id")[card]
    row = np.searchsorted(facts.users.number, user - 1)
    cards, days = facts.cards, window(config)
    due = cards.due_day[row]
    is_open = (due >= days.length) | cards.is_overdue[row]
    paid_on, paid_cents = _last_payments(
        transactions, account, days.first + cards.paid_day[row], cards.last_payment_cents[row]
    )
    nothing = np.zeros(len(row), dtype=np.int8)
    return arrow_table(
        COLUMNS,
        {
            "liability_id": user,
            "account_id": account,
            "user_id": user,
            "liability_type": nothing,
            "apr_percentage": cards.apr_basis_points[row] / 100,
            "apr_type": nothing,
            "minimum_payment_amount_cents": cards.minimum_cents[row],
            "last_payment_amount_cents": paid_cents,
            "last_payment_date": np.ma.masked_array(paid_on, mask=paid_on < days.first),
            "is_overdue": cards.is_overdue[row],
            "next_payment_due_date": days.first + np.where(is_open, due, due + BILLING_DAYS),
            "last_statement_issue_date": days.first + cards.statement_day[row],
            "last_statement_balance_cents": cards.statement_cents[row],
            "interest_rate": np.ma.masked_array(np.zeros(len(row)), mask=True),
        },
    )


def _last_payments(transactions: Rows, account: Ints, paid_on: Ints, paid_cents: Ints) -> tuple[Ints, Ints]:
    """Day and cents of the last payment that each card's statement shows; as given where it shows none."""
    is_payment = equals_choice(transactions["category_detailed"], CARD_PAYMENT)
    paid = np.flatnonzero(is_payment & ~flag_values(transactions["pending"]))
    owner = transactions.id_numbers("account_id")[paid]
    cents = to_numpy(transactions["amount_cents"])[paid]
    received = (cents < 0) & np.isin(owner, account)
    paid, owner, cents = paid[received], owner[received], cents[received]
    order = np.argsort(owner, kind="stable")  # rows of an account are in order of day
    is_last = np.append(owner[order][1:] != owner[order][:-1], True)[: len(owner)]
    last = order[is_last]
    card = np.searchsorted(account, owner[last])
    day, amount = paid_on.copy(), paid_cents.copy()
    day[card], amount[card] = to_numpy(transactions["date"])[paid[last]], -cents[last]
    return day, amount


LIABILITIES = Table(
    name="liabilities",
    grain="What is owed on one card.",
    columns=COLUMNS,
    generate=generate,
)
