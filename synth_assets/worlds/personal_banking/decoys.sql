-- What looks like each fault and is sound: a query for each such decoy, over the published tables alone.
--
-- In brackets is the kind that a decoy looks like; its sentence is the fact that clears it. Each query returns
-- entity_id, the row that looks like one at fault. None of them has a label of that kind.
--
-- The catalogue holds these queries for old readers too, and DuckDB 1.1 answers a SEMI JOIN on more than equality
-- wrongly: EXISTS stands for it.

-- name: same_amount_elsewhere [duplicate_transaction] — The same amount went to another merchant within a week.
SELECT transaction_id AS entity_id
FROM (
    SELECT *, count(*) OVER (PARTITION BY account_id, date, amount_cents, name) AS times
    FROM transactions
    WHERE amount_cents > 0 AND merchant_name IS NOT NULL
) AS paid
WHERE times = 1 AND EXISTS (
    FROM transactions AS others
    WHERE
        others.user_id = paid.user_id
        AND others.amount_cents = paid.amount_cents
        AND others.merchant_name <> paid.merchant_name
        AND others.date BETWEEN paid.date - 7 AND paid.date + 7
);

-- name: two_visits_a_day [duplicate_transaction] — The same shop was paid twice on a day, each time another amount.
SELECT transaction_id AS entity_id
FROM (
    SELECT transaction_id,
        count(*) OVER (PARTITION BY account_id, date, name) AS visits,
        count(*) OVER (PARTITION BY account_id, date, name, amount_cents) AS times
    FROM transactions
    WHERE amount_cents > 0 AND merchant_name IS NOT NULL
)
WHERE visits > 1 AND times = 1;

-- name: charged_again [duplicate_transaction] — The merchant took the same amount as on another day of the last five
-- weeks: a subscription or a habit.
SELECT transaction_id AS entity_id
FROM (
    SELECT transaction_id, date,
        lag(date) OVER (PARTITION BY account_id, merchant_name, amount_cents ORDER BY date, transaction_id) AS before,
        count(*) OVER (PARTITION BY account_id, date, amount_cents, name) AS times
    FROM transactions
    WHERE amount_cents > 0 AND merchant_name IS NOT NULL
)
WHERE date - before BETWEEN 1 AND 35 AND times = 1;

-- name: pending_in_time [pending_never_posts] — The purchase is pending, and no older than ten days.
SELECT transaction_id AS entity_id FROM transactions CROSS JOIN scenario WHERE pending AND date >= as_of - 10;

-- name: refund_of_purchase [refund_without_purchase] — The shop that gives money back was paid before.
SELECT transaction_id AS entity_id
FROM transactions AS refunds
WHERE amount_cents < 0 AND category_primary <> 'INCOME' AND EXISTS (
    FROM transactions AS paid
    WHERE
        paid.user_id = refunds.user_id
        AND paid.merchant_name = refunds.merchant_name
        AND paid.amount_cents > 0
        AND paid.date <= refunds.date
);

-- name: wages [refund_without_purchase] — The money comes from an employer: wages give nothing back.
SELECT transaction_id AS entity_id
FROM transactions
WHERE amount_cents < 0 AND merchant_name IS NOT NULL AND category_primary = 'INCOME';

-- name: opened_within_history [before_account_opened] — The account was opened within the history, and its first
-- transaction came on that day or later.
SELECT account_id AS entity_id
FROM accounts JOIN transactions USING (account_id) CROSS JOIN scenario
WHERE opened_on > history_begins_after
GROUP BY account_id
HAVING bool_and(date >= opened_on);

-- name: pending_not_in_balance [balance_does_not_replay] — The posted rows give the balance; only with what is
-- pending they do not.
SELECT account_id AS entity_id
FROM (
    SELECT account_id, any_value(balance_current_cents - opening_balance_cents) AS gained_cents,
        any_value(account_type = 'credit_card') AS is_card,
        sum(amount_cents) AS of_all_cents,
        coalesce(sum(amount_cents) FILTER (NOT pending), 0) AS of_posted_cents
    FROM accounts JOIN transactions USING (account_id)
    WHERE account_type IN ('checking', 'savings', 'credit_card')
    GROUP BY account_id
)
WHERE
    gained_cents = CASE WHEN is_card THEN of_posted_cents ELSE -of_posted_cents END
    AND of_all_cents <> of_posted_cents;

-- name: transfer_to_savings [transfer_leg_missing] — What arrives left another account of the user on that day.
SELECT transaction_id AS entity_id
FROM transactions AS arrived
WHERE amount_cents < 0 AND category_primary = 'TRANSFER_IN' AND EXISTS (
    FROM transactions AS gone
    WHERE
        gone.user_id = arrived.user_id
        AND gone.date = arrived.date
        AND gone.amount_cents = -arrived.amount_cents
        AND gone.account_id <> arrived.account_id
        AND gone.category_primary = 'TRANSFER_OUT'
);

-- name: card_payment [transfer_leg_missing] — The card's payment left another account of the user on that day.
SELECT transaction_id AS entity_id
FROM transactions AS arrived
WHERE amount_cents < 0 AND category_primary = 'LOAN_PAYMENTS' AND EXISTS (
    FROM transactions AS gone
    WHERE
        gone.user_id = arrived.user_id
        AND gone.date = arrived.date
        AND gone.amount_cents = -arrived.amount_cents
        AND gone.account_id <> arrived.account_id
        AND gone.category_primary = 'LOAN_PAYMENTS'
);

-- name: cash_withdrawal [transfer_leg_missing] — What left reached no other account, as it was drawn
-- in cash.
SELECT transaction_id AS entity_id
FROM transactions
WHERE amount_cents > 0 AND category_detailed = 'TRANSFER_OUT_WITHDRAWAL';

-- name: consent_never_given [data_after_consent_withdrawn] — There is no consent, and it was not withdrawn within the
-- history.
SELECT user_id AS entity_id
FROM users CROSS JOIN scenario SEMI JOIN transactions USING (user_id)
WHERE NOT consent_status AND CAST(consent_updated_at AS DATE) <= history_begins_after;

-- name: consent_renewed [data_after_consent_withdrawn] — Consent was said again within the history, and it was yes.
SELECT user_id AS entity_id
FROM users CROSS JOIN scenario
JOIN transactions USING (user_id)
WHERE
    consent_status
    AND CAST(consent_updated_at AS DATE) > history_begins_after
    AND date > CAST(consent_updated_at AS DATE)
GROUP BY user_id;

-- name: paid_around_limit [over_limit_transaction] — With this purchase more is spent since the card's last statement than
-- its limit, but what was paid in between leaves less than that owed.
SELECT transaction_id AS entity_id
FROM (
    SELECT transaction_id, amount_cents, balance_limit_cents,
        opening_balance_cents
        + sum(amount_cents) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS owed,
        sum(greatest(amount_cents, 0)) OVER (
            PARTITION BY account_id, date_trunc('month', date - CAST(day(last_statement_issue_date) AS INTEGER))
            ORDER BY date, transaction_id
        ) AS spent
    FROM transactions JOIN accounts USING (account_id) JOIN liabilities USING (account_id)
    WHERE account_type = 'credit_card' AND NOT pending
)
WHERE
    amount_cents > 0
    AND spent > balance_limit_cents
    AND spent - amount_cents <= balance_limit_cents
    AND owed <= balance_limit_cents;

-- name: near_limit [over_limit_transaction] — With this purchase more than 95 % of the card's limit is owed, but not more
-- than all of it.
SELECT transaction_id AS entity_id
FROM (
    SELECT transaction_id, amount_cents, balance_limit_cents,
        opening_balance_cents
        + sum(amount_cents) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS owed
    FROM transactions JOIN accounts USING (account_id)
    WHERE account_type = 'credit_card' AND NOT pending
)
WHERE amount_cents > 0 AND owed > 0.95 * balance_limit_cents AND owed <= balance_limit_cents;
