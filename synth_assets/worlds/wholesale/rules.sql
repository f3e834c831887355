-- What each control failure looks like from outside: one query a kind, over the published tables alone.
--
-- Written from what auditors look for, for DuckDB, sharing nothing with the code that generates. Tables hold the
-- Parquet columns (amounts in whole cents, quantities in ten-thousandths); `scenario` is one row with the
-- configuration's keys. Each query returns the values of a label: entity_id, related_entity_id, expected_value
-- and actual_value.

-- name: refund_above_invoice — A credit for quality is larger than the invoice that it gives back from.
SELECT
    CAST(credit_id AS VARCHAR) AS entity_id,
    CAST(invoice_id AS VARCHAR) AS related_entity_id,
    (total_amount_cents * CAST(round(10000 * refund_share) AS BIGINT) + 5000) // 10000 / 100 AS expected_value,
    credit_amount_cents / 100 AS actual_value
FROM credits
JOIN transactions USING (transaction_id)
JOIN invoices ON invoice_id = CAST(CAST(transactions.metadata AS JSON) ->> 'invoiceId' AS BIGINT)
CROSS JOIN scenario
WHERE credit_reason = 'QUALITY_ADJUSTMENT' AND credit_amount_cents > total_amount_cents;

-- name: payment_of_wrong_client — A receipt is booked under another client than the one whose invoice it pays.
SELECT
    CAST(payment_id AS VARCHAR) AS entity_id,
    CAST(invoice_id AS VARCHAR) AS related_entity_id,
    amount_cents / 100 AS expected_value,
    0 AS actual_value
FROM payments JOIN invoices USING (invoice_id)
WHERE payments.customer_id <> invoices.customer_id;

-- name: unrecorded_return — A return is credited, and no goods of its order came back into stock.
SELECT
    CAST(credit_id AS VARCHAR) AS entity_id,
    CAST(invoice_id AS VARCHAR) AS related_entity_id,
    credit_amount_cents / 100 AS expected_value,
    0 AS actual_value
FROM credits
JOIN transactions USING (transaction_id)
JOIN invoices ON invoice_id = CAST(CAST(transactions.metadata AS JSON) ->> 'invoiceId' AS BIGINT)
WHERE credit_reason = 'RETURN'
    AND invoices.reference_id NOT IN (
        SELECT reference_id FROM inventory_movements WHERE inventory_movement_type = 'REFUND_RETURN'
    );

-- name: lapping — The bank's list says which invoices two equal receipts paid; the books have them the other way round.
-- Where the history grows the first of them tells it, before the second has come.
WITH swapped AS (
    SELECT
        payment_id,
        payment_date,
        invoice_id,
        CAST(regexp_extract(bank_transactions.description, 'invoice (\d+)$', 1) AS BIGINT) AS bank_invoice_id
    FROM payments JOIN bank_transactions USING (payment_id)
    WHERE payment_type = 'RECEIVED'
)
SELECT
    CAST(a.payment_id AS VARCHAR) AS entity_id,
    CAST(CASE WHEN history.start IS NULL THEN b.payment_id ELSE a.bank_invoice_id END AS VARCHAR) AS related_entity_id,
    a.bank_invoice_id AS expected_value,
    a.invoice_id AS actual_value
FROM swapped AS a
CROSS JOIN scenario
LEFT JOIN swapped AS b ON a.invoice_id = b.bank_invoice_id AND b.invoice_id = a.bank_invoice_id
WHERE a.invoice_id <> a.bank_invoice_id
    AND (a.payment_id < b.payment_id OR b.payment_id IS NULL AND history.start IS NOT NULL);

-- name: discount_without_rule — A line is sold below the list price and names no rule.
SELECT
    CAST(order_id AS VARCHAR) AS entity_id,
    line ->> 'batchId' AS related_entity_id,
    CAST(line ->> 'listPrice' AS DECIMAL(18, 2)) AS expected_value,
    CAST(line ->> 'unitPrice' AS DECIMAL(18, 2)) AS actual_value
FROM (SELECT order_id, unnest(CAST(items AS JSON[])) AS line FROM orders WHERE order_type = 'SALE')
WHERE CAST(line ->> 'unitPrice' AS DECIMAL(18, 2)) < CAST(line ->> 'listPrice' AS DECIMAL(18, 2))
    AND line ->> 'appliedRule' IS NULL;

-- name: price_below_floor — A sheet offers flower for less than the list price less 12 %, all discounts together.
SELECT
    CAST(sales_sheet_history_id AS VARCHAR) AS entity_id,
    CAST(batch_id AS VARCHAR) AS related_entity_id,
    list_price * 0.88 AS expected_value,
    price AS actual_value
FROM (
    SELECT
        sales_sheet_history_id,
        CAST(line ->> 'batchId' AS BIGINT) AS batch_id,
        CAST(line ->> 'price' AS DECIMAL(18, 2)) AS price
    FROM (SELECT sales_sheet_history_id, unnest(CAST(items AS JSON[])) AS line FROM sales_sheet_history)
)
JOIN batches USING (batch_id)
JOIN (
    SELECT product_id, CASE subcategory
        WHEN 'Indoor' THEN list_prices.indoor WHEN 'Greenhouse' THEN list_prices.greenhouse ELSE list_prices.outdoor
    END AS list_price
    FROM products CROSS JOIN scenario WHERE category = 'Flower'
) USING (product_id)
WHERE price < list_price * 0.88;

-- name: booked_too_early — An invoice is dated in a month before its order.
SELECT
    CAST(invoices.invoice_id AS VARCHAR) AS entity_id,
    CAST(order_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    total_amount_cents / 100 AS actual_value
FROM invoices JOIN orders ON order_id = reference_id
WHERE date_trunc('month', invoice_date) < date_trunc('month', orders.created_at);

-- name: side_agreement — An order has other terms than its invoice; days of the invoice's are expected.
SELECT
    CAST(order_id AS VARCHAR) AS entity_id,
    CAST(invoices.invoice_id AS VARCHAR) AS related_entity_id,
    invoices.due_date - CAST(invoices.created_at AS DATE) AS expected_value,
    orders.due_date - CAST(orders.created_at AS DATE) AS actual_value
FROM orders JOIN invoices USING (invoice_id)
WHERE CAST(orders.payment_terms AS VARCHAR) <> invoices.payment_terms;

-- name: limit_exceeded_without_approval — An order takes a client more than 5 % over its credit limit, and nobody approved it.
SELECT
    CAST(credit_audit_log_id AS VARCHAR) AS entity_id,
    told ->> 'invoiceId' AS related_entity_id,
    CAST(told ->> 'limit' AS DECIMAL(18, 2)) AS expected_value,
    CAST(told ->> 'exposure' AS DECIMAL(18, 2)) AS actual_value
FROM (
    SELECT credit_audit_log_id, CAST(metadata AS JSON) AS told FROM credit_audit_log WHERE event_type = 'EXPOSURE_EXCEEDED'
)
WHERE CAST(told ->> 'exposure' AS DECIMAL(18, 2)) > 1.05 * CAST(told ->> 'limit' AS DECIMAL(18, 2))
    AND told ->> 'approvedBy' IS NULL;

-- name: oversold_batch — More was sold of a batch than stock took in: the sale has no movement of that batch.
WITH came AS (
    SELECT batch_id, quantity_change_e4 AS came_e4 FROM inventory_movements WHERE inventory_movement_type = 'INTAKE'
)
SELECT
    CAST(batch_id AS VARCHAR) AS entity_id,
    CAST(sale_id AS VARCHAR) AS related_entity_id,
    came_e4 / 10000 AS expected_value,
    (came_e4 + quantity_e4) / 10000 AS actual_value
FROM sales
JOIN came USING (batch_id)
ANTI JOIN (FROM inventory_movements WHERE inventory_movement_type = 'SALE') AS moved
    ON moved.batch_id = sales.batch_id AND moved.created_at = sold_at
WHERE batch_id IN (
    SELECT batch_id FROM sales JOIN came USING (batch_id)
    GROUP BY batch_id HAVING sum(quantity_e4) > max(came_e4)
);

-- name: cost_below_batch — A sale is booked at less than its batch cost.
SELECT
    CAST(sale_id AS VARCHAR) AS entity_id,
    CAST(batch_id AS VARCHAR) AS related_entity_id,
    unit_cogs_cents / 100 AS expected_value,
    cogs_at_sale_cents / 100 AS actual_value
FROM sales JOIN batches USING (batch_id)
WHERE cogs_at_sale_cents < unit_cogs_cents;

-- name: phantom_intake — A delivery's paper says that more came of a batch than stock took in.
SELECT
    CAST(intake_session_batch_id AS VARCHAR) AS entity_id,
    CAST(intake_session_id AS VARCHAR) AS related_entity_id,
    quantity_change_e4 / 10000 AS expected_value,
    received_qty_e4 / 10000 AS actual_value
FROM intake_session_batches JOIN inventory_movements USING (batch_id)
WHERE inventory_movement_type = 'INTAKE' AND received_qty_e4 > quantity_change_e4;

-- name: adjustment_without_reason — Stock is written off and nobody says why.
SELECT
    CAST(inventory_movement_id AS VARCHAR) AS entity_id,
    CAST(batch_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    quantity_change_e4 / 10000 AS actual_value
FROM inventory_movements
WHERE inventory_movement_type = 'ADJUSTMENT' AND quantity_change_e4 < 0 AND reason IS NULL;

-- name: sample_unaccounted — A sample was sent, and no gram of it is logged as used.
SELECT
    CAST(sample_request_id AS VARCHAR) AS entity_id,
    products_ ->> '$[0].batchId' AS related_entity_id,
    CAST(products_ ->> '$[0].quantity' AS DECIMAL(18, 2)) AS expected_value,
    0 AS actual_value
FROM (
    SELECT sample_request_id, CAST(CAST(products AS JSON) ->> '$' AS JSON) AS products_
    FROM sample_requests WHERE sample_request_status = 'FULFILLED'
)
WHERE 'Request ' || sample_request_id NOT IN (SELECT notes FROM sample_inventory_log WHERE action = 'CONSUMED');

-- name: missing_consignment_payable — A consigned delivery is in stock, and nothing is posted for it.
SELECT
    CAST(intake_session_id AS VARCHAR) AS entity_id,
    CAST(intake_session_id AS VARCHAR) AS related_entity_id,
    total_amount_cents / 100 AS expected_value,
    0 AS actual_value
FROM intake_sessions
WHERE payment_terms = 'CONSIGNMENT'
    AND intake_session_id NOT IN (SELECT reference_id FROM ledger_entries WHERE reference_type = 'INTAKE');

-- name: vendor_is_a_user — A vendor is reached at the address of a user; what it was paid, where the history grows on its
-- first day.
SELECT
    CAST(vendor_id AS VARCHAR) AS entity_id,
    CAST(user_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    (coalesce(billed_cents, 0) + coalesce(spent_cents, 0)) / 100 AS actual_value
FROM vendors
JOIN users ON users.email = contact_email
LEFT JOIN (
    SELECT vendor_id, sum(amount_cents) AS billed_cents
    FROM payment_history CROSS JOIN scenario WHERE CAST(paid_at AS DATE) <= vendors_paid_until GROUP BY vendor_id
) USING (vendor_id)
LEFT JOIN (
    SELECT vendor_id, sum(total_amount_cents) AS spent_cents
    FROM expenses CROSS JOIN scenario WHERE expense_date <= vendors_paid_until GROUP BY vendor_id
) USING (vendor_id);

-- name: bill_split — Two bills ask for the same goods on one day, neither above the limit for approval, together above it.
SELECT
    CAST(second.bill_id AS VARCHAR) AS entity_id,
    CAST(first.bill_id AS VARCHAR) AS related_entity_id,
    (first.total_amount_cents + second.total_amount_cents) / 100 AS expected_value,
    second.total_amount_cents / 100 AS actual_value
FROM bills AS first
JOIN bills AS second
    ON first.vendor_id = second.vendor_id
    AND first.bill_date = second.bill_date
    AND first.reference_id IS NOT DISTINCT FROM second.reference_id
    AND first.bill_id < second.bill_id
CROSS JOIN scenario
WHERE first.total_amount_cents + second.total_amount_cents > 100 * bill_approval_limit
    AND greatest(first.total_amount_cents, second.total_amount_cents) <= 100 * bill_approval_limit;

-- name: bill_paid_twice — A bill that is paid is paid again.
SELECT
    CAST(payment_id AS VARCHAR) AS entity_id,
    CAST(bill_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    amount_cents / 100 AS actual_value
FROM (
    SELECT *, row_number() OVER (PARTITION BY bill_id ORDER BY payment_date, payment_id) AS place
    FROM payments WHERE bill_id IS NOT NULL
)
WHERE place > 1;

-- name: payment_before_bill — A grower is paid before its bill came; days.
SELECT
    CAST(payment_id AS VARCHAR) AS entity_id,
    CAST(bill_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    payment_date - bill_date AS actual_value
FROM payments JOIN bills USING (bill_id)
WHERE payment_date < bill_date;

-- name: invoice_without_posting — An invoice is issued, and nothing is posted for it.
SELECT
    CAST(invoice_id AS VARCHAR) AS entity_id,
    CAST(reference_id AS VARCHAR) AS related_entity_id,
    total_amount_cents / 100 AS expected_value,
    0 AS actual_value
FROM invoices
WHERE invoice_id NOT IN (SELECT reference_id FROM ledger_entries WHERE reference_type = 'INVOICE');

-- name: unbalanced_entry — A posting does not balance: the leg that is not the payment's amount.
SELECT
    CAST(ledger_entry_id AS VARCHAR) AS entity_id,
    CAST(payment_id AS VARCHAR) AS related_entity_id,
    amount_cents / 100 AS expected_value,
    (debit_cents + credit_cents) / 100 AS actual_value
FROM ledger_entries
JOIN payments ON reference_type = 'PAYMENT' AND reference_id = payment_id
WHERE debit_cents + credit_cents <> amount_cents
    AND split_part(entry_number, '-', 2) IN (
        SELECT split_part(entry_number, '-', 2) FROM ledger_entries
        GROUP BY ALL HAVING sum(debit_cents) <> sum(credit_cents)
    );

-- name: backdated_entry — A posting is dated in a month before the one in which it was recorded; months of the books.
SELECT
    CAST(min(ledger_entry_id) AS VARCHAR) AS entity_id,
    CAST(any_value(reference_id) AS VARCHAR) AS related_entity_id,
    any_value(recorded.fiscal_period_id) AS expected_value,
    any_value(ledger_entries.fiscal_period_id) AS actual_value
FROM ledger_entries
JOIN fiscal_periods AS recorded ON CAST(posted_at AS DATE) BETWEEN recorded.start_date AND recorded.end_date
WHERE ledger_entries.fiscal_period_id < recorded.fiscal_period_id
GROUP BY split_part(entry_number, '-', 2);

-- name: expense_as_inventory — An expense is booked on another account than its category's; account numbers.
SELECT
    CAST(ledger_entry_id AS VARCHAR) AS entity_id,
    CAST(expense_id AS VARCHAR) AS related_entity_id,
    CAST(meant.account_number AS INTEGER) AS expected_value,
    CAST(booked.account_number AS INTEGER) AS actual_value
FROM ledger_entries
JOIN expenses ON reference_type = 'EXPENSE' AND reference_id = expense_id
JOIN expense_categories ON expense_category_id = category_id
JOIN accounts AS meant ON meant.account_id = ledger_account_id
JOIN accounts AS booked ON booked.account_id = ledger_entries.account_id
WHERE debit_cents > 0 AND booked.account_id <> meant.account_id;

-- name: round_manual_entry — A multiple of $10,000 is written by hand on a month's last day, without any paper.
SELECT
    CAST(ledger_entry_id AS VARCHAR) AS entity_id,
    CAST(fiscal_period_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    debit_cents / 100 AS actual_value
FROM ledger_entries JOIN fiscal_periods USING (fiscal_period_id)
WHERE is_manual AND reference_id IS NULL AND entry_date = end_date AND debit_cents > 0 AND debit_cents % 1000000 = 0;

-- name: approved_own_request — A sample was sent by the user who asked for it.
SELECT
    CAST(sample_request_id AS VARCHAR) AS entity_id,
    CAST(requested_by_id AS VARCHAR) AS related_entity_id,
    0 AS expected_value,
    fulfilled_by_id AS actual_value
FROM sample_requests WHERE fulfilled_by_id = requested_by_id;

-- name: limit_raised_without_reason — A client's credit limit is raised, and nobody says why.
SELECT
    CAST(credit_audit_log_id AS VARCHAR) AS entity_id,
    CAST(client_id AS VARCHAR) AS related_entity_id,
    old_value_cents / 100 AS expected_value,
    new_value_cents / 100 AS actual_value
FROM credit_audit_log WHERE event_type = 'LIMIT_INCREASED' AND reason IS NULL;

-- name: client_changed_before_payment — Who recorded a client's payment had changed its data in the three days before.
SELECT
    CAST(audit_logs.entity_id AS VARCHAR) AS entity_id,
    min_by(told ->> 'paymentId', (recorded.created_at, payment_id)) AS related_entity_id,
    0 AS expected_value,
    min_by(CAST(told ->> 'amount' AS DECIMAL(18, 2)), (recorded.created_at, payment_id)) AS actual_value
FROM audit_logs
JOIN (
    SELECT *, CAST(metadata AS JSON) AS told, CAST(told ->> 'paymentId' AS BIGINT) AS payment_id
    FROM client_activity WHERE activity_type = 'PAYMENT_RECORDED'
) AS recorded
    ON client_id = audit_logs.entity_id
    AND user_id = actor_id
    AND recorded.created_at > audit_logs.created_at
    AND CAST(recorded.created_at AS DATE) - CAST(audit_logs.created_at AS DATE) <= 3
WHERE entity = 'clients' AND action = 'UPDATE'
GROUP BY audit_log_id, audit_logs.entity_id;
