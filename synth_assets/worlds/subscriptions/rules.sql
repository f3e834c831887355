-- What each kind of leakage looks like from outside: one query a kind, over the published tables alone.
--
-- Written from the source document's definitions, for DuckDB, sharing nothing with the code that generates.
-- Tables hold the Parquet columns (amounts in whole cents); `scenario` is one row with the configuration's
-- keys, and `first_day`, on which the period or the history starts. Each query returns the values of a label: entity_id, related_entity_id, expected_value and actual_value
-- in dollars.

-- name: ghost_subscriber [cross-partition in a history] — An active subscription without an invoice for a billing date: $50.00 expected, 0 billed.
-- In a history that grows it was active on that date, whatever came later.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day
),
billing_dates AS (
    SELECT billing_date FROM firsts CROSS JOIN scenario WHERE months_on % billing_interval_months = 0
)
SELECT
    sub_id AS entity_id,
    strftime(billing_date, '%Y-%m') AS related_entity_id,
    CAST(monthly_price_cents * billing_interval_months / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(0 AS DECIMAL(18, 2)) AS actual_value
FROM subscriptions
JOIN plans USING (plan_id)
CROSS JOIN scenario
JOIN billing_dates ON start_date <= billing_date
ANTI JOIN invoices ON invoices.sub_id = subscriptions.sub_id AND invoices.invoice_date = billing_date
WHERE CASE WHEN history.start IS NULL THEN status = 'Active' ELSE coalesce(end_date >= billing_date, true) END;

-- name: zombie_account — No payment, grace run out, and still active: due 2024-03-15, unpaid at year end. In a history
-- that grows it was active when grace ran out, whatever came later.
SELECT
    invoice_id AS entity_id,
    sub_id AS related_entity_id,
    CAST(amount_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(0 AS DECIMAL(18, 2)) AS actual_value
FROM invoices
JOIN subscriptions USING (sub_id)
CROSS JOIN scenario
ANTI JOIN payments USING (invoice_id)
WHERE
    as_of > due_date + grace_days
    AND CASE
        WHEN history.start IS NULL THEN status = 'Active' ELSE coalesce(end_date > due_date + grace_days, true)
    END;

-- name: partial_payment — A payment below its invoice's amount: $47.65 for $50.00.
SELECT
    payment_id AS entity_id,
    invoice_id AS related_entity_id,
    CAST(amount_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(amount_paid_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM payments JOIN invoices USING (invoice_id)
WHERE amount_paid_cents < amount_cents;
