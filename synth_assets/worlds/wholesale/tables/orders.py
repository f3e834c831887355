"""Orders: what clients need, quotes and sales, the batches that were sold, and what recurs."""

from __future__ import annotations

import json as json_text
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from operator import attrgetter
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import curves, names
from synth_assets.worlds.wholesale.catalogue import CASES, Client, Product, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    count,
    day,
    decimal,
    flag,
    json,
    moment,
    money,
    quantity,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.demand import recurs
from synth_assets.worlds.wholesale.growth import spread_evenly, stratum_of
from synth_assets.worlds.wholesale.invoice import Invoice
from synth_assets.worlds.wholesale.order import Line, Order, Quote
from synth_assets.worlds.wholesale.stock import SALE, SAMPLE
from synth_assets.worlds.wholesale.tables.intake import E4, TERMS
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, numbered, once

PAID_AT = 14 * 3_600
"""When payments are recorded, seconds of the day."""

NEEDED_SHARE, NEEDS_A_MONTH, NEED_HOLDS_DAYS = 0.05, 6, 45
"""Sales that a client had asked for before, needs a month that nobody met, and how long a need stands [D]."""

GIVEN_UP_SHARE, GIVEN_UP_AFTER_DAYS = 0.25, 10
"""Needs that nobody met and the client gives up, and how long after it had them [D]."""

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")


def dollars(cents: int) -> float:
    """An amount for JSON: whole dollars without decimals."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def item(line: Line) -> dict[str, object]:
    """A line of an order as the ERP keeps it in `orders.items`."""
    product, batch = line.batch.product, line.batch
    list_price = product.price_cents
    margin = line.unit_price_cents - batch.unit_cost_cents
    return {
        "batchId": batch.id,
        "productId": product.id,
        "displayName": product.name,
        "originalName": product.name,
        "strain": names.strains()[product.strain - 1].name,
        "category": product.category,
        "subcategory": product.subcategory,
        "grade": product.grade,
        "quantity": line.quantity / 100 if line.quantity % 100 else line.quantity // 100,
        "listPrice": dollars(list_price),
        "price": dollars(line.unit_price_cents),
        "unitPrice": dollars(line.unit_price_cents),
        "appliedRule": f"{line.percent} % off" if line.percent else None,
        "isSample": False,
        "unitCogs": dollars(batch.unit_cost_cents),
        "cogsMode": "FIXED",
        "cogsSource": "FIXED",
        "unitMargin": dollars(margin),
        "marginPercent": round(100 * margin / line.unit_price_cents, 2),
        "lineTotal": dollars(line.total_cents),
        "lineCogs": dollars(line.cost_cents),
        "lineMargin": dollars(line.total_cents - line.cost_cents),
    }


class Need(NamedTuple):
    """What a client looked for: a product, at least so much, and the sale that meets it, 0 for none."""

    client: Client
    product: Product
    quantity: int
    day: int
    sale: int
    drawn: float

    @property
    def is_given_up(self) -> bool:
        """Whether the client gives it up."""
        return not self.sale and self.drawn < GIVEN_UP_SHARE


@once
def needs(facts: Year) -> list[Need]:
    """Needs in time: some that a sale meets, some that nobody meets."""
    orders, draws = facts.orders, facts.draws.of("client_needs")
    drawn = unit_draws(draws, "met", len(orders))
    found = []
    for order, (whether, early, which, more) in zip(orders, drawn, strict=True):
        line = order.lines[int(which * len(order.lines))]
        on = order.day - 2 - int(10 * early)
        if whether < NEEDED_SHARE and on >= stratum_of(facts.config, order.day).start:
            found.append(Need(order.client, line.batch.product, line.quantity, on, order.id, more))
    flower = [product for product in facts.products if product.tier != CASES]
    count = NEEDS_A_MONTH * facts.config.months
    unmet = unit_draws(draws, "unmet", count)
    for place, (who, what, when, more) in enumerate(unmet):
        client = facts.clients[int(who * len(facts.clients))]
        pounds = (2 + int(more * 30)) * 25
        on = spread_evenly(facts.config, place, count, when)
        found.append(Need(client, flower[int(what * len(flower))], pounds, on, 0, more))
    return sorted(found, key=lambda need: (need.day, need.client.id, need.product.id))


def client_needs(facts: Year) -> Iterator[Life]:
    """Every need, in time."""
    for number, need in enumerate(needs(facts), start=1):
        sale = facts.orders[need.sale - 1] if need.sale else None
        over = need.day + (GIVEN_UP_AFTER_DAYS if need.is_given_up else NEED_HOLDS_DAYS)
        yield Life(need.day, [sale.day if sale else over], partial(_need, facts, number, need, sale))


def _need(facts: Year, number: int, need: Need, sale: Order | None, by: int) -> Row:
    """A need on the evening of a day."""
    made = facts.seconds(need.day, 11 * 3_600 + number % 50 * 60)
    expires = facts.seconds(need.day + NEED_HOLDS_DAYS, 18 * 3_600)
    status, met, changed = "ACTIVE", None, made
    if sale and sale.day <= by:
        met = facts.seconds(sale.day, sale.second)
        status, changed = "FULFILLED", met
    elif need.is_given_up and need.day + GIVEN_UP_AFTER_DAYS <= by:
        status, changed = "CANCELLED", facts.seconds(need.day + GIVEN_UP_AFTER_DAYS, 18 * 3_600)
    elif need.day + NEED_HOLDS_DAYS <= by:
        status, changed = "EXPIRED", expires
    product = need.product
    unit = "lb" if product.unit == "LB" else "cases"
    return (
        number, need.client.id, names.strains()[product.strain - 1].name, product.category,
        product.subcategory, product.grade, need.quantity * E4 // 2, need.quantity * E4 * 3 // 2,
        product.price_cents, status, PRIORITIES[int(need.drawn * len(PRIORITIES))],
        facts.epoch_day(need.day + 30), expires, met,
        f"Looking for {need.quantity / 100:g} {unit} of {product.name}",
        "Bought elsewhere" if status == "CANCELLED" else None, made, changed, need.client.seller,
    )  # fmt: skip


def orders(facts: Year, days: range) -> Iterator[Life]:
    """Quotes and sales, in time."""
    need_of = {need.sale: number for number, need in enumerate(needs(facts), start=1) if need.sale}
    sample_of = {sample.order: sample.id for sample in facts.samples if sample.order}
    quote_of = {
        paper.sale: number
        for number, paper in enumerate(facts.papers, start=1)
        if isinstance(paper, Quote) and paper.sale
    }
    for number, paper in numbered(facts.papers, days):
        goods = cache(partial(_goods, paper))
        if isinstance(paper, Quote):
            yield _quote_life(facts, number, paper, goods)
            continue
        before = Before(need_of.get(paper.id), quote_of.get(paper.id), sample_of.get(paper.id))
        changes = facts.status_days(facts.invoices[paper.id - 1])
        yield Life(paper.day, changes, partial(_sale, facts, number, paper, goods, before))


class Goods(NamedTuple):
    """What is sold or quoted: items as JSON text, and the columns of amounts."""

    items: str
    amounts: tuple[float, ...]


Made = Callable[[], Goods]
"""Gives what is sold or quoted; makes it when first asked."""


def _goods(paper: Order | Quote) -> Goods:
    """What is sold or quoted; a quote has its items as a text within JSON."""
    items = json_text.dumps([item(line) for line in paper.lines])
    total = sum(line.total_cents for line in paper.lines)
    cost = sum(line.cost_cents for line in paper.lines)
    amounts = total, 0, 0, total, cost, total - cost, round(100 * (total - cost) / total, 2)
    return Goods(json_text.dumps(items) if isinstance(paper, Quote) else items, amounts)


class Before(NamedTuple):
    """What came before a sale: the numbers of the need that it meets, of its quote and of its sample."""

    need: int | None
    quote: int | None
    sample: int | None


def payment_status(facts: Year, invoice: Invoice, by: int) -> str:
    """How far an invoice is paid on the evening of a day; PENDING where nothing is, until it is due."""
    status = facts.status_on(invoice, by)
    return "PENDING" if status == "SENT" else status


def _sale(facts: Year, number: int, sale: Order, goods: Made, before: Before, by: int) -> Row:
    """A sale on the evening of a day."""
    invoice, made = facts.invoices[sale.id - 1], facts.seconds(sale.day, sale.second)
    last, (items, amounts) = facts.last_paid(invoice, by), goods()
    spot, due = facts.on_the_spot.get(invoice.id, 0), facts.epoch_day(invoice.due)
    return (
        number, f"ORD-{facts.window.dates[sale.day].year}-{number:05d}", "SALE", sale.client.id, before.need,
        items, *amounts, None, None, sale.terms, spot, due, payment_status(facts, invoice, by),
        invoice.id, before.quote, made if before.quote else None, before.sample, None, sale.client.seller,
        made, facts.seconds(last.day, PAID_AT) if last else made,
    )  # fmt: skip


def _quote_life(facts: Year, number: int, quote: Quote, goods: Made) -> Life:
    """A quote: it becomes a sale, or is over once it is no longer valid."""
    sale = facts.orders[quote.sale - 1] if quote.sale else None
    over = quote.day + curves.QUOTE_VALID_DAYS + 1
    return Life(quote.day, [sale.day if sale else over], partial(_quote, facts, number, quote, goods, sale))


def _quote(facts: Year, number: int, quote: Quote, goods: Made, sale: Order | None, by: int) -> Row:
    """A quote on the evening of a day."""
    made, (items, amounts) = facts.seconds(quote.day, quote.second), goods()
    valid = quote.day + curves.QUOTE_VALID_DAYS
    is_over = valid < by
    converted = facts.seconds(sale.day, sale.second) if sale and sale.day <= by else None
    changed = converted or (facts.seconds(valid, 64_800) if is_over else made)
    return (
        number, f"QUO-{facts.window.dates[quote.day].year}-{number:05d}", "QUOTE", quote.client.id, None,
        items, *amounts, facts.epoch_day(valid),
        "CONVERTED" if converted else _lost(quote.ends, is_over), quote.client.terms, 0, None, None, None,
        None, converted, None, None, quote.client.seller, made, changed,
    )  # fmt: skip


def _lost(drawn: float, is_over: bool) -> str:
    """How a quote ends that becomes no sale."""
    if is_over:
        return "REJECTED" if drawn < 0.4 else "EXPIRED"
    return "SENT" if drawn < 0.5 else "VIEWED"


def sold(facts: Year, days: range) -> Iterator[tuple[int, Order, Line]]:
    """The lines of the sales of some days in time, each with its number among all."""
    of_days = [order for _, order in numbered(facts.orders, days)]
    before = sum(len(order.lines) for order in facts.orders[: of_days[0].id - 1]) if of_days else 0
    lines = ((order, line) for order in of_days for line in order.lines)
    return ((number, order, line) for number, (order, line) in enumerate(lines, start=before + 1))


def sales(facts: Year, days: range) -> Iterator[Row]:
    """A row for each batch of each sale, in time."""
    for number, order, line in sold(facts, days):
        at = facts.seconds(order.day, order.second)
        yield (
            number, line.batch.id, line.batch.product.id, line.quantity * E4, line.batch.unit_cost_cents,
            line.unit_price_cents, False, order.client.id, at, None, order.client.seller, at, at,
        )  # fmt: skip


def recurring_orders(facts: Year) -> Iterator[Life]:
    """Orders that come every week or month on the same day; the last sale on such a day was the last one."""
    recurring: dict[int, list[Order]] = defaultdict(list)
    for order in facts.orders:
        if recurs(order.client, facts.window, order.day):
            recurring[order.client.id].append(order)
    by_client = sorted(recurring.items())
    if facts.config.grows:
        by_client.sort(key=lambda found: found[1][0].id)
    for number, (_, recurred) in enumerate(by_client, start=1):
        days = [order.day for order in recurred]
        yield Life(days[0], days, partial(_recurring, facts, number, recurred))


def _recurring(facts: Year, number: int, recurred: list[Order], by: int) -> Row:
    """What recurs of a client on the evening of a day, from its sales on such days."""
    first, last = recurred[0], recurred[bisect_right(recurred, by, key=attrgetter("day")) - 1]
    client = first.client
    following = last.day + (7 if client.is_whale else 30)
    made = facts.seconds(first.day, 8 * 3_600)
    flower = [line for line in last.lines if line.batch.product.unit == "LB"]
    pounds = round(sum(line.quantity for line in flower) / 25) * 25
    weekday, month_day = (client.standing + 1) % 7, client.standing
    template = {
        "items": [
            {
                "category": "Flower",
                "subcategory": line.batch.product.subcategory,
                "grade": line.batch.product.grade,
            }
            for line in flower
        ],
        "pounds": pounds / 100,
        "paymentTerms": client.terms,
    }
    return (
        number, client.id, "WEEKLY" if client.is_whale else "MONTHLY",
        weekday if client.is_whale else None, None if client.is_whale else month_day,
        json_text.dumps(template), "ACTIVE", facts.epoch_day(first.day), None, facts.epoch_day(last.day),
        facts.epoch_day(following), False, None, made, facts.seconds(last.day, last.second),
        client.seller,
    )  # fmt: skip


def match_records(facts: Year, draws: Draws) -> Iterator[Row | Life]:
    """What was found for each need: a batch in stock, or what the client bought before."""
    drawn = unit_draws(draws, "matches", len(needs(facts)))
    in_stock: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for batch in facts.batches:
        in_stock[batch.product.id].append((batch.day, batch.id))
    is_there = _in_stock(facts)
    bought: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for order in facts.orders:
        for product in dict.fromkeys(line.batch.product.id for line in order.lines):
            bought[order.client.id, product].append((order.day, order.id))
    number = 0
    for place, (need, (score, _, _, _)) in enumerate(zip(needs(facts), drawn, strict=True), start=1):
        able = [
            batch
            for day_, batch in in_stock[need.product.id]
            if day_ <= need.day and is_there(batch, need.day)
        ]
        before = bought[need.client.id, need.product.id]
        earlier = bisect_right(before, (need.day - 1, 10**9))
        if not able and not earlier:
            continue
        number += 1
        made = facts.seconds(need.day, 12 * 3_600 + number % 50 * 60)
        kind = "EXACT" if able else "HISTORICAL"
        reasons = ["Same strain", "Same grade", "In stock"] if able else ["Bought before"]
        action = "CREATED_QUOTE" if need.sale else "DISMISSED" if score < 0.6 else "NONE"
        acted = made + 3_600 if action != "NONE" else None
        found = (
            number, place, need.client.id, able[-1] if able else None, None,
            facts.order_ids[before[earlier - 1][1]] if earlier else None, kind,
            round(90 + 10 * score if able else 55 + 25 * score, 2), json_text.dumps(reasons), action, acted,
            need.client.seller if acted else None,
        )  # fmt: skip
        if need.sale:
            sale = facts.orders[need.sale - 1]
            yield Life(need.day, [sale.day], partial(_match, facts, found, sale, made))
        else:
            yield *found, False, None, made


def _match(facts: Year, found: Row, sale: Order, made: int, by: int) -> Row:
    """What was found for a need that a sale meets, on the evening of a day."""
    is_sold = sale.day <= by
    return *found, is_sold, facts.order_ids[sale.id] if is_sold else None, made


def _in_stock(facts: Year) -> Callable[[int, int], bool]:
    """A function that says whether any of a batch was left on the evening of a day; of a window, whether it
    was not sold out for good by then."""
    if not facts.config.grows:
        gone = {move.batch.id: move.day for move in facts.movements if move.after == 0 and move.kind == SALE}
        return lambda batch, day_: gone.get(batch, facts.last_day + 1) > day_
    moves: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for move in facts.movements:
        if move.kind != SAMPLE:
            moves[move.batch.id].append((move.day, move.id, move.after))
    return lambda batch, day_: moves[batch][bisect_right(moves[batch], (day_ + 1,)) - 1][2] > 0


CLIENT_NEEDS = projection(
    "client_needs",
    "One thing that a client looked for.",
    (
        row_id("client_need_id", "Need, in time."),
        refers("clients", "client_id", "Who looked for it."),
        text("strain", "Strain.", "varchar(255)", nullable=True),
        text("category", "Category.", "varchar(100)", nullable=True),
        text("subcategory", "Subcategory.", "varchar(100)", nullable=True),
        text("grade", "Grade.", "varchar(50)", nullable=True),
        quantity("quantity_min_e4", "At least so much.", "decimal(15,4)", nullable=True),
        quantity("quantity_max_e4", "At most so much.", "decimal(15,4)", nullable=True),
        money("price_max_cents", "The highest price of a pound or case: the list price.", nullable=True),
        choice(
            "status", ("ACTIVE", "FULFILLED", "EXPIRED", "CANCELLED"), "What became of it.", default="ACTIVE"
        ),
        choice("priority", PRIORITIES, "How urgent it was.", default="MEDIUM"),
        day("needed_by_date", "By when.", "needed_by", nullable=True),
        moment("expires_at", "How long it stands.", nullable=True),
        moment("fulfilled_at", "When a sale met it.", nullable=True),
        text("notes", "The need in words.", nullable=True),
        text("internal_notes", "Why it was given up.", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
        refers("users", "created_by_id", "Who noted it.", "created_by"),
    ),
    client_needs,
    "sales",
    rules=(Rule("a fulfilled need has its day", "(status = 'FULFILLED') = (fulfilled_at IS NOT NULL)"),),
    states=(
        "status",
        "fulfilled_at",
        "internal_notes",
    ),
)

ORDERS = projection(
    "orders",
    "One quote or sale.",
    (
        row_id("order_id", "Quote or sale, in time."),
        text("order_number", "Number with the year.", "varchar(50)", is_unique=True),
        choice("order_type", ("QUOTE", "SALE"), "Whether goods were sold.", physical="orderType"),
        refers("clients", "client_id", "Who ordered."),
        refers("client_needs", "client_need_id", "The need that it met.", nullable=True),
        json(
            "items",
            "Lines, batch by batch: quantity, prices, cost, margin; of a quote text within JSON.",
        ),
        money("subtotal_cents", "Sum of the lines."),
        money("tax_cents", "Tax: none is charged.", default="0", nullable=True),
        money(
            "discount_cents",
            "Discount on the whole: none, discounts are in the prices.",
            default="0",
            nullable=True,
        ),
        money("total_cents", "What is owed: subtotal, tax and discount taken together."),
        money("total_cogs_cents", "Cost of the goods, batch by batch.", nullable=True),
        money("total_margin_cents", "Subtotal less cost.", nullable=True),
        decimal("avg_margin_percent", "Margin over subtotal.", nullable=True, unit="%"),
        day("valid_until_date", "How long a quote holds.", "valid_until", nullable=True),
        choice(
            "quote_status",
            ("DRAFT", "SENT", "VIEWED", "ACCEPTED", "REJECTED", "EXPIRED", "CONVERTED"),
            "What became of a quote.",
            physical="quoteStatus",
            nullable=True,
        ),
        choice("payment_terms", TERMS, "How it is to be paid.", physical="paymentTerms"),
        money(
            "cash_payment_cents", "Of PARTIAL terms, what was paid on the spot.", default="0", nullable=True
        ),
        day("due_date", "By when a sale is to be paid.", nullable=True),
        choice(
            "sale_status",
            ("PENDING", "PARTIAL", "PAID", "OVERDUE", "CANCELLED"),
            "How far a sale is paid on the last day.",
            physical="saleStatus",
            nullable=True,
        ),
        refers("invoices", "invoice_id", "The invoice of a sale.", nullable=True, is_deferred=True),
        refers("orders", "converted_from_order_id", "The quote that it was before.", nullable=True),
        moment("converted_at", "When a quote became a sale.", nullable=True),
        refers(
            "sample_requests",
            "related_sample_request_id",
            "The sample that it followed.",
            nullable=True,
            is_deferred=True,
        ),
        text("notes", "Notes.", nullable=True),
        refers("users", "created_by_id", "Who took it.", "created_by"),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    orders,
    "sales",
    rules=(
        Rule("a total is its parts", "total_cents = subtotal_cents + tax_cents - discount_cents"),
        Rule("margin is subtotal less cost", "total_margin_cents = subtotal_cents - total_cogs_cents"),
        Rule(
            "a sale has a due date, a quote holds for a while",
            "(order_type = 'SALE') = (due_date IS NOT NULL)",
        ),
        Rule("a sale has its status, a quote its own", "(sale_status IS NULL) = (quote_status IS NOT NULL)"),
    ),
    states=(
        "quote_status",
        "sale_status",
        "converted_at",
    ),
)

SALES = projection(
    "sales",
    "What was sold of one batch in one order.",
    (
        row_id("sale_id", "Sale of a batch, in time."),
        refers("batches", "batch_id", "The batch."),
        refers("products", "product_id", "Its product."),
        quantity("quantity_e4", "How much."),
        money("cogs_at_sale_cents", "Cost of a pound or case.", "varchar(20)"),
        money("sale_price_cents", "Price of a pound or case.", "varchar(20)"),
        flag("is_cogs_override", "Whether the cost was set by hand.", "int", "0", "cogsOverride"),
        refers("clients", "customer_id", "Who bought.", nullable=True),
        moment("sold_at", "When.", physical="saleDate"),
        text("notes", "Notes.", nullable=True),
        refers("users", "created_by_id", "Who sold.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    sales,
    "sales",
    naming=camel_case,
)

RECURRING_ORDERS = projection(
    "recurring_orders",
    "One order that comes again and again.",
    (
        row_id("recurring_order_id", "Recurring order."),
        refers("clients", "client_id", "Whose it is."),
        choice("frequency", ("DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY", "QUARTERLY"), "How often it comes."),
        count(
            "day_of_week", "Day of the week, from 0 for Sunday, of a weekly one.", nullable=True, maximum=6
        ),
        count("day_of_month", "Day of the month of a monthly one.", nullable=True, maximum=31),
        json("order_template", "What it is usually made of: categories, grades, pounds, terms."),
        choice("status", ("ACTIVE", "PAUSED", "CANCELLED"), "Whether it still comes.", default="ACTIVE"),
        day("start_date", "When it first came."),
        day("end_date", "When it ended.", nullable=True),
        day("last_generated_date", "When it last came: a sale of the client has that day.", nullable=True),
        day("next_generation_date", "When it comes next; may lie after the books."),
        flag(
            "is_client_notified",
            "Whether the client is told before.",
            default="true",
            physical="notify_client",
            nullable=True,
        ),
        text("notify_email", "Where it is told: clients have no e-mail.", "varchar(255)", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
        refers("users", "created_by_id", "Who set it up.", "created_by"),
    ),
    recurring_orders,
    "sales",
    states=(
        "order_template",
        "last_generated_date",
        "next_generation_date",
    ),
)

MATCH_RECORDS = projection(
    "match_records",
    "What was found for one need.",
    (
        row_id("match_record_id", "Match, in time."),
        refers("client_needs", "client_need_id", "The need.", nullable=True),
        refers("clients", "client_id", "Whose need it is."),
        refers("batches", "inventory_batch_id", "A batch in stock that day.", nullable=True),
        refers("vendor_supply", "vendor_supply_id", "An offer of a grower.", nullable=True),
        refers("orders", "historical_order_id", "The client's last order of the product.", nullable=True),
        choice(
            "match_type",
            ("EXACT", "CLOSE", "HISTORICAL"),
            "EXACT: in stock; CLOSE: offered; HISTORICAL: bought before.",
        ),
        decimal("confidence_score", "How well it fits, 0 to 100."),
        json("match_reasons", "Why it fits."),
        choice(
            "user_action",
            ("CREATED_QUOTE", "CONTACTED_VENDOR", "DISMISSED", "NONE"),
            "What was done.",
            nullable=True,
        ),
        moment("actioned_at", "When.", nullable=True),
        refers("users", "actioned_by_id", "Who did it.", "actioned_by", nullable=True),
        flag(
            "has_resulted_in_sale",
            "Whether a sale met the need.",
            default="false",
            physical="resulted_in_sale",
            nullable=True,
        ),
        refers("orders", "sale_order_id", "That sale.", nullable=True),
        CREATED_AT_OPTIONAL,
    ),
    match_records,
    "offers",
    rules=(Rule("a match with a sale names it", "has_resulted_in_sale = (sale_order_id IS NOT NULL)"),),
    states=(
        "has_resulted_in_sale",
        "sale_order_id",
    ),
)

TABLES = (CLIENT_NEEDS, ORDERS, SALES, RECURRING_ORDERS, MATCH_RECORDS)
