"""Configuration of order_to_cash: the source document's defaults, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from math import fsum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from synth_assets.model.calendar import months_before
from synth_assets.model.config import Frozen, History, WorldConfig

Rate = Annotated[float, Field(ge=0, le=1)]

MOST_PARTS = 4
"""Payments that an invoice may have."""


def entries_per_invoice(payments_per_invoice: int) -> int:
    """Numbers of ledger entries kept for each invoice number: two legs for it, and two for each payment."""
    return 2 + 2 * payments_per_invoice


def largest_count(payments_per_invoice: int) -> int:
    """The most transactions: invoice numbers run to twice as many, in groups of 32, and ledger entries to
    `entries_per_invoice` times that; ids have nine digits."""
    stride = entries_per_invoice(payments_per_invoice)
    return (10**9 - stride) // (2 * stride) // 16 * 16


LARGEST_COUNT = largest_count(1)
"""124,999,984: what any configuration may ask for; `why_not` refuses what does not fit other keys."""


class AnomalyRates(Frozen):
    """Share of transactions that carry each fault: exact quotas, one fault a transaction."""

    missing_invoice: Rate = Field(0.05, description="Orders that were never invoiced.")
    pricing_drift: Rate = Field(0.08, description="Invoices 1.01 to 15 % off their order.")
    duplicate_invoice: Rate = Field(0.03, description="Orders invoiced twice.")
    unauthorized_discount: Rate = Field(0.06, description="Discounts above 15 %, not approved.")
    payment_mismatch: Rate = Field(0.04, description="Invoices marked paid but paid short.")
    stale_unpaid: Rate = Field(0.05, description="Invoices unpaid for more than 90 days.")


class DecoyRates(Frozen):
    """Share of transactions that look odd and are sound: never labelled.

    Their transactions carry no fault while there is room for both. `aged_unpaid` has a draw of its own, over
    the days that it needs.
    """

    freight_difference: Rate = Field(
        0.02, description="Invoices up to 0.9 % off their order: freight, rounding."
    )
    approved_discount: Rate = Field(0.04, description="Discounts of 16 to 35 %, approved.")
    pending_discount: Rate = Field(0.02, description="Discounts up to 15 %, approval pending.")
    rejected_discount: Rate = Field(
        0.01, description="Requests for a discount that were rejected: sold at list price or within 15 %."
    )
    late_invoice: Rate = Field(0.03, description="Orders invoiced only after 5 to 7 business days.")
    repeat_order: Rate = Field(
        0.01, description="Orders that repeat an earlier one of the same customer to the cent."
    )
    aged_unpaid: Rate = Field(
        0.01,
        description="Invoices unpaid at 31 to 59 days, the fewer the older, as far as those days hold them.",
    )
    processing_order: Annotated[float, Field(ge=0, le=0.05)] = Field(
        0.0, description="The youngest orders: still `processing`, not invoiced yet."
    )


Weight = Annotated[float, Field(ge=0, le=1_000)]


INVESTIGATION: dict[str, object] = {
    "num_transactions": 5_000,
    "num_contacts": 1_000,
    "payments_per_invoice": MOST_PARTS,
    "disguised": True,
    "difficulty_mix": {"very_hard": 1.0},
    "decoy_ratio": 10.0,
    "anomaly_rates": {
        **dict.fromkeys(AnomalyRates.model_fields, 0.006),
        "unauthorized_discount": 0.01,
        "stale_unpaid": 0.0,
    },
}
"""Values of the preset `investigation`: 30 or 50 labels of each kind but one, that no single row shows. Only
approved decoys are as deep as an unauthorized discount, 57 of 100, so that there are more of these."""


class DifficultyMix(Frozen):
    """Labels of each grade, relative to each other, of the kinds whose amount decides it."""

    trivial: Weight = Field(0.0, description="Found by 99 % of a panel's best detector's reports.")
    easy: Weight = Field(0.0, description="Of them it finds 90 %.")
    medium: Weight = Field(0.0, description="Of them it finds 70 %.")
    hard: Weight = Field(0.0, description="Of them it finds 40 %.")
    very_hard: Weight = Field(0.0, description="Of them it finds 15 %.")


LOOK_ALIKES = {
    "missing_invoice": ("late_invoice",),
    "pricing_drift": ("freight_difference",),
    "duplicate_invoice": ("repeat_order",),
    "unauthorized_discount": ("approved_discount", "pending_discount", "rejected_discount"),
    "stale_unpaid": ("aged_unpaid",),
}
"""By kind, the decoys that `decoy_ratio` plans. What looks like a payment mismatch follows from freight, and
orders stay in processing only where `decoy_rates` says so."""


class SalesHistory(History):
    """A business that goes on: with a start, a later as_of adds days and changes no earlier one.

    Its counts are rates a year then, and its rates hold in every month.
    """

    transactions_per_year: int = Field(
        1_000, ge=120, le=LARGEST_COUNT, description="Orders in twelve months of a history that grows."
    )
    new_customers_per_year: int = Field(
        120, ge=0, le=LARGEST_COUNT, description="Customers that come in twelve months of it."
    )
    customers_at_start: int = Field(
        80, ge=1, le=LARGEST_COUNT, description="Customers in the CRM on its first day."
    )


COUNTED_BY_HISTORY = {
    "num_transactions": "history.transactions_per_year says how many orders there are",
    "num_contacts": "history.customers_at_start and history.new_customers_per_year say how many there are",
    "date_range_months": "the history runs from history.start to as_of",
    "open_deals_per_order": "deals are open until they are won or lost",
    "clip_due_dates": "due dates would change from day to day",
}
"""Keys of a window that say nothing in a history that grows, each with what does instead."""


class Config(WorldConfig):
    """Keys of order_to_cash."""

    counted_by_history: ClassVar[Mapping[str, str]] = COUNTED_BY_HISTORY

    preset: Literal["standard", "investigation"] = Field(
        "standard",
        description="Faults of any size; few faults that no single row shows, among ten decoys for each.",
    )
    num_transactions: int = Field(
        1_000, ge=1, le=LARGEST_COUNT, description="Orders; every other count follows from it."
    )
    num_contacts: int = Field(200, ge=1, le=LARGEST_COUNT, description="Customers in the CRM.")
    num_products: int = Field(50, ge=1, le=1_000_000, description="Products in the price list.")
    date_range_months: int = Field(
        12, ge=1, le=120, description="Length of the window that ends with as_of, in months."
    )
    lost_deals_per_order: float = Field(
        2.1, ge=0, le=4, description="Deals lost for each one won; 2.1 is a win rate of 32 %."
    )
    open_deals_per_order: float = Field(0.15, ge=0, le=2, description="Deals still open for each one won.")
    clip_due_dates: bool = Field(
        False, description="Shorten terms at the end of the window: no due date after as_of."
    )
    payments_per_invoice: int = Field(
        1,
        ge=1,
        le=MOST_PARTS,
        description="Most payments that settle an invoice. Above 1 some invoices are paid in instalments and "
        "`partial` until the last one, and one bank payment may settle several invoices. num_transactions is "
        "then at most 83,333,328 (2), 62,499,984 (3) or 49,999,984 (4).",
    )
    history: SalesHistory = SalesHistory()
    anomaly_rates: AnomalyRates = AnomalyRates()
    decoy_rates: DecoyRates = DecoyRates()
    decoy_ratio: float | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Decoys for each labelled fault that they look like, such as 1, 10 or 100, of unpaid "
        "invoices as far as their days hold them; empty: as decoy_rates says.",
    )

    difficulty_mix: DifficultyMix | None = Field(
        None,
        description="How hard pricing drift and payment mismatches are to find, as far as the discounts of "
        "their orders leave room; empty: all sizes of a drift and of a short payment are equally likely.",
    )

    disguised: bool = Field(
        False,
        description="Faults imitate sound rows: an order is billed again in part, a discount above 15 % is "
        "approved by who owns the deal, and, where payments_per_invoice is above 1, a short payment comes in "
        "instalments.",
    )

    @property
    def planned_decoys(self) -> DecoyRates:
        """`decoy_rates`, or what `decoy_ratio` makes of them: decoys of one kind share as they usually do."""
        if self.decoy_ratio is None:
            return self.decoy_rates
        usual = DecoyRates()
        rates: dict[str, float] = {}
        for kind, names in LOOK_ALIKES.items():
            asked = self.decoy_ratio * getattr(self.anomaly_rates, kind)
            whole = fsum(getattr(usual, name) for name in names)
            rates |= {name: asked * getattr(usual, name) / whole for name in names}
        return self.decoy_rates.model_copy(update=rates)

    def sql_facts(self) -> dict[str, object]:
        """What `difficulty_mix` asks of each grade, from trivial on, 0 of each where it is empty; the first
        day; and the counts by as_of where the history grows."""
        shares = [share for _, share in self.difficulty_mix or DifficultyMix()]
        asked: dict[str, object] = {"asked_of_grades": [share / (fsum(shares) or 1.0) for share in shares]}
        if not self.grows:
            first = months_before(self.day, self.date_range_months) + dt.timedelta(days=1)
            return asked | {"first_day": first}
        from synth_assets.worlds.order_to_cash.visibility import counts  # a plan imports configurations

        return asked | {"first_day": self.start, **counts(self)}

    @property
    def short_in_parts(self) -> bool:
        """Whether short payments come in instalments, as sound ones may."""
        return self.disguised and self.payments_per_invoice > 1

    def usual(self) -> Self:
        """The same without a mix of difficulties, and without disguise."""
        return self.model_copy(update={"difficulty_mix": None, "disguised": False})

    def clean(self) -> Self:
        """The clean twin has the decoys of the faulty one, though no fault counts them."""
        decoys = self.planned_decoys
        return super().clean().model_copy(update={"decoy_rates": decoys, "decoy_ratio": None})

    @model_validator(mode="after")
    def _no_order_is_held_back_in_a_history(self) -> Self:
        if self.grows and self.decoy_rates.processing_order:
            raise ValueError(
                "decoy_rates.processing_order: with history.start every order is in processing until it is "
                "invoiced: leave processing_order out"
            )
        return self

    @model_validator(mode="after")
    def _a_mix_has_a_grade(self) -> Self:
        if self.difficulty_mix and not any(share for _, share in self.difficulty_mix):
            raise ValueError("difficulty_mix: all grades are 0: give at least one a share")
        return self

    @model_validator(mode="after")
    def _one_key_plans_decoys(self) -> Self:
        usual = DecoyRates()
        for name in (name for names in LOOK_ALIKES.values() for name in names):
            if self.decoy_ratio is not None and getattr(self.decoy_rates, name) != getattr(usual, name):
                raise ValueError(
                    f"decoy_rates.{name}: decoy_ratio {self.decoy_ratio:g} plans these decoys: leave one of "
                    "the two out"
                )
        return self
