"""Configuration of personal_banking: the source documents' defaults, each key with unit and bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from synth_assets.model.anomaly import misfit
from synth_assets.model.config import Frozen, WorldConfig
from synth_assets.model.identifiers import LARGEST
from synth_assets.worlds.personal_banking import plan

Rate = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[int, Field(ge=0, le=1_000)]

MOST_USERS = 1_000_000

SLOTS_A_MONTH = 128
"""Transaction numbers of a user a month, used or not, of the nine digits that an id holds."""


class AnomalyRates(Frozen):
    """Faults that a bank-data tool must find; all off by default."""

    duplicate_transaction: Rate = Field(0.0, description="Posted transactions that stand twice.")
    pending_never_posts: Rate = Field(0.0, description="Pending transactions older than ten days.")
    refund_without_purchase: Rate = Field(0.0, description="Refunds by a merchant that was never paid.")
    before_account_opened: Rate = Field(0.0, description="Transactions dated before their account opened.")
    balance_does_not_replay: Rate = Field(0.0, description="Accounts whose balance is not their rows' sum.")
    transfer_leg_missing: Rate = Field(0.0, description="Transfers of which only one side stands.")
    data_after_consent_withdrawn: Rate = Field(0.0, description="Users without consent whose data flows on.")


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


class Config(WorldConfig):
    """Keys of personal_banking."""

    preset: Literal["personas", "simple"] = "personas"
    num_users: int = Field(
        75,
        ge=10,
        le=MOST_USERS,
        validation_alias=AliasChoices("num_users", "user_count"),
        description="Users; also called user_count.",
    )
    date_range_months: int = Field(7, ge=7, le=24, description="Months of history up to as_of.")
    consent_ratio: Rate = Field(0.9, description="Users who consent to the use of their data.")
    archetypes: ArchetypeShares = ArchetypeShares()
    anomaly_rates: AnomalyRates = AnomalyRates()

    def misfit(self) -> str | None:
        """Why the configuration cannot be met exactly, in one line, or None when it can."""
        if not any(self.archetypes.model_dump().values()):
            return "archetypes are all 0: give at least one a share"
        if SLOTS_A_MONTH * self.date_range_months * self.num_users > LARGEST:
            most = LARGEST // (SLOTS_A_MONTH * self.date_range_months)
            return f"num_users is {self.num_users:,}, but {self.date_range_months} months allow {most:,}"
        wrong = misfit(plan.fault_levels(self))
        if wrong:
            asked, reach, level = wrong
            whom = ("high utilizers, whose card payments", "users who")[level]
            return f"anomaly_rates ask for {asked:,} faults, but there are {reach:,} {whom} may carry one"
        return None

    def asked(self) -> dict[str, tuple[int, int]]:
        """For each anomaly kind, the rows that its rate counts and the labels that it asks for."""
        return plan.asked(self)
