"""The general ledger: accounts, fiscal periods and one row for every leg of every posting."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    UPDATED_AT,
    choice,
    count,
    day,
    flag,
    moment,
    money,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.journal import ACCOUNTS
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, numbered

OPENED_AT = 8 * 3_600
"""When the system was set up, on the first day."""

POSTED_AT = 19 * 3_600
"""When a day is posted, seconds of the day."""

LEGS_A_POSTING = 4
"""Numbers of legs that each posting has, used or not."""

CLOSED_AFTER_DAYS = 5
"""A month is closed so many days after its end."""

REFERENCES = {
    "invoice": "INVOICE",
    "bill": "BILL",
    "receipt": "PAYMENT",
    "application": "PAYMENT",
    "payout": "PAYMENT",
    "expense": "EXPENSE",
    "return": "REFUND",
    "refund": "REFUND",
    "intake": "INTAKE",
    "adjustment": "ADJUSTMENT",
    "opening": "EQUITY",
    "distribution": "EQUITY",
}
"""What the ledger calls the paper behind an event, by the event's kind."""

BY_HAND = ("adjustment", "opening", "distribution", "expense", "return", "refund")
"""Events that an accountant posts by hand."""

PAPERS = tuple(dict.fromkeys(REFERENCES.values()))


def accounts(facts: Year) -> Iterator[Row]:
    """The chart of accounts."""
    opened = facts.seconds(0, OPENED_AT)
    number = {account.number: place for place, account in enumerate(ACCOUNTS, start=1)}
    for place, account in enumerate(ACCOUNTS, start=1):
        parent = number[account.parent] if account.parent else None
        yield (
            place, account.number, account.name, account.kind, parent, True, account.normal,
            account.description, opened, opened,
        )  # fmt: skip


def fiscal_periods(facts: Year, config: Config) -> Iterator[Life]:
    """One row a month; a month is closed once it is over, the first half of a window also locked."""
    spans = facts.months
    locked = 0 if config.grows else len(spans) // 2
    for place, span in enumerate(spans):
        closed_on = span.stop - 1 + CLOSED_AFTER_DAYS
        on = partial(_fiscal_period, facts, place, span, closed_on, "LOCKED" if place < locked else "CLOSED")
        yield Life(span.start, (closed_on,), on)


def _fiscal_period(facts: Year, place: int, span: range, closed_on: int, closed: str, day: int) -> Row:
    opened = facts.seconds(0, OPENED_AT)
    first, last = facts.window.dates[span.start], facts.window.dates[span.stop - 1]
    is_closed = closed_on <= day
    closed_at = facts.seconds(closed_on, POSTED_AT) if is_closed else None
    return (
        place + 1, f"{first:%B %Y}", facts.epoch_day(span.start), facts.epoch_day(span.stop - 1), last.year,
        closed if is_closed else "OPEN", closed_at, 5 if is_closed else None, opened, closed_at or opened,
    )  # fmt: skip


def ledger_entries(facts: Year, days: range) -> Iterator[Row]:
    """The legs of every event, in time."""
    number = {account.number: place for place, account in enumerate(ACCOUNTS, start=1)}
    for _, event in numbered(facts.events, days):
        posted_at = facts.seconds(event.day, POSTED_AT)
        for line, leg in enumerate(event.legs, start=1):
            yield (
                LEGS_A_POSTING * (event.number - 1) + line, f"JE-{event.number:06d}-{line}",
                facts.epoch_day(event.day), number[leg.account],
                leg.debit_cents, leg.credit_cents, event.memo or None, REFERENCES[event.kind], event.subject,
                facts.period(event.day), event.kind in BY_HAND, True, posted_at, event.user, event.user,
                posted_at,
            )  # fmt: skip


ACCOUNTS_TABLE = projection(
    "accounts",
    "One account of the general ledger.",
    (
        row_id("account_id", "Account."),
        text("account_number", "Number in the chart of accounts.", "varchar(20)", is_unique=True),
        text("account_name", "Name.", "varchar(255)"),
        choice(
            "account_type", ("ASSET", "LIABILITY", "EQUITY", "REVENUE", "EXPENSE"), "Class of the account."
        ),
        refers("accounts", "parent_account_id", "The account that it is part of.", nullable=True),
        flag("is_active", "Whether it may be posted to.", default="true"),
        choice("normal_balance", ("DEBIT", "CREDIT"), "The side on which it grows."),
        text("description", "What is posted to it.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    accounts,
    "accounting",
    naming=camel_case,
)

FISCAL_PERIODS = projection(
    "fiscal_periods",
    "One month of the books.",
    (
        row_id("fiscal_period_id", "Period."),
        text("period_name", "Month and year.", "varchar(100)"),
        day("start_date", "Its first day."),
        day("end_date", "Its last day."),
        count("fiscal_year", "The year in which it ends.", minimum=1980),
        choice("status", ("OPEN", "CLOSED", "LOCKED"), "Whether it may be posted to.", default="OPEN"),
        moment("closed_at", "When it was closed.", nullable=True),
        refers("users", "closed_by_id", "Who closed it.", "closedBy", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    fiscal_periods,
    "accounting",
    physical="fiscalPeriods",
    naming=camel_case,
    rules=(Rule("a period ends after it begins", "end_date >= start_date"),),
    states=(
        "status",
        "closed_at",
        "closed_by_id",
    ),
)

LEDGER_ENTRIES = projection(
    "ledger_entries",
    "One leg of a posting.",
    (
        row_id("ledger_entry_id", "Leg."),
        text("entry_number", "Number of the posting and of the leg in it.", "varchar(50)", is_unique=True),
        day("entry_date", "The day that it is posted to."),
        refers("accounts", "account_id", "The account."),
        money("debit_cents", "Amount on the left; 0 on the other side.", "decimal(12,2)", "0.00"),
        money("credit_cents", "Amount on the right; 0 on the other side.", "decimal(12,2)", "0.00"),
        text("description", "What it is for.", nullable=True),
        choice("reference_type", PAPERS, "What kind of paper is behind it.", "varchar(50)", nullable=True),
        refers_to_any(
            "reference_id",
            "reference_type",
            {
                "INVOICE": "invoices",
                "BILL": "bills",
                "PAYMENT": "payments",
                "EXPENSE": "expenses",
                "REFUND": "credits",
                "INTAKE": "intake_sessions",
                "ADJUSTMENT": "inventory_movements",
            },
            "Which one; for EQUITY the number of the payment by or to the owners.",
            nullable=True,
        ),
        refers("fiscal_periods", "fiscal_period_id", "The period of its day."),
        flag("is_manual", "Whether a person wrote it.", default="false"),
        flag("is_posted", "Whether it counts.", default="false"),
        moment("posted_at", "When it was posted.", nullable=True),
        refers("users", "posted_by_id", "Who posted it.", "postedBy", nullable=True),
        refers("users", "created_by_id", "Who wrote it.", "createdBy"),
        CREATED_AT,
    ),
    ledger_entries,
    "accounting",
    physical="ledgerEntries",
    naming=camel_case,
    rules=(Rule("a leg has one side", "(debit_cents = 0) <> (credit_cents = 0)"),),
)

TABLES = (ACCOUNTS_TABLE, FISCAL_PERIODS, LEDGER_ENTRIES)
