"""The tables in which faults change rows: all others hold what those of the clean twin hold."""

from __future__ import annotations

CHANGED_TABLES = {
    "refund_above_invoice": (
        "transactions",
        "transaction_links",
        "client_transactions",
        "credits",
        "ledger_entries",
    ),
    "payment_of_wrong_client": ("payments",),
    "unrecorded_return": ("inventory_movements",),
    "lapping": ("payments",),
    "discount_without_rule": ("orders",),
    "price_below_floor": ("sales_sheet_history",),
    "booked_too_early": ("invoices",),
    "side_agreement": ("orders",),
    "limit_exceeded_without_approval": ("credit_audit_log",),
    "oversold_batch": ("sales",),
    "cost_below_batch": ("sales",),
    "phantom_intake": ("intake_sessions", "intake_session_batches"),
    "adjustment_without_reason": ("inventory_movements",),
    "sample_unaccounted": ("sample_inventory_log",),
    "missing_consignment_payable": ("ledger_entries",),
    "vendor_is_a_user": ("vendors",),
    "bill_split": (
        "bills",
        "bill_line_items",
        "payment_history",
        "payments",
        "bank_transactions",
        "ledger_entries",
        "audit_logs",
    ),
    "bill_paid_twice": ("bank_accounts", "payments", "bank_transactions", "ledger_entries"),
    "payment_before_bill": ("payment_history", "payments", "bank_transactions", "ledger_entries"),
    "invoice_without_posting": ("ledger_entries",),
    "unbalanced_entry": ("ledger_entries",),
    "backdated_entry": ("ledger_entries",),
    "expense_as_inventory": ("ledger_entries",),
    "round_manual_entry": ("ledger_entries",),
    "approved_own_request": ("sample_requests",),
    "limit_raised_without_reason": ("credit_audit_log",),
    "client_changed_before_payment": ("audit_logs",),
}
"""By kind of fault, the tables that its edits name."""
