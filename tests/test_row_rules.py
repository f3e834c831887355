"""Every row rule of every world bites: one row that breaks it fails that check, and the row is shown."""

from __future__ import annotations

import datetime as dt

import pytest

from synth_assets.checks.spec import Evidence
from synth_assets.checks.table_checks import table_checks
from synth_assets.checks.verify import connect
from synth_assets.derive.dictionary import page
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES, load
from tests.worlds import make_world, spoil, write_world

KEYS = {
    "order_to_cash": {"as_of": dt.date(2026, 11, 21), "num_transactions": 200},
    "subscriptions": {"num_customers": 60},
    "personal_banking": {"as_of": dt.date(2026, 11, 21), "num_users": 20},
    "wholesale": {"preset": "small"},
}

WHOLESALE = (
    (
        "users",
        "a user was last active after being set up",
        "last_signed_in_at = created_at - INTERVAL 1 DAY",
        "rowid = 0",
    ),
    ("tag_hierarchy", "no tag is wider than itself", "child_tag_id = parent_tag_id", "rowid = 0"),
    ("clients", "old debt is debt", "oldest_debt_days = 9, total_owed_cents = 0", "rowid = 0"),
    ("fiscal_periods", "a period ends after it begins", "end_date = start_date - 1", "rowid = 0"),
    (
        "batches",
        "a batch is sold out when nothing is left",
        "batch_status = 'CLOSED'",
        "batch_id = (SELECT max(batch_id) FROM batches WHERE on_hand_qty_e4 > 0)",
    ),
    ("batches", "a fixed cost is one number", "unit_cogs_cents = NULL", "rowid = 0"),
    (
        "intake_session_batches",
        "a line costs its quantity times its unit cost",
        "total_cost_cents = total_cost_cents + 1",
        "rowid = 0",
    ),
    (
        "vendor_supply",
        "a purchased offer has its day",
        "purchased_at = NULL",
        "vendor_supply_id = (SELECT min(vendor_supply_id) FROM vendor_supply WHERE status = 'PURCHASED')",
    ),
    (
        "client_needs",
        "a fulfilled need has its day",
        "fulfilled_at = NULL",
        "client_need_id = (SELECT min(client_need_id) FROM client_needs WHERE status = 'FULFILLED')",
    ),
    ("orders", "a total is its parts", "tax_cents = 5", "rowid = 0"),
    ("orders", "margin is subtotal less cost", "total_margin_cents = total_margin_cents + 1", "rowid = 0"),
    (
        "orders",
        "a sale has a due date, a quote holds for a while",
        "due_date = NULL",
        "order_id = (SELECT min(order_id) FROM orders WHERE order_type = 'SALE')",
    ),
    (
        "orders",
        "a sale has its status, a quote its own",
        "sale_status = NULL",
        "order_id = (SELECT min(order_id) FROM orders WHERE order_type = 'SALE')",
    ),
    (
        "match_records",
        "a match with a sale names it",
        "has_resulted_in_sale = NOT has_resulted_in_sale",
        "rowid = 0",
    ),
    (
        "sample_requests",
        "a sent sample has its day",
        "fulfilled_at = NULL",
        "sample_request_id = (SELECT min(sample_request_id) FROM sample_requests "
        "WHERE fulfilled_at > created_at)",
    ),
    (
        "sample_requests",
        "an order follows its sample",
        "converted_at = fulfilled_at",
        "sample_request_id = (SELECT min(sample_request_id) FROM sample_requests "
        "WHERE converted_at > created_at)",
    ),
    (
        "sample_allocations",
        "what is left is what was not used",
        "remaining_quantity_e4 = remaining_quantity_e4 - 1",
        "rowid = 0",
    ),
    (
        "inventory_movements",
        "before and change give after",
        "quantity_after_e4 = quantity_after_e4 + 1",
        "rowid = 0",
    ),
    (
        "inventory_alerts",
        "a resolved alert has its moment",
        "resolved_at = NULL",
        "inventory_alert_id = (SELECT min(inventory_alert_id) FROM inventory_alerts "
        "WHERE resolved_at > created_at)",
    ),
    (
        "invoices",
        "what is due is what was not paid",
        "amount_paid_cents = amount_paid_cents + 1",
        "rowid = 0",
    ),
    (
        "invoices",
        "an invoice is paid when nothing is due",
        "status = 'SENT'",
        "invoice_id = (SELECT min(invoice_id) FROM invoices WHERE status = 'PAID')",
    ),
    ("invoices", "it is due no earlier than it was issued", "due_date = invoice_date - 1", "rowid = 0"),
    (
        "invoice_line_items",
        "a line is quantity times price",
        "line_total_cents = line_total_cents + 1",
        "rowid = 0",
    ),
    ("credits", "what is left was not used", "amount_used_cents = amount_used_cents + 1", "rowid = 0"),
    (
        "bills",
        "what is due is what was not paid",
        "amount_due_cents = amount_due_cents + 1",
        "bill_id = (SELECT max(bill_id) FROM bills WHERE status <> 'PAID')",
    ),
    (
        "bills",
        "a bill is paid when nothing is due",
        "status = 'PENDING'",
        "bill_id = (SELECT min(bill_id) FROM bills WHERE status = 'PAID')",
    ),
    (
        "bill_line_items",
        "a line is quantity times price",
        "line_total_cents = line_total_cents + 1",
        "rowid = 0",
    ),
    ("expenses", "a total is its parts", "tax_amount_cents = 7", "rowid = 0"),
    (
        "payments",
        "a payment pays an invoice or a bill",
        "invoice_id = NULL",
        "payment_id = (SELECT min(payment_id) FROM payments WHERE invoice_id IS NOT NULL)",
    ),
    (
        "payments",
        "a credit moves no money",
        "bank_account_id = NULL",
        "payment_id = (SELECT min(payment_id) FROM payments WHERE payment_method = 'ACH')",
    ),
    ("ledger_entries", "a leg has one side", "debit_cents = 5, credit_cents = 5", "rowid = 0"),
    (
        "credit_system_settings",
        "the weights make 100 per cent",
        "tenure_weight = tenure_weight + 1",
        "rowid = 0",
    ),
    (
        "freeform_notes",
        "a note is opened last after its last change",
        "last_viewed_at = updated_at - INTERVAL 1 DAY",
        "rowid = 0",
    ),
    (
        "note_comments",
        "an answer is later than what it answers",
        "parent_comment_id = note_comment_id",
        "rowid = 0",
    ),
    ("scratch_pad_notes", "what is done has a time", "is_completed = NOT is_completed", "rowid = 0"),
    (
        "alert_configurations",
        "a limited alert has a row",
        "target_type = 'CLIENT', target_id = NULL",
        "rowid = 0",
    ),
    (
        "alert_configurations",
        "an e-mail has an address",
        "delivery_method = 'EMAIL', email_address = NULL",
        "rowid = 0",
    ),
    (
        "dashboard_widget_layouts",
        "a layout is a role's or a user's",
        "user_id = NULL, role = NULL",
        "rowid = 0",
    ),
)
"""Table, rule, what breaks it, and in which row."""

BROKEN = {
    ("order_to_cash", "products", "unit cost is below list price"): (
        "UPDATE products SET unit_cost_cents = list_price_cents WHERE rowid = 0"
    ),
    ("order_to_cash", "deals", "a deal is closed on a day exactly when it is won or lost"): (
        "UPDATE deals SET closed_on = NULL WHERE deal_id = "
        "(SELECT min(deal_id) FROM deals WHERE stage = 'closed_lost')"
    ),
    ("order_to_cash", "opportunities", "a discount needs approval"): (
        "UPDATE opportunities SET approval_status = 'not_required' WHERE opportunity_id = "
        "(SELECT min(opportunity_id) FROM opportunities WHERE discount_pct > 0)"
    ),
    ("order_to_cash", "opportunities", "without a discount, none is needed or one was rejected"): (
        "UPDATE opportunities SET approval_status = 'approved' WHERE opportunity_id = "
        "(SELECT min(opportunity_id) FROM opportunities WHERE discount_pct = 0)"
    ),
    ("order_to_cash", "opportunities", "somebody approved what is approved"): (
        "UPDATE opportunities SET approved_by = NULL WHERE opportunity_id = "
        "(SELECT min(opportunity_id) FROM opportunities WHERE approval_status = 'approved')"
    ),
    ("order_to_cash", "invoices", "due date is not before issue date"): (
        "UPDATE invoices SET due_date = issue_date - 1 WHERE rowid = 3"
    ),
    ("order_to_cash", "invoices", "no more is received than due"): (
        "UPDATE invoices SET amount_paid_cents = amount_due_cents + 1 WHERE rowid = 3"
    ),
    ("order_to_cash", "invoices", "cash was received unless the status is unpaid"): (
        "UPDATE invoices SET amount_paid_cents = 0 WHERE invoice_id = "
        "(SELECT min(invoice_id) FROM invoices WHERE status = 'paid')"
    ),
    ("order_to_cash", "invoices", "less than due is received while it is partial"): (
        "UPDATE invoices SET status = 'partial' WHERE invoice_id = "
        "(SELECT min(invoice_id) FROM invoices WHERE amount_paid_cents = amount_due_cents)"
    ),
    ("order_to_cash", "ledger_entries", "a leg is either a debit or a credit"): (
        "UPDATE ledger_entries SET credit_cents = 5, debit_cents = 5 WHERE rowid = 0"
    ),
    ("subscriptions", "subscriptions", "a subscription has an end exactly when it is cancelled"): (
        "UPDATE subscriptions SET end_date = NULL WHERE sub_id = "
        "(SELECT min(sub_id) FROM subscriptions WHERE status = 'Cancelled')"
    ),
    ("subscriptions", "invoices", "due date is not before invoice date"): (
        "UPDATE invoices SET due_date = invoice_date - 1 WHERE rowid = 3"
    ),
}
BROKEN |= {
    ("wholesale", table, rule): f"UPDATE {table} SET {values} WHERE {condition}"
    for table, rule, values, condition in WHOLESALE
}
"""A statement that breaks each rule, by world, table and rule."""


@pytest.fixture(scope="module")
def made():
    found = {}
    for name in NAMES:
        config = resolve(name, KEYS[name]).config
        found[name] = (config, make_world(load(name), config))
    return found


def test_every_rule_is_broken_here() -> None:
    rules = {(name, t.name, rule.name) for name in NAMES for t in load(name).tables for rule in t.rules}
    assert set(BROKEN) == rules


@pytest.mark.parametrize(("name", "table", "rule"), BROKEN, ids=lambda value: value.replace(" ", "_"))
def test_a_row_that_breaks_a_rule_is_found(name, table, rule, made, tmp_path) -> None:
    world, (config, tables) = load(name), made[name]
    sources = write_world(world, {table: tables[table]}, tmp_path)
    spoil(table, sources, BROKEN[name, table, rule])
    (spec,) = (spec for spec in table_checks(world, world.table(table)) if spec.name == rule)
    with connect(world, config, sources) as connection:
        found = spec.evaluate(Evidence(connection, world, config, sources))

    assert not found.passed
    assert found.found == "1 off"
    assert found.failures[0]["row"] is not None


@pytest.mark.parametrize("name", NAMES)
def test_rules_are_shown_as_sql(name) -> None:
    text = page(load(name))
    for table in load(name).tables:
        for rule in table.rules:
            assert f"- {rule.name}: `{rule.sql}`" in text
