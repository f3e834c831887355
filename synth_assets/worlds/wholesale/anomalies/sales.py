"""Faults of sales: credits, receipts, prices, terms and days that are not what happened."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import HARD, MEDIUM
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.anomalies.kind import Kind, within
from synth_assets.worlds.wholesale.catalogue import CASES
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault
from synth_assets.worlds.wholesale.invoice import REFUND, RETURN, Credit, Invoice
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.billing import numbers
from synth_assets.worlds.wholesale.tables.orders import dollars
from synth_assets.worlds.wholesale.tables.sheets import sales_sheet_history
from synth_assets.worlds.wholesale.year import Year

TRANSACTION = tuple(
    f"transactions.{name}"
    for name in ("transaction_type", "created_at", "transacted_at", "updated_at", "credits.transaction_id")
)
"""A refund is one of the few transactions that are refunds."""

LAPPED_WITHIN_DAYS = 60
"""Two receipts of a lapping are at most so far apart [D]."""


def receipts(year: Year) -> list[Payment]:
    """Payments of clients in money."""
    return [p for p in year.payments if p.invoice is not None and p.credit is None]


# --- refund above its invoice -------------------------------------------------------------------------


def refunds(year: Year) -> list[Credit]:
    """Credits for quality."""
    return [credit for credit in year.credits if credit.kind == REFUND]


def refund_above_invoice(year: Year, credit: Credit, drawn: list[float]) -> Fault:
    """A credit for quality gives back more than the whole invoice; everything that repeats it agrees."""
    cents = credit.invoice.cents * within(102, 140, drawn[0]) // 100
    more = cents - credit.cents
    number = numbers(year).of_credit[credit.id]
    edits: list[Edit] = [
        Change(
            "credits",
            {"credit_id": credit.id},
            {
                "credit_amount_cents": cents,
                "amount_remaining_cents": lambda left: left + more,
                "credit_status": lambda word: "PARTIALLY_USED" if word != "ACTIVE" else word,
            },
        ),
        Change("transactions", {"transaction_id": number}, {"amount_cents": cents}),
        Change(
            "client_transactions",
            {"client_transaction_id": number},
            {"amount_cents": cents, "payment_amount_cents": cents},
        ),
        Change(
            "transaction_links",
            {"child_transaction_id": number, "transaction_link_type": "REFUND_OF"},
            {"link_amount_cents": cents},
        ),
        Change(
            "ledger_entries",
            {"reference_type": "REFUND", "reference_id": credit.id},
            {
                "debit_cents": lambda old: cents if old else 0,
                "credit_cents": lambda old: cents if old else 0,
            },
        ),
    ]
    return Fault(credit.id, credit.invoice.id, credit.cents, cents, more, edits)


# --- payment applied to the wrong client --------------------------------------------------------------


def payment_of_wrong_client(year: Year, payment: Payment, drawn: list[float]) -> Fault:
    """A receipt is booked under another client than the one whose invoice it pays."""
    invoice = payment.invoice
    assert invoice is not None
    others = [client.id for client in year.clients if client.id != invoice.order.client.id]
    other = others[int(drawn[0] * len(others))]
    edits: list[Edit] = [Change("payments", {"payment_id": payment.id}, {"customer_id": other})]
    return Fault(payment.id, invoice.id, payment.cents, 0, payment.cents, edits, MEDIUM)


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
            {"items": _line_changed(place, "appliedRule", None)},
        )
    ]
    difficulty = HARD if line.percent <= 2 else MEDIUM
    return Fault(
        year.order_ids[order.id], line.batch.id, line.batch.product.price_cents, line.unit_price_cents, gone,
        edits, difficulty,
    )  # fmt: skip


def _line_changed(place: int, key: str, value: object) -> Callable[[str], str]:
    """A function that changes one key of one line in a JSON list."""

    def changed(text: str) -> str:
        lines = json.loads(text)
        lines[place][key] = value
        return json.dumps(lines)

    return changed


# --- price below the floor ----------------------------------------------------------------------------


def price_below_floor(
    year: Year, sheet: tuple[int, list[dict[str, Any]]], drawn: list[float]
) -> Fault | None:
    """A sales sheet offers flower below the lowest price that the rules allow."""
    number, items = sheet
    places = [i for i, line in enumerate(items) if year.batches[line["batchId"] - 1].product.tier != CASES]
    if not places:
        return None
    place = places[int(drawn[0] * len(places))]
    line = items[place]
    product = year.batches[line["batchId"] - 1].product
    floor = product.price_cents * (100 - curves.LARGEST_PERCENT) // 100
    price = floor * within(80, 97, drawn[1]) // 10_000 * 100
    less = (round(line["price"] * 100) - price) * round(line["quantity"] * 100) // 100
    edits: list[Edit] = [
        Change(
            "sales_sheet_history",
            {"sales_sheet_history_id": number},
            {
                "items": _line_changed(place, "price", dollars(price)),
                "total_value_cents": lambda old: old - less,
            },
        )
    ]
    difficulty = HARD if price > floor * 93 // 100 else MEDIUM
    return Fault(number, line["batchId"], floor, price, less, edits, difficulty)


# --- a return that stock does not know ----------------------------------------------------------------


def returns(year: Year) -> list[Credit]:
    """Credits for goods that came back."""
    return [credit for credit in year.credits if credit.kind == RETURN]


def unrecorded_return(year: Year, credit: Credit, drawn: list[float]) -> Fault:
    """Goods came back and were credited; in stock they are a find of the count, not a return."""
    order = credit.invoice.order
    edits: list[Edit] = [
        Change(
            "inventory_movements",
            {"inventory_movement_type": "REFUND_RETURN", "reference_id": year.order_ids[order.id]},
            {
                "inventory_movement_type": "ADJUSTMENT",
                "reference_type": None,
                "reference_id": None,
                "reason": "More found at the count",
            },
        )
    ]
    return Fault(credit.id, credit.invoice.id, credit.cents, 0, credit.cents, edits, MEDIUM)


# --- lapping ------------------------------------------------------------------------------------------


def lappable(year: Year) -> list[tuple[Payment, Payment]]:
    """Pairs of receipts of the same amount, of two clients, the second later and each the only one of its
    invoice."""
    count: dict[int, int] = defaultdict(int)
    of_cents: dict[int, list[Payment]] = defaultdict(list)
    for payment in year.payments:
        if payment.invoice is not None:
            count[payment.invoice.id] += 1
    for payment in receipts(year):
        if count[payment.invoice.id] == 1:  # type: ignore[union-attr]
            of_cents[payment.cents].append(payment)
    return [
        (first, second)
        for same in of_cents.values()
        for i, first in enumerate(same)
        for second in same[i + 1 :]
        if _may_lap(first, second)
    ]


def _may_lap(first: Payment, second: Payment) -> bool:
    a, b = first.invoice, second.invoice
    assert a is not None
    assert b is not None
    return (
        a.order.client != b.order.client and b.day <= first.day < second.day <= first.day + LAPPED_WITHIN_DAYS
    )


def lapping(year: Year, pair: tuple[Payment, Payment], drawn: list[float]) -> Fault:
    """One client's receipt is posted to another's invoice, and covered by the other's next one; the bank's
    list still says whose it was."""
    first, second = pair
    a, b = first.invoice, second.invoice
    assert a is not None
    assert b is not None
    edits: list[Edit] = [
        Change("payments", {"payment_id": one.id}, {"invoice_id": to.id, "customer_id": to.order.client.id})
        for one, to in ((first, b), (second, a))
    ]
    return Fault(first.id, second.id, a.id * 100, b.id * 100, first.cents, edits, HARD)


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
    return Fault(invoice.id, order, 0, invoice.cents, invoice.cents, edits, MEDIUM, ("INVOICE", invoice.id))


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
        year.order_ids[order.id], order.id, days * 100, promised * 100, order.total_cents, edits, MEDIUM
    )


def sheets_of(year: Year) -> Sequence[tuple[int, list[dict[str, Any]]]]:
    """Sales sheets with their lines."""
    rows = sales_sheet_history(year, year.draws.of("sales_sheet_history"))
    return [(row[0], json.loads(row[4])) for row in rows]


KINDS = (
    Kind(
        Anomaly(
            "refund_above_invoice",
            "credit",
            "A credit for quality is larger than the invoice that it gives back from.",
            shows_in=(
                "credits.credit_amount_cents",
                "credits.amount_remaining_cents",
                "credits.credit_status",
                *TRANSACTION,
            ),
        ),
        refunds,
        refund_above_invoice,
    ),
    Kind(
        Anomaly(
            "payment_of_wrong_client",
            "payment",
            "A receipt is booked under another client than its invoice's.",
        ),
        receipts,
        payment_of_wrong_client,
    ),
    Kind(
        Anomaly("discount_without_rule", "order", "A line is priced below the list and names no rule."),
        discounted,
        discount_without_rule,
    ),
    Kind(
        Anomaly(
            "price_below_floor",
            "sales_sheet_history",
            "A sheet offers flower below the list price less every discount that there is.",
        ),
        sheets_of,
        price_below_floor,
    ),
    Kind(
        Anomaly(
            "unrecorded_return",
            "credit",
            "A return is credited, and its goods are not in stock as a return.",
            shows_in=("inventory_movements.inventory_movement_type",),
        ),
        returns,
        unrecorded_return,
    ),
    Kind(
        Anomaly(
            "lapping",
            "payment",
            "A receipt is posted to another client's invoice and covered by that client's next one.",
        ),
        lappable,
        lapping,
    ),
    Kind(
        Anomaly(
            "booked_too_early",
            "invoice",
            "A sale of the first days of a month is invoiced in the month before.",
            shows_in=(
                "invoices.invoice_date",
                "invoices.created_at",
                "invoices.due_date",
                "invoice_line_items.created_at",
            ),
        ),
        first_of_month,
        booked_too_early,
    ),
    Kind(
        Anomaly(
            "side_agreement",
            "order",
            "The order's terms are longer than its invoice's.",
            shows_in=("orders.payment_terms", "orders.due_date"),
        ),
        on_terms,
        side_agreement,
    ),
)
