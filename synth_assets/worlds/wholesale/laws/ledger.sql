-- What must hold of the general ledger: it balances, and every subledger equals its control account.

-- name: postings_balance — Debits equal credits in every posting, and for every paper.
WITH sound AS (
    FROM ledger_entries
    WHERE (reference_type, reference_id) NOT IN (
        SELECT (reference_type, reference_id) FROM anomaly_manifest WHERE type = 'unbalanced_entry'
    )
)
SELECT split_part(entry_number, '-', 2) AS posting, sum(debit_cents) AS debit_cents, sum(credit_cents) AS credit_cents
FROM sound GROUP BY posting HAVING sum(debit_cents) <> sum(credit_cents)
UNION ALL
SELECT reference_type || ' ' || reference_id, sum(debit_cents), sum(credit_cents)
FROM sound GROUP BY reference_type, reference_id HAVING sum(debit_cents) <> sum(credit_cents);

-- name: entries_are_in_their_period — An entry is posted to the period of its day, and counts.
SELECT ledger_entry_id, entry_date, fiscal_period_id
FROM ledger_entries LEFT JOIN fiscal_periods USING (fiscal_period_id)
WHERE entry_date NOT BETWEEN start_date AND end_date OR start_date IS NULL OR NOT is_posted;

-- name: periods_follow_each_other — A period begins on the day after the one before it.
SELECT fiscal_period_id, start_date
FROM (SELECT *, lag(end_date) OVER (ORDER BY fiscal_period_id) AS previous FROM fiscal_periods)
WHERE start_date <> previous + 1;

-- name: papers_are_posted — Each invoice, bill, payment, expense, credit, delivery and count is posted with its amount.
WITH papers AS (
    SELECT 'INVOICE' AS kind, invoice_id AS id, total_amount_cents + total_cogs_cents AS cents
    FROM invoices JOIN orders USING (invoice_id)
    UNION ALL SELECT 'BILL', bill_id, total_amount_cents FROM bills WHERE payment_terms = 'CONSIGNMENT'
    UNION ALL SELECT 'PAYMENT', payment_id, amount_cents FROM payments
    UNION ALL SELECT 'EXPENSE', expense_id, total_amount_cents FROM expenses
    UNION ALL
    SELECT 'REFUND', credit_id, credit_amount_cents + CASE WHEN credit_reason = 'RETURN' THEN total_cogs_cents ELSE 0 END
    FROM credits JOIN transactions USING (transaction_id)
    JOIN orders ON orders.invoice_id = CAST(CAST(metadata AS JSON) ->> 'invoiceId' AS BIGINT)
    UNION ALL SELECT 'INTAKE', intake_session_id, total_amount_cents FROM intake_sessions
    UNION ALL
    SELECT 'ADJUSTMENT', inventory_movement_id, abs(quantity_change_e4) * unit_cogs_cents // 10000
    FROM inventory_movements JOIN batches USING (batch_id)
    WHERE inventory_movement_type = 'ADJUSTMENT' AND inventory_movements.created_at NOT IN (
        SELECT credits.created_at FROM credits JOIN anomaly_manifest ON entity_id = CAST(credit_id AS VARCHAR)
        WHERE type = 'unrecorded_return'
    )
),
posted AS (
    SELECT CAST(reference_type AS VARCHAR) AS kind, reference_id AS id, sum(debit_cents) AS cents
    FROM ledger_entries WHERE reference_type <> 'EQUITY' GROUP BY ALL
)
SELECT kind, id, papers.cents AS paper_cents, posted.cents AS posted_cents
FROM papers FULL JOIN posted USING (kind, id)
WHERE papers.cents IS DISTINCT FROM posted.cents
    AND (kind, id) NOT IN (
        SELECT (CAST(reference_type AS VARCHAR), reference_id) FROM anomaly_manifest WHERE reference_id IS NOT NULL
    );

-- name: subledgers_equal_control_accounts — At every month's end receivables, inventory, payables, credits, consignment and
-- cash are what their papers say, but for papers that are labelled.
WITH papers AS (
    SELECT '1200' AS account_number, invoice_date AS day_, total_amount_cents AS cents, 'INVOICE' AS kind, invoice_id AS id
    FROM invoices
    UNION ALL
    SELECT '1200', payment_date, -amount_cents, 'PAYMENT', payment_id FROM payments WHERE payment_type = 'RECEIVED'
    UNION ALL
    SELECT '1300', CAST(inventory_movements.created_at AS DATE), quantity_change_e4 * unit_cogs_cents // 10000,
        CASE inventory_movement_type WHEN 'SALE' THEN 'INVOICE' WHEN 'INTAKE' THEN 'INTAKE' ELSE 'OTHER' END,
        CASE WHEN inventory_movement_type = 'SALE' THEN orders.invoice_id ELSE reference_id END
    FROM inventory_movements
    JOIN batches USING (batch_id)
    LEFT JOIN orders ON inventory_movement_type = 'SALE' AND order_id = reference_id
    WHERE inventory_movement_type <> 'SAMPLE'
    UNION ALL SELECT '2000', bill_date, total_amount_cents, 'BILL', bill_id FROM bills
    UNION ALL
    SELECT '2000', payment_date, -amount_cents, 'PAYMENT', payment_id FROM payments WHERE payment_type = 'SENT'
    UNION ALL SELECT '2100', CAST(created_at AS DATE), credit_amount_cents, 'REFUND', credit_id FROM credits
    UNION ALL
    SELECT '2100', payment_date, -amount_cents, 'PAYMENT', payment_id FROM payments WHERE payment_method = 'OTHER'
    UNION ALL
    SELECT '2200', receive_date, total_amount_cents, 'INTAKE', intake_session_id
    FROM intake_sessions WHERE payment_terms = 'CONSIGNMENT'
    UNION ALL
    SELECT '2200', bill_date, -total_amount_cents, 'BILL', bill_id FROM bills WHERE payment_terms = 'CONSIGNMENT'
    UNION ALL
    SELECT '1000', transaction_date,
        CASE WHEN transaction_type IN ('DEPOSIT', 'INTEREST') THEN amount_cents ELSE -amount_cents END,
        CASE WHEN payment_id IS NULL THEN split_part(reference_number, '-', 1) ELSE 'PAYMENT' END,
        coalesce(payment_id, CAST(split_part(reference_number, '-', 2) AS BIGINT))
    FROM bank_transactions WHERE transaction_type <> 'TRANSFER'
),
labelled AS (
    SELECT CAST(reference_type AS VARCHAR) AS kind, reference_id AS id
    FROM anomaly_manifest WHERE reference_id IS NOT NULL
),
subledgers AS (
    SELECT account_number, end_date, sum(cents) AS subledger_cents
    FROM papers ANTI JOIN labelled USING (kind, id) JOIN fiscal_periods ON day_ <= end_date
    GROUP BY ALL
),
controls AS (
    SELECT account_number, end_date, sum(
        CASE WHEN normal_balance = 'DEBIT' THEN debit_cents - credit_cents ELSE credit_cents - debit_cents END
    ) AS control_cents
    FROM ledger_entries
    JOIN accounts USING (account_id)
    ANTI JOIN labelled ON kind = CAST(reference_type AS VARCHAR) AND id = reference_id
    JOIN fiscal_periods AS ends ON entry_date <= end_date
    WHERE account_number IN ('1000', '1200', '1300', '2000', '2100', '2200') AND reference_id IS NOT NULL
    GROUP BY ALL
)
SELECT account_number, end_date, subledger_cents, control_cents
FROM subledgers FULL JOIN controls USING (account_number, end_date)
WHERE subledger_cents IS DISTINCT FROM control_cents;

-- name: profit_is_what_papers_say — Sales, returns, cost and expenses of a month in the ledger are those of its papers, but for
-- papers that are labelled.
WITH papers AS (
    SELECT '4000' AS account_number, invoice_date AS day_, total_amount_cents AS cents, 'INVOICE' AS kind, invoice_id AS id
    FROM invoices
    UNION ALL SELECT '4100', CAST(created_at AS DATE), credit_amount_cents, 'REFUND', credit_id FROM credits
    UNION ALL
    SELECT '5000', CAST(created_at AS DATE), total_cogs_cents, 'INVOICE', invoice_id
    FROM orders WHERE order_type = 'SALE'
    UNION ALL
    SELECT '5000', CAST(inventory_movements.created_at AS DATE), -quantity_change_e4 * unit_cogs_cents // 10000,
        'OTHER', NULL
    FROM inventory_movements JOIN batches USING (batch_id)
    WHERE inventory_movement_type IN ('REFUND_RETURN', 'ADJUSTMENT')
    UNION ALL SELECT '6000', expense_date, total_amount_cents, 'EXPENSE', expense_id FROM expenses
),
labelled AS (
    SELECT CAST(reference_type AS VARCHAR) AS kind, reference_id AS id
    FROM anomaly_manifest WHERE reference_id IS NOT NULL
),
of_papers AS (
    SELECT account_number, fiscal_period_id, sum(cents) AS papers_cents
    FROM papers ANTI JOIN labelled USING (kind, id) JOIN fiscal_periods ON day_ BETWEEN start_date AND end_date
    GROUP BY ALL
),
of_ledger AS (
    SELECT account_number, fiscal_period_id, sum(
        CASE WHEN normal_balance = 'DEBIT' THEN debit_cents - credit_cents ELSE credit_cents - debit_cents END
    ) AS ledger_cents
    FROM ledger_entries
    JOIN accounts USING (account_id)
    ANTI JOIN labelled ON kind = CAST(reference_type AS VARCHAR) AND id = reference_id
    WHERE account_type IN ('REVENUE', 'EXPENSE') AND reference_id IS NOT NULL
    GROUP BY ALL
)
SELECT account_number, fiscal_period_id, papers_cents, ledger_cents
FROM of_papers FULL JOIN of_ledger USING (account_number, fiscal_period_id)
WHERE papers_cents IS DISTINCT FROM ledger_cents;

-- name: owners_equity_is_cash_in_and_out — What the owners put in and took out is in the bank's list, and nowhere else.
SELECT ledger_cents, bank_cents
FROM (
    SELECT sum(credit_cents - debit_cents) AS ledger_cents
    FROM ledger_entries JOIN accounts USING (account_id) WHERE account_number = '3000'
),
(
    SELECT sum(CASE WHEN transaction_type = 'DEPOSIT' THEN amount_cents ELSE -amount_cents END) AS bank_cents
    FROM bank_transactions
    WHERE reference_number LIKE 'OPENING-%' OR reference_number LIKE 'DISTRIBUTION-%'
)
WHERE ledger_cents <> bank_cents;
