"""Payables: growers' bills and what was paid for each batch, and what running the business costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale.bill import Bill, BillLine
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    UPDATED_AT,
    choice,
    day,
    decimal,
    flag,
    moment,
    money,
    quantity,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT
from synth_assets.worlds.wholesale.journal import ACCOUNTS, EXPENSES
from synth_assets.worlds.wholesale.tables.intake import E4, batch_payments
from synth_assets.worlds.wholesale.tables.ledger import OPENED_AT, POSTED_AT
from synth_assets.worlds.wholesale.tables.orders import PAID_AT
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, numbered, once

CATEGORIES = ("rent", "utilities", "payroll", "insurance", "marketing")
"""Expenses by their kind; the first category, Operating Expenses, holds them."""


def bill_number(facts: Year, day: int, number: int) -> str:
    """`BILL-2024-00001`."""
    return f"BILL-{facts.window.dates[day].year}-{number:05d}"


def needs_approval(facts: Year, bill: Bill) -> bool:
    """Whether the owner has to approve a bill."""
    return bill.cents > 100 * facts.config.bill_approval_limit


@once
def billed(facts: Year) -> list[tuple[Bill, BillLine]]:
    """Every line of every bill, in time."""
    return [(bill, line) for bill in facts.bills for line in bill.lines]


def line_numbers(facts: Year, bill: Bill) -> list[int]:
    """Numbers of a bill's lines in `bill_line_items`."""
    return [number for number, (of, _) in enumerate(billed(facts), start=1) if of.id == bill.id]


def payment_note(payment: int, bill: int) -> str:
    """What the history of payments says of one."""
    return f"Payment {payment} of bill {bill}"


def bills(facts: Year) -> Iterator[Life]:
    """Growers' bills."""
    paid_on = {payment.bill.id: payment.day for payment in facts.payments if payment.bill is not None}
    for bill in sorted(facts.bills, key=lambda bill: bill.id):
        paid = paid_on.get(bill.id, facts.window.length)
        yield Life(bill.day, {min(bill.due + 1, paid), paid}, partial(_bill, facts, bill, paid))


def _bill(facts: Year, bill: Bill, paid_on: int, by: int) -> Row:
    """A bill on the evening of a day; one that is not paid in the books is paid after their end."""
    paid = bill.cents if paid_on <= by else 0
    made = facts.seconds(bill.day, POSTED_AT - 3_600)
    changed = facts.seconds(paid_on, POSTED_AT - 1_800) if paid else made
    on, due = facts.epoch_day(bill.day), facts.epoch_day(bill.due)
    status = "PAID" if paid else "OVERDUE" if bill.due < by else "PENDING"
    notes = "Delivery" if bill.session else "Consigned goods sold in the half-month"
    return (
        bill.id, bill_number(facts, bill.day, bill.id), bill.vendor, on, due,
        bill.cents, 0, 0, bill.cents, paid, bill.cents - paid, status, bill.terms,
        notes, "LOT" if bill.session else None, bill.session or None, ACCOUNTANT, made, changed,
    )  # fmt: skip


def bill_line_items(facts: Year, days: range) -> Iterator[Row]:
    """A line for each batch of a bill."""
    for number, (bill, line) in numbered(billed(facts), days, lambda of: of[0].day):
        product, made = line.batch.product, facts.seconds(bill.day, POSTED_AT - 3_600)
        yield (
            number, bill.id, product.id, line.batch.session, f"{product.name}, batch {line.batch.id}",
            line.quantity * E4, line.batch.unit_cost_cents, 0.0, 0.0, line.cents, made,
        )  # fmt: skip


def payment_history(facts: Year, days: range) -> Iterator[Row]:
    """What each payment of a bill paid for each batch, in time."""
    for number, (batch, bill, payment, cents, day_) in numbered(batch_payments(facts), days):
        at = facts.seconds(day_, POSTED_AT - 1_800)
        yield (
            number, batch.id, batch.vendor, cents, at, "ACH", payment_note(payment, bill), ACCOUNTANT, at,
        )  # fmt: skip


def expense_categories(facts: Year) -> Iterator[Row]:
    """Operating expenses, and their kinds below."""
    opened = facts.seconds(0, OPENED_AT)
    account = next(place for place, a in enumerate(ACCOUNTS, start=1) if a.number == EXPENSES)
    yield 1, "Operating Expenses", None, account, True, opened, opened
    for number, category in enumerate(CATEGORIES, start=2):
        yield number, category.title(), 1, account, True, opened, opened


def expenses(facts: Year) -> Iterator[Row]:
    """Everything that was paid to run the business, in time."""
    for expense in facts.expenses:
        at = facts.seconds(expense.day, PAID_AT)
        date = facts.window.dates[expense.day]
        yield (
            expense.id, f"EXP-{date.year}-{expense.id:05d}", facts.epoch_day(expense.day),
            CATEGORIES.index(expense.category) + 2, expense.vendor, expense.cents, 0, expense.cents,
            "BANK_TRANSFER", 1, f"{expense.category.title()}, {date:%B %Y}", None, None, False, False, None,
            ACCOUNTANT, at, at,
        )  # fmt: skip


BILLS = projection(
    "bills",
    "One bill of a grower, as it stands on the last day.",
    (
        row_id("bill_id", "Bill, in time."),
        text("bill_number", "Number with the year.", "varchar(50)", is_unique=True),
        refers("vendors", "vendor_id", "The grower."),
        day("bill_date", "When it came: the last day of the half-month, or of the delivery."),
        day("due_date", "By when it is to be paid; may lie after the books."),
        money("subtotal_cents", "Sum of the lines.", "decimal(12,2)"),
        money("tax_amount_cents", "Tax: none.", "decimal(12,2)", "0.00"),
        money("discount_amount_cents", "Discount: none.", "decimal(12,2)", "0.00"),
        money("total_amount_cents", "What is owed.", "decimal(12,2)"),
        money("amount_paid_cents", "What was paid.", "decimal(12,2)", "0.00"),
        money("amount_due_cents", "What is still owed.", "decimal(12,2)"),
        choice(
            "status",
            ("DRAFT", "PENDING", "APPROVED", "PARTIAL", "PAID", "OVERDUE", "VOID"),
            "PENDING until it is paid, OVERDUE once it is past due.",
            default="DRAFT",
        ),
        text("payment_terms", "Terms of the goods.", "varchar(100)", nullable=True),
        text("notes", "What it is for.", nullable=True),
        choice(
            "reference_type",
            ("LOT", "PURCHASE_ORDER", "SERVICE"),
            "What is billed; empty for consigned goods.",
            "varchar(50)",
            nullable=True,
        ),
        refers_to_any("reference_id", "reference_type", {"LOT": "lots"}, "The lot.", nullable=True),
        refers("users", "created_by_id", "Who recorded it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    bills,
    "payables",
    naming=camel_case,
    rules=(
        Rule("what is due is what was not paid", "amount_due_cents = total_amount_cents - amount_paid_cents"),
        Rule("a bill is paid when nothing is due", "(status = 'PAID') = (amount_due_cents = 0)"),
    ),
    states=(
        "amount_paid_cents",
        "amount_due_cents",
        "status",
    ),
)

BILL_LINE_ITEMS = projection(
    "bill_line_items",
    "One line of a bill: goods of one batch.",
    (
        row_id("bill_line_item_id", "Line, in time."),
        refers("bills", "bill_id", "The bill."),
        refers("products", "product_id", "What is billed.", nullable=True),
        refers("lots", "lot_id", "The lot that it came with.", nullable=True),
        text("description", "Product and batch, in words."),
        quantity("quantity_e4", "How much.", "decimal(10,2)"),
        money("unit_price_cents", "Unit cost of the batch.", "decimal(12,2)"),
        decimal("tax_rate", "Tax, per cent: none.", default="0.00", unit="%"),
        decimal("discount_percent", "Discount on the line: none.", default="0.00", unit="%"),
        money("line_total_cents", "Quantity times unit cost.", "decimal(12,2)"),
        CREATED_AT,
    ),
    bill_line_items,
    "payables",
    physical="billLineItems",
    naming=camel_case,
    rules=(
        Rule("a line is quantity times price", "line_total_cents * 10000 = quantity_e4 * unit_price_cents"),
    ),
)

PAYMENT_HISTORY = projection(
    "payment_history",
    "What one payment paid for one batch.",
    (
        row_id("payment_history_id", "Part of a payment, in time."),
        refers("batches", "batch_id", "The batch."),
        refers("vendors", "vendor_id", "The grower."),
        money("amount_cents", "How much.", "varchar(20)"),
        moment("paid_at", "When.", physical="paymentDate"),
        text("payment_method", "How.", "varchar(50)", nullable=True),
        text("notes", "The payment and the bill behind it.", nullable=True),
        refers("users", "recorded_by_id", "Who recorded it.", "recordedBy"),
        CREATED_AT,
    ),
    payment_history,
    "payables",
    physical="paymentHistory",
    naming=camel_case,
)

EXPENSE_CATEGORIES = projection(
    "expense_categories",
    "One kind of expense.",
    (
        row_id("expense_category_id", "Kind of expense."),
        text("category_name", "Name.", "varchar(255)"),
        refers("expense_categories", "parent_category_id", "The kind that it is part of.", nullable=True),
        refers("accounts", "ledger_account_id", "The account that it is posted to.", nullable=True),
        flag("is_active", "Whether it is used.", default="true"),
        CREATED_AT,
        UPDATED_AT,
    ),
    expense_categories,
    "payables",
    physical="expenseCategories",
    naming=camel_case,
)

EXPENSES_TABLE = projection(
    "expenses",
    "One expense.",
    (
        row_id("expense_id", "Expense, in time."),
        text("expense_number", "Number with the year.", "varchar(50)", is_unique=True),
        day("expense_date", "When it was paid."),
        refers("expense_categories", "category_id", "What kind it is."),
        refers("vendors", "vendor_id", "Who was paid.", nullable=True),
        money("amount_cents", "How much before tax.", "decimal(12,2)"),
        money("tax_amount_cents", "Tax: none.", "decimal(12,2)", "0.00"),
        money("total_amount_cents", "What was paid.", "decimal(12,2)"),
        choice(
            "payment_method", ("CASH", "CHECK", "CREDIT_CARD", "DEBIT_CARD", "BANK_TRANSFER", "OTHER"), "How."
        ),
        refers("bank_accounts", "bank_account_id", "From which account.", nullable=True),
        text("description", "Kind and month.", nullable=True),
        text("receipt_url", "Where the receipt lies.", "varchar(500)", nullable=True),
        refers("bills", "bill_id", "The bill behind it.", nullable=True),
        flag("is_reimbursable", "Whether somebody is to get it back.", default="false"),
        flag("is_reimbursed", "Whether somebody got it back.", default="false"),
        moment("reimbursed_at", "When.", nullable=True),
        refers("users", "created_by_id", "Who recorded it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    expenses,
    "payables",
    naming=camel_case,
    rules=(Rule("a total is its parts", "total_amount_cents = amount_cents + tax_amount_cents"),),
)

TABLES = (BILLS, BILL_LINE_ITEMS, PAYMENT_HISTORY, EXPENSE_CATEGORIES, EXPENSES_TABLE)
