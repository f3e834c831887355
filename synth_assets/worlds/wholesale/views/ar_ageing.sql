SELECT
    customer_id AS client_id,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of <= due_date), 0) AS BIGINT) AS not_due_cents,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of - due_date BETWEEN 1 AND 30), 0) AS BIGINT) AS days_1_30_cents,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of - due_date BETWEEN 31 AND 60), 0) AS BIGINT) AS days_31_60_cents,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of - due_date BETWEEN 61 AND 90), 0) AS BIGINT) AS days_61_90_cents,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of - due_date BETWEEN 91 AND 120), 0) AS BIGINT) AS days_91_120_cents,
    CAST(coalesce(sum(amount_due_cents) FILTER (as_of - due_date > 120), 0) AS BIGINT) AS days_over_120_cents,
    CAST(sum(amount_due_cents) AS BIGINT) AS total_due_cents
FROM invoices, (SELECT max(end_date) AS as_of FROM fiscal_periods)
WHERE amount_due_cents > 0
GROUP BY customer_id
ORDER BY customer_id
