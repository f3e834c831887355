"""Every check bites: a dataset is spoilt by one statement, and exactly the right checks fail."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from synth_assets.evaluate.verify import Check, as_text, verify
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import Config
from tests.worlds import failed, make_world, scenario_of, spoil, write_world

CONFIG = Config(as_of=dt.date(2026, 11, 21), decoy_rates={"processing_order": 0.01})
TOTAL = "rules find exactly the manifest"

Spoilt = tuple[str, str, set[str]]

LABELS: dict[str, Spoilt] = {
    "a label is missing": (
        "anomaly_manifest",
        "DELETE FROM anomaly_manifest WHERE anomaly_id = (SELECT min(anomaly_id) FROM anomaly_manifest)",
        {"unauthorized_discount", TOTAL},
    ),
    "a label is a cent off": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET expected_value = round(expected_value + 0.01, 2) WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'missing_invoice')""",
        {"missing_invoice", TOTAL, "amount_at_risk_is_the_difference"},
    ),
    "a label has another kind": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET type = 'payment_mismatch' WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'stale_unpaid')""",
        {"stale_unpaid", "payment_mismatch", TOTAL},
    ),
    "a label points at the wrong order": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET related_entity_id = 'ORD-000000999' WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'pricing_drift')""",
        {"pricing_drift", TOTAL, "order_has_at_most_one_label", "label_points_at_its_entity"},
    ),
    "a label says another entity": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET affected_entity = 'order' WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'pricing_drift')""",
        {"label_points_at_its_entity"},
    ),
    "a drift is a hundredth off": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET drift_pct = round(drift_pct + 0.01, 2) WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'pricing_drift')""",
        {"drift_pct_is_relative"},
    ),
    "a drift is empty": (
        "anomaly_manifest",
        """UPDATE anomaly_manifest SET drift_pct = NULL WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'pricing_drift')""",
        {"drift_pct_is_relative"},
    ),
    "labels date from the morning": (
        "anomaly_manifest",
        "UPDATE anomaly_manifest SET injected_at = injected_at - INTERVAL 4 HOURS",
        {"label_dates_from_noon_of_as_of"},
    ),
}

CASH: dict[str, Spoilt] = {
    "an unpaid invoice asks a cent more": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1 WHERE invoice_id =
        (SELECT max(invoice_id) FROM invoices WHERE status = 'unpaid')""",
        {"invoice_is_posted", "receivable_is_open_invoices"},
    ),
    "a paid invoice asks a cent more": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1 WHERE invoice_id = 'INV-000000006'""",
        {"invoice_is_posted", "receivable_is_open_invoices", "payment_mismatch", TOTAL},
    ),
    "an invoice is called unpaid": (
        "invoices",
        "UPDATE invoices SET status = 'unpaid' WHERE invoice_id = 'INV-000000006'",
        {"amount_paid_is_cash_received", "order_is_paid_with_its_first_invoice", "stale_unpaid", TOTAL},
    ),
    "an invoice is gone": (
        "invoices",
        "DELETE FROM invoices WHERE invoice_id = 'INV-000000006'",
        {
            "references",
            "order_is_paid_with_its_first_invoice",
            "missing_invoice",
            "receivable_is_open_invoices",
            TOTAL,
        },
    ),
    "an invoice is due a day late": (
        "invoices",
        "UPDATE invoices SET due_date = due_date + 1 WHERE invoice_id = 'INV-000000006'",
        {"terms_are_net_30"},
    ),
    "a payment is a cent short": (
        "payments",
        "UPDATE payments SET amount_cents = amount_cents - 1 WHERE payment_id = 'PAY-000000006'",
        {
            "amount_paid_is_cash_received",
            "payment_is_posted",
            "receivable_is_open_invoices",
            "payment_mismatch",
            TOTAL,
        },
    ),
    "a payment comes before its invoice": (
        "payments",
        """UPDATE payments SET payment_date = payment_date - 63
        WHERE payment_id = (SELECT max(payment_id) FROM payments)""",
        {"payment_within_60_days_of_issue", "payment_is_posted", "receivable_is_open_invoices"},
    ),
    "an invoice is issued before its order": (
        "invoices",
        """UPDATE invoices SET issue_date = issue_date - 35, due_date = due_date - 35
        WHERE invoice_id = 'INV-000000011'""",
        {
            "order_before_invoice",
            "invoices_within_window",
            "payment_within_60_days_of_issue",
            "invoice_is_posted",
            "receivable_is_open_invoices",
        },
    ),
    "an invoice is unpaid at 70 days": (
        "invoices",
        """UPDATE invoices SET status = 'unpaid' WHERE invoice_id =
        (SELECT min(invoice_id) FROM invoices WHERE issue_date = DATE '2026-11-20' - 70)""",
        {
            "nothing_unpaid_at_61_to_90_days",
            "order_is_paid_with_its_first_invoice",
            "amount_paid_is_cash_received",
            "stale_unpaid",
            TOTAL,
        },
    ),
    "a duplicate asks another amount": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1
        WHERE invoice_id = 'INV-000001856' /* after INV-000001855, both unpaid */""",
        {
            "second_invoice_repeats_the_first",
            "invoice_is_posted",
            "receivable_is_open_invoices",
            "duplicate_invoice",
            TOTAL,
        },
    ),
    "an invoice is 1 % off": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents * 101 // 100 WHERE invoice_id =
        (SELECT max(invoice_id) FROM invoices WHERE status = 'unpaid')""",
        {"difference_is_freight_or_drift", "invoice_is_posted", "receivable_is_open_invoices"},
    ),
    "a payment comes on a Saturday": (
        "payments",
        "UPDATE payments SET payment_date = payment_date + 1 WHERE payment_date = DATE '2026-11-13'",
        {"payment_on_a_weekday", "payment_is_posted"},
    ),
    "a payment is of tomorrow": (
        "payments",
        """UPDATE payments SET payment_date = '2026-11-23' WHERE payment_date =
        (SELECT max(payment_date) FROM payments)""",
        {"payments_within_window", "payment_is_posted"},
    ),
    "an invoice is paid in two parts": (
        "payments",
        """UPDATE payments SET amount_cents = 1 WHERE payment_id = 'PAY-000000006';
        INSERT INTO payments BY NAME
        SELECT * REPLACE ('PAY-000009999' AS payment_id) FROM payments WHERE payment_id = 'PAY-000000006'""",
        {
            "invoice_has_at_most_one_payment",
            "amount_paid_is_cash_received",
            "payment_is_posted",
            "receivable_is_open_invoices",
            "payment_mismatch",
            TOTAL,
        },
    ),
}

LEDGER: dict[str, Spoilt] = {
    "a debit is a cent more": (
        "ledger_entries",
        """UPDATE ledger_entries SET debit_cents = debit_cents + 1 WHERE entry_id =
        (SELECT min(entry_id) FROM ledger_entries WHERE debit_cents > 0)""",
        {"debits_equal_credits", "trial_balance", "invoice_is_posted", "receivable_is_open_invoices"},
    ),
    "a leg is gone": (
        "ledger_entries",
        "DELETE FROM ledger_entries WHERE entry_id = (SELECT max(entry_id) FROM ledger_entries)",
        {"debits_equal_credits", "trial_balance", "invoice_is_posted"},
    ),
    "both legs of a payment are a month late": (
        "ledger_entries",
        """UPDATE ledger_entries SET posted_date = posted_date + 31
        WHERE invoice_id = 'INV-000000006' AND entry_id >= 'LED-000000026'""",
        {"payment_is_posted", "receivable_is_open_invoices"},
    ),
    "a leg is posted the day after as_of": (
        "ledger_entries",
        """UPDATE ledger_entries SET posted_date = DATE '2026-11-22'
        WHERE entry_id = (FROM ledger_entries SELECT arg_max(entry_id, posted_date) WHERE account = 'Cash')
        """,
        {"ledger_within_window", "payment_is_posted"},
    ),
    "revenue is debited": (
        "ledger_entries",
        """UPDATE ledger_entries SET debit_cents = credit_cents, credit_cents = debit_cents
        WHERE invoice_id = 'INV-000000006' AND entry_id < 'LED-000000026'""",
        {"leg_stands_on_its_side", "invoice_is_posted", "payment_is_posted", "receivable_is_open_invoices"},
    ),
    "amounts moved from one invoice to another": (
        "ledger_entries",
        """UPDATE ledger_entries SET debit_cents = debit_cents + CASE account
        WHEN 'Accounts Receivable' THEN CASE invoice_id WHEN 'INV-000000006' THEN 1 ELSE -1 END ELSE 0 END
        WHERE debit_cents > 0 AND invoice_id IN ('INV-000000006', 'INV-000000011')""",
        {"debits_equal_credits", "invoice_is_posted"},
    ),
}

CRM: dict[str, Spoilt] = {
    "two contacts share an address": (
        "contacts",
        "UPDATE contacts SET email = (SELECT min(email) FROM contacts) WHERE contact_id = 'CON-000000200'",
        {"email_belongs_to_one"},
    ),
    "an address could be real": (
        "contacts",
        "UPDATE contacts SET email = 'a.person@gmail.com' WHERE contact_id = 'CON-000000200'",
        {"contact_is_fictitious"},
    ),
    "a contact enters after its deals": (
        "contacts",
        "UPDATE contacts SET created_at = '2026-11-20 09:00:00' WHERE contact_id = 'CON-000000001'",
        {"contact_before_deal"},
    ),
    "a contact is gone": (
        "contacts",
        "DELETE FROM contacts WHERE contact_id = 'CON-000000200'",
        {"contacts_as_asked", "references"},
    ),
    "a contact was there before the window": (
        "contacts",
        "UPDATE contacts SET created_at = '2025-11-21 09:00:00' WHERE contact_id = 'CON-000000003'",
        {"contacts_within_window"},
    ),
    "a list price is raised": (
        "products",
        "UPDATE products SET list_price_cents = list_price_cents + 1 WHERE product_id = 'PRD-000000001'",
        {"unit_price_is_list_price"},
    ),
    "a lost deal is called won": (
        "deals",
        """UPDATE deals SET stage = 'closed_won' WHERE deal_id =
        (SELECT min(deal_id) FROM deals WHERE stage = 'closed_lost')""",
        {"deals_as_asked", "won_deal_has_one_opportunity"},
    ),
    "a deal's value is a cent off": (
        "deals",
        """UPDATE deals SET value_cents = value_cents + 1 WHERE deal_id =
        (SELECT min(deal_id) FROM deals WHERE stage = 'closed_won')""",
        {"deal_value_is_list_gross"},
    ),
    "a deal is lost before it was opened": (
        "deals",
        """UPDATE deals SET closed_on = DATE '2025-11-21' WHERE deal_id =
        (SELECT max(deal_id) FROM deals WHERE stage = 'closed_lost')""",
        {"deal_opens_before_it_closes"},
    ),
    "a deal is opened after its order": (
        "deals",
        """UPDATE deals SET created_at = '2026-11-22 15:00:00' WHERE deal_id =
        (SELECT max(deal_id) FROM deals WHERE stage = 'closed_won')""",
        {"deals_within_window", "deal_opens_before_it_closes", "deal_before_order"},
    ),
    "a discount is called approved": (
        "opportunities",
        "UPDATE opportunities SET approval_status = 'approved' WHERE discount_pct > 15",
        {"unauthorized_discount", TOTAL},
    ),
    "an order is a cent cheaper": (
        "orders",
        """UPDATE orders SET total_amount_cents = total_amount_cents - 1
        WHERE order_id = 'ORD-000000003'""",
        {"order_total_is_net"},
    ),
    "an order of a year ago": (
        "orders",
        "UPDATE orders SET order_date = DATE '2025-11-21' WHERE order_id = 'ORD-000000003'",
        {"orders_within_window", "deal_before_order"},
    ),
    "an order is gone": (
        "orders",
        "DELETE FROM orders WHERE order_id = (SELECT max(order_id) FROM orders WHERE status = 'processing')",
        {"orders_as_asked", "processing_orders_as_asked", "opportunity_has_one_order"},
    ),
    "somebody else orders": (
        "orders",
        """UPDATE orders SET contact_id = CASE contact_id
        WHEN 'CON-000000001' THEN 'CON-000000002' ELSE 'CON-000000001' END
        WHERE order_id = 'ORD-000000003'""",
        {"order_has_the_deals_contact"},
    ),
    "an order is processed for ever": (
        "orders",
        "UPDATE orders SET status = 'processing' WHERE order_id = 'ORD-000000003'",
        {
            "processing_orders_as_asked",
            "processing_order_has_no_invoice",
            "order_is_paid_with_its_first_invoice",
        },
    ),
}

SHAPE: dict[str, Spoilt] = {
    "two rows change places": (
        "products",
        "CREATE OR REPLACE TABLE products AS FROM products ORDER BY product_id DESC",
        {"keys"},
    ),
    "a row stands twice": (
        "products",
        "INSERT INTO products FROM products ORDER BY product_id DESC LIMIT 1",
        {"keys", "products_as_asked"},
    ),
    "an orphan": (
        "payments",
        "UPDATE payments SET invoice_id = 'INV-999999999' WHERE payment_id = 'PAY-000000006'",
        {"references", "amount_paid_is_cash_received", "payment_is_posted", "payment_mismatch", TOTAL},
    ),
    "an empty value": (
        "contacts",
        "UPDATE contacts SET company = NULL WHERE contact_id = 'CON-000000003'",
        {"values"},
    ),
    "an unknown choice": (
        "payments",
        "UPDATE payments SET payment_method = 'barter' WHERE payment_id = 'PAY-000000006'",
        {"values"},
    ),
    "three decimals": (
        "anomaly_manifest",
        "UPDATE anomaly_manifest SET expected_value = expected_value + 0.001",
        {"values"},
    ),
    "a key that is misspelt": (
        "ledger_entries",
        "UPDATE ledger_entries SET entry_id = entry_id || '0'",
        {"values"},
    ),
    "a column of another type": (
        "ledger_entries",
        "ALTER TABLE ledger_entries ALTER debit_cents TYPE DOUBLE",
        {"schema"},
    ),
    "a column is gone": (
        "contacts",
        "ALTER TABLE contacts DROP email",
        {"schema", "values", "email_belongs_to_one", "contact_is_fictitious"},
    ),
}

FAULTS = LABELS | CASH | LEDGER | CRM | SHAPE


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sound")
    write_world(WORLD, make_world(WORLD, CONFIG), directory)
    return directory


def checks_after(sound: Path, directory: Path, table: str, statement: str) -> list[Check]:
    shutil.copytree(sound, directory, dirs_exist_ok=True)
    sources = {t.name: str(directory / t.name / "part-*.parquet") for t in WORLD.tables}
    spoil(table, sources, statement)
    return verify(WORLD, scenario_of(CONFIG), sources)


@pytest.mark.parametrize(("table", "statement", "checks"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_caught(table: str, statement: str, checks: set[str], sound: Path, tmp_path: Path) -> None:
    found = checks_after(sound, tmp_path, table, statement)

    assert failed(found) == checks, as_text([check for check in found if not check.passed])


def test_every_check_is_caught_in_the_act() -> None:
    named = {name for file in ("laws.sql", "rules.sql") for name, _, _ in WORLD.sql(file)}
    caught = set.union(*(checks for _, _, checks in FAULTS.values()))

    assert caught == named | {"schema", "keys", "values", "references", TOTAL}
