"""What people earn, spend and where: curves, merchants and feed strings, each with its source.

[P] official source, [S] secondary source, [K] common knowledge of list prices, [D] design choice.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import lookup

# --- income -------------------------------------------------------------------------------------------

CADENCES = ("weekly", "biweekly", "semimonthly", "monthly")
CADENCE_SHARES = (0.27, 0.43, 0.20, 0.10)
"""Pay frequency of private establishments, February 2023 [K bls.gov/ces, length of pay periods]."""

MONTHLY_INCOME_MEDIAN_CENTS, MONTHLY_INCOME_SIGMA = 560_000, 0.30
SMALLEST_MONTHLY_INCOME_CENTS, LARGEST_MONTHLY_INCOME_CENTS = 440_000, 1_200_000
"""Net income a month, so that a payday brings $2,000 to $8,000 as the document asks [D]."""

# --- spending -----------------------------------------------------------------------------------------


class Stream(NamedTuple):
    """Spending of one kind, on days that vary.

    Attributes:
        name: what the draws are called.
        detailed: Plaid's detailed category.
        a_month: visits a month.
        weekdays: weights Monday to Sunday.
        median_cents, sigma: log-normal amount of a visit at a usual income.
        brands: merchants, visited in turn.
        card_share: visits paid by card, for those who have one.
    """

    name: str
    detailed: str
    a_month: float
    weekdays: tuple[float, ...]
    median_cents: int
    sigma: float
    brands: tuple[str, ...]
    card_share: float


GROCERS = (
    "Whole Foods", "Safeway", "Trader Joe's", "Kroger", "Costco", "Aldi", "Publix", "Sprouts", "H-E-B",
    "Wegmans",
)  # fmt: skip
STATIONS = ("Shell", "Chevron", "BP", "Exxon", "Mobil", "Arco", "Valero", "Circle K", "Sunoco", "Marathon")
MARKETPLACES = (
    "Amazon",
    "eBay",
    "Etsy",
    "Best Buy",
    "Wayfair",
    "Chewy",
    "Zappos",
    "Newegg",
    "Nordstrom",
    "Ikea",
)
SUPERSTORES = ("Target", "Walmart", "Sam's Club", "Meijer", "Big Lots", "Kohl's")
PHARMACIES = ("CVS", "Walgreens", "Rite Aid", "Quest Diagnostics", "Kaiser Permanente", "Aspen Dental")

RIDES = ("Uber", "Lyft", "Curb", "Alto", "Revel", "Via", "Wingz", "Yellow Cab")

WEEKEND = (0.8, 0.8, 0.8, 0.9, 1.1, 1.5, 1.3)
EVENINGS = (0.7, 0.8, 0.9, 1.0, 1.5, 1.5, 0.9)
WORKDAYS = (1.3, 1.3, 1.3, 1.3, 1.3, 0.4, 0.4)
ANY_DAY = (1.0,) * 7

_FIRST = (
    "Marios", "Blue Door", "Golden Wok", "La Palma", "Corner", "Harbor", "Old Mill", "Sunrise", "Red Lantern",
    "Juniper", "Little Lisbon", "Saffron", "Copper Pot", "Maple", "Tres Amigos", "Bluebird", "Smokehouse 9",
    "Kyoto", "Olive Branch", "Ninth Street", "Green Bowl", "Pepper Tree", "Seaside", "Crescent", "Ember",
    "Rustic Fork", "Lucky Dragon", "Paloma", "Brick Lane", "Willow", "Daily Bread", "Fig & Honey", "Union",
    "Sakura", "Casa Lupe", "Wild Sage", "Lakeview", "Nonna", "Pho 79", "Bay Leaf", "Cedar", "Granada",
    "Station", "Orchard",
)  # fmt: skip
RESTAURANTS = tuple(
    f"{first} {kind}" for kind in ("Grill", "Kitchen", "Bistro", "Tavern", "Cantina") for first in _FIRST
)
CAFES = tuple(f"{first} Coffee" for first in _FIRST[:30])
VENUES = tuple(f"{first} {kind}" for kind in ("Cinema", "Arena") for first in _FIRST[:20])

STREAMS = (
    Stream("groceries", "FOOD_AND_DRINK_GROCERIES", 5.5, WEEKEND, 6_800, 0.50, GROCERS, 0.45),
    Stream("restaurants", "FOOD_AND_DRINK_RESTAURANT", 9.0, EVENINGS, 2_700, 0.55, RESTAURANTS, 0.55),
    Stream("coffee", "FOOD_AND_DRINK_COFFEE", 7.0, WORKDAYS, 630, 0.30, CAFES, 0.40),
    Stream("fuel", "TRANSPORTATION_GAS", 3.5, ANY_DAY, 4_500, 0.25, STATIONS, 0.50),
    Stream("rides", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", 1.5, EVENINGS, 1_800, 0.50, RIDES, 0.60),
    Stream(
        "marketplaces",
        "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES",
        4.5,
        ANY_DAY,
        3_800,
        0.90,
        MARKETPLACES,
        0.60,
    ),
    Stream("superstores", "GENERAL_MERCHANDISE_SUPERSTORES", 2.0, WEEKEND, 7_500, 0.60, SUPERSTORES, 0.45),
    Stream("medical", "MEDICAL_PHARMACIES_AND_SUPPLEMENTS", 1.0, WORKDAYS, 8_500, 0.80, PHARMACIES, 0.40),
    Stream(
        "entertainment",
        "ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS",
        1.6,
        EVENINGS,
        4_200,
        0.60,
        VENUES,
        0.50,
    ),
)

# --- bills --------------------------------------------------------------------------------------------

RENT_SHARE = (0.28, 0.36)
"""Rent over net income [D, housing is 32.9 % of spending: P bls.gov/news.release/cesan.nr0.htm]."""

CAR_SHARE, UTILITIES_SHARE, UTILITIES_SEASON = 0.09, 0.04, 0.15
"""Car payment and utilities over net income, and how far the season moves the utilities [D]."""

SPENT_SHARE = 0.97
"""Of its income a household spends so much [D]."""


class Subscription(NamedTuple):
    """A service that charges monthly: its merchant and price in cents."""

    merchant: str
    price_cents: int
    detailed: str


SUBSCRIPTIONS = (
    Subscription("Netflix", 1_799, "ENTERTAINMENT_TV_AND_MOVIES"),
    Subscription("Spotify", 1_199, "ENTERTAINMENT_MUSIC_AND_AUDIO"),
    Subscription("iCloud", 999, "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"),
    Subscription("New York Times", 1_700, "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS"),
    Subscription("YouTube Premium", 1_399, "ENTERTAINMENT_TV_AND_MOVIES"),
    Subscription("Hulu", 999, "ENTERTAINMENT_TV_AND_MOVIES"),
    Subscription("Planet Fitness", 2_500, "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"),
    Subscription("Adobe", 5_999, "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"),
    Subscription("Peloton", 4_400, "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"),
)
"""Price points, US list, mid 2025 [K]. The last two alone bring three services above $50 a month."""

SAVED_SHARE, LEAST_SAVED_CENTS = 0.12, 24_000
"""What savings builders put aside of their income, and at least, cents a month [D]: more than $200."""

SALARY_DEVIATION = 0.01
"""Of a paycheck, relative [D]."""

# --- accounts -----------------------------------------------------------------------------------------

BANKS = (
    "Harborline", "Summit Valley", "Great Plains", "Copperfield", "Lakeshore", "Northgate", "Redwood Mutual",
    "Blue Ridge", "Prairie State", "Old Colony", "Silver Creek", "Tidewater", "Granite Peak", "Sunbelt",
    "Cascade Union", "Heritage Trust",
)  # fmt: skip
"""Where accounts are held; no bank of these names is meant."""

# --- cards and savings --------------------------------------------------------------------------------

CARD_SHARE = 0.7
"""Users with a credit card, of those whose habits do not ask for one [D]."""

APR_MEAN, APR_DEVIATION, SMALLEST_APR, LARGEST_APR = 21.5, 3.8, 12.99, 29.99
"""Per cent a year [P 21.16 % on all accounts, 22.25 % on those with interest, May 2025, TERMCBCCALLNS]."""

LIMIT_MEDIAN_CENTS, LIMIT_SIGMA = 650_000, 0.8
SMALLEST_LIMIT_CENTS, LARGEST_LIMIT_CENTS = 100_000, 2_500_000
SMALLEST_MINIMUM_CENTS = 3_500
"""A minimum payment is $35, or 1 % of the statement and its interest if that is more [D]."""

REVOLVERS_CARD_USE = 0.4
"""Who already uses half of the limit pays less often by card, relative to others [D]."""

SAVINGS_SHARE = 0.5
"""Users with a savings account, of those whose habits do not ask for one [D]."""

# --- the preset simple --------------------------------------------------------------------------------

SIMPLE_CENTS = ((500, 24_990),) * 6 + ((200_000, 600_000),)
"""Amounts of the seven categories: expenses $5 to $250, income $2,000 to $6,000 [the document's]."""

SIMPLE_BALANCE_CENTS, SIMPLE_OWED_CENTS = (10_000, 5_000_000), 10_000
"""Balances from $100 to $50,000, and at least $100 on a card [the document's]."""

PROVIDERS = (
    ("Brightwater Electric", "GAS_AND_ELECTRICITY"),
    ("Tri-County Power", "GAS_AND_ELECTRICITY"),
    ("Meadow Gas", "GAS_AND_ELECTRICITY"),
    ("Clearbrook Water", "WATER"),
    ("Cityline Sanitation", "SEWAGE_AND_WASTE_MANAGEMENT"),
    ("Northwind Internet", "INTERNET_AND_CABLE"),
    ("Cablewave", "INTERNET_AND_CABLE"),
    ("Talkline Mobile", "TELEPHONE"),
)
"""Invented providers, and what they provide in Plaid's words."""

EMPLOYERS = (
    "Alder Freight", "Bayside Dental", "Cobalt Labs", "Delta Roofing", "Evergreen Foods", "Fairmont Clinic",
    "Gable Builders", "Hillcrest Schools", "Ironwood Logistics", "Juniper Software", "Kestrel Air",
    "Lumen Printing", "Maplewood Care", "Norton Supply", "Orchard Realty", "Pinecrest Hotels",
)  # fmt: skip
"""Invented employers."""

# --- stress -------------------------------------------------------------------------------------------

STRESSED_DOLLARS = (1_500, 600, 350, 300, 250, 200, 170, 150, 120, 95, 80, 65, 50, 40)
"""Closing balance on the days from one payday to the next: five of fourteen below $100, and a standard
deviation of 1.27 times the mean [decision 19]."""

EDGE_DOLLARS = (
    (1_500, 700, 450, 350, 300, 250, 220, 190, 160, 130, 110, 90, 70, 55, 40),
    (1_500, 700, 450, 350, 300, 250, 220, 190, 160, 130, 95, 90, 70, 55, 40),
)
"""Two pay periods of 15 days with four and five days below $100: nine of any such thirty."""


# --- tables -------------------------------------------------------------------------------------------


@cache
def normal() -> npt.NDArray[np.float64]:
    """Standard normal quantiles at 4,096 points."""
    return np.array(lookup.normal_scores())


@cache
def lognormal_cents(median: int, sigma: float) -> npt.NDArray[np.int64]:
    """Table of a log-normal amount in cents."""
    scores = iter(lookup.normal_scores())
    return lookup.quantiles(lambda _: median * math.exp(sigma * next(scores)))


@cache
def simple_balance_cents() -> npt.NDArray[np.int64]:
    """Table of a balance on checking or savings: uniform in its logarithm over SIMPLE_BALANCE_CENTS."""
    low, high = SIMPLE_BALANCE_CENTS
    return lookup.quantiles(lambda p: low * (high / low) ** p)


@cache
def simple_used() -> npt.NDArray[np.int64]:
    """Table of a card's utilisation in hundredths of a per cent: 2 to 95 %, a third in the mean [D]."""
    return lookup.quantiles(lambda p: 200 + 9_300 * p**2)
