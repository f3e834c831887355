-- Books of order_to_cash for the report: one query a table, amounts in dollars.

-- name: trial_balance — Debits and credits of each account over the whole window.
SELECT
    coalesce(CAST(account AS VARCHAR), 'all') AS account,
    CAST(sum(debit_cents) / 100 AS DECIMAL(18, 2)) AS debit,
    CAST(sum(credit_cents) / 100 AS DECIMAL(18, 2)) AS credit,
    CAST(sum(debit_cents - credit_cents) / 100 AS DECIMAL(18, 2)) AS balance
FROM ledger_entries GROUP BY ROLLUP (ledger_entries.account) ORDER BY ledger_entries.account NULLS LAST;

-- name: receivables_by_age — What customers owe, by days since the invoice was issued.
SELECT
    CASE WHEN days <= 30 THEN '0 to 30 days' WHEN days <= 60 THEN '31 to 60' WHEN days <= 90 THEN '61 to 90'
        ELSE 'over 90' END AS age,
    count(*) AS invoices,
    CAST(sum(amount_due_cents - amount_paid_cents) / 100 AS DECIMAL(18, 2)) AS outstanding
FROM (SELECT *, as_of - issue_date AS days FROM invoices CROSS JOIN scenario)
WHERE amount_due_cents > amount_paid_cents AND status <> 'paid'
GROUP BY age ORDER BY min(days);
