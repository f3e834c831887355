-- Numbers of whole tables with the range they must lie in, each as rows measured and the number.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows below which chance
-- alone moves the number out of it. Tables hold the Parquet columns; `scenario` is one row with the
-- configuration's keys.

-- name: new_customers_grow [0.03 to 0.08, warning, from 20,000 rows] — Growth a month of new customers, from a window's
-- first half to its second: .056, e-fold in 18 months.
WITH started AS (
    SELECT start_date, period_months, as_of - to_months(period_months) AS before
    FROM (SELECT min(start_date) AS start_date FROM subscriptions GROUP BY customer_id) CROSS JOIN scenario
    WHERE start_date > first_day AND history.start IS NULL
),
halves AS (
    SELECT
        count(*) FILTER (period_months >= 6) AS new,
        count(*) FILTER (start_date > before + to_days(CAST(period_months * 30.437 / 2 AS INT))) AS late,
        any_value(period_months) AS months
    FROM started
)
SELECT new, CASE WHEN late > 0 AND late < new THEN ln(late / (new - late)) / (months / 2) END FROM halves;

-- name: new_customers_come_evenly [0.8 to 1.25, warning, from 1,000 rows] — New customers of a history's second half for
-- each of its first, 1: they come at one rate, where it has run for a year.
SELECT
    CASE WHEN any_value(as_of - first_day) >= 365 THEN count(*) ELSE 0 END,
    count(*) FILTER (start_date > first_day + CAST((as_of - first_day) // 2 AS INT))
    / nullif(count(*) FILTER (start_date <= first_day + CAST((as_of - first_day) // 2 AS INT)), 0)
FROM (SELECT min(start_date) AS start_date FROM subscriptions GROUP BY customer_id) CROSS JOIN scenario
WHERE start_date > first_day AND history.start IS NOT NULL;

-- name: the_young_cancel_most [1.3 to 6, warning, from 400 rows] — Cancellations a day of customers in their first year
-- for each of those older than two, in a history that grows: 2, as the hazard falls with tenure; billed monthly, and
-- twice the rarer of the two are counted.
WITH lives AS (
    SELECT
        greatest(start_date, first_day) - start_date AS seen_from,
        coalesce(end_date, as_of) - start_date AS seen_to,
        end_date IS NOT NULL AS is_gone
    FROM (
        SELECT min(start_date) AS start_date, nullif(max(coalesce(end_date, DATE '9999-01-01')), DATE '9999-01-01') AS end_date
        FROM subscriptions GROUP BY customer_id
    ) CROSS JOIN scenario
    WHERE history.start IS NOT NULL AND billing_interval_months = 1
)
SELECT
    2 * least(count(*) FILTER (is_gone AND seen_to < 365), count(*) FILTER (is_gone AND seen_to >= 730)),
    (count(*) FILTER (is_gone AND seen_to < 365) / nullif(sum(greatest(0, least(seen_to, 365) - seen_from)), 0))
    / nullif(
        count(*) FILTER (is_gone AND seen_to >= 730) / nullif(sum(greatest(0, seen_to - greatest(seen_from, 730))), 0), 0
    )
FROM lives;

-- name: decoys_of_a_history [0.8 to 1.2, warning, from 500 rows] — In a history that grows, late payments for each zombie or
-- partial payment, whichever are more, and cancellations for each ghost of all cycles but the last, over the
-- decoy_ratio: both 1, and of the two that is measured which is further off; from two years on, by the fewer.
WITH faults AS (
    SELECT
        count(*) FILTER (type = 'zombie_account' AND is_over) AS zombies,
        count(*) FILTER (type = 'partial_payment' AND is_over) AS partials,
        count(*) FILTER (type = 'ghost_subscriber' AND billing_date <= as_of - to_months(billing_interval_months)) AS ghosts
    FROM (
        SELECT *, billing_date + payment_terms_days + grace_days < as_of AS is_over
        FROM anomaly_manifest CROSS JOIN scenario
        WHERE history.start IS NOT NULL AND decoy_ratio > 0
    )
),
late AS (
    SELECT count(*) AS late
    FROM payments JOIN invoices USING (invoice_id) CROSS JOIN scenario
    WHERE payment_date > due_date AND due_date + grace_days < as_of
),
gone AS (
    SELECT count(*) AS gone
    FROM (SELECT max(coalesce(end_date, DATE '9999-01-01')) AS end_date FROM subscriptions GROUP BY customer_id)
    CROSS JOIN scenario
    WHERE end_date < date_trunc('month', as_of)
),
ratios AS (
    SELECT
        CASE WHEN as_of - first_day >= 730
            THEN CAST(least(greatest(zombies, partials), ghosts) * least(1, decoy_ratio) AS BIGINT) ELSE 0 END AS fewest,
        late / nullif(greatest(zombies, partials) * decoy_ratio, 0) AS of_late,
        gone / nullif(ghosts * decoy_ratio, 0) AS of_gone
    FROM faults CROSS JOIN late CROSS JOIN gone CROSS JOIN scenario
)
SELECT fewest, CASE WHEN abs(of_late - 1) > abs(of_gone - 1) THEN of_late ELSE of_gone END FROM ratios;

-- name: late_payments_of_the_latest_tenth [0.5 to 1, warning, from 1,000 rows] — Share of the late payments that the tenth
-- of customers makes that is late most often: .66, and .30 were lateness nobody's habit; of the first 100,000
-- customers, with six bills in the period and at most 15 % of payments late.
WITH paid AS (
    SELECT customer_id, CAST(payment_date > due_date AS INT) AS late
    FROM payments JOIN invoices USING (invoice_id) JOIN subscriptions USING (sub_id) CROSS JOIN scenario
    WHERE
        customer_id <= 'CUS-000100000'
        AND late_rate <= 0.15 AND period_months >= 6 * billing_interval_months
),
tally_of_one AS (
    SELECT late, row_number() OVER (ORDER BY late DESC) AS place, count(*) OVER () AS customers
    FROM (SELECT customer_id, sum(late) AS late FROM paid GROUP BY customer_id)
)
SELECT CAST(sum(late) AS BIGINT), sum(late) FILTER (place <= customers / 10) / nullif(sum(late), 0)
FROM tally_of_one;

-- name: days_to_pay_belong_to_customers [0.7 to 1, warning, from 1,000 rows] — Share of the variance of days from invoice to
-- payment on time that lies between customers, .84: cards pay in days 0 to 2, ACH in 3 to 5, the others by
-- invoice; of the first 100,000 customers, with terms of two weeks.
WITH paid AS (
    SELECT customer_id, payment_date - invoice_date AS days
    FROM payments JOIN invoices USING (invoice_id) JOIN subscriptions USING (sub_id) CROSS JOIN scenario
    WHERE customer_id <= 'CUS-000100000' AND payment_date <= due_date AND payment_terms_days >= 14
),
by_customer AS (
    SELECT count(*) AS found, sum(days) AS total, sum(days * days) AS squares
    FROM paid GROUP BY customer_id
)
SELECT
    CAST(sum(found) AS BIGINT),
    (sum(total * total / found) - sum(total) * sum(total) / sum(found))
    / nullif(sum(squares) - sum(total) * sum(total) / sum(found), 0)
FROM by_customer;

-- name: cancellations_differ_by_month [0.15 to 1, warning, from 60 rows] — How much the cancellations of a month differ from
-- the next month's, on average, against the mean of all months: .4, and .05 were they only falling with tenure;
-- of twelve months or more with five cancellations or more each on average.
WITH months AS (
    SELECT date_trunc('month', end_date) AS month, count(*) AS cancelled
    FROM (
        SELECT max(end_date) AS end_date
        FROM subscriptions
        GROUP BY customer_id
        HAVING count(end_date) = count(*)
    )
    GROUP BY month
),
steps AS (
    SELECT cancelled, abs(cancelled - lag(cancelled) OVER (ORDER BY month)) AS step FROM months
)
SELECT
    CASE
        WHEN any_value(billing_interval_months) = 1 AND count(*) >= 12 AND avg(cancelled) >= 5
            THEN CAST(sum(cancelled) AS BIGINT)
        ELSE 0
    END,
    avg(step) / avg(cancelled)
FROM steps CROSS JOIN scenario;

-- name: payments_of_the_last_day [0 to 0.25, warning, from 300 rows] — Of the payments of the period's last week, those on its
-- very last day, .08, where the last bill is three weeks old: what would come later does not pile up there.
SELECT
    CASE WHEN date_diff('day', max(invoice_date), any_value(as_of)) < 21 THEN 0 ELSE count(payment_id) END,
    count(*) FILTER (payment_date = as_of) / nullif(count(payment_id), 0)
FROM invoices
JOIN payments USING (invoice_id)
CROSS JOIN scenario
WHERE payment_date > as_of - 7;

-- name: plan_changes_from_pro_go_up [0.45 to 0.75, warning, from 150 rows] — Of the customers who change from Pro, those who
-- take the dearer Enterprise: .6, so that upgrades are more usual than downgrades.
SELECT count(*), avg(CAST(new_plans.name = 'Enterprise' AS INT))
FROM subscriptions AS old
JOIN plans AS old_plans ON old_plans.plan_id = old.plan_id
JOIN subscriptions AS new ON new.customer_id = old.customer_id AND new.start_date = old.end_date + 1
JOIN plans AS new_plans ON new_plans.plan_id = new.plan_id
WHERE old_plans.name = 'Pro';

-- name: days_to_the_first_bill_of_a_new_plan [12 to 17, warning, from 500 rows] — Mean days from the start on a new plan to
-- its first bill, 14.7: plans change on any day, and the old one's bill covers the days until then; billed monthly.
SELECT count(*), avg(CAST(date_trunc('month', start_date - 1) + INTERVAL 1 MONTH AS DATE) - start_date)
FROM subscriptions CROSS JOIN scenario
WHERE
    billing_interval_months = 1
    AND start_date <= date_trunc('month', as_of)
    AND (customer_id, start_date - 1) IN (SELECT (customer_id, end_date) FROM subscriptions);

-- name: ghosts_at_plan_changes [0.5 to 1, warning, from 100 rows] — Of the ghosts, those at the first bill of a new plan:
-- more than half in an investigation; where three in five are asked, among enough such bills of a year.
WITH new_plans AS (
    SELECT sub_id, start_date
    FROM subscriptions
    CROSS JOIN scenario
    WHERE
        CASE WHEN history.start IS NULL THEN status = 'Active' ELSE true END
        AND (customer_id, start_date - 1) IN (SELECT (customer_id, end_date) FROM subscriptions)
),
ghosts AS (
    SELECT coalesce(billing_date < start_date + to_months(billing_interval_months), false) AS is_first
    FROM anomaly_manifest
    LEFT JOIN new_plans ON sub_id = entity_id
    CROSS JOIN scenario
    WHERE type = 'ghost_subscriber'
)
SELECT
    CASE
        WHEN any_value(ghosts_at_plan_changes) >= 0.6
            AND any_value(period_months) >= 12 * any_value(billing_interval_months)
            AND (SELECT count(*) FROM new_plans) >= 2 * count(*) THEN count(*)
        ELSE 0
    END,
    avg(CAST(is_first AS INT))
FROM ghosts CROSS JOIN scenario;
