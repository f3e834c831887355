"""Configuration of subscriptions: the source document's defaults, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from synth_assets.model.config import AsOf, Frozen, WorldConfig
from synth_assets.model.identifiers import LARGEST
from synth_assets.worlds.subscriptions import curves

NUMBERS_A_CYCLE, UNUSED_SHARE = 3, 0.3
"""Invoice numbers of a subscription for each billing date, and of those up to its last bill the unused share:
three are so many that a year's bills hardly ever run out of them [D]."""

Rate = Annotated[float, Field(ge=0, le=1)]
Dollars = Annotated[float, Field(ge=1, le=1_000_000)]


class AnomalyRates(Frozen):
    """How much leaks: exact quotas, one fault a subscription and billing date."""

    ghost_subscriber: Rate = Field(0.015, description="Active subscriptions not invoiced, each cycle.")
    zombie_account: Rate = Field(0.02, description="Invoices never paid though grace has run out.")
    partial_payment: Rate = Field(0.03, description="Payments that are 1 to 10 % short.")


class MonthlyPrices(Frozen):
    """Price of each plan, dollars a month."""

    basic: Dollars = Field(10.0, description="Basic, dollars a month.")
    pro: Dollars = Field(50.0, description="Pro, dollars a month.")
    enterprise: Dollars = Field(200.0, description="Enterprise, dollars a month.")


class PlanShares(Frozen):
    """Share of customers on each plan; together 1."""

    basic: Rate = Field(0.55, description="Customers on Basic.")
    pro: Rate = Field(0.33, description="Customers on Pro.")
    enterprise: Rate = Field(0.12, description="Customers on Enterprise.")


class Config(WorldConfig):
    """Keys of subscriptions."""

    as_of: AsOf = Field(
        dt.date(2024, 12, 31),
        description="Last day of the period: a date, or `today` (UTC), resolved once and then stored.",
    )
    num_customers: int = Field(1_000, ge=1, le=LARGEST, description="Customers, one subscription each.")
    period_months: int = Field(12, ge=1, le=60, description="Length of the period, in months.")
    billing_interval_months: int = Field(
        1, ge=1, le=12, description="Months between two bills; each bill covers these months."
    )
    payment_terms_days: int = Field(14, ge=0, le=90, description="Days from invoice to due date.")
    grace_days: int = Field(
        30, ge=curves.LONGEST_LATE_DAYS + 1, le=180, description="Days past due before unpaid means zombie."
    )
    new_customers_share: Rate = Field(
        0.0, description="Of the customers, those who start after the period's first day; the others by it."
    )
    churn_rate: Rate = Field(0.08, description="Customers that cancel within the period.")
    late_rate: Rate = Field(0.10, description="Payments in full but after the due date.")
    in_grace_unpaid_rate: Rate = Field(
        0.05, description="Of the subscriptions billed while grace still runs, those not paid by as_of."
    )
    monthly_prices: MonthlyPrices = MonthlyPrices()
    plan_shares: PlanShares = PlanShares()
    anomaly_rates: AnomalyRates = AnomalyRates()

    @property
    def num_plans(self) -> int:
        """Rows of the price list."""
        return len(curves.PLANS)
