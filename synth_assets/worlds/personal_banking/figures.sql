-- Numbers of whole tables with the range they must lie in, each as rows measured and the number.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows below which chance
-- alone moves the number out of it.

-- name: housing_share [0.34 to 0.42, warning, from 10,000 rows] — Rent and utilities over consumption: 36 to 40 % of
-- households' (CEX 2023 without insurance and pensions); some users here are short of money.
WITH spent AS (
    SELECT amount_cents, regexp_matches(category_detailed, '^RENT_AND_UTILITIES') AS here
    FROM transactions CROSS JOIN scenario
    WHERE preset = 'personas' AND amount_cents > 0
        AND category_primary NOT IN ('TRANSFER_OUT', 'BANK_FEES')
        AND category_detailed <> 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
)
SELECT count(*), sum(amount_cents) FILTER (here) / sum(amount_cents) FROM spent;

-- name: food_share [0.13 to 0.20, warning, from 10,000 rows] — Groceries, restaurants and coffee over consumption: 14 to
-- 17 % of households' (CEX 2023 without insurance and pensions); some users here are short of money.
WITH spent AS (
    SELECT amount_cents, regexp_matches(category_detailed, '^FOOD_AND_DRINK') AS here
    FROM transactions CROSS JOIN scenario
    WHERE preset = 'personas' AND amount_cents > 0
        AND category_primary NOT IN ('TRANSFER_OUT', 'BANK_FEES')
        AND category_detailed <> 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
)
SELECT count(*), sum(amount_cents) FILTER (here) / sum(amount_cents) FROM spent;

-- name: detailed_categories [44 to 104, warning, from 10,000 rows] — Plaid's detailed categories in use, of 104 in its
-- version 1; 32 before shops and bills had their own.
SELECT count(*), nullif(count(DISTINCT category_detailed), 0)
FROM transactions CROSS JOIN scenario
WHERE preset = 'personas';

-- name: posted_on_weekends [0 to 0.03, warning, from 10,000 rows] — Rows posted on a Saturday or Sunday: services that
-- keep their day, interest and fees; a third of the bills and most of the purchases when any day would do.
SELECT count(*), count(*) FILTER (isodow(date) > 5) / nullif(count(*), 0)
FROM transactions CROSS JOIN scenario
WHERE preset = 'personas' AND NOT pending;

-- name: days_to_posting [1.4 to 2.8, warning, from 10,000 rows] — Days from a purchase at a merchant to its posting, in
-- the mean of those that wait: one to three business days.
SELECT count(*), avg(date - authorized_date)
FROM transactions CROSS JOIN scenario
WHERE preset = 'personas' AND NOT pending AND date > authorized_date;

-- name: wages_with_an_employer [1 to 1, error] — Paychecks whose payer is named, so that every line of a statement has
-- its words where there is no column for the feed's string; none were.
SELECT count(*), count(merchant_name) / nullif(count(*), 0)
FROM transactions CROSS JOIN scenario
WHERE preset = 'personas' AND category_detailed = 'INCOME_WAGES';

-- name: mean_utilization [0.25 to 0.45, warning, from 200 rows] — Mean utilisation of the cards in use: 26 % in the
-- population (Experian 2020), more here, as three users of ten are there for using half of their limit.
SELECT count(*), avg(utilization_pct) / 100
FROM signals_credit CROSS JOIN scenario
WHERE window_days = 180 AND utilization_pct > 0 AND preset = 'personas';
