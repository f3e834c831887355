"""Which users look like a fault and are sound, where a rate says how many: known for any user alone.

Users take their turns by a keyed permutation of those who may; the first so many are planned.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking import anomalies, user_plan
from synth_assets.worlds.personal_banking.config import LOOK_ALIKES, Config
from synth_assets.worlds.personal_banking.user_plan import EDGE, PLAIN, STABLE, Users, archetype_counts

_OPENING = (0, 2, STABLE)
"""Archetypes whose users may open a savings account within the history, whatever else they do."""

_SPOILT = {
    "before_account_opened": anomalies.BEFORE_OPENED,
    "balance_does_not_replay": anomalies.UNREPLAYED,
    "data_after_consent_withdrawn": anomalies.WITHDRAWN,
}
"""Kinds of faults of which a user who carries one is no decoy, however planned."""


AROUND_A_FAULT = 3
"""Users who pay around a limit for each who exceeds it, as far as there are so many; where neither a rate nor
a ratio says [D]."""


def with_decoys(config: Config, draws: Draws, users: Users) -> Users:
    """The users with the decoys that a rate plans."""
    asked = {name: quota(rate, config.num_users) for name, rate in config.planned_decoys if rate is not None}
    asked |= {"paid_around_limit": around} if (around := users_around_limits(config)) else {}
    if not asked:
        return users
    rank = user_plan.ranks(config, draws, users.number)
    planned: dict[str, Any] = {
        name: (_turn(name, config, draws, rank) < count).astype(np.int8) for name, count in asked.items()
    }
    return users._replace(**planned)


@cache
def users_around_limits(config: Config) -> int:
    """Users who spend more in a month than their card's limit and pay in between, or once too late."""
    return _at_fault(config) + around_decoys(config)


def _at_fault(config: Config) -> int:
    """Users who exceed a limit; in a history that grows, in any of its windows at most."""
    rate, users = config.anomaly_rates.over_limit_transaction, config.num_users
    if not config.grows:
        return quota(rate, users)
    share = Fraction(rate).limit_denominator(10**9)
    return -(-share.numerator * users // share.denominator)


def around_decoys(config: Config) -> int:
    """Those of them who pay in time, which their rate, the ratio or the faults ask for."""
    if config.decoy_ratio is None and config.decoy_rates.paid_around_limit is not None:
        return quota(config.decoy_rates.paid_around_limit, config.num_users)
    at_fault = _at_fault(config)
    a_fault = AROUND_A_FAULT if config.decoy_ratio is None else config.decoy_ratio
    return max(0, min(quota(a_fault, at_fault), user_plan.around_room(config) - at_fault))


@cache
def counts(config: Config) -> dict[str, int]:
    """Users for whom the `decoy_ratio` plans each decoy: as many as it asks for, and whoever is none in turn.

    All users' faults are planned once to know that.
    """
    draws = Draws(config.seed, "personal_banking", "users")
    rank = user_plan.ranks(config, draws, np.arange(config.num_users))
    fault = user_plan.faults(config, draws, rank)
    found = dict.fromkeys(LOOK_ALIKES.values(), 0)
    for kind, name in LOOK_ALIKES.items():
        if name == "paid_around_limit":
            found[name] = around_decoys(config)
            continue
        labels = quota(getattr(config.anomaly_rates, kind), config.num_users)
        asked = quota(config.decoy_ratio or 0.0, labels)
        spoilt = np.sort(_turn(name, config, draws, rank[fault == _SPOILT.get(kind, -1)]))
        count = asked + int((spoilt - np.arange(len(spoilt)) < asked).sum())
        found[name] = max(found[name], count)
    return found


def rooms(config: Config) -> dict[str, int]:
    """Users who may be each decoy."""
    numbers = archetype_counts(config)
    others = config.num_users - numbers[EDGE]
    refusing = config.num_users - quota(config.consent_ratio, config.num_users)
    consenting = min(others, others + user_plan.edges_that_refuse(config) - refusing)
    return {
        "opened_within_history": sum(numbers[archetype] for archetype in _OPENING),
        "consent_renewed": max(0, consenting),
        "pending_in_time": sum(numbers[archetype] for archetype in PLAIN) - users_around_limits(config),
        "paid_around_limit": user_plan.around_room(config),
    }


def _turn(name: str, config: Config, draws: Draws, rank: Ints) -> Ints:
    """When it is each user's turn to be a decoy, from 0; `num_users` for those who may not be."""
    never, room = config.num_users, rooms(config)[name]
    if name == "consent_renewed":  # first who would refuse last
        others = never - archetype_counts(config)[EDGE]
        return np.where(rank < others, others - 1 - user_plan.refusal_order(draws, rank, others), never)
    if name == "paid_around_limit":
        return user_plan.around_turns(config, draws, rank)
    if name == "opened_within_history":
        place = user_plan.places(config, rank, _OPENING)
    else:  # what is pending on a card whose payments are planned would be more than they reckon with
        place = user_plan.places_left(config, draws, rank, users_around_limits(config))
    order = Permutation(draws.key(f"decoys {name}"), max(room, 1))(np.maximum(place, 0))
    return np.where(place >= 0, order, never)
