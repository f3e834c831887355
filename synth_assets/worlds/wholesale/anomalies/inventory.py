"""Faults of inventory: batches, costs, deliveries, counts and samples."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import TRIVIAL, VERY_HARD, grade
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day, within
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault, Plus
from synth_assets.worlds.wholesale.order import Line, Order
from synth_assets.worlds.wholesale.sample import FULFILLED, Sample
from synth_assets.worlds.wholesale.stock import ADJUSTMENT, RETURN, SALE, SAMPLE, Batch, Movement
from synth_assets.worlds.wholesale.tables.intake import E4
from synth_assets.worlds.wholesale.tables.samples import status, unit_cost_cents
from synth_assets.worlds.wholesale.year import Year, once

ADJUSTMENT_TRAITS = tuple(
    f"inventory_movements.{name}"
    for name in ("reason", "inventory_movement_type", "created_at", "reference_id", "reference_type")
)
"""A write-off is one of the few movements that are adjustments."""


class SoldLine(NamedTuple):
    """A line of a sale with its number in `sales`."""

    number: int
    order: Order
    line: Line


@once
def sold_lines(year: Year) -> list[SoldLine]:
    """Every line of every sale."""
    lines = ((order, line) for order in year.orders for line in order.lines)
    return [SoldLine(number, order, line) for number, (order, line) in enumerate(lines, start=1)]


# --- oversold batch -----------------------------------------------------------------------------------


def sold_out(year: Year) -> list[list[SoldLine]]:
    """The first batch of each product where it was sold out and never adjusted: the lines of later ones, but
    for those of the order that took the last of it."""
    first: dict[int, Batch] = {}
    for batch in year.batches:
        first.setdefault(batch.product.id, batch)
    left = {move.batch.id: move.after for move in year.movements if move.kind != SAMPLE}
    touched = {move.batch.id for move in year.movements if move.kind in (RETURN, ADJUSTMENT)}
    last_order = {move.batch.id: move.reference for move in year.movements if move.kind == SALE}
    later: dict[int, list[SoldLine]] = {}
    for sold in sold_lines(year):
        batch = sold.line.batch
        older = first[batch.product.id]
        is_sold_out = not left[older.id] and last_order[older.id] != sold.order.id
        if older is not batch and is_sold_out and not {older.id, batch.id} & touched:
            later.setdefault(older.id, []).append(sold)
    return list(later.values())


def oversold_batch(year: Year, later: list[SoldLine], drawn: list[float]) -> Fault:
    """Goods are booked out of a batch that was sold out."""
    place = int(drawn[0] * len(later))
    sold = later[place]
    older = next(batch for batch in year.batches if batch.product is sold.line.batch.product)
    edits: list[Edit] = [
        Change(
            "sales", {"sale_id": sold.number},
            {"batch_id": older.id, "cogs_at_sale_cents": older.unit_cost_cents},
        )
    ]  # fmt: skip
    stated = older.received + sold.line.quantity
    at_risk = sold.line.total_cents
    difficulty = TRIVIAL if later[0].order.id < sold.order.id else VERY_HARD
    return Fault(
        older.id, sold.number, older.received, stated, at_risk, edits, difficulty, shown_on=sold.order.day
    )


# --- cost below the batch's ---------------------------------------------------------------------------


STATED_PERCENT = (75, 98)
"""What a sale is booked at, per cent of its batch's cost [D]."""

STATED_BOUNDS = (860, 880, 910, 960)
"""Thousandths of the batch's cost from which a sale is easy, medium, hard and very hard to find, and trivial
below: batches of one product differ by a few per cent."""


def cost_below_batch(year: Year, sold: SoldLine, drawn: list[float]) -> Fault:
    """A sale is booked at less than its batch cost, which lifts the margin."""
    cost = sold.line.batch.unit_cost_cents
    stated = cost * within(*STATED_PERCENT, drawn[0]) // 10_000 * 100
    at_risk = (cost - stated) * sold.line.quantity // 100
    edits: list[Edit] = [Change("sales", {"sale_id": sold.number}, {"cogs_at_sale_cents": stated})]
    difficulty = grade(1_000 * stated // cost, STATED_BOUNDS)
    return Fault(sold.number, sold.line.batch.id, cost, stated, max(at_risk, 1), edits, difficulty)


# --- phantom intake -----------------------------------------------------------------------------------


def consigned(year: Year) -> list[Batch]:
    """Consigned batches that leave room for more."""
    return [batch for batch in year.batches if batch.is_consigned and batch.received <= 80_00]


def phantom_intake(year: Year, batch: Batch, drawn: list[float]) -> Fault:
    """The delivery's paper says that more came than stock took in."""
    more = within(5_00, 20_00, drawn[0], 1_00)
    cents = batch.cost_cents(more)
    edits: list[Edit] = [
        Change(
            "intake_session_batches", {"batch_id": batch.id},
            {
                "received_qty_e4": (batch.received + more) * E4,
                "total_cost_cents": batch.cost_cents(batch.received + more),
            },
        ),
        Change(
            "intake_sessions", {"intake_session_id": batch.session},
            {"total_amount_cents": Plus(cents)},
        ),
    ]  # fmt: skip
    return Fault(
        batch.id, batch.session, batch.received, batch.received + more, cents, edits,
        paper=("INTAKE", batch.session),
    )  # fmt: skip


# --- adjustment without a reason ----------------------------------------------------------------------


def losses(year: Year) -> list[Movement]:
    """Counts that found less."""
    return [move for move in year.movements if move.kind == ADJUSTMENT and move.change < 0]


def adjustment_without_reason(year: Year, move: Movement, drawn: list[float]) -> Fault:
    """Stock is written off and nobody says why."""
    cents = move.batch.cost_cents(-move.change)
    edits: list[Edit] = [Change("inventory_movements", {"inventory_movement_id": move.id}, {"reason": None})]
    return Fault(move.id, move.batch.id, 0, move.change, cents, edits)


# --- sample that is not accounted for -----------------------------------------------------------------


def sent_samples(year: Year) -> list[Sample]:
    """Samples that were sent."""
    return [sample for sample in year.samples if status(sample, year) == FULFILLED]


def sent_on(_: Year, sample: Sample) -> int:
    """The day on which a sample was sent."""
    return sample.end


def sample_unaccounted(year: Year, sample: Sample, drawn: list[float]) -> Fault:
    """A sample was sent, and the log says that it was given back."""
    edits: list[Edit] = [
        Change(
            "sample_inventory_log", {"notes": f"Request {sample.id}", "action": "CONSUMED"},
            {"action": "RELEASED", "order_id": None},
        )
    ]  # fmt: skip
    cents = max(1, unit_cost_cents(sample) * sample.grams // 100)
    return Fault(sample.id, sample.batch.id, sample.grams, 0, cents, edits)


ORDERED = (
    "orders.related_sample_request_id",
    "orders.sample_requests.related_order_id",
    "orders.sample_inventory_log.order_id",
    "sample_inventory_log.order_id empty",
)
"""An order that came of a sample is of the sample's chain, and few orders came of one."""

KINDS = (
    Kind(
        Anomaly(
            "oversold_batch",
            "batch",
            "More was sold of a batch than came: trivial to see once newer goods were sold, very hard "
            "until then.",
            column="sales.batch_id",
        ),
        sold_out,
        oversold_batch,
        on=lambda year, later: later[0].order.day,
        changes=("sales",),
    ),
    Kind(
        Anomaly(
            "cost_below_batch",
            "sale",
            "A sale is booked below the cost of its batch, the oldest in stock: trivial to see below 86 % of "
            "it, very hard from 96 %.",
            column="sales.cogs_at_sale_cents",
            shows_in=("sales.cogs_at_sale_cents",),
        ),
        sold_lines,
        cost_below_batch,
        on=lambda year, sold: sold.order.day,
        changes=("sales",),
    ),
    Kind(
        Anomaly(
            "phantom_intake",
            "intake_session_batch",
            "A delivery's paper says that more came than stock took in.",
            column="intake_session_batches.received_qty_e4",
        ),
        consigned,
        phantom_intake,
        on=its_day,
        changes=("intake_sessions", "intake_session_batches"),
    ),
    Kind(
        Anomaly(
            "adjustment_without_reason",
            "inventory_movement",
            "Stock is written off without a reason.",
            column="inventory_movements.reason",
            shows_in=ADJUSTMENT_TRAITS,
        ),
        losses,
        adjustment_without_reason,
        on=its_day,
        changes=("inventory_movements",),
    ),
    Kind(
        Anomaly(
            "sample_unaccounted",
            "sample_request",
            "A sample was sent, and no gram of it is logged as used.",
            column="sample_inventory_log.action",
            shows_in=("sample_inventory_log.action", *ORDERED),
        ),
        sent_samples,
        sample_unaccounted,
        on=sent_on,
        changes=("sample_inventory_log",),
    ),
)
