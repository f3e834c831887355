"""Configuration of personal_banking: the source documents' defaults, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from itertools import count
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from synth_assets.model.calendar import months_before
from synth_assets.model.config import Frozen, History, WorldConfig

Rate = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[int, Field(ge=0, le=1_000)]

MOST_USERS = 1_000_000

SLOTS_A_MONTH = 128
"""Transaction numbers of a user a month, used or not, of the nine digits that an id holds."""

GROWING_SLOTS_A_MONTH = 160
"""The same in a history that grows, where a purchase has another number while it is pending."""

LONGEST_MONTHS = 24
"""Bound of a window: loans are so long that none ends within it."""

MOST_HISTORY_MONTHS = 120
"""Bound of a history that grows: transaction numbers of a user are reserved for so many months."""


class AnomalyRates(Frozen):
    """Faults that a bank-data tool must find; all off by default."""

    duplicate_transaction: Rate = Field(0.0, description="Posted transactions that are there twice.")
    pending_never_posts: Rate = Field(0.0, description="Pending transactions older than ten days.")
    refund_without_purchase: Rate = Field(0.0, description="Refunds by a merchant that was never paid.")
    before_account_opened: Rate = Field(0.0, description="Transactions dated before their account opened.")
    balance_does_not_replay: Rate = Field(0.0, description="Accounts whose balance is not their rows' sum.")
    transfer_leg_missing: Rate = Field(0.0, description="Transfers that show one side only.")
    data_after_consent_withdrawn: Rate = Field(0.0, description="Users without consent whose data flows on.")
    over_limit_transaction: Rate = Field(
        0.0, description="Purchases that took a card above its limit; not in the preset simple."
    )


class DecoyRates(Frozen):
    """Share of users who look odd and are sound: never labelled. Empty: as habits have it."""

    opened_within_history: Rate | None = Field(
        None, description="Users who opened a savings account within the history."
    )
    consent_renewed: Rate | None = Field(
        None, description="Users who said again within the history that they consent."
    )
    pending_in_time: Rate | None = Field(
        None, description="Users who surely have a purchase of the last ten days pending; others may."
    )
    paid_around_limit: Rate | None = Field(
        None,
        description="Users who spend more in a month than their card's limit and pay in between; empty: "
        "three for each over_limit_transaction, as far as there are so many.",
    )


LOOK_ALIKES = {
    "pending_never_posts": "pending_in_time",
    "before_account_opened": "opened_within_history",
    "balance_does_not_replay": "pending_in_time",
    "data_after_consent_withdrawn": "consent_renewed",
    "over_limit_transaction": "paid_around_limit",
}
"""By kind, the decoys that `decoy_ratio` plans. What looks like the other kinds follows from habits."""

FAULTY = {"num_users": 500, "anomaly_rates": dict.fromkeys(AnomalyRates.model_fields, 0.03)}
"""Values of the preset `faulty`: 15 labels of each kind."""

INVESTIGATION = {
    "num_users": 1_000,
    "anomaly_rates": {
        **dict.fromkeys(AnomalyRates.model_fields, 0.02),
        "pending_never_posts": 0.0,
        "data_after_consent_withdrawn": 0.0,
    },
}
"""Values of the preset `investigation`: 20 labels of each kind that no single row shows."""


class ArchetypeShares(Frozen):
    """Users of each archetype, relative to each other: scaled to `num_users` by largest remainder."""

    high_utilizer: Share = Field(18, description="Half of a card's limit used, or more; interest.")
    variable_income: Share = Field(12, description="Paid every 46 days or later; less than a month's cash.")
    subscription_heavy: Share = Field(12, description="Three recurring merchants or more.")
    savings_builder: Share = Field(12, description="Saves every payday; cards below 30 %.")
    cash_flow_stressed: Share = Field(10, description="Below $100 on three days of ten.")
    multi_persona: Share = Field(12, description="Two of the above at once.")
    stable: Share = Field(6, description="None of them.")
    edge_cases: Share = Field(8, description="Exactly on a threshold, or with nothing to judge.")


class CategoryShares(Frozen):
    """Transactions of each category in the preset `simple`; they add up to 1."""

    FOOD_AND_DRINK: Rate = Field(0.25, description="Groceries, restaurants and coffee.")
    GENERAL_MERCHANDISE: Rate = Field(0.20, description="Shops and marketplaces.")
    TRANSPORTATION: Rate = Field(0.15, description="Fuel and rides.")
    ENTERTAINMENT: Rate = Field(0.10, description="Venues and services.")
    UTILITIES: Rate = Field(0.10, description="Power, water and internet.")
    HEALTHCARE: Rate = Field(0.05, description="Pharmacies and doctors.")
    INCOME: Rate = Field(0.15, description="Paychecks; on checking and savings alone.")


class Simple(Frozen):
    """What the preset `simple` draws; the preset `personas` reads none of it."""

    days: int = Field(180, ge=180, le=700, description="Days of history up to as_of.")
    most_accounts: int = Field(3, ge=1, le=3, description="Accounts of a user, from 1.")
    fewest_transactions: int = Field(20, ge=20, le=200, description="Transactions of an account, at least.")
    most_transactions: int = Field(100, ge=20, le=200, description="Transactions of an account, at most.")
    pending_rate: Annotated[float, Field(ge=0, le=0.25)] = Field(
        0.05, description="Transactions that are not posted yet."
    )
    category_shares: CategoryShares = CategoryShares()


class StatementHistory(History):
    """Statements that go on: with a start, a later as_of adds days and changes no earlier one.

    The first `date_range_months` are planned as a window is, then as many more at a time, for ten years.
    """


COUNTED_BY_HISTORY = {
    "preset": "only personas goes on",
    "decoy_ratio": "habits say how many decoys there are",
    "prevalence": "anomaly_rates say how many faults there are",
}
"""Keys of a window that say nothing in a history that grows, each with what does instead."""


class Config(WorldConfig):
    """Keys of personal_banking."""

    counted_by_history: ClassVar[Mapping[str, str]] = COUNTED_BY_HISTORY

    preset: Literal["personas", "simple", "faulty", "investigation"] = Field(
        "personas",
        description="Habits that trigger personas; seven categories drawn by weight; personas with faults; "
        "personas with faults that no single row shows.",
    )

    num_users: int = Field(
        75,
        ge=10,
        le=MOST_USERS,
        validation_alias=AliasChoices("num_users", "user_count"),
        description="Users; also called user_count.",
    )
    pfc_version: Literal["v1", "v2"] = Field(
        "v1",
        description="Version of Plaid's categories in the export to Plaid; the tables hold v1's.",
    )
    date_range_months: int = Field(
        7,
        ge=7,
        le=LONGEST_MONTHS,
        description="Months of history up to as_of; with history.start, months that are planned at once: "
        "personas hold at the end of the first of such windows, and rates in each.",
    )
    history: StatementHistory = StatementHistory()
    consent_ratio: Rate = Field(0.9, description="Users who consent to the use of their data.")
    archetypes: ArchetypeShares = ArchetypeShares()
    simple: Simple = Simple()
    anomaly_rates: AnomalyRates = AnomalyRates()
    decoy_rates: DecoyRates = DecoyRates()
    decoy_ratio: float | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Decoys for each labelled fault that they look like, such as 1, 10 or 100: exactly so "
        "many accounts opened within the history and consents renewed, at least so many users with a "
        "purchase pending and purchases around a limit. What looks like a duplicate, a refund or a transfer "
        "follows from habits, and a ratio that asks for more than they surely give is refused. Empty: as "
        "decoy_rates says.",
    )

    @property
    def planned_decoys(self) -> DecoyRates:
        """`decoy_rates`, or what `decoy_ratio` makes of them."""
        if self.decoy_ratio is None:
            return self.decoy_rates
        from synth_assets.worlds.personal_banking.decoy_plan import counts

        return DecoyRates(**{name: min(1.0, count / self.num_users) for name, count in counts(self).items()})

    def clean(self) -> Self:
        """The clean twin has the decoys of the faulty one, though no fault counts them; and who exceeds a
        limit there pays around it."""
        from synth_assets.worlds.personal_banking.decoy_plan import users_around_limits

        decoys, around = self.planned_decoys, users_around_limits(self)
        if around:
            decoys = decoys.model_copy(update={"paid_around_limit": around / self.num_users})
        return super().clean().model_copy(update={"decoy_rates": decoys, "decoy_ratio": None})

    def with_prevalence(self) -> Self:
        """The same with rates that add up to the prevalence; none of a kind that the preset cannot have."""
        kinds = dict.fromkeys(AnomalyRates.model_fields, self.prevalence or 0.0)
        if self.preset == "simple" and self.prevalence and not any(dict(self.anomaly_rates).values()):
            kinds["over_limit_transaction"] = 0.0
            equal = {kind: rate / (len(kinds) - 1) for kind, rate in kinds.items()}
            return self.model_copy(update={"anomaly_rates": AnomalyRates(**equal)})
        return super().with_prevalence()

    @property
    def most_strata(self) -> int:
        """How many windows, one after the other, a history can get long; 1 where none grows."""
        return -(-MOST_HISTORY_MONTHS // self.date_range_months) if self.grows else 1

    @property
    def stratum_slots(self) -> int:
        """Transaction numbers of a user in a window, used or not."""
        return self.date_range_months * (GROWING_SLOTS_A_MONTH if self.grows else SLOTS_A_MONTH)

    @property
    def slots(self) -> int:
        """Transaction numbers of a user, used or not."""
        return self.most_strata * self.stratum_slots

    def stratum_ends(self, stratum: int) -> dt.date:
        """The last day of the window of a history that has so many before it."""
        return months_before(self.start, -(stratum + 1) * self.date_range_months) - dt.timedelta(1)

    @property
    def stratum(self) -> int:
        """How many windows of a history are over before the one in which as_of is."""
        return next(number for number in count() if self.day <= self.stratum_ends(number))

    @property
    def first_window_ends(self) -> dt.date:
        """The day on which personas hold: as_of, or in a history the last day of its first window."""
        return self.stratum_ends(0) if self.grows else self.day

    @property
    def longest_until(self) -> dt.date:
        """The last day that a history can reach."""
        return months_before(self.start, -MOST_HISTORY_MONTHS) - dt.timedelta(1)

    @property
    def whole(self) -> Self:
        """The same with all that is planned up to the end of the window in which as_of is."""
        return self.model_copy(update={"as_of": self.stratum_ends(self.stratum)}) if self.grows else self

    @property
    def history_begins_after(self) -> dt.date:
        """The day before the first of the history."""
        if self.grows:
            return self.start - dt.timedelta(1)
        if self.preset == "simple":
            return self.day - dt.timedelta(self.simple.days)
        return months_before(self.day, self.date_range_months)

    def sql_facts(self) -> dict[str, object]:
        """The day before the history begins, the last day of its first window, and whether everybody's
        persona is the one planned."""
        return {
            "history_begins_after": self.history_begins_after,
            "first_window_ends": self.first_window_ends,
            "personas_hold": self.day == self.first_window_ends,
        }

    @model_validator(mode="after")
    def _keys_fit_the_preset(self) -> Self:
        message = self._keys_of_another_preset()
        if message:
            raise ValueError(message)
        return self

    def _keys_of_another_preset(self) -> str | None:
        """Which key was set that the preset does not read, and what is wrong with those of `simple`."""
        personas = ("archetypes", "date_range_months", "decoy_rates", "decoy_ratio")
        unread = personas if self.preset == "simple" else ("simple",)
        for key in unread:
            if getattr(self, key) != type(self).model_fields[key].default:
                return f"{key}: the preset {self.preset} does not read it"
        for name, rate in self.decoy_rates if self.grows else ():
            if rate is not None and name != "paid_around_limit":
                return f"decoy_rates.{name}: with history.start habits say how many there are: leave it out"
        for name, rate in self.decoy_rates if self.decoy_ratio is not None else ():
            if rate is not None:
                ratio = f"decoy_ratio {self.decoy_ratio:g}"
                return f"decoy_rates.{name}: {ratio} plans these decoys: leave one of the two out"
        shares = self.simple.category_shares.model_dump()
        if abs(math.fsum(shares.values()) - 1) > 1e-6:
            return f"simple.category_shares add up to {math.fsum(shares.values()):.6g}: they must add up to 1"
        if self.simple.fewest_transactions > self.simple.most_transactions:
            return (
                f"simple.fewest_transactions is {self.simple.fewest_transactions}, more than "
                f"simple.most_transactions, {self.simple.most_transactions}"
            )
        return None
