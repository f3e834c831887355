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

-- name: charges_of_cards [over_limit_transaction] — One row a charge on a card: how much, what was bought with the card and
-- paid in the 30 days before, and how long ago the last payment was. Neither limit nor balance is there.
SELECT
    transaction_id AS entity_id,
    account_id AS peer,
    ln(amount_cents) AS log_amount,
    amount_cents % 100 AS cents,
    ln(1 + coalesce(bought_cents, 0)) AS log_bought,
    ln(1 + coalesce(paid_cents, 0)) AS log_paid,
    date - paid_on AS days_since_payment
FROM (
    SELECT transaction_id, account_id, amount_cents, date,
        sum(greatest(amount_cents, 0)) OVER month_before AS bought_cents,
        sum(greatest(-amount_cents, 0)) OVER month_before AS paid_cents,
        max(date) FILTER (amount_cents < 0) OVER month_before AS paid_on
    FROM transactions JOIN accounts USING (account_id)
    WHERE account_type = 'credit_card' AND NOT pending
    WINDOW month_before AS (
        PARTITION BY account_id ORDER BY date RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
    )
)
WHERE amount_cents > 0;
