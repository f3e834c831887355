"""The books, day by day: growers bring goods, clients order, invoices go out, some goods come back; then what
was owed is paid, and every event is posted in time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from synth_assets.model.calendar import SECONDS_PER_DAY, Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import catalogue, curves, payable
from synth_assets.worlds.wholesale.catalogue import Client, Product, spaced, unit_draws
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.demand import QUARTER, Demand, Inquiry, inquiries, months, plan
from synth_assets.worlds.wholesale.edits import Edits, Fault
from synth_assets.worlds.wholesale.intake import Intake, Session, most_batches
from synth_assets.worlds.wholesale.invoice import RETURN, Billing, Credit, Invoice, claims
from synth_assets.worlds.wholesale.journal import (
    COST_OF_GOODS,
    INVENTORY,
    Event,
    Journal,
    credit,
    debit,
)
from synth_assets.worlds.wholesale.order import Desk, Order, Quote, quoted
from synth_assets.worlds.wholesale.payable import Distribution, Expense
from synth_assets.worlds.wholesale.payment import Bill, Payment, received, record, settle
from synth_assets.worlds.wholesale.sample import Sample, SampleCounter, Wish, led_to, wishes
from synth_assets.worlds.wholesale.stock import Batch, Movement, Stock

COUNTER, COUNTED_AT = 7, 18 * 3_600
"""The user who counts stock, and when, seconds of the day."""


Planned = TypeVar("Planned", Demand, Inquiry, Wish)


@dataclass(frozen=True, eq=False)
class Year:
    """Everything that happened, from which the tables are projected."""

    window: Window
    clients: list[Client]
    products: list[Product]
    sessions: list[Session]
    batches: list[Batch]
    movements: list[Movement]
    orders: list[Order]
    quotes: list[Quote]
    samples: list[Sample]
    invoices: list[Invoice]
    credits: list[Credit]
    bills: list[Bill]
    payments: list[Payment]
    expenses: list[Expense]
    distributions: list[Distribution]
    events: list[Event]
    month_starts: list[int]
    config: Config
    draws: Draws
    edits: Edits = field(default_factory=Edits)
    faults: list[list[Fault]] = field(default_factory=list)

    @property
    def last_day(self) -> int:
        """The last day of the books, from 0."""
        return self.window.length - 1

    def period(self, day: int) -> int:
        """The number of the month that a day lies in, from 1."""
        return bisect_right(self.month_starts, day)

    def month_end(self, day: int) -> int:
        """The last day of the month that a day lies in."""
        number = self.period(day)
        return self.month_starts[number] - 1 if number < len(self.month_starts) else self.last_day

    def epoch_day(self, day: int) -> int:
        """A day of the books as days since 1970-01-01; it may lie after the last."""
        return self.window.first + day

    def seconds(self, day: int, second: int) -> int:
        """A moment of the books as seconds since 1970-01-01."""
        return self.epoch_day(day) * SECONDS_PER_DAY + second

    def day_of(self, at: int) -> int:
        """The day of the books that a moment lies in, from 0."""
        return at // SECONDS_PER_DAY - self.window.first

    def status(self, invoice: Invoice) -> str:
        """PAID, PARTIAL, OVERDUE or SENT, as an invoice stands on the last day."""
        paid = self.paid_cents[invoice.id]
        if paid == invoice.cents:
            return "PAID"
        if paid:
            return "PARTIAL"
        return "OVERDUE" if invoice.due < self.last_day else "SENT"

    @cached_property
    def last_payment(self) -> dict[int, Payment]:
        """The last payment of each invoice that has one, by its number."""
        return {payment.invoice.id: payment for payment in self.payments if payment.invoice is not None}

    @cached_property
    def on_the_spot(self) -> dict[int, int]:
        """What was paid with the order on invoices of PARTIAL terms, by their number."""
        return {
            payment.invoice.id: payment.cents
            for payment in reversed(self.payments)
            if payment.invoice is not None
            and payment.invoice.order.terms == "PARTIAL"
            and payment.day == payment.invoice.day
        }

    @cached_property
    def papers(self) -> list[Order | Quote]:
        """Quotes and sales in time: a row of `orders` each, numbered from 1."""
        return sorted([*self.quotes, *self.orders], key=lambda paper: (paper.day, paper.second))

    @cached_property
    def order_ids(self) -> dict[int, int]:
        """The number in `orders` of each sale, by its number among sales."""
        return {
            paper.id: number for number, paper in enumerate(self.papers, start=1) if isinstance(paper, Order)
        }

    @cached_property
    def paid_cents(self) -> dict[int, int]:
        """What has been paid on each invoice, credits included, by its number."""
        paid: dict[int, int] = defaultdict(int)
        for payment in self.payments:
            if payment.invoice is not None:
                paid[payment.invoice.id] += payment.cents
        return paid


def simulate(config: Config, draws: Draws) -> Year:
    """The books of a scenario."""
    days = window(config)
    clients, products = catalogue.clients(config, draws), catalogue.products(config, draws)
    demands = plan(config, draws, days, clients)
    planned = claims(config, draws, days, demands)
    journal, stock = Journal(), Stock()
    intake = Intake(config, draws, days, products, stock, journal)
    desk = Desk(config, draws, stock, demands)
    billing = Billing(config, stock, journal)
    payable.open_books(config, journal)
    counter = SampleCounter(stock)
    of_day = _by_day(demands)
    asked_on = _by_day(wishes(draws, days, clients, months(config, days)))
    offered_on = _by_day(inquiries(config, draws, days, clients))
    due_back: dict[int, list[tuple[str, Invoice]]] = defaultdict(list)
    counted = unit_draws(draws, "counts", most_batches(config))
    for day in range(days.length):
        intake.arrive(day)
        for wish in asked_on[day]:
            counter.ask(wish)
        for inquiry in offered_on[day]:
            desk.offer(inquiry)
        sold: dict[str, int] = defaultdict(int)
        for order in desk.take(of_day[day], day):
            billing.issue(order)
            for line in order.lines:
                sold[line.batch.product.tier] += line.quantity
            claim = planned.get(order.id)
            if claim:
                due_back[day + claim.after].append((claim.kind, billing.invoices[-1]))
        intake.remember(sold)
        counter.send(day)
        for kind, invoice in due_back[day]:
            billing.take_back(invoice, day) if kind == RETURN else billing.refund(invoice, day)
        if days.is_business[day]:
            _count(stock, journal, counted, day)
    bills = payable.bills(draws, days, journal, intake.sessions, billing.invoices, billing.credits)
    receipts = settle(config, draws, days, billing.invoices, billing.credits)
    payments = record(
        draws, journal, [*received(draws, receipts, billing.credits), *payable.paid(draws, days, bills)]
    )
    expenses = payable.expenses(config, draws, days, journal)
    distributions = payable.distributions(config, days, journal)
    return Year(
        days,
        clients,
        products,
        intake.sessions,
        stock.batches,
        stock.movements,
        desk.orders,
        sorted([*desk.quotes, *quoted(draws, desk.orders)], key=lambda quote: (quote.day, quote.client.id)),
        led_to(counter.samples, desk.orders),
        billing.invoices,
        billing.credits,
        bills,
        payments,
        expenses,
        distributions,
        journal.in_time(spaced(draws, "event numbers", len(journal.events))),
        [span.start for span in months(config, days)],
        config,
        draws,
    )


def _by_day(planned: Iterable[Planned]) -> dict[int, list[Planned]]:
    found: dict[int, list[Planned]] = defaultdict(list)
    for item in planned:
        found[item.day].append(item)
    return found


def _count(stock: Stock, journal: Journal, drawn: list[list[float]], day: int) -> None:
    """Flower is counted three weeks after it came: some has lost weight, some was weighed short on intake."""
    low, high = curves.SHRINK_PERCENT
    for batch in stock.received_on(day - curves.COUNTED_AFTER_DAYS):
        differs, much, _, _ = drawn[batch.id - 1]
        change = max(1, round(batch.received * (low + much * (high - low)) / 100 / QUARTER)) * QUARTER
        if batch.product.unit != "LB" or batch.on_hand <= 2 * change:
            continue
        if differs < curves.SHRINK_SHARE:
            change, reason = -change, "Moisture loss found at the count"
        elif differs < curves.SHRINK_SHARE + curves.FOUND_SHARE:
            reason = "More found at the count"
        else:
            continue
        movement = stock.count(batch, change, reason, COUNTER, day, COUNTED_AT)
        cents = batch.cost_cents(change)
        lost = debit(COST_OF_GOODS, max(-cents, 0)), credit(INVENTORY, max(-cents, 0))
        found = debit(INVENTORY, max(cents, 0)), credit(COST_OF_GOODS, max(cents, 0))
        journal.record(
            day, "adjustment", movement.id, *lost, *found, user=COUNTER, cents=abs(cents),
        )  # fmt: skip
