"""From which day on the tables show a fault, how many labels there are by as_of, and the blocks till then."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.quotas import quota
from synth_assets.model.world import BLOCK_ROWS
from synth_assets.worlds.subscriptions import fault_plan, growing_plan
from synth_assets.worlds.subscriptions.anomalies import PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import Bill, facts
from synth_assets.worlds.subscriptions.growth import customers_by


def visible_on(config: Config, bills: Bill) -> Ints:
    """The first day on which the tables show the fault of each bill; of a sound one its billing date.

    A ghost shows on the billing date, a partial payment when it comes, and a zombie on the day after grace.
    """
    day = bills.day.astype(np.int64)
    at = bills.fault == PARTIAL
    day[at] = bills.paid_day[at]
    day[bills.fault == ZOMBIE] += config.payment_terms_days + config.grace_days + 1
    return day


def is_labelled(config: Config, bills: Bill) -> npt.NDArray[np.bool_]:
    """Whether the tables show a fault of each bill."""
    is_faulty: npt.NDArray[np.bool_] = bills.fault > 0
    if config.grows:
        is_faulty &= visible_on(config, bills) <= epoch_day(config.day)
    return is_faulty


@lru_cache(maxsize=16)
def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, what its rate counts (subscription cycles, invoices, payments) and its labels.

    In a history that grows all faults of a billing date show once grace has run out. Of the dates since then
    ghosts show, and partial payments as they come; these count as many payments as they stand for.
    """
    if not config.grows:
        return fault_plan.expected_labels(config, draws)
    settled, dates = growing_plan.settled_dates(config), len(bill_days(config))
    before, now = (growing_plan.counts_through(config, draws.of("bills"), many) for many in (settled, dates))
    short = 0  # of the open dates; all their ghosts show, and none of their zombies
    for rows in blocks(config, draws, "num_customers") if dates > settled else ():
        bills = facts(config, draws, rows).bills
        is_open = is_labelled(config, bills) & (bills.cycle >= settled)
        short += int((bills.fault[is_open] == PARTIAL).sum())
    rate = config.anomaly_rates.partial_payment
    payments = before.payments + (quota(1 / rate, short) if short else 0)
    return {
        "ghost_subscriber": (now.due, now.ghosts),
        "zombie_account": (before.invoices, before.zombies),
        "partial_payment": (payments, before.partials + short),
    }


def blocks(config: Config, draws: Draws, root: str) -> list[range]:
    """The rows of each block of customers, or of plans, up to as_of."""
    total = config.num_plans if root == "num_plans" else customers_by(config, draws.of("bills"))
    return [range(start, min(start + BLOCK_ROWS, total)) for start in range(0, total, BLOCK_ROWS)]


def settled_blocks(config: Config, draws: Draws, root: str) -> int:
    """How many of the first blocks no later day changes: plans alone, as customers go on being billed."""
    return int(root == "num_plans")
