"""LiabilitiesObject: cards, and mortgages and student loans where there are any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from synth_assets.worlds.personal_banking.vendors import rows

CARD_PAYMENT = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
INTEREST_CHARGE = "BANK_FEES_INTEREST_CHARGE"
NO_ADDRESS = dict.fromkeys(("city", "country", "postal_code", "region", "street"))


class History(NamedTuple):
    """What rows of transactions say about statements and payments, by the table's account_id.

    Attributes:
        paid_on: the last day on which so many cents were paid, by account and cents.
        charged: day and cents of the interest on the last statement.
    """

    paid_on: dict[tuple[str, int], str]
    charged: dict[str, tuple[str, int]]

    @classmethod
    def of(cls, transactions: rows.Values, as_of: dt.date) -> History:
        """From the columns of transactions, in order of day.

        Interest is charged on the day of a statement, so a charge less than a month ago is the last one's.
        """
        columns = ("account_id", "category_detailed", "amount_cents", "date", "pending")
        paid_on, charged = {}, {}
        for account, detailed, cents, date, pending in zip(*(transactions[c] for c in columns), strict=True):
            if detailed == CARD_PAYMENT and cents < 0:
                paid_on[account, -cents] = date
            elif detailed == INTEREST_CHARGE and not pending:
                charged[account] = date, cents
        recent = {account: charge for account, charge in charged.items() if _next(charge[0]) > as_of}
        return cls(paid_on, recent)


def _next(statement: str) -> dt.date:
    """The day of the statement after the one of an ISO date; statements are made on days up to the 28th."""
    day = dt.date.fromisoformat(statement)
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, min(day.day, 28))


def liabilities_of(
    accounts: Mapping[str, str], history: History, of: rows.Values, span: slice
) -> dict[str, list[dict[str, Any]] | None]:
    """The LiabilitiesObject of the rows `span` of liabilities; null for a kind that the user has not.

    Args:
        accounts: account_id by the table's.
        history: of the user's transactions.
        of: columns of liabilities.
        span: the user's rows.
    """
    found: dict[str, list[dict[str, Any]] | None] = {"credit": None, "mortgage": None, "student": None}
    for i in range(span.start, span.stop):
        row = {name: cells[i] for name, cells in of.items()}
        kind, shape = SHAPES[row["liability_type"]]
        found[kind] = [*(found[kind] or []), shape(accounts, history, row)]
    return found


def _paid(accounts: Mapping[str, str], history: History, row: Mapping[str, Any]) -> dict[str, Any]:
    """What all kinds of debt share."""
    cents = row["last_payment_amount_cents"]
    return {
        "account_id": accounts[row["account_id"]],
        "last_payment_amount": cents / 100,
        "last_payment_date": history.paid_on.get((row["account_id"], cents)),
        "next_payment_due_date": row["next_payment_due_date"],
    }


def _credit(accounts: Mapping[str, str], history: History, row: Mapping[str, Any]) -> dict[str, Any]:
    """A CreditCardLiability; day and interest of the last statement where interest was charged on it."""
    issued, interest = history.charged.get(row["account_id"], (None, None))
    apr = {
        "apr_percentage": row["apr_percentage"],
        "apr_type": "purchase_apr",
        "balance_subject_to_apr": None,
        "interest_charge_amount": None if interest is None else interest / 100,
    }
    return _paid(accounts, history, row) | {
        "aprs": [apr],
        "is_overdue": row["is_overdue"],
        "last_statement_balance": row["last_statement_balance_cents"] / 100,
        "last_statement_issue_date": issued,
        "minimum_payment_amount": row["minimum_payment_amount_cents"] / 100,
    }


def _mortgage(accounts: Mapping[str, str], history: History, row: Mapping[str, Any]) -> dict[str, Any]:
    """A MortgageLiability."""
    unknown = (
        "account_number", "current_late_fee", "escrow_balance", "has_pmi", "has_prepayment_penalty",
        "loan_type_description", "loan_term", "maturity_date", "origination_date",
        "origination_principal_amount", "past_due_amount", "ytd_interest_paid", "ytd_principal_paid",
    )  # fmt: skip
    return _paid(accounts, history, row) | {
        **dict.fromkeys(unknown),
        "interest_rate": {"percentage": row["interest_rate"], "type": row["apr_type"]},
        "next_monthly_payment": row["minimum_payment_amount_cents"] / 100,
        "property_address": NO_ADDRESS,
    }


def _student(accounts: Mapping[str, str], history: History, row: Mapping[str, Any]) -> dict[str, Any]:
    """A StudentLoan; its rate may not be null, so without one of its own it is that of the debt."""
    unknown = (
        "account_number", "disbursement_dates", "expected_payoff_date", "guarantor",
        "last_statement_issue_date", "loan_name", "origination_date", "origination_principal_amount",
        "outstanding_interest_amount",
        "payment_reference_number", "sequence_number", "ytd_interest_paid", "ytd_principal_paid",
    )  # fmt: skip
    rate = row["interest_rate"]
    return _paid(accounts, history, row) | {
        **dict.fromkeys(unknown),
        "interest_rate_percentage": row["apr_percentage"] if rate is None else rate,
        "is_overdue": row["is_overdue"],
        "last_statement_balance": row["last_statement_balance_cents"] / 100,
        "loan_status": dict.fromkeys(("end_date", "type")),
        "minimum_payment_amount": row["minimum_payment_amount_cents"] / 100,
        "pslf_status": dict.fromkeys(("estimated_eligibility_date", "payments_made", "payments_remaining")),
        "repayment_plan": dict.fromkeys(("description", "type")),
        "servicer_address": NO_ADDRESS,
    }


SHAPES = {
    "credit_card": ("credit", _credit),
    "mortgage": ("mortgage", _mortgage),
    "student_loan": ("student", _student),
}
