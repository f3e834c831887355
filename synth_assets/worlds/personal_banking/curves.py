"""What people earn, spend and where: curves, merchants and feed strings, each with its source.

[P] official source, [S] secondary source, [K] common knowledge of list prices, [D] design choice.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.worlds.personal_banking.activity import merchants

LONGEST_WINDOW_DAYS = 1_024
"""Bound of a day of the window, so that user and day make one id of a draw."""

# --- income -------------------------------------------------------------------------------------------

CADENCES = ("weekly", "biweekly", "semimonthly", "monthly")
CADENCE_SHARES = (0.27, 0.43, 0.20, 0.10)
"""Pay frequency of private establishments, February 2023 [K bls.gov/ces, length of pay periods]."""

MONTHLY_INCOME_CENTS, INCOME_SPREAD = (440_000, 560_000, 790_000), 1.0
"""Net income a month, least, median and most [D]: the document's payroll of $2,000 to $8,000, however often
it is paid. Spreads are deviations in logits of the place between least and most, see `amounts.py`."""

# --- spending -----------------------------------------------------------------------------------------


class Stream(NamedTuple):
    """Spending of one kind, on days that vary.

    Attributes:
        name: what the draws are called.
        detailed: Plaid's detailed category, of brands that `merchants.DETAILED` does not name.
        a_month: visits a month.
        weekdays: weights Monday to Sunday.
        bounds_cents: between which all amounts lie.
        median_cents, spread: amount of a visit at a usual income, and its deviation in logits of the place
            between the bounds; far from both that is the sigma of a log-normal amount.
        brands: merchants, visited in turn.
        card_share: visits paid by card, for those who have one.
    """

    name: str
    detailed: str
    a_month: float
    weekdays: tuple[float, ...]
    bounds_cents: tuple[int, int]
    median_cents: int
    spread: float
    brands: tuple[str, ...]
    card_share: float


_GROCERIES, _COFFEE = "FOOD_AND_DRINK_GROCERIES", "FOOD_AND_DRINK_COFFEE"
_RESTAURANT, _FAST_FOOD = "FOOD_AND_DRINK_RESTAURANT", "FOOD_AND_DRINK_FAST_FOOD"
_RIDES = "TRANSPORTATION_TAXIS_AND_RIDE_SHARES"
_SUPERSTORES = "GENERAL_MERCHANDISE_SUPERSTORES"
_PHARMACIES = "MEDICAL_PHARMACIES_AND_SUPPLEMENTS"
_ONLINE = "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES"
_FLIGHTS, _HARDWARE = "TRAVEL_FLIGHTS", "HOME_IMPROVEMENT_HARDWARE"
_SALONS = "PERSONAL_CARE_HAIR_AND_BEAUTY"
_EVENTS = "ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS"

WEEKEND = (0.8, 0.8, 0.8, 0.9, 1.1, 1.5, 1.3)
EVENINGS = (0.9, 0.95, 1.0, 1.1, 1.5, 1.5, 1.05)
WORKDAYS = (1.3, 1.3, 1.3, 1.3, 1.3, 0.4, 0.4)
ANY_DAY = (1.0,) * 7
"""Weights Monday to Sunday: groceries at the weekend, dinner half as often again on Friday and Saturday,
coffee on the way to work [D]."""

STREAMS = (
    Stream("groceries", _GROCERIES, 5.5, WEEKEND, (3_000, 19_990), 8_400, 1.0, merchants.GROCERS, 0.45),
    Stream(
        "restaurants", _RESTAURANT, 5.4, EVENINGS, (1_500, 7_990), 2_900, 1.0, merchants.RESTAURANTS, 0.55
    ),
    Stream("fast_food", _FAST_FOOD, 1.8, ANY_DAY, (450, 4_500), 1_250, 0.7, merchants.FAST_FOOD, 0.45),
    Stream("coffee", _COFFEE, 1.6, WORKDAYS, (250, 3_000), 620, 0.4, merchants.CAFES, 0.40),
    Stream("fuel", "TRANSPORTATION_GAS", 2.3, ANY_DAY, (900, 14_000), 4_300, 0.35, merchants.STATIONS, 0.50),
    Stream("rides", _RIDES, 0.7, EVENINGS, (400, 15_000), 1_800, 0.6, merchants.RIDES, 0.60),
    Stream("marketplaces", _ONLINE, 1.9, ANY_DAY, (120, 160_000), 3_100, 0.9, merchants.MARKETPLACES, 0.60),
    Stream(
        "superstores", _SUPERSTORES, 0.6, WEEKEND, (400, 90_000), 8_000, 0.65, merchants.SUPERSTORES, 0.45
    ),
    Stream("medical", _PHARMACIES, 0.4, WORKDAYS, (400, 120_000), 9_000, 0.85, merchants.PHARMACIES, 0.40),
    Stream("entertainment", _EVENTS, 1.2, EVENINGS, (800, 60_000), 12_800, 0.9, merchants.VENUES, 0.50),
    Stream("flights", _FLIGHTS, 0.1, ANY_DAY, (5_900, 180_000), 28_000, 0.6, merchants.AIRLINES, 0.80),
    Stream("hotels", "TRAVEL_LODGING", 0.07, ANY_DAY, (7_900, 240_000), 42_000, 0.6, merchants.HOTELS, 0.80),
    Stream("hardware", _HARDWARE, 0.25, WEEKEND, (300, 120_000), 8_500, 0.75, merchants.HARDWARE, 0.50),
    Stream("salons", _SALONS, 0.35, ANY_DAY, (1_400, 25_000), 4_200, 0.6, merchants.SALONS, 0.50),
)
"""Visits and amounts [D]; groceries are $30 to $200 and dining $15 to $80 in the document, which fast food is
not meant by, and nobody spends $3,000 at the cinema [D]. All together so that shares of spending come near
those of American households without insurance and pensions: housing and utilities 36 to 40 %, transport 15 to
19, food 14 to 17, health 4 to 8, entertainment 4 to 7 [P bls.gov/news.release/cesan.nr0.htm, 2023: 32.9,
17.0, 12.9, 8.0 and 4.7 % of all spending, 12.4 % of which is insurance and pensions]."""

LOYALTY = {
    "groceries": (4, 1.0, 3.5),
    "restaurants": (20, 0.4, 1.3),
    "fast_food": (6, 0.4, 1.5),
    "coffee": (5, 1.0, 3.0),
    "fuel": (5, 0.7, 3.0),
    "rides": (5, 0.5, 2.0),
    "marketplaces": (7, 0.8, 2.2),
    "superstores": (3, 0.8, 2.5),
    "medical": (3, 1.0, 3.0),
    "entertainment": (6, 0.3, 1.5),
    "flights": (3, 0.5, 2.5),
    "hotels": (4, 0.5, 2.5),
    "hardware": (3, 0.8, 2.5),
    "salons": (2, 3.0, 5.0),
}
"""Shops of a kind that somebody goes to, and exponents of Zipf's law by which visits fall to them, of the
least and the most loyal [D]: at the favourite grocer are 48 to 90 % of the visits."""


class Routine(NamedTuple):
    """Visits that come round.

    Attributes:
        share: users who have it.
        others: visits of other users, when it happens, over those of `STREAMS`.
        days: from visit to visit, of each user between two.
        off_days: how many days a visit may be early or late.
    """

    share: float
    others: float
    days: tuple[float, float]
    off_days: int


ROUTINES = {"fuel": Routine(0.6, 1.0, (12, 21), 3), "salons": Routine(0.35, 0.1, (24, 49), 3)}
"""The car is filled up every other week, the hair is cut every few weeks [D]."""

SHOPPING_DAY_SHARE, SHOPPING_DAY_CHANCE = 0.5, 0.72
"""Users who buy groceries on one day of the week, and how often they do so on that day [D]."""

TRIP_EVERY_DAYS, TRIP_SHARE = 50, 0.3
"""In every so many days a trip, of so many of them; who is short of money makes none [D]."""

TRIP_NIGHTS, BOOKED_DAYS = (2, 6), (6, 45)
"""Nights of a trip, and days before it on which a flight is paid, least and most [D]."""

TO_FAMILY_SHARE, HOTEL_AT_FAMILY_SHARE, FLIGHT_SHARE = 0.5, 0.25, 0.75
"""Trips to the family's city, those of them with a hotel, and trips by air [D]."""

BOUGHT_AWAY = ("restaurants", "fast_food", "coffee", "fuel", "rides", "entertainment")
"""Streams that go on where one travels; others wait until one is at home again."""

VISITS = {
    "savings_builder": 0.77,
    "variable_income": 0.80,
    "stable": 0.83,
    "subscription_heavy": 0.78,
    "multi_persona": 0.78,
    "high_utilizer": 0.94,
    "edge_cases": 0.80,
}
STRESSED_DAYS = {"cash_flow_stressed": 0.73, "multi_persona": 0.46, "edge_cases": 0.30}
"""By archetype, visits over those of `STREAMS`, and of the later days of a stressed user's pay period those
on which something is bought [D]: 2 to 30 purchases a month, services included, are the document's, and four
standard deviations of chance still fit below 30 for who has six services."""

SMALL = ("restaurants", "fast_food", "coffee", "fuel", "rides")
"""Streams whose amounts grow with the square root of what is left to spend, others in proportion [D]."""

RETURNED, RETURNED_SHARE = ("marketplaces", "superstores", "hardware"), 0.02
"""Purchases that are given back, of these streams [D]; a third of them would come too late to be shown."""

# --- bills --------------------------------------------------------------------------------------------

RENT_SHARE = (0.28, 0.315)
"""Rent over net income [D, housing is 32.9 % of spending: P bls.gov/news.release/cesan.nr0.htm]."""

CAR_SHARE, UTILITIES_SHARE, UTILITIES_SEASON = 0.135, 0.019, 0.15
INSURANCE_SHARE, HEALTH_SHARE = 0.06, 0.045
"""Over net income: car payment and utilities, and how far the season moves those; insurance of car, home and
life, and the dues of a health plan [D]."""

LOAN_SHARE, WITH_LOAN_SHARE = 0.08, 0.5
"""Payment of a student or personal loan over net income, and how many users have one [D]."""

MORTGAGE_SHARE = 0.35
"""Users who pay a mortgage instead of rent, of those who may borrow and are not short of money [K Census
ACS 2023, S2506: 39 % of households]."""

LOAN_RATES = {
    "mortgage": (275, 725),
    "student_loan": (350, 800),
    "car": (450, 1_100),
    "personal_loan": (800, 1_900),
}
"""Basis points a year, lowest and highest [D; S FHFA 2025: 4.3 % in the mean of all mortgages; K
studentaid.gov: 2.75 to 9.08 % since 2015; K Fed G.19, 2025: 7.6 % for cars, 11.6 % for personal loans]."""

LOAN_MONTHS = {
    "mortgage": (180, 360, 360, 360),
    "student_loan": (120, 120, 240, 300),
    "car": (60, 60, 72, 84),
    "personal_loan": (36, 48, 60, 60),
}
"""Terms, as likely each [D]."""

INTERNET_CENTS = (5_000, 5_500, 6_500, 7_500, 8_500)
"""A month of internet, the same every month [D]."""

SPENT_SHARE = 0.91
"""Of its income a household spends about so much; the rest stays or is put aside [D]."""

KEPT_MONTHS, SPARED_OVER_MONTHS, SPARED_SHARE = 1.2, 14, 0.15
"""In a history: months of income that stay on checking, months over which what is there beyond it is spent,
and how much of a month's income that is at most [D]."""


SAVED_SHARE = 0.12
"""What savings builders put aside of their income [D]: of the smallest $528 a month, more than $200."""

SALARY_DEVIATION, HOURLY_DEVIATION = 0.01, 0.15
"""Of a paycheck, relative; who is paid weekly is paid by the hour [D]."""

# --- accounts -----------------------------------------------------------------------------------------

BANKS = merchants.BANKS
"""Where accounts are held; no bank of these names is meant."""

HEALTH_SHARE_OF_USERS = 0.3
"""Users with a health savings account, of those who are not short of money [S Devenir 2024: 39 million
accounts, 132 million households]."""

HEALTH_BALANCE_CENTS, HEALTH_SPREAD = (15_000, 280_000, 1_500_000), 1.0
"""Least, median and most before the history, and the deviation in logits [D; S Devenir 2024: $3,800 in the
mean of all accounts with money]."""

HEALTH_SAVED_CENTS = (5_000, 10_000, 12_500, 15_000, 20_000, 25_000)
"""Put into it a month [D, below the limit of $4,300 a year: P IRS Rev. Proc. 2024-25]."""

# --- cards and savings --------------------------------------------------------------------------------

CARD_SHARE = 0.7
"""Users with a credit card, of those whose habits do not ask for one [D]."""

APR_BASIS_POINTS, APR_SPREAD = (1_299, 2_150, 2_999), 0.95
"""Hundredths of a per cent a year, least, median and most; the mean is near those of all accounts and of
those with interest [P 21.16 and 22.25 %, May 2025, TERMCBCCALLNS]."""

LIMIT_CENTS, LIMIT_SPREAD = (100_000, 650_000, 2_500_000), 1.0
"""Least, median and most of a credit limit [D]; least and most are the document's."""

REVOLVERS_LIMIT_CENTS, REVOLVERS_LIMIT_SPREAD = (300_000, 750_000, 2_500_000), 1.0
"""The same of those who use half of theirs: half of $3,000 does not melt away in two years of minimum
payments [D]."""

SMALLEST_MINIMUM_CENTS = 3_500
"""A minimum payment is $35, or 1 % of the statement and its interest if that is more, and never more than
the statement: a price point of issuers, at which the small statements of who pays in full heap [K card
agreements of the large issuers: $25 to $40]."""

OVERDUE_SHARE = 0.15
"""Of those who use half of their limit, so many have missed the last payment [D]."""

LATE_FEE_CENTS = 3_000
"""Charged on the day after a payment was due and did not come, but never more than the payment [K 12 CFR
1026.52(b)(1)(ii)(A): $30 the first time in 2024; (b)(2)(i)]."""

REVOLVERS_CARD_USE = 0.4
"""Who already uses half of the limit pays less often by card, relative to others [D]."""

SAVINGS_SHARE = 0.5
"""Users with a savings account, of those whose habits do not ask for one [D]."""

SMALLEST_SAVINGS_RATE, LARGEST_SAVINGS_RATE = 50, 375
"""Basis points a year [D]; at 3.75 % six months of interest add 1.9 %, less than a Savings Builder's 2 %."""

# --- the preset simple --------------------------------------------------------------------------------

SIMPLE_CENTS = ((500, 24_990),) * 6 + ((200_000, 600_000),)
"""Amounts of the seven categories: expenses $5 to $250, income $2,000 to $6,000 [the document's]."""

SIMPLE_BALANCE_CENTS, SIMPLE_OWED_CENTS = (10_000, 5_000_000), 10_000
"""Balances from $100 to $50,000, and at least $100 on a card [the document's]."""

SIMPLE_LEAST_USED, SIMPLE_MOST_USED = 0.01, 0.95
"""Of a card's limit: a hundredth and $100 are owed at least; the share in use is a third in the mean [D]."""

UTILITY_COMPANIES = (
    ("Brightwater Electric", "GAS_AND_ELECTRICITY"), ("Tri-County Power", "GAS_AND_ELECTRICITY"),
    ("Meadow Gas", "GAS_AND_ELECTRICITY"), ("Clearbrook Water", "WATER"),
    ("Cityline Sanitation", "SEWAGE_AND_WASTE_MANAGEMENT"), ("Northwind Internet", "INTERNET_AND_CABLE"),
    ("Cablewave", "INTERNET_AND_CABLE"), ("Talkline Mobile", "TELEPHONE"),
)  # fmt: skip
"""Invented companies, and what they provide in Plaid's words."""

EMPLOYERS = (
    "Alder Freight", "Bayside Dental", "Cobalt Labs", "Delta Roofing", "Evergreen Foods", "Fairmont Clinic",
    "Gable Builders", "Hillcrest Schools", "Ironwood Logistics", "Juniper Software", "Kestrel Air",
    "Lumen Printing", "Maplewood Care", "Norton Supply", "Orchard Realty", "Pinecrest Hotels",
)  # fmt: skip
"""Invented employers."""

# --- stress -------------------------------------------------------------------------------------------

STRESSED_DOLLARS = (1_500, 600, 350, 300, 250, 200, 170, 150, 120, 95, 80, 65, 50, 40)
"""Closing balance on the days from one payday to the next: five of fourteen below $100, and a standard
deviation of 1.27 times the mean."""

EDGE_DOLLARS = (
    (1_500, 700, 450, 350, 300, 250, 220, 190, 160, 130, 110, 90, 70, 55, 40),
    (1_500, 700, 450, 350, 300, 250, 220, 190, 160, 130, 95, 90, 70, 55, 40),
)
"""Two pay periods of 15 days with four and five days below $100: nine of any such thirty."""


# --- tables -------------------------------------------------------------------------------------------


@cache
def normal() -> npt.NDArray[np.float64]:
    """Standard normal quantiles at 4,096 points."""
    return np.array(quantile_tables.normal_scores())


@cache
def lognormal_cents(median: int, sigma: float) -> npt.NDArray[np.int64]:
    """Table of a log-normal amount in cents."""
    scores = iter(quantile_tables.normal_scores())
    return quantile_tables.quantiles(lambda _: median * math.exp(sigma * next(scores)))


@cache
def simple_balance_cents() -> npt.NDArray[np.int64]:
    """Table of a balance on checking or savings: uniform in its logarithm over SIMPLE_BALANCE_CENTS."""
    low, high = SIMPLE_BALANCE_CENTS
    return quantile_tables.quantiles(lambda p: low * (high / low) ** p)
