"""Decoys among batches, samples, deliveries and bills."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from synth_assets.worlds.wholesale.anomalies.bills import payouts
from synth_assets.worlds.wholesale.anomalies.inventory import losses, sent_samples, sold_lines
from synth_assets.worlds.wholesale.anomalies.payables import consigned_deliveries
from synth_assets.worlds.wholesale.bill import Bill
from synth_assets.worlds.wholesale.natural_decoys.decoy import Decoy, Decoys
from synth_assets.worlds.wholesale.placing import row
from synth_assets.worlds.wholesale.sample import FULFILLED
from synth_assets.worlds.wholesale.stock import ADJUSTMENT
from synth_assets.worlds.wholesale.tables.samples import status
from synth_assets.worlds.wholesale.year import Year

NEXT_BILL_DAYS = 31
"""Two bills of a grower are paid so soon after one another."""

BILLED_LATE_DAYS = 14
"""After so many days of a consigned delivery something is billed, as a rule."""


def batch_sold_out(year: Year) -> Decoys:
    """Batches of which exactly as much was sold as came."""
    sold: dict[int, int] = defaultdict(int)
    numbers: dict[int, list[int]] = defaultdict(list)
    for number, _, line in sold_lines(year):
        sold[line.batch.id] += line.quantity
        numbers[line.batch.id].append(number)
    for batch in year.batches:
        if sold[batch.id] == batch.received:
            yield Decoy(batch.id, tuple(row("sales", sale_id=number) for number in numbers[batch.id]))


def cheaper_batch(year: Year) -> Decoys:
    """Sales of a batch that cost less than an older one of the same product."""
    dearest: dict[int, tuple[int, int]] = {}
    for number, _, line in sold_lines(year):
        product, cost = line.batch.product.id, line.batch.unit_cost_cents
        most, sale = dearest.get(product, (cost, number))
        if cost < most:
            yield Decoy(number, (row("sales", sale_id=number), row("sales", sale_id=sale)))
        dearest[product] = max((cost, number), (most, sale), key=lambda sold: sold[0])


def counted_difference(year: Year) -> Decoys:
    """Batches whose count found more or less."""
    for move in year.movements:
        if move.kind == ADJUSTMENT:
            paper = row("intake_session_batches", batch_id=move.batch.id)
            yield Decoy(move.batch.id, (paper, row("inventory_movements", inventory_movement_id=move.id)))


def write_off_with_reason(year: Year) -> Decoys:
    """Counts that found less."""
    return (Decoy(move.id) for move in losses(year))


def sample_never_sent(year: Year) -> Decoys:
    """Samples that were cancelled, or that wait."""
    return (Decoy(sample.id) for sample in year.samples if status(sample, year) != FULFILLED)


def sent_by_another_user(year: Year) -> Decoys:
    """Samples that were sent."""
    return (Decoy(sample.id) for sample in sent_samples(year))


def _first_bills(year: Year) -> dict[int, Bill]:
    """The first bill for goods of each delivery, by the delivery's number."""
    first: dict[int, Bill] = {}
    for bill in sorted(year.bills, key=lambda bill: bill.day):
        for line in bill.lines:
            first.setdefault(line.batch.session, bill)
    return first


def consignment_not_billed_yet(year: Year) -> Decoys:
    """Consigned deliveries of which nothing is billed."""
    billed = _first_bills(year)
    return (Decoy(session.id) for session in consigned_deliveries(year) if session.id not in billed)


def consignment_billed_late(year: Year) -> Decoys:
    """Consigned deliveries of which nothing was billed for two weeks."""
    billed = _first_bills(year)
    for session in consigned_deliveries(year):
        if session.id in billed and billed[session.id].day - session.day > BILLED_LATE_DAYS:
            yield Decoy(session.id)


def grower_buys_too(year: Year) -> Decoys:
    """Growers that are clients."""
    return (Decoy(vendor) for vendor in sorted({client.vendor for client in year.clients} - {0}))


def two_bills_in_a_month(year: Year) -> Decoys:
    """Payments of bills soon after another of the same grower."""
    of_vendor = defaultdict(list)
    for payment in sorted(payouts(year), key=lambda payment: (payment.day, payment.id)):
        if payment.bill:
            of_vendor[payment.bill.vendor].append(payment)
    for paid in of_vendor.values():
        for before, payment in pairwise(paid):
            if payment.day - before.day <= NEXT_BILL_DAYS:
                rows = (row("payments", payment_id=one.id) for one in (before, payment))
                yield Decoy(payment.id, tuple(rows))
