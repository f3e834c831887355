"""The manifest: one row for every label, with the expected value and the one in the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import to_numpy
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import format_ids, places_of
from synth_assets.model.manifest import (
    TRIVIAL,
    VERY_HARD,
    Labels,
    manifest_columns,
    manifest_rows,
)
from synth_assets.model.table import Rows, Table
from synth_assets.worlds.order_to_cash import anomalies, curves, difficulty
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.invoices import INVOICE_ID
from synth_assets.worlds.order_to_cash.opportunities import OPPORTUNITY_ID
from synth_assets.worlds.order_to_cash.orders import ORDER_ID
from synth_assets.worlds.order_to_cash.visibility import labelled, visible_on

COLUMNS = manifest_columns(
    ANOMALIES,
    number="of its order",
    entity="Id of the row at fault.",
    related="Id of the row that it disagrees with.",
    value="dollars, or percent for a discount",
    drift="pricing drift",
)


class Chain(NamedTuple):
    """The rows of some orders, aligned; `second_invoice` is the duplicate's number, 0 where there is none,
    and `second_due_cents` what it bills."""

    order: Ints
    total_cents: Ints
    gross_cents: Ints
    discount_pct: Ints
    invoice: Ints
    amount_due_cents: Ints
    second_invoice: Ints
    second_due_cents: Ints
    received_cents: Ints


def missing_invoice(chain: Chain) -> Labels:
    """Expected: an invoice of the order's total. Actual: none. Very hard: the order looks like any other."""
    return Labels(
        format_ids(ORDER_ID.prefix, chain.order),
        format_ids(OPPORTUNITY_ID.prefix, chain.order),
        chain.total_cents,
        np.zeros_like(chain.order),
        chain.total_cents,
        np.full(len(chain.order), VERY_HARD),
    )


def pricing_drift(chain: Chain) -> Labels:
    """Expected: the order's total. Actual: another amount due.

    The higher above the contract's price, the easier: at or below it, a bill looks like a discounted one.
    """
    off = np.abs(chain.amount_due_cents - chain.total_cents)
    return Labels(
        format_ids(INVOICE_ID.prefix, chain.invoice),
        format_ids(ORDER_ID.prefix, chain.order),
        chain.total_cents,
        chain.amount_due_cents,
        off,
        difficulty.of_billed(chain.amount_due_cents, chain.gross_cents),
    )


def duplicate_invoice(chain: Chain) -> Labels:
    """Expected: no second invoice. Actual: one. The label names the later of the two.

    Trivial where it bills the amount that the customer was billed days before, very hard where a part of it.
    """
    is_same = chain.second_due_cents == chain.amount_due_cents
    return Labels(
        format_ids(INVOICE_ID.prefix, chain.second_invoice),
        format_ids(ORDER_ID.prefix, chain.order),
        np.zeros_like(chain.order),
        chain.second_due_cents,
        chain.second_due_cents,
        np.where(is_same, TRIVIAL, VERY_HARD),
    )


def unauthorized_discount(chain: Chain) -> Labels:
    """Expected: at most 15 %. Actual: more, without due approval. Very hard: approved ones are as deep."""
    above = chain.discount_pct - curves.APPROVAL_THRESHOLD_PCT
    return Labels(
        format_ids(OPPORTUNITY_ID.prefix, chain.order),
        format_ids(ORDER_ID.prefix, chain.order),
        np.full(len(chain.order), curves.APPROVAL_THRESHOLD_PCT * 100),
        chain.discount_pct * 100,
        (chain.gross_cents * above + 50) // 100,
        np.full(len(chain.order), VERY_HARD),
    )


def payment_mismatch(chain: Chain) -> Labels:
    """Expected: the amount due. Actual: a smaller sum of payments.

    The further below the deepest discount, the easier: within it, it looks like a discounted sale.
    """
    short = chain.amount_due_cents - chain.received_cents
    return Labels(
        format_ids(INVOICE_ID.prefix, chain.invoice),
        format_ids(ORDER_ID.prefix, chain.order),
        chain.amount_due_cents,
        chain.received_cents,
        short,
        difficulty.of_received(chain.received_cents, chain.gross_cents),
    )


def stale_unpaid(chain: Chain) -> Labels:
    """Expected: the amount due. Actual: no payment. Trivial: nothing sound is open for so long."""
    return Labels(
        format_ids(INVOICE_ID.prefix, chain.invoice),
        format_ids(ORDER_ID.prefix, chain.order),
        chain.amount_due_cents,
        np.zeros_like(chain.order),
        chain.amount_due_cents,
        np.full(len(chain.order), TRIVIAL),
    )


LABELS: tuple[Callable[[Chain], Labels], ...] = (
    missing_invoice,
    pricing_drift,
    duplicate_invoice,
    unauthorized_discount,
    payment_mismatch,
    stale_unpaid,
)
"""One function a kind, in the order of ANOMALIES."""


def generate(
    rows: range,
    opportunities: Rows,
    orders: Rows,
    invoices: Rows,
    payments: Rows,
    facts: Transactions,
    config: Config,
) -> pa.Table:
    """One row for every planned fault, in order of number; values are read from the tables."""
    fault = facts.fault
    shown = labelled(config, facts)
    chain = _chain(shown, rows.start, opportunities, orders, invoices, payments)

    def labels(code: int, at: npt.NDArray[np.intp]) -> Labels:
        return LABELS[code - 1](Chain(*(column[at] for column in chain)))

    return manifest_rows(
        COLUMNS,
        ANOMALIES,
        visible_on(facts)[shown] if config.grows else config.day,
        chain.order,
        fault[shown],
        labels,
        drifting=anomalies.DRIFT,
    )


def _chain(
    labelled: npt.NDArray[np.intp],
    start: int,
    opportunities: Rows,
    orders: Rows,
    invoices: Rows,
    payments: Rows,
) -> Chain:
    """The rows of the labelled orders, given by their position in the block."""
    gross = to_numpy(opportunities["quantity"]) * to_numpy(opportunities["unit_price_cents"])
    invoice = invoices.id_numbers("invoice_id")
    row = invoices.id_numbers("order_id") - 1 - start
    issued = to_numpy(invoices["issue_date"])
    due = to_numpy(invoices["amount_due_cents"])
    received = np.zeros(len(invoice), dtype=np.int64)
    paid = places_of(payments.id_numbers("invoice_id"), invoice)
    np.add.at(received, paid, to_numpy(payments["amount_cents"]))
    invoiced = np.bincount(row, minlength=len(gross))
    by_order = np.argsort(row, kind="stable")
    after = np.cumsum(invoiced)[labelled]
    first = after - invoiced[labelled]
    is_invoiced = after > first
    if len(invoice):
        one, other = (by_order[np.where(is_invoiced, index, 0)] for index in (first, after - 1))
        swapped = issued[one] > issued[other]
        earliest, latest = np.where(swapped, other, one), np.where(swapped, one, other)
    else:
        earliest = latest = first

    def take(values: Ints, index: npt.NDArray[np.intp]) -> Ints:
        return np.where(is_invoiced, values[index], 0) if len(values) else np.zeros(len(index), np.int64)

    return Chain(
        order=labelled + 1 + start,
        total_cents=to_numpy(orders["total_amount_cents"])[labelled],
        gross_cents=gross[labelled],
        discount_pct=to_numpy(opportunities["discount_pct"])[labelled].astype(np.int64),
        invoice=take(invoice, earliest),
        amount_due_cents=take(due, earliest),
        second_invoice=np.where(latest != earliest, take(invoice, latest), 0),
        second_due_cents=take(due, latest),
        received_cents=take(received, earliest),
    )


ANOMALY_MANIFEST = Table(
    name="anomaly_manifest",
    grain="One label: a fault that was put in on purpose.",
    columns=COLUMNS,
    generate=generate,
)
