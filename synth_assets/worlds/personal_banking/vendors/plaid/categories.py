"""Plaid's personal finance categories: the tables hold those of version 1, the export those asked for.

Plaid released version 2 on 3 December 2025. Who has used the product since before gets version 1 unless they
ask for the other; who enabled it later gets version 2 alone [P plaid.com/docs/transactions/pfc-migration].
What version 2 calls otherwise is from its table [K plaid.com/documents/pfc-taxonomy-all.csv]: wages are
salaries or contractors' and gig workers' income, loans paid out are a primary category of their own, and
fees for paying late have a detailed one. Everything else here has one name in both.
"""

from __future__ import annotations

import re
from functools import cache

from synth_assets.model.vendor import Shared
from synth_assets.worlds.personal_banking.activity.descriptors import BILLS, PRIMARIES
from synth_assets.worlds.personal_banking.activity.merchants import PROVIDERS

RENAMED = {
    "INCOME_WAGES": "INCOME_SALARY",
    "INCOME_OTHER_INCOME": "INCOME_OTHER",
    "TRANSFER_IN_CASH_ADVANCES_AND_LOANS": "LOAN_DISBURSEMENTS_OTHER_DISBURSEMENT",
}
"""Version 2's name of what version 1 calls otherwise."""

BY_NAME = frozenset({"INCOME_WAGES", "BANK_FEES_OTHER_BANK_FEES"})
"""Detailed categories of version 1 that version 2 divides, by the string of the feed."""

PRIMARIES_OF_V2 = (*PRIMARIES, "LOAN_DISBURSEMENTS", "OTHER")

_FREELANCE = re.compile("|".join(feed.replace("#", r"\d") + "$" for feed in PROVIDERS["gig"]))


@cache
def category(detailed: str, name: str, has_merchant: bool, version: str) -> Shared:
    """The personal_finance_category of a row of the tables.

    Surest where the merchant is known, low where it is some other of its primary.

    Args:
        detailed: of version 1.
        name: the string of the feed, which tells what version 2 distinguishes.
        has_merchant: whether the merchant is known.
        version: v1 or v2.
    """
    said = detailed if version == "v1" else in_v2(detailed, name)
    is_other = f"{primary(said)}_OTHER" in said
    return Shared(
        confidence_level="LOW" if is_other else "VERY_HIGH" if has_merchant else "HIGH",
        detailed=said,
        primary=primary(said),
        version=version,
    )


def in_v2(detailed: str, name: str) -> str:
    """What version 2 calls a detailed category of version 1."""
    if detailed == "INCOME_WAGES" and _FREELANCE.match(name):
        return "INCOME_CONTRACTOR"
    if detailed == "BANK_FEES_OTHER_BANK_FEES" and name == BILLS["late_fee"].feed:
        return "BANK_FEES_LATE_FEES"
    return RENAMED.get(detailed, detailed)


@cache
def primary(detailed: str) -> str:
    """FOOD_AND_DRINK for FOOD_AND_DRINK_COFFEE, whatever the table's own primary category is."""
    return next(name for name in PRIMARIES_OF_V2 if detailed.startswith(f"{name}_"))
