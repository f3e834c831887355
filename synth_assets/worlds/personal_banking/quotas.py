"""Whether the configured quotas fit, and how many labels they ask for."""

from __future__ import annotations

from synth_assets.model.draws import Draws
from synth_assets.model.fault_plan import why_not as quotas_why_not
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.activity import simple
from synth_assets.worlds.personal_banking.config import SLOTS_A_MONTH, Config


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
    if SLOTS_A_MONTH * config.date_range_months * config.num_users > LARGEST:
        most = LARGEST // (SLOTS_A_MONTH * config.date_range_months)
        return f"num_users is {config.num_users:,}, but {config.date_range_months} months allow {most:,}"
    wrong = quotas_why_not(user_plan.fault_levels(config))
    if wrong:
        asked, eligible, group = wrong
        transfer = config.preset != "simple" and group == 0
        whom = "high utilizers and savings builders, whose transfers" if transfer else "users who"
        return f"anomaly_rates ask for {asked:,} faults, but there are {eligible:,} {whom} may carry one"
    return None


def expected_labels(config: Config, _: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the users that its rate counts and the labels that it asks for."""
    rates = config.anomaly_rates.model_dump()
    return {kind: (config.num_users, quota(rate, config.num_users)) for kind, rate in rates.items()}
