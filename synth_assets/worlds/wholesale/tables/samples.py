"""Samples: what clients asked for, what they may have in a month, and where the grams went."""

from __future__ import annotations

import json as json_text
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    NOW,
    UPDATED_AT,
    choice,
    json,
    moment,
    money,
    quantity,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.sample import (
    ASKED_AT,
    CANCELLED,
    FULFILLED,
    PENDING,
    SENDER,
    SENT_AT,
    Sample,
)
from synth_assets.worlds.wholesale.tables.intake import E4
from synth_assets.worlds.wholesale.tables.ledger import OPENED_AT
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year

GRAMS_A_POUND = 453.592
ALLOWANCE = 7_00
"""Hundredths of a gram a client and month: the ERP's own figure."""

WAREHOUSE, SELLERS = (7, 8), (2, 3, 4)
"""Users of the warehouse, and those who sell."""

REASONS = ("Client no longer needs it", "Menu changed before it was sent")


def unit_cost_cents(sample: Sample) -> int:
    """Cost of a gram of a sample's batch."""
    return round(sample.batch.unit_cost_cents / GRAMS_A_POUND)


def status(sample: Sample, facts: Year) -> str:
    """How far a request is on the last day."""
    return status_on(sample, facts.last_day)


def status_on(sample: Sample, day: int) -> str:
    """How far a request is on the evening of a day."""
    if sample.end > day:
        return PENDING
    return CANCELLED if sample.is_cancelled else FULFILLED


def sender(sample: Sample, drawn: float) -> int:
    """Who sends a sample: the warehouse, or a seller who did not ask for it."""
    able = [*WAREHOUSE, *(user for user in SELLERS if user != sample.client.seller)]
    return able[int(drawn * len(able))]


def sample_requests(facts: Year, draws: Draws) -> Iterator[Life]:
    """Every request, in time."""
    senders = unit_draws(draws, "sender", len(facts.samples))
    for sample, (drawn, _, _, _) in zip(facts.samples, senders, strict=True):
        sale = _sale(facts, sample)
        changes = (sample.end, sale.day) if sale else (sample.end,)
        on = partial(_request, facts, sample, sale, sender(sample, drawn), _products(sample))
        yield Life(sample.day, changes, on)


def _sale(facts: Year, sample: Sample) -> Order | None:
    """The sale that followed a sample."""
    return facts.orders[sample.order - 1] if sample.order else None


def _products(sample: Sample) -> str:
    """What was asked for, as text within JSON."""
    product = {
        "productId": sample.batch.product.id,
        "batchId": sample.batch.id,
        "name": sample.batch.product.name,
        "quantity": f"{sample.grams / 100:.2f}",
        "unitCost": f"{unit_cost_cents(sample) / 100:.2f}",
    }
    return json_text.dumps(json_text.dumps([product]))


def _request(facts: Year, sample: Sample, sale: Order | None, sent_by: int, products: str, day: int) -> Row:
    state = status_on(sample, day)
    ended = facts.seconds(sample.end, SENT_AT) if state != PENDING else None
    asked = facts.seconds(sample.day, ASKED_AT)
    sold = sale if sale and sale.day <= day else None
    converted = facts.seconds(sold.day, sold.second) if sold else None
    is_sent, is_cancelled = state == FULFILLED, state == CANCELLED
    return (
        sample.id, sample.client.id, sample.client.seller, asked, products, state,
        ended if is_sent else None, sent_by if is_sent else None,
        ended if is_cancelled else None,
        sample.client.seller if is_cancelled else None,
        REASONS[sample.id % len(REASONS)] if is_cancelled else None,
        f"{sample.grams / 100:g} g of {sample.batch.product.name}",
        unit_cost_cents(sample) * sample.grams // 100,
        facts.order_ids[sold.id] if sold else None, converted, asked, converted or ended or asked,
    )  # fmt: skip


def sample_allocations(facts: Year) -> Iterator[Life]:
    """What each client may have in each calendar month, and what it had."""
    sent: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    month = [f"{date:%Y-%m}" for date in facts.window.dates]
    for sample in facts.samples:
        if status(sample, facts) == FULFILLED:
            sent[month[sample.end], sample.client.id].append(sample)
    first = {name: day for day, name in reversed(list(enumerate(month[: facts.window.length])))}
    number = 0
    for name, came in sorted(first.items()):
        made = facts.seconds(came, OPENED_AT)
        for client in facts.clients:
            number += 1
            of_client = sent.get((name, client.id), [])
            on = partial(_allocation, facts, (number, client.id, name), made, of_client)
            yield Life(came, [sample.end for sample in of_client], on)


def _allocation(facts: Year, key: Row, made: int, samples: list[Sample], day: int) -> Row:
    sent = [sample for sample in samples if sample.end <= day]
    grams = sum(sample.grams for sample in sent)
    changed = facts.seconds(max(sample.end for sample in sent), SENT_AT) if sent else made
    return *key, ALLOWANCE * E4, grams * E4, (ALLOWANCE - grams) * E4, made, changed


def sample_inventory_log(facts: Year) -> Iterator[Row | Life]:
    """Grams that were set aside for a request, then sent or released."""
    found: list[tuple[int, Sample, str]] = []
    for sample in facts.samples:
        found.append((facts.seconds(sample.day, ASKED_AT), sample, "ALLOCATED"))
        state = status(sample, facts)
        if state != PENDING:
            action = "CONSUMED" if state == FULFILLED else "RELEASED"
            found.append((facts.seconds(sample.end, SENT_AT), sample, action))
    found.sort(key=lambda entry: (entry[0], entry[1].id))
    for number, (at, sample, action) in enumerate(found, start=1):
        sale = _sale(facts, sample) if action == "CONSUMED" else None
        on = partial(_log_entry, facts, number, sample, action, sale, at)
        yield Life(sample.end, (sale.day,), on) if sale else on(facts.last_day)


def _log_entry(
    facts: Year, number: int, sample: Sample, action: str, sale: Order | None, at: int, day: int
) -> Row:
    order = facts.order_ids[sale.id] if sale and sale.day <= day else None
    user = sample.client.seller if action == "ALLOCATED" else SENDER
    return number, sample.batch.id, order, sample.grams * E4, action, f"Request {sample.id}", user, at


SAMPLE_REQUESTS = projection(
    "sample_requests",
    "One request of a client for a sample.",
    (
        row_id("sample_request_id", "Request, in time."),
        refers("clients", "client_id", "Who asked."),
        refers("users", "requested_by_id", "Who noted it.", "requestedBy"),
        moment("requested_at", "When it was asked for.", NOW, "requestDate"),
        json(
            "products",
            "Product, batch, grams and cost of a gram; text within JSON, as the ERP parses it.",
        ),
        choice("sample_request_status", (PENDING, FULFILLED, CANCELLED), "How far it is.", default=PENDING),
        moment("fulfilled_at", "When it was sent.", physical="fulfilledDate", nullable=True),
        refers("users", "fulfilled_by_id", "Who sent it.", "fulfilledBy", nullable=True),
        moment("cancelled_at", "When it was cancelled.", physical="cancelledDate", nullable=True),
        refers("users", "cancelled_by_id", "Who cancelled it.", "cancelledBy", nullable=True),
        text("cancellation_reason", "Why.", nullable=True),
        text("notes", "The request in words.", nullable=True),
        money("total_cost_cents", "Grams times the cost of a gram.", "decimal(10,2)", nullable=True),
        refers(
            "orders",
            "related_order_id",
            "The client's first order of the product within three weeks.",
            nullable=True,
        ),
        moment("converted_at", "When it ordered.", physical="conversionDate", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    sample_requests,
    "samples",
    physical="sampleRequests",
    naming=camel_case,
    rules=(
        Rule(
            "a sent sample has its day", "(sample_request_status = 'FULFILLED') = (fulfilled_at IS NOT NULL)"
        ),
        Rule("an order follows its sample", "converted_at > fulfilled_at"),
    ),
    states=(
        "sample_request_status",
        "fulfilled_at",
        "fulfilled_by_id",
        "cancelled_at",
        "cancelled_by_id",
        "cancellation_reason",
        "related_order_id",
        "converted_at",
    ),
)

SAMPLE_ALLOCATIONS = projection(
    "sample_allocations",
    "What one client may have in samples in one month.",
    (
        row_id("sample_allocation_id", "Client and month."),
        refers("clients", "client_id", "The client."),
        text("month_year", "The month, as 2024-03.", "varchar(7)"),
        quantity("allocated_quantity_e4", "What it may have.", unit="g"),
        quantity("used_quantity_e4", "What was sent in the month.", default="0", unit="g"),
        quantity("remaining_quantity_e4", "What it may still have: allocated less used.", unit="g"),
        CREATED_AT,
        UPDATED_AT,
    ),
    sample_allocations,
    "samples",
    physical="sampleAllocations",
    naming=camel_case,
    rules=(
        Rule(
            "what is left is what was not used",
            "remaining_quantity_e4 = allocated_quantity_e4 - used_quantity_e4",
        ),
    ),
    states=(
        "used_quantity_e4",
        "remaining_quantity_e4",
    ),
)

SAMPLE_INVENTORY_LOG = projection(
    "sample_inventory_log",
    "One change of a batch's samples.",
    (
        row_id("sample_inventory_log_id", "Change, in time."),
        refers("batches", "batch_id", "The batch."),
        refers("orders", "order_id", "The order that followed from it.", nullable=True),
        quantity("quantity_e4", "How much.", "decimal(15,4)", unit="g"),
        choice(
            "action", ("ALLOCATED", "RELEASED", "CONSUMED"), "Set aside for a request, given back, or sent."
        ),
        text("notes", "The request behind it.", nullable=True),
        refers("users", "created_by_id", "Who did it.", "created_by", nullable=True),
        CREATED_AT_OPTIONAL,
    ),
    sample_inventory_log,
    "samples",
    states=("order_id",),
)

TABLES = (SAMPLE_REQUESTS, SAMPLE_ALLOCATIONS, SAMPLE_INVENTORY_LOG)
