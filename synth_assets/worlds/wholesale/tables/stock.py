"""Stock: where batches lie, every movement of them, and the alerts that followed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    UPDATED_AT,
    choice,
    count,
    decimal,
    flag,
    moment,
    money,
    quantity,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.stock import RETURN, SALE, SAMPLE, Batch, Movement
from synth_assets.worlds.wholesale.tables.intake import E4
from synth_assets.worlds.wholesale.tables.ledger import OPENED_AT
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, last_by, numbered

SITE = "Main Warehouse"
ZONES = {
    "indoor": "Cold Room A",
    "greenhouse": "Cold Room B",
    "outdoor": "Cold Room C",
    "cases": "Dry Storage",
}
RACKS, SHELVES, BINS = 4, 4, 3
"""Places of each zone."""

LOW_STOCK, OVERSTOCK = 10_00, 100_00
"""Hundredths of a pound or case: at most the first is low, at least the second is much."""

SLOW_DAYS, EXPIRES_WITHIN_DAYS = 90, 30
"""A batch without a sale for so long is slow; one whose shelf life ends within so long is about to expire."""

REFERENCES = {SALE: "ORDER", RETURN: "REFUND", "INTAKE": "INTAKE", SAMPLE: "SAMPLE"}
"""What a movement's paper is called, by kind of movement."""

SAID = {
    "LOW_STOCK": "{value:g} {unit} left of {code}",
    "OVERSTOCK": "{value:g} {unit} of {code} in stock",
    "SLOW_MOVING": "No sale of {code} for {value:g} days",
}
"""What an alert says, by its kind."""

RESOLVED = {
    "LOW_STOCK": "Sold out",
    "OVERSTOCK": "Sold below the bound",
    "SLOW_MOVING": "Sold again",
}
"""How an alert ended, by its kind."""

CHANGED_SHARE = 0.08
"""Batches whose cost was agreed anew when they were weighed [D]."""


def place_of(batch: Batch) -> tuple[str, str, str, str]:
    """Zone, rack, shelf and bin of a batch."""
    n = batch.id
    rack, shelf, bin_ = n % RACKS, n // RACKS % SHELVES, n // (RACKS * SHELVES) % BINS
    return ZONES[batch.product.tier], f"R{rack + 1}", f"S{shelf + 1}", f"B{bin_ + 1}"


def locations(facts: Year) -> Iterator[Row]:
    """Every bin of every zone."""
    opened = facts.seconds(0, OPENED_AT)
    places = (
        (zone, f"R{rack + 1}", f"S{shelf + 1}", f"B{bin_ + 1}")
        for zone in ZONES.values()
        for rack in range(RACKS)
        for shelf in range(SHELVES)
        for bin_ in range(BINS)
    )
    for number, place in enumerate(places, start=1):
        yield number, SITE, *place, True, opened, opened


def batch_locations(facts: Year) -> Iterator[Life]:
    """Where what is left of each batch lies."""
    for batch in facts.batches:
        moves = facts.stock_moves_of[batch.id]
        yield Life(batch.day, {move.day for move in moves}, partial(_batch_location, facts, batch, moves))


def _batch_location(facts: Year, batch: Batch, moves: list[Movement], day: int) -> Row:
    last = last_by(moves, day) or moves[0]
    return (
        batch.id, batch.id, SITE, *place_of(batch), last.after * E4,
        facts.seconds(batch.day, batch.second), facts.seconds(last.day, last.second),
    )  # fmt: skip


def inventory_movements(facts: Year, days: range) -> Iterator[Row]:
    """Every movement, in time."""
    for _, move in numbered(facts.movements, days):
        paper = facts.order_ids[move.reference] if move.kind in (SALE, RETURN) else move.reference
        yield (
            move.id, move.batch.id, move.kind, move.change * E4, move.before * E4, move.after * E4,
            REFERENCES.get(move.kind), paper or None, move.reason, move.user,
            facts.seconds(move.day, move.second),
        )  # fmt: skip


class Alert(NamedTuple):
    """Something to be seen: kind, batch, bound, value, severity, and when it came and went."""

    kind: str
    batch: Batch
    bound: int
    value: int
    severity: str
    at: int
    gone: int | None


def alerts(facts: Year) -> list[Alert]:
    """All alerts, in time: low stock, much stock, slow movers and what is about to expire."""
    found = [alert for moves in facts.stock_moves_of.values() for alert in _of_batch(facts, moves)]
    return sorted(found, key=lambda alert: (alert.at, alert.batch.id, alert.kind))


def _of_batch(facts: Year, moves: list[Movement]) -> Iterator[Alert]:
    batch, first = moves[0].batch, moves[0]
    if first.after >= OVERSTOCK:
        gone = next((_at(facts, m) for m in moves if m.after < OVERSTOCK), None)
        yield Alert("OVERSTOCK", batch, OVERSTOCK, first.after, "LOW", _at(facts, first), gone)
    low = next((m for m in moves if m.kind == SALE and 0 < m.after <= LOW_STOCK), None)
    if low:
        gone = next((_at(facts, m) for m in moves if m.id > low.id and not 0 < m.after <= LOW_STOCK), None)
        severity = "HIGH" if low.after <= 5_00 else "MEDIUM" if low.after <= 8_00 else "LOW"
        yield Alert("LOW_STOCK", batch, LOW_STOCK, low.after, severity, _at(facts, low), gone)
    for before, after in zip(moves, [*moves[1:], None], strict=True):
        until = after.day if after else facts.last_day
        if before.after and until - before.day > SLOW_DAYS:
            at = facts.seconds(before.day + SLOW_DAYS + 1, OPENED_AT)
            gone = _at(facts, after) if after else None
            yield Alert("SLOW_MOVING", batch, SLOW_DAYS * 100, (SLOW_DAYS + 1) * 100, "MEDIUM", at, gone)


def _at(facts: Year, move: Movement) -> int:
    return facts.seconds(move.day, move.second)


def inventory_alerts(facts: Year) -> Iterator[Life]:
    """Alerts: they are acknowledged a day later, and resolved when they are gone."""
    for number, alert in enumerate(alerts(facts), start=1):
        came = facts.day_of(alert.at)
        gone = () if alert.gone is None else (facts.day_of(alert.gone),)
        yield Life(came, (came + 1, *gone), partial(_inventory_alert, facts, number, alert))


def _inventory_alert(facts: Year, number: int, alert: Alert, day: int) -> Row:
    end = facts.seconds(day + 1, 0)
    gone = alert.gone if alert.gone and alert.gone < end else None
    acknowledged = min(alert.at + SECONDS_PER_DAY, gone or end)
    seen = acknowledged if acknowledged < end else None
    status = "RESOLVED" if gone else "ACKNOWLEDGED" if seen else "ACTIVE"
    unit = "lb" if alert.batch.product.unit == "LB" else "cases"
    message = SAID[alert.kind].format(value=alert.value / 100, unit=unit, code=alert.batch.product.name)
    return (
        number, alert.kind, alert.batch.id, alert.bound / 100, alert.value / 100, alert.severity, status,
        message, 7 if seen else None, seen, gone, RESOLVED[alert.kind] if gone else None, alert.at,
        gone or seen or alert.at,
    )  # fmt: skip


def cogs_history(facts: Year, draws: Draws) -> Iterator[Row]:
    """Costs that were agreed anew when the batch was weighed, before anything of it was sold."""
    drawn = unit_draws(draws, "agreed", len(facts.batches))
    number = 0
    for batch, (whether, size, which, _) in zip(facts.batches, drawn, strict=True):
        if whether < CHANGED_SHARE:
            number += 1
            change = 100 * (5 + int(30 * size)) * (1 if which < 0.5 else -1)
            reason = "Better grade than agreed" if change < 0 else "Wetter than agreed"
            yield (
                number, batch.id, batch.unit_cost_cents + change, batch.unit_cost_cents, "prospective", 0,
                reason, 6, facts.seconds(batch.day, batch.second + 20),
            )  # fmt: skip


LOCATIONS = projection(
    "locations",
    "One bin of the warehouse.",
    (
        row_id("location_id", "Bin."),
        text("site", "Building.", "varchar(100)"),
        text("zone", "Room, by how the goods are grown.", "varchar(100)", nullable=True),
        text("rack", "Rack in the room.", "varchar(100)", nullable=True),
        text("shelf", "Shelf of the rack.", "varchar(100)", nullable=True),
        text("bin", "Bin on the shelf.", "varchar(100)", nullable=True),
        flag("is_active", "Whether it is used.", "int", "1"),
        CREATED_AT,
        UPDATED_AT,
    ),
    locations,
    "inventory",
    naming=camel_case,
)

BATCH_LOCATIONS = projection(
    "batch_locations",
    "Where one batch lies.",
    (
        row_id("batch_location_id", "Place of a batch; the batch has the same number."),
        refers("batches", "batch_id", "The batch."),
        text("site", "Building.", "varchar(100)"),
        text("zone", "Room.", "varchar(100)", nullable=True),
        text("rack", "Rack.", "varchar(100)", nullable=True),
        text("shelf", "Shelf.", "varchar(100)", nullable=True),
        text("bin", "Bin.", "varchar(100)", nullable=True),
        quantity("qty_e4", "How much lies there: all that is left of the batch."),
        CREATED_AT,
        UPDATED_AT,
    ),
    batch_locations,
    "inventory",
    physical="batchLocations",
    naming=camel_case,
    states=("qty_e4",),
)

INVENTORY_MOVEMENTS = projection(
    "inventory_movements",
    "One movement of a batch.",
    (
        row_id("inventory_movement_id", "Movement, in time."),
        refers("batches", "batch_id", "The batch."),
        choice(
            "inventory_movement_type",
            (
                "INTAKE",
                "SALE",
                "REFUND_RETURN",
                "ADJUSTMENT",
                "QUARANTINE",
                "RELEASE_FROM_QUARANTINE",
                "DISPOSAL",
                "TRANSFER",
                "SAMPLE",
            ),
            "What happened; a SAMPLE moves the batch's samples, in grams, and not its stock.",
        ),
        quantity("quantity_change_e4", "What came (positive) or left (negative).", minimum=None),
        quantity("quantity_before_e4", "What there was before: what there was after the movement before it."),
        quantity("quantity_after_e4", "What there was after: before plus change."),
        choice(
            "reference_type",
            ("ORDER", "REFUND", "INTAKE", "SAMPLE"),
            "What kind of paper is behind it; empty for a count.",
            "varchar(50)",
            nullable=True,
        ),
        refers_to_any(
            "reference_id",
            "reference_type",
            {"ORDER": "orders", "REFUND": "orders", "INTAKE": "intake_sessions", "SAMPLE": "sample_requests"},
            "Which one; of a REFUND the order that came back.",
            nullable=True,
        ),
        text("reason", "What happened, in words.", nullable=True),
        refers("users", "performed_by_id", "Who did it.", "performedBy"),
        CREATED_AT,
    ),
    inventory_movements,
    "inventory",
    physical="inventoryMovements",
    naming=camel_case,
    rules=(
        Rule("before and change give after", "quantity_after_e4 = quantity_before_e4 + quantity_change_e4"),
    ),
)

INVENTORY_ALERTS = projection(
    "inventory_alerts",
    "One alert about a batch.",
    (
        row_id("inventory_alert_id", "Alert, in time."),
        choice(
            "inventory_alert_type",
            ("LOW_STOCK", "EXPIRING", "OVERSTOCK", "SLOW_MOVING"),
            "LOW_STOCK: at most 10 are left; OVERSTOCK: at least 100; SLOW_MOVING: no sale in 90 days.",
        ),
        refers("batches", "batch_id", "The batch."),
        decimal(
            "threshold",
            "The bound that was passed.",
            "decimal(10,2)",
            nullable=True,
            unit="lb, cases or days",
        ),
        decimal("current_value", "What there was.", "decimal(10,2)", nullable=True, unit="lb, cases or days"),
        choice("alert_severity", ("LOW", "MEDIUM", "HIGH"), "Of low stock HIGH at most 5, MEDIUM at most 8."),
        choice(
            "alert_status",
            ("ACTIVE", "ACKNOWLEDGED", "RESOLVED"),
            "Whether somebody saw it, and whether it is over.",
            default="ACTIVE",
        ),
        text("message", "The alert in words.", nullable=True),
        refers("users", "acknowledged_by_id", "Who saw it.", "acknowledgedBy", nullable=True),
        moment("acknowledged_at", "When it was seen: the day after, or when it was over.", nullable=True),
        moment("resolved_at", "When the batch was within the bound again.", nullable=True),
        text("resolution", "How it ended.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    inventory_alerts,
    "inventory",
    physical="inventoryAlerts",
    naming=camel_case,
    rules=(
        Rule("a resolved alert has its moment", "(alert_status = 'RESOLVED') = (resolved_at IS NOT NULL)"),
    ),
    states=(
        "alert_status",
        "acknowledged_by_id",
        "acknowledged_at",
        "resolved_at",
        "resolution",
    ),
)

COGS_HISTORY = projection(
    "cogs_history",
    "One change of a batch's unit cost.",
    (
        row_id("cogs_history_id", "Change, in time."),
        refers("batches", "batch_id", "The batch."),
        money("old_cogs_cents", "Unit cost before.", "varchar(20)", nullable=True),
        money("new_cogs_cents", "Unit cost after: the batch's.", "varchar(20)"),
        choice(
            "change_type", ("prospective", "retroactive", "both"), "Which sales it touches.", "varchar(50)"
        ),
        count("affected_sales_count", "How many sales it touched.", "0", nullable=True),
        text("reason", "Why.", nullable=True),
        refers("users", "changed_by_id", "Who changed it.", "changedBy"),
        CREATED_AT,
    ),
    cogs_history,
    "intake",
    physical="cogsHistory",
    naming=camel_case,
)

TABLES = (LOCATIONS, BATCH_LOCATIONS, INVENTORY_MOVEMENTS, INVENTORY_ALERTS, COGS_HISTORY)
