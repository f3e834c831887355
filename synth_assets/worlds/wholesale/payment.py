"""Payments: clients pay invoices with money and credits; a payment of either side is numbered and posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.bill import Bill
from synth_assets.worlds.wholesale.catalogue import spaced_within_days, unit_draws
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
from synth_assets.worlds.wholesale.receivable import Receipt

METHODS = ("CHECK", "ACH", "WIRE")
CREDIT_METHOD = "OTHER"
"""How a payment is recorded that uses a credit: no money moves."""


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


def received(draws: Draws, receipts: list[Receipt], credits: list[Credit]) -> Iterator[Payment]:
    """Clients' payments. A return settles its invoice; a refund is used with the client's next payments."""
    for given in credits:
        if given.kind == RETURN:
            yield Payment(0, given.day, given.cents, CREDIT_METHOD, given.invoice, credit=given)
    refunds = _refunds(draws, credits)
    for invoice, day, cents in receipts:
        for given, worth in _used(refunds[invoice.order.client.id], day, cents):
            yield Payment(0, day, worth, CREDIT_METHOD, invoice, credit=given)
            cents -= worth
        yield Payment(0, day, cents, _method(invoice), invoice)


def _refunds(draws: Draws, credits: list[Credit]) -> dict[int, list[tuple[Credit, int]]]:
    """The refunds of each client, in time; some are used in two halves, each a part of its own."""
    drawn = unit_draws(draws, "credit uses", len(credits))
    found: dict[int, list[tuple[Credit, int]]] = defaultdict(list)
    for given, (whether, _, _, _) in zip(credits, drawn, strict=True):
        if given.kind != RETURN:
            first = given.cents // 2 if whether < curves.PARTS_SHARE else given.cents
            parts = (first, given.cents - first)
            found[given.invoice.order.client.id] += [(given, cents) for cents in parts if cents]
    return found


def _used(unused: list[tuple[Credit, int]], day: int, owed: int) -> list[tuple[Credit, int]]:
    """Take from a client's refunds what goes with a payment: not all of it, and one part of a refund."""
    used: dict[int, tuple[Credit, int]] = {}
    for part in list(unused):
        given, worth = part
        if given.day >= day:
            break  # refunds are in time: those that follow come later, too
        if worth < owed and given.id not in used:
            unused.remove(part)
            used[given.id] = part
            owed -= worth
    return list(used.values())


def methods_of(client: int) -> tuple[str, str]:
    """How a client pays as a rule, and how it pays one invoice in seven."""
    return METHODS[client % len(METHODS)], METHODS[(client + 1) % len(METHODS)]


def _method(invoice: Invoice) -> str:
    """How an invoice is paid."""
    return methods_of(invoice.order.client.id)[invoice.id % 7 == 0]


def record(draws: Draws, journal: Journal, payments: Iterable[Payment]) -> list[Payment]:
    """Number payments in time and post them."""
    in_time = sorted(payments, key=lambda payment: payment.day)
    numbers = spaced_within_days(draws, "payment numbers", [payment.day for payment in in_time])
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
