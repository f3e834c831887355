"""Whether the configured quotas fit, and how many labels they ask for."""

from __future__ import annotations

from synth_assets.model.draws import Draws
from synth_assets.model.fault_plan import why_not as quotas_why_not
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking import decoy_plan, user_plan, window_plan
from synth_assets.worlds.personal_banking.activity import simple
from synth_assets.worlds.personal_banking.config import LOOK_ALIKES, MOST_HISTORY_MONTHS, Config


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration cannot be met exactly, in one line, or None when it can."""
    if config.preset == "simple":
        asked_rows, eligible_rows = simple.income_rows(config, draws.of("users"))
        if asked_rows > eligible_rows:
            return (
                f"simple.category_shares.INCOME asks for {asked_rows:,} rows, but checking and savings "
                f"have {eligible_rows:,}"
            )
    if not any(config.archetypes.model_dump().values()):
        return "archetypes are all 0: give at least one a share"
    if config.slots * config.num_users > LARGEST:
        most = LARGEST // config.slots
        months = MOST_HISTORY_MONTHS if config.grows else config.date_range_months
        return f"num_users is {config.num_users:,}, but {months} months allow {most:,}"
    return _history_why_not(config) or _faults_why_not(config) or _decoys_why_not(config)


def _history_why_not(config: Config) -> str | None:
    """Why a history cannot be so long, or have such faults; None when it can."""
    if not config.grows:
        return None
    if config.start > config.day:
        return f"history.start {config.start} is after as_of {config.day}: let as_of be a later day"
    if config.day > config.longest_until:
        last = f"{config.longest_until}, the last day of ten years from history.start {config.start}"
        return f"as_of {config.day} is after {last}: start later"
    for kind, whole in NOT_IN_HISTORY.items():
        if getattr(config.anomaly_rates, kind):
            return f"anomaly_rates.{kind}: with history.start {whole}: leave it at 0"
    return None


NOT_IN_HISTORY = {
    "balance_does_not_replay": "what is expected and found would change with every day's balance",
}
"""Kinds that a history that grows does not have, each with why: a label says the same on all days."""


def _faults_why_not(config: Config) -> str | None:
    """Why the faults do not fit, in one line, or None where they do."""
    most = window_plan.most_labels(config) if config.grows else {}
    asked = most["over_limit_transaction"] if most else user_plan.over_limit_quota(config)
    room = user_plan.around_room(config)
    if asked > room:
        whom = (
            "no card of the preset simple is ever paid"
            if config.preset == "simple"
            else f"only {room:,} users, subscription-heavy or stable ones, may have one"
        )
        return f"anomaly_rates.over_limit_transaction asks for {asked:,} faults, but {whom}"
    levels = window_plan.levels(config, most) if most else user_plan.fault_levels(config)
    wrong = quotas_why_not(levels)
    if wrong:
        asked, eligible, group = wrong
        transfer = config.preset != "simple" and group == 0
        whom = "high utilizers and savings builders, whose transfers" if transfer else "users who"
        return f"anomaly_rates ask for {asked:,} faults, but there are {eligible:,} {whom} may carry one"
    return None


NATURAL_DECOYS = 3
"""Decoys of the kinds that no rate plans, for each user who is no edge case, at least: in 7 months there were
4 of the scarcest in the archetype that has fewest. Who pays around a limit has 6 of those in the mean [D]."""


def _decoys_why_not(config: Config) -> str | None:
    """Why the decoys that are asked do not fit, in one line, or None where they do."""
    count, ratio, rooms = config.num_users, config.decoy_ratio, decoy_plan.rooms(config)
    subject, remedy = "decoy_rates", "lower it"
    if ratio is not None:
        subject, remedy = f"decoy_ratio {ratio:g}", "lower it or anomaly_rates"
    for name, rate in config.planned_decoys:
        asked = quota(rate or 0.0, count)
        if name == "paid_around_limit":
            asked = decoy_plan.users_around_limits(config)
        if asked > rooms[name]:
            room = f"only {rooms[name]:,} of {count:,} may be one"
            return f"{subject}: {name} asks for {asked:,} users, but {room}: {remedy}"
    usual = count - user_plan.archetype_counts(config)[user_plan.EDGE]
    for kind, rate in config.anomaly_rates if ratio else ():
        asked = quota(ratio or 0.0, quota(rate, count))
        around = kind == "over_limit_transaction"
        of = decoy_plan.around_decoys(config) if around else usual
        if (around or kind not in LOOK_ALIKES) and asked > NATURAL_DECOYS * of:
            return (
                f"{subject}: it asks for {asked:,} decoys of {kind}, but the habits of {count:,} users "
                f"surely give only {NATURAL_DECOYS * of:,}: {remedy}"
            )
    return None


def expected_labels(config: Config, _: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the users that its rate counts and the labels that it asks for."""
    rates = config.anomaly_rates.model_dump()
    return {kind: (config.num_users, quota(rate, config.num_users)) for kind, rate in rates.items()}
