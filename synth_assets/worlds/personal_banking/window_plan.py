"""Which user carries which fault in each window of a history: exact quotas, rounded over the windows so far.

A consent is withdrawn and an account opened once, so that these kinds come in the first window alone; so many
users have the fault from then on. Who pays around a card's limit has no other fault than to exceed it, and
takes turns in that.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup
from synth_assets.model.quotas import quotas
from synth_assets.worlds.personal_banking import anomalies, user_plan
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.decoy_plan import users_around_limits
from synth_assets.worlds.personal_banking.user_plan import ONLY_PENDING, Users

ONCE = ("before_account_opened", "data_after_consent_withdrawn")
"""Kinds of the first window alone."""


def of_window(config: Config, draws: Draws, users: Users, stratum: Stratum) -> Users:
    """The users in a window. Who has only pending transactions in the first one lives like anybody then."""
    number = stratum.number
    edge = np.where(users.edge == ONLY_PENDING, -1, users.edge) if number else users.edge
    rank = user_plan.ranks(config, draws, users.number)
    return users._replace(edge=edge, fault=_faults(config, draws, rank, stratum))


def labels(config: Config, number: int) -> dict[str, int]:
    """How many faults of each kind begin in the window that has so many before it."""
    users = config.num_users
    found = {}
    for kind, rate in config.anomaly_rates:
        before, after = quotas(rate, [number * users, (number + 1) * users])
        found[kind] = 0 if number and kind in ONCE else after - before
    return found


def most_labels(config: Config) -> dict[str, int]:
    """How many faults of each kind begin in any window at most."""
    exact = {kind: Fraction(rate).limit_denominator(10**9) for kind, rate in config.anomaly_rates}
    return {
        kind: -(-share.numerator * config.num_users // share.denominator) for kind, share in exact.items()
    }


def levels(config: Config, asked: dict[str, int]) -> list[QuotaGroup]:
    """Kinds by the users that they may touch, but for over-the-limit transactions, and how many are asked."""
    transferring, eligible = user_plan.eligible(config)
    others = [kind for kind in asked if kind not in ("transfer_leg_missing", "over_limit_transaction")]
    return [
        QuotaGroup(transferring, (asked["transfer_leg_missing"],)),
        QuotaGroup(eligible - users_around_limits(config), tuple(asked[kind] for kind in others)),
    ]


def _faults(config: Config, draws: Draws, rank: Ints, stratum: Stratum) -> Codes:
    """The fault of each user in a window, given their ranks."""
    asked, around = labels(config, stratum.number), users_around_limits(config)
    place = user_plan.places_left(config, draws, rank, around)
    fault = anomalies.assigned(stratum.draws(draws), place, levels(config, asked))
    kept = asked["over_limit_transaction"]
    if kept:
        so_far = quotas(config.anomaly_rates.over_limit_transaction, [stratum.number * config.num_users])[0]
        turn = user_plan.around_turns(config, draws, rank)
        fault[(turn < around) & ((turn - so_far) % around < kept)] = anomalies.OVER_LIMIT
    return fault
