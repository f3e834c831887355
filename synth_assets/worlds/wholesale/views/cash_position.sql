SELECT
    transaction_date,
    CAST(coalesce(sum(amount_cents) FILTER (transaction_type IN ('DEPOSIT', 'INTEREST')), 0) AS BIGINT) AS received_cents,
    CAST(coalesce(sum(amount_cents) FILTER (transaction_type IN ('WITHDRAWAL', 'FEE')), 0) AS BIGINT) AS paid_cents,
    CAST(sum(sum(CASE WHEN transaction_type IN ('DEPOSIT', 'INTEREST') THEN amount_cents ELSE -amount_cents END))
        OVER (ORDER BY transaction_date) AS BIGINT) AS balance_cents
FROM bank_transactions
WHERE transaction_type <> 'TRANSFER'
GROUP BY transaction_date
ORDER BY transaction_date
