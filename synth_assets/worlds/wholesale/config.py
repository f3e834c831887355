"""Configuration of wholesale: the source document's business parameters, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from synth_assets.model.calendar import Window
from synth_assets.model.config import AsOf, Frozen, WorldConfig

Rate = Annotated[float, Field(ge=0, le=1)]
Price = Annotated[int, Field(ge=100, le=100_000)]
Monthly = Annotated[int, Field(ge=0, le=100_000_000)]

MONTHS_A_YEAR = 12


class AnomalyRates(Frozen):
    """How many records are at fault: exact quotas of the rows that each kind can fall on."""


class ListPrices(Frozen):
    """List price of a pound of flower, by how it is grown, in whole dollars."""

    indoor: Price = Field(1_800, description="Indoor flower, dollars a pound.")
    greenhouse: Price = Field(1_200, description="Greenhouse flower, dollars a pound.")
    outdoor: Price = Field(800, description="Outdoor flower, dollars a pound.")


class MonthlyExpenses(Frozen):
    """What running the business costs a month, in whole dollars."""

    rent: Monthly = Field(10_000, description="Rent, dollars a month.")
    utilities: Monthly = Field(2_000, description="Utilities, dollars a month.")
    payroll: Monthly = Field(50_000, description="Payroll, dollars a month.")
    insurance: Monthly = Field(5_000, description="Insurance, dollars a month.")
    marketing: Monthly = Field(3_000, description="Marketing, dollars a month.")


class Config(WorldConfig):
    """Keys of wholesale."""

    as_of: AsOf = Field(
        dt.date(2024, 12, 31),
        description="Last day of the books: a date, or `today` (UTC), resolved once and then stored.",
    )
    years: int = Field(1, ge=1, le=10, description="Years of history that end with as_of.")
    annual_revenue: int = Field(
        24_000_000, ge=1_000_000, le=240_000_000, description="Sales a year, whole dollars."
    )
    q4_uplift: float = Field(
        1.25, ge=1, le=2, description="Sales of a month of the last quarter over one of the other three."
    )
    num_clients: int = Field(60, ge=20, le=600, description="Clients that buy.")
    num_whales: int = Field(10, ge=1, le=100, description="Of them, the large ones that buy every week.")
    whale_revenue_share: Rate = Field(0.70, description="Share of sales that goes to whales.")
    flower_share: float = Field(
        0.90, ge=0.5, le=1, description="Share of flower among products and in sales."
    )
    num_products: int = Field(200, ge=50, le=250, description="Products in the catalogue.")
    sales_consignment_share: Rate = Field(0.50, description="Orders sold on consignment.")
    intake_consignment_share: Rate = Field(0.90, description="Batches taken in on consignment.")
    return_rate: Annotated[float, Field(ge=0, le=0.05)] = Field(0.005, description="Orders returned in full.")
    refund_rate: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.05, description="Orders with a refund for quality."
    )
    refund_share: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.05, description="What such a refund gives back of the order's total."
    )
    late_share: Annotated[float, Field(ge=0.05, le=0.5)] = Field(
        0.15, description="Invoices that are due and were paid late or not at all."
    )
    overdue_share: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.15, description="Share of receivables past their due date on as_of."
    )
    overdue_120_share: Rate = Field(
        0.50, description="Share of overdue receivables that are more than 120 days past due."
    )
    opening_cash: int = Field(
        750_000, ge=300_000, le=10_000_000, description="Cash on the first day, whole dollars."
    )
    list_prices: ListPrices = ListPrices()
    monthly_expenses: MonthlyExpenses = MonthlyExpenses()
    anomaly_rates: AnomalyRates = AnomalyRates()

    @property
    def months(self) -> int:
        """Months of history."""
        return MONTHS_A_YEAR * self.years


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The days of the books."""
    return Window(config.day, config.months)


def why_not(config: Config, _: object) -> str | None:
    """Why the configuration's targets cannot be met, in one line; None where they can."""
    if config.num_whales >= config.num_clients // 2:
        return (
            f"num_whales={config.num_whales} leaves too few regular clients of num_clients="
            f"{config.num_clients}: at most {(config.num_clients - 1) // 2}"
        )
    return None
