-- The source document's testing checklist: a figure with its range in brackets, what breaks an item, or a word on
-- every table. Totals of years are asked where the years are whole: always in a window, at the end of each in a history.

-- name: tables_with_rows [rows of every table] — All tables of the source document hold rows.

-- name: no_foreign_key_violations [references of every table] — Every reference points to a row.

-- name: no_null_values_in_required_fields [required values of every table] — No required value is missing.

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

-- name: annual_revenue [0.95 to 1.05, error] — Sales over what the scenario asks for, 5 % either way.
SELECT count(*), sum(total_cents) / max(100.0 * annual_revenue * years) FILTER (years_are_whole)
FROM orders CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: monthly_revenue [0.9 to 1.1, error] — Average sales of a month over a twelfth of a year's, 10 % either way.
SELECT count(*), sum(total_cents) / max(12 * years) / max(100.0 * annual_revenue / 12) FILTER (years_are_whole)
FROM orders CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: whale_revenue [-0.01 to 0.01, error] — Share of sales to whales, off what the scenario asks for.
SELECT count(*), sum(total_cents) FILTER (list_contains(CAST(tags AS JSON[]), '"whale"')) / sum(total_cents)
    - max(whale_revenue_share) FILTER (years_are_whole)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario WHERE order_type = 'SALE';

-- name: flower_revenue [-0.01 to 0.01, error] — Share of flower in sales, off what the scenario asks for.
SELECT count(*), sum(line_total_cents) FILTER (category = 'Flower') / sum(line_total_cents) - max(flower_share) FILTER (years_are_whole)
FROM invoice_line_items JOIN products USING (product_id) CROSS JOIN scenario;

-- name: flower_products [-0.01 to 0.01, error] — Share of flower among products, off what the scenario asks for.
SELECT count(*), count(*) FILTER (category = 'Flower') / count(*) - max(flower_share) FROM products CROSS JOIN scenario;

-- name: sales_on_consignment [-0.01 to 0.01, error] — Share of orders on consignment, off what the scenario asks for.
SELECT count(*), count(*) FILTER (payment_terms = 'CONSIGNMENT') / count(*) - max(sales_consignment_share) FILTER (years_are_whole)
FROM invoices CROSS JOIN scenario;

-- name: intake_on_consignment [-0.015 to 0.015, error] — Share of batches on consignment, off what the scenario asks for.
SELECT count(*), count(*) FILTER (payment_terms = 'CONSIGNMENT') / count(*) - max(intake_consignment_share) FILTER (years_are_whole)
FROM batches CROSS JOIN scenario;

-- name: returns [-0.0005 to 0.0005, error] — Share of orders that came back, off what the scenario asks for: a rate, and
-- as many as a decoy_ratio asks for.
WITH asked AS (
    SELECT coalesce(max(asked), 0) AS asked
    FROM (
        SELECT floor(coalesce(max(decoy_ratio), 0) * count(*) + 0.5) AS asked
        FROM anomaly_manifest CROSS JOIN scenario
        WHERE type IN ('refund_above_invoice', 'invoice_without_posting') GROUP BY type
    )
)
SELECT
    max(sold),
    count(*) / max(sold) - greatest(
        max(return_rate + decoy_rates.whole_invoice_credited) FILTER (years_are_whole),
        max(asked) FILTER (years_are_whole) / max(sold)
    )
FROM credits CROSS JOIN scenario CROSS JOIN asked, (SELECT count(*) AS sold FROM invoices)
WHERE credit_reason = 'RETURN';

-- name: refunds [-0.001 to 0.001, error] — Share of orders with a refund, off what the scenario asks for.
SELECT max(sold), count(*) / max(sold) - max(refund_rate) FILTER (years_are_whole)
FROM credits CROSS JOIN scenario, (SELECT count(*) AS sold FROM invoices) WHERE credit_reason = 'QUALITY_ADJUSTMENT';

-- name: refund_amount [-0.0001 to 0.0001, error] — What refunds give back over their invoices, off what the scenario asks for.
SELECT count(*), sum(credit_amount_cents) / sum(total_amount_cents) - max(refund_share)
FROM credits JOIN transactions USING (transaction_id)
JOIN invoices ON invoice_id = CAST(CAST(metadata AS JSON) ->> 'invoiceId' AS BIGINT)
CROSS JOIN scenario
WHERE credit_reason = 'QUALITY_ADJUSTMENT' AND CAST(credit_id AS VARCHAR) NOT IN (
    SELECT entity_id FROM anomaly_manifest WHERE type = 'refund_above_invoice'
);

-- name: overdue_receivables [-0.0001 to 0.0001, error] — Share of receivables past due, off what the scenario asks for.
SELECT count(*), sum(amount_due_cents) FILTER (due_date < as_of) / sum(amount_due_cents) - max(overdue_share) FILTER (years_are_whole)
FROM invoices CROSS JOIN scenario;

-- name: long_overdue_receivables [-0.0001 to 0.0001, error] — Share of overdue receivables more than 120 days past due, off what the scenario asks for.
SELECT count(*), sum(amount_due_cents) FILTER (as_of - due_date > 120) / sum(amount_due_cents) - max(overdue_120_share) FILTER (years_are_whole)
FROM invoices CROSS JOIN scenario WHERE due_date < as_of;

-- name: late_invoices [-0.001 to 0.001, error] — Share of due invoices that were paid late or not at all, off what the scenario asks for.
SELECT count(*), count(*) FILTER (amount_due_cents > 0 AND due_date < as_of OR payment_date > due_date) / count(*)
    - max(late_share) FILTER (years_are_whole)
FROM invoices JOIN client_transactions ON transaction_number = invoice_number
CROSS JOIN scenario WHERE due_date <= as_of;

-- name: gross_margin [0.2 to 0.4, error] — Sales less cost of goods, over sales.
SELECT count(*), sum(total_margin_cents) / sum(total_cents) FROM orders WHERE order_type = 'SALE';

-- name: net_margin [0.2 to 0.4, error] — Profit of the ledger over its sales.
SELECT count(*), sum(credit_cents - debit_cents) / sum(credit_cents - debit_cents) FILTER (account_number = '4000')
FROM ledger_entries JOIN accounts USING (account_id) WHERE account_type IN ('REVENUE', 'EXPENSE');

-- name: debits_equal_credits — Debits equal credits in every posting, but for papers that are labelled.
SELECT split_part(entry_number, '-', 2) AS posting, sum(debit_cents) AS debit_cents, sum(credit_cents) AS credit_cents
FROM ledger_entries
ANTI JOIN (FROM anomaly_manifest WHERE type = 'unbalanced_entry') AS labelled USING (reference_type, reference_id)
GROUP BY posting
HAVING sum(debit_cents) <> sum(credit_cents);

-- name: cash_flow [0.05 to 1, error] — What clients paid less what growers and expenses took, over what clients paid; but
-- for bills that were paid twice.
SELECT count(*), sum(CASE WHEN transaction_type = 'DEPOSIT' THEN amount_cents ELSE -amount_cents END)
    / sum(amount_cents) FILTER (transaction_type = 'DEPOSIT' AND years_are_whole)
FROM bank_transactions CROSS JOIN scenario
WHERE split_part(reference_number, '-', 1) IN ('RECEIPT', 'PAYOUT', 'EXPENSE')
    AND coalesce(CAST(payment_id AS VARCHAR), '') NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type = 'bill_paid_twice'
    );

-- name: inventory_valuation [1 to 1, error] — Stock at cost over its account in the ledger, but for papers that are labelled.
WITH labelled AS (
    SELECT CAST(reference_type AS VARCHAR) AS kind, reference_id AS id
    FROM anomaly_manifest WHERE reference_id IS NOT NULL
),
moved AS (
    SELECT quantity_change_e4 * unit_cogs_cents // 10000 AS cents,
        CASE inventory_movement_type WHEN 'SALE' THEN 'INVOICE' WHEN 'INTAKE' THEN 'INTAKE' ELSE 'OTHER' END AS kind,
        CASE WHEN inventory_movement_type = 'SALE' THEN orders.invoice_id ELSE reference_id END AS id
    FROM inventory_movements
    JOIN batches USING (batch_id)
    LEFT JOIN orders ON inventory_movement_type = 'SALE' AND order_id = reference_id
    WHERE inventory_movement_type <> 'SAMPLE'
)
SELECT (SELECT count(*) FROM batches), stock_cents / ledger_cents
FROM (SELECT sum(cents) AS stock_cents FROM moved ANTI JOIN labelled USING (kind, id)),
(
    SELECT sum(debit_cents - credit_cents) AS ledger_cents
    FROM ledger_entries JOIN accounts USING (account_id)
    ANTI JOIN labelled ON kind = CAST(reference_type AS VARCHAR) AND id = reference_id
    WHERE account_number = '1300' AND reference_id IS NOT NULL
);

-- name: last_quarter [0.95 to 1.05, error] — Sales of a month of a year's last quarter over one of the other three, over what the scenario asks for.
SELECT count(*), (sum(total_cents) FILTER (month_ % 12 >= 9) / 3) / (sum(total_cents) FILTER (month_ % 12 < 9) / 9)
    / max(q4_uplift) FILTER (years_are_whole)
FROM (
    SELECT total_cents, q4_uplift, years_are_whole, fiscal_period_id - 1 AS month_
    FROM orders JOIN fiscal_periods ON CAST(orders.created_at AS DATE) BETWEEN start_date AND end_date
    CROSS JOIN scenario WHERE order_type = 'SALE'
);

-- name: orders_of_whales [3.5 to 4, error] — Orders of a whale in a week.
SELECT count(*), count(*) / max(num_whales) FILTER (years_are_whole) / (max(as_of - first_day + 1) / 7)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario,
(SELECT min(start_date) AS first_day FROM fiscal_periods)
WHERE order_type = 'SALE' AND list_contains(CAST(tags AS JSON[]), '"whale"');

-- name: orders_of_regular_clients [1.8 to 2, error] — Orders of a regular client in a month.
SELECT count(*), count(*) / max(num_clients - num_whales) / max(12 * years) FILTER (years_are_whole)
FROM orders JOIN clients USING (client_id) CROSS JOIN scenario
WHERE order_type = 'SALE' AND list_contains(CAST(tags AS JSON[]), '"regular"');

-- name: all_clients — As many whales and regular clients as the scenario asks for.
FROM (
    FROM clients
    SELECT count(*) FILTER (list_contains(CAST(tags AS JSON[]), '"whale"')) AS whales,
        count(*) FILTER (list_contains(CAST(tags AS JSON[]), '"regular"')) AS regular
)
CROSS JOIN scenario
SELECT whales, regular
WHERE whales <> num_whales OR regular <> num_clients - num_whales;

-- name: no_email_no_address — Clients have no e-mail and no address.
SELECT client_id, email, address FROM clients WHERE email IS NOT NULL OR address IS NOT NULL;

-- name: company_names — Every client has a name of its own, in words.
SELECT client_id, name FROM clients
QUALIFY count(*) OVER (PARTITION BY name) > 1 OR NOT regexp_full_match(name, '[A-Z][A-Za-z]+( [A-Z&][A-Za-z-]*\.?)+');

-- name: phone_numbers — Every client has a telephone number like (617) 555-0167: an area, and one of the numbers for fiction.
SELECT client_id, phone FROM clients
WHERE phone IS NULL OR NOT regexp_full_match(phone, '\([2-9]\d\d\) 555-01\d\d');

-- name: list_prices — Flower has the list price of its way of growing: indoor $1,800 a pound.
SELECT order_id, line.subcategory AS grown, line.listPrice AS list_price
FROM (
    SELECT order_id, unnest(
        from_json_strict(items, '[{"category": "VARCHAR", "subcategory": "VARCHAR", "listPrice": "VARCHAR"}]')
    ) AS line
    FROM orders WHERE order_type = 'SALE'
)
CROSS JOIN scenario
WHERE line.category = 'Flower' AND CAST(line.listPrice AS INTEGER) <> CASE line.subcategory
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

-- name: whole_weeks_of_whales — A whale takes 20 to 100 pounds of flower in a whole week; weeks begin anew with a year of
-- a history.
WITH years AS (
    SELECT CASE WHEN history.start IS NULL THEN 0 ELSE (fiscal_period_id - 1) // 12 END AS year_,
        min(start_date) AS first_day, least(max(end_date), max(as_of)) AS last_day
    FROM fiscal_periods CROSS JOIN scenario GROUP BY ALL
)
SELECT client_id, first_day, week_, pounds
FROM (
    SELECT client_id, first_day, (CAST(orders.created_at AS DATE) - first_day) // 7 AS week_,
        (last_day - first_day + 1) // 7 AS weeks, sum(quantity_e4) / 10000 AS pounds
    FROM invoice_line_items JOIN products USING (product_id) JOIN orders USING (invoice_id) JOIN clients USING (client_id)
    JOIN years ON CAST(orders.created_at AS DATE) BETWEEN first_day AND last_day
    WHERE products.category = 'Flower' AND list_contains(CAST(tags AS JSON[]), '"whale"')
    GROUP BY ALL
)
WHERE pounds NOT BETWEEN 20 AND 100 AND week_ < weeks;

-- name: months_of_regular_clients — A regular client takes 5 to 20 pounds of flower in a month that is over.
SELECT client_id, fiscal_period_id, sum(quantity_e4) / 10000 AS pounds
FROM invoice_line_items JOIN products USING (product_id) JOIN orders USING (invoice_id) JOIN clients USING (client_id)
JOIN fiscal_periods ON CAST(orders.created_at AS DATE) BETWEEN start_date AND end_date
CROSS JOIN scenario
WHERE products.category = 'Flower' AND list_contains(CAST(tags AS JSON[]), '"regular"') AND end_date <= as_of
GROUP BY ALL
HAVING pounds NOT BETWEEN 5 AND 20;
