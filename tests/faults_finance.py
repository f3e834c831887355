"""Faults put into invoices, payments and the ledger by hand, and the checks that must see them."""

from __future__ import annotations

from synth_assets.checks.world_checks import TOTAL

Spoilt = tuple[str, str, set[str]]
"""Table, statement with ids in braces (see `Sound`), and the names of the checks that fail."""

CASH: dict[str, Spoilt] = {
    "an unpaid invoice asks a cent more": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1 WHERE invoice_id =
        (SELECT max(invoice_id) FROM invoices WHERE status = 'unpaid')""",
        {"invoice_is_posted", "receivable_is_open_invoices"},
    ),
    "a paid invoice asks a cent more": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1 WHERE invoice_id = '{invoice}'""",
        {"invoice_is_posted", "receivable_is_open_invoices", "payment_mismatch", TOTAL},
    ),
    "an invoice is called unpaid": (
        "invoices",
        "UPDATE invoices SET status = 'unpaid' WHERE invoice_id = '{invoice}'",
        {"amount_paid_is_cash_received", "order_is_paid_with_its_first_invoice", "stale_unpaid", TOTAL},
    ),
    "an invoice is gone": (
        "invoices",
        "DELETE FROM invoices WHERE invoice_id = '{invoice}'",
        {
            "references",
            "missing_invoice",
            "receivable_is_open_invoices",
            TOTAL,
        },
    ),
    "an invoice is due a day late": (
        "invoices",
        "UPDATE invoices SET due_date = due_date + 1 WHERE invoice_id = '{invoice}'",
        {"terms_are_net_30"},
    ),
    "a payment is a cent short": (
        "payments",
        "UPDATE payments SET amount_cents = amount_cents - 1 WHERE payment_id = '{payment}'",
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
        WHERE invoice_id = '{other}'""",
        {
            "order_before_invoice",
            "invoices_within_window",
            "payment_within_60_days_of_issue",
            "invoice_is_posted",
            "receivable_is_open_invoices",
        },
    ),
    "an invoice is called partial": (
        "invoices",
        "UPDATE invoices SET status = 'partial' WHERE invoice_id = '{invoice}'",
        {
            "instalments_end_by_60_days",
            "amount_paid_is_cash_received",
            "order_is_paid_with_its_first_invoice",
        },
    ),
    "two payments have one receipt": (
        "payments",
        """UPDATE payments SET receipt_id = 'REC-000000001' WHERE payment_id IN
        (SELECT max(payment_id) FROM payments UNION SELECT min(payment_id) FROM payments)""",
        {"payments_have_receipts", "receipt_is_one_bank_payment"},
    ),
    "an invoice is unpaid at 70 days": (
        "invoices",
        """UPDATE invoices SET status = 'unpaid' WHERE invoice_id =
        (SELECT min(invoice_id) FROM invoices WHERE issue_date = DATE '2026-11-20' - 70)""",
        {
            "nothing_unpaid_at_61_to_90_days",
            "order_is_paid_with_its_first_invoice",
            "amount_paid_is_cash_received",
        },
    ),
    "a duplicate asks another amount": (
        "invoices",
        """UPDATE invoices SET amount_due_cents = amount_due_cents + 1
        WHERE invoice_id = '{duplicate}'""",
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
        """UPDATE payments SET payment_date = payment_date + 1 WHERE payment_id = (SELECT max(payment_id)
        FROM payments WHERE dayname(payment_date) = 'Friday' AND payment_date < DATE '2026-11-20')""",
        {"payment_on_a_weekday", "payment_is_posted"},
    ),
    "a payment is of tomorrow": (
        "payments",
        """UPDATE payments SET payment_date = '2026-11-23' WHERE payment_date =
        (SELECT max(payment_date) FROM payments)""",
        {"payments_within_window", "payment_is_posted"},
    ),
    "a small amount is wired": (
        "payments",
        """UPDATE payments SET payment_method = 'wire' WHERE payment_id =
        (SELECT min(payment_id) FROM payments WHERE amount_cents < 1000000)""",
        {"method_suits_the_amount"},
    ),
    "an invoice is paid in two parts": (
        "payments",
        """UPDATE payments SET amount_cents = 1 WHERE payment_id = '{payment}';
        INSERT INTO payments BY NAME
        SELECT * REPLACE ('PAY-000009999' AS payment_id) FROM payments WHERE payment_id = '{payment}'""",
        {
            "invoice_has_no_more_payments_than_asked",
            "instalments_come_one_by_one",
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
        WHERE invoice_id = '{invoice}' AND entry_id >= '{payment_leg}'""",
        {"payment_is_posted", "receivable_is_open_invoices"},
    ),
    "a leg is posted the day after as_of": (
        "ledger_entries",
        """UPDATE ledger_entries SET posted_date = DATE '2026-11-22' WHERE entry_id = (SELECT max(entry_id)
        FROM ledger_entries WHERE account = 'Cash' AND posted_date >= DATE '2026-11-01')""",
        {"ledger_within_window", "payment_is_posted"},
    ),
    "revenue is debited": (
        "ledger_entries",
        """UPDATE ledger_entries SET debit_cents = credit_cents, credit_cents = debit_cents
        WHERE invoice_id = '{invoice}' AND entry_id < '{payment_leg}'""",
        {"leg_stands_on_its_side", "invoice_is_posted", "payment_is_posted", "receivable_is_open_invoices"},
    ),
    "amounts moved from one invoice to another": (
        "ledger_entries",
        """UPDATE ledger_entries SET debit_cents = debit_cents + CASE account
        WHEN 'Accounts Receivable' THEN CASE invoice_id WHEN '{invoice}' THEN 1 ELSE -1 END ELSE 0 END
        WHERE debit_cents > 0 AND invoice_id IN ('{invoice}', '{other}')""",
        {"debits_equal_credits", "invoice_is_posted"},
    ),
}
