"""From which day on the tables show a fault, and how many labels there are by as_of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import anomalies, cash_curves, fault_plan, growth, order_days
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.facts import Transactions, facts, orders_so_far


def visible_on(facts: Transactions) -> Ints:
    """The first day on which the tables show the fault of each transaction; of a sound one the order's."""
    day = facts.order_day.copy()
    for code in range(1, len(anomalies.ANOMALIES) + 1):
        at = np.flatnonzero(facts.fault == code)
        day[at] = would_show_on(facts, code)[at]
    return day


def would_show_on(facts: Transactions, code: int) -> Ints:
    """The first day on which the tables would show a kind of fault of each transaction.

    A discount shows with its order, a missing invoice when the order is held for invoiced, and a stale
    invoice when it is older than 60 days by its issue and by its due date.
    """
    if code == anomalies.DISCOUNT:
        return facts.order_day
    if code == anomalies.MISMATCH:
        return facts.paid_day
    if code == anomalies.STALE:
        return facts.issue_day + cash_curves.STALE_DAYS
    if code == anomalies.DUPLICATE:
        day = facts.issue_day.copy()
        day[facts.second.row] = facts.second.issue_day
        return day
    return facts.issue_day


def labelled(config: Config, facts: Transactions) -> npt.NDArray[np.intp]:
    """The places of the transactions whose fault the tables show."""
    if not config.grows:
        return np.flatnonzero(facts.fault)
    return np.flatnonzero((facts.fault > 0) & (visible_on(facts) <= order_days.window(config).last))


@lru_cache(maxsize=16)
def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the transactions that its rate counts and the labels that it gives.

    In a history that grows a rate counts the orders whose fault would show by as_of. All faults of a month
    show once it is settled; of the months since then those that show are counted.
    """
    if not config.grows:
        return fault_plan.expected_labels(config, draws)
    blocks = growth.cut(growth.pieces(order_days.months(config)), orders_so_far(config, draws))
    still_open = blocks[settled(config, draws) :]
    last, settled_rows = order_days.window(config).last, still_open[0].start
    planned = fault_plan.monthly_plan(config, draws).labels_before(settled_rows)
    counts = {
        anomaly.name: [settled_rows, labels]
        for anomaly, labels in zip(anomalies.ANOMALIES, planned, strict=True)
    }
    for rows in still_open:
        decided = facts(config, draws, rows)
        for code, count in enumerate(counts.values(), start=1):
            shows = would_show_on(decided, code) <= last
            count[0] += int(shows.sum())
            count[1] += int((shows & (decided.fault == code)).sum())
    return {kind: (population, labels) for kind, (population, labels) in counts.items()}


def blocks(config: Config, draws: Draws, root: str) -> list[range]:
    """The rows of each block of orders, of contacts or of products, up to as_of."""
    if root == "num_products":
        return [range(config.num_products)]
    orders = orders_so_far(config, draws)
    months = order_days.months(config)
    if root == "num_transactions":
        return growth.cut(growth.pieces(months), orders)
    return growth.cut(growth.contact_pieces(config, months), int(growth.contacts_before(config, orders)))


def counts(config: Config) -> dict[str, int]:
    """The orders and the customers by as_of, under the keys that count them in a window."""
    orders = orders_so_far(config, Draws(config.seed, "order_to_cash", "facts"))
    return {"num_transactions": orders, "num_contacts": int(growth.contacts_before(config, orders))}


def settled_blocks(config: Config, draws: Draws, root: str) -> int:
    """How many of the first blocks no later day changes."""
    if root == "num_products":
        return 1
    if root == "num_transactions":
        return settled(config, draws)
    months = order_days.months(config)
    contacts = int(growth.contacts_before(config, orders_so_far(config, draws)))
    whole = growth.contacts_before(config, np.array(months.ends)).tolist()
    over = max((end for end in whole if end <= contacts), default=0)
    return sum(start < over for start in growth.contact_pieces(config, months)[:-1])


def settled(config: Config, draws: Draws) -> int:
    """How many of the first blocks of transactions no later day changes."""
    months, last = order_days.months(config), order_days.window(config).last
    through = order_days.monthly_schedule(config, draws).rows_through(last - growth.SETTLED_DAYS)
    whole = max((end for end in months.ends if end <= through), default=0)
    return sum(start < whole for start in growth.pieces(months)[:-1])
