SELECT
    fiscal_period_id,
    start_date,
    CAST(sum(credit_cents - debit_cents) FILTER (account_number = '4000') AS BIGINT) AS sales_cents,
    CAST(coalesce(sum(debit_cents - credit_cents) FILTER (account_number = '4100'), 0) AS BIGINT) AS returns_cents,
    CAST(sum(debit_cents - credit_cents) FILTER (account_number = '5000') AS BIGINT) AS cost_of_goods_cents,
    CAST(sum(credit_cents - debit_cents) FILTER (account_number IN ('4000', '4100', '5000')) AS BIGINT)
        AS gross_profit_cents,
    CAST(coalesce(sum(debit_cents - credit_cents) FILTER (account_number = '6000'), 0) AS BIGINT) AS expenses_cents,
    CAST(sum(credit_cents - debit_cents) AS BIGINT) AS net_profit_cents
FROM ledger_entries
JOIN accounts USING (account_id)
JOIN fiscal_periods USING (fiscal_period_id)
WHERE account_type IN ('REVENUE', 'EXPENSE')
GROUP BY fiscal_period_id, start_date
ORDER BY fiscal_period_id
