"""Faults of sales: prices, terms, days and limits that are not what was agreed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import EASY, TRIVIAL, VERY_HARD
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day, within
from synth_assets.worlds.wholesale.catalogue import CASES
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault, Plus
from synth_assets.worlds.wholesale.invoice import Invoice
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.tables.dealings import as_json
from synth_assets.worlds.wholesale.tables.orders import dollars
from synth_assets.worlds.wholesale.tables.reviews import changes
from synth_assets.worlds.wholesale.tables.sheets import TIERS, sales_sheet_history
from synth_assets.worlds.wholesale.year import Year

# --- discount without a rule --------------------------------------------------------------------------


def discounted(year: Year) -> list[Order]:
    """Sales with a discount."""
    return [order for order in year.orders if any(line.percent for line in order.lines)]


def discount_without_rule(year: Year, order: Order, drawn: list[float]) -> Fault:
    """A line is sold below the list price and names no rule for it."""
    places = [i for i, line in enumerate(order.lines) if line.percent]
    place = places[int(drawn[0] * len(places))]
    line = order.lines[place]
    gone = (line.batch.product.price_cents - line.unit_price_cents) * line.quantity // 100
    edits: list[Edit] = [
        Change(
            "orders",
            {"order_id": year.order_ids[order.id]},
            {"items": LineChanged(place, "appliedRule", None)},
        )
    ]
    return Fault(
        year.order_ids[order.id], line.batch.id, line.batch.product.price_cents, line.unit_price_cents, gone,
        edits,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A JSON list with another value under one key of one line."""

    place: int
    key: str
    value: object

    def __call__(self, text: str) -> str:
        """The new JSON text."""
        lines = json.loads(text)
        lines[self.place][self.key] = self.value
        return json.dumps(lines)


# --- price below the floor ----------------------------------------------------------------------------


class SheetRow(NamedTuple):
    """A sales sheet: its number, its kind from 1, its lines, and its day."""

    number: int
    template: int
    items: list[dict[str, Any]]
    day: int


def sheets_of(year: Year) -> list[SheetRow]:
    """Sales sheets with their lines."""
    rows = sales_sheet_history(year)
    return [SheetRow(row[0], row[3], json.loads(row[4]), year.day_of(row[8])) for row in rows]


def price_below_floor(year: Year, sheet: SheetRow, drawn: list[float]) -> Fault | None:
    """A sales sheet offers flower below the lowest price that the rules allow."""
    places = flower_lines(year, sheet)
    if not places:
        return None
    place = places[int(drawn[0] * len(places))]
    floor = list_price(year, sheet, place) * (100 - curves.LARGEST_PERCENT) // 100
    price = floor * within(80, 97, drawn[1]) // 10_000 * 100
    edits, less = repriced(sheet, place, price)
    batch = sheet.items[place]["batchId"]
    is_cheapest = year.batches[batch - 1].product.tier == (TIERS[sheet.template - 1] or curves.TIERS)[-1]
    return Fault(sheet.number, batch, floor, price, less, edits, TRIVIAL if is_cheapest else VERY_HARD)


def flower_lines(year: Year, sheet: SheetRow) -> list[int]:
    """Places of the lines of flower on a sheet."""
    batches = [year.batches[line["batchId"] - 1] for line in sheet.items]
    return [place for place, batch in enumerate(batches) if batch.product.tier != CASES]


def list_price(year: Year, sheet: SheetRow, place: int) -> int:
    """The list price of a line of a sheet, in cents."""
    return year.batches[sheet.items[place]["batchId"] - 1].product.price_cents


def repriced(sheet: SheetRow, place: int, price_cents: int) -> tuple[list[Edit], int]:
    """A line of a sheet has another price: the edits, and by how many cents the sheet's value is less."""
    line = sheet.items[place]
    less = (round(line["price"] * 100) - price_cents) * round(line["quantity"] * 100) // 100
    changed = Change(
        "sales_sheet_history",
        {"sales_sheet_history_id": sheet.number},
        {
            "items": LineChanged(place, "price", dollars(price_cents)),
            "total_value_cents": Plus(-less),
        },
    )
    return [changed], less


# --- cut-off ------------------------------------------------------------------------------------------


def first_of_month(year: Year) -> list[Invoice]:
    """Invoices of the first two days of a month, but for the first month."""
    return [i for i in year.invoices if year.window.dates[i.day].day <= 2 and i.day > 2]


def booked_too_early(year: Year, invoice: Invoice, drawn: list[float]) -> Fault:
    """A sale of the first days of a month is invoiced in the month before."""
    day = invoice.day - year.window.dates[invoice.day].day - within(0, 1, drawn[0])
    edits: list[Edit] = [
        Change("invoices", {"invoice_id": invoice.id}, {"invoice_date": year.epoch_day(day)})
    ]
    order = year.order_ids[invoice.id]
    return Fault(invoice.id, order, 0, invoice.cents, invoice.cents, edits, TRIVIAL, ("INVOICE", invoice.id))


# --- side agreement -----------------------------------------------------------------------------------


def on_terms(year: Year) -> list[Order]:
    """Sales that are paid later."""
    return [order for order in year.orders if order.terms in ("NET_7", "NET_15", "NET_30")]


def side_agreement(year: Year, order: Order, drawn: list[float]) -> Fault:
    """The order promises longer terms than its invoice asks for."""
    days = curves.DAYS_OF[order.terms]
    longer = [
        terms
        for terms in ("NET_15", "NET_30", "CONSIGNMENT")
        if curves.DAYS_OF[terms] >= days and terms != order.terms
    ]
    terms = longer[int(drawn[0] * len(longer))]
    promised = curves.DAYS_OF[terms]
    edits: list[Edit] = [
        Change(
            "orders",
            {"order_id": year.order_ids[order.id]},
            {"payment_terms": terms, "due_date": year.epoch_day(order.day + promised)},
        )
    ]
    return Fault(
        year.order_ids[order.id], order.id, days * 100, promised * 100, order.total_cents, edits,
        VERY_HARD if terms in year.terms_of[order.client.id] else EASY,
    )  # fmt: skip


# --- credit limit exceeded without approval -----------------------------------------------------------


class Excess(NamedTuple):
    """An order far over its client's limit: line of the log, invoice, limit, what is owed, and the day."""

    number: int
    invoice: int
    limit_cents: int
    exposure_cents: int
    day: int


def excesses(year: Year) -> list[Excess]:
    """Every order so far over a limit that the owner approved it."""
    found = []
    for number, change in enumerate(changes(year, year.config), start=1):
        told = json.loads(change.metadata) if change.kind == "EXPOSURE_EXCEEDED" else {}
        if told.get("approvedBy"):
            limit, exposure = (round(100 * told[name]) for name in ("limit", "exposure"))
            found.append(Excess(number, told["invoiceId"], limit, exposure, year.day_of(change.at)))
    return found


@dataclass(frozen=True, slots=True)
class NotApproved:
    """The metadata of such an order without whoever approved it."""

    def __call__(self, metadata: str) -> str:
        """The new JSON text."""
        return as_json({**json.loads(metadata), "approvedBy": None})


def limit_exceeded_without_approval(year: Year, excess: Excess, drawn: list[float]) -> Fault:
    """Nobody has approved an order that is far over its client's limit."""
    edits: list[Edit] = [
        Change(
            "credit_audit_log",
            {"credit_audit_log_id": excess.number},
            {"metadata": NotApproved()},
        )
    ]
    limit, exposure = excess.limit_cents, excess.exposure_cents
    return Fault(excess.number, excess.invoice, limit, exposure, exposure - limit, edits)


KINDS = (
    Kind(
        Anomaly(
            "discount_without_rule",
            "order",
            "A line is priced below the list and names no rule.",
            column="orders.items",
            shows_in=("clients.",),  # key accounts have a discount on every order
        ),
        discounted,
        discount_without_rule,
        on=its_day,
        changes=("orders",),
    ),
    Kind(
        Anomaly(
            "price_below_floor",
            "sales_sheet_history",
            "A sheet offers flower below the list price less every discount that there is: trivial to see of "
            "the cheapest kind that it may show, very hard of a dearer one.",
            column="sales_sheet_history.items",
            shows_in=("sales_sheet_templates.",),  # one kind of sheet has no flower
        ),
        sheets_of,
        price_below_floor,
        on=its_day,
        changes=("sales_sheet_history",),
    ),
    Kind(
        Anomaly(
            "booked_too_early",
            "invoice",
            "A sale of the first days of a month is invoiced in the month before; its terms, longer than "
            "any, are trivial to see.",
            column="invoices.invoice_date",
            shows_in=(
                "invoices.",  # only invoices of a month's first days
                "invoices.invoice_date",
                "invoices.created_at",
                "invoices.due_date",
                "invoice_line_items.created_at",
            ),
        ),
        first_of_month,
        booked_too_early,
        on=its_day,
        changes=("invoices",),
    ),
    Kind(
        Anomaly(
            "side_agreement",
            "order",
            "The order's terms are longer than its invoice's: easy to see where its client has them on no "
            "other order, very hard where it has, as of consignment.",
            column="orders.payment_terms",
            shows_in=("clients.", "orders.payment_terms", "orders.due_date"),  # clients have usual terms
        ),
        on_terms,
        side_agreement,
        on=its_day,
        changes=("orders",),
    ),
    Kind(
        Anomaly(
            "limit_exceeded_without_approval",
            "credit_audit_log",
            "An order takes a client more than 5 % over its credit limit, and nobody approved it.",
            column="credit_audit_log.metadata",
            shows_in=(
                "credit_audit_log.event_type",
                *(f"credit_audit_log.{name} empty" for name in ("old_value_cents", "new_value_cents")),
                "credit_audit_log.change_percent empty",
            ),
        ),
        excesses,
        limit_exceeded_without_approval,
        on=its_day,
        changes=("credit_audit_log",),
    ),
)
