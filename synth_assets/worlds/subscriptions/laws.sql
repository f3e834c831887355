-- What must hold between the tables for every configuration: each query returns offenders.
--
-- Blocks are judged a few at a time. Rows that references join are in one block, so most laws need no more; a
-- law that compares other rows is marked [cross-partition], and one over counts of joined rows begins WITH tally AS, whose
-- rows are added up. id_of(text) is the id that a label names. Where history.start is empty the books are a window.

-- name: customers_as_asked [cross-partition] — There are num_customers customers, in a window.
SELECT num_customers AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM customers)
WHERE found <> num_customers AND history.start IS NULL;

-- name: customers_by_month_as_asked [cross-partition] — In a history that grows customers_at_start are there on its first
-- day, and every month ends with its twelfth of a year's new ones, the first with the share of its days.
WITH months AS (
    SELECT
        CAST(month + INTERVAL 1 MONTH AS DATE) - 1 AS month_end,
        row_number() OVER (ORDER BY month) - 1
        + (last_day(first_day) - first_day) / day(last_day(first_day)) AS months_on
    FROM scenario, unnest(generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)) AS months(month)
    WHERE history.start IS NOT NULL
),
ends AS (
    SELECT month_end, history.new_customers_per_year / 12 * months_on AS new
    FROM months CROSS JOIN scenario
    WHERE month_end <= as_of
    UNION
    SELECT first_day, 0 FROM scenario WHERE history.start IS NOT NULL
),
customer_starts AS (SELECT min(start_date) AS start_date FROM subscriptions GROUP BY customer_id),
started AS (SELECT month_end, count(*) AS found FROM ends JOIN customer_starts ON start_date <= month_end GROUP BY month_end)
SELECT month_end, round(history.customers_at_start + new, 2) AS asked, coalesce(found, 0) AS found
FROM ends LEFT JOIN started USING (month_end) CROSS JOIN scenario
WHERE abs(coalesce(found, 0) - history.customers_at_start - new) > 0.501;

-- name: email_belongs_to_one [cross-partition] — No two customers share an e-mail, and every address is reserved for examples.
SELECT email, count(*) AS customers
FROM customers
GROUP BY email
HAVING count(*) > 1 OR NOT email LIKE '%.example';

-- name: plan_price_as_asked — Each plan costs what the configuration says, rounded half up to whole cents.
SELECT name, monthly_price_cents
FROM plans CROSS JOIN scenario
WHERE monthly_price_cents <> round(100 * CAST(CASE name
    WHEN 'Basic' THEN monthly_prices.basic
    WHEN 'Pro' THEN monthly_prices.pro
    ELSE monthly_prices.enterprise
END AS DECIMAL(18, 6)));

-- name: customer_has_one_subscription — Every customer has exactly one subscription at a time: another begins on another
-- plan, the day after the one before ended; in a window it is the second and the last.
SELECT customer_id, coalesce(found, 0) AS subscriptions, broken
FROM customers
LEFT JOIN (
    SELECT
        customer_id,
        count(*) AS found,
        count(*) FILTER (
            plan_before IS NOT NULL AND (start_date - 1 IS DISTINCT FROM end_before OR plan_id = plan_before)
        ) AS broken
    FROM (
        SELECT
            customer_id,
            start_date,
            plan_id,
            lag(end_date) OVER in_turn AS end_before,
            lag(plan_id) OVER in_turn AS plan_before
        FROM subscriptions
        WINDOW in_turn AS (PARTITION BY customer_id ORDER BY start_date)
    )
    GROUP BY customer_id
) USING (customer_id)
CROSS JOIN scenario
WHERE coalesce(found, 0) = 0 OR broken > 0 OR (found > 2 AND history.start IS NULL);

-- name: plan_changes_as_asked [cross-partition] — As many customers as asked have a second subscription, in a window.
SELECT num_customers * plan_change_share AS asked, found
FROM scenario CROSS JOIN (
    SELECT count(*) - (SELECT count(*) FROM customers) AS found FROM subscriptions
)
WHERE abs(found - num_customers * plan_change_share) > 0.501 AND history.start IS NULL;

-- name: plan_changes_of_every_cycle_as_asked [cross-partition] — In a history that grows plan_change_share of the active
-- customers that do not cancel change their plan in a year: exactly so many by each billing date, over all so far.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day AND history.start IS NOT NULL
),
cycles AS (
    SELECT billing_date, lead(billing_date) OVER (ORDER BY billing_date) AS next_date
    FROM firsts CROSS JOIN scenario
    WHERE months_on % billing_interval_months = 0
),
lives AS (
    SELECT start_date, end_date, lead(start_date) OVER (PARTITION BY customer_id ORDER BY start_date) IS NOT NULL AS goes_on
    FROM subscriptions
),
counted AS (
    SELECT
        billing_date,
        count(*) FILTER (goes_on OR coalesce(end_date >= next_date, true)) AS stayed,
        count(*) FILTER (goes_on AND end_date < next_date) AS changed
    FROM cycles JOIN lives ON start_date <= billing_date AND coalesce(end_date >= billing_date, true)
    WHERE next_date IS NOT NULL
    GROUP BY billing_date
),
so_far AS (
    SELECT billing_date, sum(stayed) OVER earlier AS stayed, sum(changed) OVER earlier AS changed
    FROM counted WINDOW earlier AS (ORDER BY billing_date)
)
SELECT billing_date, round(stayed * billing_interval_months * plan_change_share / 12, 2) AS asked, changed
FROM so_far CROSS JOIN scenario
WHERE abs(changed - stayed * billing_interval_months * plan_change_share / 12) > 0.501;

-- name: sign_up_before_start — A customer signs up by the day the subscription starts.
SELECT sub_id, created_at, start_date
FROM subscriptions JOIN customers USING (customer_id)
WHERE CAST(created_at AS DATE) > start_date;

-- name: started_by_as_of — No subscription starts after as_of.
SELECT sub_id, start_date
FROM subscriptions CROSS JOIN scenario
WHERE start_date > as_of;

-- name: new_customers_as_asked [cross-partition] — As many first subscriptions as asked start after the first day of a
-- window, the others on or before it; the second ones all start after it.
SELECT num_customers * new_customers_share AS asked, found
FROM scenario CROSS JOIN (
    SELECT
        count(*) FILTER (start_date > first_day)
        - (count(*) - (SELECT count(*) FROM customers)) AS found
    FROM subscriptions CROSS JOIN scenario
)
WHERE abs(found - num_customers * new_customers_share) > 0.501 AND history.start IS NULL;

-- name: cancelled_within_the_period — Cancellations and changes of plan lie between the first day and as_of.
SELECT sub_id, end_date
FROM subscriptions CROSS JOIN scenario
WHERE end_date < first_day OR end_date > as_of OR end_date < start_date;

-- name: cancellations_as_asked [cross-partition] — As many customers as the churn rate asks have no active subscription
-- left: who changes plan has one.
SELECT num_customers * churn_rate AS asked, found
FROM scenario CROSS JOIN (
    SELECT (SELECT count(*) FROM customers) - count(*) FILTER (status = 'Active') AS found FROM subscriptions
)
WHERE abs(found - num_customers * churn_rate) > 0.501 AND history.start IS NULL;

-- name: cancellations_of_whole_years_as_asked [cross-partition] — In a history that grows churn_rate of the active
-- customers cancel in a year: after every twelve months of bills exactly so many, counted over all bills so far.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day
    AND history.start IS NOT NULL
),
cycles AS (
    SELECT
        billing_date,
        row_number() OVER (ORDER BY billing_date) AS cycle,
        lead(billing_date) OVER (ORDER BY billing_date) AS next_date
    FROM firsts CROSS JOIN scenario
    WHERE months_on % billing_interval_months = 0
),
lives AS (
    SELECT start_date, end_date, lead(start_date) OVER (PARTITION BY customer_id ORDER BY start_date) IS NULL AS is_last
    FROM subscriptions
),
counted AS (
    SELECT
        cycle,
        count(*) FILTER (start_date <= billing_date AND coalesce(end_date >= billing_date, true)) AS active,
        count(*) FILTER (is_last AND end_date < next_date) AS gone
    FROM cycles CROSS JOIN lives
    WHERE next_date IS NOT NULL
    GROUP BY cycle
),
so_far AS (SELECT cycle, gone, sum(active) OVER (ORDER BY cycle) AS active FROM counted)
SELECT cycle, round(active * billing_interval_months * churn_rate / 12, 2) AS asked, gone
FROM so_far CROSS JOIN scenario
WHERE
    cycle % greatest(1, 12 // billing_interval_months) = 0
    AND abs(gone - active * billing_interval_months * churn_rate / 12) > 0.501;

-- name: billed_on_the_first — Invoices are dated the 1st of a month of the period, and due after the terms.
SELECT invoice_id, invoice_date, due_date
FROM invoices CROSS JOIN scenario
WHERE
    day(invoice_date) <> 1
    OR invoice_date < first_day
    OR invoice_date > as_of
    OR due_date <> invoice_date + payment_terms_days;

-- name: one_invoice_a_billing_date [cross-partition in a history] — No subscription is invoiced twice for a billing date.
SELECT sub_id, invoice_date, count(*) AS invoices
FROM invoices
GROUP BY sub_id, invoice_date
HAVING count(*) > 1;

-- name: no_invoice_after_cancellation — Billing stops with the subscription.
SELECT invoice_id, sub_id, end_date, invoice_date
FROM invoices JOIN subscriptions USING (sub_id)
WHERE invoice_date > end_date OR invoice_date < start_date;

-- name: cancelled_subscription_was_billed_throughout — From its start to its end, a cancelled subscription has an invoice
-- for every billing date: only active ones can be ghosts, but in a history that grows they may be cancelled later.
WITH firsts AS (
    SELECT CAST(month AS DATE) AS billing_date, row_number() OVER (ORDER BY month) - 1 AS months_on
    FROM scenario, unnest(
        generate_series(date_trunc('month', first_day), as_of, INTERVAL 1 MONTH)
    ) AS months(month)
    WHERE month >= first_day
),
asked AS (
    SELECT sub_id, count(*) AS dates
    FROM subscriptions CROSS JOIN scenario JOIN firsts ON billing_date BETWEEN start_date AND end_date
    WHERE months_on % billing_interval_months = 0
    GROUP BY sub_id
)
SELECT sub_id, dates, coalesce(found, 0) AS invoices
FROM asked LEFT JOIN (SELECT sub_id, count(*) AS found FROM invoices GROUP BY sub_id) USING (sub_id)
CROSS JOIN scenario
WHERE coalesce(found, 0) <> dates AND history.start IS NULL;

-- name: amount_is_the_plans_price — An invoice bills the plan's monthly price for every month of the interval.
SELECT invoice_id, amount_cents, monthly_price_cents
FROM invoices JOIN subscriptions USING (sub_id) JOIN plans USING (plan_id) CROSS JOIN scenario
WHERE amount_cents <> monthly_price_cents * billing_interval_months;

-- name: paid_from_invoice_to_as_of — No payment precedes its invoice, and none lies after as_of.
SELECT payment_id, invoice_date, payment_date
FROM payments JOIN invoices USING (invoice_id) CROSS JOIN scenario
WHERE payment_date < invoice_date OR payment_date > as_of;

-- name: late_within_29_days — Late payments are in full and at most 29 days past due: none looks like a zombie.
SELECT payment_id, due_date, payment_date, amount_paid_cents, amount_cents
FROM payments JOIN invoices USING (invoice_id)
WHERE payment_date > due_date AND (payment_date > due_date + 29 OR amount_paid_cents <> amount_cents);

-- name: ghosts_as_asked [cross-partition] — For each billing date, the rate of ghosts gives how many active subscriptions
-- have no invoice: 15 of 1,000, 14 of 926. In a history that grows all dates so far count together, at a prevalence
-- within five.
WITH by_date AS (
    SELECT dates.invoice_date, any_value(billed) AS billed, count(*) AS active
    FROM (SELECT invoice_date, count(*) AS billed FROM invoices GROUP BY invoice_date) AS dates
    JOIN subscriptions ON start_date <= dates.invoice_date AND coalesce(end_date >= dates.invoice_date, true)
    GROUP BY dates.invoice_date
),
so_far AS (
    SELECT invoice_date, sum(billed) OVER earlier AS billed, sum(active) OVER earlier AS active
    FROM by_date CROSS JOIN scenario
    WINDOW earlier AS (PARTITION BY CASE WHEN history.start IS NULL THEN invoice_date END ORDER BY invoice_date)
)
SELECT invoice_date, round(active * anomaly_rates.ghost_subscriber, 2) AS asked, active - billed AS found
FROM so_far CROSS JOIN scenario
WHERE
    abs(active - billed - active * anomaly_rates.ghost_subscriber)
    > CASE WHEN history.start IS NULL OR prevalence IS NULL THEN 0.501 ELSE 5.501 END;

-- name: unpaid_and_partial_as_asked — Zombies have their rate of all invoices, and partial payments theirs of all
-- payments; in a history that grows, of the bills whose grace has run out, at a prevalence within five.
WITH tally AS (
    SELECT
        count(*) AS invoices,
        count(payment_id) AS payments,
        count(*) FILTER (WHERE payment_id IS NULL AND as_of > due_date + grace_days) AS zombies,
        count(*) FILTER (WHERE amount_paid_cents < amount_cents) AS partials
    FROM invoices LEFT JOIN payments USING (invoice_id) CROSS JOIN scenario
    WHERE history.start IS NULL OR as_of > due_date + grace_days
)
SELECT invoices, zombies, payments, partials
FROM scenario CROSS JOIN (SELECT CAST(sum(COLUMNS(*)) AS BIGINT) FROM tally)
WHERE
    greatest(
        abs(zombies - invoices * anomaly_rates.zombie_account),
        abs(partials - payments * anomaly_rates.partial_payment)
    ) > CASE WHEN history.start IS NULL OR prevalence IS NULL THEN 0.501 ELSE 5.501 END;

-- name: late_payments_as_asked — As many payments are late as the late rate asks; at a prevalence, and in a history that
-- grows, it counts the payments of the clean twin, of whose late ones any may have become a ghost or a zombie; there
-- those of the bills whose grace has run out.
WITH tally AS (
    SELECT
        count(*) AS payments,
        count(*) FILTER (WHERE payment_date > due_date) AS late,
        (
            SELECT count(*) FROM anomaly_manifest CROSS JOIN scenario
            WHERE
                type <> 'partial_payment'
                AND (history.start IS NULL OR as_of > billing_date + payment_terms_days + grace_days)
        ) AS gone
    FROM payments JOIN invoices USING (invoice_id) CROSS JOIN scenario
    WHERE history.start IS NULL OR as_of > due_date + grace_days
)
SELECT round(payments * late_rate, 2) AS asked, late, gone
FROM scenario CROSS JOIN (SELECT CAST(sum(COLUMNS(*)) AS BIGINT) FROM tally)
WHERE CASE
    WHEN prevalence IS NULL AND history.start IS NULL THEN abs(late - payments * late_rate) > 0.501
    ELSE late NOT BETWEEN (payments + gone) * late_rate - gone - 0.501 AND (payments + gone) * late_rate + 0.501
END;

-- name: short_by_1_to_10_percent — One payment an invoice at most, in full or 90 to 99 % of the amount.
SELECT invoice_id, payments, paid_cents, amount_cents
FROM (
    SELECT invoice_id, count(*) AS payments, sum(amount_paid_cents) AS paid_cents FROM payments GROUP BY invoice_id
) JOIN invoices USING (invoice_id)
WHERE
    payments > 1
    OR (paid_cents <> amount_cents AND paid_cents * 100 NOT BETWEEN amount_cents * 90 AND amount_cents * 99);

-- name: cancelled_customers_pay — What is unpaid is an active subscription's, in a history that grows of one that was
-- active when grace ran out.
SELECT invoice_id, sub_id
FROM invoices JOIN subscriptions USING (sub_id) CROSS JOIN scenario ANTI JOIN payments USING (invoice_id)
WHERE
    status <> 'Active'
    AND (history.start IS NULL OR (as_of > due_date + grace_days AND end_date <= due_date + grace_days));

-- name: settlement_follows_from_payments — Paid, partially paid, unpaid and zombie are what payments, grace and
-- status give, and what is outstanding is the amount less the cash.
SELECT invoice_id, settlement, outstanding_cents, amount_cents, received_cents
FROM invoice_settlement
FULL JOIN invoices USING (invoice_id)
LEFT JOIN (
    SELECT invoice_id, sum(amount_paid_cents) AS received_cents FROM payments GROUP BY invoice_id
) USING (invoice_id)
LEFT JOIN subscriptions USING (sub_id)
CROSS JOIN scenario
WHERE
    (settlement, outstanding_cents) IS DISTINCT FROM (
        CASE
            WHEN received_cents = amount_cents THEN 'paid'
            WHEN received_cents > 0 THEN 'partially_paid'
            WHEN
                as_of > due_date + grace_days
                AND CASE
                    WHEN history.start IS NULL THEN status = 'Active'
                    ELSE coalesce(end_date > due_date + grace_days, true)
                END THEN 'zombie'
            ELSE 'unpaid'
        END,
        amount_cents - coalesce(received_cents, 0)
    );

-- name: label_names_the_period — A label's billing date is that of the invoice, or the month that has none.
SELECT anomaly_id, type, entity_id, related_entity_id, billing_date
FROM anomaly_manifest
LEFT JOIN invoices
    ON invoice_id = id_of(CASE type WHEN 'zombie_account' THEN entity_id ELSE related_entity_id END)
WHERE
    CASE
        WHEN type = 'ghost_subscriber' THEN related_entity_id <> strftime(billing_date, '%Y-%m')
        ELSE invoice_date IS DISTINCT FROM billing_date
    END;

-- name: amount_at_risk_is_what_is_missing — What a label puts at risk is expected less actual.
SELECT anomaly_id, expected_value, actual_value, amount_at_risk_cents
FROM anomaly_manifest
WHERE amount_at_risk_cents <> CAST(round((expected_value - actual_value) * 100) AS BIGINT);
