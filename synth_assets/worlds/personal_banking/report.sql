-- Books of personal_banking for the report: one query a table, amounts in dollars.

-- name: balances — What accounts hold, or owe, on as_of.
SELECT
    account_type,
    count(*) AS accounts,
    CAST(sum(opening_balance_cents) / 100 AS DECIMAL(18, 2)) AS opening_balance,
    CAST(sum(balance_current_cents) / 100 AS DECIMAL(18, 2)) AS current_balance
FROM accounts GROUP BY account_type ORDER BY account_type;

-- name: money_by_category — Rows of each category, and the money that went out (positive) or came in.
SELECT
    category_primary AS category,
    count(*) AS transactions,
    CAST(sum(amount_cents) / 100 AS DECIMAL(18, 2)) AS amount
FROM transactions GROUP BY category ORDER BY transactions DESC;
