"""Curves and lookup tables of subscriptions, each with its source.

[S] secondary source, [D] design choice: no source claims it.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables

PLANS = ("Basic", "Pro", "Enterprise")

PLAN_HAZARD = (1.25, 1.0, 0.5)
"""Cancellation hazard of each plan against Pro [S userintuition.ai: self-serve churns most]."""

TENURE_EXPONENT = -0.45
"""Monthly hazard falls as (tenure in months + 1)^-.45 [D]."""

NEW_PLAN_SHARES = ((0.0, 0.9, 0.1), (0.4, 0.0, 0.6), (0.2, 0.8, 0.0))
"""What customers of each plan change to [D]: of the usual mix three in four change to a dearer one, and what
that adds to a month's revenue is 2.5 times what the others take away [S bigdelta.com: 1.4 to 4.8 times]."""

LONGEST_TENURE_MONTHS = 48
TENURE_SCALE_MONTHS = 18.0
"""Tenure at the period's start: exponential with mean 18 months, at most 48: a growing business [D]."""

RENEWAL_CLUSTER_PER_65536 = 39_322
"""60 % of cancellations come 0 to 3 days before the next renewal [D]."""

REGIONS = ("North America", "Europe", "Asia Pacific", "Latin America")
REGION_SHARES = (0.52, 0.28, 0.13, 0.07)
"""Customers by region [D]."""

LONGEST_LATE_DAYS = 29
"""Late payments come at most 29 days past due, so none ever outlasts a 30-day grace."""


GROWTH_SCALE_DAYS = TENURE_SCALE_MONTHS * 30.437
"""New customers of a day go on growing as those before the period did, e-fold in 18 months [D]."""


def growth(days: float) -> float:
    """Relative number of new customers on a day, so many days after the period's start."""
    return math.exp(days / GROWTH_SCALE_DAYS)


def hazard(tenure_months: float) -> float:
    """Relative monthly hazard of cancelling at a tenure."""
    return (tenure_months + 1) ** TENURE_EXPONENT


def tenure_weight(months: int) -> float:
    """Relative number of customers with a tenure at the period's start."""
    return math.exp(-months / TENURE_SCALE_MONTHS)


def founders_hazard(cycle_month: int) -> float:
    """Mean relative hazard of the founders that many months after the period's start."""
    months = range(LONGEST_TENURE_MONTHS + 1)
    cancelling = math.fsum(tenure_weight(t) * hazard(t + cycle_month) for t in months)
    return cancelling / math.fsum(tenure_weight(t) for t in months)


MONTHS_SPREAD = 0.35
"""Standard deviation, in logarithms, of the hazard between months: 80 cancellations a year come as 3 to 15 a
month, about as they would by chance [D]."""


def month_factors(months: int) -> list[float]:
    """Relative hazards of so many months, ascending: evenly spaced quantiles of a log-normal law."""
    inverse = NormalDist(0, MONTHS_SPREAD).inv_cdf
    return [math.exp(inverse((month + 0.5) / months)) for month in range(months)]


@cache
def leaving_tenure_months(cycle_month: int) -> npt.NDArray[np.int64]:
    """Tenure at the period's start of those who cancel that many months later.

    By Bayes' rule, so that cancellations are exact quotas and yet their hazard falls with tenure.
    """
    months = range(LONGEST_TENURE_MONTHS + 1)
    return quantile_tables.from_weights(months, [tenure_weight(t) * hazard(t + cycle_month) for t in months])


@cache
def staying_tenure_months(churn_rate: float, cycle_months: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Tenure at the period's start of those who stay: all customers less the share that cancels.

    The share of a tenure is proportional to its hazard over the period, and `churn_rate` over all.
    """
    months = range(LONGEST_TENURE_MONTHS + 1)
    base = [tenure_weight(t) for t in months]
    risk = [math.fsum(hazard(t + month) for month in cycle_months) for t in months]
    mean_risk = math.fsum(b * r for b, r in zip(base, risk, strict=True)) / math.fsum(base)
    weights = [b * max(0.0, 1 - churn_rate * r / mean_risk) for b, r in zip(base, risk, strict=True)]
    return quantile_tables.from_weights(months, weights if any(weights) else base)


@cache
def new_plan() -> npt.NDArray[np.int64]:
    """The plan after a change, as index into PLANS, shape (old plan, quantile)."""
    plans = range(len(PLANS))
    return np.stack([quantile_tables.from_weights(plans, shares) for shares in NEW_PLAN_SHARES])


@cache
def region() -> npt.NDArray[np.int64]:
    """Index into REGIONS."""
    return quantile_tables.from_weights(range(len(REGIONS)), REGION_SHARES)


@cache
def days_late() -> npt.NDArray[np.int64]:
    """Days past due of a late payment: 1 + Gamma(1.4, 5), at most 29 [D]."""
    days = range(1, LONGEST_LATE_DAYS + 1)
    return quantile_tables.from_density(days, lambda x: max(x - 0.5, 0) ** 0.4 * math.exp(-(x - 0.5) / 5))
