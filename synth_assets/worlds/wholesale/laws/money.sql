-- What must hold of money: receipts, credits, bills, payments, expenses and the bank.

-- name: invoices_are_paid_by_their_payments — What was paid on an invoice is the sum of its payments, credits included; but
-- for two of a lapping in a history, of which one may be paid later.
SELECT invoices.invoice_id, amount_paid_cents, paid_cents
FROM invoices
LEFT JOIN (
    SELECT invoice_id, sum(amount_cents) AS paid_cents FROM payments WHERE payment_type = 'RECEIVED' GROUP BY invoice_id
) USING (invoice_id)
WHERE amount_paid_cents <> coalesce(paid_cents, 0)
    AND invoices.invoice_id NOT IN (
        SELECT CAST(unnest([expected_value, actual_value]) AS BIGINT)
        FROM anomaly_manifest CROSS JOIN scenario WHERE type = 'lapping' AND history.start IS NOT NULL
    );

-- name: payments_are_of_their_client — A payment comes from the client of its invoice, on its day or later.
SELECT payment_id
FROM payments JOIN invoices USING (invoice_id)
WHERE payment_date < invoice_date
    OR payments.customer_id IS DISTINCT FROM invoices.customer_id
        AND CAST(payment_id AS VARCHAR) NOT IN (
            SELECT entity_id FROM anomaly_manifest WHERE type = 'payment_of_wrong_client'
        );

-- name: payments_move_through_the_bank — Each payment in money is one line of the bank: same day, amount and direction.
SELECT payment_id, bank_transaction_id
FROM (FROM payments WHERE payment_method <> 'OTHER') AS payments
FULL JOIN (FROM bank_transactions WHERE payment_id IS NOT NULL) AS bank_transactions USING (payment_id)
WHERE payments.amount_cents IS DISTINCT FROM bank_transactions.amount_cents
    OR payment_date IS DISTINCT FROM transaction_date
    OR (payment_type = 'RECEIVED') IS DISTINCT FROM (transaction_type = 'DEPOSIT')
    OR payments.is_reconciled IS DISTINCT FROM bank_transactions.is_reconciled;

-- name: bank_balances_add_up — The balance of a bank account is what came less what went.
SELECT bank_accounts.bank_account_id, current_balance_cents, listed_cents
FROM bank_accounts
LEFT JOIN (
    SELECT
        bank_account_id,
        sum(CASE WHEN transaction_type IN ('DEPOSIT', 'INTEREST') THEN amount_cents
                 WHEN transaction_type IN ('WITHDRAWAL', 'FEE') THEN -amount_cents ELSE 0 END) AS listed_cents
    FROM bank_transactions GROUP BY bank_account_id
) USING (bank_account_id)
WHERE current_balance_cents <> coalesce(listed_cents, 0);

-- name: cash_is_never_negative — There is money in the bank at the end of every day, but for what was paid twice or too early.
SELECT transaction_date, balance_cents
FROM (
    SELECT transaction_date, sum(sum(CASE WHEN transaction_type IN ('DEPOSIT', 'INTEREST') THEN amount_cents
        ELSE -amount_cents END)) OVER (ORDER BY transaction_date) AS balance_cents
    FROM bank_transactions
    WHERE transaction_type <> 'TRANSFER' AND coalesce(CAST(payment_id AS VARCHAR), '') NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type IN ('bill_paid_twice', 'payment_before_bill')
    )
    GROUP BY transaction_date
)
WHERE balance_cents < 0;

-- name: bills_add_up — A bill is the sum of its lines, and paid by its payments.
SELECT bills.bill_id, total_amount_cents, lines_cents, amount_paid_cents, paid_cents
FROM bills
LEFT JOIN (SELECT bill_id, sum(line_total_cents) AS lines_cents FROM bill_line_items GROUP BY bill_id) USING (bill_id)
LEFT JOIN (
    SELECT bill_id, sum(amount_cents) AS paid_cents FROM payments WHERE payment_type = 'SENT' GROUP BY bill_id
) USING (bill_id)
WHERE total_amount_cents IS DISTINCT FROM lines_cents
    OR amount_paid_cents <> coalesce(paid_cents, 0)
        AND CAST(bills.bill_id AS VARCHAR) NOT IN (
            SELECT related_entity_id FROM anomaly_manifest WHERE type = 'bill_paid_twice'
        );

-- name: payments_are_of_their_vendor — A bill's payment goes to its grower, on its day or later.
SELECT payment_id
FROM payments JOIN bills USING (bill_id)
WHERE payments.vendor_id IS DISTINCT FROM bills.vendor_id
    OR payment_date < bill_date
        AND CAST(payment_id AS VARCHAR) NOT IN (
            SELECT entity_id FROM anomaly_manifest WHERE type = 'payment_before_bill'
        );

-- name: consignment_bills_follow_sales — What growers bill for consigned goods of a half-month is what was sold and not
-- returned; where the history grows, of one that is over.
WITH sold AS (
    SELECT
        vendor_id,
        date_trunc('month', invoices.created_at) AS month_,
        day(invoices.created_at) > 15 AS is_second_half,
        sum(quantity_e4 * unit_cogs_cents) // 10000 AS cents
    FROM invoice_line_items
    JOIN invoices USING (invoice_id)
    JOIN batches USING (batch_id)
    JOIN lots USING (lot_id)
    CROSS JOIN scenario
    WHERE batches.payment_terms = 'CONSIGNMENT'
        AND CAST(invoices.created_at AS DATE) <= billed_until
        AND invoices.invoice_id NOT IN (
            SELECT CAST(CAST(transactions.metadata AS JSON) ->> 'invoiceId' AS BIGINT)
            FROM credits JOIN transactions USING (transaction_id) WHERE credit_reason = 'RETURN'
        )
    GROUP BY ALL
),
billed AS (
    SELECT vendor_id, date_trunc('month', bill_date) AS month_, day(bill_date) > 15 AS is_second_half,
        sum(total_amount_cents) AS cents
    FROM bills WHERE payment_terms = 'CONSIGNMENT' GROUP BY ALL
)
SELECT vendor_id, month_, is_second_half, sold.cents AS sold_cents, billed.cents AS billed_cents
FROM sold FULL JOIN billed USING (vendor_id, month_, is_second_half)
WHERE sold.cents IS DISTINCT FROM billed.cents;

-- name: bought_deliveries_are_billed — A delivery that is not on consignment has one bill of its cost, grower and terms.
SELECT intake_session_id, bill_id
FROM (
    SELECT intake_session_id, total_amount_cents AS cents, lots.vendor_id, intake_sessions.payment_terms AS terms
    FROM intake_sessions JOIN lots ON lot_id = intake_session_id
    WHERE intake_sessions.payment_terms <> 'CONSIGNMENT'
) AS bought
FULL JOIN (FROM bills WHERE reference_type = 'LOT') AS bills ON reference_id = intake_session_id
WHERE cents IS DISTINCT FROM total_amount_cents
    OR bought.vendor_id IS DISTINCT FROM bills.vendor_id
    OR CAST(terms AS VARCHAR) IS DISTINCT FROM bills.payment_terms;

-- name: batches_are_paid_by_bills — What a grower was paid for a batch is the batch's part of paid bills.
SELECT batches.batch_id, amount_paid_cents, history_cents, billed_cents
FROM batches
LEFT JOIN (SELECT batch_id, sum(amount_cents) AS history_cents FROM payment_history GROUP BY batch_id) USING (batch_id)
LEFT JOIN (
    SELECT CAST(regexp_extract(description, 'batch (\d+)$', 1) AS BIGINT) AS batch_id, sum(line_total_cents) AS billed_cents
    FROM bill_line_items JOIN bills USING (bill_id) WHERE status = 'PAID' GROUP BY batch_id
) USING (batch_id)
WHERE amount_paid_cents <> coalesce(history_cents, 0) OR amount_paid_cents <> coalesce(billed_cents, 0);

-- name: history_is_of_its_payment — What a payment of a bill paid for batches, on its day, is its amount; but for bills that were
-- paid twice, whose goods are paid already.
SELECT payments.payment_id, amount_cents, paid_cents
FROM payments
LEFT JOIN (
    SELECT CAST(regexp_extract(notes, 'Payment (\d+) of bill (\d+)', 1) AS BIGINT) AS payment_id,
        CAST(regexp_extract(notes, 'Payment (\d+) of bill (\d+)', 2) AS BIGINT) AS bill_id,
        CAST(paid_at AS DATE) AS payment_date, sum(amount_cents) AS paid_cents
    FROM payment_history GROUP BY ALL
) AS history USING (payment_id, bill_id, payment_date)
WHERE bill_id IS NOT NULL AND amount_cents IS DISTINCT FROM paid_cents
    AND CAST(payments.payment_id AS VARCHAR) NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type = 'bill_paid_twice'
    );

-- name: deliveries_are_paid_by_their_batches — What was paid for a delivery is what was paid for its batches.
SELECT intake_session_id, intake_sessions.amount_paid_cents, sum(batches.amount_paid_cents) AS batches_cents
FROM intake_sessions
JOIN intake_session_batches USING (intake_session_id)
JOIN batches USING (batch_id)
GROUP BY ALL
HAVING intake_sessions.amount_paid_cents <> sum(batches.amount_paid_cents);

-- name: credits_are_used_by_applications — What was used of a credit is the sum of its applications, each a payment.
SELECT credits.credit_id, amount_used_cents, applied_cents, paid_cents
FROM credits
LEFT JOIN (
    SELECT credit_id, sum(amount_applied_cents) AS applied_cents FROM credit_applications GROUP BY credit_id
) USING (credit_id)
LEFT JOIN (
    SELECT reference_number AS credit_number, sum(amount_cents) AS paid_cents
    FROM payments WHERE payment_method = 'OTHER' GROUP BY reference_number
) USING (credit_number)
WHERE amount_used_cents <> coalesce(applied_cents, 0) OR amount_used_cents <> coalesce(paid_cents, 0)
    OR CAST(credit_status AS VARCHAR) <> CASE
        WHEN amount_remaining_cents = 0 THEN 'FULLY_USED' WHEN amount_used_cents > 0 THEN 'PARTIALLY_USED' ELSE 'ACTIVE'
    END;

-- name: credits_are_applied_to_their_client — A credit is used on an invoice of its client, after it was given.
SELECT credit_application_id
FROM credit_applications
JOIN credits USING (credit_id)
JOIN transactions ON transactions.transaction_id = credit_applications.invoice_id
WHERE transactions.client_id <> credits.client_id OR transaction_type <> 'INVOICE' OR applied_at < credits.created_at;

-- name: credits_follow_claims — A return is credited in full and its goods came back; a refund is the agreed share of its invoice.
SELECT credits.credit_id, credit_reason, credit_amount_cents, total_amount_cents
FROM credits
JOIN transactions USING (transaction_id)
JOIN invoices ON invoices.invoice_id = CAST(CAST(metadata AS JSON) ->> 'invoiceId' AS BIGINT)
CROSS JOIN scenario
LEFT JOIN (
    SELECT DISTINCT reference_id AS order_id FROM inventory_movements WHERE inventory_movement_type = 'REFUND_RETURN'
) AS returned ON order_id = invoices.reference_id
WHERE (
        credit_amount_cents <> CASE CAST(credit_reason AS VARCHAR)
            WHEN 'RETURN' THEN total_amount_cents
            ELSE (total_amount_cents * CAST(round(10000 * refund_share) AS BIGINT) + 5000) // 10000
        END
        OR (credit_reason = 'RETURN') <> (order_id IS NOT NULL)
    )
    AND CAST(credit_id AS VARCHAR) NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type IN ('refund_above_invoice', 'unrecorded_return')
    );
