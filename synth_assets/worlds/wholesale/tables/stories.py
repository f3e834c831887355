"""What people wrote down: notes about real orders, clients and goods, and what became of each note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import names, phrases
from synth_assets.worlds.wholesale.catalogue import FIRST_VENDOR, unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.days import business_day_before
from synth_assets.worlds.wholesale.intake import BUYER
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURN, RETURNS_AT, Credit, Invoice
from synth_assets.worlds.wholesale.payable import OWNER
from synth_assets.worlds.wholesale.phrases import one_of
from synth_assets.worlds.wholesale.stock import ADJUSTMENT, Batch, Movement
from synth_assets.worlds.wholesale.tables.billing import invoice_number
from synth_assets.worlds.wholesale.tables.contacts import Contacts, contacts_of
from synth_assets.worlds.wholesale.tables.dealings import dollars, paid_at, pounds, settled_on
from synth_assets.worlds.wholesale.tables.intake import batch_code
from synth_assets.worlds.wholesale.year import Year, once

ASKED_AFTER_DAYS = 15
"""The accountant writes about an invoice so many days after it was due."""

LARGE_CENTS = 20_000_00
"""The owner hears of larger ones."""

REPLIED_AFTER_DAYS, ASKED_AGAIN_DAYS = 2, 30
"""When the seller answers, and when an invoice is asked for again."""

HOUR, MINUTE = 3_600, 60


class Step(NamedTuple):
    """Something done to a note.

    Attributes:
        at: when, seconds since 1970-01-01.
        user: who did it.
        kind: an activity type.
        detail: what is said in its metadata.
    """

    at: int
    user: int
    kind: str
    detail: dict[str, Any]


class Comment(NamedTuple):
    """A comment on a note.

    Attributes:
        at, user, text: when, who and what.
        answers: place among the note's comments of the one that it answers; None for none.
        resolved_at: when it was marked as resolved; None for never.
    """

    at: int
    user: int
    text: str
    answers: int | None = None
    resolved_at: int | None = None


class Note(NamedTuple):
    """A note.

    Attributes:
        at, user: when it was written, and by whom.
        title, lines, tags: what it says.
        template: its template.
        client: whom it is about, 0 for nobody.
        steps: what was done to it later, in time, without comments.
        comments: in time.
    """

    at: int
    user: int
    title: str
    lines: list[str]
    tags: list[str]
    template: str
    client: int = 0
    steps: tuple[Step, ...] = ()
    comments: tuple[Comment, ...] = ()


@once
def notes(facts: Year, config: Config, draws: Draws) -> list[Note]:
    """All notes, in time."""
    contacts = contacts_of(facts)
    found = [
        *_introductions(facts, contacts, draws),
        *_claims(facts, draws),
        *_late(facts, contacts, draws),
        *_harvest(facts, config, draws),
        *_meetings(facts, config),
        *_losses(facts),
    ]
    return sorted(found, key=lambda note: (note.at, note.user, note.title))


def said(facts: Year, day: int) -> str:
    """A day as people write it: March 5."""
    date = facts.window.dates[day]
    return f"{date:%B} {date.day}"


def _shared(note: Note, *users: int) -> Step:
    return Step(note.at + MINUTE, note.user, "SHARED", {"sharedWith": list(users)})


def _introductions(facts: Year, contacts: Contacts, draws: Draws) -> Iterator[Note]:
    """Who each client is: written by the seller at the first order."""
    first: dict[int, Invoice] = {}
    for invoice in facts.invoices:
        first.setdefault(invoice.order.client.id, invoice)
    drawn = unit_draws(draws, "introductions", len(facts.clients) + 1)
    for client_id, invoice in first.items():
        client, (habit, way, _, _) = invoice.order.client, drawn[client_id]
        at = facts.seconds(invoice.day, invoice.order.second) + 20 * MINUTE
        lines = [
            f"Contact: {client.contact}, {contacts.phone(client, at)}. {one_of(phrases.WAYS, way)}",
            f"Usual terms: {client.terms.replace('_', ' ')}; consignment order by order.",
            one_of(phrases.LARGE_HABITS if client.is_whale else phrases.HABITS, habit),
            f"First order on {said(facts, invoice.day)}: {dollars(invoice.cents)}, mostly "
            f"{_largest(invoice).product.name}.",
        ]
        if client.vendor:
            lines.append("Also brings us its own harvest, so keep purchases and sales apart.")
        yield Note(
            at, client.seller, f"About {client.name}", lines, ["client", "contact"], "CUSTOM", client.id
        )


def _largest(invoice: Invoice) -> Batch:
    """The batch of an order's largest line."""
    return max(invoice.order.lines, key=lambda line: line.total_cents).batch


def _claims(facts: Year, draws: Draws) -> Iterator[Note]:
    """Every return, and every second complaint about quality."""
    drawn = unit_draws(draws, "claims", len(facts.credits) + 1)
    for given in facts.credits:
        which, told, later, answer = drawn[given.id]
        if given.kind == RETURN:
            yield _returned(facts, given, which)
        elif told < 0.5:
            yield _complained(facts, given, which, later, answer)


def _returned(facts: Year, given: Credit, which: float) -> Note:
    order, client = given.invoice.order, given.invoice.order.client
    number, reason = invoice_number(facts, given.invoice), one_of(phrases.RETURN_REASONS, which)
    goods = ", ".join(
        f"{pounds(line.quantity)} {line.batch.product.unit.lower()} {line.batch.product.name}"
        for line in order.lines
    )
    lines = [
        f"{client.contact} sent back the whole of {number}: {reason}.",
        f"Returned: {goods}. All of it is back in its batches.",
        f"Credit CR-{given.id:05d} of {dollars(given.cents)} settles the invoice.",
    ]
    at = facts.seconds(given.day, RETURNS_AT) + 25 * MINUTE
    title = f"Return of {number}, {client.name}"
    note = Note(at, client.seller, title, lines, ["return", "client"], "CUSTOM", client.id)
    check = Comment(
        at + 30 * MINUTE, 8, "Weighed everything back in, weights match the ticket.", None, at + 40 * MINUTE
    )
    return note._replace(steps=(_shared(note, ACCOUNTANT, 8),), comments=(check,))


def _complained(facts: Year, given: Credit, which: float, later: float, answer: float) -> Note:
    client = given.invoice.order.client
    number, reason = invoice_number(facts, given.invoice), one_of(phrases.REFUND_REASONS, which)
    lines = [
        f"{client.contact} about {number} of {said(facts, given.invoice.day)}: {reason}.",
        f"It is about {_largest(given.invoice).product.name}. They keep the goods.",
        f"Agreed on {dollars(given.cents)} back, as a credit for the next invoice.",
    ]
    at = facts.seconds(given.day, RETURNS_AT) + 5 * MINUTE + int(later * 30 * MINUTE)
    title = f"Quality claim on {number}, {client.name}"
    note = Note(at, client.seller, title, lines, ["quality", "client"], "CUSTOM", client.id)
    grower = names.GROWERS[_largest(given.invoice).product.grower]
    text = one_of(phrases.QUALITY_ANSWERS, answer).format(grower=grower)
    answered = business_day_after(facts, given.day + 1)
    reply = Comment(facts.seconds(answered, 8 * HOUR + int(later * 3 * HOUR)), BUYER, text)
    is_over = answered > facts.last_day
    return note._replace(steps=(_shared(note, BUYER),), comments=() if is_over else (reply,))


def _late(facts: Year, contacts: Contacts, draws: Draws) -> Iterator[Note]:
    """Invoices that are long overdue: the accountant asks, the seller answers, until they are paid."""
    paid_on = settled_on(facts)
    paid: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for payment in facts.payments:
        if payment.invoice is not None:
            paid[payment.invoice.id].append((payment.day, payment.cents))
    drawn = unit_draws(draws, "late", len(facts.invoices) + 1)
    for invoice in facts.invoices:
        day = business_day_after(facts, invoice.due + ASKED_AFTER_DAYS)
        done = paid_on.get(invoice.id, facts.last_day + 1)
        if day <= min(facts.last_day, done):
            left = invoice.cents - sum(cents for on, cents in paid[invoice.id] if on < day)
            at = facts.seconds(day, 9 * HOUR + int(drawn[invoice.id][0] * 2 * HOUR))
            reached = f"{invoice.order.client.contact}, {contacts.phone(invoice.order.client, at)}"
            yield _asked(facts, invoice, reached, at, left, done, drawn[invoice.id])


def _asked(
    facts: Year, invoice: Invoice, reached: str, at: int, left: int, done: int, drawn: list[float]
) -> Note:
    """A note about an invoice: whom it reached and when; it was paid on the day `done`."""
    client, (_, promise, later, _), day = invoice.order.client, drawn, facts.day_of(at)
    lines = [
        f"{dollars(left)} of {dollars(invoice.cents)} on {invoice_number(facts, invoice)} is open, due since "
        f"{said(facts, invoice.due)}.",
        f"Statement sent to {reached}.",
    ]
    title = f"{invoice_number(facts, invoice)} is {day - invoice.due} days past due, {client.name}"
    note = Note(at, ACCOUNTANT, title, lines, ["collections", "client"], "CUSTOM", client.id)
    is_large = left >= LARGE_CENTS
    steps = [_shared(note, client.seller, *[OWNER] * is_large)]
    if is_large:
        steps.append(Step(at + 2 * MINUTE, ACCOUNTANT, "PINNED", {}))
    comments = []
    replied = business_day_after(facts, day + REPLIED_AFTER_DAYS)
    if replied < min(done, facts.last_day + 1):
        text = one_of(phrases.PROMISES, promise).format(name=client.contact.split()[0])
        comments.append(
            Comment(facts.seconds(replied, 10 * HOUR + int(later * 6 * HOUR)), client.seller, text)
        )
    again = business_day_after(facts, day + ASKED_AGAIN_DAYS)
    if again < min(done, facts.last_day + 1):
        again_at = facts.seconds(again, 9 * HOUR + int(later * HOUR))
        past_due = again - invoice.due
        steps.append(Step(again_at, ACCOUNTANT, "UPDATED", {"daysPastDue": past_due}))
        text = f"Still open, {past_due} days past due. Asked for a payment plan in writing."
        comments.append(Comment(again_at + 5 * MINUTE, ACCOUNTANT, text, 0))
    if done <= facts.last_day:
        done_at = paid_at(facts, facts.last_payment[invoice.id]) + 15 * MINUTE
        comments.append(Comment(done_at, ACCOUNTANT, f"Paid in full on {said(facts, done)}. Closing this."))
        if is_large:
            steps.append(Step(done_at + MINUTE, ACCOUNTANT, "UNPINNED", {}))
        steps.append(Step(done_at + 2 * MINUTE, ACCOUNTANT, "ARCHIVED", {}))
        comments = [comment._replace(resolved_at=done_at) for comment in comments]
    return note._replace(steps=tuple(steps), comments=tuple(comments))


def business_day_after(facts: Year, day: int) -> int:
    """The first business day on or after a day; it may lie after the books."""
    while day <= facts.last_day and not facts.window.is_business[day]:
        day += 1
    return day


def _harvest(facts: Year, config: Config, draws: Draws) -> Iterator[Note]:
    """What each grower brought in a quarter, and what it says of the next."""
    brought: dict[tuple[int, int], list[Batch]] = defaultdict(list)
    ends = [span.stop - 1 for span in facts.months][2::3]
    quarter = 0
    for batch in facts.batches:
        while quarter < len(ends) and batch.day > ends[quarter]:
            quarter += 1
        brought[quarter, batch.vendor].append(batch)
    drawn = unit_draws(draws, "harvest", (len(ends) + 1) * len(names.GROWERS))
    for (quarter, vendor), batches in brought.items():
        if quarter == len(ends) or business_day_before(facts.window, ends[quarter]) > facts.last_day:
            continue
        grower, day = vendor - FIRST_VENDOR, ends[quarter]
        what, hour, _, _ = drawn[quarter * len(names.GROWERS) + grower]
        flower = sum(batch.received for batch in batches if batch.product.unit == "LB")
        cost = sum(batch.cost_cents(batch.received) for batch in batches)
        best = max(batches, key=lambda batch: (batch.received, -batch.id)).product.name
        lines = [
            f"{len(batches)} batches this quarter, {pounds(flower)} lb of flower, {dollars(cost)} at cost.",
            f"Largest: {best}.",
            one_of(phrases.HARVEST_TALK[facts.window.dates[day].month % 12 // 3], what),
        ]
        at = facts.seconds(business_day_before(facts.window, day), 13 * HOUR + int(hour * 4 * HOUR))
        title = f"Harvest talk with {names.GROWERS[grower]}"
        note = Note(at, BUYER, title, lines, ["harvest", "grower"], "MEETING_NOTES")
        yield note._replace(
            steps=(Step(at, BUYER, "TEMPLATE_APPLIED", {"template": "MEETING_NOTES"}), _shared(note, OWNER))
        )


def _meetings(facts: Year, config: Config) -> Iterator[Note]:
    """What the owner noted after each month: sales, large clients and overdue money."""
    paid_on = settled_on(facts)
    spans = facts.months
    starts = [span.start for span in spans]
    sold, large = [0] * len(spans), [0] * len(spans)
    month = 0
    for invoice in facts.invoices:
        while month + 1 < len(starts) and invoice.day >= starts[month + 1]:
            month += 1
        sold[month] += invoice.cents
        large[month] += invoice.cents * invoice.order.client.is_whale
    late: list[Invoice] = []
    place = 0
    in_time = sorted(facts.invoices, key=lambda invoice: (invoice.due, invoice.id))
    for month, span in enumerate(spans[:-1]):
        day = business_day_after(facts, span.stop)
        while place < len(in_time) and in_time[place].due < day:
            late.append(in_time[place])
            place += 1
        late = [invoice for invoice in late if paid_on.get(invoice.id, day) >= day]
        if day > facts.last_day:
            return
        whole = sum(invoice.cents for invoice in late)
        name = f"{facts.window.dates[span.start]:%B}"
        compared = ""
        if month:
            more = 100 * sold[month] / sold[month - 1] - 100
            compared = f", {abs(more):.1f} % {'more' if more >= 0 else 'less'} than the month before"
        lines = [
            f"{name}: sold {dollars(sold[month])}{compared}.",
            f"Whales took {100 * large[month] / max(sold[month], 1):.0f} % of it.",
            f"{len(late)} invoices are past due, {dollars(whole)} in all before part payments.",
            "Sellers go through their overdue clients with Lena this week.",
        ]
        at = facts.seconds(day, 9 * HOUR)
        note = Note(at, OWNER, f"Sales meeting, {name} in review", lines, ["meeting"], "MEETING_NOTES")
        comment = Comment(at + 90 * MINUTE, ACCOUNTANT, "List of overdue invoices is printed for everyone.")
        yield note._replace(
            steps=(
                Step(at, OWNER, "TEMPLATE_APPLIED", {"template": "MEETING_NOTES"}),
                _shared(note, 2, 3, 4, ACCOUNTANT),
            ),
            comments=(comment,),
        )


def _losses(facts: Year) -> Iterator[Note]:
    """Batches that lost half a per cent or more as they dried."""
    for movement in facts.movements:
        if movement.kind == ADJUSTMENT and -movement.change * 200 >= movement.batch.received:
            yield _lost(facts, movement)


def _lost(facts: Year, movement: Movement) -> Note:
    batch = movement.batch
    share = -100 * movement.change / batch.received
    lines = [
        f"Counted {pounds(movement.after)} lb where {pounds(movement.before)} lb should be: "
        f"{pounds(-movement.change)} lb gone, {share:.2f} % of what came.",
        f"Bags were dry to the touch. Written off {dollars(batch.cost_cents(-movement.change))} at cost.",
    ]
    at = facts.seconds(movement.day, movement.second) + 10 * MINUTE
    title = f"Moisture loss, {batch.product.name}, {batch_code(batch, facts)}"
    note = Note(at, movement.user, title, lines, ["stock", "count"], "CUSTOM")
    return note._replace(steps=(_shared(note, BUYER),))
