"""What a transaction is called: merchant, feed string, channel and category, one entry a label."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking import curves, service_curves
from synth_assets.worlds.personal_banking.activity import merchants, places

PRIMARIES = (
    "INCOME",
    "TRANSFER_IN",
    "TRANSFER_OUT",
    "LOAN_PAYMENTS",
    "BANK_FEES",
    "ENTERTAINMENT",
    "FOOD_AND_DRINK",
    "GENERAL_MERCHANDISE",
    "HOME_IMPROVEMENT",
    "MEDICAL",
    "PERSONAL_CARE",
    "GENERAL_SERVICES",
    "GOVERNMENT_AND_NON_PROFIT",
    "TRANSPORTATION",
    "TRAVEL",
    "RENT_AND_UTILITIES",
)
"""Plaid's primary categories."""


SIMPLE_CATEGORIES = (
    "FOOD_AND_DRINK",
    "GENERAL_MERCHANDISE",
    "TRANSPORTATION",
    "ENTERTAINMENT",
    "UTILITIES",
    "HEALTHCARE",
    "INCOME",
)
"""The seven categories of the preset `simple`, in their document's words."""

PLAID_OF = {"UTILITIES": "RENT_AND_UTILITIES", "HEALTHCARE": "MEDICAL"}
"""What Plaid calls those of the seven that it calls otherwise."""


class Descriptor(NamedTuple):
    """How a transaction shows.

    Attributes:
        merchant: clean brand, or who pays wages; None where the bank knows none.
        feed: raw string; `#` stands for a digit.
        channel: online, in store or other.
        detailed: Plaid's detailed category.
    """

    merchant: str | None
    feed: str
    channel: str
    detailed: str

    @property
    def primary(self) -> str:
        """The primary category: what the detailed one starts with."""
        return next(name for name in PRIMARIES if self.detailed.startswith(f"{name}_"))


ONLINE = ("marketplaces", "rides", "flights")

BILLS = {
    "payroll": Descriptor(None, "", "other", "INCOME_WAGES"),
    "gig": Descriptor(None, "", "other", "INCOME_WAGES"),
    "savings_interest": Descriptor(None, "INTEREST PAYMENT", "other", "INCOME_INTEREST_EARNED"),
    "rent": Descriptor(None, "", "other", "RENT_AND_UTILITIES_RENT"),
    "utilities": Descriptor(None, "", "online", "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"),
    "internet": Descriptor(None, "", "online", "RENT_AND_UTILITIES_INTERNET_AND_CABLE"),
    "insurance": Descriptor(None, "", "online", "GENERAL_SERVICES_INSURANCE"),
    "mortgage": Descriptor(None, "", "online", "LOAN_PAYMENTS_MORTGAGE_PAYMENT"),
    "water": Descriptor(None, "", "online", "RENT_AND_UTILITIES_WATER"),
    "telephone": Descriptor(None, "", "online", "RENT_AND_UTILITIES_TELEPHONE"),
    "health": Descriptor(None, "", "online", "GENERAL_SERVICES_INSURANCE"),
    "student_loan": Descriptor(None, "", "online", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
    "personal_loan": Descriptor(None, "", "online", "LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT"),
    "car": Descriptor(None, "", "other", "LOAN_PAYMENTS_CAR_PAYMENT"),
    "to_savings": Descriptor(None, "Online Transfer to SAV ####", "online", "TRANSFER_OUT_SAVINGS"),
    "from_checking": Descriptor(None, "Online Transfer from CHK ####", "online", "TRANSFER_IN_SAVINGS"),
    "card_payment_out": Descriptor(
        None, "CARDMEMBER SERV WEB PYMT", "online", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    ),
    "card_payment_in": Descriptor(
        None, "PAYMENT THANK YOU - WEB", "online", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    ),
    "mortgage_in": Descriptor(None, "MORTGAGE PAYMENT RECEIVED", "other", "LOAN_PAYMENTS_MORTGAGE_PAYMENT"),
    "student_loan_in": Descriptor(
        None, "STUDENT LOAN PAYMENT RECD", "other", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"
    ),
    "car_in": Descriptor(None, "AUTO LOAN PAYMENT RECD", "other", "LOAN_PAYMENTS_CAR_PAYMENT"),
    "personal_loan_in": Descriptor(
        None, "PERSONAL LOAN PYMT RECD", "other", "LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT"
    ),
    "loan_interest": Descriptor(None, "LOAN INTEREST", "other", "BANK_FEES_OTHER_BANK_FEES"),
    "to_health": Descriptor(None, "Online Transfer to HSA ####", "online", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
    "health_in": Descriptor(None, "HSA Contribution CHK ####", "online", "TRANSFER_IN_ACCOUNT_TRANSFER"),
    "interest_charge": Descriptor(None, "INTEREST CHARGE ON PURCHASES", "other", "BANK_FEES_INTEREST_CHARGE"),
    "late_fee": Descriptor(None, "LATE PAYMENT FEE", "other", "BANK_FEES_OTHER_BANK_FEES"),
    "overdraft_fee": Descriptor(None, "OVERDRAFT FEE", "other", "BANK_FEES_OVERDRAFT_FEES"),
    "atm": Descriptor(None, "ATM WITHDRAWAL ######", "other", "TRANSFER_OUT_WITHDRAWAL"),
    "atm_fee": Descriptor(None, "NON-NETWORK ATM FEE", "other", "BANK_FEES_ATM_FEES"),
    "tax_refund": Descriptor(None, "IRS TREAS 310 TAX REF", "other", "INCOME_TAX_REFUND"),
    "unknown": Descriptor(
        None, "POS PURCHASE ######", "in store", "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE"
    ),
}
"""What is no visit to a merchant of a stream; feed strings of some are those of `merchants.PROVIDERS`."""

IN_HISTORIES = {
    "loan_paid_out": Descriptor(None, "NEW LOAN ADVANCE", "other", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
}
"""What only a history that grows has; last, so that no other label moves."""


def _feed(brand: str, stream: str) -> str:
    own = merchants.FEEDS.get(brand, brand.upper().replace("'", ""))
    if brand in merchants.LOCAL:
        own = merchants.PREFIXES.get(stream, "") + own
    elif brand not in merchants.FEEDS:
        own = f"{own[:18]} ####"
    return own[: merchants.LONGEST_FEED]


_DETAILED = {brand: detailed for detailed, brands in merchants.DETAILED.items() for brand in brands}


def _visited(stream: curves.Stream, brand: str) -> Descriptor:
    online = stream.name in ONLINE or brand in merchants.ONLINE
    detailed = _DETAILED.get(brand, stream.detailed)
    return Descriptor(brand, _feed(brand, stream.name), "online" if online else "in store", detailed)


def _labels() -> tuple[tuple[Descriptor, ...], dict[str, int]]:
    found: list[Descriptor] = []
    begins = {}
    for name, bill in BILLS.items():
        begins[name] = len(found)
        feeds = merchants.PROVIDERS.get(name, (bill.feed,))
        payers = merchants.PAYERS.get(name, (None,) * len(feeds))
        found += [bill._replace(feed=feed, merchant=payer) for feed, payer in zip(feeds, payers, strict=True)]
    for stream in curves.STREAMS:
        begins[stream.name] = len(found)
        found += [_visited(stream, brand) for brand in stream.brands]
    services = {
        "subscriptions": service_curves.SUBSCRIPTIONS,
        "annual": service_curves.ANNUAL,
        "weekly": service_curves.WEEKLY,
    }
    for name, some in services.items():
        begins[name] = len(found)
        found += [Descriptor(s.merchant, _feed(s.merchant, ""), "online", s.detailed) for s in some]
    found += [
        Descriptor(name, f"{name.upper()[:16]} BILL ####", "online", f"RENT_AND_UTILITIES_{kind}")
        for name, kind in curves.UTILITY_COMPANIES
    ]
    found += [
        Descriptor(name, f"{name.upper()[:16]} PAYROLL", "other", "INCOME_WAGES") for name in curves.EMPLOYERS
    ]
    for name, bill in IN_HISTORIES.items():
        begins[name] = len(found)
        found.append(bill)
    return tuple(found), begins


DESCRIPTORS, INDEX = _labels()
"""Every label, and where those of a stream or bill begin."""


IS_PURCHASE = np.zeros(len(DESCRIPTORS), dtype=bool)
IS_PURCHASE[INDEX[curves.STREAMS[0].name] : INDEX["subscriptions"]] = True
"""Of each label, whether it is a visit to a shop, which is posted some days later."""


_SHOPS = {
    INDEX[stream.name] + place: (brand, place)
    for stream in curves.STREAMS
    for place, brand in enumerate(stream.brands)
}

OWN_CITY = np.array([places.own_city(*_SHOPS.get(label, ("", 0))) for label in range(len(DESCRIPTORS))])
"""Of each label, the index into `places.CITIES` of a small shop; -1 for what is in many cities or none."""


def is_in(label: int, metro: int) -> bool:
    """Whether what a label says is to be had in a metro; what is no shop, is everywhere."""
    return label not in _SHOPS or places.has_shop(*_SHOPS[label], metro)


def provider(name: str, pick: Ints) -> Ints:
    """Label of a bill or paycheck by one of `merchants.PROVIDERS`, picked by any whole number."""
    return INDEX[name] + pick % len(merchants.PROVIDERS[name])


def lender(pick: Ints, bank: Ints) -> Ints:
    """Label of a student or personal loan's payment, half of them either, to a bank."""
    return np.where(pick % 4 < 2, provider("student_loan", bank), provider("personal_loan", bank))
