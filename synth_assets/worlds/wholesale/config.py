"""Configuration of wholesale: the source document's business parameters, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from synth_assets.model.calendar import Window, months_before
from synth_assets.model.config import AsOf, Frozen, History, WorldConfig

Rate = Annotated[float, Field(ge=0, le=1)]
Price = Annotated[int, Field(ge=100, le=100_000)]
Monthly = Annotated[int, Field(ge=0, le=100_000_000)]

MONTHS_A_YEAR = 12


PRESETS: dict[str, dict[str, object]] = {
    "small": {
        "annual_revenue": 4_800_000,
        "num_clients": 12,
        "num_whales": 2,
        "num_products": 60,
        "opening_cash": 300_000,
        "bill_approval_limit": 15_000,
        "monthly_expenses": {
            "rent": 2_000,
            "utilities": 400,
            "payroll": 10_000,
            "insurance": 1_000,
            "marketing": 600,
        },
    },
    "medium": {},
    "three_years": {"years": 3},
    "large": {"years": 10},
    "investigation": {
        "anomaly_rates": dict.fromkeys(
            (
                "payment_of_wrong_client",
                "unrecorded_return",
                "lapping",
                "side_agreement",
                "unbalanced_entry",
                "discount_without_rule",
                "limit_exceeded_without_approval",
                "phantom_intake",
                "adjustment_without_reason",
                "sample_unaccounted",
                "missing_consignment_payable",
                "vendor_is_a_user",
                "bill_split",
                "invoice_without_posting",
                "expense_as_inventory",
                "round_manual_entry",
                "approved_own_request",
                "limit_raised_without_reason",
                "client_changed_before_payment",
            ),
            0.05,
        )
    },
}
"""Sizes of the business, and faults that no single row shows: values of the configuration, by name."""


class AnomalyRates(Frozen):
    """How many papers lie: exact quotas of the rows that each kind can fall on; none by default."""

    refund_above_invoice: Rate = Field(0.0, description="Refunds larger than their invoice.")
    payment_of_wrong_client: Rate = Field(0.0, description="Receipts booked under another client.")
    unrecorded_return: Rate = Field(0.0, description="Returns that stock does not know.")
    lapping: Rate = Field(0.0, description="Pairs of equal receipts that are swapped.")
    discount_without_rule: Rate = Field(0.0, description="Discounted orders with a line that names no rule.")
    price_below_floor: Rate = Field(0.0, description="Sales sheets with a price below the floor.")
    booked_too_early: Rate = Field(
        0.0, description="Invoices of a month's first two days that are dated before it."
    )
    side_agreement: Rate = Field(0.0, description="Orders with longer terms than their invoice.")
    limit_exceeded_without_approval: Rate = Field(
        0.0, description="Orders far over their client's credit limit that nobody approved."
    )
    oversold_batch: Rate = Field(0.0, description="Sold-out batches of which more is sold.")
    cost_below_batch: Rate = Field(0.0, description="Lines that are booked below their batch's cost.")
    phantom_intake: Rate = Field(0.0, description="Consigned batches of which less came than the paper says.")
    adjustment_without_reason: Rate = Field(0.0, description="Write-offs without a reason.")
    sample_unaccounted: Rate = Field(0.0, description="Samples that were sent and logged as given back.")
    missing_consignment_payable: Rate = Field(0.0, description="Consigned deliveries that are not posted.")
    vendor_is_a_user: Rate = Field(0.0, description="Vendors with the address of a user.")
    bill_split: Rate = Field(0.0, description="Bills for which the approval limit is evaded by two.")
    bill_paid_twice: Rate = Field(0.0, description="Payments of bills that are made again.")
    payment_before_bill: Rate = Field(0.0, description="Payments that are made before their bill.")
    invoice_without_posting: Rate = Field(0.0, description="Invoices that are not posted.")
    unbalanced_entry: Rate = Field(0.0, description="Payments whose posting does not balance.")
    backdated_entry: Rate = Field(0.0, description="Expenses that are posted to the month before.")
    expense_as_inventory: Rate = Field(0.0, description="Expenses that are booked as inventory.")
    round_manual_entry: Rate = Field(0.0, description="Months with a round entry by hand on their last day.")
    approved_own_request: Rate = Field(0.0, description="Samples that were sent by who asked for them.")
    limit_raised_without_reason: Rate = Field(0.0, description="Credit limits raised without a reason.")
    client_changed_before_payment: Rate = Field(
        0.0, description="Telephone numbers changed just before a payment by who recorded that."
    )


class DecoyRates(Frozen):
    """Sound rows that are made to look like a fault, on top of those that a year holds by itself: shares of
    the rows of their kind; none by default."""

    paid_by_another_method: Rate = Field(0.0, description="Receipts by the second method of their client.")
    deep_discount_above_floor: Rate = Field(
        0.0, description="Sales sheets with a price far below the list, at or above the floor."
    )
    two_bills_below_limit: Rate = Field(
        0.0, description="Bills below the limit, for consigned goods, that come as two."
    )
    paid_on_the_day_of_the_bill: Rate = Field(
        0.0, description="Payments of bills that are made on the day of the bill."
    )
    whole_invoice_credited: Rate = Field(
        0.0, description="Orders returned in full, beside those of return_rate."
    )
    write_off_with_reason: Rate = Field(
        0.0, description="Batches that lose weight by the count, beside those that usually do."
    )
    sample_never_sent: Rate = Field(
        0.0, description="Requests for samples that are cancelled, beside those that usually are."
    )
    changed_by_its_seller: Rate = Field(
        0.0,
        description="Clients and months with a new telephone number just before a payment, beside those that "
        "usually have one.",
    )


LOOK_ALIKES = {
    "payment_of_wrong_client": "paid_by_another_method",
    "price_below_floor": "deep_discount_above_floor",
    "bill_split": "two_bills_below_limit",
    "payment_before_bill": "paid_on_the_day_of_the_bill",
}
"""By kind, the decoys that `decoy_ratio` plans for every label; for the other kinds those of a year count."""


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


COUNTED_BY_HISTORY = {
    "years": "the history runs from history.start to as_of",
}
"""Keys of a window that say nothing in a history that grows, each with what does instead."""


class Config(WorldConfig):
    """Keys of wholesale."""

    counted_by_history: ClassVar[Mapping[str, str]] = COUNTED_BY_HISTORY

    as_of: AsOf = Field(
        dt.date(2024, 12, 31),
        description="Last day of the books: a date, or `today` (UTC), resolved once and then stored.",
    )
    preset: Literal["small", "medium", "three_years", "large", "investigation"] = Field(
        "medium",
        description="Size of the business; medium is the source document's; investigation is medium with "
        "faults that no single row shows.",
    )
    years: int = Field(1, ge=1, le=10, description="Years of history that end with as_of.")
    annual_revenue: int = Field(
        24_000_000, ge=1_000_000, le=240_000_000, description="Sales a year, whole dollars."
    )
    q4_uplift: float = Field(
        1.25, ge=1, le=2, description="Sales of a month of the last quarter over one of the other three."
    )
    num_clients: int = Field(60, ge=12, le=600, description="Clients that buy.")
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
    bill_approval_limit: int = Field(
        75_000,
        ge=1_000,
        le=10_000_000,
        description="The owner approves bills above it, whole dollars.",
    )
    history: History = History()
    list_prices: ListPrices = ListPrices()
    monthly_expenses: MonthlyExpenses = MonthlyExpenses()
    anomaly_rates: AnomalyRates = AnomalyRates()
    decoy_rates: DecoyRates = DecoyRates()
    decoy_ratio: float | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Decoys for each labelled fault that they look like, such as 1, 10 or 100: of every "
        "kind at least so many, or the configuration is refused. They come on top of those of a year for "
        "payment_of_wrong_client, price_below_floor, bill_split and payment_before_bill; for the other kinds "
        "those of the year count, and where these are too few more goods come back, more samples are "
        "cancelled, more weight is lost and more sellers change a telephone number. Empty: as decoy_rates "
        "says.",
    )

    @property
    def planned_years(self) -> int:
        """Years that are planned: of a history that grows those that have begun."""
        if not self.grows:
            return self.years
        months = MONTHS_A_YEAR * (self.day.year - self.start.year) + self.day.month - self.start.month
        return max(months, 0) // MONTHS_A_YEAR + 1

    @property
    def months(self) -> int:
        """Months that are planned."""
        return MONTHS_A_YEAR * self.planned_years

    def sql_facts(self) -> dict[str, object]:
        """The day up to which growers have billed what was sold: where the history grows, the last of the
        half-months that are over. The day up to which counts what a vendor was paid. And how many years of
        the history have gone by, in place of that key, and whether the last is over; and the rates that its
        decoy_ratio sets."""
        if not self.grows:
            return {"billed_until": self.day, "vendors_paid_until": self.day, "years_are_whole": True}
        next_day = self.day + dt.timedelta(days=1)
        first = next_day.replace(day=16 if next_day.day > 15 else 1)
        since, until = (
            months_before(self.start, -MONTHS_A_YEAR * years)
            for years in (self.planned_years - 1, self.planned_years)
        )
        years = self.planned_years - 1 + (next_day - since) / (until - since)
        ratio = {"decoy_rates": self.planned_decoys.model_dump()} if self.decoy_ratio is not None else {}
        return ratio | {
            "billed_until": first - dt.timedelta(days=1),
            "vendors_paid_until": self.start,
            "years": years,
            "years_are_whole": next_day == until,
        }

    @property
    def planned_decoys(self) -> DecoyRates:
        """The shares of rows that are planned decoys, whatever key asks for them."""
        from synth_assets.worlds.wholesale.fault_plan import planned_decoy_rates

        return planned_decoy_rates(self)

    def clean(self) -> Self:
        """The clean twin has the planned decoys of the faulty one, though no fault counts them."""
        twin = super().clean()
        if self.decoy_ratio is None:
            return twin
        return twin.model_copy(update={"decoy_rates": self.planned_decoys, "decoy_ratio": None})

    @model_validator(mode="after")
    def _one_key_plans_decoys(self) -> Self:
        given = [name for name, rate in self.decoy_rates if rate]
        if self.decoy_ratio is not None and given:
            raise ValueError(
                f"decoy_rates.{given[0]}: decoy_ratio {self.decoy_ratio:g} plans these decoys: leave one of "
                "the two out"
            )
        return self


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The days of the books."""
    if config.grows:
        return Window(config.day, config.months, days=(config.day - config.start).days + 1)
    return Window(config.day, config.months)
