"""Who is who: archetype, habits and consent of every user, known before any account exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.anomaly import quota
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation

if TYPE_CHECKING:
    from synth_assets.worlds.personal_banking.config import Config

ARCHETYPES = (
    "high_utilizer",
    "variable_income",
    "subscription_heavy",
    "savings_builder",
    "cash_flow_stressed",
    "multi_persona",
    "stable",
    "edge_cases",
)
MULTI, STABLE, EDGE = ARCHETYPES.index("multi_persona"), ARCHETYPES.index("stable"), 7

HIGH_UTILIZATION, VARIABLE_INCOME, SUBSCRIPTION_HEAVY, SAVINGS_BUILDER, CASH_FLOW_STRESSED = 1, 2, 4, 8, 16
"""Personas as bits, 1 to 5 of decision 18."""

COMBINATIONS = (
    HIGH_UTILIZATION | CASH_FLOW_STRESSED,
    HIGH_UTILIZATION | SUBSCRIPTION_HEAVY,
    SUBSCRIPTION_HEAVY | CASH_FLOW_STRESSED,
    HIGH_UTILIZATION | VARIABLE_INCOME,
    SUBSCRIPTION_HEAVY | SAVINGS_BUILDER,
)
"""What a multi-persona user combines, in turn."""

EDGES = (
    "exactly half of the limit used",
    "exactly three recurring merchants",
    "exactly three low days of ten",
    "no consent, and high utilization",
    "no transactions",
    "only pending transactions",
    "only cash",
)
HALF_USED, THREE_MERCHANTS, THREE_LOW_DAYS, NO_CONSENT, NOTHING, ONLY_PENDING, ONLY_CASH = range(7)
_EDGE_PERSONAS = (HIGH_UTILIZATION, SUBSCRIPTION_HEAVY, CASH_FLOW_STRESSED, HIGH_UTILIZATION, 0, 0, 0)


class Users(NamedTuple):
    """What is planned for consecutive users.

    Attributes:
        number: 0 for the first.
        archetype: index into `ARCHETYPES`.
        edge: index into `EDGES`, -1 for everybody else.
        personas: bits of the personas that the user's habits trigger.
        consents: whether the user consents.
    """

    number: Ints
    archetype: Ints
    edge: Ints
    personas: Ints
    consents: npt.NDArray[np.bool_]


def archetype_counts(config: Config) -> list[int]:
    """Users of each archetype: 15, 10, 10, 10, 8, 10, 5 and 7 of 75."""
    return largest_remainder(list(config.archetypes.model_dump().values()), config.num_users)


def largest_remainder(weights: Sequence[int], total: int) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total` (Hamilton's method)."""
    whole = sum(weights)
    counts = [weight * total // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(weights[i] * total % whole), i))
    for i in by_rest[: total - sum(counts)]:
        counts[i] += 1
    return counts


def plan(config: Config, draws: Draws, number: Ints) -> Users:
    """The plan of the users `number`."""
    ends = np.cumsum(archetype_counts(config))
    rank = Permutation(draws.key("archetype"), config.num_users)(number)
    archetype = np.searchsorted(ends, rank, side="right")
    within = rank - np.concatenate([[0], ends])[archetype]
    edge = np.where(archetype == EDGE, within % len(EDGES), -1)
    personas = np.select(
        [archetype < MULTI, archetype == MULTI, archetype == EDGE],
        [1 << np.minimum(archetype, 4), np.array(COMBINATIONS)[within % 5], np.array(_EDGE_PERSONAS)[edge]],
        0,
    )
    return Users(number, archetype, edge, personas, _consents(config, draws, rank, edge))


def _consents(config: Config, draws: Draws, rank: Ints, edge: Ints) -> npt.NDArray[np.bool_]:
    """Exactly quota(consent_ratio) users consent; of the edge cases all but the one that must not."""
    counts = archetype_counts(config)
    others = config.num_users - counts[EDGE]
    refusing_edges = len(range(NO_CONSENT, counts[EDGE], len(EDGES)))
    refusing = config.num_users - quota(config.consent_ratio, config.num_users) - refusing_edges
    order = Permutation(draws.key("consent"), max(others, 1))(np.minimum(rank, others - 1))
    return np.where(edge >= 0, edge != NO_CONSENT, order >= refusing)
