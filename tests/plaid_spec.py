"""Plaid's objects as plaid/plaid-openapi (2020-09-14) defines them, and a check of any value against one.

A field with `*` must be there, a type with `?` may be null. Optional fields that nobody writes are left out.
"""

from __future__ import annotations

import datetime as dt
import re

ID = "[0-9A-Za-z]{37}"
PRIMARY = (
    "INCOME|TRANSFER_IN|TRANSFER_OUT|LOAN_PAYMENTS|BANK_FEES|ENTERTAINMENT|FOOD_AND_DRINK|GENERAL_MERCHANDISE|"
    "HOME_IMPROVEMENT|MEDICAL|PERSONAL_CARE|GENERAL_SERVICES|GOVERNMENT_AND_NON_PROFIT|TRANSPORTATION|TRAVEL|"
    "RENT_AND_UTILITIES|LOAN_DISBURSEMENTS|OTHER"
)
CODE = (
    "adjustment|atm|bank charge|bill payment|cash|cashback|cheque|direct debit|interest|payment|purchase|"
    "refund|standing order|transfer"
)
ADDRESS = "city*:string?, country*:string?, postal_code*:string?, region*:string?, street*:string?"

OBJECTS = {
    "AccountsGetResponse": "accounts*:[AccountBase], item*:Item, request_id*:request",
    "TransactionsGetResponse": "accounts*:[AccountBase], transactions*:[Transaction], "
    "total_transactions*:integer, item*:Item, request_id*:request",
    "TransactionsSyncResponse": "transactions_update_status*:HISTORICAL_UPDATE_COMPLETE, "
    "accounts*:[AccountBase], added*:[Transaction], modified*:[Transaction], removed*:[RemovedTransaction], "
    "next_cursor*:string, has_more*:boolean, request_id*:request",
    "RemovedTransaction": "transaction_id*:id, account_id*:id",
    "LiabilitiesGetResponse": "accounts*:[AccountBase], item*:Item, liabilities*:LiabilitiesObject, "
    "request_id*:request",
    "Item": "item_id*:id, webhook*:string?, error*:PlaidError?, available_products*:[string], "
    "billed_products*:[string], products:[string], consent_expiration_time*:string?, "
    "update_type*:background|user_present_required, institution_id:string?, institution_name:string?",
    "PlaidError": "error_type*:ITEM_ERROR, error_code*:USER_PERMISSION_REVOKED, error_message*:string, "
    "display_message*:string?, request_id:string, error_code_reason:string?, status:integer?, "
    "documentation_url:string, suggested_action:string?",
    "AccountBase": "account_id*:id, balances*:AccountBalance, mask*:string?, name*:string, "
    "official_name*:string?, type*:investment|credit|depository|loan|brokerage|other, "
    "subtype*:checking|savings|money market|hsa|credit card|mortgage|student|auto|consumer, "
    "holder_category:business|personal|unrecognized",
    "AccountBalance": "available*:number?, current*:number?, limit*:number?, iso_currency_code*:string?, "
    "unofficial_currency_code*:string?",
    "Transaction": "account_id*:id, amount*:number, iso_currency_code*:string?, "
    "unofficial_currency_code*:string?, date*:date, location*:Location, name*:string, check_number:string?, "
    "merchant_name:string?, payment_meta*:PaymentMeta, pending*:boolean, pending_transaction_id*:id?, "
    "account_owner*:string?, transaction_id*:id, authorized_date*:date?, authorized_datetime*:string?, "
    "datetime*:string?, payment_channel*:online|in store|other, "
    f"personal_finance_category:PersonalFinanceCategory, transaction_code*:{CODE}?, "
    "counterparties:[TransactionCounterparty], merchant_entity_id:id?",
    "PersonalFinanceCategory": f"primary*:{PRIMARY}, detailed*:string, "
    "confidence_level:VERY_HIGH|HIGH|MEDIUM|LOW|UNKNOWN?, version:v1|v2",
    "Location": "address*:string?, city*:string?, region*:string?, postal_code*:string?, country*:string?, "
    "lat*:number?, lon*:number?, store_number*:string?",
    "PaymentMeta": "reference_number*:string?, ppd_id*:string?, payee*:string?, by_order_of*:string?, "
    "payer*:string?, payment_method*:string?, payment_processor*:string?, reason*:string?",
    "TransactionCounterparty": "name*:string, entity_id:id?, website*:string?, logo_url*:string?, "
    "type*:merchant|financial_institution|payment_app|marketplace|payment_terminal|income_source, "
    "confidence_level:VERY_HIGH|HIGH|MEDIUM|LOW|UNKNOWN?",
    "LiabilitiesObject": "credit*:[CreditCardLiability]?, mortgage*:[MortgageLiability]?, "
    "student*:[StudentLoan]?",
    "CreditCardLiability": "account_id*:id?, aprs*:[APR], is_overdue*:boolean?, "
    "last_payment_amount*:number?, last_payment_date*:date?, last_statement_issue_date*:date?, "
    "last_statement_balance*:number?, minimum_payment_amount*:number?, next_payment_due_date*:date?",
    "APR": "apr_percentage*:number, apr_type*:balance_transfer_apr|cash_apr|purchase_apr|special, "
    "balance_subject_to_apr*:number?, interest_charge_amount*:number?",
    "MortgageLiability": "account_id*:id, account_number*:string?, current_late_fee*:number?, "
    "escrow_balance*:number?, has_pmi*:boolean?, has_prepayment_penalty*:boolean?, "
    "interest_rate*:MortgageInterestRate, last_payment_amount*:number?, last_payment_date*:date?, "
    "loan_type_description*:string?, loan_term*:string?, maturity_date*:date?, "
    "next_monthly_payment*:number?, next_payment_due_date*:date?, origination_date*:date?, "
    "origination_principal_amount*:number?, past_due_amount*:number?, property_address*:Address, "
    "ytd_interest_paid*:number?, ytd_principal_paid*:number?",
    "MortgageInterestRate": "percentage*:number?, type*:string?",
    "StudentLoan": "account_id*:id?, account_number*:string?, disbursement_dates*:[date]?, "
    "expected_payoff_date*:date?, guarantor*:string?, interest_rate_percentage*:number, "
    "is_overdue*:boolean?, last_payment_amount*:number?, last_payment_date*:date?, "
    "last_statement_balance:number?, last_statement_issue_date*:date?, loan_name*:string?, "
    "loan_status*:StudentLoanStatus, minimum_payment_amount*:number?, next_payment_due_date*:date?, "
    "origination_date*:date?, origination_principal_amount*:number?, outstanding_interest_amount*:number?, "
    "payment_reference_number*:string?, pslf_status*:PSLFStatus, repayment_plan*:StudentRepaymentPlan, "
    "sequence_number*:string?, servicer_address*:Address, ytd_interest_paid*:number?, "
    "ytd_principal_paid*:number?",
    "Address": ADDRESS,
    "StudentLoanStatus": "end_date*:date?, type*:string?",
    "PSLFStatus": "estimated_eligibility_date*:date?, payments_made*:integer?, payments_remaining*:integer?",
    "StudentRepaymentPlan": "description*:string?, type*:string?",
}

PLAIN = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: type(value) in (int, float) and round(value, 2) == value,
    "integer": lambda value: type(value) is int,
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: dt.date.fromisoformat(value).isoformat() == value,
    "id": lambda value: re.fullmatch(ID, value),
    "request": lambda value: re.fullmatch("[0-9A-Za-z]{15}", value),
}


def fields(name: str) -> dict[str, tuple[str, bool]]:
    """Type of each field of an object, and whether it must be there."""
    pairs = (field.split(":", 1) for field in OBJECTS[name].split(", "))
    return {key.rstrip("*"): (kind, key.endswith("*")) for key, kind in pairs}


FIELDS = {name: fields(name) for name in OBJECTS}


def check(value: object, kind: str, path: str = "") -> None:
    """AssertionError with the path where a value is not of a type."""
    if kind.endswith("?"):
        if value is None:
            return
        kind = kind[:-1]
    if kind.startswith("["):
        assert isinstance(value, list), path
        for place, item in enumerate(value):
            check(item, kind[1:-1], f"{path}[{place}]")
    elif kind in FIELDS:
        known = FIELDS[kind]
        assert {key for key, (_, must) in known.items() if must} <= set(value) <= set(known), path
        for key, item in value.items():
            check(item, known[key][0], f"{path}.{key}")
    else:
        sound = PLAIN.get(kind, lambda value: value in kind.split("|"))(value)
        assert sound, f"{path} is {value!r}, not {kind}"
