-- What shares the surface of each control failure and is sound: a query for each such decoy, over the published
-- tables alone.
--
-- Who looks for a fault meets these too, and must leave them alone. In brackets is the kind that a decoy looks like;
-- its sentence is the fact that clears it. Each query returns entity_id, the row that looks like one at fault. None
-- of them carries a label of that kind.

-- name: whole_invoice_credited [refund_above_invoice] — Goods came back, so that the credit is the whole invoice.
SELECT CAST(credit_id AS VARCHAR) AS entity_id
FROM credits
JOIN transactions USING (transaction_id)
JOIN invoices ON invoice_id = CAST(CAST(transactions.metadata AS JSON) ->> 'invoiceId' AS BIGINT)
WHERE credit_reason = 'RETURN' AND credit_amount_cents = total_amount_cents;

-- name: same_amount_same_day [payment_of_wrong_client] — Two clients pay the same amount on one day, each its own
-- invoice.
SELECT CAST(a.payment_id AS VARCHAR) AS entity_id
FROM payments AS a
JOIN payments AS b ON a.payment_date = b.payment_date AND a.amount_cents = b.amount_cents AND a.customer_id <> b.customer_id
JOIN invoices ON invoices.invoice_id = a.invoice_id AND invoices.customer_id = a.customer_id;

-- name: paid_by_another_method [payment_of_wrong_client] — A client pays by another method than it does as a rule, its
-- own invoice.
SELECT CAST(payment_id AS VARCHAR) AS entity_id
FROM (
    SELECT *, mode(payment_method) OVER (PARTITION BY customer_id) AS usual_method
    FROM payments WHERE payment_type = 'RECEIVED' AND payment_method <> 'OTHER'
) AS receipts
JOIN invoices USING (invoice_id)
WHERE payment_method <> usual_method AND receipts.customer_id = invoices.customer_id;

-- name: quality_credit [unrecorded_return] — A credit for quality: the client keeps the goods, so none come back.
SELECT CAST(credit_id AS VARCHAR) AS entity_id FROM credits WHERE credit_reason = 'QUALITY_ADJUSTMENT';

-- name: same_amount_weeks_apart [lapping] — Two clients pay the same amount within 60 days, each its own invoice by
-- the bank's list too.
SELECT CAST(a.payment_id AS VARCHAR) AS entity_id
FROM payments AS a
JOIN payments AS b ON a.amount_cents = b.amount_cents AND a.customer_id <> b.customer_id
    AND b.payment_date - a.payment_date BETWEEN 1 AND 60
JOIN bank_transactions ON bank_transactions.payment_id = a.payment_id
    AND description LIKE '%invoice ' || a.invoice_id
GROUP BY a.payment_id;

-- name: discount_by_rule [discount_without_rule] — A line is below the list price, by a rule that it names.
SELECT CAST(order_id AS VARCHAR) AS entity_id
FROM (SELECT order_id, unnest(CAST(items AS JSON[])) AS line FROM orders WHERE order_type = 'SALE')
GROUP BY order_id
HAVING bool_or(CAST(line ->> 'unitPrice' AS DOUBLE) < CAST(line ->> 'listPrice' AS DOUBLE))
    AND bool_and(CAST(line ->> 'unitPrice' AS DOUBLE) >= CAST(line ->> 'listPrice' AS DOUBLE)
        OR line ->> 'appliedRule' IS NOT NULL);

-- name: deep_discount_above_floor [price_below_floor] — A sheet offers flower far below the list price, at or above
-- the floor.
SELECT CAST(sales_sheet_history_id AS VARCHAR) AS entity_id
FROM (
    SELECT
        sales_sheet_history_id,
        CAST(line ->> 'price' AS DOUBLE) / CASE subcategory
            WHEN 'Indoor' THEN list_prices.indoor WHEN 'Greenhouse' THEN list_prices.greenhouse
            ELSE list_prices.outdoor END AS share
    FROM (SELECT sales_sheet_history_id, unnest(CAST(items AS JSON[])) AS line FROM sales_sheet_history)
    JOIN batches ON batch_id = CAST(line ->> 'batchId' AS BIGINT)
    JOIN products USING (product_id)
    CROSS JOIN scenario
    WHERE category = 'Flower'
)
GROUP BY sales_sheet_history_id HAVING min(share) BETWEEN 0.88 AND 0.98;

-- name: sale_of_the_last_day [booked_too_early] — A sale of a month's last day, invoiced on that day.
SELECT CAST(invoices.invoice_id AS VARCHAR) AS entity_id
FROM invoices JOIN orders ON order_id = reference_id
WHERE invoice_date = last_day(invoice_date) AND invoice_date = CAST(orders.created_at AS DATE);

-- name: longer_terms_on_both_papers [side_agreement] — An order has longer terms than its client's last one had, and
-- so has its invoice.
SELECT CAST(order_id AS VARCHAR) AS entity_id
FROM (
    SELECT *, due_date - CAST(created_at AS DATE) AS days, lag(days) OVER (PARTITION BY client_id ORDER BY order_id) AS before
    FROM orders WHERE order_type = 'SALE'
) AS later
JOIN invoices USING (invoice_id)
WHERE days > before AND CAST(later.payment_terms AS VARCHAR) = invoices.payment_terms;

-- name: slightly_over_limit [limit_exceeded_without_approval] — An order takes a client up to 5 % over its limit,
-- which needs no approval.
SELECT CAST(credit_audit_log_id AS VARCHAR) AS entity_id
FROM (SELECT *, CAST(metadata AS JSON) AS told FROM credit_audit_log WHERE event_type = 'EXPOSURE_EXCEEDED')
WHERE CAST(told ->> 'exposure' AS DECIMAL(18, 2)) <= 1.05 * CAST(told ->> 'limit' AS DECIMAL(18, 2));

-- name: approved_over_limit [limit_exceeded_without_approval] — An order takes a client far over its limit, and the owner
-- approved it.
SELECT CAST(credit_audit_log_id AS VARCHAR) AS entity_id
FROM (SELECT *, CAST(metadata AS JSON) AS told FROM credit_audit_log WHERE event_type = 'EXPOSURE_EXCEEDED')
WHERE CAST(told ->> 'exposure' AS DECIMAL(18, 2)) > 1.05 * CAST(told ->> 'limit' AS DECIMAL(18, 2))
    AND told ->> 'approvedBy' IS NOT NULL;

-- name: batch_sold_out [oversold_batch] — A batch is sold out to the last quarter of a pound.
SELECT CAST(batch_id AS VARCHAR) AS entity_id
FROM batches
JOIN (SELECT batch_id, sum(quantity_e4) AS sold_e4 FROM sales GROUP BY batch_id) USING (batch_id)
JOIN (
    SELECT batch_id, sum(quantity_change_e4) AS came_e4
    FROM inventory_movements WHERE inventory_movement_type = 'INTAKE' GROUP BY batch_id
) USING (batch_id)
WHERE sold_e4 = came_e4;

-- name: cheaper_batch [cost_below_batch] — A sale is booked at less than a sale of the same product was before, as its
-- batch cost less.
SELECT CAST(sale_id AS VARCHAR) AS entity_id
FROM (
    SELECT
        sales.*, unit_cogs_cents,
        max(cogs_at_sale_cents) OVER (
            PARTITION BY batches.product_id ORDER BY sale_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before_cents
    FROM sales JOIN batches USING (batch_id)
)
WHERE cogs_at_sale_cents < before_cents AND cogs_at_sale_cents = unit_cogs_cents;

-- name: counted_difference [phantom_intake] — A count found more or less of a batch than came, and wrote it down as a
-- count.
SELECT CAST(intake_session_batch_id AS VARCHAR) AS entity_id
FROM intake_session_batches
JOIN (FROM inventory_movements WHERE inventory_movement_type = 'INTAKE') AS came USING (batch_id)
SEMI JOIN (FROM inventory_movements WHERE inventory_movement_type = 'ADJUSTMENT' AND reason IS NOT NULL) AS counted
    USING (batch_id)
WHERE received_qty_e4 = came.quantity_change_e4;

-- name: write_off_with_reason [adjustment_without_reason] — Stock is written off with a reason.
SELECT CAST(inventory_movement_id AS VARCHAR) AS entity_id
FROM inventory_movements
WHERE inventory_movement_type = 'ADJUSTMENT' AND quantity_change_e4 < 0 AND reason IS NOT NULL;

-- name: sample_never_sent [sample_unaccounted] — A sample was asked for and never sent, so none was used.
SELECT CAST(sample_request_id AS VARCHAR) AS entity_id
FROM sample_requests WHERE sample_request_status <> 'FULFILLED';

-- name: consignment_not_billed_yet [missing_consignment_payable] — A consigned delivery of which nothing is billed
-- yet: it is posted.
SELECT CAST(intake_session_id AS VARCHAR) AS entity_id
FROM intake_sessions
WHERE payment_terms = 'CONSIGNMENT'
    AND intake_session_id NOT IN (SELECT lot_id FROM bill_line_items WHERE lot_id IS NOT NULL)
    AND intake_session_id IN (SELECT reference_id FROM ledger_entries WHERE reference_type = 'INTAKE');

-- name: consignment_billed_late [missing_consignment_payable] — A consigned delivery of which nothing was billed for two
-- weeks, as nothing of it was sold: it is posted.
SELECT CAST(intake_session_id AS VARCHAR) AS entity_id
FROM intake_sessions
JOIN bill_line_items ON lot_id = intake_session_id
JOIN bills USING (bill_id)
WHERE intake_sessions.payment_terms = 'CONSIGNMENT'
    AND intake_session_id IN (SELECT reference_id FROM ledger_entries WHERE reference_type = 'INTAKE')
GROUP BY intake_session_id
HAVING min(bill_date) - CAST(any_value(intake_sessions.created_at) AS DATE) > 14;

-- name: grower_buys_too [vendor_is_a_user] — A vendor has the telephone number of a client: the grower buys too.
SELECT CAST(vendor_id AS VARCHAR) AS entity_id
FROM vendors JOIN clients ON clients.phone = contact_phone
ANTI JOIN users ON users.email = contact_email;

-- name: single_bill_below_limit [bill_split] — A bill is just below the limit for approval, and the only one for its
-- goods.
SELECT CAST(max(bill_id) AS VARCHAR) AS entity_id
FROM bills CROSS JOIN scenario
GROUP BY vendor_id, bill_date, reference_id
HAVING count(*) = 1 AND max(total_amount_cents) BETWEEN 80 * any_value(bill_approval_limit) AND 100 * any_value(bill_approval_limit);

-- name: two_bills_below_limit [bill_split] — A grower sends two bills on one day, which are together below the limit.
SELECT CAST(max(bill_id) AS VARCHAR) AS entity_id
FROM bills CROSS JOIN scenario
GROUP BY vendor_id, bill_date, reference_id
HAVING count(*) = 2 AND sum(total_amount_cents) <= 100 * any_value(bill_approval_limit);

-- name: two_bills_in_a_month [bill_paid_twice] — A grower is paid twice within a month, for two bills.
SELECT CAST(payment_id AS VARCHAR) AS entity_id
FROM (
    SELECT
        *,
        lag(payment_date) OVER of_vendor AS before,
        row_number() OVER (PARTITION BY bill_id ORDER BY payment_date, payment_id) AS place
    FROM payments WHERE bill_id IS NOT NULL
    WINDOW of_vendor AS (PARTITION BY vendor_id ORDER BY payment_date, payment_id)
)
WHERE payment_date - before <= 31 AND place = 1;

-- name: paid_on_the_day_of_the_bill [payment_before_bill] — A bill is paid on the day on which it came.
SELECT CAST(payment_id AS VARCHAR) AS entity_id FROM payments JOIN bills USING (bill_id) WHERE payment_date = bill_date;

-- name: sale_taken_back [invoice_without_posting] — An invoice came back whole, so that another posting takes its sale
-- back.
SELECT CAST(invoice_id AS VARCHAR) AS entity_id
FROM credits
JOIN transactions USING (transaction_id)
JOIN invoices ON invoice_id = CAST(CAST(transactions.metadata AS JSON) ->> 'invoiceId' AS BIGINT)
SEMI JOIN (FROM ledger_entries WHERE reference_type = 'REFUND') AS undone ON undone.reference_id = credit_id
SEMI JOIN (FROM ledger_entries WHERE reference_type = 'INVOICE') AS posted ON posted.reference_id = invoice_id
WHERE credit_reason = 'RETURN';

-- name: receipt_below_invoice [unbalanced_entry] — A receipt is less than its invoice, and its posting balances.
SELECT CAST(ledger_entry_id AS VARCHAR) AS entity_id
FROM ledger_entries
JOIN payments ON reference_type = 'PAYMENT' AND reference_id = payment_id
JOIN invoices USING (invoice_id)
WHERE credit_cents = amount_cents AND amount_cents < total_amount_cents
    AND split_part(entry_number, '-', 2) IN (
        SELECT split_part(entry_number, '-', 2) FROM ledger_entries
        GROUP BY ALL HAVING sum(debit_cents) = sum(credit_cents)
    );

-- name: recorded_on_the_last_evening [backdated_entry] — An entry of a month's last day, recorded on that evening.
SELECT CAST(ledger_entry_id AS VARCHAR) AS entity_id
FROM ledger_entries JOIN fiscal_periods USING (fiscal_period_id)
WHERE entry_date = end_date AND CAST(posted_at AS DATE) = entry_date;

-- name: goods_as_inventory [expense_as_inventory] — Goods that were bought are booked as inventory.
SELECT CAST(ledger_entry_id AS VARCHAR) AS entity_id
FROM ledger_entries JOIN accounts USING (account_id)
WHERE account_number = '1300' AND debit_cents > 0 AND reference_type = 'INTAKE';

-- name: round_entry_with_paper [round_manual_entry] — A round amount is written by hand, with the paper behind it.
SELECT CAST(ledger_entry_id AS VARCHAR) AS entity_id
FROM ledger_entries
WHERE is_manual AND reference_id IS NOT NULL AND debit_cents > 0 AND debit_cents % 100000 = 0;

-- name: sent_by_another_user [approved_own_request] — A sample was sent by a user who asks for samples too, and not
-- for this one.
SELECT CAST(sample_request_id AS VARCHAR) AS entity_id
FROM sample_requests
WHERE fulfilled_by_id <> requested_by_id;

-- name: first_limit [limit_raised_without_reason] — A first limit has no reason: there is nothing that it changes.
SELECT CAST(credit_audit_log_id AS VARCHAR) AS entity_id
FROM credit_audit_log WHERE event_type = 'LIMIT_CALCULATED' AND reason IS NULL;

-- name: limit_raised_with_reason [limit_raised_without_reason] — A limit is raised, and the log says why.
SELECT CAST(credit_audit_log_id AS VARCHAR) AS entity_id
FROM credit_audit_log WHERE event_type = 'LIMIT_INCREASED' AND reason IS NOT NULL;

-- name: changed_by_its_seller [client_changed_before_payment] — A client's seller, who records no payment, changed its
-- data just before one.
SELECT CAST(client_id AS VARCHAR) AS entity_id
FROM audit_logs
JOIN (FROM client_activity WHERE activity_type = 'PAYMENT_RECORDED') AS recorded
    ON client_id = audit_logs.entity_id
    AND recorded.created_at > audit_logs.created_at
    AND CAST(recorded.created_at AS DATE) - CAST(audit_logs.created_at AS DATE) <= 3
WHERE entity = 'clients' AND action = 'UPDATE'
GROUP BY client_id
HAVING bool_and(actor_id <> user_id);
