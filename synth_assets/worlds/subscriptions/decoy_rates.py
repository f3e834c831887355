"""Which rates give so many decoys for each labelled fault that they look like.

Subscriptions that were cancelled before the last bills look like ghosts. Payments in full that came late look
like zombies and like partial payments, so there are as many as the more frequent of the two asks for; what is
unpaid within grace keeps its usual proportion to them. New customers come on top.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import numpy as np

from synth_assets.model.calendar import epoch_day, months_before
from synth_assets.model.draws import Draws
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.subscriptions.cohorts import bill_days, cohorts
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.ends import end_day
from synth_assets.worlds.subscriptions.prevalence import asked


@cache
def planned(config: Config) -> Config:
    """The configuration with the rates that its `decoy_ratio` asks for; rates above 1 do not fit.

    Faults are planned at the rates that are asked, whatever the prevalence: as decoys move with it, labels at
    a lower one could not all be among those at a higher one.
    """
    ratio = config.decoy_ratio
    if ratio is None:
        return config
    if config.grows:
        return _planned_of_a_history(config, ratio)
    draws = Draws(config.seed, "subscriptions", "bills")
    rates, fields = config.anomaly_rates, Config.model_fields
    usual = fields["in_grace_unpaid_rate"].default / fields["late_rate"].default
    unpaid = min(1.0, ratio * max(rates.zombie_account, rates.partial_payment) * usual)
    made = config.model_copy(
        update={"decoy_ratio": None, "prevalence": None, "late_rate": 0.0, "in_grace_unpaid_rate": unpaid}
    )

    def to_spare(cancelled: int) -> int:
        """Decoys of ghosts beyond those that are asked, where so many subscriptions cancel."""
        at = _with_churn(made, cancelled)
        return cancelled_before_the_last_bills(at, draws) - quota(ratio, sum(asked(at, draws).ghosts))

    fewest = fewest_enough(to_spare, config.num_customers)
    if fewest is None:
        return made.model_copy(update={"churn_rate": 2.0})
    made = _with_churn(made, fewest)
    labels = asked(made, draws)
    late = quota(ratio, max(labels.zombies, labels.partials))
    return made.model_copy(update={"late_rate": late / max(1, labels.payments)})


def _planned_of_a_history(config: Config, ratio: float) -> Config:
    """The same in a history that grows: as ghosts have their rate of the active customers at every billing
    date, so have those who cancel theirs. Late payments are what ghosts and zombies leave of late bills."""
    rates = config.anomaly_rates
    late = ratio * max(rates.zombie_account / max(1e-9, 1 - rates.zombie_account), rates.partial_payment)
    churn = ratio * rates.ghost_subscriber * 12 / config.billing_interval_months
    made = {"decoy_ratio": None, "prevalence": None, "churn_rate": churn, "late_rate": late}
    return config.model_copy(update=made)


def history_why_not(config: Config) -> str | None:
    """Why the decoys of a history cannot be, in one line, or None where their rates are below 1."""
    made = planned(config)
    for rate in ("churn_rate", "late_rate"):
        if getattr(made, rate) > 1:
            return (
                f"decoy_ratio {config.decoy_ratio:g} asks for {rate} {getattr(made, rate):.3g}: lower it or "
                "anomaly_rates"
            )
    return None


def why_not(config: Config) -> str | None:
    """Why the decoys that are asked cannot be, in one line, or None where their rates are below 1."""
    made = planned(config)
    if made.churn_rate > 1:
        return (
            f"decoy_ratio {config.decoy_ratio:g}: too few of {config.num_customers} subscriptions can be "
            f"cancelled before the last of {len(bill_days(config))} bills for so many for each "
            "ghost_subscriber: lower it or anomaly_rates"
        )
    if made.late_rate > 1:
        return (
            f"decoy_ratio {config.decoy_ratio:g}: it asks for {made.late_rate:.3g} times as many late "
            "payments as there are payments: lower it or anomaly_rates"
        )
    return None


def cancelled_before_the_last_bills(config: Config, draws: Draws) -> int:
    """Subscriptions that end more than an interval before as_of: those whose month says so, and of one month
    those whose day does."""
    limit = epoch_day(months_before(config.day, config.billing_interval_months))
    groups, days = cohorts(config, draws), bill_days(config)
    ends = np.array([*days[1:], epoch_day(config.day) + 1, epoch_day(config.day) + 1])
    is_before = ends[groups.cancel_cycle] <= limit
    found = int((groups.end - groups.start)[is_before].sum())
    begins = np.array([*days, epoch_day(config.day) + 1])[groups.cancel_cycle]
    for cohort in np.flatnonzero(~is_before & (begins < limit)):
        rank = np.arange(groups.start[cohort], groups.end[cohort])
        number = Permutation(draws.key("cancels"), config.num_customers).inverse(rank)
        cycle = np.full(len(rank), groups.cancel_cycle[cohort])
        found += int((end_day(config, draws, number, cycle) < limit).sum())
    return found


def fewest_enough(to_spare: Callable[[int], int], most: int) -> int | None:
    """A number up to `most` that leaves something to spare, or nothing, where one less leaves too little: by
    straight lines and halves. None where `most` is not enough."""
    low, high = 0, most
    too_few, enough = to_spare(low), to_spare(high)
    if too_few >= 0:
        return low
    if enough < 0:
        return None
    by_line = True
    while high - low > 1:
        part = Fraction(-too_few, enough - too_few) if by_line else Fraction(1, 2)
        guess = min(max(low + int((high - low) * part), low + 1), high - 1)
        by_line = not by_line
        spare = to_spare(guess)
        if spare < 0:
            low, too_few = guess, spare
        else:
            high, enough = guess, spare
    return high


def _with_churn(config: Config, cancelled: int) -> Config:
    return config.model_copy(update={"churn_rate": cancelled / config.num_customers})
