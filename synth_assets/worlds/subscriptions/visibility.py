"""From which day on the tables show a fault, how many labels there are by as_of, and the blocks till then."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise, takewhile

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.quotas import quota
from synth_assets.model.world import BLOCK_ROWS
from synth_assets.worlds.subscriptions import fault_plan, growing_bills, growing_facts, growing_plan, growth
from synth_assets.worlds.subscriptions.anomalies import PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.bill import Bill
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config


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
    for rows in blocks(config, draws, "num_bills")[settled_blocks(config, draws, "num_bills") :]:
        bills = growing_facts.facts(config, draws, rows).bills
        short += int((bills.fault[is_labelled(config, bills)] == PARTIAL).sum())
    rate = config.anomaly_rates.partial_payment
    payments = before.payments + (quota(1 / rate, short) if short else 0)
    return {
        "ghost_subscriber": (now.due, now.ghosts),
        "zombie_account": (before.invoices, before.zombies),
        "partial_payment": (payments, before.partials + short),
    }


# --- blocks -------------------------------------------------------------------------------------------


def blocks(config: Config, draws: Draws, root: str) -> list[range]:
    """The rows of each block of a root up to as_of: a month's new customers, subscriptions, or the bills of a
    billing date, all in parts of BLOCK_ROWS."""
    draws = draws.of("bills")
    if root == "num_plans":
        return [range(config.num_plans)]
    if root == "num_bills":
        ends = growing_bills.ends(config, draws)
        return _cut(growing_bills.pieces(ends), (0, *ends)[len(bill_days(config))])
    if root == "num_subscriptions":
        total = growth.subscriptions_by(config, draws, epoch_day(config.day))
        return _cut((*range(0, total, BLOCK_ROWS), total), total)
    total = growth.customers_by(config, draws, epoch_day(config.day))
    return _cut(growing_bills.pieces(growth.customers_by_month(config, draws)), total)


def settled_blocks(config: Config, draws: Draws, root: str) -> int:
    """How many of the first blocks no later day changes: whole ones of customers, of subscriptions that all
    have ended, and of bills whose grace has run out."""
    draws, found = draws.of("bills"), blocks(config, draws, root)
    if root == "num_plans":
        return 1
    if root == "num_bills":
        through = (0, *growing_bills.ends(config, draws))[growing_plan.settled_dates(config)]
        return sum(len(rows) > 0 and rows.stop <= through for rows in found)
    if root == "num_customers":
        pieces = growing_bills.pieces(growth.customers_by_month(config, draws))
        return sum(rows.stop == end for rows, end in zip(found, pieces[1:], strict=False))
    end_day, last = growth.population(config, draws).end_day, epoch_day(config.day)
    have_ended = (
        len(rows) == BLOCK_ROWS and bool((end_day[rows.start : rows.stop] <= last).all()) for rows in found
    )
    return sum(1 for _ in takewhile(bool, have_ended))


def _cut(starts: tuple[int, ...], end: int) -> list[range]:
    """The ranges that begin at `starts`, as far as rows before `end` are in them; one at least."""
    return [range(low, min(high, end)) for low, high in pairwise(starts) if low < end] or [range(0)]
