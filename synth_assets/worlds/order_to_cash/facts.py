"""What is decided about a transaction before any table is made: who, what, when, and which fault.

Everything here is a pure function of (configuration, transaction number). Tables project it: each takes the
facts that it shows and applies the edits of the faults that it shows first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.worlds.order_to_cash import cash_curves, curves
from synth_assets.worlds.order_to_cash import fault_plan as plans
from synth_assets.worlds.order_to_cash.baskets import Basket, basket
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import customer
from synth_assets.worlds.order_to_cash.dates import arrival_schedule, issue_day, paid_day


class Transactions(NamedTuple):
    """The facts of consecutive transactions; days are epoch days, codes those of `plan` and `shapes`.

    Attributes:
        number: 0 for the oldest.
        fault: code of the anomaly, 0 for a sound transaction.
        decoy: code of the reserved decoy.
        processing: whether the order is not due an invoice yet.
        contact: customer, numbered from 0.
        basket: goods.
        discount_pct: sound discount.
        total_cents: sound order total: gross less discount, which is rounded down.
        order_day, issue_day, paid_day: sound course of events; paid_day may lie after as_of.
        method: index into `cash_curves.METHODS`.
    """

    number: Ints
    fault: Codes
    decoy: Codes
    processing: npt.NDArray[np.bool_]
    contact: Ints
    basket: Basket
    discount_pct: Ints
    total_cents: Ints
    order_day: Ints
    issue_day: Ints
    paid_day: Ints
    method: Ints


def facts(config: Config, draws: Draws, rows: range) -> Transactions:
    """The facts of the transactions `rows`."""
    draws = draws.of("transactions")
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    plan = plans.plan(config, draws, number)
    contact = customer(config, draws, plan.source)
    goods = basket(config, draws, draws.words("basket", plan.source))
    discount = _discount_pct(draws, plan)
    total = goods.gross_cents - goods.gross_cents * discount // 100
    ordered = arrival_schedule(config).day(number)
    issued = issue_day(config, draws, number, ordered)
    method = draws.fields("payment_method", number)[0]
    method_code = cash_curves.sample_by_row(
        cash_curves.payment_method(), cash_curves.size_class(total), method
    )
    paid = paid_day(config, draws, number, contact, issued, method_code)
    decided = Transactions(
        number,
        plan.fault,
        plan.decoy,
        plan.processing,
        contact,
        goods,
        discount,
        total,
        ordered,
        issued,
        paid,
        method_code,
    )
    for values in (*decided.basket, *(v for v in decided if isinstance(v, np.ndarray))):
        values.setflags(write=False)
    return decided


def _discount_pct(draws: Draws, plan: plans.Plan) -> Ints:
    """Everyday discounts, and those of the decoys."""
    everyday, special, _, _ = draws.fields("discount", plan.source)
    discount = quantile_tables.sample(curves.discount_pct(), everyday)
    for decoy, points in (
        (plans.APPROVED, curves.APPROVED_DISCOUNTS_PCT),
        (plans.PENDING, curves.PENDING_DISCOUNTS_PCT),
    ):
        rows = np.flatnonzero(plan.decoy == decoy)
        discount[rows] = np.array(points)[special[rows].astype(np.int64) * len(points) // 65_536]
    return discount
