-- What looks like each kind of leakage and is sound: a query for each such decoy, over the published tables alone.
--
-- In brackets is the kind that a decoy looks like; its sentence is the fact that clears it. Each query returns
-- entity_id, the row that looks like one at fault. None of them has a label of that kind.

-- name: cancelled [ghost_subscriber, cross-partition in a history] — The subscription was cancelled before the last bills,
-- so that none is due.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day
),
missed AS ( -- a ghost of a history that grows may end later
    SELECT sub_id
    FROM subscriptions
    CROSS JOIN scenario
    JOIN firsts ON billing_date BETWEEN start_date AND end_date
    ANTI JOIN invoices ON invoices.sub_id = subscriptions.sub_id AND invoice_date = billing_date
    WHERE months_on % billing_interval_months = 0 AND history.start IS NOT NULL
)
SELECT own.sub_id AS entity_id
FROM subscriptions AS own
CROSS JOIN scenario
ANTI JOIN subscriptions AS later ON later.customer_id = own.customer_id AND later.start_date = own.end_date + 1
ANTI JOIN missed ON missed.sub_id = own.sub_id
WHERE own.status = 'Cancelled' AND own.end_date < as_of - to_months(billing_interval_months);

-- name: old_plan [ghost_subscriber, cross-partition in a history] — The subscription ended before the last bills as its
-- customer changed plan, and the next one is due instead.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day
),
missed AS ( -- a ghost of a history that grows may end later
    SELECT sub_id
    FROM subscriptions
    CROSS JOIN scenario
    JOIN firsts ON billing_date BETWEEN start_date AND end_date
    ANTI JOIN invoices ON invoices.sub_id = subscriptions.sub_id AND invoice_date = billing_date
    WHERE months_on % billing_interval_months = 0 AND history.start IS NOT NULL
)
SELECT own.sub_id AS entity_id
FROM subscriptions AS own
CROSS JOIN scenario
SEMI JOIN subscriptions AS later ON later.customer_id = own.customer_id AND later.start_date = own.end_date + 1
ANTI JOIN missed ON missed.sub_id = own.sub_id
WHERE own.end_date < as_of - to_months(billing_interval_months);

-- name: new_customer [ghost_subscriber, cross-partition in a history] — The subscription began after the first bills, and
-- has every bill since.
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
SELECT own.sub_id AS entity_id
FROM subscriptions AS own
CROSS JOIN billing_dates
LEFT JOIN invoices ON invoices.sub_id = own.sub_id AND invoice_date = billing_date
ANTI JOIN subscriptions AS earlier
    ON earlier.customer_id = own.customer_id AND earlier.end_date = own.start_date - 1
WHERE own.status = 'Active'
GROUP BY own.sub_id
HAVING
    bool_or(start_date > billing_date)
    AND bool_or(start_date <= billing_date)
    AND bool_and(start_date > billing_date OR invoice_id IS NOT NULL);

-- name: new_plan [ghost_subscriber, cross-partition in a history] — The subscription began with a change of plan after the
-- first bills, up to a month before its first one, and has every bill since.
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
SELECT own.sub_id AS entity_id
FROM subscriptions AS own
CROSS JOIN billing_dates
LEFT JOIN invoices ON invoices.sub_id = own.sub_id AND invoice_date = billing_date
SEMI JOIN subscriptions AS earlier
    ON earlier.customer_id = own.customer_id AND earlier.end_date = own.start_date - 1
WHERE own.status = 'Active'
GROUP BY own.sub_id
HAVING
    bool_or(start_date > billing_date)
    AND bool_or(start_date <= billing_date)
    AND bool_and(start_date > billing_date OR invoice_id IS NOT NULL);

-- name: unpaid_within_grace [zombie_account] — The invoice is unpaid, and its days of grace still run.
SELECT invoice_id AS entity_id
FROM invoices CROSS JOIN scenario ANTI JOIN payments USING (invoice_id)
WHERE as_of <= due_date + grace_days;

-- name: paid_late [zombie_account] — The invoice was unpaid when it was due, and was paid in full later.
SELECT invoice_id AS entity_id
FROM invoices
JOIN (
    SELECT invoice_id, sum(amount_paid_cents) AS received_cents, max(payment_date) AS settled_on
    FROM payments GROUP BY invoice_id
) USING (invoice_id)
WHERE received_cents = amount_cents AND settled_on > due_date;

-- name: late_in_full [partial_payment] — The payment came after the due date, and all of the amount came.
SELECT payment_id AS entity_id
FROM payments JOIN invoices USING (invoice_id)
WHERE payment_date > due_date AND amount_paid_cents = amount_cents;
