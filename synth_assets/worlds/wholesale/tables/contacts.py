"""Clients' telephone numbers: which changed when, and who wrote the new one down."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.catalogue import Client, unit_draws
from synth_assets.worlds.wholesale.growth import stratum_of
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.dealings import client_of, paid_at
from synth_assets.worlds.wholesale.year import Year, once

CHANGES_A_MONTH = 0.08
"""Chance that a client has a new number in a month: one a year for most [D]."""

BY_SELLER = 0.6
"""Share of changes that the client's seller writes down; the accountant writes down the others [D]."""

BEFORE_PAYMENT_DAYS = 3
"""Who records payments changes nothing of a client in so many days before one."""

FROM, TO = 9 * 3_600, 17 * 3_600
"""When numbers are written down, seconds of the day."""


class PhoneChange(NamedTuple):
    """A client has another telephone number: when, who wrote it down, and both numbers."""

    at: int
    client: Client
    user: int
    before: str
    after: str


class Contacts:
    """The telephone numbers of all clients."""

    def __init__(self, facts: Year) -> None:
        self.changes = _changes_forward(facts) if facts.config.grows else _changes(facts)
        """In time."""
        self.of_client: dict[int, list[PhoneChange]] = defaultdict(list)
        """The same by the number of the client."""
        for change in self.changes:
            self.of_client[change.client.id].append(change)

    def phone(self, client: Client, at: int) -> str:
        """A client's number at a moment, seconds since 1970-01-01."""
        changes = self.of_client[client.id]
        later = (change.before for change in changes if change.at > at)
        return next(later, changes[-1].after if changes else client.phone)


@once
def contacts_of(facts: Year) -> Contacts:
    """The telephone numbers of all clients."""
    return Contacts(facts)


def receipts_of_clients(facts: Year) -> dict[int, list[tuple[int, Payment]]]:
    """What each client paid in money, with the moment at which it was recorded, in time."""
    paid: dict[int, list[tuple[int, Payment]]] = defaultdict(list)
    for payment in facts.payments:
        client = client_of(payment)
        if client and not payment.credit:
            paid[client.id].append((paid_at(facts, payment), payment))
    for of_client in paid.values():
        of_client.sort(key=lambda recorded: (recorded[0], recorded[1].id))
    return paid


def next_receipt(facts: Year, paid: list[tuple[int, Payment]], at: int) -> Payment | None:
    """The first payment after a moment, if it is recorded within BEFORE_PAYMENT_DAYS days."""
    last_day = facts.day_of(at) + BEFORE_PAYMENT_DAYS
    return next((payment for when, payment in paid if when > at and payment.day <= last_day), None)


@once
def _planned(facts: Year) -> list[tuple[int, Client, int]]:
    """When who writes a new number of which client down. Nobody does in the last days of a year of a history,
    as nobody knows what is paid in the next."""
    draws = facts.draws.of("telephone numbers")
    drawn = unit_draws(draws, "changes", len(facts.months) * len(facts.clients))
    paid = receipts_of_clients(facts)
    more = facts.config.decoy_rates.changed_by_its_seller
    planned = []
    for place, (whether, who, when, second) in enumerate(drawn):
        month, client = facts.months[place // len(facts.clients)], facts.clients[place % len(facts.clients)]
        day = month.start + int(when * len(month))
        if whether >= CHANGES_A_MONTH + more or not facts.window.is_business[day]:
            continue
        if facts.config.grows and day + BEFORE_PAYMENT_DAYS not in stratum_of(facts.config, day):
            continue
        at = facts.seconds(day, FROM + int(second * (TO - FROM)))
        is_paid_soon = next_receipt(facts, paid[client.id], at) is not None
        if whether >= CHANGES_A_MONTH and not is_paid_soon:
            continue
        planned.append((at, client, client.seller if who < BY_SELLER or is_paid_soon else ACCOUNTANT))
    return planned


def _changes_forward(facts: Year) -> list[PhoneChange]:
    """Every change by the last day of a history, in time; the first number of each client is its own."""
    planned = sorted(_planned(facts.planned), key=lambda plan: plan[0])
    numbers = iter(names.phones(facts.draws.of("telephone numbers"), "later numbers", 2 * len(planned)))
    found: list[PhoneChange] = []
    before: dict[int, str] = {client.id: client.phone for client in facts.clients}
    for at, client, user in planned:
        after = next(number for number in numbers if number != before[client.id])
        if facts.day_of(at) <= facts.last_day:
            found.append(PhoneChange(at, client, user, before[client.id], after))
        before[client.id] = after
    return found


def _changes(facts: Year) -> list[PhoneChange]:
    """Every change, in time; the last number of each client is the one that it has."""
    draws, planned = facts.draws.of("telephone numbers"), _planned(facts)
    earlier = iter(names.phones(draws, "earlier numbers", 2 * len(planned)))
    found: list[PhoneChange] = []
    after: dict[int, str] = {client.id: client.phone for client in facts.clients}
    for at, client, user in sorted(planned, key=lambda plan: plan[0], reverse=True):
        before = next(number for number in earlier if number != after[client.id])
        found.append(PhoneChange(at, client, user, before, after[client.id]))
        after[client.id] = before
    return found[::-1]
