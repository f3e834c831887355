"""Faults put by hand into labels, into the CRM, into the form of a table, and the checks that see them."""

from __future__ import annotations

from synth_assets.checks.world_checks import TOTAL
from tests.faults_finance import Spoilt

LABELS: dict[str, Spoilt] = {
    "a label is missing": (
        "anomaly_manifest",
        """DELETE FROM anomaly_manifest WHERE entity_id =
        (SELECT min(entity_id) FROM anomaly_manifest WHERE type = 'unauthorized_discount')""",
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
        {"unit_price_is_contract_price"},
    ),
    "a customer pays another price once": (
        "opportunities",
        # 98 % of the list price of $117.70, where the customer's contract says 97 %
        """UPDATE opportunities SET unit_price_cents = 11535
        WHERE opportunity_id = 'OPP-000000009' AND unit_price_cents = 11417""",
        {"contract_price_is_the_customers", "deal_value_is_list_gross", "order_total_is_net"},
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
        """UPDATE opportunities SET approval_status = 'approved', approved_by = 'Ada Brandt'
        WHERE discount_pct > 15""",
        {"unauthorized_discount", TOTAL, "decoys are sound"},
    ),
    "an order is a cent cheaper": (
        "orders",
        """UPDATE orders SET total_amount_cents = total_amount_cents - 1
        WHERE order_id = '{order}'""",
        {"order_total_is_net"},
    ),
    "an order of a year ago": (
        "orders",
        "UPDATE orders SET order_date = DATE '2025-11-21' WHERE order_id = '{order}'",
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
        WHERE order_id = '{order}'""",
        {"order_has_the_deals_contact"},
    ),
    "an order is processed for ever": (
        "orders",
        "UPDATE orders SET status = 'processing' WHERE order_id = '{order}'",
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
        "UPDATE payments SET invoice_id = 'INV-999999999' WHERE payment_id = '{payment}'",
        {"references", "amount_paid_is_cash_received", "payment_is_posted", "payment_mismatch", TOTAL},
    ),
    "an empty value": (
        "contacts",
        "UPDATE contacts SET company = NULL WHERE contact_id = 'CON-000000003'",
        {"values"},
    ),
    "an unknown choice": (
        "payments",
        "UPDATE payments SET payment_method = 'barter' WHERE payment_id = '{payment}'",
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
