-- The books for plain-text accounting: what `system_formats/plain_text_accounting.py` asks for.

-- name: accounts — The chart of accounts, each under its own name alone.
SELECT
    account_name AS account,
    CASE account_type WHEN 'REVENUE' THEN 'income' ELSE lower(account_type) END AS type
FROM accounts;

-- name: postings — The legs of every posting, with the client or vendor of its paper.
WITH parties AS (
    SELECT 'INVOICE' AS reference_type, invoice_id AS reference_id, customer_id AS client_id, NULL AS vendor_id
    FROM invoices
    UNION ALL SELECT 'BILL', bill_id, NULL, vendor_id FROM bills
    UNION ALL SELECT 'PAYMENT', payment_id, customer_id, vendor_id FROM payments
    UNION ALL SELECT 'EXPENSE', expense_id, NULL, vendor_id FROM expenses
)
SELECT
    split_part(entry_number, '-', 2) AS posting,
    CAST(split_part(entry_number, '-', 3) AS INTEGER) AS leg,
    entry_date AS day,
    coalesce(clients.name, vendors.name) AS payee,
    coalesce(ledger_entries.description, reference_type || ' ' || reference_id) AS narration,
    coalesce('client ' || clients.client_id, 'vendor ' || vendors.vendor_id) AS party,
    reference_type || ' ' || reference_id AS document,
    account_name AS account,
    debit - credit AS amount
FROM ledger_entries
JOIN accounts USING (account_id)
LEFT JOIN parties USING (reference_type, reference_id)
LEFT JOIN clients USING (client_id)
LEFT JOIN vendors ON vendors.vendor_id = parties.vendor_id;

-- name: balances — Receivables, payables, credits, consignment and cash at the end of each month, from the papers.
WITH papers AS (
    SELECT '1200' AS account_number, invoice_date AS day, total_amount AS amount FROM invoices
    UNION ALL SELECT '1200', payment_date, -amount FROM payments WHERE payment_type = 'RECEIVED'
    UNION ALL SELECT '2000', bill_date, -total_amount FROM bills
    UNION ALL SELECT '2000', payment_date, amount FROM payments WHERE payment_type = 'SENT'
    UNION ALL SELECT '2100', CAST(created_at AS DATE), -credit_amount FROM credits
    UNION ALL SELECT '2100', payment_date, amount FROM payments WHERE payment_method = 'OTHER'
    UNION ALL
    SELECT '2200', receive_date, -total_amount FROM intake_sessions WHERE payment_terms = 'CONSIGNMENT'
    UNION ALL SELECT '2200', bill_date, total_amount FROM bills WHERE payment_terms = 'CONSIGNMENT'
    UNION ALL
    SELECT '1000', transaction_date,
        CASE WHEN transaction_type IN ('DEPOSIT', 'INTEREST') THEN amount ELSE -amount END
    FROM bank_transactions WHERE transaction_type <> 'TRANSFER'
)
SELECT account_name AS account, end_date AS day, sum(amount) AS amount
FROM papers JOIN fiscal_periods ON day <= end_date JOIN accounts USING (account_number)
GROUP BY ALL;
