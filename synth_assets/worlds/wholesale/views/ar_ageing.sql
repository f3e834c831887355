SELECT
    customer_id AS client_id,
X AS not_due_cents,
X AS days_1_30_cents,
X AS days_31_60_cents,
X AS days_61_90_cents,
X AS days_91_120_cents,
X AS days_over_120_cents,
    CAST(sum(amount_due_cents) AS BIGINT) AS total_due_cents
FROM invoices, (SELECT max(end_date) AS as_of FROM fiscal_periods)
WHERE amount_due_cents > 0
GROUP BY customer_id
ORDER BY customer_id
