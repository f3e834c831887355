-- The books for plain-text accounting: what `system_formats/plain_text_accounting.py` asks for.

-- name: accounts — The chart of accounts.
SELECT * FROM (
    VALUES ('Accounts Receivable', 'asset'), ('Cash', 'asset'), ('Revenue', 'income')
) AS chart (account, type);

-- name: postings — Legs of an invoice or a payment: two rows of the ledger in turn.
SELECT
    number_of(entry_id) // 2 AS posting,
    number_of(entry_id) % 2 + 1 AS leg,
    posted_date AS day,
    company AS payee,
    CASE WHEN is_cash THEN 'Payment of ' ELSE 'Invoice ' END || invoice_id AS narration,
    contact_id AS party,
    invoice_id AS document,
    account,
    debit - credit AS amount
FROM (
    SELECT *, bool_or(account = 'Cash') OVER (PARTITION BY number_of(entry_id) // 2) AS is_cash
    FROM ledger_entries
)
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
JOIN contacts USING (contact_id);

-- name: balances — Receivables and cash at the end of each month, from invoices and payments.
WITH papers AS (
    SELECT 'Accounts Receivable' AS account, issue_date AS day, amount_due AS amount FROM invoices
    UNION ALL SELECT 'Accounts Receivable', payment_date, -amount FROM payments
    UNION ALL SELECT 'Cash', payment_date, amount FROM payments
),
monthly AS (
    SELECT account, least(last_day(day), (SELECT as_of FROM scenario)) AS day, sum(amount) AS amount
    FROM papers GROUP BY ALL
)
SELECT account, day, sum(amount) OVER (PARTITION BY account ORDER BY day) AS amount FROM monthly;
