"""Users, clients and vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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
from synth_assets.worlds.wholesale.days import business_day_before
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, RETURNS_AT
from synth_assets.worlds.wholesale.payable import PAID_ON
from synth_assets.worlds.wholesale.tables.contacts import Contacts, contacts_of
from synth_assets.worlds.wholesale.tables.dealings import (
    CALCULATED_AT,
    as_json,
    client_of,
    dollars,
    opened,
    owed,
    paid_at,
    slow_payers,
)
from synth_assets.worlds.wholesale.tables.ledger import POSTED_AT
from synth_assets.worlds.wholesale.tables.projection import Row, projection
from synth_assets.worlds.wholesale.year import Year

STANDARD_PROFILE, KEY_PROFILE = 1, 2
"""Pricing profiles of regular clients and of whales."""

VOLUME_RULE_IDS = (1, 2, 3)
"""Pricing rules for large orders: all that growers have, who buy without a profile."""

LEAVES_FROM, LEAVES_UP_TO = 19 * 3_600, 20 * 3_600
"""When people stop working, seconds of the day."""


def users(facts: Year, draws: Draws) -> Iterator[Row]:
    """The staff; each was last active on the last business day, or later where the journal says so."""
    set_up = opened(facts)
    worked = business_day_before(facts.window, facts.last_day)
    posted = {event.user: facts.seconds(event.day, POSTED_AT) for event in facts.events}
    moved = {move.user: facts.seconds(move.day, move.second) for move in facts.movements}
    posted[ACCOUNTANT] = max(posted[ACCOUNTANT], facts.seconds(facts.last_day, CALCULATED_AT))
    drawn = unit_draws(draws, "leaves", len(names.STAFF))
    for place, ((name, role), (left, *_)) in enumerate(zip(names.STAFF, drawn, strict=True)):
        number = place + 1
        stopped = facts.seconds(worked, LEAVES_FROM + int(left * (LEAVES_UP_TO - LEAVES_FROM)))
        active = max(stopped, posted.get(number, 0), moved.get(number, 0))
        yield (
            number, f"user_{draws.words('open id', number).item():016x}", name, email(name, names.DOMAIN),
            "email" if role == "warehouse" else "google", "admin" if role == "owner" else "user", set_up,
            active, active,
        )  # fmt: skip


def email(person: str, domain: str) -> str:
    """A person's e-mail address at a domain."""
    return f"{person.lower().replace(' ', '.')}@{domain}"


def clients(facts: Year, config: Config) -> Iterator[Row]:
    """The clients, with the figures that their card shows."""
    set_up = opened(facts)
    revenue: dict[int, int] = defaultdict(int)
    profit: dict[int, int] = defaultdict(int)
    for invoice in facts.invoices:
        revenue[invoice.order.client.id] += invoice.cents
        profit[invoice.order.client.id] += invoice.cents - invoice.order.cost_cents
    gross: dict[int, int] = defaultdict(int)
    oldest: dict[int, int] = defaultdict(int)
    for invoice in owed(facts):
        client_id = invoice.order.client.id
        gross[client_id] += invoice.cents
        oldest[client_id] = max(oldest[client_id], facts.last_day - invoice.day)
    contacts = contacts_of(facts)
    updated = _updated(facts, contacts)
    slow = slow_payers(facts)
    for client in facts.clients:
        number = client.id
        prefix, place = ("WHL", number) if client.is_whale else ("REG", number - config.num_whales)
        is_grower = bool(client.vendor)
        profile = None if is_grower else KEY_PROFILE if client.is_whale else STANDARD_PROFILE
        custom = [{"ruleId": rule, "priority": rule} for rule in VOLUME_RULE_IDS] if is_grower else None
        margin = round(100 * profit[number] / revenue[number], 2) if revenue[number] else 0.0
        yield (
            number, f"{prefix}-{place:03d}", client.name, None, contacts.last_phone(client), None, True,
            is_grower, is_grower, False, False, as_json(tags(client) + [SLOW_TAG] * (number in slow)),
            profile, custom and as_json(custom), "NONE", 0.0, False, revenue[number], profit[number], margin,
            gross[number], oldest[number], set_up, updated.get(number, set_up),
        )  # fmt: skip


def _updated(facts: Year, contacts: Contacts) -> dict[int, int]:
    """When each client last ordered, paid, was given a credit or had a new telephone number."""
    happened = [
        *((i.order.client.id, facts.seconds(i.day, i.order.second)) for i in facts.invoices),
        *((client.id, paid_at(facts, p)) for p in facts.payments if (client := client_of(p))),
        *((c.invoice.order.client.id, facts.seconds(c.day, RETURNS_AT)) for c in facts.credits),
        *((change.client.id, change.at) for change in contacts.changes),
    ]
    updated: dict[int, int] = {}
    for client_id, at in happened:
        updated[client_id] = max(updated.get(client_id, 0), at)
    return updated


SLOW_TAG = "slow payer"
"""Tag of a client that pays slowly, added when that is clear."""


def tags(client: Client) -> list[str]:
    """The tags that a client had from the first day on."""
    kind = "whale" if client.is_whale else "regular"
    return [kind, f"contact:{client.contact}", f"terms:{client.terms}", *["grower"] * bool(client.vendor)]


def vendors(facts: Year, config: Config, draws: Draws) -> Iterator[Row]:
    """Growers, then suppliers of services."""
    set_up = opened(facts)
    taken = {client.contact for client in facts.clients}
    every = names.people(draws, "contacts", len(names.FIRST_NAMES) * len(names.LAST_NAMES))
    contacts = [name for name in every if name not in taken] or every
    phones = names.phones(draws, "phones", len(names.GROWERS) + len(names.SUPPLIERS))
    buyers = {client.vendor: client for client in facts.clients if client.vendor}
    by_now = contacts_of(facts)
    last_change = {change.client.id: change.at for change in by_now.changes}
    monthly = config.monthly_expenses.model_dump()
    for place, name in enumerate((*names.GROWERS, *(name for name, _ in names.SUPPLIERS))):
        number = FIRST_VENDOR + place
        buyer = buyers.get(number)
        contact = buyer.contact if buyer else contacts[place % len(contacts)]
        phone = by_now.last_phone(buyer) if buyer else phones[place]
        domain = "".join(filter(str.isalnum, name.lower())) + ".example"
        if place < len(names.GROWERS):
            notes = _grower_notes(facts, place)
        else:
            category = names.SUPPLIERS[place - len(names.GROWERS)][1]
            days = " and ".join("the last day" if day == 31 else f"day {day}" for day in PAID_ON[category])
            notes = (
                f"{category.capitalize()}: {dollars(100 * monthly[category])} a month, paid on {days} of "
                "the month or the business day before."
            )
        updated_at = last_change.get(buyer.id, set_up) if buyer else set_up
        yield number, name, contact, email(contact, domain), phone, notes, set_up, updated_at


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
