-- What each fault looks like from outside: one query a kind, over the published tables alone.
--
-- Written from what a bank's data promises, for DuckDB, sharing nothing with the code that generates. Tables hold
-- the Parquet columns (amounts in whole cents); `scenario` is one row with the configuration's keys. Each query
-- returns what a label says: entity_id, related_entity_id, expected_value and actual_value.

-- name: duplicate_transaction — A second row of the same account, day, amount and feed string: nothing expected,
-- $27.00 taken again.
SELECT
    transaction_id AS entity_id,
    first_id AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(amount_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM (
    SELECT transaction_id, amount_cents,
        lag(transaction_id) OVER (
            PARTITION BY account_id, date, amount_cents, name ORDER BY transaction_id
        ) AS first_id
    FROM transactions
    WHERE amount_cents > 0
)
WHERE first_id IS NOT NULL;

-- name: pending_never_posts — Still pending more than ten days after the purchase.
SELECT
    transaction_id AS entity_id,
    account_id AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(amount_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM transactions CROSS JOIN scenario
WHERE pending AND date < as_of - 10;

-- name: refund_without_purchase — Money back from a merchant to whom the user never paid anything.
SELECT
    transaction_id AS entity_id,
    account_id AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(-amount_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM transactions
ANTI JOIN (
    SELECT DISTINCT user_id, merchant_name FROM transactions WHERE amount_cents > 0
) AS paid USING (user_id, merchant_name)
WHERE amount_cents < 0 AND merchant_name IS NOT NULL AND category_primary <> 'INCOME';

-- name: before_account_opened — An account with a transaction before the day on which it was opened; expected
-- none, found so many. In a history that grows posted ones count, as pending rows go.
SELECT
    account_id AS entity_id,
    min(transaction_id) AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(count(*) AS DECIMAL(18, 2)) AS actual_value
FROM transactions JOIN accounts USING (account_id) CROSS JOIN scenario
WHERE date < opened_on AND (history.start IS NULL OR NOT pending)
GROUP BY account_id;

-- name: balance_does_not_replay — Opening balance and posted rows give another balance than the current one.
SELECT
    account_id AS entity_id,
    accounts.user_id AS related_entity_id,
    CAST(replayed / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(balance_current_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM (
    SELECT accounts.account_id, accounts.user_id, any_value(balance_current_cents) AS balance_current_cents,
        any_value(opening_balance_cents) + coalesce(sum(
            CASE WHEN account_type IN ('credit_card', 'mortgage', 'student_loan', 'auto_loan', 'personal_loan')
                THEN amount_cents ELSE -amount_cents END
        ) FILTER (WHERE NOT pending), 0) AS replayed
    FROM accounts LEFT JOIN transactions USING (account_id)
    GROUP BY accounts.account_id, accounts.user_id
) AS accounts
WHERE replayed <> balance_current_cents;

-- name: transfer_leg_missing — A card payment or transfer that left no other account of the user on that day.
SELECT
    transaction_id AS entity_id,
    account_id AS related_entity_id,
    CAST(-amount_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(0 AS DECIMAL(18, 2)) AS actual_value
FROM transactions AS arrived
ANTI JOIN transactions AS gone
    ON arrived.user_id = gone.user_id
    AND arrived.date = gone.date
    AND arrived.amount_cents = -gone.amount_cents
    AND gone.account_id <> arrived.account_id
    AND gone.category_primary IN ('LOAN_PAYMENTS', 'TRANSFER_OUT')
WHERE arrived.amount_cents < 0 AND arrived.category_primary IN ('LOAN_PAYMENTS', 'TRANSFER_IN');

-- name: data_after_consent_withdrawn — Consent was withdrawn within the history, and transactions follow; none
-- expected, found so many. In a history that grows one is found, the first that was posted, as there are more every
-- day.
SELECT
    user_id AS entity_id,
    min(transaction_id) AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(CASE WHEN any_value(history.start) IS NULL THEN count(*) ELSE 1 END AS DECIMAL(18, 2)) AS actual_value
FROM users CROSS JOIN scenario
JOIN transactions USING (user_id)
WHERE
    NOT consent_status
    AND (history.start IS NULL OR NOT pending)
    AND CAST(consent_updated_at AS DATE) > history_begins_after
    AND date > CAST(consent_updated_at AS DATE)
GROUP BY user_id;

-- name: over_limit_transaction — A purchase that took what is owed on a card from below its limit to above it, with
-- all posted rows up to it replayed: at most the limit expected, so much owed.
SELECT
    transaction_id AS entity_id,
    account_id AS related_entity_id,
    CAST(balance_limit_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(owed / 100 AS DECIMAL(18, 2)) AS actual_value
FROM (
    SELECT transaction_id, account_id, amount_cents, balance_limit_cents,
        opening_balance_cents
        + sum(amount_cents) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS owed
    FROM transactions JOIN accounts USING (account_id)
    WHERE account_type = 'credit_card' AND NOT pending
)
WHERE owed > balance_limit_cents AND owed - amount_cents <= balance_limit_cents;
