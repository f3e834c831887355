-- What a detector sees of each fault: flat tables without the columns that the kind's rule compares.
--
-- One query a view; the kinds that it may show are in brackets. Each gives entity_id, then `peer`, whose rows are
-- alike, then numbers. No view shows the others: a refund looks like any other, an arrival of money too, and an account
-- alone tells neither that a row is missing nor that one came too soon.

-- name: purchases_of_a_month [duplicate_transaction] — One row a purchase: how often in its month the account paid this
-- amount to this payee. The day is not there.
SELECT
    transaction_id AS entity_id,
    user_id AS peer,
    count(*) OVER (PARTITION BY account_id, name, amount_cents, date_trunc('month', date)) AS same_in_month,
    count(*) OVER (PARTITION BY account_id, name, date_trunc('month', date)) AS payee_in_month,
    ln(amount_cents) AS log_amount,
    amount_cents % 100 AS cents
FROM transactions WHERE amount_cents > 0;

-- name: unposted [pending_never_posts] — One row a transaction: whether it is pending, and what it is. The day is
-- not there.
SELECT
    transaction_id AS entity_id,
    account_id AS peer,
    pending,
    amount_cents / 100 AS amount,
    hash(category_detailed) % 1000 AS category
FROM transactions;

-- name: consents [data_after_consent_withdrawn] — One row a user: whether consent stands, when it was updated, and how
-- much data there is. Its days are not there.
SELECT
    users.user_id AS entity_id,
    1 AS peer,
    any_value(consent_status) AS consents,
    count(*) AS transactions,
    any_value(as_of - CAST(consent_updated_at AS DATE)) AS days_since_update
FROM users JOIN transactions USING (user_id) CROSS JOIN scenario
GROUP BY users.user_id;
