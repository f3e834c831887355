"""Payables: what growers, suppliers and owners are paid.

Growers send a bill at the end of each half-month for the consigned goods that were sold in it, and are paid
two weeks later, 21 days after the sale on average. Goods that were bought are billed on delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves, names
from synth_assets.worlds.wholesale.bill import Bill, BillLine
from synth_assets.worlds.wholesale.catalogue import FIRST_VENDOR, spaced, spaced_within_days, unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.days import business_day_before, half_month
from synth_assets.worlds.wholesale.growth import months
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURN, Credit, Invoice
from synth_assets.worlds.wholesale.journal import (
    CASH,
    CONSIGNMENT,
    EQUITY,
    EXPENSES,
    PAYABLE,
    Journal,
    balance,
    credit,
    debit,
)
from synth_assets.worlds.wholesale.payment import Payment

OWNER = 1
"""The user to whom the business belongs: sets prices and weights, approves, puts cash in and takes it out."""

PAID_ON = {"rent": (1,), "insurance": (5,), "utilities": (12,), "marketing": (20,), "payroll": (15, 31)}
"""Days of a month on which expenses are paid, or the business day before; payroll in two halves."""


class Expense(NamedTuple):
    """What running the business costs.

    Attributes:
        id: from 1, in time.
        day: when it was paid.
        category: a key of `monthly_expenses`.
        vendor: who was paid.
        cents: how much.
    """

    id: int
    day: int
    category: str
    vendor: int
    cents: int


class Distribution(NamedTuple):
    """Cash that the owners take out: number, day and cents."""

    id: int
    day: int
    cents: int


def bills(
    draws: Draws,
    window: Window,
    journal: Journal,
    sessions: list[Session],
    invoices: list[Invoice],
    credits: list[Credit],
) -> list[Bill]:
    """Bills of growers in time, posted: what is owed for consigned goods is then owed on a bill."""
    asked = [*_consigned(window, invoices, credits), *_bought(sessions)]
    asked.sort(key=lambda bill: (bill.day, bill.vendor, bill.session))
    numbers = spaced_within_days(draws, "bill numbers", [bill.day for bill in asked])
    numbered = [bill._replace(id=number) for number, bill in zip(numbers, asked, strict=True)]
    for bill in numbered:
        if not bill.session:
            journal.record(
                bill.day,
                "bill",
                bill.id,
                debit(CONSIGNMENT, bill.cents),
                credit(PAYABLE, bill.cents),
                user=ACCOUNTANT,
                party=bill.vendor,
                cents=bill.cents,
                memo=f"Bill {bill.id}",
            )
    return numbered


def _consigned(window: Window, invoices: list[Invoice], credits: list[Credit]) -> Iterator[Bill]:
    """A bill for each grower and half-month: what was sold of its batches and did not come back."""
    returned = {given.invoice.id for given in credits if given.kind == RETURN}
    ends = {half_month(window, day): day for day in range(window.length)}
    sold: dict[tuple[int, int], dict[int, BillLine]] = {}
    for invoice in invoices:
        for line in invoice.order.lines if invoice.id not in returned else ():
            if line.batch.is_consigned:
                lines = sold.setdefault((ends[half_month(window, invoice.day)], line.batch.vendor), {})
                before = lines.get(line.batch.id, BillLine(line.batch, 0))
                lines[line.batch.id] = BillLine(line.batch, before.quantity + line.quantity)
    for (day, vendor), lines in sold.items():
        in_order = [lines[batch] for batch in sorted(lines)]
        yield Bill(0, vendor, day, day + curves.BILL_DAYS, "CONSIGNMENT", in_order, 0)


def _bought(sessions: list[Session]) -> Iterator[Bill]:
    """A bill for each delivery that was bought, on its day."""
    for session in sessions:
        if session.terms != "CONSIGNMENT":
            lines = [BillLine(batch, batch.received) for batch in session.batches]
            due = session.day + curves.DAYS_OF[session.terms]
            yield Bill(0, session.vendor, session.day, due, session.terms, lines, session.id)


def paid(draws: Draws, window: Window, owed: list[Bill], last: int) -> Iterator[Payment]:
    """Payments of bills by the last day, on the due date or the business day before; some are forgotten for a
    while."""
    drawn = unit_draws(draws, "bills", len(owed))
    low, high = curves.FORGOTTEN_DAYS
    for bill, (whether, much, _, _) in zip(owed, drawn, strict=True):
        late = low + int(much * (high - low + 1)) if whether < curves.FORGOTTEN_SHARE else 0
        day = max(bill.day, business_day_before(window, bill.due + late))
        if day <= last:
            yield Payment(0, day, bill.cents, "ACH", bill=bill)


def expenses(config: Config, draws: Draws, window: Window, journal: Journal) -> list[Expense]:
    """What running the business costs, paid and posted."""
    monthly = config.monthly_expenses.model_dump()
    first = FIRST_VENDOR + len(names.GROWERS)
    supplier = {category: first + place for place, (_, category) in enumerate(names.SUPPLIERS)}
    planned = sorted(
        (
            max(span.start, business_day_before(window, min(span.start + day, span.stop) - 1)),
            category,
            100 * monthly[category] // len(days),
        )
        for span in months(config, window)
        for category, days in PAID_ON.items()
        for day in days
    )
    numbers = spaced(draws, "expense numbers", len(planned))
    found = [
        Expense(number, day, category, supplier[category], cents)
        for number, (day, category, cents) in zip(numbers, planned, strict=True)
        if cents
    ]
    for expense in found:
        journal.record(
            expense.day,
            "expense",
            expense.id,
            debit(EXPENSES, expense.cents),
            credit(CASH, expense.cents),
            user=ACCOUNTANT,
            party=expense.vendor,
            cents=expense.cents,
            memo=expense.category.title(),
        )
    return found


def distributions(config: Config, window: Window, journal: Journal) -> list[Distribution]:
    """Ten days after each quarter the owners take out a part of the cash beyond what they put in."""
    moved = [0] * window.length
    for event in journal.events:
        moved[event.day] += balance([event], CASH)
    cash = list(accumulate(moved))
    spans = months(config, window)
    found: list[Distribution] = []
    for quarter in range(0, len(spans) - 3, 3):
        day = business_day_before(window, spans[quarter + 3].start + 10)
        spare = cash[day] - sum(before.cents for before in found) - 100 * config.opening_cash
        cents = int(max(spare, 0) * curves.DISTRIBUTION_SHARE) // 100_000 * 100_000
        if cents:
            found.append(Distribution(len(found) + 1, day, cents))
            journal.record(
                day,
                "distribution",
                len(found),
                debit(EQUITY, cents),
                credit(CASH, cents),
                user=OWNER,
                cents=cents,
                memo="Distribution to the owners",
            )
    return found


def open_books(config: Config, journal: Journal) -> None:
    """The owners put in the first cash."""
    cents = 100 * config.opening_cash
    journal.record(
        0,
        "opening",
        1,
        debit(CASH, cents),
        credit(EQUITY, cents),
        user=OWNER,
        cents=cents,
        memo="Opening cash",
    )
