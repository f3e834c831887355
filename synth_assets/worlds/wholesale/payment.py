"""Payments: what clients pay on invoices, and how a payment of either side is recorded.

Who pays late or not at all is chosen from the totals that the receivables must have on the last day; all
others pay on the due date or a few days before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import spaced, unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURN, Credit, Invoice
from synth_assets.worlds.wholesale.journal import (
    CASH,
    CREDITS,
    PAYABLE,
    RECEIVABLE,
    Journal,
    Leg,
    credit,
    debit,
)
from synth_assets.worlds.wholesale.stock import Batch

METHODS = ("CHECK", "ACH", "WIRE")
CREDIT_METHOD = "OTHER"
"""How a payment is recorded that uses a credit: no money moves."""

OVERDUE_BUCKETS = ((1, 30, 0.4), (31, 60, 0.3), (61, 90, 0.2), (91, 120, 0.1))
"""Days past due, and the share of what is overdue for up to 120 days [D]."""

LONG_OVERDUE = 120


class BillLine(NamedTuple):
    """What a bill asks for goods of one batch: a quantity at its cost."""

    batch: Batch
    quantity: int

    @property
    def cents(self) -> int:
        """Its total."""
        return self.batch.cost_cents(self.quantity)


class Bill(NamedTuple):
    """What a grower asks for: consigned goods that were sold, or a delivery that was bought.

    Attributes:
        id: from 1, in time.
        vendor: the grower.
        day, due: when it came, and by when it is to be paid.
        terms: of the goods.
        lines: goods, batch by batch.
        session: the delivery; 0 for consigned goods.
    """

    id: int
    vendor: int
    day: int
    due: int
    terms: str
    lines: list[BillLine]
    session: int

    @property
    def cents(self) -> int:
        """What is owed."""
        return sum(line.cents for line in self.lines)


class Payment(NamedTuple):
    """Money received or sent, or a credit used.

    Attributes:
        id: from 1, in time; 0 before it is recorded.
        day: when.
        cents: how much.
        method: how; CREDIT_METHOD for a credit that is used.
        invoice: what a client pays; None where money is sent.
        bill: what is paid to a vendor; None otherwise.
        credit: what is used; None where money moves.
    """

    id: int
    day: int
    cents: int
    method: str
    invoice: Invoice | None = None
    bill: Bill | None = None
    credit: Credit | None = None


class Receipt(NamedTuple):
    """A planned payment of an invoice: day and cents."""

    invoice: Invoice
    day: int
    cents: int


def settle(
    config: Config, draws: Draws, window: Window, issued: list[Invoice], credits: list[Credit]
) -> list[Receipt]:
    """When and how far each invoice is paid by the last day; those that came back are settled."""
    last = window.length - 1
    returned = {given.invoice.id for given in credits if given.kind == RETURN}
    invoices = [invoice for invoice in issued if invoice.id not in returned]
    drawn = {
        invoice.id: row
        for invoice, row in zip(invoices, unit_draws(draws, "payments", len(invoices)), strict=True)
    }
    in_time = {invoice.id: _in_time(window, invoice, drawn[invoice.id]) for invoice in invoices}
    current = sum(_open(invoice, in_time[invoice.id], last) for invoice in invoices if invoice.due >= last)
    overdue = round(current * config.overdue_share / (1 - config.overdue_share))
    long_overdue = round(overdue * config.overdue_120_share)
    able = sorted(
        (i for i in invoices if i.due < last and i.order.terms != "PARTIAL"),
        key=lambda i: drawn[i.id][2] - i.order.client.is_chronic,
    )
    left = _unpaid((i for i in able if last - i.due > LONG_OVERDUE), long_overdue)
    short = overdue - long_overdue
    for low, high, share in OVERDUE_BUCKETS:
        part = round((overdue - long_overdue) * share) if low < 91 else short
        chosen = _unpaid((i for i in able if low <= last - i.due <= high), part)
        short -= sum(chosen.values())
        left |= chosen
    due = [invoice for invoice in issued if invoice.due <= last]
    late = quota(config.late_share, len(due)) - len(left)
    slow = [i for i in able if i.id not in left][:late]
    for invoice in slow:
        in_time[invoice.id] = _late(window, invoice, drawn[invoice.id])
    receipts = []
    for invoice in invoices:
        owed = invoice.cents - left.get(invoice.id, 0)
        for day, cents in _in_parts(in_time[invoice.id], owed):
            if cents and day <= last:
                receipts.append(Receipt(invoice, day, cents))
    return sorted(receipts, key=lambda receipt: (receipt.day, receipt.invoice.id))


Plan = list[tuple[int, int]]
"""Days and cents of the payments of an invoice; the last is what is left."""


def _in_time(window: Window, invoice: Invoice, drawn: list[float]) -> Plan:
    """A payment by the due date; of PARTIAL terms a part on the spot."""
    low, high = curves.EARLY_DAYS
    early = low + int((high - low + 1) * drawn[0] * invoice.order.client.early)
    day = max(invoice.day, business_day_before(window, invoice.due - early))
    if invoice.order.terms != "PARTIAL":
        return [(day, invoice.cents)]
    least, most = curves.PARTIAL_PERCENT
    part = invoice.cents * int(least + drawn[3] * (most - least + 1)) // 10_000 * 100
    return [(invoice.day, part), (day, invoice.cents - part)]


def _late(window: Window, invoice: Invoice, drawn: list[float]) -> Plan:
    low, high = curves.LATE_DAYS
    latest = min(high, window.length - 1 - invoice.due)
    day = invoice.due + low + int(drawn[1] ** 2 * (latest - low + 1))
    return [(max(invoice.due + 1, business_day_before(window, day)), invoice.cents)]


def business_day_before(window: Window, day: int) -> int:
    """The last business day on or before a day."""
    while day > 0 and not window.is_business[day]:
        day -= 1
    return day


def _open(invoice: Invoice, plan: Plan, last: int) -> int:
    return invoice.cents - sum(cents for day, cents in plan if day <= last)


def _in_parts(plan: Plan, owed: int) -> Plan:
    """A plan for less than the whole invoice."""
    parts = []
    for day, cents in plan:
        parts.append((day, min(cents, owed)))
        owed -= parts[-1][1]
    return parts


def _unpaid(able: Iterable[Invoice], target: int) -> dict[int, int]:
    """Cents that stay unpaid of each of some invoices, `target` in all: whole invoices, and a part of one."""
    left: dict[int, int] = {}
    spare: Invoice | None = None
    for invoice in able:
        if invoice.cents <= target:
            left[invoice.id] = invoice.cents
            target -= invoice.cents
        elif spare is None or invoice.cents < spare.cents:
            spare = invoice
    if target and spare is not None:
        left[spare.id] = target
    return left


def received(draws: Draws, receipts: list[Receipt], credits: list[Credit]) -> Iterator[Payment]:
    """Clients' payments. A return settles its invoice; a refund is used with the client's next payments."""
    drawn = unit_draws(draws, "credit uses", len(credits))
    unused: dict[int, list[tuple[Credit, int]]] = defaultdict(list)
    for given, (parts, _, _, _) in zip(credits, drawn, strict=True):
        if given.kind == RETURN:
            yield Payment(0, given.day, given.cents, CREDIT_METHOD, given.invoice, credit=given)
            continue
        first = given.cents // 2 if parts < curves.PARTS_SHARE else given.cents
        unused[given.invoice.order.client.id] += [(given, first), (given, given.cents - first)]
    for invoice, day, cents in receipts:
        client = invoice.order.client
        used: set[int] = set()
        for part in list(unused[client.id]):
            given, worth = part
            if given.day < day and worth < cents and given.id not in used:
                unused[client.id].remove(part)
                if worth:
                    used.add(given.id)
                    yield Payment(0, day, worth, CREDIT_METHOD, invoice, credit=given)
                    cents -= worth
        method = METHODS[(client.id + (invoice.id % 7 == 0)) % len(METHODS)]
        yield Payment(0, day, cents, method, invoice)


def record(draws: Draws, journal: Journal, payments: Iterable[Payment]) -> list[Payment]:
    """Number payments in time and post them."""
    in_time = sorted(payments, key=lambda payment: payment.day)
    numbers = spaced(draws, "payment numbers", len(in_time))
    numbered = [payment._replace(id=number) for payment, number in zip(in_time, numbers, strict=True)]
    for payment in numbered:
        kind, party, legs, memo = _posting(payment)
        journal.record(
            payment.day, kind, payment.id, *legs, user=ACCOUNTANT, party=party, cents=payment.cents, memo=memo
        )
    return numbered


def _posting(payment: Payment) -> tuple[str, int, tuple[Leg, ...], str]:
    """Kind of event, the other party, legs and memo of a payment."""
    cents = payment.cents
    if payment.bill is not None:
        legs = debit(PAYABLE, cents), credit(CASH, cents)
        return "payout", payment.bill.vendor, legs, f"Payment of bill {payment.bill.id}"
    if payment.invoice is None:
        raise ValueError(f"payment {payment.id} pays nothing")
    client, memo = payment.invoice.order.client.id, f"Payment of invoice {payment.invoice.id}"
    if payment.credit is None:
        return "receipt", client, (debit(CASH, cents), credit(RECEIVABLE, cents)), memo
    return "application", client, (debit(CREDITS, cents), credit(RECEIVABLE, cents)), memo
