-- Numbers of whole tables with the range they must lie in, each as rows measured and the number.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows below which chance
-- alone moves the number out of it.

-- name: first_digits_follow_benford [0 to 0.015, warning, from 1,000 rows] — Mean absolute deviation of the amounts'
-- first digits from Benford's law; above .015 amounts do not conform (Nigrini 2012).
WITH digits AS (
    SELECT CAST(left(CAST(amount_due_cents AS VARCHAR), 1) AS INT) AS digit, count(*) AS found
    FROM invoices GROUP BY 1
),
total AS (SELECT sum(found) AS rows FROM digits)
SELECT
    CAST(any_value(rows) AS BIGINT),
    avg(abs(coalesce(found, 0) / rows - log10(1 + 1 / expected)))
FROM range(1, 10) AS law(expected) CROSS JOIN total LEFT JOIN digits ON digit = expected;

-- name: top_fifth_of_customers [0.4 to 0.9, warning, from 1,000 rows] — Share of the billed amount that the largest fifth
-- of paying customers brings: 40 to 90 % in trade between businesses.
WITH billed AS (
    SELECT contact_id, sum(amount_due_cents) AS amount FROM invoices JOIN orders USING (order_id) GROUP BY 1
),
ranked AS (
    SELECT amount, row_number() OVER (ORDER BY amount DESC, contact_id) AS place, count(*) OVER () AS customers
    FROM billed
)
SELECT (SELECT count(*) FROM invoices), sum(amount) FILTER (place <= ceil(customers / 5)) / sum(amount) FROM ranked;

-- name: drift_begins_where_decoys_end [0.0 to 0.4, warning, from 80 rows] — Per cent of the order between the largest
-- difference that is sound, up to .9, and the smallest drift, from 1.01: no gap tells them apart.
SELECT
    count(*) FILTER (difference > 0.01),
    100 * (min(difference) FILTER (difference > 0.01) - max(difference) FILTER (difference <= 0.01))
FROM (
    SELECT abs(amount_due_cents - total_amount_cents) / total_amount_cents AS difference
    FROM invoices JOIN orders USING (order_id)
)
WHERE difference > 0;

-- name: days_differ [0.4 to 1.0, warning, from 100 rows] — Coefficient of variation of the orders a weekday: days are no
-- clockwork (.2 is what the calendar alone makes). Measured over days, where they have three orders on average.
SELECT
    CAST(CASE WHEN avg(orders) >= 3 THEN count(*) ELSE 0 END AS BIGINT),
    stddev_pop(orders) / avg(orders)
FROM (
    SELECT day, count(order_id) AS orders
    FROM
        (
            SELECT CAST(unnest(generate_series(min(order_date), max(order_date), INTERVAL 1 DAY)) AS DATE) AS day
            FROM orders
        )
        LEFT JOIN orders ON order_date = day
    WHERE isodow(day) <= 5
    GROUP BY day
);

-- name: pipeline_fills_bit_by_bit [0.1 to 2.5, warning, from 1,000 rows] — Deals opened a day in the window's first week
-- against the whole window: what would have been opened before it does not pile up on its first days.
SELECT
    count(*),
    count(*) FILTER (opened < least(first_day + 7, as_of)) / 7 / (count(*) / (as_of - first_day + 1))
FROM (
    SELECT CAST(created_at AS DATE) AS opened, first_day, as_of
    FROM deals CROSS JOIN scenario
)
GROUP BY first_day, as_of;

-- name: receivables_fall_with_age [0.05 to 0.9, warning, from 100 rows] — Share of the invoices of 45 to 59 days that are
-- unpaid against that of 30 to 44; nothing is unpaid at 61 to 90, so that what is stale is beyond doubt.
SELECT count(*), avg(is_unpaid) FILTER (age_days >= 45) / nullif(avg(is_unpaid) FILTER (age_days < 45), 0)
FROM (
    SELECT as_of - issue_date AS age_days, CAST(status = 'unpaid' AS INT) AS is_unpaid
    FROM invoices CROSS JOIN scenario
)
WHERE age_days BETWEEN 30 AND 59;

-- name: stale_thin_out_with_age [0.58 to 0.95, warning, from 50 rows] — Share of stale invoices in the younger half of the
-- days from 91 on, where the books are a window: a history that grows writes nothing off.
SELECT count(*), avg(CAST(age_days - 91 < (oldest_days - 91) / 2 AS INT))
FROM (
    SELECT as_of - issue_date AS age_days, as_of - first_day + 1 AS oldest_days
    FROM invoices CROSS JOIN scenario
    WHERE status = 'unpaid' AND history.start IS NULL
)
WHERE age_days > 90;

-- name: bulk_is_cheaper [0.2 to 0.8, warning, from 500 rows] — Share of lines without a discount where at most the median
-- quantity is bought, less that share where more is.
SELECT
    count(*),
    avg(CAST(discount_pct = 0 AS INT)) FILTER (quantity <= median_quantity)
    - avg(CAST(discount_pct = 0 AS INT)) FILTER (quantity > median_quantity)
FROM opportunities CROSS JOIN (SELECT median(quantity) AS median_quantity FROM opportunities);

-- name: payments_are_numbered_in_time [0.98 to 1.0, warning, from 500 rows] — Rank correlation of payments' numbers with
-- their days, among those of 65,536 orders, where they have 500; a history that grows numbers those of each month's
-- orders.
SELECT CAST(coalesce(sum(payments), 0) AS BIGINT), sum(payments * correlation) / sum(payments)
FROM (
    SELECT count(*) AS payments, corr(number, by_day) AS correlation
    FROM (
        SELECT
            numbered,
            row_number() OVER (PARTITION BY numbered ORDER BY payment_id) AS number,
            rank() OVER (PARTITION BY numbered ORDER BY payment_date) AS by_day
        FROM
            (
                SELECT
                    payment_id,
                    payment_date,
                    (CAST(right(payment_id, 9) AS BIGINT) - 1) // (131072 * payments_per_invoice) AS numbered
                FROM payments CROSS JOIN scenario
                WHERE history.start IS NULL
            )
    )
    GROUP BY numbered
    HAVING count(*) >= 500
);

-- name: payments_know_no_invoice_number [-0.2 to 0.2, warning, from 500 rows] — Correlation of payments' numbers with their
-- invoices' among those of a day: a payment is found by its reference, not by its number.
SELECT count(*), coalesce(nullif(corr(payment, invoice), 'nan'), 0)
FROM (
    SELECT
        payment - avg(payment) OVER of_day AS payment,
        invoice - avg(invoice) OVER of_day AS invoice
    FROM
        (
            SELECT
                payment_date,
                (CAST(right(payment_id, 9) AS BIGINT) - 1) // (131072 * payments_per_invoice) AS numbered,
                row_number() OVER (PARTITION BY payment_date, numbered ORDER BY payment_id) AS payment,
                row_number() OVER (PARTITION BY payment_date, numbered ORDER BY invoice_id) AS invoice
            FROM payments CROSS JOIN scenario
            WHERE history.start IS NULL
        )
    WINDOW of_day AS (PARTITION BY payment_date, numbered)
);

-- name: paid_in_instalments [0.15 to 0.35, warning, from 500 rows] — Share of the paid invoices that were paid in more than
-- one payment, where payments_per_invoice is above 1.
SELECT count(*), avg(CAST(payments > 1 AS INT))
FROM
    (SELECT invoice_id, count(*) AS payments FROM payments GROUP BY invoice_id)
    JOIN invoices USING (invoice_id)
    CROSS JOIN scenario
WHERE status = 'paid' AND payments_per_invoice > 1;

-- name: partial_among_the_open [0.03 to 0.4, warning, from 200 rows] — Share of the invoices open at up to 60 days of which
-- a part is paid, where payments_per_invoice is above 1: look-alikes of those that are paid short.
SELECT count(*), avg(CAST(status = 'partial' AS INT))
FROM invoices CROSS JOIN scenario
WHERE status <> 'paid' AND as_of - issue_date <= 60 AND payments_per_invoice > 1;

-- name: settled_together [0.01 to 0.5, warning, from 1,000 rows] — Share of the payments that came with others in one bank
-- payment, where payments_per_invoice is above 1: the more orders a customer has, the more.
SELECT count(*), avg(CAST(together > 1 AS INT))
FROM (SELECT count(*) OVER (PARTITION BY receipt_id) AS together FROM payments) CROSS JOIN scenario
WHERE payments_per_invoice > 1;

-- name: short_payers_pay_in_parts [0.9 to 1.0, warning, from 20 rows] — Share of the invoices paid short that came in
-- several payments, where faults are disguised and payments_per_invoice is above 1.
SELECT count(*), avg(CAST(payments > 1 AS INT))
FROM
    (SELECT invoice_id, count(*) AS payments, sum(amount_cents) AS received_cents FROM payments GROUP BY invoice_id)
    JOIN invoices USING (invoice_id)
    CROSS JOIN scenario
WHERE status = 'paid' AND received_cents < amount_due_cents AND disguised AND payments_per_invoice > 1;

-- name: last_instalments_are_smaller [0.4 to 0.8, warning, from 200 rows] — Share of the invoices paid in full and in
-- several payments whose last one is the smallest, where faults are disguised: it looks like one that was paid short.
SELECT count(*), avg(CAST(last_cents + 1 < first_cents AS INT))
FROM
    (
        SELECT
            invoice_id,
            arg_min(amount_cents, payment_date) AS first_cents,
            arg_max(amount_cents, payment_date) AS last_cents,
            sum(amount_cents) AS received_cents
        FROM payments
        GROUP BY invoice_id
        HAVING count(*) > 1
    )
    JOIN invoices USING (invoice_id)
    CROSS JOIN scenario
WHERE received_cents = amount_due_cents AND disguised;

-- name: short_payments_follow_the_mix [0 to 0.15, warning, from 150 rows] — How far the grades of payment mismatches are
-- from difficulty_mix, where it is set: the share of them that would have to be of another grade.
SELECT CAST(coalesce(sum(labels), 0) AS BIGINT), sum(abs(coalesce(labels, 0) / total - asked)) / 2
FROM
    (
        SELECT
            unnest(['trivial', 'easy', 'medium', 'hard', 'very_hard']) AS difficulty,
            unnest(asked_of_grades) AS asked
        FROM scenario
    )
    LEFT JOIN (
        SELECT CAST(difficulty AS VARCHAR) AS difficulty, count(*) AS labels, sum(count(*)) OVER () AS total
        FROM anomaly_manifest
        WHERE type = 'payment_mismatch'
        GROUP BY ALL
    ) USING (difficulty)
WHERE (SELECT list_sum(asked_of_grades) > 0 FROM scenario);
