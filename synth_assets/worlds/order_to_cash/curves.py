"""Curves and lookup tables of order_to_cash, each with its source.

[P] official source, [S] secondary source, [D] design choice: no source claims it.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables

# --- calendar -----------------------------------------------------------------------------------------

WEEKDAY_WEIGHTS = (190, 210, 210, 210, 170, 8, 2)
"""Orders by weekday, Monday first, per mille of a week [D, after a UK wholesaler's 22,000 orders]."""

HOLIDAY_FACTOR = 0.1
"""Orders on a US federal holiday against the same weekday [D]."""

MONTH_OF_QUARTER = (0.29, 0.31, 0.40)
"""Bookings by month of a quarter: between healthy linearity and a mild hockey stick
[S winsabove.com/glossary/bookings-linearity]."""

MONTH_END_DAYS, MONTH_END_FACTOR = 3, 1.25
"""The last 3 business days of a month [D, 1.15 to 1.35]."""

QUARTER_END_DAYS, QUARTER_END_FACTOR = 5, 1.4
"""The last 5 business days of a quarter [D]."""

SEASON_PER_MILLE = (930, 930, 1_020, 1_000, 1_020, 1_020, 950, 1_010, 1_040, 1_090, 1_050, 920)
"""Orders by month, January first, against the same month of a year without seasons: quiet winters, a dip in
July, most in autumn [D; a UK wholesaler of gifts has 1.7 times its usual month in November]."""

GROWTH_PER_MILLE = 200
"""How much more is ordered at the end of the window than at its start, on a straight line [D]."""


@cache
def week_per_mille() -> npt.NDArray[np.int64]:
    """Quantiles of a week's luck: log-normal, sigma .12 [D]."""
    return _lognormal(1_000, 0.12)


@cache
def day_per_mille() -> npt.NDArray[np.int64]:
    """Quantiles of a day's luck: log-normal, sigma .55, a coefficient of variation of .59 [D].

    With four orders a business day the variance of a day's count is then more than its mean, as orders that
    come in bursts have it: from 1,000 orders a year on days are overdispersed.
    """
    return _lognormal(1_000, 0.55)


# --- customers ----------------------------------------------------------------------------------------

FOUNDER_SHARE = 0.4
"""Contacts that are in the CRM from the window's first day [D]."""

CUSTOMER_EXPONENT = 0.95
"""Zipf exponent of orders over customers: the top fifth places 62 to 72 % of them
[S bannerpeak.co; a wholesaler's 4,373 customers: 66 %]."""

PRODUCT_EXPONENT = 0.7
"""Zipf exponent of orders over products [D]."""

# --- amounts ------------------------------------------------------------------------------------------

ORDER_MEDIAN_CENTS = 240_000
ORDER_SIGMA = 1.25
"""List gross of a deal: log-normal, spread as pooled B2B invoices, sigma_log .8 to 1.3
[UCI Online Retail, 424 invoices: 1.25]. First digits then follow Benford's law."""

SMALLEST_GROSS_CENTS = 4_000
"""A deal's gross is at least $40, so that an order is at least $20 after the deepest discount (35 %)."""

PRICE_SIGMA = 0.15
"""Spread of list prices around what an article of that grade usually costs, log-normal [D]."""

ENDING_SHARE = 0.6
PRICE_ENDINGS = (0, 50, 95, 99)
"""60 % of list prices end in .00, .50, .95 or .99 [D], a quota."""

UNIT_COST_PER_MILLE = (520, 780)
"""Unit cost as a share of list price [D: distributor gross margins of 22 to 48 %]."""


@cache
def order_gross_cents() -> npt.NDArray[np.int64]:
    """Quantiles of a deal's list gross, cents."""
    return _lognormal(ORDER_MEDIAN_CENTS, ORDER_SIGMA)


@cache
def price_variation_per_mille() -> npt.NDArray[np.int64]:
    """Quantiles of a list price against the usual one, per mille."""
    return _lognormal(1_000, PRICE_SIGMA)


def _lognormal(median: float, sigma: float) -> npt.NDArray[np.int64]:
    scores = quantile_tables.normal_scores()
    return np.array([math.floor(median * math.exp(sigma * z) + 0.5) for z in scores], dtype=np.int64)


# --- discounts ----------------------------------------------------------------------------------------

APPROVAL_THRESHOLD_PCT = 15
"""Discounts above this need approval (source document)."""

DISCOUNT_POINTS = {5: 0.28, 8: 0.06, 10: 0.30, 12: 0.08, 15: 0.28}
"""Shares of everyday discounts by percent."""


@cache
def discount_pct() -> npt.NDArray[np.int64]:
    """Everyday discounts: none on 65 % of lines, others on round points [S pulserevops, strategicnerds].

    Decoys (7 %) and faults (6 %) have discounts of their own, so 57 % of all lines have none; in the clean
    twin 61 %.
    """
    shares = [0.35 * share for share in DISCOUNT_POINTS.values()]
    return quantile_tables.from_weights([0, *DISCOUNT_POINTS], [0.65, *shares])


QUANTITY_MEDIAN, QUANTITY_SIGMA = 62, 1.4
"""Units of a line: about log-normal, as gross and prices are."""

BULK_WEIGHT, CUSTOMER_WEIGHT, CHANCE_WEIGHT = 700, 250, 669
"""What an everyday discount follows, per mille: the quantity's normal score, the customer's and chance; the
squares add up to one, so that the shares of DISCOUNT_POINTS stay [D]."""


@cache
def quantity_edges() -> npt.NDArray[np.int64]:
    """The quantities from which on the next of 4,096 scores holds."""
    return _lognormal(QUANTITY_MEDIAN, QUANTITY_SIGMA)


@cache
def score_per_mille() -> npt.NDArray[np.int64]:
    """Normal scores of the quantiles, per mille."""
    return np.array([math.floor(z * 1_000 + 0.5) for z in quantile_tables.normal_scores()], dtype=np.int64)


@cache
def quantile_of_score() -> npt.NDArray[np.int64]:
    """The quantile, as index into a lookup table, of each score from -8,000 to 8,000 per mille."""
    places = np.searchsorted(score_per_mille(), np.arange(-8_000, 8_001))
    return np.minimum(places, quantile_tables.SIZE - 1)


CONTRACT_PER_MILLE = {950: 0.08, 960: 0.10, 970: 0.14, 980: 0.18, 990: 0.10, 1_000: 0.40}
"""Shares of customers by their contract price, per mille of the list price [D]."""


@cache
def contract_per_mille() -> npt.NDArray[np.int64]:
    """Quantiles of a customer's price against the list price, per mille."""
    return quantile_tables.from_weights([*CONTRACT_PER_MILLE], [*CONTRACT_PER_MILLE.values()])


DEEP_DISCOUNTS_PCT = (16, 18, 20, 22, 25, 30, 35)
"""Discounts above the threshold, approved or not: the same points, each as often [D]."""

PENDING_DISCOUNTS_PCT = (5, 10, 12, 15)
REJECTED_DISCOUNTS_PCT = (0, 0, 5, 10, 12, 15)
"""What is granted while a request is pending, and after it was rejected [D]."""


@cache
def popularity() -> npt.NDArray[np.int64]:
    """Quantiles of a customer's weight in a history that grows: Zipf's of CUSTOMER_EXPONENT over its rank."""
    return quantile_tables.quantiles(lambda rank: 1_000 * rank**-CUSTOMER_EXPONENT)


# --- sales cycle --------------------------------------------------------------------------------------


@cache
def won_cycle_days() -> npt.NDArray[np.int64]:
    """Days from a deal's creation to its order: log-normal, median 21 [S getgangly.com: SMB 14 to 40]."""
    return _lognormal(21, 0.75)


@cache
def lost_cycle_days() -> npt.NDArray[np.int64]:
    """Days from creation to loss: lost deals age longer, median 34 [S getgangly.com]."""
    return _lognormal(34, 0.75)


@cache
def cycle_scale_per_mille() -> npt.NDArray[np.int64]:
    """Larger deals take longer: (gross / median)^.15 at the gross's quantile, per mille [D]."""
    return _lognormal(1_000, 0.15 * ORDER_SIGMA)


PIPELINE_FILLS_DAYS = 180
"""From so many days after the window's start on, cycles have their length; before, in proportion [D]."""


REPRESENTATIVES = (
    "Ada Brandt", "Ben Osei", "Carla Nunez", "Dev Patel", "Elena Rossi", "Femi Adeyemi",
    "Grace Lin", "Hugo Martin", "Imani Clarke", "Jonas Weber", "Kira Novak", "Luis Ortega",
)  # fmt: skip
"""The sales team: fictitious."""

OPEN_STAGES = ("prospect", "negotiation", "proposal")
