-- Books of subscriptions for the report: one query a table, amounts in dollars.

-- name: billed_and_received — What each month billed, and what of it came in by as_of.
SELECT
    strftime(invoice_date, '%Y-%m') AS month,
    count(*) AS invoices,
    CAST(sum(amount_cents) / 100 AS DECIMAL(18, 2)) AS billed,
    CAST(coalesce(sum(amount_paid_cents), 0) / 100 AS DECIMAL(18, 2)) AS received,
    CAST((sum(amount_cents) - coalesce(sum(amount_paid_cents), 0)) / 100 AS DECIMAL(18, 2)) AS outstanding
FROM invoices LEFT JOIN payments USING (invoice_id)
GROUP BY month ORDER BY month;

-- name: open_by_age — Invoices without a payment, by days since they were due.
SELECT
    CASE WHEN days <= 0 THEN 'not due yet' WHEN days <= 30 THEN '1 to 30 days' WHEN days <= 90 THEN '31 to 90'
        ELSE 'over 90' END AS age,
    count(*) AS invoices,
    CAST(sum(amount_cents) / 100 AS DECIMAL(18, 2)) AS outstanding
FROM (SELECT *, as_of - due_date AS days FROM invoices ANTI JOIN payments USING (invoice_id) CROSS JOIN scenario)
GROUP BY age ORDER BY min(days);
