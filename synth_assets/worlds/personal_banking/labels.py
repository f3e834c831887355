"""What a transaction is called: merchant, feed string, channel and category, one entry a label."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.worlds.personal_banking import shapes

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


class Label(NamedTuple):
    """How a transaction shows.

    Attributes:
        merchant: clean brand, None where the bank knows none.
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


FEEDS = {
    "Whole Foods": "WHOLEFDS MKT #####",
    "Trader Joe's": "TRADER JOE S ####",
    "Costco": "COSTCO WHSE ####",
    "Shell": "SHELL OIL 57444######",
    "Chevron": "CHEVRON 009####",
    "Amazon": "AMZN MKTP US*2K####",
    "eBay": "PAYPAL *EBAY",
    "Target": "TARGET 000#####",
    "Walmart": "WM SUPERCENTER ####",
    "CVS": "CVS/PHARMACY 0####",
    "Uber": "UBER   TRIP HELP.UBER.COM",
    "Netflix": "NETFLIX.COM",
    "Spotify": "Spotify USA",
    "iCloud": "APPLE.COM/BILL",
    "YouTube Premium": "GOOGLE *YouTubePremium",
    "New York Times": "NYTimes*NYTimes Disc",
    "Planet Fitness": "PLANET FIT ####",
    "Adobe": "ADOBE *CREATIVE CLD",
}
"""As bank feeds show them [S transactionlookup.com, mybankstatementanalysis.com]."""

ONLINE = ("marketplaces",)

BILLS = {
    "payroll": Label(None, "ACME CORP DIRECT DEP PPD ID: 9########", "other", "INCOME_WAGES"),
    "gig": Label(None, "GUSTO PAY ######", "other", "INCOME_WAGES"),
    "savings_interest": Label(None, "INTEREST PAYMENT", "other", "INCOME_INTEREST_EARNED"),
    "rent": Label(None, "ONLINE RENT PAYMENT ####", "other", "RENT_AND_UTILITIES_RENT"),
    "utilities": Label(None, "PG&E WEB ONLINE", "online", "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"),
    "internet": Label(None, "COMCAST CABLE COMM", "online", "RENT_AND_UTILITIES_INTERNET_AND_CABLE"),
    "car": Label(None, "AUTO LOAN PMT ######", "other", "LOAN_PAYMENTS_CAR_PAYMENT"),
    "to_savings": Label(None, "Online Transfer to SAV ####", "online", "TRANSFER_OUT_SAVINGS"),
    "from_checking": Label(None, "Online Transfer from CHK ####", "online", "TRANSFER_IN_SAVINGS"),
    "card_payment_out": Label(
        None, "CARDMEMBER SERV WEB PYMT", "online", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    ),
    "card_payment_in": Label(None, "PAYMENT THANK YOU - WEB", "online", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    "interest_charge": Label(None, "INTEREST CHARGE ON PURCHASES", "other", "BANK_FEES_INTEREST_CHARGE"),
    "overdraft_fee": Label(None, "OVERDRAFT FEE", "other", "BANK_FEES_OVERDRAFT_FEES"),
    "atm": Label(None, "ATM WITHDRAWAL ######", "other", "TRANSFER_OUT_WITHDRAWAL"),
    "never_visited": Label(
        "Patagonia", "PATAGONIA RETURN ####", "in store", "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES"
    ),
    "unknown": Label(
        None, "POS PURCHASE ######", "in store", "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE"
    ),
}
"""What is no visit to a merchant of a stream."""


def _feed(merchant: str) -> str:
    return FEEDS.get(merchant, f"{merchant.upper()[:18]} ####")


def _labels() -> tuple[tuple[Label, ...], dict[str, int]]:
    found, places = list(BILLS.values()), {name: place for place, name in enumerate(BILLS)}
    for stream in shapes.STREAMS:
        places[stream.name] = len(found)
        channel = "online" if stream.name in ONLINE else "in store"
        prefix = "SQ *" if stream.name == "coffee" else "TST* " if stream.name == "restaurants" else ""
        found += [Label(brand, prefix + _feed(brand), channel, stream.detailed) for brand in stream.brands]
    places["subscriptions"] = len(found)
    found += [Label(s.merchant, _feed(s.merchant), "online", s.detailed) for s in shapes.SUBSCRIPTIONS]
    found += [
        Label(name, f"{name.upper()[:16]} BILL ####", "online", f"RENT_AND_UTILITIES_{kind}")
        for name, kind in shapes.PROVIDERS
    ]
    found += [
        Label(name, f"{name.upper()[:16]} PAYROLL", "other", "INCOME_WAGES") for name in shapes.EMPLOYERS
    ]
    return tuple(found), places


LABELS, AT = _labels()
"""Every label, and where those of a stream or bill begin."""
