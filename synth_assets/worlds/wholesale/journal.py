"""The journal: everything that happened, in order, each event with the legs that it posts.

An event is true. The tables are projections of events; a paper may lie, the journal does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Account(NamedTuple):
    """A ledger account.

    Attributes:
        number, name: as in the chart of accounts.
        kind: ASSET, LIABILITY, EQUITY, REVENUE or EXPENSE.
        normal: the side on which it grows, DEBIT or CREDIT.
        parent: number of the account that it is part of.
        description: what is posted to it.
    """

    number: str
    name: str
    kind: str
    normal: str
    parent: str | None
    description: str


ACCOUNTS = (
    Account("1000", "Cash", "ASSET", "DEBIT", None, "Money in the bank."),
    Account("1200", "Accounts Receivable", "ASSET", "DEBIT", None, "What clients owe on invoices."),
    Account("1300", "Inventory", "ASSET", "DEBIT", None, "Goods in stock at cost, consigned ones included."),
    Account("2000", "Accounts Payable", "LIABILITY", "CREDIT", None, "What vendors have billed."),
    Account(
        "2100", "Customer Credits", "LIABILITY", "CREDIT", "2000", "Credits that clients have not used yet."
    ),
    Account(
        "2200",
        "Consignment Payable",
        "LIABILITY",
        "CREDIT",
        "2000",
        "Consigned goods that are in stock, or sold and not billed by the vendor yet.",
    ),
    Account("3000", "Owner's Equity", "EQUITY", "CREDIT", None, "What the owners put in and took out."),
    Account("4000", "Product Sales", "REVENUE", "CREDIT", None, "Invoiced sales."),
    Account("4100", "Sales Returns", "REVENUE", "DEBIT", "4000", "Returned goods and refunds for quality."),
    Account("5000", "Cost of Goods Sold", "EXPENSE", "DEBIT", None, "Cost of what was sold, oldest first."),
    Account("5100", "Bad Debt Expense", "EXPENSE", "DEBIT", "5000", "Receivables written off."),
    Account("6000", "Operating Expenses", "EXPENSE", "DEBIT", None, "Rent, payroll and the like."),
)
CASH, RECEIVABLE, INVENTORY, PAYABLE, CREDITS, CONSIGNMENT = "1000", "1200", "1300", "2000", "2100", "2200"
EQUITY, SALES, RETURNS, COST_OF_GOODS, BAD_DEBT, EXPENSES = "3000", "4000", "4100", "5000", "5100", "6000"


class Leg(NamedTuple):
    """One line of a posting: an account, and cents on one side."""

    account: str
    debit_cents: int
    credit_cents: int


def debit(account: str, cents: int) -> Leg:
    """A leg on the left."""
    return Leg(account, cents, 0)


def credit(account: str, cents: int) -> Leg:
    """A leg on the right."""
    return Leg(account, 0, cents)


@dataclass(slots=True)
class Event:
    """Something that happened.

    Attributes:
        day: day of the books, from 0.
        kind: a word, for example "invoice".
        subject: number of the row that records it: the invoice, the payment, the movement.
        user: who recorded it.
        party: the client or vendor, 0 for nobody.
        cents: the amount; 0 where there is none.
        legs: what it posts; debits equal credits.
        memo: what the ledger says about it.
        number: place in time, from 1; given at the end.
    """

    day: int
    kind: str
    subject: int
    user: int
    party: int
    cents: int
    legs: tuple[Leg, ...]
    memo: str
    number: int = 0


@dataclass
class Journal:
    """Events as they are recorded, and in time at the end."""

    events: list[Event] = field(default_factory=list)

    def record(
        self,
        day: int,
        kind: str,
        subject: int,
        *legs: Leg,
        user: int,
        party: int = 0,
        cents: int = 0,
        memo: str = "",
    ) -> Event:
        """Add an event; ValueError when its legs do not balance."""
        posted = tuple(leg for leg in legs if leg.debit_cents or leg.credit_cents)
        if sum(leg.debit_cents - leg.credit_cents for leg in posted):
            raise ValueError(f"{kind} {subject} does not balance: {posted}")
        event = Event(day, kind, subject, user, party, cents, posted, memo)
        self.events.append(event)
        return event

    def in_time(self, numbers: Sequence[int]) -> list[Event]:
        """All events by day, those of a day as they were recorded; each gets its number."""
        ordered = sorted(self.events, key=lambda event: event.day)
        for event, number in zip(ordered, numbers, strict=True):
            event.number = number
        return ordered

    def of(self, *kinds: str) -> Iterator[Event]:
        """The events of some kinds, as they were recorded."""
        return (event for event in self.events if event.kind in kinds)


def balance(events: Iterable[Event], account: str) -> int:
    """Debits less credits of an account, in cents."""
    return sum(
        leg.debit_cents - leg.credit_cents for event in events for leg in event.legs if leg.account == account
    )
