"""Every row rule of every world bites: one row that breaks it fails that check, and the row is shown."""

from __future__ import annotations

import datetime as dt

import pytest

from synth_assets.checks.verify import verify
from synth_assets.derive.dictionary import page
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES, load
from tests.worlds import make_world, spoil, write_world

KEYS = {
    "order_to_cash": {"as_of": dt.date(2026, 11, 21), "num_transactions": 200},
    "subscriptions": {"num_customers": 60},
    "personal_banking": {"as_of": dt.date(2026, 11, 21), "num_users": 20},
}

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
    ("order_to_cash", "invoices", "due date is not before issue date"): (
        "UPDATE invoices SET due_date = issue_date - 1 WHERE rowid = 3"
    ),
    ("order_to_cash", "invoices", "no more is received than due"): (
        "UPDATE invoices SET amount_paid_cents = amount_due_cents + 1 WHERE rowid = 3"
    ),
    ("order_to_cash", "invoices", "cash was received exactly when the status is paid"): (
        "UPDATE invoices SET amount_paid_cents = 0 WHERE invoice_id = "
        "(SELECT min(invoice_id) FROM invoices WHERE status = 'paid')"
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
    ("personal_banking", "accounts", "a card's balance is within its limit"): (
        "UPDATE accounts SET balance_limit_cents = balance_current_cents - 1 WHERE account_id = "
        "(SELECT min(account_id) FROM accounts WHERE balance_current_cents > 0 AND balance_limit_cents > 0)"
    ),
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
    sources = write_world(world, tables, tmp_path)
    spoil(table, sources, BROKEN[name, table, rule])

    checks = {(check.table, check.name): check for check in verify(world, config, sources)}
    found = checks[table, rule]

    assert not found.passed
    assert found.found == "1 off"
    assert found.failures[0]["row"] is not None


@pytest.mark.parametrize("name", NAMES)
def test_rules_are_shown_as_sql(name) -> None:
    text = page(load(name))
    for table in load(name).tables:
        for rule in table.rules:
            assert f"- {rule.name}: `{rule.sql}`" in text
