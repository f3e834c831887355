"""What is decided about a transaction before any table is made: who, what, when, and which fault.

Everything here is a pure function of (configuration, transaction number). Tables project it: each takes the
facts that it shows and applies the edits of the faults that it shows first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.world import BLOCK_ROWS
from synth_assets.worlds.order_to_cash import cash_curves, curves, dates, fault_plan, growth, order_days
from synth_assets.worlds.order_to_cash.anomalies import DUPLICATE, MISMATCH
from synth_assets.worlds.order_to_cash.baskets import Basket, basket
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import customer, terms
from synth_assets.worlds.order_to_cash.instalments import Bills, Bools, bills_at
from synth_assets.worlds.order_to_cash.payment_numbers import numbered_together
from synth_assets.worlds.order_to_cash.planned_payments import PlannedPayments, planned_payments


class Transactions(NamedTuple):
    """The facts of consecutive transactions; days are epoch days.

    Attributes:
        number: 0 for the oldest.
        fault: code of the anomaly, 0 for a sound transaction.
        decoy: code of the reserved decoy.
        processing: whether the order is not due an invoice yet.
        contact: customer, numbered from 0.
        basket: goods.
        discount_pct: sound discount.
        order_day, issue_day, paid_day: sound course of events; paid_day may lie after as_of.
        is_check: whether the customer pays by check, by the sound total; `is_run`, by the customer's habit.
        is_run: whether the customer pays in runs, several invoices at once: by check, or else by ACH.
        method: field that draws the method of all others.
        second: the duplicates, which are paid as other invoices are.
        payments: of first invoices in that course, and of the duplicates' second ones.
    """

    number: Ints
    fault: Codes
    decoy: Codes
    processing: Bools
    contact: Ints
    basket: Basket
    discount_pct: Ints
    order_day: Ints
    issue_day: Ints
    paid_day: Ints
    is_check: Bools
    is_run: Bools
    method: Fields
    second: Bills
    payments: PlannedPayments


def facts(config: Config, draws: Draws, rows: range) -> Transactions:
    """The facts of the transactions `rows`. Payments are numbered with those of their neighbours, so these
    are decided, too, where `rows` are not all that are numbered together."""
    if config.grows:
        together = [piece for _, piece in growth.pieces_of(order_days.months(config), rows)]
    else:
        together = numbered_together(rows, config.num_transactions)
    parts = [_decided(config, draws.of("transactions"), part) for part in together]
    decided: Transactions = parts[0] if together == [rows] else _of_rows(parts, rows)
    return decided


def _of_rows(parts: list[Any], rows: range, starts: list[int] | None = None) -> Any:
    """The facts of `rows` out of those of consecutive transactions, which may be nested."""
    if starts is None:
        starts = [int(part.number[0]) for part in parts]
    one = parts[0]
    if isinstance(one, np.ndarray):
        return np.concatenate(parts)[rows.start - starts[0] : rows.stop - starts[0]]
    if not hasattr(one, "row"):
        return type(one)(*(_of_rows(list(values), rows, starts) for values in zip(*parts, strict=True)))
    at = np.concatenate([part.row + start for part, start in zip(parts, starts, strict=True)])
    own = (at >= rows.start) & (at < rows.stop)
    fields = (np.concatenate(values)[own] for values in zip(*parts, strict=True))
    return type(one)(*fields)._replace(row=at[own] - rows.start)


class Sales(NamedTuple):
    """What a transaction sells: its number, its customer, its goods and the day of its order."""

    number: Ints
    contact: Ints
    basket: Basket
    order_day: Ints


def orders_so_far(config: Config, draws: Draws) -> int:
    """Orders of a history that grows by as_of."""
    return order_days.monthly_schedule(config, draws).rows_through(order_days.window(config).last)


def ahead(config: Config, draws: Draws) -> Iterator[Sales]:
    """The transactions after as_of whose deals may be open by then, some at a time."""
    days = order_days.monthly_schedule(config, draws)
    stop = days.rows_through(order_days.window(config).last + growth.AHEAD_DAYS)
    draws = draws.of("transactions")
    for start in range(orders_so_far(config, draws), stop, BLOCK_ROWS):
        number = np.arange(start, min(start + BLOCK_ROWS, stop), dtype=np.int64)
        source = fault_plan.plan(config, draws, number).source
        contact = customer(config, draws, source)
        goods = basket(config, draws, draws.words("basket", source), contact)
        yield Sales(number, contact, goods, days.day(number))


def _decided(config: Config, draws: Draws, rows: range) -> Transactions:
    """The facts of transactions that are numbered together."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    plan = fault_plan.plan(config, draws, number)
    contact = customer(config, draws, plan.source)
    goods = basket(config, draws, draws.words("basket", plan.source), contact)
    discount = _discount_pct(draws, plan, contact, goods.quantity)
    total = goods.gross_cents - goods.gross_cents * discount // 100
    order_day = order_days.order_day(config, draws, number)
    issue_day = dates.issue_day(config, draws, number, plan.decoy, order_day)
    check, method, _, _ = draws.fields("payment_method", number)
    is_check = check < cash_curves.CHECK_PER_65536.take(cash_curves.size_class(total))
    is_run = np.zeros(len(number), dtype=bool)
    if config.payments_per_invoice > 1:
        is_run, by_check = dates.pays_all_by_run(draws, contact)
        is_check = np.where(is_run, by_check, is_check)
    lateness = draws.fields("payment_lag", number)
    paid_day = dates.paid_day(config, draws, lateness, contact, is_check | is_run, issue_day)
    aged = dates.aged_unpaid(config, draws, number, plan.decoy)
    paid_day[aged] = order_days.window(config).last + 1
    is_whole = np.zeros(len(number), dtype=bool)
    is_whole[aged] = True
    row, none = np.arange(len(number)), np.zeros_like(is_whole)
    first = Bills(row, number, contact, issue_day, paid_day, is_run, is_whole, is_agreed=none)
    second = _second_invoices(config, draws, first, plan.fault, is_check)
    short = np.flatnonzero((plan.fault == MISMATCH) & config.short_in_parts)
    payments = planned_payments(config, draws.of("payments"), first, second, short)
    if len(short):
        is_short = (plan.fault == MISMATCH)[payments.row] & ~payments.is_second
        np.maximum.at(paid_day, payments.row[is_short], payments.day[is_short])
    return Transactions(
        number,
        plan.fault,
        plan.decoy,
        plan.processing,
        contact,
        goods,
        discount,
        order_day,
        issue_day,
        paid_day,
        is_check,
        is_run,
        method,
        second,
        payments,
    )


def _second_invoices(config: Config, draws: Draws, first: Bills, fault: Codes, is_check: Bools) -> Bills:
    """The duplicates: paid as other invoices are, but never where the first one is still open."""
    row = np.flatnonzero(fault == DUPLICATE)
    first, last = bills_at(first, row), order_days.window(config).last
    issued = dates.second_issue_day(config, draws, first.transaction, first.issue_day)
    lateness = draws.fields("second_payment_lag", first.transaction)
    paid = dates.paid_day(config, draws, lateness, first.contact, is_check[row] | first.is_run, issued)
    if config.grows:
        return first._replace(
            issue_day=issued, paid_day=np.maximum(paid, first.paid_day), is_whole=issued < 0
        )
    is_open = first.paid_day > last
    return first._replace(issue_day=issued, paid_day=np.where(is_open, last + 1, paid), is_whole=is_open)


def _discount_pct(draws: Draws, plan: fault_plan.Plan, contact: Ints, quantity: Ints) -> Ints:
    """Everyday discounts, more of them and deeper ones for bulk and for some customers; and the decoys'."""
    chance, special, _, _ = draws.fields("discount", plan.source)
    scores = curves.score_per_mille()
    bulk = scores.take(np.searchsorted(curves.quantity_edges(), quantity), mode="clip")
    score = bulk * curves.BULK_WEIGHT
    score += quantile_tables.sample(scores, terms(draws, contact)[1]) * curves.CUSTOMER_WEIGHT
    score += quantile_tables.sample(scores, chance) * curves.CHANCE_WEIGHT
    discount = curves.discount_pct().take(curves.quantile_of_score().take(score // 1_000 + 8_000))
    for decoy, points in (
        (fault_plan.APPROVED, curves.DEEP_DISCOUNTS_PCT),
        (fault_plan.PENDING, curves.PENDING_DISCOUNTS_PCT),
        (fault_plan.REJECTED, curves.REJECTED_DISCOUNTS_PCT),
    ):
        rows = np.flatnonzero(plan.decoy == decoy)
        discount[rows] = np.array(points)[special[rows].astype(np.int64) * len(points) // 65_536]
    return discount
