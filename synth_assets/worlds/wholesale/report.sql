-- Books of the wholesaler for the report: one query a table, amounts in dollars.

-- name: trial_balance — Debits and credits of each account.
SELECT
    account_number,
    account_name,
    CAST(sum(debit_cents) / 100 AS DECIMAL(18, 2)) AS debit,
    CAST(sum(credit_cents) / 100 AS DECIMAL(18, 2)) AS credit,
    CAST(sum(debit_cents - credit_cents) / 100 AS DECIMAL(18, 2)) AS balance
FROM ledger_entries JOIN accounts USING (account_id)
GROUP BY account_number, account_name ORDER BY account_number;

-- name: receivables_by_age — What clients owe, by days since the invoice was due.
SELECT
    CASE WHEN days <= 0 THEN 'not due yet' WHEN days <= 30 THEN '1 to 30 days' WHEN days <= 60 THEN '31 to 60'
        WHEN days <= 90 THEN '61 to 90' ELSE 'over 90' END AS age,
    count(*) AS invoices,
    CAST(sum(amount_due_cents) / 100 AS DECIMAL(18, 2)) AS outstanding
FROM (SELECT *, as_of - CAST(due_date AS DATE) AS days FROM invoices CROSS JOIN scenario)
WHERE amount_due_cents > 0
GROUP BY age ORDER BY min(days);
