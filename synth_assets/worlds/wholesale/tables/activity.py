"""What was done: to clients, event by event, and to rows of the ERP, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.table import camel_case
from synth_assets.worlds.wholesale.catalogue import spaced
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    choice,
    json,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.intake import BUYER
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURN, RETURNS_AT, Credit, Invoice
from synth_assets.worlds.wholesale.payable import OWNER
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.stock import ADJUSTMENT, SAMPLE, Movement
from synth_assets.worlds.wholesale.tables.billing import REASONS, invoice_number
from synth_assets.worlds.wholesale.tables.contacts import Contacts, contacts_of
from synth_assets.worlds.wholesale.tables.dealings import (
    CALCULATED_AT,
    as_json,
    dollars,
    opened,
    paid_at,
    plain,
    slow_payers,
)
from synth_assets.worlds.wholesale.tables.intake import CLOSED_AFTER_DAYS, batch_code
from synth_assets.worlds.wholesale.tables.ledger import POSTED_AT, fiscal_periods
from synth_assets.worlds.wholesale.tables.notes import told
from synth_assets.worlds.wholesale.tables.parties import SLOW_TAG, tags
from synth_assets.worlds.wholesale.tables.payables import needs_approval
from synth_assets.worlds.wholesale.tables.projection import Row, projection
from synth_assets.worlds.wholesale.tables.reviews import changes
from synth_assets.worlds.wholesale.year import Year, numbered, once

APPROVED_AT = POSTED_AT - 2_700
"""When bills are approved, seconds of the day: after they are recorded, before any is paid."""

NIGHT = 3_600
"""When the ERP, in the accountant's name, finds invoices overdue and closes batches; seconds of the day."""


State = dict[str, Any]


class Done(NamedTuple):
    """Something done for a client: when, by whom, what kind, and what makes the metadata."""

    at: int
    client: int
    user: int
    kind: str
    metadata: Callable[[], State]


def client_activity(facts: Year, config: Config, draws: Draws, days: range) -> Iterator[Row]:
    """Everything that was done for clients, in time."""
    for number, done in numbered(_in_time(facts, config, draws), days, facts.day_of_moment):
        yield number, done.client, done.user, done.kind, as_json(done.metadata()), done.at


@once
def _in_time(facts: Year, config: Config, draws: Draws) -> list[Done]:
    return sorted(_done(facts, config, draws), key=lambda done: done.at)


def _done(facts: Year, config: Config, draws: Draws) -> Iterator[Done]:
    set_up = opened(facts)
    slow = slow_payers(facts)
    for client in facts.clients:
        created: Callable[[], State] = partial(dict, name=client.name, tags=tags(client))
        yield Done(set_up, client.id, OWNER, "CREATED", created)
        if client.id in slow:
            at = facts.seconds(slow[client.id], CALCULATED_AT)
            yield Done(at, client.id, ACCOUNTANT, "TAG_ADDED", partial(dict, tag=SLOW_TAG))
    for invoice in facts.invoices:
        client, at = invoice.order.client, facts.seconds(invoice.day, invoice.order.second)
        yield Done(at, client.id, client.seller, "TRANSACTION_ADDED", partial(_issued, facts, invoice))
    for payment in facts.payments:
        if payment.invoice and not payment.credit:
            number, at = payment.invoice.order.client.id, paid_at(facts, payment)
            yield Done(at, number, ACCOUNTANT, "PAYMENT_RECORDED", partial(_paid, payment, payment.invoice))
    for given in facts.credits:
        at = facts.seconds(given.day, RETURNS_AT)
        yield Done(at, given.invoice.order.client.id, ACCOUNTANT, "UPDATED", partial(_given, given))
    for number, note in enumerate(told(facts, config, draws), start=1):
        if note.client:
            noted: Callable[[], State] = partial(dict, noteId=number, title=note.title)
            yield Done(note.at, note.client, note.user, "NOTE_ADDED", noted)


def _issued(facts: Year, invoice: Invoice) -> State:
    number, amount = invoice_number(facts, invoice), plain(invoice.cents)
    return {"invoiceId": invoice.id, "invoiceNumber": number, "amount": amount}


def _paid(payment: Payment, invoice: Invoice) -> State:
    amount, method = plain(payment.cents), payment.method
    return {"paymentId": payment.id, "invoiceId": invoice.id, "amount": amount, "method": method}


def _given(credit: Credit) -> State:
    amount, reason = plain(credit.cents), REASONS[credit.kind]
    return {"creditId": credit.id, "invoiceId": credit.invoice.id, "amount": amount, "reason": reason}


class Logged(NamedTuple):
    """A change of a row: when, by whom, which row, what was done, the row before and after, or what makes it
    of it, and why."""

    at: int
    user: int
    entity: str
    row: int
    action: str
    before: State | Callable[[], State] | None
    after: State | Callable[[], State]
    reason: str | None = None


def audit_logs(facts: Year, config: Config, draws: Draws, days: range) -> Iterator[Row]:
    """Every change of rows that is logged, in time."""
    logged = _logged(facts, config, draws)
    for _, (number, entry) in numbered(logged, days, lambda of: facts.day_of(of[1].at)):
        before = None if entry.before is None else _as_json(entry.before)
        yield (
            number, entry.user, entry.entity, entry.row, entry.action, before, _as_json(entry.after),
            entry.reason, entry.at,
        )  # fmt: skip


def _as_json(state: State | Callable[[], State]) -> str:
    return as_json(state() if callable(state) else state)


@once
def _logged(facts: Year, config: Config, draws: Draws) -> list[tuple[int, Logged]]:
    """Every such change with its number, in time."""
    contacts = contacts_of(facts)
    found = [
        *_set_up(facts, contacts),
        *_phones(contacts),
        *_approvals(facts),
        *_invoices(facts),
        *_batches(facts),
        *_limits(facts, config),
        *_credits(facts),
        *_periods(facts, config),
    ]
    found.sort(key=lambda entry: entry.at)
    return list(zip(spaced(draws, "numbers", len(found)), found, strict=True))


def _phones(contacts: Contacts) -> Iterator[Logged]:
    """Every new telephone number of a client."""
    for change in contacts.changes:
        before, after = {"phone": change.before}, {"phone": change.after}
        yield Logged(
            change.at, change.user, "clients", change.client.id, "UPDATE", before, after, "New number"
        )


def _approvals(facts: Year) -> Iterator[Logged]:
    """The owner approves every bill above the limit, on the day on which it comes."""
    reason = f"Above {dollars(100 * facts.config.bill_approval_limit)}"
    for bill in facts.bills:
        if needs_approval(facts, bill):
            at = facts.seconds(bill.day, APPROVED_AT)
            after = {"approvedBy": OWNER, "totalAmount": plain(bill.cents)}
            yield Logged(at, OWNER, "bills", bill.id, "APPROVE", None, after, reason)


def _set_up(facts: Year, contacts: Contacts) -> Iterator[Logged]:
    at = opened(facts)
    for client in facts.clients:
        after = {"name": client.name, "phone": contacts.phone(client, at), "tags": tags(client)}
        yield Logged(at, OWNER, "clients", client.id, "CREATE", None, after)
    for product in facts.products:
        created: State = {
            "nameCanonical": product.name,
            "brandId": product.grower + 1,
            "category": product.category,
            "uomSellable": product.unit,
        }
        yield Logged(at, BUYER, "products", product.id, "CREATE", None, created)


def _invoices(facts: Year) -> Iterator[Logged]:
    """An invoice becomes overdue in the night after its due date, and is paid, in part or in full."""
    paid: dict[int, int] = {}
    is_overdue: set[int] = set()
    first = {p.invoice.id: p.day for p in reversed(facts.payments) if p.invoice is not None}
    for invoice in facts.invoices:
        if invoice.due < min(first.get(invoice.id, facts.last_day), facts.last_day):
            is_overdue.add(invoice.id)
            at = facts.seconds(invoice.due + 1, NIGHT)
            sent, overdue = {"status": "SENT"}, {"status": "OVERDUE"}
            reason = "Nothing paid by the due date"
            yield Logged(at, ACCOUNTANT, "invoices", invoice.id, "STATUS_CHANGE", sent, overdue, reason)
    for payment in facts.payments:
        if payment.invoice:
            number, cents = payment.invoice.id, paid.get(payment.invoice.id, 0)
            paid[number] = cents + payment.cents
            status = "PARTIAL" if cents else "OVERDUE" if number in is_overdue else "SENT"
            before = partial(_state, payment.invoice, cents, status)
            is_paid = paid[number] == payment.invoice.cents
            after = partial(_state, payment.invoice, paid[number], "PAID" if is_paid else "PARTIAL")
            reason = (
                f"Credit CR-{payment.credit.id:05d}" if payment.credit else f"Payment PAY-{payment.id:06d}"
            )
            at = paid_at(facts, payment)
            yield Logged(at, ACCOUNTANT, "invoices", number, "PAYMENT", before, after, reason)


def _state(invoice: Invoice, paid: int, status: str) -> State:
    """Status and amounts of an invoice."""
    return {"status": status, "amountPaid": plain(paid), "amountDue": plain(invoice.cents - paid)}


def _batches(facts: Year) -> Iterator[Logged]:
    """A batch comes, is counted, is sold out, comes back, and is closed."""
    for batch in facts.batches:
        after = {
            "code": batch_code(batch, facts),
            "productId": batch.product.id,
            "batchStatus": "LIVE",
            "onHandQty": batch.received / 100,
        }
        receiver = facts.sessions[batch.session - 1].receiver
        at = facts.seconds(batch.day, batch.second)
        yield Logged(at, receiver, "batches", batch.id, "CREATE", None, after)
    last: dict[int, Movement] = {}
    for move in facts.movements:
        last[move.batch.id] = move
        at = facts.seconds(move.day, move.second)
        if move.kind == ADJUSTMENT:
            before, after = {"onHandQty": move.before / 100}, {"onHandQty": move.after / 100}
            yield Logged(
                at, move.user, "batches", move.batch.id, "QUANTITY_ADJUSTMENT", before, after, move.reason
            )
        elif move.kind != SAMPLE and move.before and not move.after:
            yield _moved(at, move, "LIVE", "SOLD_OUT", "Last of it was sold")
        elif move.kind not in (SAMPLE, "INTAKE") and not move.before:
            yield _moved(at, move, "SOLD_OUT", "LIVE", move.reason or "Counted")
    for move in last.values():
        closed_on = move.day + CLOSED_AFTER_DAYS
        if not facts.left_on(move.batch, facts.last_day).on_hand and closed_on <= facts.last_day:
            at = facts.seconds(closed_on, NIGHT)
            closer = move._replace(user=ACCOUNTANT)
            yield _moved(at, closer, "SOLD_OUT", "CLOSED", "Nothing moved for two months")


def _moved(at: int, move: Movement, old: str, new: str, reason: str) -> Logged:
    before, after = {"batchStatus": old}, {"batchStatus": new}
    return Logged(at, move.user, "batches", move.batch.id, "STATUS_CHANGE", before, after, reason)


def _limits(facts: Year, config: Config) -> Iterator[Logged]:
    """Every change of a credit limit or of its mode."""
    for change in changes(facts, config):
        number, at = change.client.id, change.at
        if change.new_cents is not None:
            old, new = change.old_cents, change.new_cents
            before = None if old is None else {"creditLimit": plain(old)}
            action = "CREATE" if old is None else "UPDATE"
            after = {"creditLimit": plain(new)}
            yield Logged(
                at, change.user, "client_credit_limits", number, action, before, after, change.reason
            )
        elif change.kind == "MODE_CHANGED":
            before, after = {"mode": "LEARNING"}, {"mode": "ACTIVE"}
            yield Logged(
                at, change.user, "client_credit_limits", number, "UPDATE", before, after, change.reason
            )


def _credits(facts: Year) -> Iterator[Logged]:
    """Every credit that was given."""
    for given in facts.credits:
        number = invoice_number(facts, given.invoice)
        reason = f"{'Goods returned' if given.kind == RETURN else 'Quality adjustment'}, {number}"
        after = {"creditNumber": f"CR-{given.id:05d}", "creditAmount": plain(given.cents)}
        at = facts.seconds(given.day, RETURNS_AT)
        yield Logged(at, ACCOUNTANT, "credits", given.id, "CREATE", None, after, reason)


def _periods(facts: Year, config: Config) -> Iterator[Logged]:
    """Every month that was closed or locked."""
    for period in fiscal_periods(facts, config):
        number, name, *_, status, closed_at, closed_by, _, _ = period.on(facts.last_day)
        if closed_at is not None:
            before, after = {"status": "OPEN"}, {"status": status}
            reason = f"{name} is complete"
            yield Logged(
                closed_at, closed_by, "fiscalPeriods", number, "STATUS_CHANGE", before, after, reason
            )


CLIENT_ACTIVITY = projection(
    "client_activity",
    "One thing that was done for a client, at the moment of the event.",
    (
        row_id("client_activity_id", "Activity, in time."),
        refers("clients", "client_id", "The client."),
        refers("users", "user_id", "Who did it: its seller, the accountant, or on the first day the owner."),
        choice(
            "activity_type",
            (
                "CREATED",
                "UPDATED",
                "TRANSACTION_ADDED",
                "PAYMENT_RECORDED",
                "NOTE_ADDED",
                "TAG_ADDED",
                "TAG_REMOVED",
            ),
            "CREATED on the first day, then an invoice, money received, a note, a tag; UPDATED is a credit.",
        ),
        json("metadata", "The row behind it, with its amount; tags of a new client.", nullable=True),
        CREATED_AT_OPTIONAL,
    ),
    client_activity,
    "activity",
)

AUDITED = {
    "clients": "clients",
    "products": "products",
    "invoices": "invoices",
    "batches": "batches",
    "client_credit_limits": "client_credit_limits",
    "credits": "credits",
    "bills": "bills",
    "fiscalPeriods": "fiscal_periods",
}
"""Tables whose changes are logged: their names in the ERP, and here."""

AUDIT_LOGS = projection(
    "audit_logs",
    "One change of a row.",
    (
        row_id("audit_log_id", "Change, in time."),
        refers("users", "actor_id", "Who changed it.", "actorId"),
        choice("entity", tuple(AUDITED), "The table.", "varchar(50)"),
        refers_to_any("entity_id", "entity", AUDITED, "The row."),
        choice(
            "action",
            ("CREATE", "UPDATE", "STATUS_CHANGE", "PAYMENT", "QUANTITY_ADJUSTMENT", "APPROVE"),
            "What was done.",
            "varchar(100)",
        ),
        text(
            "before",
            "As it was; JSON text, empty for a new row and an approval.",
            nullable=True,
        ),
        text("after", "The same as it is then; JSON text.", nullable=True),
        text("reason", "Why.", nullable=True),
        CREATED_AT,
    ),
    audit_logs,
    "activity",
    physical="auditLogs",
    naming=camel_case,
)

TABLES = (CLIENT_ACTIVITY, AUDIT_LOGS)
