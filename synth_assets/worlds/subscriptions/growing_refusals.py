"""What a configuration asks of a history that grows and cannot be, each in one line."""

from __future__ import annotations

from synth_assets.model.calendar import date_of, months_before
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import LARGEST
from synth_assets.worlds.subscriptions.anomalies import ANOMALIES
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import LONGEST_HISTORY_MONTHS, Config
from synth_assets.worlds.subscriptions.growing_bills import NUMBERS_A_BILL
from synth_assets.worlds.subscriptions.growing_plan import first_misfit


def history_why_not(config: Config) -> str | None:
    """Why a history cannot run so long, or have so many customers; None when it can."""
    if config.start > config.day:
        return f"history.start {config.start} is after as_of {config.day}: let as_of be a later day"
    if config.start <= months_before(config.day, LONGEST_HISTORY_MONTHS):
        return (
            f"history.start {config.start} is {LONGEST_HISTORY_MONTHS // 12} years or more before as_of "
            f"{config.day}: start later"
        )
    if config.ghosts_at_plan_changes and not config.plan_change_share:
        return nobody_changes(config)
    history, dates = config.history, len(bill_days(config))
    years = (config.day - config.start).days / 365
    customers = history.customers_at_start + int(history.new_customers_per_year * (years + 1))
    most = LARGEST // (NUMBERS_A_BILL * max(dates, 1))
    if customers > most:
        return (
            f"history: customers_at_start and new_customers_per_year make up to {customers:,} customers by "
            f"{config.day}, but invoice numbers of {dates} billing dates allow {most:,}: ask for fewer, or "
            "start later"
        )
    return None


def nobody_changes(config: Config) -> str:
    """That ghosts cannot be where nobody changes their plan."""
    return (
        f"ghosts_at_plan_changes {config.ghosts_at_plan_changes:g}: nobody changes their plan: raise "
        "plan_change_share or set it to 0"
    )


def faults_why_not(config: Config, draws: Draws) -> str | None:
    """Why a billing date cannot hold its faults, or None when all can."""
    misfit = first_misfit(config, draws)
    if misfit is None:
        return None
    cycle, code, asked, found = misfit
    return (
        f"anomaly_rates: {ANOMALIES[code - 1].name} asks for {asked} of the bills of "
        f"{date_of(bill_days(config)[cycle])}, but only {found} can carry it: lower the rates or raise "
        "history.customers_at_start"
    )
