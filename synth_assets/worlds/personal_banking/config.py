"""Configuration of personal_banking: the source documents' defaults, each key with unit and bounds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from synth_assets.model.calendar import months_before
from synth_assets.model.config import Frozen, History, WorldConfig

Rate = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[int, Field(ge=0, le=1_000)]

MOST_USERS = 1_000_000

SLOTS_A_MONTH = 128
"""Transaction numbers of a user a month, used or not, of the nine digits that an id holds."""

GROWING_SLOTS_A_MONTH = 256
"""The same in a history that grows, where a purchase has another number while it is pending."""

LONGEST_MONTHS = 24
"""Bound of a history: loans are so long that none ends within it."""


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

    What happens in all its months is planned at once, and as_of says how much of it has happened.
    """

    months: int = Field(
        LONGEST_MONTHS,
        ge=7,
        le=LONGEST_MONTHS,
        description="Months that a history that grows can get long: personas hold exactly on its last day, "
        "and no as_of is later.",
    )


COUNTED_BY_HISTORY = {
    "preset": "only personas goes on",
    "date_range_months": "the history runs from history.start to as_of, and history.months says how long it "
    "can get",
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
    date_range_months: int = Field(7, ge=7, le=LONGEST_MONTHS, description="Months of history up to as_of.")
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
    def months(self) -> int:
        """Months of which statements are planned."""
        return self.history.months if self.grows else self.date_range_months

    @property
    def slots(self) -> int:
        """Transaction numbers of a user, used or not."""
        return self.months * (GROWING_SLOTS_A_MONTH if self.grows else SLOTS_A_MONTH)

    @property
    def last_day(self) -> dt.date:
        """The last day that is planned."""
        if not self.grows:
            return self.day
        return months_before(self.start - dt.timedelta(1), -self.months)

    @property
    def whole(self) -> Self:
        """The same with all that is planned."""
        return self.model_copy(update={"as_of": self.last_day})

    @property
    def history_begins_after(self) -> dt.date:
        """The day before the first of the history."""
        if self.grows:
            return self.start - dt.timedelta(1)
        if self.preset == "simple":
            return self.day - dt.timedelta(self.simple.days)
        return months_before(self.day, self.date_range_months)

    def sql_facts(self) -> dict[str, object]:
        """The day before the history begins, whether everybody's persona is the one planned, and of a history
        that grows whole months since then."""
        facts: dict[str, object] = {
            "history_begins_after": self.history_begins_after,
            "personas_hold": self.day == self.last_day,
        }
        if self.grows:
            facts["date_range_months"] = (self.day - self.start).days * 12 // 365
        return facts

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
