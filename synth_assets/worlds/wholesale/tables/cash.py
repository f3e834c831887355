"""Cash: how money moves, the bank account, payments of both sides, and the bank's own list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.catalogue import spaced
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
    row_id,
    text,
)
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT
from synth_assets.worlds.wholesale.journal import ACCOUNTS, CASH, balance
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.dealings import paid_at
from synth_assets.worlds.wholesale.tables.ledger import CLOSED_AFTER_DAYS, OPENED_AT, POSTED_AT
from synth_assets.worlds.wholesale.tables.orders import PAID_AT
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, numbered, once

OPERATING = 1
"""The bank account that all money moves through."""

METHODS = (
    ("CHECK", "Check", "Sent by mail, deposited on arrival."),
    ("ACH", "ACH transfer", "Bank transfer, one business day."),
    ("WIRE", "Wire transfer", "Same-day transfer."),
    ("CASH", "Cash", "Counted at the counter."),
    ("OTHER", "Credit", "A credit of the client is used; no money moves."),
)


def payment_methods(facts: Year) -> Iterator[Row]:
    """How money moves."""
    opened = facts.seconds(0, OPENED_AT)
    for number, (code, name, description) in enumerate(METHODS, start=1):
        yield number, code, name, description, code != "CASH", number, opened, opened


class Move(NamedTuple):
    """A line of the bank's list: number, day, cents in (positive) or out, what for, and the payment behind
    it."""

    number: int
    day: int
    cents: int
    description: str
    reference: str
    payment: int | None


@once
def moves(facts: Year) -> list[Move]:
    """Every line of the bank's list, in time."""
    amounts = ((event, balance([event], CASH)) for event in facts.events)
    moving = [(event, cents) for event, cents in amounts if cents]
    return [
        Move(
            number, event.day, cents, event.memo, f"{event.kind.upper()}-{event.subject:06d}",
            event.subject if event.kind in ("receipt", "payout") else None,
        )
        for number, (event, cents) in zip(
            spaced(facts.draws, "bank numbers", len(moving)), moving, strict=True
        )
    ]  # fmt: skip


def bank_accounts(facts: Year) -> Iterator[Row | Life]:
    """The account in use, and one that is kept for reserves."""
    opened, ledger = facts.seconds(0, OPENED_AT), _cash_account()
    days = [move.day for move in moves(facts)]
    balances = list(accumulate(move.cents for move in moves(facts)))
    yield Life(0, set(days), partial(_operating, facts, days, balances))
    yield (
        2, "Reserve Savings", "****9032", "Redwood Community Bank", "SAVINGS", "USD", 0, False, ledger,
        "Not used yet", opened, opened,
    )  # fmt: skip


def _cash_account() -> int:
    """The ledger account of cash."""
    return next(place for place, account in enumerate(ACCOUNTS, start=1) if account.number == CASH)


def _operating(facts: Year, days: Sequence[int], balances: Sequence[int], by: int) -> Row:
    """The account in use on the evening of a day, from the days of all moves and the balances after them."""
    last = bisect_right(days, by) - 1
    return (
        OPERATING, "Operating Checking", "****4417", "Redwood Community Bank", "CHECKING", "USD",
        balances[last], True, _cash_account(), "All receipts and payments", facts.seconds(0, OPENED_AT),
        facts.seconds(days[last], POSTED_AT),
    )  # fmt: skip


def reconciled_on(facts: Year, day: int) -> int:
    """The day on which the bank's list of a day is reconciled: some days after its month."""
    return facts.month_end(day) + CLOSED_AFTER_DAYS


def reconciled_at(facts: Year, day: int, by: int) -> int | None:
    """When the bank's list of a day was reconciled; None while that is to come on the evening of another."""
    on = reconciled_on(facts, day)
    return facts.seconds(on, PAID_AT) if on <= by else None


def payments(facts: Year, days: range) -> Iterator[Row | Life]:
    """Payments of both sides, in time."""
    of_days = (payment for _, payment in numbered(facts.payments, days))
    for payment in sorted(of_days, key=lambda payment: payment.id):
        if payment.credit:
            yield _payment(facts, payment, payment.day)
        else:
            reconciled = reconciled_on(facts, payment.day)
            yield Life(payment.day, [reconciled], partial(_payment, facts, payment))


def _payment(facts: Year, payment: Payment, by: int) -> Row:
    """A payment on the evening of a day; the use of a credit is never reconciled."""
    at = paid_at(facts, payment) if payment.bill is None else facts.seconds(payment.day, POSTED_AT - 1_800)
    is_credit = payment.credit is not None
    when = None if is_credit else reconciled_at(facts, payment.day, by)
    parties: tuple[int | None, ...]
    if payment.bill is not None:
        parties = None, payment.bill.vendor, None, payment.bill.id
    elif payment.invoice is not None:
        parties = payment.invoice.order.client.id, None, payment.invoice.id, None
    number = f"{payment.method}-{7_000 + payment.id}"
    reference = f"CR-{payment.credit.id:05d}" if payment.credit else number
    account = None if is_credit else OPERATING
    return (
        payment.id, f"PAY-{payment.id:06d}", "SENT" if payment.bill else "RECEIVED",
        facts.epoch_day(payment.day), payment.cents, payment.method, reference,
        account, *parties, None, when is not None, when, ACCOUNTANT, at, when or at,
    )  # fmt: skip


def bank_transactions(facts: Year, days: range) -> Iterator[Life]:
    """The bank's list: every move of cash, in time."""
    for _, move in numbered(moves(facts), days):
        yield Life(move.day, [reconciled_on(facts, move.day)], partial(_bank_transaction, facts, move))


def _bank_transaction(facts: Year, move: Move, by: int) -> Row:
    """A line of the bank's list on the evening of a day."""
    when = reconciled_at(facts, move.day, by)
    return (
        move.number, OPERATING, facts.epoch_day(move.day), "DEPOSIT" if move.cents > 0 else "WITHDRAWAL",
        abs(move.cents), move.description, move.reference, move.payment, when is not None, when,
        facts.seconds(move.day, POSTED_AT),
    )  # fmt: skip


PAYMENT_METHODS = projection(
    "payment_methods",
    "One way in which money moves.",
    (
        row_id("payment_method_id", "Way."),
        text("code", "Code.", "varchar(50)", is_unique=True),
        text("name", "Name.", "varchar(100)"),
        text("description", "How it works.", nullable=True),
        flag("is_active", "Whether it is used.", "int", "1"),
        count("sort_order", "Place in lists.", "0"),
        CREATED_AT,
        UPDATED_AT,
    ),
    payment_methods,
    "cash",
    physical="paymentMethods",
    naming=camel_case,
)

BANK_ACCOUNTS = projection(
    "bank_accounts",
    "One bank account, as it stands on the last day.",
    (
        row_id("bank_account_id", "Account."),
        text("account_name", "Name.", "varchar(255)"),
        text("account_number", "Last digits of its number.", "varchar(50)"),
        text("bank_name", "The bank.", "varchar(255)"),
        choice("account_type", ("CHECKING", "SAVINGS", "MONEY_MARKET", "CREDIT_CARD"), "What it is."),
        text("currency", "Currency.", "varchar(3)", "USD"),
        money(
            "current_balance_cents", "Balance: its list adds up to it.", "decimal(12,2)", "0.00", minimum=None
        ),
        flag("is_active", "Whether it is used.", default="true"),
        refers("accounts", "ledger_account_id", "The ledger account that it belongs to.", nullable=True),
        text("notes", "What it is for.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    bank_accounts,
    "cash",
    physical="bankAccounts",
    naming=camel_case,
    states=("current_balance_cents",),
)

PAYMENTS = projection(
    "payments",
    "One payment, received or sent.",
    (
        row_id("payment_id", "Payment, in time."),
        text("payment_number", "Number.", "varchar(50)", is_unique=True),
        choice("payment_type", ("RECEIVED", "SENT"), "From a client, or to a grower."),
        day("payment_date", "When."),
        money("amount_cents", "How much.", "decimal(12,2)", minimum=1),
        choice(
            "payment_method",
            ("CASH", "CHECK", "WIRE", "ACH", "CREDIT_CARD", "DEBIT_CARD", "OTHER"),
            "How; OTHER: a credit was used and no money moved.",
        ),
        text(
            "reference_number",
            "Number of the check or transfer, or of the credit.",
            "varchar(100)",
            nullable=True,
        ),
        refers(
            "bank_accounts", "bank_account_id", "Through which account; empty for a credit.", nullable=True
        ),
        refers("clients", "customer_id", "The client that paid.", nullable=True),
        refers("vendors", "vendor_id", "The grower that was paid.", nullable=True),
        refers("invoices", "invoice_id", "The invoice that was paid.", nullable=True),
        refers("bills", "bill_id", "The bill that was paid.", nullable=True),
        text("notes", "Notes.", nullable=True),
        flag("is_reconciled", "Whether the bank's list was checked against it.", default="false"),
        moment("reconciled_at", "When: some days after the month.", nullable=True),
        refers("users", "created_by_id", "Who recorded it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    payments,
    "cash",
    naming=camel_case,
    rules=(
        Rule("a payment pays an invoice or a bill", "(invoice_id IS NULL) <> (bill_id IS NULL)"),
        Rule("a credit moves no money", "(payment_method = 'OTHER') = (bank_account_id IS NULL)"),
    ),
    states=(
        "is_reconciled",
        "reconciled_at",
    ),
)

BANK_TRANSACTIONS = projection(
    "bank_transactions",
    "One line of the bank's list.",
    (
        row_id("bank_transaction_id", "Line, in time."),
        refers("bank_accounts", "bank_account_id", "The account."),
        day("transaction_date", "When."),
        choice("transaction_type", ("DEPOSIT", "WITHDRAWAL", "TRANSFER", "FEE", "INTEREST"), "In or out."),
        money("amount_cents", "How much.", "decimal(12,2)", minimum=1),
        text("description", "What for.", nullable=True),
        text(
            "reference_number",
            "What is behind it: payment, expense, cash of the owners.",
            "varchar(100)",
            nullable=True,
        ),
        refers("payments", "payment_id", "The payment; empty for expenses and the owners.", nullable=True),
        flag("is_reconciled", "Whether it was checked against the books.", default="false"),
        moment("reconciled_at", "When: some days after the month.", nullable=True),
        CREATED_AT,
    ),
    bank_transactions,
    "cash",
    physical="bankTransactions",
    naming=camel_case,
    states=(
        "is_reconciled",
        "reconciled_at",
    ),
)

TABLES = (PAYMENT_METHODS, BANK_ACCOUNTS, PAYMENTS, BANK_TRANSACTIONS)
