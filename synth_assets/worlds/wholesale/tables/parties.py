"""Users, clients and vendors."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import curves, names
from synth_assets.worlds.wholesale.catalogue import FIRST_VENDOR, Client, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    NOW,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    count,
    decimal,
    flag,
    json,
    moment,
    money,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURNS_AT, Invoice
from synth_assets.worlds.wholesale.payable import PAID_ON
from synth_assets.worlds.wholesale.tables.contacts import contacts_of
from synth_assets.worlds.wholesale.tables.dealings import (
    CALCULATED_AT,
    as_json,
    dollars,
    opened,
    paid_at,
    settled,
    settled_on,
    slow_payers,
)
from synth_assets.worlds.wholesale.tables.ledger import POSTED_AT
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, once

STANDARD_PROFILE, KEY_PROFILE = 1, 2
"""Pricing profiles of regular clients and of whales."""

VOLUME_RULE_IDS = (1, 2, 3)
"""Pricing rules for large orders: all that growers have, who buy without a profile."""

LEAVES_FROM, LEAVES_UP_TO = 19 * 3_600, 20 * 3_600
"""When people stop working, seconds of the day."""


def users(facts: Year, draws: Draws) -> Iterator[Life]:
    """The staff; each was last active on the last business day, or later where the journal says so."""
    set_up = opened(facts)
    drawn = unit_draws(draws, "leaves", len(names.STAFF))
    for place, ((name, role), (left, *_)) in enumerate(zip(names.STAFF, drawn, strict=True)):
        number = place + 1
        active = _active(facts, number, LEAVES_FROM + int(left * (LEAVES_UP_TO - LEAVES_FROM)))
        first = (
            number, f"user_{draws.words('open id', number).item():016x}", name, email(name, names.DOMAIN),
            "email" if role == "warehouse" else "google", "admin" if role == "owner" else "user", set_up,
        )  # fmt: skip
        yield Life(0, [facts.day_of(at) for at in active], partial(_user, facts, first, active))


def _user(facts: Year, first: Row, active: list[int], day: int) -> Row:
    at = active[bisect_left(active, facts.seconds(day + 1, 0)) - 1]
    return *first, at, at


def _active(facts: Year, user: int, leaves: int) -> list[int]:
    """When a user, who leaves at a second of each business day, was last active on each day, in time; the
    first day counts as one of business."""
    days, is_business = range(facts.window.length), facts.window.is_business
    moments = [facts.seconds(day, leaves) for day in days if day == 0 or is_business[day]]
    moments += _recorded(facts).get(user, ())
    if user == ACCOUNTANT:
        moments += [facts.seconds(day, CALCULATED_AT) for day in days]
    last = {facts.day_of(at): at for at in sorted(moments)}
    return list(last.values())


@once
def _recorded(facts: Year) -> dict[int, set[int]]:
    """The moments at which each user posted or moved something."""
    of: dict[int, set[int]] = defaultdict(set)
    for event in facts.events:
        of[event.user].add(facts.seconds(event.day, POSTED_AT))
    for move in facts.movements:
        of[move.user].add(facts.seconds(move.day, move.second))
    return of


def email(person: str, domain: str) -> str:
    """A person's e-mail address at a domain."""
    return f"{person.lower().replace(' ', '.')}@{domain}"


def clients(facts: Year, config: Config) -> Iterator[Life]:
    """The clients, with the figures that their card shows."""
    figures = _figures(facts)
    slow = slow_payers(facts)
    for client in facts.clients:
        of_client, slow_on = figures[client.id], slow.get(client.id)
        changes = _debt_days(facts, of_client).union(figure.day for figure in of_client)
        if slow_on is not None:
            changes.add(slow_on)
        yield Life(0, changes, partial(_client, facts, config, client, of_client, slow_on))


class _Figures(NamedTuple):
    """What a client has done by a day on which it did something, and what it owes.

    Attributes:
        day: the day; of several of the same day, the last counts.
        revenue, profit, owed: in cents.
        since: when the oldest invoice was issued that is not paid in full; None for none.
        updated: when it last ordered, paid, was given a credit or had a new telephone number.
    """

    day: int
    revenue: int
    profit: int
    owed: int
    since: int | None
    updated: int


def _client(
    facts: Year, config: Config, client: Client, of_client: list[_Figures], slow_on: int | None, day: int
) -> Row:
    of = of_client[bisect_right(of_client, day, key=attrgetter("day")) - 1]
    number = client.id
    prefix, place = ("WHL", number) if client.is_whale else ("REG", number - config.num_whales)
    phone = contacts_of(facts).phone(client, facts.seconds(day + 1, 0) - 1)
    is_slow = slow_on is not None and slow_on <= day
    is_grower = bool(client.vendor)
    profile = None if is_grower else KEY_PROFILE if client.is_whale else STANDARD_PROFILE
    custom = [{"ruleId": rule, "priority": rule} for rule in VOLUME_RULE_IDS] if is_grower else None
    margin = round(100 * of.profit / of.revenue, 2) if of.revenue else 0.0
    oldest = 0 if of.since is None else day - of.since
    return (
        number, f"{prefix}-{place:03d}", client.name, None, phone, None, True, is_grower, is_grower, False,
        False, as_json(tags(client) + [SLOW_TAG] * is_slow), profile, custom and as_json(custom), "NONE", 0.0,
        False, of.revenue, of.profit, margin, of.owed, oldest, opened(facts), of.updated,
    )  # fmt: skip


def _figures(facts: Year) -> dict[int, list[_Figures]]:
    """The figures of each client in time, by its number."""
    paid_on = settled_on(facts)
    found = {client.id: [_Figures(0, 0, 0, 0, None, opened(facts))] for client in facts.clients}
    unpaid: dict[int, deque[Invoice]] = defaultdict(deque)
    for at, client_id, issued, more in sorted(_happened(facts), key=lambda of: of[0]):
        day, last, of_client = facts.day_of(at), found[client_id][-1], unpaid[client_id]
        revenue, profit = last.revenue, last.profit
        if issued:
            of_client.append(issued)
            revenue += issued.cents
            profit += issued.cents - issued.order.cost_cents
        while of_client and paid_on.get(of_client[0].id, day + 1) <= day:
            of_client.popleft()
        since = of_client[0].day if of_client else None
        found[client_id].append(_Figures(day, revenue, profit, last.owed + more, since, at))
    return found


def _happened(facts: Year) -> Iterator[tuple[int, int, Invoice | None, int]]:
    """What moves a client's card: when, the client's number, the invoice where one was issued, and what more
    the client owes."""
    for invoice in facts.invoices:
        at = facts.seconds(invoice.day, invoice.order.second)
        yield at, invoice.order.client.id, invoice, invoice.cents
    last_payment = settled(facts)
    for payment in facts.payments:
        if payment.invoice:
            is_last = last_payment.get(payment.invoice.id) is payment
            paid = payment.invoice.cents if is_last else 0
            yield paid_at(facts, payment), payment.invoice.order.client.id, None, -paid
    for given in facts.credits:
        yield facts.seconds(given.day, RETURNS_AT), given.invoice.order.client.id, None, 0
    for change in contacts_of(facts).changes:
        yield change.at, change.client.id, None, 0


def _debt_days(facts: Year, of_client: list[_Figures]) -> set[int]:
    """The days on which a client's oldest debt is a day older."""
    ends = [*(figure.day for figure in of_client[1:]), facts.last_day]
    spans = zip(of_client, ends, strict=True)
    return {day for of, end in spans if of.since is not None for day in range(of.day, end + 1)}


SLOW_TAG = "slow payer"
"""Tag of a client that pays slowly, added when that is clear."""


def tags(client: Client) -> list[str]:
    """The tags that a client had from the first day on."""
    kind = "whale" if client.is_whale else "regular"
    return [kind, f"contact:{client.contact}", f"terms:{client.terms}", *["grower"] * bool(client.vendor)]


def vendors(facts: Year, config: Config, draws: Draws) -> Iterator[Life]:
    """Growers, then suppliers of services."""
    taken = {client.contact for client in facts.clients}
    every = names.people(draws, "contacts", len(names.FIRST_NAMES) * len(names.LAST_NAMES))
    contacts = [name for name in every if name not in taken] or every
    phones = names.phones(draws, "phones", len(names.GROWERS) + len(names.SUPPLIERS))
    buyers = {client.vendor: client for client in facts.clients if client.vendor}
    for place, name in enumerate((*names.GROWERS, *(name for name, _ in names.SUPPLIERS))):
        number = FIRST_VENDOR + place
        buyer = buyers.get(number)
        contact = buyer.contact if buyer else contacts[place % len(contacts)]
        domain = "".join(filter(str.isalnum, name.lower())) + ".example"
        supplier = place - len(names.GROWERS)
        notes = _grower_notes(facts, place) if supplier < 0 else _supplier_notes(config, supplier)
        numbers = _numbers(facts, buyer) if buyer else [(opened(facts), phones[place])]
        first = number, name, contact, email(contact, domain)
        yield Life(0, [facts.day_of(at) for at, _ in numbers], partial(_vendor, facts, first, numbers, notes))


def _vendor(facts: Year, first: Row, numbers: list[tuple[int, str]], notes: str, day: int) -> Row:
    end = facts.seconds(day + 1, 0)
    updated, phone = next(number for number in reversed(numbers) if number[0] < end)
    return *first, phone, notes, opened(facts), updated


def _numbers(facts: Year, buyer: Client) -> list[tuple[int, str]]:
    """A client's telephone numbers in time, each with the moment from which on it is known."""
    contacts, set_up = contacts_of(facts), opened(facts)
    later = ((change.at, change.after) for change in contacts.of_client[buyer.id])
    return [(set_up, contacts.phone(buyer, set_up)), *later]


def _supplier_notes(config: Config, supplier: int) -> str:
    """What is bought from a supplier, and when it is paid."""
    category = names.SUPPLIERS[supplier][1]
    monthly = config.monthly_expenses.model_dump()[category]
    days = " and ".join("the last day" if day == 31 else f"day {day}" for day in PAID_ON[category])
    return (
        f"{category.capitalize()}: {dollars(100 * monthly)} a month, paid on {days} of the month or the "
        "business day before."
    )


def _grower_notes(facts: Year, grower: int) -> str:
    """What a grower brings, and how it is paid."""
    grown = {product.tier for product in facts.products if product.grower == grower}
    *most, last = [str(tier) for tier in curves.TIERS if tier in grown] or ["no"]
    grown_in_words = f"{', '.join(most)} and {last}" if most else last
    return (
        f"Brings {grown_in_words} flower on Tuesdays and Thursdays. Consigned goods are billed at the end of "
        "each half-month in which they were sold and paid two weeks later. Also buys from us."
    )


USERS = projection(
    "users",
    "One user of the system.",
    (
        row_id("user_id", "User."),
        text("open_id", "Name of the account at the login service.", "varchar(64)", is_unique=True),
        text("name", "First and last name.", nullable=True),
        text("email", "Address at the company's own domain.", "varchar(320)", nullable=True),
        choice("login_method", ("google", "email"), "How the user signs in.", "varchar(64)", nullable=True),
        choice("role", ("user", "admin"), "What the user may do; the owner is admin.", default="user"),
        CREATED_AT,
        UPDATED_AT,
        moment("last_signed_in_at", "Last activity, up to the last day.", NOW, "lastSignedIn"),
    ),
    users,
    "workspace",
    naming=camel_case,
    rules=(Rule("a user was last active after being set up", "last_signed_in_at >= created_at"),),
    states=("last_signed_in_at",),
)

CLIENTS = projection(
    "clients",
    "One client; the growers among the vendors are clients too.",
    (
        row_id("client_id", "Client; large ones come first."),
        text("teri_code", "Code: WHL for large clients, REG for all others.", "varchar(50)", is_unique=True),
        text("name", "Name of the company.", "varchar(255)"),
        text("email", "Address; none is kept.", "varchar(255)", nullable=True),
        text("phone", "Telephone number of the contact.", "varchar(50)", nullable=True),
        text("address", "Postal address; none is kept.", nullable=True),
        flag("is_buyer", "Whether it buys; all do.", default="false", nullable=True),
        flag("is_seller", "Whether it also sells to us, as a grower.", default="false", nullable=True),
        flag("is_brand", "Whether it has a brand in the catalogue.", default="false", nullable=True),
        flag("is_referee", "Whether it brings other clients; none does.", default="false", nullable=True),
        flag("is_contractor", "Whether it works for us; none does.", default="false", nullable=True),
        json("tags", "Words: whale or regular, contact, usual terms, grower, slow payer.", nullable=True),
        refers(
            "pricing_profiles",
            "pricing_profile_id",
            "Its price rules; empty for growers, who have rules of their own.",
            nullable=True,
        ),
        json("custom_pricing_rules", "Price rules of a client without a profile.", nullable=True),
        choice(
            "cogs_adjustment_type",
            ("NONE", "PERCENTAGE", "FIXED_AMOUNT"),
            "How the cost of goods is changed for it; never.",
            default="NONE",
            physical="cogsAdjustmentType",
            nullable=True,
        ),
        decimal("cogs_adjustment_value", "By how much; 0.", "decimal(10,4)", "0", nullable=True),
        flag(
            "is_consignment_deferred",
            "Whether consigned goods are owed only once resold; for nobody.",
            default="false",
            physical="auto_defer_consignment",
            nullable=True,
        ),
        money("total_spent_cents", "All its invoices.", default="0", nullable=True),
        money("total_profit_cents", "Its orders less their cost.", default="0", nullable=True),
        decimal("avg_profit_margin", "Profit in per cent of its orders.", default="0", nullable=True),
        money(
            "total_owed_cents",
            "Its invoices that are not paid in full, each with its whole amount.",
            default="0",
            nullable=True,
        ),
        count(
            "oldest_debt_days", "Days since the oldest of them was issued; 0 for none.", "0", nullable=True
        ),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    clients,
    "parties",
    rules=(Rule("old debt is debt", "(oldest_debt_days > 0) <= (total_owed_cents > 0)"),),
    states=(
        "phone",
        "tags",
        "total_spent_cents",
        "total_profit_cents",
        "avg_profit_margin",
        "total_owed_cents",
        "oldest_debt_days",
    ),
)

VENDORS = projection(
    "vendors",
    "One vendor: a grower or a supplier of services.",
    (
        row_id("vendor_id", "Vendor; no client has its number."),
        text("name", "Name of the company.", "varchar(255)", is_unique=True),
        text("contact_name", "Whom to ask for.", "varchar(255)", nullable=True),
        text("contact_email", "The contact's e-mail address.", "varchar(320)", nullable=True),
        text("contact_phone", "The contact's telephone number.", "varchar(50)", nullable=True),
        text("notes", "What is bought, and how it is paid.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    vendors,
    "parties",
    naming=camel_case,
    states=("contact_phone",),
)

TABLES = (USERS, VENDORS, CLIENTS)
