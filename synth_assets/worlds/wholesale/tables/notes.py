"""Notes: what people wrote, whom it is about, comments, what was done to it, and to-dos."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    choice,
    flag,
    json,
    moment,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.growth import weeks
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.invoice import Invoice
from synth_assets.worlds.wholesale.tables.billing import invoice_number
from synth_assets.worlds.wholesale.tables.dealings import as_json, dollars, pounds
from synth_assets.worlds.wholesale.tables.intake import batch_code, session_number
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.tables.stories import Comment, Note, Step, business_day_after, notes, said
from synth_assets.worlds.wholesale.year import Year, numbered, once

STORIES = "notes"
"""The draws from which all tables about notes tell the same."""

TODO_FROM, TODO_UP_TO = 9 * 3_600, 16 * 3_600
"""When people write down what is to be done, seconds of the day."""

DONE_WITHIN = 1_800, 5_400
"""To-dos are done so many seconds later, at least and at most, or on the next business day."""


def told(facts: Year, config: Config, draws: Draws) -> list[Note]:
    """All notes, in time; note n is the n-th."""
    return notes(facts, config, draws.of(STORIES))


def freeform_notes(facts: Year, config: Config, draws: Draws) -> Iterator[Life]:
    """The notes, as they were left."""
    for number, note in enumerate(told(facts, config, draws), start=1):
        later = [*(step.at for step in note.steps), *(comment.at for comment in note.comments)]
        changes = [facts.day_of(at) for at in later]
        yield Life(facts.day_of_moment(note), changes, partial(_note, facts, number, note))


def _note(facts: Year, number: int, note: Note, day: int) -> Row:
    end = facts.seconds(day + 1, 0)
    steps = [step for step in note.steps if step.at < end]
    kinds = [step.kind for step in steps]
    shared = [user for step in steps if step.kind == "SHARED" for user in step.detail["sharedWith"]]
    updated = max([note.at, *(step.at for step in steps)])
    viewed = max([updated, *(comment.at for comment in note.comments if comment.at < end)])
    return (
        number, note.user, note.title, as_json(_document(note.lines)), note.template, as_json(note.tags),
        kinds.count("PINNED") > kinds.count("UNPINNED"), "ARCHIVED" in kinds, as_json(shared), note.at,
        updated, viewed,
    )  # fmt: skip


def _document(lines: list[str]) -> dict[str, object]:
    """Lines as the editor stores them."""
    return {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


def client_notes(facts: Year, config: Config, draws: Draws) -> Iterator[Row]:
    """Notes that are about a client."""
    about = [(n, note) for n, note in enumerate(told(facts, config, draws), start=1) if note.client]
    for number, (note_number, note) in enumerate(about, start=1):
        yield number, note.client, note_number, note.at


def numbered_comments(told: list[Note]) -> list[tuple[int, int, Comment]]:
    """Every comment in time, with the number of its note and its place there."""
    found = [
        (number, place, comment)
        for number, note in enumerate(told, start=1)
        for place, comment in enumerate(note.comments)
    ]
    return sorted(found, key=lambda entry: (entry[2].at, entry[0], entry[1]))


def note_comments(facts: Year, config: Config, draws: Draws) -> Iterator[Life]:
    """What others said to a note; an answer names the comment that it answers."""
    found = numbered_comments(told(facts, config, draws))
    ids = {(note, place): number for number, (note, place, _) in enumerate(found, start=1)}
    for number, (note, _, comment) in enumerate(found, start=1):
        parent = None if comment.answers is None else ids[note, comment.answers]
        changes = [] if comment.resolved_at is None else [facts.day_of(comment.resolved_at)]
        came, first = facts.day_of_moment(comment), (number, note, comment.user, comment.text, parent)
        yield Life(came, changes, partial(_comment, facts, first, comment))


def _comment(facts: Year, first: Row, comment: Comment, day: int) -> Row:
    is_resolved = comment.resolved_at is not None and facts.day_of(comment.resolved_at) <= day
    updated = comment.resolved_at if is_resolved else comment.at
    return *first, is_resolved, comment.at, updated


def note_activity(facts: Year, config: Config, draws: Draws, days: range) -> Iterator[Row]:
    """What was done to notes, in time."""
    steps = note_steps(facts, config, draws.of(STORIES))
    for number, (note, step) in numbered(steps, days, lambda of: facts.day_of(of[1].at)):
        metadata = as_json(step.detail) if step.detail else None
        yield number, note, step.user, step.kind, metadata, step.at


@once
def note_steps(facts: Year, config: Config, draws: Draws) -> list[tuple[int, Step]]:
    """What was done to notes, in time, each with the number of its note."""
    every = told(facts, config, draws)
    found = [
        (number, step)
        for number, note in enumerate(every, start=1)
        for step in (Step(note.at, note.user, "CREATED", {"title": note.title}), *note.steps)
    ]
    found += [
        (note, Step(comment.at, comment.user, "COMMENTED", {"commentId": number}))
        for number, (note, _, comment) in enumerate(numbered_comments(every), start=1)
    ]
    return sorted(found, key=lambda entry: (entry[1].at, entry[0]))


def scratch_pad_notes(facts: Year, draws: Draws) -> Iterator[Life]:
    """To-dos: one a week and user, about what happened on that day; what is done late on a day shows as done
    on the next."""
    for number, todo in enumerate(sorted(_todos(facts, draws)), start=1):
        done_on = facts.day_of(todo.done_at)
        seen_on = done_on + (todo.done_at > facts.seconds(done_on, TODO_UP_TO))
        yield Life(facts.day_of_moment(todo), [seen_on], partial(_pad_note, number, todo, seen_on))


def _pad_note(number: int, todo: _ToDo, seen_on: int, day: int) -> Row:
    is_done = seen_on <= day
    done_at = todo.done_at if is_done else None
    return number, todo.user, todo.content, is_done, todo.at, done_at or todo.at, done_at


class _ToDo(NamedTuple):
    """What somebody has to do: since when, who, what, and when it is done."""

    at: int
    user: int
    content: str
    done_at: int


def _todos(facts: Year, draws: Draws) -> Iterator[_ToDo]:
    invoices: dict[int, list[Invoice]] = {}
    for invoice in facts.invoices:
        invoices.setdefault(invoice.day, []).append(invoice)
    sessions: dict[int, list[Session]] = {}
    for session in facts.sessions:
        sessions.setdefault(session.day, []).append(session)
    spans = weeks(facts.config)
    drawn = unit_draws(draws, "to-dos", len(spans) * len(names.STAFF))
    for week, span in enumerate(spans):
        for place, (_, role) in enumerate(names.STAFF):
            which, hour, what, done = drawn[week * len(names.STAFF) + place]
            days = [day for day in span if facts.window.is_business[day]]
            days = [day for day in days if day in sessions] if role == "warehouse" else days
            if days:
                day, user = days[int(which * len(days))], place + 1
                second = TODO_FROM + int(hour * (TODO_UP_TO - TODO_FROM))
                at = facts.seconds(day, second)
                content = _todo(facts, role, user, day, invoices.get(day, []), sessions.get(day, []), what)
                low, high = DONE_WITHIN
                done_at = at + low + int(done / 0.7 * (high - low))
                if done >= 0.7:
                    done_at = facts.seconds(business_day_after(facts, day + 1), second)
                yield _ToDo(at, user, content, done_at)


def _todo(
    facts: Year, role: str, user: int, day: int, invoices: list[Invoice], sessions: list[Session], what: float
) -> str:
    """What somebody of a role has to do on a day."""
    own = [invoice for invoice in invoices if invoice.order.client.seller == user] or invoices
    invoice = own[int(what * len(own))] if own else None
    first = [client for client in facts.clients if client.seller == user] or facts.clients
    client = invoice.order.client if invoice else first[int(what * len(first))]
    name = client.contact.split()[0]
    if role == "warehouse":
        session = sessions[int(what * len(sessions))]
        batch = session.batches[int(what * 7) % len(session.batches)]
        tasks = (
            f"Label {batch_code(batch, facts)} and put it behind the older batch",
            f"Weigh {batch_code(batch, facts)} again, ticket says {pounds(batch.received)} and is smudged",
            f"Clear rack space for {session_number(session, facts)}",
        )
    elif role == "accounting":
        tasks = (
            f"Statement to {client.name}",
            f"File signed ticket of {invoice_number(facts, invoice)}" if invoice else "File signed tickets",
            f"Ask {name} at {client.name} how they will pay, check or ACH",
        )
    elif role == "buying":
        product = facts.products[int(what * len(facts.products))]
        grower = names.GROWERS[product.grower]
        tasks = (
            f"Ask {grower} what they have of {product.name}",
            f"Lab report for {product.name} to {grower}",
            f"Text {grower} the Thursday slot",
        )
    elif role == "sales":
        sold = invoice.order.lines[0].batch.product.name if invoice else "the new indoor"
        tasks = (
            f"Call {name} at {client.name} about {sold}",
            f"Menu to {name}, {client.name}, with photos",
            f"Ask {name} when the next order comes",
        )
    else:
        tasks = (
            f"Thank {name} at {client.name} in person",
            f"Ask Lena what is due after {said(facts, day)}",
            f"Go over the price of {dollars(invoice.cents)} for {client.name}"
            if invoice
            else "Plan next week",
        )
    return tasks[int(what * 11) % len(tasks)]


FREEFORM_NOTES = projection(
    "freeform_notes",
    "One note that a user wrote.",
    (
        row_id("freeform_note_id", "Note."),
        refers("users", "user_id", "Who wrote it."),
        text("title", "What it is about.", "varchar(500)", "Untitled Note"),
        json("content", "The editor's document: paragraphs of text.", nullable=True),
        choice(
            "template_type",
            ("TO_DO", "MEETING_NOTES", "BRAINSTORM", "GOALS", "MESSAGE_BOARD", "CUSTOM"),
            "What it was started from.",
            "varchar(100)",
            nullable=True,
        ),
        json("tags", "Words to find it by.", nullable=True),
        flag("is_pinned", "Whether it is kept on top.", default="false"),
        flag("is_archived", "Whether it was put away, as an overdue invoice was paid.", default="false"),
        json("shared_with", "Numbers of the users who may read it.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
        moment("last_viewed_at", "When it was last opened: the last change or comment.", nullable=True),
    ),
    freeform_notes,
    "workspace",
    naming=camel_case,
    rules=(Rule("a note is opened last after its last change", "last_viewed_at >= updated_at"),),
    states=(
        "is_pinned",
        "is_archived",
        "last_viewed_at",
    ),
)

CLIENT_NOTES = projection(
    "client_notes",
    "One note about a client.",
    (
        row_id("client_note_id", "Pair of client and note."),
        refers("clients", "client_id", "The client."),
        refers("freeform_notes", "note_id", "The note."),
        CREATED_AT_OPTIONAL,
    ),
    client_notes,
    "workspace",
)

NOTE_COMMENTS = projection(
    "note_comments",
    "One comment on a note.",
    (
        row_id("note_comment_id", "Comment."),
        refers("freeform_notes", "note_id", "The note."),
        refers("users", "user_id", "Who wrote it: the author, or one of those it is shared with."),
        text("content", "What it says."),
        refers("note_comments", "parent_comment_id", "The comment that it answers.", nullable=True),
        flag("is_resolved", "Whether it is settled.", default="false"),
        CREATED_AT,
        UPDATED_AT,
    ),
    note_comments,
    "workspace",
    naming=camel_case,
    rules=(Rule("an answer is later than what it answers", "parent_comment_id < note_comment_id"),),
    states=("is_resolved",),
)

NOTE_ACTIVITY = projection(
    "note_activity",
    "One thing that was done to a note.",
    (
        row_id("note_activity_id", "Activity."),
        refers("freeform_notes", "note_id", "The note."),
        refers("users", "user_id", "Who did it."),
        choice(
            "activity_type",
            (
                "CREATED",
                "UPDATED",
                "COMMENTED",
                "SHARED",
                "ARCHIVED",
                "RESTORED",
                "PINNED",
                "UNPINNED",
                "TEMPLATE_APPLIED",
            ),
            "What was done.",
        ),
        json("metadata", "Title, comment, users or template.", nullable=True),
        CREATED_AT,
    ),
    note_activity,
    "workspace",
    naming=camel_case,
)

SCRATCH_PAD_NOTES = projection(
    "scratch_pad_notes",
    "One thing that a user has to do.",
    (
        row_id("scratch_pad_note_id", "To-do."),
        refers("users", "user_id", "Whose it is."),
        text("content", "What is to be done."),
        flag("is_completed", "Whether it is done.", default="false"),
        CREATED_AT,
        UPDATED_AT,
        moment("completed_at", "When it was done.", nullable=True),
    ),
    scratch_pad_notes,
    "dashboards",
    naming=camel_case,
    rules=(Rule("what is done has a time", "is_completed = (completed_at IS NOT NULL)"),),
    states=(
        "is_completed",
        "completed_at",
    ),
)

TABLES = (FREEFORM_NOTES, CLIENT_NOTES, NOTE_COMMENTS, NOTE_ACTIVITY, SCRATCH_PAD_NOTES)
