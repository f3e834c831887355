-- The source document's testing checklist: a figure with its range in brackets, or what breaks an item.

-- name: annual_revenue [0.95 to 1.05, error] — Sales over what the scenario asks for, 5 % either way.
SELECT count(*), sum(total_cents) / max(100.0 * annual_revenue * years)
FROM orders CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: monthly_revenue [0.9 to 1.1, error] — Average sales of a month over a twelfth of a year's, 10 % either way.
SELECT count(*), sum(total_cents) / max(12 * years) / max(100.0 * annual_revenue / 12)
FROM orders CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: whale_revenue [-0.01 to 0.01, error] — Share of sales to whales, off what the scenario asks for.
SELECT count(*), sum(total_cents) FILTER (list_contains(CAST(tags AS JSON[]), '"whale"')) / sum(total_cents)
    - max(whale_revenue_share)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: flower_revenue [-0.01 to 0.01, error] — Share of flower in sales, off what the scenario asks for.
SELECT count(*), sum(line_total_cents) FILTER (category = 'Flower') / sum(line_total_cents) - max(flower_share)
FROM invoice_line_items JOIN products USING (product_id) CROSS JOIN scenario;

-- name: flower_products [-0.01 to 0.01, error] — Share of flower among products, off what the scenario asks for.
SELECT count(*), count(*) FILTER (category = 'Flower') / count(*) - max(flower_share) FROM products CROSS JOIN scenario;

-- name: sales_on_consignment [-0.01 to 0.01, error] — Share of orders on consignment, off what the scenario asks for.
SELECT count(*), count(*) FILTER (payment_terms = 'CONSIGNMENT') / count(*) - max(sales_consignment_share)
FROM invoices CROSS JOIN scenario;

-- name: intake_on_consignment [-0.015 to 0.015, error] — Share of batches on consignment, off what the scenario asks for.
SELECT count(*), count(*) FILTER (payment_terms = 'CONSIGNMENT') / count(*) - max(intake_consignment_share)
FROM batches CROSS JOIN scenario;

-- name: returns [-0.0005 to 0.0005, error] — Share of orders that came back, off what the scenario asks for.
SELECT max(sold), count(*) / max(sold) - max(return_rate)
FROM credits CROSS JOIN scenario, (SELECT count(*) AS sold FROM invoices) WHERE credit_reason = 'RETURN';

-- name: refunds [-0.001 to 0.001, error] — Share of orders with a refund, off what the scenario asks for.
SELECT max(sold), count(*) / max(sold) - max(refund_rate)
FROM credits CROSS JOIN scenario, (SELECT count(*) AS sold FROM invoices) WHERE credit_reason = 'QUALITY_ADJUSTMENT';

-- name: overdue_receivables [-0.0001 to 0.0001, error] — Share of receivables past due, off what the scenario asks for.
SELECT count(*), sum(amount_due_cents) FILTER (due_date < as_of) / sum(amount_due_cents) - max(overdue_share)
FROM invoices CROSS JOIN scenario;

-- name: long_overdue_receivables [-0.0001 to 0.0001, error] — Share of overdue receivables more than 120 days past due, off what the scenario asks for.
SELECT count(*), sum(amount_due_cents) FILTER (as_of - due_date > 120) / sum(amount_due_cents) - max(overdue_120_share)
FROM invoices CROSS JOIN scenario WHERE due_date < as_of;

-- name: late_invoices [-0.001 to 0.001, error] — Share of due invoices that were paid late or not at all, off what the scenario asks for.
SELECT count(*), count(*) FILTER (amount_due_cents > 0 AND due_date < as_of OR payment_date > due_date) / count(*)
    - max(late_share)
FROM invoices JOIN client_transactions ON transaction_number = invoice_number
CROSS JOIN scenario WHERE due_date <= as_of;

-- name: gross_margin [0.2 to 0.4, error] — Sales less cost of goods, over sales.
SELECT count(*), sum(total_margin_cents) / sum(total_cents) FROM orders WHERE order_type = 'SALE';

-- name: net_margin [0.2 to 0.4, error] — Profit of the ledger over its sales.
SELECT count(*), sum(credit_cents - debit_cents) / sum(credit_cents - debit_cents) FILTER (account_number = '4000')
FROM ledger_entries JOIN accounts USING (account_id) WHERE account_type IN ('REVENUE', 'EXPENSE');

-- name: last_quarter [0.95 to 1.05, error] — Sales of a month of a year's last quarter over one of the other three, over what the scenario asks for.
SELECT count(*), (sum(total_cents) FILTER (month_ % 12 >= 9) / 3) / (sum(total_cents) FILTER (month_ % 12 < 9) / 9)
    / max(q4_uplift)
FROM (
    SELECT total_cents, q4_uplift, fiscal_period_id - 1 AS month_
    FROM orders JOIN fiscal_periods ON CAST(orders.created_at AS DATE) BETWEEN start_date AND end_date
    CROSS JOIN scenario WHERE order_type = 'SALE'
);

-- name: orders_of_whales [3.5 to 4, error] — Orders of a whale in a week.
SELECT count(*), count(*) / max(num_whales) / (max(as_of - first_day + 1) / 7)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario,
(SELECT min(start_date) AS first_day FROM fiscal_periods)
WHERE order_type = 'SALE' AND list_contains(CAST(tags AS JSON[]), '"whale"');

-- name: orders_of_regular_clients [1.8 to 2, error] — Orders of a regular client in a month.
SELECT count(*), count(*) / max(num_clients - num_whales) / max(12 * years)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario
WHERE order_type = 'SALE' AND list_contains(CAST(tags AS JSON[]), '"regular"');

-- name: all_clients — As many clients and whales as the scenario asks for.
SELECT count(*) AS clients_, count(*) FILTER (list_contains(CAST(tags AS JSON[]), '"whale"')) AS whales
FROM clients CROSS JOIN scenario
HAVING count(*) <> max(num_clients)
    OR count(*) FILTER (list_contains(CAST(tags AS JSON[]), '"whale"')) <> max(num_whales);

-- name: no_email_no_address — Clients have no e-mail and no address, but a telephone number.
SELECT client_id, email, address, phone FROM clients WHERE email IS NOT NULL OR address IS NOT NULL OR phone IS NULL;

-- name: list_prices — Flower has the list price of its way of growing: indoor $1,800 a pound.
SELECT order_id, line ->> 'subcategory' AS grown, line ->> 'listPrice' AS list_price
FROM (SELECT order_id, unnest(CAST(items AS JSON[])) AS line FROM orders WHERE order_type = 'SALE') CROSS JOIN scenario
WHERE line ->> 'category' = 'Flower' AND CAST(line ->> 'listPrice' AS INTEGER) <> CASE line ->> 'subcategory'
    WHEN 'Indoor' THEN list_prices.indoor WHEN 'Greenhouse' THEN list_prices.greenhouse ELSE list_prices.outdoor
END;

-- name: ageing_adds_up — The buckets of receivables add up to what is owed.
SELECT *
FROM (SELECT sum(amount_due_cents) AS owed_cents FROM invoices),
(
    SELECT sum(cents) AS buckets_cents FROM (
        SELECT sum(amount_due_cents) AS cents
        FROM invoices CROSS JOIN scenario
        GROUP BY CASE WHEN as_of - due_date <= 0 THEN 0 ELSE least((as_of - due_date - 1) // 30 + 1, 5) END
    )
)
WHERE owed_cents <> buckets_cents;

-- name: whole_weeks_of_whales — A whale takes 20 to 100 pounds of flower in a whole week.
SELECT client_id, week_, pounds
FROM (
    SELECT client_id, (CAST(orders.created_at AS DATE) - first_day) // 7 AS week_, sum(quantity_e4) / 10000 AS pounds
    FROM invoice_line_items JOIN products USING (product_id) JOIN orders USING (invoice_id) JOIN clients USING (client_id),
    (SELECT min(start_date) AS first_day FROM fiscal_periods)
    WHERE products.category = 'Flower' AND list_contains(CAST(tags AS JSON[]), '"whale"')
    GROUP BY ALL
)
WHERE pounds NOT BETWEEN 20 AND 100 AND week_ < (SELECT (max(end_date) - min(start_date) + 1) // 7 FROM fiscal_periods);

-- name: months_of_regular_clients — A regular client takes 5 to 20 pounds of flower in a month.
SELECT client_id, fiscal_period_id, sum(quantity_e4) / 10000 AS pounds
FROM invoice_line_items JOIN products USING (product_id) JOIN orders USING (invoice_id) JOIN clients USING (client_id)
JOIN fiscal_periods ON CAST(orders.created_at AS DATE) BETWEEN start_date AND end_date
WHERE products.category = 'Flower' AND list_contains(CAST(tags AS JSON[]), '"regular"')
GROUP BY ALL
HAVING pounds NOT BETWEEN 5 AND 20;

-- name: dates_within_the_books — What happened lies between the first and the last day of the books.
SELECT what, id, day_
FROM (
    SELECT 'order' AS what, order_id AS id, CAST(created_at AS DATE) AS day_ FROM orders
    UNION ALL SELECT 'invoice', invoice_id, invoice_date FROM invoices
    UNION ALL SELECT 'payment', payment_id, payment_date FROM payments
    UNION ALL SELECT 'bank', bank_transaction_id, transaction_date FROM bank_transactions
    UNION ALL SELECT 'bill', bill_id, bill_date FROM bills
    UNION ALL SELECT 'expense', expense_id, expense_date FROM expenses
    UNION ALL SELECT 'credit', credit_id, CAST(created_at AS DATE) FROM credits
    UNION ALL SELECT 'entry', ledger_entry_id, entry_date FROM ledger_entries
    UNION ALL SELECT 'movement', inventory_movement_id, CAST(created_at AS DATE) FROM inventory_movements
    UNION ALL SELECT 'batch', batch_id, CAST(created_at AS DATE) FROM batches
    UNION ALL SELECT 'sample', sample_request_id, CAST(updated_at AS DATE) FROM sample_requests
    UNION ALL SELECT 'need', client_need_id, CAST(created_at AS DATE) FROM client_needs
    UNION ALL SELECT 'offer', vendor_supply_id, CAST(created_at AS DATE) FROM vendor_supply
    UNION ALL SELECT 'activity', client_activity_id, CAST(created_at AS DATE) FROM client_activity
    UNION ALL SELECT 'audit', audit_log_id, CAST(created_at AS DATE) FROM audit_logs
    UNION ALL SELECT 'note', freeform_note_id, CAST(updated_at AS DATE) FROM freeform_notes
),
(SELECT min(start_date) AS first_day, max(end_date) AS last_day FROM fiscal_periods)
WHERE day_ NOT BETWEEN first_day AND last_day;
