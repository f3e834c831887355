-- Numbers of whole tables with the range they must lie in, each as rows measured and the number.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows below which chance
-- alone moves the number out of it.

-- name: housing_share [0.34 to 0.42, warning, from 10,000 rows] — Rent, mortgages and utilities over consumption: 36 to
-- 40 % of households' (CEX 2023 without insurance and pensions); some users here are short of money.
WITH spent AS (
    SELECT amount_cents, regexp_matches(category_detailed, '^RENT_AND_UTILITIES|MORTGAGE_PAYMENT') AS here
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

-- name: commonest_amount [0 to 0.02, warning, from 1,000 rows] — The largest share that one amount has among the
-- groceries, restaurant bills, fuel or paychecks: an amount that is cut off at a bound stands out.
WITH found AS (
    SELECT category_detailed, amount_cents, count(*) AS times
    FROM transactions CROSS JOIN scenario
    WHERE
        preset = 'personas'
        AND NOT pending
        AND category_detailed IN (
            'FOOD_AND_DRINK_GROCERIES', 'FOOD_AND_DRINK_RESTAURANT', 'TRANSPORTATION_GAS', 'INCOME_WAGES'
        )
    GROUP BY category_detailed, amount_cents
)
SELECT sum(whole), max(most / whole)
FROM (SELECT max(times) AS most, sum(times) AS whole FROM found GROUP BY category_detailed HAVING sum(times) >= 300);

-- name: known_shops [0.65 to 0.85, warning, from 1,000 rows] — Visits for groceries, restaurants, fuel and hair at a
-- shop where the user has bought before: people come back. Of the first seven months, once they are over.
WITH visits AS (
    SELECT
        row_number() OVER (PARTITION BY user_id, merchant_name ORDER BY date, transaction_id) > 1 AS is_known
    FROM transactions CROSS JOIN scenario
    WHERE
        preset = 'personas'
        AND amount_cents > 0
        AND merchant_name IS NOT NULL
        AND category_detailed IN (
            'FOOD_AND_DRINK_GROCERIES', 'FOOD_AND_DRINK_RESTAURANT', 'TRANSPORTATION_GAS',
            'PERSONAL_CARE_HAIR_AND_BEAUTY'
        )
        AND date - history_begins_after <= 215
        AND as_of - history_begins_after >= 200
)
SELECT count(*), avg(CASE WHEN is_known THEN 1.0 ELSE 0 END) FROM visits;

-- name: changing_services [0.4 to 0.9, warning, from 200 rows] — Of users' services that charge by the month, those
-- that begin or end, pause, grow dearer or charge late once: not every one is the same seven times.
WITH charges AS (
    SELECT user_id, merchant_name, count(*) AS times, count(DISTINCT amount_cents) AS amounts,
        count(DISTINCT day(date)) AS days, max(CAST(date_range_months AS INTEGER)) AS months
    FROM transactions CROSS JOIN scenario
    WHERE
        preset = 'personas'
        AND personas_hold
        AND merchant_name IN ('Netflix', 'Spotify', 'YouTube Premium', 'Hulu', 'Disney+', 'ChatGPT', 'Peloton')
    GROUP BY user_id, merchant_name
)
SELECT count(*), avg(CASE WHEN amounts > 1 OR days > 1 OR times < months THEN 1.0 ELSE 0 END) FROM charges;

-- name: regional_chains_at_home [1 to 1, error, from 1 rows] — Purchases at H-E-B in Texas, at Publix in the Southeast, at
-- Wegmans in the Northeast, of all in their stores.
WITH bought AS (
    SELECT CASE merchant_name
        WHEN 'H-E-B' THEN regexp_matches(name, ' TX$')
        WHEN 'Publix' THEN regexp_matches(name, ' (FL|GA|NC)$')
        ELSE regexp_matches(name, ' (NY|MA|MD)$')
    END AS is_there
    FROM transactions CROSS JOIN scenario
    WHERE preset = 'personas' AND merchant_name IN ('H-E-B', 'Publix', 'Wegmans')
)
SELECT count(*), avg(CASE WHEN is_there THEN 1.0 ELSE 0 END) FROM bought;

-- name: purchases_away [0.003 to 0.05, warning, from 2,000 rows] — Purchases in shops outside the state in which most of a
-- user's are: on trips.
WITH bought AS (
    SELECT user_id, right(name, 2) AS state
    FROM transactions CROSS JOIN scenario
    WHERE preset = 'personas' AND payment_channel = 'in store' AND merchant_name IS NOT NULL AND amount_cents > 0
),
homes AS (SELECT user_id, mode(state) AS home FROM bought GROUP BY user_id)
SELECT count(*), avg(CASE WHEN state <> home THEN 1.0 ELSE 0 END) FROM bought JOIN homes USING (user_id);

-- name: payers_of_loans_with_the_loan [1 to 1, error, from 1 rows] — Users whose checking pays a mortgage, student, car or
-- personal loan and who have an account of that kind: no loan had an account.
WITH kinds(category_detailed, account_type) AS (
    VALUES
        ('LOAN_PAYMENTS_MORTGAGE_PAYMENT', 'mortgage'),
        ('LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT', 'student_loan'),
        ('LOAN_PAYMENTS_CAR_PAYMENT', 'auto_loan'),
        ('LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT', 'personal_loan')
),
payers AS (
    SELECT DISTINCT user_id, account_type
    FROM transactions JOIN kinds ON CAST(transactions.category_detailed AS VARCHAR) = kinds.category_detailed
    WHERE amount_cents > 0
),
loans AS (SELECT user_id, CAST(account_type AS VARCHAR) AS account_type, true AS is_there FROM accounts)
SELECT count(*), avg(CASE WHEN is_there THEN 1.0 ELSE 0 END)
FROM payers LEFT JOIN loans USING (user_id, account_type);

-- name: mortgage_share [0.13 to 0.34, warning, from 300 rows] — Users with a mortgage: 39 % of households (ACS 2023,
-- S2506), fewer here, as who is short of money or has an irregular pay has none.
SELECT count(DISTINCT user_id), count(*) FILTER (account_type = 'mortgage') / nullif(count(DISTINCT user_id), 0)
FROM accounts CROSS JOIN scenario
WHERE preset = 'personas';

-- name: health_savings_share [0.08 to 0.24, warning, from 300 rows] — Users with a health savings account: 39 million
-- accounts of 132 million households (Devenir 2024), fewer here, as who is short of money has none.
SELECT count(DISTINCT user_id), count(*) FILTER (account_type = 'hsa') / nullif(count(DISTINCT user_id), 0)
FROM accounts CROSS JOIN scenario
WHERE preset = 'personas';

-- name: late_fees_of_overdue_cards [1 to 1, error, from 1 rows] — Late fees over cards that are overdue: none was charged.
SELECT count(DISTINCT account_id), count(transaction_id) / nullif(count(DISTINCT account_id), 0)
FROM liabilities
LEFT JOIN (SELECT account_id, transaction_id FROM transactions WHERE name = 'LATE PAYMENT FEE') USING (account_id)
WHERE is_overdue;

-- name: overdrawn_users [0.17 to 0.31, warning, from 300 rows] — Users whose checking falls below zero: 24 % of consumers
-- in a year (CFPB, December 2023).
WITH daily AS (
    SELECT accounts.user_id,
        opening_balance_cents - sum(sum(amount_cents)) OVER (PARTITION BY account_id ORDER BY date) AS balance
    FROM transactions JOIN accounts USING (account_id) CROSS JOIN scenario
    WHERE account_type = 'checking' AND NOT pending AND preset = 'personas'
    GROUP BY account_id, accounts.user_id, opening_balance_cents, date
),
judged AS (SELECT user_id, min(balance) < 0 AS is_overdrawn FROM daily GROUP BY user_id)
SELECT count(*), avg(CASE WHEN is_overdrawn THEN 1.0 ELSE 0 END) FROM judged;

-- name: overdrawn_with_irregular_pay [0.02 to 0.45, warning, from 40 rows] — The same among those who are paid every 46
-- days or later: none was.
WITH daily AS (
    SELECT accounts.user_id,
        opening_balance_cents - sum(sum(amount_cents)) OVER (PARTITION BY account_id ORDER BY date) AS balance
    FROM transactions JOIN accounts USING (account_id) CROSS JOIN scenario
    WHERE account_type = 'checking' AND NOT pending AND preset = 'personas'
        AND accounts.user_id IN (SELECT user_id FROM signals_income WHERE median_pay_gap_days > 45)
    GROUP BY account_id, accounts.user_id, opening_balance_cents, date
),
judged AS (SELECT user_id, min(balance) < 0 AS is_overdrawn FROM daily GROUP BY user_id)
SELECT count(*), avg(CASE WHEN is_overdrawn THEN 1.0 ELSE 0 END) FROM judged;

-- name: ascending_check_numbers [1 to 1, error, from 1 rows] — Checks whose number is greater than that of the one before
-- on the account: half of them when numbers were drawn.
WITH checks AS (
    SELECT name,
        lag(name) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS before
    FROM transactions CROSS JOIN scenario
    WHERE preset = 'personas' AND regexp_full_match(name, 'CHECK [0-9]{4}')
)
SELECT count(before), avg(CASE WHEN name > before THEN 1.0 WHEN name <= before THEN 0 END) FROM checks;

-- name: cash_in_twenties [1 to 1, error, from 1 rows] — Withdrawals of cash that are a multiple of $20.
SELECT count(*), avg(CASE WHEN amount_cents % 2000 = 0 THEN 1.0 ELSE 0 END)
FROM transactions CROSS JOIN scenario
WHERE preset = 'personas' AND category_detailed = 'TRANSFER_OUT_WITHDRAWAL';

-- name: mean_utilization [0.25 to 0.45, warning, from 200 rows] — Mean utilisation of the cards in use: 26 % in the
-- population (Experian 2020), more here, as three users of ten are there for using half of their limit.
SELECT count(*), avg(utilization_pct) / 100
FROM signals_credit CROSS JOIN scenario
WHERE window_days = 180 AND utilization_pct > 0 AND preset = 'personas' AND personas_hold;

-- name: fullest_card [0.3 to 1, error, from 100 rows] — The most that any card owed at any time, over its limit, with posted
-- rows replayed and labelled cards left out: up to 1.15 where limits knew no more than the days' closing balances.
WITH owing AS (
    SELECT account_id, balance_limit_cents,
        opening_balance_cents
        + sum(amount_cents) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS owed
    FROM transactions JOIN accounts USING (account_id) CROSS JOIN scenario
    WHERE account_type = 'credit_card' AND NOT pending AND preset <> 'simple'
),
labelled AS (SELECT related_entity_id AS account_id FROM anomaly_manifest WHERE type = 'over_limit_transaction')
SELECT count(DISTINCT account_id), max(owed / balance_limit_cents) FROM owing ANTI JOIN labelled USING (account_id);

-- name: paid_around_their_limit [1.05 to 3, warning, from 20 rows] — Of users who pay several times a month, the most that
-- they spend by card from one statement to the next, over the limit, in the mean: below 1 nobody would have to.
WITH months AS (
    SELECT account_id, any_value(balance_limit_cents) AS balance_limit_cents,
        sum(greatest(amount_cents, 0)) AS spent,
        count(*) FILTER (amount_cents < 0 AND category_primary = 'LOAN_PAYMENTS') AS payments
    FROM transactions JOIN accounts USING (account_id) JOIN liabilities USING (account_id) CROSS JOIN scenario
    WHERE account_type = 'credit_card' AND NOT pending AND preset <> 'simple'
    GROUP BY account_id, date_trunc('month', date - CAST(day(last_statement_issue_date) AS INTEGER))
),
cards AS (
    SELECT max(spent / balance_limit_cents) AS used
    FROM months
    GROUP BY account_id
    HAVING sum(payments) > 1.25 * count(*)
)
SELECT count(*), avg(used) FROM cards;

-- name: pending_fuel_is_round [0.8 to 1, warning, from 30 rows] — Fuel that is pending in a history that grows, in whole
-- dollars: a pump authorises a hold, not what is filled in.
SELECT count(*), avg(CASE WHEN amount_cents % 100 = 0 THEN 1.0 ELSE 0 END)
FROM transactions CROSS JOIN scenario
WHERE pending AND category_detailed = 'TRANSPORTATION_GAS' AND history.start IS NOT NULL;

-- name: pending_rows_a_user [0.5 to 10, warning, from 50 rows] — Purchases that are pending, for each user of a history
-- that grows: 29 a month wait two days in the mean.
SELECT coalesce(sum(users), 0), sum(pending) / sum(users)
FROM (SELECT count(*) AS users FROM users), (SELECT count(*) AS pending FROM transactions WHERE pending), scenario
WHERE history.start IS NOT NULL AND as_of - history_begins_after > 30;
