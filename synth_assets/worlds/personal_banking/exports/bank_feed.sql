-- Statements as a bank gives them for download: what `system_formats/bank_feed.py` asks for. Loans have none, and
-- rows that are pending are on no statement. Amounts are the holder's: money in is positive, also on a card.

-- name: accounts — Every account with a statement; no bank has such a routing number, as none begins with 99.
SELECT
    user_id, account_id,
    regexp_extract(accounts.name, '^(.*) (Checking|Savings|Money Market|Credit Card)$', 1) AS bank,
    '99' || lpad(CAST(CAST('0x' || substr(sha256(bank), 1, 12) AS BIGINT) % 10000000 AS VARCHAR), 7, '0') AS routing_number,
    lpad(CAST(number_of(account_id) AS VARCHAR), 8, '0') || mask AS account_number,
    CASE account_type
        WHEN 'credit_card' THEN 'CREDITCARD' WHEN 'checking' THEN 'CHECKING'
        WHEN 'money_market' THEN 'MONEYMRKT' ELSE 'SAVINGS'
    END AS type,
    CASE account_type WHEN 'credit_card' THEN -opening_balance ELSE opening_balance END AS opening_balance,
    CASE account_type WHEN 'credit_card' THEN -balance_current ELSE balance_current END AS closing_balance,
    balance_available AS available_balance,
    (SELECT min(date) FROM transactions) AS first_day,
    as_of AS last_day
FROM accounts CROSS JOIN scenario
WHERE account_type IN ('checking', 'savings', 'money_market', 'hsa', 'credit_card');

-- name: lines — Every posted row of these accounts, with the bank's own id and the balance after it.
SELECT
    account_id, transaction_id AS id, date AS day, -amount AS amount, transactions.name,
    CASE
        WHEN category_detailed LIKE '%INTEREST%' THEN 'INT'
        WHEN category_primary = 'BANK_FEES' THEN 'FEE'
        WHEN category_detailed = 'INCOME_WAGES' THEN 'DIRECTDEP'
        WHEN category_detailed = 'TRANSFER_OUT_WITHDRAWAL' THEN 'ATM'
        WHEN category_primary IN ('TRANSFER_IN', 'TRANSFER_OUT') THEN 'XFER'
        WHEN category_primary = 'LOAN_PAYMENTS' THEN 'PAYMENT'
        WHEN amount < 0 THEN 'CREDIT'
        WHEN payment_channel = 'in store' THEN 'POS'
        ELSE 'DEBIT'
    END AS type,
    CASE account_type WHEN 'credit_card' THEN -opening_balance ELSE opening_balance END
        - sum(amount) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS balance
FROM transactions
JOIN accounts USING (account_id)
WHERE account_type IN ('checking', 'savings', 'money_market', 'hsa', 'credit_card') AND NOT pending;
