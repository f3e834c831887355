-- Which personas each user's rows trigger, from accounts, transactions and liabilities alone; parameter: as_of.
--
-- Windows of 30 and 180 days, (as_of - days, as_of]; recurring merchants over the last 90 days. Pending rows count
-- for nothing. One row a user and window: user_id, days, personas (names in alphabetical order).
WITH windows(days) AS (VALUES (30), (180)),
posted AS (
    SELECT t.*, a.account_type, $as_of::DATE - t.date AS age
    FROM transactions AS t JOIN accounts AS a USING (account_id)
    WHERE NOT t.pending
),
everybody AS (SELECT user_id, days FROM users CROSS JOIN windows),
owed AS (
    SELECT a.user_id,
        max(a.balance_current_cents / a.balance_limit_cents) AS used,
        bool_or(l.is_overdue) AS overdue,
        bool_or(
            l.minimum_payment_amount_cents > 0
            AND abs(l.last_payment_amount_cents - l.minimum_payment_amount_cents)
                <= 0.1 * l.minimum_payment_amount_cents
        ) AS minimum_only
    FROM accounts AS a JOIN liabilities AS l USING (account_id)
    GROUP BY 1
),
flows AS (
    SELECT user_id, days,
        count(*) FILTER (WHERE category_detailed = 'BANK_FEES_INTEREST_CHARGE') AS interests,
        coalesce(-sum(amount_cents) FILTER (WHERE account_type IN ('savings', 'money_market')), 0) AS saved,
        coalesce(sum(amount_cents) FILTER (
            WHERE amount_cents > 0
            AND split_part(category_primary, '_', 1) NOT IN ('TRANSFER', 'LOAN')
        ), 0) AS spent
    FROM posted JOIN windows ON age < days
    GROUP BY 1, 2
),
cash AS (
    SELECT user_id,
        sum(balance_current_cents) AS held,
        coalesce(sum(balance_current_cents) FILTER (WHERE account_type <> 'checking'), 0) AS savings
    FROM accounts WHERE account_type <> 'credit_card'
    GROUP BY 1
),
gaps AS (
    SELECT user_id, days, median(gap) AS gap
    FROM (
        SELECT user_id, days, date - lag(date) OVER (PARTITION BY user_id, days ORDER BY date) AS gap
        FROM posted JOIN windows ON age < days
        WHERE category_detailed = 'INCOME_WAGES'
    )
    GROUP BY 1, 2
),
charges AS (
    SELECT user_id, merchant_name, amount_cents,
        date - lag(date) OVER (PARTITION BY user_id, merchant_name ORDER BY date, transaction_id) AS gap
    FROM posted
    WHERE merchant_name IS NOT NULL AND amount_cents > 0 AND age < 90
),
merchants AS (
    SELECT user_id, merchant_name, sum(amount_cents) / 3 AS monthly
    FROM charges
    GROUP BY 1, 2
    HAVING count(*) >= 3
        AND avg(CASE WHEN gap BETWEEN 28 AND 32 OR gap BETWEEN 5 AND 9 THEN 1.0 ELSE 0 END)
            FILTER (WHERE gap IS NOT NULL) >= 0.7
),
recurring AS (
    SELECT user_id, days, count(DISTINCT merchant_name) AS merchants,
        any_value(monthly_all) AS monthly,
        coalesce(sum(amount_cents) FILTER (WHERE age < days), 0) AS charged
    FROM merchants
    JOIN (SELECT user_id, sum(monthly) AS monthly_all FROM merchants GROUP BY 1) USING (user_id)
    CROSS JOIN windows
    LEFT JOIN posted USING (user_id, merchant_name)
    WHERE coalesce(amount_cents, 1) > 0
    GROUP BY 1, 2
),
daily AS (
    SELECT user_id, day, opening_balance_cents - coalesce(sum(amount_cents) OVER (
        PARTITION BY user_id ORDER BY day ROWS UNBOUNDED PRECEDING
    ), 0) AS balance
    FROM (
        SELECT a.user_id, a.opening_balance_cents, ($as_of::DATE - ago::INTEGER)::DATE AS day,
            sum(p.amount_cents) AS amount_cents
        FROM accounts AS a CROSS JOIN range(800) AS days(ago)
        LEFT JOIN posted AS p ON p.account_id = a.account_id AND p.age = ago
        WHERE a.account_type = 'checking'
        GROUP BY 1, 2, 3
    )
),
swings AS (
    SELECT user_id, days,
        count(*) FILTER (WHERE balance < 10000) / days AS low,
        stddev_pop(balance) / avg(balance) AS swing, avg(balance) AS mean
    FROM daily JOIN windows ON $as_of::DATE - day < days
    GROUP BY 1, 2
)
SELECT user_id, days, list_sort(list_filter([
    CASE WHEN used >= 0.5 OR interests > 0 OR minimum_only OR overdue THEN 'high_utilization' END,
    CASE WHEN gap > 45 AND held < spent * 30 / days THEN 'variable_income' END,
    CASE WHEN merchants >= 3 AND (monthly >= 5000 OR charged >= 0.1 * spent) THEN 'subscription_heavy' END,
    CASE WHEN (saved >= 20000 * days / 30 OR savings - saved > 0 AND saved >= 0.02 * (savings - saved))
        AND coalesce(used, 0) < 0.3 THEN 'savings_builder' END,
    CASE WHEN low >= 0.3 AND mean > 0 AND swing > 1 THEN 'cash_flow_stressed' END
], lambda name: name IS NOT NULL)) AS personas
FROM everybody
LEFT JOIN owed USING (user_id)
LEFT JOIN flows USING (user_id, days)
LEFT JOIN cash USING (user_id)
LEFT JOIN gaps USING (user_id, days)
LEFT JOIN recurring USING (user_id, days)
LEFT JOIN swings USING (user_id, days)
ORDER BY user_id, days
