-- What a detector sees of each kind of fault: flat tables without the columns that the kind's rule compares.
--
-- One query a view; the kinds that it may show are in brackets. Each gives entity_id, then `peer`, whose rows are
-- alike, then numbers. No view shows the other kinds, so that they are very hard:
--
-- - unrecorded_return, sample_unaccounted, missing_consignment_payable, invoice_without_posting: what is at fault is
--   that rows of another table are not there;
-- - discount_without_rule, adjustment_without_reason, limit_raised_without_reason, limit_exceeded_without_approval: a
--   word is not there, and every number is right;
-- - approved_own_request, vendor_is_a_user, client_changed_before_payment, expense_as_inventory: two columns are of the
--   same user, or of different accounts, and either alone is usual;
-- - phantom_intake, bill_split: amounts are as usual, and only do not agree with other rows;
-- - round_manual_entry: nothing is odd but what its rule looks at.
--
-- Grades hold of the medium business at rates from 5 to 15 %. In a smaller one, or with more faults, there are too few
-- sound rows to say what is usual.

-- name: credits_given [refund_above_invoice] — One row a credit: how much, and what it was given for. Its invoice is
-- not there.
SELECT
    credit_id AS entity_id,
    credit_reason AS peer,
    credit_amount_cents / 100 AS amount
FROM credits;

-- name: receipts_of_clients [payment_of_wrong_client] — One row a receipt: how it compares with the client's other
-- ones. The invoice is not there.
SELECT
    payment_id AS entity_id,
    customer_id AS peer,
    ln(amount_cents) AS log_amount,
    amount_cents / median(amount_cents) OVER of_client AS share_of_usual,
    count(*) OVER (PARTITION BY customer_id, payment_method) / count(*) OVER of_client AS share_of_method,
    payment_date - lag(payment_date) OVER (PARTITION BY customer_id ORDER BY payment_date, payment_id)
        AS days_since_last
FROM payments WHERE payment_type = 'RECEIVED' AND payment_method <> 'OTHER'
WINDOW of_client AS (PARTITION BY customer_id);

-- name: receipts_before_due [lapping] — One row a receipt of a whole invoice: how long before the due date it came. What
-- the bank's list says is not there.
SELECT
    payment_id AS entity_id,
    payments.customer_id AS peer,
    due_date - payment_date AS days_before_due,
    due_date - invoice_date AS days_of_terms,
    ln(amount_cents) AS log_amount
FROM payments JOIN invoices USING (invoice_id)
WHERE amount_cents = total_amount_cents;

-- name: sheets_of_flower [price_below_floor] — One row a sheet: its lowest price of flower, whatever its grade.
SELECT
    sales_sheet_history_id AS entity_id,
    any_value(template_id) AS peer,
    min(price) AS lowest_price,
    count(*) AS lines,
    any_value(template_id) AS template
FROM (
    SELECT *, CAST(line ->> 'price' AS DOUBLE) AS price, CAST(line ->> 'batchId' AS BIGINT) AS batch_id
    FROM (SELECT *, unnest(CAST(items AS JSON[])) AS line FROM sales_sheet_history)
)
JOIN batches USING (batch_id) JOIN products USING (product_id)
WHERE category = 'Flower'
GROUP BY sales_sheet_history_id;

-- name: days_to_due [booked_too_early] — One row an invoice: how long after its date it is due. The order is not there.
SELECT
    invoice_id AS entity_id,
    payment_terms AS peer,
    due_date - invoice_date AS days_to_due,
    day(invoice_date) AS day_of_month,
    ln(total_amount_cents) AS log_amount
FROM invoices;

-- name: orders_and_receipts [side_agreement] — One row an order: how long before the day by which it was to be paid it
-- was. The invoice is not there.
SELECT
    order_id AS entity_id,
    client_id AS peer,
    due_date - paid_on AS paid_days_before_due,
    due_date - CAST(orders.created_at AS DATE) AS days_of_terms
FROM orders
LEFT JOIN (
    SELECT invoice_id, max(payment_date) AS paid_on FROM payments WHERE payment_method <> 'OTHER' GROUP BY invoice_id
) USING (invoice_id)
WHERE order_type = 'SALE' AND payment_terms <> 'PARTIAL';

-- name: batches_in_turn [oversold_batch] — One row a batch: what was sold of newer batches of its product before the last
-- of it. What came and what was sold of it are not there.
SELECT
    batch_id AS entity_id,
    subcategory AS peer,
    (
        SELECT count(*) FROM sales AS newer
        WHERE newer.product_id = own.product_id AND newer.batch_id > own.batch_id AND newer.sold_at < own.last_sold_at
    ) AS newer_lines_before,
    lines
FROM (
    SELECT batch_id, product_id, max(sold_at) AS last_sold_at, count(*) AS lines FROM sales GROUP BY ALL
) AS own
JOIN products USING (product_id);

-- name: costs_of_sales [cost_below_batch] — One row a line of a sale: its cost as a share of its price. The batch's
-- cost is not there.
SELECT
    sale_id AS entity_id,
    product_id AS peer,
    cogs_at_sale_cents / sale_price_cents AS cost_share_of_price,
    cogs_at_sale_cents / 100 AS cost,
    ln(sale_price_cents) AS log_price,
    ln(quantity_e4) AS log_quantity
FROM sales;

-- name: same_payouts [bill_paid_twice] — One row a payment of a bill: how long before it the grower was paid the same
-- amount; 1,000 days where it was not. The bill is not there.
SELECT
    payment_id AS entity_id,
    vendor_id AS peer,
    coalesce(payment_date - lag(payment_date) OVER (
        PARTITION BY vendor_id, amount_cents ORDER BY payment_date, payment_id
    ), 1_000) AS days_since_the_same_amount,
    ln(amount_cents) AS log_amount
FROM payments WHERE payment_type = 'SENT';

-- name: payouts_before_due [payment_before_bill] — One row a payment of a bill: how long before the due date it was
-- made. The day of the bill is not there.
SELECT
    payment_id AS entity_id,
    payments.vendor_id AS peer,
    due_date - payment_date AS days_before_due,
    ln(amount_cents) AS log_amount
FROM payments JOIN bills USING (bill_id);

-- name: legs_of_payments [unbalanced_entry] — One row a leg of a payment's posting, alone. The other leg and the
-- payment are not there.
SELECT
    ledger_entry_id AS entity_id,
    account_id AS peer,
    ln(debit_cents + credit_cents) AS log_amount,
    (debit_cents + credit_cents) % 100 AS cents,
    (debit_cents + credit_cents) % 25 AS odd_cents
FROM ledger_entries WHERE reference_type = 'PAYMENT';

-- name: entries_in_order [backdated_entry] — One row an entry: how long after the entry of the number before it is
-- dated. When it was recorded and its period are not there.
SELECT
    ledger_entry_id AS entity_id,
    account_id AS peer,
    entry_date - lag(entry_date) OVER (ORDER BY ledger_entry_id) AS days_since_the_entry_before,
    is_manual,
    ln(debit_cents + credit_cents) AS log_amount
FROM ledger_entries;
