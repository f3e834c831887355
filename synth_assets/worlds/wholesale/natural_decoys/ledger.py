"""Decoys among postings, and clients whose data changed."""

from __future__ import annotations

from synth_assets.worlds.wholesale.anomalies.access import changed_before_payment
from synth_assets.worlds.wholesale.anomalies.papers import event_legs
from synth_assets.worlds.wholesale.anomalies.receipts import returns
from synth_assets.worlds.wholesale.journal import INVENTORY, Event
from synth_assets.worlds.wholesale.natural_decoys.decoy import Decoy, Decoys
from synth_assets.worlds.wholesale.placing import row
from synth_assets.worlds.wholesale.tables.ledger import BY_HAND, REFERENCES
from synth_assets.worlds.wholesale.year import Year

ROUND_CENTS = 100_000
"""A round amount: whole thousands of dollars."""


def _posting(event: Event) -> tuple[object, ...]:
    """An event's legs, as faults name them."""
    paper = row("ledger_entries", reference_id=event.subject, reference_type=REFERENCES[event.kind])
    return paper, *(row("ledger_entries", ledger_entry_id=leg) for leg in event_legs(event))


def sale_taken_back(year: Year) -> Decoys:
    """Invoices that came back."""
    return (Decoy(credit.invoice.id) for credit in returns(year))


def receipt_below_invoice(year: Year) -> Decoys:
    """Credits of receipts that are less than their invoice."""
    payments = {payment.id: payment for payment in year.payments}
    for event in year.events:
        if event.kind in ("receipt", "application"):
            payment = payments[event.subject]
            if payment.invoice and payment.cents < payment.invoice.cents:
                rows = (row("payments", payment_id=payment.id), *_posting(event))
                yield Decoy(event_legs(event)[-1], rows)


def recorded_on_the_last_evening(year: Year) -> Decoys:
    """Legs that are posted on a month's last day."""
    for event in year.events:
        if event.day == year.month_end(event.day):
            yield from (Decoy(leg, _posting(event)) for leg in event_legs(event))


def goods_as_inventory(year: Year) -> Decoys:
    """Goods of deliveries, booked as inventory."""
    for event in year.events:
        if event.kind == "intake":
            for number, leg in zip(event_legs(event), event.legs, strict=True):
                if leg.account == INVENTORY and leg.debit_cents:
                    yield Decoy(number, _posting(event))


def round_entry_with_paper(year: Year) -> Decoys:
    """Round amounts by hand, with a paper."""
    for event in year.events:
        if event.kind in BY_HAND:
            for number, leg in zip(event_legs(event), event.legs, strict=True):
                if leg.debit_cents and leg.debit_cents % ROUND_CENTS == 0:
                    yield Decoy(number, _posting(event))


def changed_by_its_seller(year: Year) -> Decoys:
    """Clients whose seller changed their telephone number just before a payment."""
    return (Decoy(change.client.id) for change, _ in changed_before_payment(year))
