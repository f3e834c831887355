"""The eight faults that a bank-data tool must find, and which user carries which.

A fault is planned per user; `activity/faults.py` makes it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup, assign
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking.config import Config

DUPLICATE, PENDING, REFUND, BEFORE_OPENED, UNREPLAYED, LEG_MISSING, WITHDRAWN, OVER_LIMIT = range(1, 9)
"""Codes of the kinds in a plan: 1 + position in ANOMALIES; 0 is a sound user."""

TRANSFER = (
    "transactions.category_primary",
    "transactions.category_detailed",
    "transactions.merchant_name",
    "transactions.name",
)
"""In the preset `simple` there are no other transfers than those that show one side."""

ANOMALIES = (
    Anomaly(
        "duplicate_transaction",
        "transaction",
        "A purchase that is there twice: same account, day, amount and feed string.",
        column="transactions.transaction_id",
    ),
    Anomaly(
        "pending_never_posts",
        "transaction",
        "Still pending more than ten days after the purchase.",
        column="transactions.pending",
        shows_in=("transactions.pending",),
    ),
    Anomaly(
        "refund_without_purchase",
        "transaction",
        "Money back from a merchant who was never paid.",
        column="transactions.transaction_id",
    ),
    Anomaly(
        "before_account_opened",
        "account",
        "A transaction is dated before its account was opened.",
        column="accounts.opened_on",
    ),
    Anomaly(
        "balance_does_not_replay",
        "account",
        "Opening balance and rows do not give the current balance.",
        column="accounts.balance_current_cents",
        day="injected_at",
    ),
    Anomaly(
        "transfer_leg_missing",
        "transaction",
        "A card payment or transfer arrived that left no other account of the user.",
        column="transactions.transaction_id",
        shows_in=(*TRANSFER, "transactions.transaction_id"),  # a sound one's other side is the row before it
    ),
    Anomaly(
        "data_after_consent_withdrawn",
        "user",
        "Consent was withdrawn, and transactions flow on.",
        column="users.consent_status",
        shows_in=("users.consent_status",),
        day="consent_updated_at",
    ),
    Anomaly(
        "over_limit_transaction",
        "transaction",
        "A purchase took what is owed on a card above its limit, as the payment came after it.",
        column="transactions.transaction_id",
    ),
)


def levels(config: Config, with_transfers: int, eligible: int) -> list[QuotaGroup]:
    """Kinds by the users that they may touch: who surely pays a card or saves, and all plain users; but for
    over-the-limit transactions, which other users carry."""
    planned = {name: quota(rate, config.num_users) for name, rate in config.planned_rates.items()}
    asked = {name: quota(rate, config.num_users) for name, rate in config.anomaly_rates}
    for of in (planned, asked):
        of.pop("over_limit_transaction")  # planned for itself, see `user_plan.faults`
    leg, kept_leg = planned.pop("transfer_leg_missing"), asked.pop("transfer_leg_missing")
    groups = [QuotaGroup(with_transfers, (leg,)), QuotaGroup(eligible, tuple(planned.values()))]
    if config.prevalence is None:
        return groups
    return [
        replace(group, kept=kept)
        for group, kept in zip(groups, [(kept_leg,), tuple(asked.values())], strict=True)
    ]


_ORDER = np.array([0, LEG_MISSING, DUPLICATE, PENDING, REFUND, BEFORE_OPENED, UNREPLAYED, WITHDRAWN], np.int8)


def kinds(config: Config, draws: Draws, place: Ints, with_transfers: int, eligible: int) -> Codes:
    """The fault of each user by place among the eligible, negative for the others."""
    return assigned(draws, place, levels(config, with_transfers, eligible))


def assigned(draws: Draws, place: Ints, plan: list[QuotaGroup]) -> Codes:
    """The same, given how many there are of each kind, that of one side of transfers before all others."""
    keys = [draws.key(f"faults {level}") for level in range(len(plan))]
    return _ORDER[assign(place, plan, keys)]
