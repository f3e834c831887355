"""LiabilitiesObject: cards, mortgages and student loans.

A loan's interest and principal of the year are known where the history holds the year from its first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_assets.worlds.personal_banking.vendors import rows

INTEREST_CHARGE = "BANK_FEES_INTEREST_CHARGE"
NO_ADDRESS = dict.fromkeys(("city", "country", "postal_code", "region", "street"))


Interest = dict[tuple[str, str], int]
"""Cents of interest by account and day, and those of a loan's year by account and year: `2026`."""


def year_of_loans(transactions: rows.Values, accounts: rows.Values, year: str) -> dict[tuple[str, str], int]:
    """Interest of the year, and payments under `paid` and the year, of each loan that is a liability.

    Args:
        transactions, accounts: columns of the tables.
        year: as_of's.
    """
    types = zip(accounts["account_id"], accounts["account_type"], strict=True)
    loans = {account for account, kind in types if kind in ("mortgage", "student_loan")}
    found = {(account, key): 0 for account in loans for key in (year, f"paid {year}")}
    columns = ("account_id", "date", "amount_cents")
    for account, date, cents in zip(*(transactions[c] for c in columns), strict=True):
        if account in loans and date.startswith(year):
            found[account, year if cents > 0 else f"paid {year}"] += abs(cents)
    return found


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
        interest: charged on the user's cards, and of the year of loans.
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


def _of_year(interest: Interest, row: Mapping[str, Any]) -> dict[str, float | None]:
    """Interest and principal paid in the year of the last payment, null where that is not known."""
    year = (row["last_payment_date"] or "")[:4]
    charged = interest.get((row["account_id"], year))
    paid = interest.get((row["account_id"], f"paid {year}"))
    return {
        "ytd_interest_paid": None if charged is None else charged / 100,
        "ytd_principal_paid": None if charged is None or paid is None else (paid - charged) / 100,
    }


def _lent(row: Mapping[str, Any]) -> dict[str, Any]:
    """When a loan was lent and how much."""
    return {
        "account_number": None,
        "origination_date": row["origination_date"],
        "origination_principal_amount": row["origination_principal_cents"] / 100,
    }


def _mortgage(accounts: Mapping[str, str], interest: Interest, row: Mapping[str, Any]) -> dict[str, Any]:
    """A MortgageLiability, conventional and of a fixed rate; nothing is past due."""
    years = int(row["payoff_date"][:4]) - int(row["origination_date"][:4])
    unknown = ("escrow_balance", "has_pmi", "has_prepayment_penalty")
    return {
        **_paid(accounts, row),
        **_lent(row),
        **dict.fromkeys(unknown),
        **_of_year(interest, row),
        "current_late_fee": 0.0,
        "interest_rate": {"percentage": row["interest_rate"], "type": row["apr_type"]},
        "loan_term": f"{years} year",
        "loan_type_description": "conventional",
        "maturity_date": row["payoff_date"],
        "next_monthly_payment": row["instalment_cents"] / 100,
        "past_due_amount": 0.0,
        "property_address": NO_ADDRESS,
    }


def _student(accounts: Mapping[str, str], interest: Interest, row: Mapping[str, Any]) -> dict[str, Any]:
    """A StudentLoan in repayment by the standard plan; a payment pays all interest that is outstanding."""
    unknown = ("guarantor", "loan_name", "payment_reference_number", "sequence_number")
    return {
        **_paid(accounts, row),
        **_lent(row),
        **dict.fromkeys(unknown),
        **_of_year(interest, row),
        "disbursement_dates": [row["origination_date"]],
        "expected_payoff_date": row["payoff_date"],
        "interest_rate_percentage": row["interest_rate"],
        "is_overdue": row["is_overdue"],
        "last_statement_balance": row["last_statement_balance_cents"] / 100,
        "last_statement_issue_date": row["last_statement_issue_date"],
        "loan_status": {"end_date": row["payoff_date"], "type": "repayment"},
        "minimum_payment_amount": row["instalment_cents"] / 100,
        "outstanding_interest_amount": 0.0,
        "pslf_status": dict.fromkeys(("estimated_eligibility_date", "payments_made", "payments_remaining")),
        "repayment_plan": {"description": "Standard Repayment", "type": "standard"},
        "servicer_address": NO_ADDRESS,
    }


SHAPES = {
    "credit_card": ("credit", _credit),
    "mortgage": ("mortgage", _mortgage),
    "student_loan": ("student", _student),
}
