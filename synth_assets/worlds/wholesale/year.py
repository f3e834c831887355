"""The books of a scenario: everything that happened by the last day, from which every table is projected."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from operator import attrgetter
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from synth_assets.model.calendar import SECONDS_PER_DAY, Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale.bill import Bill
from synth_assets.worlds.wholesale.catalogue import Client, Product
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.edits import Edits, Fault
from synth_assets.worlds.wholesale.growth import months
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.invoice import Credit, Invoice
from synth_assets.worlds.wholesale.journal import Event
from synth_assets.worlds.wholesale.order import Order, Quote
from synth_assets.worlds.wholesale.payable import Distribution, Expense
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.sample import Sample
from synth_assets.worlds.wholesale.stock import SAMPLE, Batch, Movement

T = TypeVar("T")
Given = ParamSpec("Given")
Found = TypeVar("Found")
OfBatch = TypeVar("OfBatch", Movement, Sample)


class Happened(Protocol):
    """What has a moment, in seconds since 1970-01-01."""

    @property
    def at(self) -> int:
        """The moment."""
        ...


class Left(NamedTuple):
    """What is left of a batch on a day.

    Attributes:
        on_hand: hundredths of a pound or case.
        samples: hundredths of a gram of its samples.
        free_samples: of these, what nobody has asked for.
    """

    on_hand: int
    samples: int
    free_samples: int


@dataclass(frozen=True, eq=False)
class Year:
    """Everything that happened by the last day, from which the tables are projected.

    Attributes:
        later: the books of the whole strata, which are what is planned; None where these are they.
        known: what `once` keeps.
    """

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
    later: Year | None = None
    edits: Edits = field(default_factory=Edits)
    faults: list[list[Fault]] = field(default_factory=list)
    known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def planned(self) -> Year:
        """The books of the whole strata."""
        return self.later or self

    @cached_property
    def last_day(self) -> int:
        """The last day of the books, from 0."""
        return self.window.length - 1

    def period(self, day: int) -> int:
        """The number of the month that a day lies in, from 1."""
        return bisect_right(self.month_starts, day)

    def month_end(self, day: int) -> int:
        """The last day of the month that a day lies in."""
        return self.months[self.period(day) - 1].stop - 1

    @cached_property
    def months(self) -> list[range]:
        """The days of each month of the books; the last may go on after the last day."""
        return months(self.config, self.window)

    def epoch_day(self, day: int) -> int:
        """A day of the books as days since 1970-01-01; it may lie after the last."""
        return self.window.first + day

    def seconds(self, day: int, second: int) -> int:
        """A moment of the books as seconds since 1970-01-01."""
        return (self.window.first + day) * SECONDS_PER_DAY + second

    def day_of(self, at: int) -> int:
        """The day of the books that a moment lies in, from 0."""
        return at // SECONDS_PER_DAY - self.window.first

    def day_of_moment(self, happened: Happened) -> int:
        """The day of the books on which something happened."""
        return self.day_of(happened.at)

    @cached_property
    def payments_of(self) -> dict[int, list[Payment]]:
        """What was paid on each invoice, credits included, in time; by its number."""
        of: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.payments:
            if payment.invoice is not None:
                of[payment.invoice.id].append(payment)
        return of

    def paid_by(self, invoice: Invoice, day: int) -> int:
        """What was paid on an invoice by the evening of a day, credits included; in cents."""
        return sum(payment.cents for payment in self.payments_of.get(invoice.id, ()) if payment.day <= day)

    def last_paid(self, invoice: Invoice, day: int) -> Payment | None:
        """The last payment on an invoice by the evening of a day."""
        payments = reversed(self.payments_of.get(invoice.id, ()))
        return next((payment for payment in payments if payment.day <= day), None)

    def status_on(self, invoice: Invoice, day: int) -> str:
        """PAID, PARTIAL, OVERDUE or SENT, as an invoice stands on the evening of a day."""
        paid = self.paid_by(invoice, day)
        if paid == invoice.cents:
            return "PAID"
        if paid:
            return "PARTIAL"
        return "OVERDUE" if invoice.due < day else "SENT"

    def status_days(self, invoice: Invoice) -> list[int]:
        """The days on which an invoice comes to stand otherwise: those of its payments, and the one after it
        was due where nothing was paid by then."""
        paid = [payment.day for payment in self.payments_of.get(invoice.id, ())]
        is_overdue = not paid or paid[0] > invoice.due
        return [*paid, invoice.due + 1] if is_overdue else paid

    @cached_property
    def receipts(self) -> list[Payment]:
        """What clients paid in money."""
        return [p for p in self.payments if p.invoice is not None and p.credit is None]

    @cached_property
    def receipts_of(self) -> Counter[int]:
        """How many times each client paid in money, by its number."""
        return Counter(p.invoice.order.client.id for p in self.receipts if p.invoice is not None)

    @cached_property
    def last_payment(self) -> dict[int, Payment]:
        """The last payment of each invoice that has one, by its number."""
        return {payment.invoice.id: payment for payment in self.payments if payment.invoice is not None}

    @cached_property
    def terms_of(self) -> dict[int, set[str]]:
        """The terms that each client's orders have, by its number."""
        terms: dict[int, set[str]] = defaultdict(set)
        for order in self.orders:
            terms[order.client.id].add(order.terms)
        return terms

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

    @cached_property
    def moves_of(self) -> dict[int, list[Movement]]:
        """The movements of each batch, in time, by its number: first its intake."""
        return _of_batches(self.movements)

    @cached_property
    def stock_moves_of(self) -> dict[int, list[Movement]]:
        """The same without those of its samples."""
        return {
            batch: [move for move in moves if move.kind != SAMPLE] for batch, moves in self.moves_of.items()
        }

    @cached_property
    def samples_of(self) -> dict[int, list[Sample]]:
        """The samples that were asked for of each batch, in time, by its number."""
        return _of_batches(self.samples)

    def left_on(self, batch: Batch, day: int) -> Left:
        """What is left of a batch on the evening of a day."""
        last = last_by(self.stock_moves_of[batch.id], day)
        sent = asked = 0
        for sample in self.samples_of.get(batch.id, ()):
            if sample.day <= day:
                has_ended = sample.end <= day
                sent += sample.grams if has_ended and not sample.is_cancelled else 0
                asked += 0 if has_ended and sample.is_cancelled else sample.grams
        brought = batch.samples_brought
        return Left(last.after if last else 0, brought - sent, brought - asked)


def once(function: Callable[Concatenate[Year, Given], Found]) -> Callable[Concatenate[Year, Given], Found]:
    """A function that works something out from books: once for the same books, and what else it is given.

    What it gives is shared by all who ask, and not to be changed.
    """

    @wraps(function)
    def known(facts: Year, /, *args: Given.args, **kwargs: Given.kwargs) -> Found:
        key = function, args, tuple(kwargs.items())
        if key not in facts.known:
            facts.known[key] = function(facts, *args, **kwargs)
        found: Found = facts.known[key]
        return found

    return known


def numbered(
    items: Sequence[T], days: range, day: Callable[[T], int] = attrgetter("day")
) -> Iterator[tuple[int, T]]:
    """Those of some items, in order of the days on which they came, that came on some days; each with its
    place among all, from 1."""
    first, end = (bisect_left(items, edge, key=day) for edge in (days.start, days.stop))
    return enumerate(items[first:end], start=first + 1)


def _of_batches(items: Iterable[OfBatch]) -> dict[int, list[OfBatch]]:
    """Movements or samples by the number of their batch, in their order."""
    of: dict[int, list[OfBatch]] = defaultdict(list)
    for item in items:
        of[item.batch.id].append(item)
    return of


def last_by(items: Sequence[T], day: int, day_of: Callable[[T], int] = attrgetter("day")) -> T | None:
    """The last of some items, in time, that came by the evening of a day."""
    place = bisect_right(items, day, key=day_of)
    return items[place - 1] if place else None
