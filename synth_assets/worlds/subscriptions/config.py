"""Configuration of subscriptions: the source document's defaults, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from synth_assets.model.calendar import months_before
from synth_assets.model.config import AsOf, Frozen, History, WorldConfig
from synth_assets.model.identifiers import LARGEST
from synth_assets.worlds.subscriptions import curves

NUMBERS_A_CYCLE, UNUSED_SHARE = 3, 0.3
"""Invoice numbers of a subscription for each billing date, and of those up to its last bill the unused share:
three are so many that a year's bills hardly ever run out of them [D]."""

DECOYS_OF_A_RATIO = ("churn_rate", "late_rate", "in_grace_unpaid_rate")
"""The rates that `decoy_ratio` sets."""

LONGEST_HISTORY_MONTHS = 240
"""Longest history, and so the oldest subscription whose hazard is known [D]."""

Rate = Annotated[float, Field(ge=0, le=1)]
Dollars = Annotated[float, Field(ge=1, le=1_000_000)]


class AnomalyRates(Frozen):
    """How much leaks: exact quotas, one fault a subscription and billing date."""

    ghost_subscriber: Rate = Field(0.015, description="Active subscriptions not invoiced, each cycle.")
    zombie_account: Rate = Field(0.02, description="Invoices never paid though grace has run out.")
    partial_payment: Rate = Field(0.03, description="Payments that are 1 to 10 % short.")


INVESTIGATION: dict[str, object] = {
    "num_customers": 2_000,
    "new_customers_share": 0.3,
    "churn_rate": 0.25,
    "plan_change_share": 0.25,
    "ghosts_at_plan_changes": 0.7,
    "anomaly_rates": {"ghost_subscriber": 0.01, "zombie_account": 0.0, "partial_payment": 0.0},
}
"""Values of the preset `investigation`: months without an invoice, among customers who come, go and change
their plan; more than half of these months are those of a new plan's first bill."""


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


class CustomerHistory(History):
    """A business that goes on: with a start, a later as_of adds days and changes no earlier one.

    Its counts are rates a year then, and its rates hold at every billing date.
    """

    new_customers_per_year: int = Field(
        300, ge=0, le=LARGEST, description="Customers that come in twelve months of a history that grows."
    )
    customers_at_start: int = Field(
        1_000, ge=1, le=LARGEST, description="Customers that are there on its first day."
    )


COUNTED_BY_HISTORY = {
    "num_customers": "history.customers_at_start and history.new_customers_per_year say how many there are",
    "period_months": "the history runs from history.start to as_of",
    "new_customers_share": "history.new_customers_per_year says how many come",
    "in_grace_unpaid_rate": "bills are unpaid until they are paid",
}
"""Keys of a window that say nothing in a history that grows, each with what does instead."""


class Config(WorldConfig):
    """Keys of subscriptions."""

    counted_by_history: ClassVar[Mapping[str, str]] = COUNTED_BY_HISTORY

    preset: Literal["standard", "investigation"] = Field(
        "standard",
        description="Every kind of leak; ghosts alone, which no row shows, among many who come, go or change "
        "their plan.",
    )
    as_of: AsOf = Field(
        dt.date(2024, 12, 31),
        description="Last day of the period: a date, or `today` (UTC), resolved once and then stored.",
    )
    num_customers: int = Field(1_000, ge=1, le=LARGEST, description="Customers, one subscription at a time.")
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
    churn_rate: Rate = Field(
        0.08,
        description="Customers that cancel within the period; a change of plan is none. With history.start: "
        "of the active customers, those that cancel in a year.",
    )
    plan_change_share: Rate = Field(
        0.0,
        description="Customers that change their plan once within the period: one subscription ends, and "
        "another begins the next day. With history.start: of the active customers that do not cancel, those "
        "that change it in a year.",
    )
    ghosts_at_plan_changes: Rate = Field(
        0.0,
        description="Ghosts that take the first bill after a change of plan, as far as there are such bills; "
        "the others take any.",
    )
    late_rate: Rate = Field(0.10, description="Payments in full but after the due date.")
    in_grace_unpaid_rate: Rate = Field(
        0.05, description="Of the subscriptions billed while grace still runs, those not paid by as_of."
    )
    history: CustomerHistory = CustomerHistory()
    monthly_prices: MonthlyPrices = MonthlyPrices()
    plan_shares: PlanShares = PlanShares()
    anomaly_rates: AnomalyRates = AnomalyRates()
    decoy_ratio: float | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Decoys for each labelled fault that they look like, such as 1, 10 or 100: subscriptions "
        "that are cancelled for each ghost, late payments for each zombie or partial payment, whichever are "
        "more; new customers come on top. With history.start: those who cancel in a year for the ghosts of "
        "it. Empty: as churn_rate, late_rate and in_grace_unpaid_rate say.",
    )

    @property
    def planned(self) -> Config:
        """The same with the rates that `decoy_ratio` sets, and without it."""
        from synth_assets.worlds.subscriptions.decoy_rates import planned  # a plan imports configurations

        return planned(self)

    def clean(self) -> Self:
        """The clean twin has the decoys of the faulty one, though no fault counts them."""
        rates = {name: getattr(self.planned, name) for name in DECOYS_OF_A_RATIO}
        return super().clean().model_copy(update={**rates, "decoy_ratio": None})

    def sql_facts(self) -> dict[str, object]:
        """The first day, and the rates that `decoy_ratio` sets, in the place of those keys; no prevalence
        plans faults then."""
        first_day = months_before(self.day, self.period_months) + dt.timedelta(days=1)
        if self.grows:
            first_day = self.start
        if self.decoy_ratio is None:
            return {"first_day": first_day}
        rates = {name: getattr(self.planned, name) for name in (*DECOYS_OF_A_RATIO, "prevalence")}
        return {"first_day": first_day, **rates}

    @model_validator(mode="after")
    def _one_key_plans_decoys(self) -> Self:
        for name in DECOYS_OF_A_RATIO if self.decoy_ratio is not None else ():
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(
                    f"{name}: decoy_ratio {self.decoy_ratio:g} plans these decoys: leave one of the two out"
                )
        return self

    @property
    def num_plans(self) -> int:
        """Rows of the price list."""
        return len(curves.PLANS)
