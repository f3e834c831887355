"""Intake: what growers offer, their deliveries, and the batches that came with them."""

from __future__ import annotations

import json as json_text
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from synth_assets.model.calendar import date_of
from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import curves, names
from synth_assets.worlds.wholesale.catalogue import CASES, FIRST_VENDOR, Product, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    day,
    flag,
    moment,
    money,
    quantity,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.growth import spread_evenly, stratum_of
from synth_assets.worlds.wholesale.intake import BUYER, Session
from synth_assets.worlds.wholesale.stock import Batch
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, last_by, once

TERMS = ("COD", "NET_7", "NET_15", "NET_30", "CONSIGNMENT", "PARTIAL")
E4 = 100
"""Ten-thousandths in a hundredth."""

OFFERED_DAYS, OFFERS_A_MONTH = (1, 6), 6
"""How long before its intake a batch was offered, and offers a month that were not taken [D]."""

OFFER_HOLDS_DAYS = 21
"""How long an offer holds."""

CLOSED_AFTER_DAYS = 61
"""Days after its last movement on which an empty batch is closed."""


def session_number(session: Session, facts: Year) -> str:
    """`IN-20240104-007`."""
    return f"IN-{facts.window.dates[session.day]:%Y%m%d}-{session.id:03d}"


def batch_code(batch: Batch, facts: Year) -> str:
    """`20240104-BLUEDREAM-007`: day of intake, strain or product, number."""
    word = "".join(filter(str.isalnum, names.strains()[batch.product.strain - 1].name)).upper()
    return f"{facts.window.dates[batch.day]:%Y%m%d}-{word}-{batch.id:03d}"


def vendor_client(facts: Year) -> dict[int, int]:
    """The client that a grower also is, by the grower's number."""
    return {client.vendor: client.id for client in facts.clients if client.vendor}


def lots(facts: Year) -> Iterator[Row]:
    """One lot a delivery."""
    for session in facts.sessions:
        at = facts.seconds(session.day, session.second)
        code = f"LOT-{facts.window.dates[session.day]:%Y%m%d}-{session.id:03d}"
        held = "on consignment" if session.terms == "CONSIGNMENT" else f"bought, {session.terms}"
        notes = f"{len(session.batches)} {'batch' if len(session.batches) == 1 else 'batches'}, {held}"
        yield session.id, code, session.vendor, at, notes, at, at


def intake_sessions(facts: Year) -> Iterator[Life]:
    """What a grower brought on one day under one kind of terms."""
    client = vendor_client(facts)
    paid = _paid(facts, attrgetter("session"))
    for session in facts.sessions:
        of_session = paid.get(session.id, [])
        on = partial(_intake_session, facts, session, client[session.vendor], of_session)
        yield Life(session.day, {after.day for after in of_session}, on)


def _intake_session(facts: Year, session: Session, client: int, paid: list[Paid], day: int) -> Row:
    began, ended = (facts.seconds(session.day, session.second + s) for s in (0, 840))
    due = session.day + curves.DAYS_OF[session.terms]
    is_consigned = session.terms == "CONSIGNMENT"
    last = last_by(paid, day)
    changed = facts.seconds(last.day, 19 * 3_600) if last else ended
    note = "Paid as it sells" if is_consigned else None
    return (
        session.id, session_number(session, facts), client, "COMPLETED",
        facts.epoch_day(session.day), session.receiver, session.terms,
        None if is_consigned else facts.epoch_day(due),
        sum(batch.cost_cents(batch.received) for batch in session.batches),
        last.cents if last else 0,
        "Weighed and counted on arrival", note, True, ended, began, changed, ended,
    )  # fmt: skip


def batches(facts: Year, draws: Draws) -> Iterator[Life]:
    """Every batch."""
    drawn = unit_draws(draws, "assay", len(facts.batches))
    paid = _paid(facts, attrgetter("id"))
    for batch, (thc, cbd, harvested, _) in zip(facts.batches, drawn, strict=True):
        of_batch = paid.get(batch.id, [])
        changes = _batch_changes(facts, batch) | {after.day for after in of_batch}
        on = partial(_batch, facts, batch, _metadata(batch, facts, thc, cbd, harvested), of_batch)
        yield Life(batch.day, changes, on)


def _batch_changes(facts: Year, batch: Batch) -> set[int]:
    """The days on which a batch moves or is closed, or samples of it are asked for or given back."""
    days = [move.day for move in facts.moves_of[batch.id]]
    closed = {
        day + CLOSED_AFTER_DAYS
        for day, after in pairwise([*days, facts.window.length])
        if after - day > CLOSED_AFTER_DAYS
    }
    asked = {day for sample in facts.samples_of.get(batch.id, ()) for day in (sample.day, sample.end)}
    return {*days} | closed | asked


def _batch(facts: Year, batch: Batch, metadata: str, paid: list[Paid], day: int) -> Row:
    product, left = batch.product, facts.left_on(batch, day)
    moves, last_paid = facts.moves_of[batch.id], last_by(paid, day)
    last = last_by(moves, day) or moves[0]
    is_closed = last.day + CLOSED_AFTER_DAYS <= day
    status = "LIVE" if left.on_hand else "CLOSED" if is_closed else "SOLD_OUT"
    word = "".join(filter(str.isalnum, product.name)).upper()[:40]
    return (
        batch.id, batch_code(batch, facts), f"{word}-{batch.id:05d}", product.id, batch.session, status,
        product.grade, False, False, left.free_samples > 0 and left.on_hand > 0, "FIXED",
        batch.unit_cost_cents, None, None, batch.terms, last_paid.cents if last_paid else 0,
        metadata, left.on_hand * E4, left.samples * E4, 0, 0, 0, 0,
        False, left.on_hand > 0, facts.seconds(batch.day, batch.second),
        facts.seconds(last.day, last.second),
    )  # fmt: skip


def _metadata(batch: Batch, facts: Year, thc: float, cbd: float, harvested: float) -> str:
    """How it was grown and what the laboratory found, as JSON text."""
    first = batch.day - 20 - int(40 * harvested)
    expires = first + curves.SHELF_LIFE_DAYS
    dates = {
        "harvestDate": _iso(facts, first),
        "expirationDate": _iso(facts, expires),
    }
    if batch.product.tier == CASES:
        return json_text.dumps({"growType": None, **dates})
    middle = curves.THC_PERCENT[batch.product.tier]
    return json_text.dumps(
        {
            "growType": batch.product.tier,
            "thcPercent": round(middle + 6 * (thc - 0.5), 1),
            "cbdPercent": round(1.5 * cbd * cbd, 2),
            **dates,
        }
    )


def _iso(facts: Year, day_: int) -> str:
    """A day of the books, or one before or after them, as 2024-01-15."""
    return date_of(facts.epoch_day(day_)).isoformat()


def intake_session_batches(facts: Year) -> Iterator[Row]:
    """What was received of each batch, and at what cost."""
    for batch in facts.batches:
        at = facts.seconds(batch.day, batch.second)
        agreed = f"${batch.unit_cost_cents // 100:,} a {'pound' if batch.product.unit == 'LB' else 'case'}"
        held = "owed as it sells" if batch.is_consigned else f"terms {batch.terms}"
        yield (
            batch.id, batch.session, batch.id, batch.received * E4, batch.unit_cost_cents,
            batch.cost_cents(batch.received), None, None, f"{agreed}, {held}", at, at,
        )  # fmt: skip


class Offer(NamedTuple):
    """An offer of a grower: the day, what is offered at what price, and what becomes of it.

    That is a batch, or None where nobody takes it; then it may be reserved as long as it holds.
    """

    day: int
    vendor: int
    product: Product
    quantity: int
    cents: int
    batch: Batch | None = None
    is_reserved: bool = False


def _offers(facts: Year, draws: Draws) -> Iterator[Offer]:
    """Offers that became batches, then those that nobody took."""
    offered = unit_draws(draws, "offered", len(facts.batches))
    for batch, (early, part, _, _) in zip(facts.batches, offered, strict=True):
        low, high = OFFERED_DAYS
        on = batch.day - low - int(early * (high - low + 1))
        if part < 0.6 and on >= stratum_of(facts.config, batch.day).start:
            yield Offer(on, batch.vendor, batch.product, batch.received, batch.unit_cost_cents, batch)
    flower = [product for product in facts.products if product.tier != CASES]
    count = OFFERS_A_MONTH * max(1, facts.config.months)
    for place, (which, when, size, cost) in enumerate(unit_draws(draws, "declined", count)):
        product = flower[int(which * len(flower))]
        on = spread_evenly(facts.config, place, count, when)
        least, most = curves.COST_SHARE
        asked = round(product.price_cents / 100 * (least + 0.04 + cost * (most - least))) * 100
        pounds = 2_000 + int(size * 60) * 100
        yield Offer(on, FIRST_VENDOR + product.grower, product, pounds, asked, is_reserved=size > 0.7)


def vendor_supply(facts: Year, draws: Draws) -> Iterator[Life]:
    """Offers of growers, in time."""
    offers = sorted(_offers(facts, draws), key=lambda offer: (offer.day, offer.product.id))
    for number, offer in enumerate(offers, start=1):
        ends = offer.batch.day if offer.batch else offer.day + OFFER_HOLDS_DAYS
        yield Life(offer.day, (ends,), partial(_offer, facts, number, offer))


def _offer(facts: Year, number: int, offer: Offer, day: int) -> Row:
    product, pounds = offer.product, offer.quantity
    came = offer.batch if offer.batch and offer.batch.day <= day else None
    is_expired = offer.batch is None and offer.day + OFFER_HOLDS_DAYS <= day
    is_reserved = offer.is_reserved and not is_expired
    made = facts.seconds(offer.day, 10 * 3_600 + number % 7 * 600)
    bought = facts.seconds(came.day, came.second) if came else None
    reserved = made + 7_200 if is_reserved else None
    until = facts.seconds(offer.day + OFFER_HOLDS_DAYS, 64_800)
    ended = until if facts.config.grows and is_expired else None
    status = "PURCHASED" if came else "EXPIRED" if is_expired else "RESERVED" if is_reserved else "AVAILABLE"
    return (
        number, offer.vendor, names.strains()[product.strain - 1].name, product.category,
        product.subcategory, product.grade, pounds * E4, offer.cents, status, until, reserved, bought,
        f"{pounds / 100:g} {'lb' if product.unit == 'LB' else 'cases'} of {product.name}",
        "Asked more than we pay" if is_expired else None, made, bought or reserved or ended or made, BUYER,
    )  # fmt: skip


class BatchPayment(NamedTuple):
    """What a payment of a bill paid for a batch: both numbers, cents and the day."""

    batch: Batch
    bill: int
    payment: int
    cents: int
    day: int


@once
def batch_payments(facts: Year) -> list[BatchPayment]:
    """What each payment of a bill paid for each batch, in time."""
    return [
        BatchPayment(line.batch, payment.bill.id, payment.id, line.cents, payment.day)
        for payment in facts.payments
        if payment.bill is not None
        for line in payment.bill.lines
    ]


class Paid(NamedTuple):
    """What had been paid after a payment: its day, and cents."""

    day: int
    cents: int


def _paid(facts: Year, of: Callable[[Batch], int]) -> dict[int, list[Paid]]:
    """What had been paid after each payment, in time, by the number that `of` gives of a batch."""
    paid: dict[int, list[Paid]] = defaultdict(list)
    for payment in batch_payments(facts):
        so_far = paid[of(payment.batch)]
        so_far.append(Paid(payment.day, payment.cents + (so_far[-1].cents if so_far else 0)))
    return paid


LOTS = projection(
    "lots",
    "One lot: what a grower brought on one day.",
    (
        row_id("lot_id", "Lot."),
        text("code", "Code: day of intake and number of the delivery.", "varchar(50)", is_unique=True),
        refers("vendors", "vendor_id", "The grower."),
        moment("received_at", "When it came.", physical="date"),
        text("notes", "How many batches, and on what terms.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    lots,
    "intake",
    naming=camel_case,
)

INTAKE_SESSIONS = projection(
    "intake_sessions",
    "One delivery of a grower under one kind of terms.",
    (
        row_id("intake_session_id", "Delivery; its lot has the same number."),
        text("session_number", "Number with the day of the delivery.", "varchar(50)", is_unique=True),
        refers(
            "clients",
            "vendor_id",
            "The grower, as the client that it also is: the ERP refers to clients here.",
        ),
        choice("status", ("IN_PROGRESS", "COMPLETED", "CANCELLED"), "How far it is.", default="IN_PROGRESS"),
        day("receive_date", "The day of the delivery."),
        refers("users", "received_by_id", "Who took it in.", "received_by"),
        choice("payment_terms", TERMS, "How the grower is paid.", physical="paymentTerms"),
        day("payment_due_date", "When it is to be paid; empty on consignment.", nullable=True),
        money("total_amount_cents", "Cost of everything that came.", default="0", nullable=True),
        money("amount_paid_cents", "What has been paid for it so far.", default="0", nullable=True),
        text("internal_notes", "Our notes.", nullable=True),
        text("vendor_notes", "Notes for the grower.", nullable=True),
        flag(
            "is_receipt_generated",
            "Whether the grower got a receipt.",
            default="false",
            physical="receipt_generated",
            nullable=True,
        ),
        moment("receipt_generated_at", "When it got one.", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
        moment("completed_at", "When everything was counted.", nullable=True),
    ),
    intake_sessions,
    "intake",
    states=("amount_paid_cents",),
)

BATCHES = projection(
    "batches",
    "One batch of a product, as it stands on the last day.",
    (
        row_id("batch_id", "Batch, in order of intake."),
        text("code", "Day of intake, strain and number.", "varchar(50)", is_unique=True),
        text("sku", "Product and number.", "varchar(100)", is_unique=True),
        refers("products", "product_id", "What it is."),
        refers("lots", "lot_id", "The lot that it came with."),
        choice(
            "batch_status",
            (
                "AWAITING_INTAKE",
                "LIVE",
                "PHOTOGRAPHY_COMPLETE",
                "ON_HOLD",
                "QUARANTINED",
                "SOLD_OUT",
                "CLOSED",
            ),
            "LIVE while any is left; sold out ones are closed after 60 days.",
            default="AWAITING_INTAKE",
        ),
        text("grade", "Grade of its product.", "varchar(10)", nullable=True),
        flag("is_sample", "Whether it is a sample itself.", "int", "0"),
        flag("is_sample_only", "Whether it is only given as samples.", "int", "0", "sampleOnly"),
        flag("is_sample_available", "Whether samples of it can be asked for.", "int", "0", "sampleAvailable"),
        choice("cogs_mode", ("FIXED", "RANGE"), "Whether its unit cost is one number."),
        money("unit_cogs_cents", "Cost of a pound or a case.", "varchar(20)", nullable=True),
        money("unit_cogs_min_cents", "Lowest unit cost of a range.", "varchar(20)", nullable=True),
        money("unit_cogs_max_cents", "Highest unit cost of a range.", "varchar(20)", nullable=True),
        choice("payment_terms", TERMS, "How its grower is paid; CONSIGNMENT: as it sells."),
        money(
            "amount_paid_cents", "What its grower has been paid for it.", "varchar(20)", "0", nullable=True
        ),
        text(
            "metadata",
            "How it was grown, what the laboratory found, harvest and expiry; JSON text.",
            nullable=True,
        ),
        quantity("on_hand_qty_e4", "What is left: its movements add up to it.", default="0"),
        quantity("sample_qty_e4", "Samples that are left.", default="0", unit="g"),
        quantity("reserved_qty_e4", "Of what is left, reserved for orders.", default="0"),
        quantity("quarantine_qty_e4", "Of what is left, in quarantine.", default="0"),
        quantity("hold_qty_e4", "Of what is left, on hold.", default="0"),
        quantity("defective_qty_e4", "Of what is left, defective.", default="0"),
        flag("is_published_ecom", "Whether the shop shows it.", "int", "0", "publishEcom"),
        flag(
            "is_published_b2b", "Whether sales sheets show it: while any is left.", "int", "0", "publishB2b"
        ),
        CREATED_AT,
        UPDATED_AT,
    ),
    batches,
    "intake",
    naming=camel_case,
    rules=(
        Rule("a batch is sold out when nothing is left", "(batch_status = 'LIVE') = (on_hand_qty_e4 > 0)"),
        Rule("a fixed cost is one number", "(cogs_mode = 'FIXED') = (unit_cogs_cents IS NOT NULL)"),
    ),
    states=(
        "batch_status",
        "is_sample_available",
        "amount_paid_cents",
        "on_hand_qty_e4",
        "sample_qty_e4",
        "is_published_b2b",
    ),
)

INTAKE_SESSION_BATCHES = projection(
    "intake_session_batches",
    "What was received of one batch.",
    (
        row_id("intake_session_batch_id", "Line of a delivery; its batch has the same number."),
        refers("intake_sessions", "intake_session_id", "The delivery."),
        refers("batches", "batch_id", "The batch."),
        quantity("received_qty_e4", "What came.", "decimal(15,4)"),
        money("unit_cost_cents", "Cost of a pound or a case.", "decimal(15,4)"),
        money("total_cost_cents", "Quantity times unit cost.", "decimal(15,4)"),
        text("internal_notes", "Our notes.", nullable=True),
        text("vendor_notes", "The grower's notes.", nullable=True),
        text("cogs_agreement", "What was agreed, in words.", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    intake_session_batches,
    "intake",
    rules=(
        Rule(
            "a line costs its quantity times its unit cost",
            "total_cost_cents * 10000 = received_qty_e4 * unit_cost_cents",
        ),
    ),
)

VENDOR_SUPPLY = projection(
    "vendor_supply",
    "One offer of a grower.",
    (
        row_id("vendor_supply_id", "Offer."),
        refers("vendors", "vendor_id", "The grower."),
        text("strain", "Strain.", "varchar(255)", nullable=True),
        text("category", "Category.", "varchar(100)", nullable=True),
        text("subcategory", "Subcategory.", "varchar(100)", nullable=True),
        text("grade", "Grade.", "varchar(50)", nullable=True),
        quantity("quantity_available_e4", "How much is offered.", "decimal(15,4)"),
        money("unit_price_cents", "What a pound or a case is to cost.", nullable=True),
        choice(
            "status",
            ("AVAILABLE", "RESERVED", "PURCHASED", "EXPIRED"),
            "What became of it.",
            default="AVAILABLE",
        ),
        moment("available_until_at", "How long it holds.", physical="available_until", nullable=True),
        moment("reserved_at", "When we reserved it.", nullable=True),
        moment("purchased_at", "When its batch came.", nullable=True),
        text("notes", "The offer in words.", nullable=True),
        text("internal_notes", "Why it was not taken.", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
        refers("users", "created_by_id", "Who noted it.", "created_by"),
    ),
    vendor_supply,
    "inventory",
    rules=(Rule("a purchased offer has its day", "(status = 'PURCHASED') = (purchased_at IS NOT NULL)"),),
    states=(
        "status",
        "reserved_at",
        "purchased_at",
        "internal_notes",
    ),
)

TABLES = (LOTS, INTAKE_SESSIONS, BATCHES, INTAKE_SESSION_BATCHES, VENDOR_SUPPLY)
