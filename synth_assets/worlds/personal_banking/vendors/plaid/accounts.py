"""AccountBase and Item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth_assets.worlds.personal_banking.vendors import rows
from synth_assets.worlds.personal_banking.vendors.plaid.ids import number_of

PRODUCTS = (
    "Checking", "Health Savings", "Savings", "Credit Card", "Money Market", "Mortgage", "Student Loan",
    "Auto Loan", "Personal Loan",
)  # fmt: skip
"""What an account's name ends in, after the bank's name; a longer one before the shorter that ends it."""


def accounts_of(ids: Sequence[str], of: rows.Values) -> list[dict[str, Any]]:
    """An AccountBase for every row of accounts; `current` is what is owed on a card or loan."""
    columns = ("balance_available_cents", "balance_current_cents", "balance_limit_cents")
    available, current, limit = (rows.dollars(of[name]) for name in columns)
    found = []
    for i, account in enumerate(ids):
        kind, subtype = rows.PLAID_TYPES[of["account_type"][i]]
        balances = {
            "available": available[i],
            "current": current[i],
            "iso_currency_code": of["iso_currency_code"][i],
            "limit": limit[i],
            "unofficial_currency_code": None,
        }
        found.append(
            {
                "account_id": account,
                "balances": balances,
                "holder_category": of["holder_category"][i],
                "mask": of["mask"][i],
                "name": of["name"][i],
                "official_name": None,
                "subtype": subtype,
                "type": kind,
            }
        )
    return found


REVOKED = {
    "display_message": None,
    "documentation_url": "https://plaid.com/docs/errors/item/",
    "error_code": "USER_PERMISSION_REVOKED",
    "error_code_reason": None,
    "error_message": "the holder of this account has revoked their permission for your application",
    "error_type": "ITEM_ERROR",
    "request_id": "",
    "status": 400,
    "suggested_action": None,
}
"""The PlaidError of an Item whose holder has withdrawn consent [plaid-openapi, PlaidError]; `causes`
belong to reports alone. Plaid shows it in `/item/get`, of which the item here stands for the answer."""


def item_of(
    item_id: str, accounts: Sequence[dict[str, Any]], refused_at: str | None, is_withdrawn: bool
) -> dict[str, Any]:
    """A user's login at the bank of the first account; consent ended when the user said so.

    Args:
        item_id: Plaid's.
        accounts: the user's.
        refused_at: when the user said no; None for who consents.
        is_withdrawn: whether the user had said yes before: then the Item has an error.
    """
    bank = _bank(accounts[0]["name"]) if accounts else None
    owes = any(account["type"] in ("credit", "loan") for account in accounts)
    products = ["liabilities", "transactions"] if owes else ["transactions"]
    return {
        "available_products": ["balance"],
        "billed_products": products,
        "consent_expiration_time": refused_at,
        "error": REVOKED if is_withdrawn else None,
        "institution_id": f"ins_{number_of(bank) % 10**9:09d}" if bank else None,
        "institution_name": bank,
        "item_id": item_id,
        "products": products,
        "update_type": "background",
        "webhook": None,
    }


def _bank(account: str) -> str:
    """An account's name without its product: Harborline for `Harborline Checking`."""
    product = next((name for name in PRODUCTS if account.endswith(f" {name}")), "")
    return account.removesuffix(product).strip()
