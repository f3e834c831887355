"""Billing: invoices and their lines, clients' transactions and how they hang together, and credits."""

from __future__ import annotations

import json as json_text
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    day,
    decimal,
    json,
    moment,
    money,
    quantity,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURN, RETURNS_AT, Credit, Invoice
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.intake import E4
from synth_assets.worlds.wholesale.tables.orders import PAID_AT, payment_status, sold
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, numbered, once

CREDIT_HOLDS_DAYS = 365
"""How long a credit may be used."""

REASONS = {RETURN: "RETURN", "refund": "QUALITY_ADJUSTMENT"}
"""What the ERP calls the reason of a credit."""


def invoice_number(facts: Year, invoice: Invoice) -> str:
    """`INV-2024-00001`."""
    return f"INV-{facts.window.dates[invoice.day].year}-{invoice.id:05d}"


def changed_at(facts: Year, invoice: Invoice, by: int) -> int:
    """When an invoice was last paid on by the evening of a day, or else issued."""
    last = facts.last_paid(invoice, by)
    issued = facts.seconds(invoice.day, invoice.order.second)
    return max(issued, facts.seconds(last.day, PAID_AT)) if last else issued


def invoices(facts: Year, days: range) -> Iterator[Life]:
    """An invoice for each sale."""
    for _, invoice in numbered(facts.invoices, days):
        yield Life(invoice.day, facts.status_days(invoice), partial(_invoice, facts, invoice))


def _invoice(facts: Year, invoice: Invoice, by: int) -> Row:
    """An invoice on the evening of a day."""
    paid = facts.paid_by(invoice, by)
    at = facts.seconds(invoice.day, invoice.order.second)
    return (
        invoice.id, invoice_number(facts, invoice), invoice.order.client.id, facts.epoch_day(invoice.day),
        facts.epoch_day(invoice.due), invoice.cents, 0, 0, invoice.cents, paid, invoice.cents - paid,
        facts.status_on(invoice, by), invoice.order.terms, None, "SALE", facts.order_ids[invoice.id],
        invoice.order.client.seller, at, changed_at(facts, invoice, by),
    )  # fmt: skip


def invoice_line_items(facts: Year, days: range) -> Iterator[Row]:
    """A line for each batch that was sold; an invoice has the number of its order among sales."""
    for number, order, line in sold(facts, days):
        product, at = line.batch.product, facts.seconds(order.day, order.second)
        yield (
            number, order.id, product.id, line.batch.id, product.name, line.quantity * E4,
            line.unit_price_cents, 0.0, 0.0, line.total_cents, at,
        )  # fmt: skip


class Entry(NamedTuple):
    """A client's transaction: an invoice, a payment in money, or a credit, with its moment."""

    at: int
    invoice: Invoice
    payment: Payment | None = None
    credit: Credit | None = None


@once
def entries(facts: Year) -> list[Entry]:
    """Clients' transactions, in time."""
    found = [Entry(facts.seconds(i.day, i.order.second), i) for i in facts.invoices]
    found += [
        Entry(
            max(facts.seconds(p.day, PAID_AT), facts.seconds(p.invoice.day, p.invoice.order.second)),
            p.invoice,
            p,
        )
        for p in facts.payments
        if p.invoice is not None and p.credit is None
    ]
    found += [Entry(facts.seconds(c.day, RETURNS_AT), c.invoice, None, c) for c in facts.credits]
    return sorted(found, key=lambda entry: (entry.at, entry.invoice.id))


def transactions(facts: Year, days: range) -> Iterator[Row | Life]:
    """Every transaction of every client, in time."""
    for number, entry in numbered(entries(facts), days, facts.day_of_moment):
        if entry.payment:
            notes = entry.payment.method.title()
            yield _settled(number, entry, "PAYMENT", entry.payment.cents, notes)
        elif entry.credit:
            notes = "Goods returned" if entry.credit.kind == RETURN else "Quality adjustment"
            yield _settled(number, entry, "REFUND", entry.credit.cents, notes)
        else:
            invoice = entry.invoice
            yield Life(invoice.day, facts.status_days(invoice), partial(_billed, facts, number, entry))


def _settled(number: int, entry: Entry, kind: str, cents: int, notes: str) -> Row:
    """A payment or refund among the transactions."""
    return (
        number, f"TXN-{number:06d}", kind, entry.invoice.order.client.id, entry.at, cents, "COMPLETED", notes,
        _behind(entry), ACCOUNTANT, entry.at, entry.at,
    )  # fmt: skip


def _billed(facts: Year, number: int, entry: Entry, by: int) -> Row:
    """An invoice among the transactions, on the evening of a day."""
    invoice, client = entry.invoice, entry.invoice.order.client
    return (
        number, f"TXN-{number:06d}", "INVOICE", client.id, entry.at, invoice.cents,
        payment_status(facts, invoice, by), invoice_number(facts, invoice), _behind(entry), client.seller,
        entry.at, changed_at(facts, invoice, by),
    )  # fmt: skip


def _behind(entry: Entry) -> str:
    """The invoice behind a transaction, as JSON text."""
    return json_text.dumps({"invoiceId": entry.invoice.id})


class Numbers(NamedTuple):
    """Numbers of transactions, by the number of their invoice, payment or credit."""

    of_invoice: dict[int, int]
    of_payment: dict[int, int]
    of_credit: dict[int, int]


@once
def numbers(facts: Year) -> Numbers:
    """Which transaction records what."""
    found = Numbers({}, {}, {})
    for number, entry in enumerate(entries(facts), start=1):
        if entry.payment:
            found.of_payment[entry.payment.id] = number
        elif entry.credit:
            found.of_credit[entry.credit.id] = number
        else:
            found.of_invoice[entry.invoice.id] = number
    return found


class Link(NamedTuple):
    """What a payment or credit has to do with an invoice: when, which, its transaction, how, and cents."""

    at: int
    invoice: Invoice
    child: int
    kind: str
    cents: int


@once
def links(facts: Year) -> list[Link]:
    """How clients' transactions hang together, in time."""
    known = numbers(facts)
    found = []
    for credit in facts.credits:
        at = facts.seconds(credit.day, RETURNS_AT)
        found.append(Link(at, credit.invoice, known.of_credit[credit.id], "REFUND_OF", credit.cents))
    for payment in facts.payments:
        if payment.invoice is None:
            continue
        issued = facts.seconds(payment.invoice.day, payment.invoice.order.second)
        at = max(issued, facts.seconds(payment.day, PAID_AT))
        if payment.credit:
            at = max(at, facts.seconds(payment.credit.day, RETURNS_AT))
            child = known.of_credit[payment.credit.id]
            found.append(Link(at, payment.invoice, child, "CREDIT_APPLIED_TO", payment.cents))
        else:
            child = known.of_payment[payment.id]
            found.append(Link(at, payment.invoice, child, "PAYMENT_FOR", payment.cents))
    return sorted(found, key=lambda link: (link.at, link.invoice.id, link.child, link.kind))


def transaction_links(facts: Year, days: range) -> Iterator[Row]:
    """A payment hangs on its invoice, a refund on the one that it gives back from and on those it settles."""
    of_invoice = numbers(facts).of_invoice
    for number, (at, invoice, child, kind, cents) in numbered(links(facts), days, facts.day_of_moment):
        yield number, of_invoice[invoice.id], child, kind, cents, None, ACCOUNTANT, at


def client_transactions(facts: Year, days: range) -> Iterator[Row | Life]:
    """The client card's list: an invoice once, with what was paid on it; payments and credits are settled."""
    for number, entry in numbered(entries(facts), days, facts.day_of_moment):
        if entry.payment:
            yield _card(number, entry, "PAYMENT", f"PAY-{entry.payment.id:06d}", entry.payment.cents)
        elif entry.credit:
            yield _card(number, entry, "CREDIT", f"CR-{entry.credit.id:05d}", entry.credit.cents)
        else:
            invoice = entry.invoice
            yield Life(invoice.day, facts.status_days(invoice), partial(_billed_card, facts, number, entry))


def _card(number: int, entry: Entry, kind: str, name: str, cents: int) -> Row:
    """A payment or credit on a client's card."""
    on = entry.at // SECONDS_PER_DAY
    return (
        number, entry.invoice.order.client.id, kind, name, on, cents, "PAID", on, cents, None, _behind(entry),
        entry.at, entry.at,
    )  # fmt: skip


def _billed_card(facts: Year, number: int, entry: Entry, by: int) -> Row:
    """An invoice on a client's card, on the evening of a day."""
    invoice, last = entry.invoice, facts.last_paid(entry.invoice, by)
    return (
        number, invoice.order.client.id, "INVOICE", invoice_number(facts, invoice),
        facts.epoch_day(invoice.day), invoice.cents, payment_status(facts, invoice, by),
        facts.epoch_day(last.day) if last else None, facts.paid_by(invoice, by), None, _behind(entry),
        entry.at, changed_at(facts, invoice, by),
    )  # fmt: skip


def credits(facts: Year) -> Iterator[Life]:
    """Credits, and how far they are used."""
    uses: dict[int, list[Payment]] = defaultdict(list)
    for payment in facts.payments:
        if payment.credit:
            uses[payment.credit.id].append(payment)
    for credit in facts.credits:
        used = uses[credit.id]
        yield Life(credit.day, [payment.day for payment in used], partial(_credit, facts, credit, used))


def _credit(facts: Year, credit: Credit, uses: list[Payment], by: int) -> Row:
    """A credit on the evening of a day, from all its uses in time."""
    used_by = [payment for payment in uses if payment.day <= by]
    used = sum(payment.cents for payment in used_by)
    left = credit.cents - used
    status = "ACTIVE" if left == credit.cents else "PARTIALLY_USED" if left else "FULLY_USED"
    made = facts.seconds(credit.day, RETURNS_AT)
    changed = max(made, facts.seconds(used_by[-1].day, PAID_AT)) if used_by else made
    return (
        credit.id, f"CR-{credit.id:05d}", credit.invoice.order.client.id, numbers(facts).of_credit[credit.id],
        credit.cents, used, left, REASONS[credit.kind],
        facts.seconds(credit.day + CREDIT_HOLDS_DAYS, 64_800), status,
        f"For invoice {invoice_number(facts, credit.invoice)}", ACCOUNTANT, made, changed,
    )  # fmt: skip


def credit_applications(facts: Year) -> Iterator[Row]:
    """Where credits were used, in time."""
    known = numbers(facts)
    number = 0
    for payment in facts.payments:
        if payment.credit and payment.invoice:
            number += 1
            given = facts.seconds(payment.credit.day, RETURNS_AT)
            at = max(given, facts.seconds(payment.day, PAID_AT))
            yield (
                number, payment.credit.id, known.of_invoice[payment.invoice.id], payment.cents, at,
                f"Used on {invoice_number(facts, payment.invoice)}", ACCOUNTANT, at,
            )  # fmt: skip


INVOICES = projection(
    "invoices",
    "One invoice, as it stands on the last day.",
    (
        row_id("invoice_id", "Invoice, in time."),
        text("invoice_number", "Number with the year.", "varchar(50)", is_unique=True),
        refers("clients", "customer_id", "Who owes it."),
        day("invoice_date", "When it was issued: the day of its order."),
        day("due_date", "By when it is to be paid; may lie after the books."),
        money("subtotal_cents", "Sum of the lines.", "decimal(12,2)"),
        money("tax_amount_cents", "Tax: none is charged.", "decimal(12,2)", "0.00"),
        money("discount_amount_cents", "Discount on the whole: none.", "decimal(12,2)", "0.00"),
        money("total_amount_cents", "What is owed.", "decimal(12,2)"),
        money("amount_paid_cents", "What was paid, credits included.", "decimal(12,2)", "0.00"),
        money("amount_due_cents", "What is still owed.", "decimal(12,2)"),
        choice(
            "status",
            ("DRAFT", "SENT", "VIEWED", "PARTIAL", "PAID", "OVERDUE", "VOID"),
            "SENT: not due; OVERDUE: due and nothing paid; PARTIAL: a part is paid.",
            default="DRAFT",
        ),
        text("payment_terms", "Terms of its order.", "varchar(100)", nullable=True),
        text("notes", "Notes.", nullable=True),
        choice(
            "reference_type",
            ("SALE", "ORDER", "CONTRACT"),
            "What kind of paper is billed.",
            "varchar(50)",
            nullable=True,
        ),
        refers_to_any(
            "reference_id",
            "reference_type",
            {"SALE": "orders", "ORDER": "orders"},
            "The order.",
            nullable=True,
        ),
        refers("users", "created_by_id", "Who issued it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    invoices,
    "billing",
    naming=camel_case,
    rules=(
        Rule("what is due is what was not paid", "amount_due_cents = total_amount_cents - amount_paid_cents"),
        Rule("an invoice is paid when nothing is due", "(status = 'PAID') = (amount_due_cents = 0)"),
        Rule("it is due no earlier than it was issued", "due_date >= invoice_date"),
    ),
    states=(
        "amount_paid_cents",
        "amount_due_cents",
        "status",
    ),
)

INVOICE_LINE_ITEMS = projection(
    "invoice_line_items",
    "One line of an invoice: goods of one batch.",
    (
        row_id("invoice_line_item_id", "Line, in time."),
        refers("invoices", "invoice_id", "The invoice."),
        refers("products", "product_id", "What was sold.", nullable=True),
        refers("batches", "batch_id", "From which batch.", nullable=True),
        text("description", "What was sold, in words."),
        quantity("quantity_e4", "How much.", "decimal(10,2)"),
        money("unit_price_cents", "Price of a pound or case.", "decimal(12,2)"),
        decimal("tax_rate", "Tax, per cent: none.", default="0.00", unit="%"),
        decimal(
            "discount_percent",
            "Discount on the line: none, discounts are in the price.",
            default="0.00",
            unit="%",
        ),
        money("line_total_cents", "Quantity times price.", "decimal(12,2)"),
        CREATED_AT,
    ),
    invoice_line_items,
    "billing",
    physical="invoiceLineItems",
    naming=camel_case,
    rules=(
        Rule("a line is quantity times price", "line_total_cents * 10000 = quantity_e4 * unit_price_cents"),
    ),
)

TRANSACTIONS = projection(
    "transactions",
    "One transaction of a client: an invoice, a payment or a refund.",
    (
        row_id("transaction_id", "Transaction, in time."),
        text("transaction_number", "Number.", "varchar(50)", is_unique=True),
        choice(
            "transaction_type",
            ("INVOICE", "PAYMENT", "REFUND", "CREDIT", "QUOTE", "ORDER", "SALE"),
            "What it is.",
        ),
        refers("clients", "client_id", "Whose it is."),
        moment("transacted_at", "When it happened.", physical="transactionDate"),
        money("amount_cents", "How much.", "varchar(20)"),
        choice(
            "transaction_status",
            (
                "DRAFT",
                "PENDING",
                "CONFIRMED",
                "COMPLETED",
                "PARTIAL",
                "PAID",
                "OVERDUE",
                "VOID",
                "WRITTEN_OFF",
            ),
            "How it stands on the last day; an invoice's follows its payments.",
        ),
        text("notes", "What it is about, in words.", nullable=True),
        text("metadata", "The invoice behind it; JSON text.", nullable=True),
        refers("users", "created_by_id", "Who recorded it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    transactions,
    "receivables",
    naming=camel_case,
    states=("transaction_status",),
)

TRANSACTION_LINKS = projection(
    "transaction_links",
    "How two transactions of a client hang together.",
    (
        row_id("transaction_link_id", "Link, in time."),
        refers("transactions", "parent_transaction_id", "The invoice."),
        refers("transactions", "child_transaction_id", "The payment or refund."),
        choice(
            "transaction_link_type",
            ("REFUND_OF", "PAYMENT_FOR", "CREDIT_APPLIED_TO", "CONVERTED_FROM", "PARTIAL_OF", "RELATED_TO"),
            "How.",
        ),
        money("link_amount_cents", "How much of it.", "varchar(20)", nullable=True),
        text("notes", "Notes.", nullable=True),
        refers("users", "created_by_id", "Who linked them.", "createdBy"),
        CREATED_AT,
    ),
    transaction_links,
    "receivables",
    physical="transactionLinks",
    naming=camel_case,
)

CLIENT_TRANSACTIONS = projection(
    "client_transactions",
    "One line of a client's card.",
    (
        row_id("client_transaction_id", "Line, in time."),
        refers("clients", "client_id", "Whose card."),
        choice(
            "transaction_type",
            ("INVOICE", "PAYMENT", "QUOTE", "ORDER", "REFUND", "CREDIT"),
            "What it is; each sale is here once, as its invoice.",
        ),
        text("transaction_number", "Number of the paper.", "varchar(100)", nullable=True),
        day("transaction_date", "When."),
        money("amount_cents", "How much."),
        choice(
            "payment_status",
            ("PAID", "PENDING", "OVERDUE", "PARTIAL"),
            "How far an invoice is paid; everything else is PAID.",
            default="PENDING",
            nullable=True,
        ),
        day("payment_date", "The last payment.", nullable=True),
        money("payment_amount_cents", "What was paid.", nullable=True),
        text("notes", "Notes.", nullable=True),
        json("metadata", "The invoice behind it.", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    client_transactions,
    "parties",
    states=(
        "payment_status",
        "payment_date",
        "payment_amount_cents",
    ),
)

CREDITS = projection(
    "credits",
    "One credit of a client, as it stands on the last day.",
    (
        row_id("credit_id", "Credit, in time."),
        text("credit_number", "Number.", "varchar(50)", is_unique=True),
        refers("clients", "client_id", "Whose it is."),
        refers("transactions", "transaction_id", "The refund that gave it.", nullable=True),
        money("credit_amount_cents", "How much.", "varchar(20)"),
        money("amount_used_cents", "What was used: its applications add up to it.", "varchar(20)", "0"),
        money("amount_remaining_cents", "What is left.", "varchar(20)"),
        choice(
            "credit_reason",
            tuple(REASONS.values()),
            "RETURN: the goods came back; QUALITY_ADJUSTMENT: five per cent.",
            "varchar(100)",
            nullable=True,
        ),
        moment(
            "expires_at",
            "How long it may be used; after the books.",
            physical="expirationDate",
            nullable=True,
        ),
        choice(
            "credit_status",
            ("ACTIVE", "PARTIALLY_USED", "FULLY_USED", "EXPIRED", "VOID"),
            "How far it is used.",
            default="ACTIVE",
        ),
        text("notes", "The invoice that it gives back from.", nullable=True),
        refers("users", "created_by_id", "Who gave it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    credits,
    "receivables",
    naming=camel_case,
    rules=(
        Rule("what is left was not used", "amount_remaining_cents = credit_amount_cents - amount_used_cents"),
    ),
    states=(
        "amount_used_cents",
        "amount_remaining_cents",
        "credit_status",
    ),
)

CREDIT_APPLICATIONS = projection(
    "credit_applications",
    "One use of a credit.",
    (
        row_id("credit_application_id", "Use, in time."),
        refers("credits", "credit_id", "The credit."),
        refers("transactions", "invoice_id", "The invoice, as a transaction of the client."),
        money("amount_applied_cents", "How much.", "varchar(20)"),
        moment("applied_at", "When.", physical="appliedDate"),
        text("notes", "The invoice in words.", nullable=True),
        refers("users", "applied_by_id", "Who used it.", "appliedBy"),
        CREATED_AT,
    ),
    credit_applications,
    "receivables",
    physical="creditApplications",
    naming=camel_case,
)

TABLES = (
    INVOICES, INVOICE_LINE_ITEMS, TRANSACTIONS, TRANSACTION_LINKS, CLIENT_TRANSACTIONS, CREDITS,
    CREDIT_APPLICATIONS,
)  # fmt: skip
