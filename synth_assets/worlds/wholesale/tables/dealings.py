"""What tables about clients share: when things were recorded, what is settled, and words for amounts."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from typing import Any

from synth_assets.worlds.wholesale.catalogue import Client
from synth_assets.worlds.wholesale.invoice import RETURNS_AT
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.ledger import OPENED_AT
from synth_assets.worlds.wholesale.tables.orders import PAID_AT
from synth_assets.worlds.wholesale.year import Year, once

CALCULATED_AT = 18 * 3_600 + 2_700
"""When credit limits are calculated, on the last day of a month: after the last order, payment and credit."""

SLOW_AFTER_DAYS, SLOW_INVOICES, OF_LAST = 7, 4, 10
"""A client is a slow payer once so many of its last invoices were unpaid so many days after they were due."""


def opened(facts: Year) -> int:
    """The moment at which master data was set up."""
    return facts.seconds(0, OPENED_AT)


def paid_at(facts: Year, payment: Payment) -> int:
    """When a client's payment was recorded: not before what it pays or uses."""
    at = facts.seconds(payment.day, PAID_AT)
    if payment.invoice:
        at = max(at, facts.seconds(payment.invoice.day, payment.invoice.order.second))
    if payment.credit:
        at = max(at, facts.seconds(payment.credit.day, RETURNS_AT))
    return at


def client_of(payment: Payment) -> Client | None:
    """Who paid; None where money was sent."""
    return None if payment.invoice is None else payment.invoice.order.client


@once
def settled(facts: Year) -> dict[int, Payment]:
    """The last payment of each invoice that is paid in full."""
    return {
        number: payment
        for number, payment in facts.last_payment.items()
        if payment.invoice and facts.paid_cents[number] == payment.invoice.cents
    }


@once
def settled_on(facts: Year) -> dict[int, int]:
    """The day on which each invoice that is paid in full was."""
    return {number: payment.day for number, payment in settled(facts).items()}


@once
def slow_payers(facts: Year) -> dict[int, int]:
    """The clients that pay slowly, and the day on which that was clear."""
    paid_on = settled_on(facts)
    last: dict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=OF_LAST))
    slow: dict[int, int] = {}
    for invoice in sorted(facts.invoices, key=lambda invoice: (invoice.due, invoice.id)):
        clear_on = invoice.due + SLOW_AFTER_DAYS
        if clear_on > facts.last_day:
            break
        client = invoice.order.client.id
        last[client].append(paid_on.get(invoice.id, facts.last_day + 1) > clear_on)
        if sum(last[client]) >= SLOW_INVOICES:
            slow.setdefault(client, clear_on)
    return slow


def as_json(value: Any) -> str:
    """JSON text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def plain(cents: int) -> str:
    """An amount as the ERP's database writes it: 12345.00."""
    return f"{cents // 100}.{cents % 100:02d}"


def dollars(cents: int) -> str:
    """An amount as people write it: $12,345.00."""
    return f"${cents / 100:,.2f}"


def pounds(hundredths: int) -> str:
    """A quantity as the ERP's screens write it: 12.5."""
    return f"{hundredths / 100:g}"
