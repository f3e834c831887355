"""LiabilitiesObject: cards, and mortgages and student loans where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_assets.worlds.personal_banking.vendors import rows

INTEREST_CHARGE = "BANK_FEES_INTEREST_CHARGE"
NO_ADDRESS = dict.fromkeys(("city", "country", "postal_code", "region", "street"))


Interest = dict[tuple[str, str], int]
"""Cents of interest by account and day."""


def interest_of(transactions: rows.Values) -> Interest:
    """The interest charged on cards, from the columns of transactions."""
    columns = ("account_id", "date", "category_detailed", "amount_cents")
    return {
        (account, date): cents
        for account, date, detailed, cents in zip(*(transactions[c] for c in columns), strict=True)
        if detailed == INTEREST_CHARGE
    }


def liabilities_of(
    accounts: Mapping[str, str], interest: Interest, of: rows.Values, span: slice
) -> dict[str, list[dict[str, Any]] | None]:
    """The LiabilitiesObject of the rows `span` of liabilities; null for a kind that the user has not.

    Args:
        accounts: account_id by the table's.
        interest: charged on the user's cards.
        of: columns of liabilities.
        span: the user's rows.
    """
    found: dict[str, list[dict[str, Any]] | None] = {"credit": None, "mortgage": None, "student": None}
    for i in range(span.start, span.stop):
        row = {name: cells[i] for name, cells in of.items()}
        kind, shape = SHAPES[row["liability_type"]]
        found[kind] = [*(found[kind] or []), shape(accounts, interest, row)]
    return found


def _paid(accounts: Mapping[str, str], row: Mapping[str, Any]) -> dict[str, Any]:
    """What all kinds of debt share."""
    paid_on = row["last_payment_date"]
    return {
        "account_id": accounts[row["account_id"]],
        "last_payment_amount": row["last_payment_amount_cents"] / 100 if paid_on else None,
        "last_payment_date": paid_on,
        "next_payment_due_date": row["next_payment_due_date"],
    }


def _credit(accounts: Mapping[str, str], interest: Interest, row: Mapping[str, Any]) -> dict[str, Any]:
    """A CreditCardLiability, with the interest of the last statement where any was charged."""
    issued = row["last_statement_issue_date"]
    charged = interest.get((row["account_id"], issued))
    apr = {
        "apr_percentage": row["apr_percentage"],
        "apr_type": "purchase_apr",
        "balance_subject_to_apr": None,
        "interest_charge_amount": None if charged is None else charged / 100,
    }
    return _paid(accounts, row) | {
        "aprs": [apr],
        "is_overdue": row["is_overdue"],
        "last_statement_balance": row["last_statement_balance_cents"] / 100,
        "last_statement_issue_date": issued,
        "minimum_payment_amount": row["minimum_payment_amount_cents"] / 100,
    }


def _mortgage(accounts: Mapping[str, str], _: Interest, row: Mapping[str, Any]) -> dict[str, Any]:
    """A MortgageLiability."""
    unknown = (
        "account_number", "current_late_fee", "escrow_balance", "has_pmi", "has_prepayment_penalty",
        "loan_type_description", "loan_term", "maturity_date", "origination_date",
        "origination_principal_amount", "past_due_amount", "ytd_interest_paid", "ytd_principal_paid",
    )  # fmt: skip
    return _paid(accounts, row) | {
        **dict.fromkeys(unknown),
        "interest_rate": {"percentage": row["interest_rate"], "type": row["apr_type"]},
        "next_monthly_payment": row["minimum_payment_amount_cents"] / 100,
        "property_address": NO_ADDRESS,
    }


def _student(accounts: Mapping[str, str], _: Interest, row: Mapping[str, Any]) -> dict[str, Any]:
    """A StudentLoan; its rate may not be null, so without one of its own it is that of the debt."""
    unknown = (
        "account_number", "disbursement_dates", "expected_payoff_date", "guarantor",
        "loan_name", "origination_date", "origination_principal_amount",
        "outstanding_interest_amount",
        "payment_reference_number", "sequence_number", "ytd_interest_paid", "ytd_principal_paid",
    )  # fmt: skip
    rate = row["interest_rate"]
    return _paid(accounts, row) | {
        **dict.fromkeys(unknown),
        "interest_rate_percentage": row["apr_percentage"] if rate is None else rate,
        "is_overdue": row["is_overdue"],
        "last_statement_balance": row["last_statement_balance_cents"] / 100,
        "last_statement_issue_date": row["last_statement_issue_date"],
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
