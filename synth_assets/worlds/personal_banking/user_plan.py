"""Who is who: archetype, habits and consent of every user, known before any account exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking import anomalies
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
"""Personas as bits, in the order of the source document."""

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
HALF_USED, THREE_MERCHANTS, THREE_LOW_DAYS, NO_CONSENT, NO_RESULT, ONLY_PENDING, ONLY_CASH = range(7)
_EDGE_PERSONAS = (HIGH_UTILIZATION, SUBSCRIPTION_HEAVY, CASH_FLOW_STRESSED, HIGH_UTILIZATION, 0, 0, 0)


MONTH_DAYS = 30
"""In so many days everybody who may carry a fault has a transaction posted."""

AS_DRAWN = -1
"""Of a decoy that no rate plans: each user's own draws say."""


class Users(NamedTuple):
    """What is planned for consecutive users.

    Attributes:
        number: 0 for the first.
        archetype: index into `ARCHETYPES`.
        edge: index into `EDGES`, -1 for everybody else.
        personas: bits of the personas that the user's habits trigger.
        consents: whether the user consents.
        fault: code of the anomaly, 0 for a sound user.
        opened_within_history, consent_renewed, pending_in_time: 1 for whom the decoy is planned, 0 for nobody
            else, AS_DRAWN where no rate plans it.
        paid_around_limit: the same of who spends more than a card's limit and pays in between, who has an
            over-the-limit transaction included.
    """

    number: Ints
    archetype: Ints
    edge: Ints
    personas: Ints
    consents: npt.NDArray[np.bool_]
    fault: Codes
    opened_within_history: Codes
    consent_renewed: Codes
    pending_in_time: Codes
    paid_around_limit: Codes


def archetype_counts(config: Config) -> list[int]:
    """Users of each archetype: 15, 10, 10, 10, 8, 10, 5 and 7 of 75; none in the preset `simple`."""
    if config.preset == "simple":
        return [0] * len(ARCHETYPES)
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
    """The plan of the users `number`, without decoys; in the preset `simple` nobody is of an archetype."""
    drawn = np.full(len(number), AS_DRAWN, np.int8)
    if config.preset == "simple":
        nobody = np.full(len(number), -1)
        carried = anomalies.kinds(config, draws, number, config.num_users, config.num_users)
        return Users(
            number, nobody, nobody, np.zeros_like(number), _consents(config, draws, number, nobody), carried,
            drawn, drawn, drawn, drawn,
        )  # fmt: skip
    ends = np.cumsum(archetype_counts(config))
    rank = ranks(config, draws, number)
    archetype = np.searchsorted(ends, rank, side="right")
    within = rank - np.concatenate([[0], ends])[archetype]
    edge = np.where(archetype == EDGE, within % len(EDGES), -1)
    personas = np.select(
        [archetype < MULTI, archetype == MULTI, archetype == EDGE],
        [1 << np.minimum(archetype, 4), np.array(COMBINATIONS)[within % 5], np.array(_EDGE_PERSONAS)[edge]],
        0,
    )
    return Users(
        number, archetype, edge, personas, _consents(config, draws, rank, edge), faults(config, draws, rank),
        drawn, drawn, drawn, drawn,
    )  # fmt: skip


def withdrawn_on(draws: Draws, number: Ints, length: int) -> Ints:
    """Day of the first window of a history, which has so many, on which each of the users `number` would
    withdraw consent: so early that something follows."""
    lately = draws.fields("consent", number)[1].astype(np.int64)
    return lately * (length - MONTH_DAYS) // 65_536


def ranks(config: Config, draws: Draws, number: Ints) -> Ints:
    """The rank of each user, one archetype after the other."""
    return Permutation(draws.key("archetype"), config.num_users)(number)


_TRANSFERRING = (0, 3)
"""High utilizers pay their card every month, savings builders save on every payday."""
AROUND = (2, STABLE)
"""Subscription-heavy and stable users may pay around a card's limit: what they are known for does not depend
on how they use a card."""

PLAIN = (*_TRANSFERRING, *AROUND)
"""Archetypes whose users may carry a fault; not those who live within a few dollars of a threshold."""


def eligible(config: Config) -> tuple[int, int]:
    """Users who surely make transfers, and all who may carry a fault."""
    counts = archetype_counts(config)
    return sum(counts[kind] for kind in _TRANSFERRING), sum(counts[kind] for kind in PLAIN)


def faults(config: Config, draws: Draws, rank: Ints) -> Codes:
    """The fault of each user, given their ranks: over-the-limit transactions first, the others among those
    who are left."""
    planned = over_limit_quota(config)
    with_transfers, plain = eligible(config)
    place = places_left(config, draws, rank, planned)
    fault = anomalies.kinds(config, draws, place, with_transfers, plain - planned)
    if planned:
        kept = quota(config.anomaly_rates.over_limit_transaction, config.num_users)
        fault[around_turns(config, draws, rank) < kept] = anomalies.OVER_LIMIT
    return fault


def over_limit_quota(config: Config) -> int:
    """Users of whom an over-the-limit transaction is planned, kept or not."""
    return quota(config.planned_rates["over_limit_transaction"], config.num_users)


def around_room(config: Config) -> int:
    """Users who may pay around a card's limit."""
    counts = archetype_counts(config)
    return sum(counts[archetype] for archetype in AROUND)


def around_turns(config: Config, draws: Draws, rank: Ints) -> Ints:
    """When it is each user's turn to pay around a card's limit, from 0; `num_users` for those who may not."""
    place = places(config, rank, AROUND)
    order = Permutation(draws.key("decoys paid_around_limit"), max(around_room(config), 1))
    return np.where(place >= 0, order(np.maximum(place, 0)), config.num_users)


def places_left(config: Config, draws: Draws, rank: Ints, taken: int) -> Ints:
    """The number of each user among the plain ones, without the first `taken` who pay around a limit; -1 for
    everybody else."""
    place = places(config, rank, PLAIN)
    if not taken:
        return place
    turn = around_turns(config, draws, rank)
    first = eligible(config)[0]
    return np.select([place < first, turn >= taken], [place, first + turn - taken], -1)


def places(config: Config, rank: Ints, archetypes: Sequence[int]) -> Ints:
    """The number of each user among those of some archetypes, one after the other; -1 for everybody else."""
    counts = archetype_counts(config)
    starts = np.cumsum([0, *counts])
    place, below = np.full(len(rank), -1, dtype=np.int64), 0
    for archetype in archetypes:
        here = (rank >= starts[archetype]) & (rank < starts[archetype + 1])
        place[here] = rank[here] - starts[archetype] + below
        below += counts[archetype]
    return place


def fault_levels(config: Config) -> list[QuotaGroup]:
    """The quotas of all faults, and the users that they may touch: in the preset `simple` everybody."""
    if config.preset == "simple":
        return anomalies.levels(config, config.num_users, config.num_users)
    with_transfers, plain = eligible(config)
    return anomalies.levels(config, with_transfers, plain - over_limit_quota(config))


def refusal_order(draws: Draws, rank: Ints, others: int) -> Ints:
    """The order in which users who are no edge case refuse to consent."""
    return Permutation(draws.key("consent"), max(others, 1))(np.minimum(rank, max(others - 1, 0)))


def edges_that_refuse(config: Config) -> int:
    """Edge cases that must not consent."""
    return len(range(NO_CONSENT, archetype_counts(config)[EDGE], len(EDGES)))


def _consents(config: Config, draws: Draws, rank: Ints, edge: Ints) -> npt.NDArray[np.bool_]:
    """Exactly quota(consent_ratio) users consent: first to refuse is the edge case that must, last are the
    other edge cases."""
    edges = archetype_counts(config)[EDGE]
    others = config.num_users - edges
    refusing = config.num_users - quota(config.consent_ratio, config.num_users)
    order = refusal_order(draws, rank, others)
    within = rank - others
    earlier = (within + len(EDGES) - 1 - NO_CONSENT) // len(EDGES)  # edge cases before it that must refuse
    must = edges_that_refuse(config)
    turn = np.select([edge == NO_CONSENT, edge >= 0], [earlier, must + rank - earlier], must + order)
    return turn >= refusing
