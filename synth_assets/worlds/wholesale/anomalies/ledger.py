"""Faults of the general ledger: what is not posted, does not balance, or stands in the wrong place."""

from __future__ import annotations

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import TRIVIAL, VERY_HARD
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day, within
from synth_assets.worlds.wholesale.anomalies.papers import event_legs, free_posting
from synth_assets.worlds.wholesale.edits import Change, Copy, Edit, Fault, Remove
from synth_assets.worlds.wholesale.invoice import Invoice
from synth_assets.worlds.wholesale.journal import ACCOUNTS, INVENTORY, Event
from synth_assets.worlds.wholesale.tables.ledger import LEGS_A_POSTING, REFERENCES
from synth_assets.worlds.wholesale.year import Year

LARGE_CENTS = 1_000_000
"""Round entries are multiples of $10,000."""


def paper(event: Event) -> tuple[str, int]:
    """What the ledger calls the paper behind an event."""
    return REFERENCES[event.kind], event.subject


# --- invoice without posting --------------------------------------------------------------------------


def invoices(year: Year) -> list[Invoice]:
    """Every invoice."""
    return year.invoices


def invoice_without_posting(year: Year, invoice: Invoice, drawn: list[float]) -> Fault:
    """An invoice is issued, and neither its sale nor its cost is posted."""
    edits: list[Edit] = [Remove("ledger_entries", {"reference_type": "INVOICE", "reference_id": invoice.id})]
    order = year.order_ids[invoice.id]
    return Fault(invoice.id, order, invoice.cents, 0, invoice.cents, edits, paper=("INVOICE", invoice.id))


# --- unbalanced entry ---------------------------------------------------------------------------------


def payment_postings(year: Year) -> list[Event]:
    """Postings of payments: received, sent, or made with a credit."""
    return [event for event in year.events if REFERENCES[event.kind] == "PAYMENT"]


def unbalanced_entry(year: Year, event: Event, drawn: list[float]) -> Fault | None:
    """Two neighbouring digits of the debit or the credit are swapped, so that they differ."""
    place = int(drawn[1] * len(event.legs))
    leg = event.legs[place]
    side, cents = ("debit_cents", leg.debit_cents) if leg.debit_cents else ("credit_cents", leg.credit_cents)
    digits = str(cents)
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1] and (i or digits[1] != "0")]
    if not places:
        return None
    i = places[int(drawn[0] * len(places))]
    swapped = int(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :])
    number = event_legs(event)[place]
    edits: list[Edit] = [Change("ledger_entries", {"ledger_entry_id": number}, {side: swapped})]
    difference = abs(swapped - cents)
    column = f"ledger_entries.{side}"
    return Fault(number, event.subject, cents, swapped, difference, edits, VERY_HARD, paper(event), column)


# --- backdated entry ----------------------------------------------------------------------------------


def expenses_after_the_first_month(year: Year) -> list[Event]:
    """Postings of expenses, but for the first month."""
    return [event for event in year.events if event.kind == "expense" and year.period(event.day) > 1]


def backdated_entry(year: Year, event: Event, drawn: list[float]) -> Fault:
    """An expense is posted to the month before, though it was recorded later."""
    day = event.day - year.window.dates[event.day].day - within(0, 9, drawn[0])
    edits: list[Edit] = [
        Change(
            "ledger_entries", {"ledger_entry_id": number},
            {"entry_date": year.epoch_day(day), "fiscal_period_id": year.period(day)},
        )
        for number in event_legs(event)
    ]  # fmt: skip
    number, right, wrong = event_legs(event)[0], year.period(event.day) * 100, year.period(day) * 100
    return Fault(number, event.subject, right, wrong, event.cents, edits, TRIVIAL, paper(event))


# --- expense booked as inventory ----------------------------------------------------------------------


def expenses(year: Year) -> list[Event]:
    """Postings of expenses."""
    return [event for event in year.events if event.kind == "expense"]


def expense_as_inventory(year: Year, event: Event, drawn: list[float]) -> Fault:
    """An expense is booked as goods, which lifts the profit and the stock's value."""
    inventory = next(place for place, account in enumerate(ACCOUNTS, start=1) if account.number == INVENTORY)
    number = event_legs(event)[0]
    edits: list[Edit] = [Change("ledger_entries", {"ledger_entry_id": number}, {"account_id": inventory})]
    return Fault(number, event.subject, 600_000, 130_000, event.cents, edits, paper=paper(event))


# --- round entry by hand at a month's end -------------------------------------------------------------


def month_ends(year: Year) -> list[Event]:
    """The first sale that was posted in each month."""
    first: dict[int, Event] = {}
    for event in year.events:
        if event.kind == "invoice":
            first.setdefault(year.period(event.day), event)
    return list(first.values())


def round_manual_entry(year: Year, event: Event, drawn: list[float]) -> Fault | None:
    """Sales of a round amount are written by hand on the last day of a month, without any paper."""
    day = year.month_end(event.day)
    if day > year.last_day:
        return None
    posting = free_posting(year, day, drawn[1])
    if not posting:
        return None
    cents = LARGE_CENTS * within(1, 9, drawn[0])
    numbers = event_legs(event)
    edits: list[Edit] = [
        Copy(
            "ledger_entries", {"ledger_entry_id": numbers[leg]},
            {
                "ledger_entry_id": LEGS_A_POSTING * (posting - 1) + leg + 1,
                "entry_number": f"JE-{posting:06d}-{leg + 1}", "entry_date": year.epoch_day(day),
                "debit_cents": cents * (leg == 0), "credit_cents": cents * (leg == 1),
                "description": None, "reference_type": "EQUITY", "reference_id": None,
                "is_manual": True,
                "fiscal_period_id": year.period(day), "posted_at": year.seconds(day, 68_400),
                "created_at": year.seconds(day, 68_400),
            },
            day,
        )
        for leg in (0, 1)
    ]  # fmt: skip
    number = LEGS_A_POSTING * (posting - 1) + 1
    return Fault(number, year.period(day), 0, cents, cents, edits, shown_on=day)


OF_EXPENSES = ("ledger_entries.reference_type", "ledger_entries.is_manual")
"""Only entries of expenses can be at fault so, and they are few and written by hand."""

KINDS = (
    Kind(
        Anomaly(
            "invoice_without_posting",
            "invoice",
            "An invoice is issued and not posted.",
            column="ledger_entries.ledger_entry_id",
        ),
        invoices,
        invoice_without_posting,
        on=its_day,
        changes=("ledger_entries",),
    ),
    Kind(
        Anomaly(
            "unbalanced_entry",
            "ledger_entry",
            "Two digits of an amount are swapped, so a posting does not balance; one leg hardly shows it.",
            column="ledger_entries.debit_cents",
            other_columns=("ledger_entries.credit_cents",),
        ),
        payment_postings,
        unbalanced_entry,
        on=its_day,
        changes=("ledger_entries",),
    ),
    Kind(
        Anomaly(
            "backdated_entry",
            "ledger_entry",
            "An expense is posted to the month before it was recorded, before what has a lower number.",
            column="ledger_entries.entry_date",
            shows_in=("ledger_entries.entry_date", "ledger_entries.fiscal_period_id", *OF_EXPENSES),
        ),
        expenses_after_the_first_month,
        backdated_entry,
        on=its_day,
        changes=("ledger_entries",),
    ),
    Kind(
        Anomaly(
            "expense_as_inventory",
            "ledger_entry",
            "An expense is booked as inventory.",
            column="ledger_entries.account_id",
            shows_in=OF_EXPENSES,
        ),
        expenses,
        expense_as_inventory,
        on=its_day,
        changes=("ledger_entries",),
    ),
    Kind(
        Anomaly(
            "round_manual_entry",
            "ledger_entry",
            "Round sales are written by hand on a month's last day.",
            column="ledger_entries.ledger_entry_id",
            shows_in=("ledger_entries.reference_type", "ledger_entries.reference_id empty"),
        ),
        month_ends,
        round_manual_entry,
        on=its_day,
        changes=("ledger_entries",),
    ),
)
