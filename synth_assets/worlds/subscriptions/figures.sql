-- Numbers of whole tables with the range they must lie in, each as rows measured and the number.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows below which chance
-- alone moves the number out of it. Tables hold the Parquet columns; `scenario` is one row with the
-- configuration's keys.

-- name: new_customers_grow [0.03 to 0.08, warning, from 20,000 rows] — Growth a month of new customers, from the period's
-- first half to its second: .056, e-fold in 18 months.
WITH started AS (
    SELECT start_date, period_months, as_of - to_months(period_months) AS before
    FROM subscriptions CROSS JOIN scenario
    WHERE start_date > CAST(as_of - to_months(period_months) AS DATE) + 1
),
halves AS (
    SELECT
        count(*) FILTER (period_months >= 6) AS new,
        count(*) FILTER (start_date > before + to_days(CAST(period_months * 30.437 / 2 AS INT))) AS late,
        any_value(period_months) AS months
    FROM started
)
SELECT new, CASE WHEN late > 0 AND late < new THEN ln(late / (new - late)) / (months / 2) END FROM halves;
