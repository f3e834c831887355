"""What a configuration asks for and cannot be, each in one line."""

from __future__ import annotations

from synth_assets.model.calendar import date_of
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.closed_form import ClosedForm, closed_form, plan_counts
from synth_assets.worlds.subscriptions.cohorts import bill_days, cohorts
from synth_assets.worlds.subscriptions.config import NUMBERS_A_CYCLE, Config
from synth_assets.worlds.subscriptions.decoy_rates import history_why_not as history_decoys_why_not
from synth_assets.worlds.subscriptions.decoy_rates import why_not as decoys_why_not
from synth_assets.worlds.subscriptions.growing_refusals import (
    faults_why_not,
    history_why_not,
    nobody_changes,
)


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration cannot be met, in one line, or None when it can."""
    misfit = history_why_not(config) if config.grows else _too_many(config)
    if misfit:
        return misfit
    shares = config.plan_shares
    if abs(shares.basic + shares.pro + shares.enterprise - 1) > 1e-9:
        total = shares.basic + shares.pro + shares.enterprise
        return f"plan_shares: they add up to {total:g}, but must add up to 1"
    if config.grows:
        return history_decoys_why_not(config) or faults_why_not(config, draws.of("bills"))
    return decoys_why_not(config) or _misfit(config, draws.of("bills"))


def _too_many(config: Config) -> str | None:
    numbers = NUMBERS_A_CYCLE * config.num_customers * len(bill_days(config))
    if numbers > LARGEST:
        return (
            f"{NUMBERS_A_CYCLE} x num_customers x billing dates is {numbers:,}, but invoice numbers end at "
            f"{LARGEST:,}: lower num_customers"
        )
    return None


def _misfit(config: Config, draws: Draws) -> str | None:
    """Why the rates cannot be met, in one line, or None when they can."""
    made = config.planned
    misfit = _rates_why_not(made, draws)
    if config.decoy_ratio is None or misfit is None:
        return misfit
    return (
        f"decoy_ratio {config.decoy_ratio:g} asks for churn_rate {made.churn_rate:.3g}, late_rate "
        f"{made.late_rate:.3g} and in_grace_unpaid_rate {made.in_grace_unpaid_rate:.3g}, and they do not "
        f"fit: lower it or anomaly_rates ({misfit})"
    )


def _rates_why_not(config: Config, draws: Draws) -> str | None:
    """Why rates that no ratio sets cannot be met, in one line, or None when they can."""
    form = closed_form(config, draws)
    nobody = _nobody(config, draws)
    if nobody:
        return nobody
    rates, planned = config.anomaly_rates, config.planned_rates
    too_young = f"but no bill of the {config.period_months} months is old enough by as_of"
    if sum(form.zombies) < quota(planned["zombie_account"], form.invoices):
        lasting = " and of a subscription that is active then" if config.plan_change_share else ""
        return f"anomaly_rates: zombie_account is {rates.zombie_account:g}, {too_young}{lasting}: set it to 0"
    if sum(form.partials) < quota(planned["partial_payment"], form.payments):
        return f"anomaly_rates: partial_payment is {rates.partial_payment:g}, but nobody active pays"
    if not sum(form.late_stayers) + sum(form.late_leavers) and quota(config.late_rate, form.payments):
        return f"late_rate is {config.late_rate:g}, {too_young}: set it to 0"
    late = _late(form)
    if late > quota(config.late_rate, form.payments):
        return (
            f"anomaly_rates: with late_rate {config.late_rate:g} {late} of {form.payments} payments would be "
            f"late, not {quota(config.late_rate, form.payments)}, as too few bills are: raise num_customers"
        )
    crowded = _crowded(config, form)
    if crowded:
        return crowded
    if any(gone > total for gone, total in zip(*plan_counts(config), strict=True)):
        return f"churn_rate {config.churn_rate:g}: {form.leaving} cancellations do not fit the plans' shares"
    return None


def _nobody(config: Config, draws: Draws) -> str | None:
    """What finds nobody, in one line: cancellations, changes of plan or faults; None when all do."""
    groups = cohorts(config, draws)
    if groups.unplaced:
        return (
            f"churn_rate {config.churn_rate:g}: with new_customers_share {config.new_customers_share:g} "
            f"{groups.unplaced} cancellations find nobody who is billed before: lower one of them"
        )
    if groups.unchanged:
        return (
            f"plan_change_share {config.plan_change_share:g}: {groups.unchanged} changes find nobody who is "
            "billed before: lower it"
        )
    if config.ghosts_at_plan_changes and not config.plan_change_share:
        return nobody_changes(config)
    if not any(closed_form(config, draws).stayers) and any(rate for _, rate in config.anomaly_rates):
        return f"anomaly_rates: churn_rate {config.churn_rate:g} leaves nobody active to carry them: lower it"
    return None


def _crowded(config: Config, form: ClosedForm) -> str | None:
    """The first billing date that has fewer bills than its late ones and faults need, in one line."""
    for cycle, day in enumerate(form.bill_days):
        late, leavers = form.late_leavers[cycle], form.billed[cycle] - form.stayers[cycle]
        if late > leavers:
            return (
                f"late_rate {config.late_rate:g}: more bills of {date_of(day)} would be late than there are"
            )
        faults = form.ghosts[cycle] + form.zombies[cycle] + form.partials[cycle]
        among_late = form.late_ghosts[cycle] + form.late_zombies[cycle]
        needed = form.late_stayers[cycle] + form.in_grace[cycle] + faults - among_late
        if needed > form.stayers[cycle]:
            return (
                f"anomaly_rates: with late_rate {config.late_rate:g} and in_grace_unpaid_rate "
                f"{config.in_grace_unpaid_rate:g} they ask for {needed} of the bills of {date_of(day)}, but "
                f"only {form.stayers[cycle]} subscriptions stay active to the end: lower the rates"
                f"{' or plan_change_share' if config.plan_change_share else ''}"
            )
    return None


def _late(form: ClosedForm) -> int:
    """Payments after their due date: late bills less the ghosts and zombies among them."""
    bills = sum(form.late_stayers) + sum(form.late_leavers)
    return bills - sum(form.late_ghosts) - sum(form.late_zombies)
