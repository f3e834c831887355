-- What must hold of sales: needs, quotes, orders, their lines, invoices and prices.

-- name: items_add_up — The lines of an order add up to its total and its cost.
SELECT order_id, subtotal_cents, lines_cents, total_cogs_cents, cogs_cents
FROM orders
JOIN (
    SELECT
        order_id,
        sum(CAST(round(100 * CAST(line ->> 'lineTotal' AS DECIMAL(15, 2))) AS BIGINT)) AS lines_cents,
        sum(CAST(round(100 * CAST(line ->> 'lineCogs' AS DECIMAL(15, 2))) AS BIGINT)) AS cogs_cents
    FROM (SELECT order_id, unnest(CAST(CASE WHEN order_type = 'QUOTE' THEN CAST(items AS JSON) ->> '$' ELSE items END AS JSON[])) AS line FROM orders)
    GROUP BY order_id
) USING (order_id)
WHERE subtotal_cents <> lines_cents OR total_cogs_cents <> cogs_cents;

-- name: items_are_invoice_lines — The lines of a sale are those of its invoice, batch by batch.
WITH ordered AS (
    SELECT
        invoice_id,
        CAST(line ->> 'batchId' AS BIGINT) AS batch_id,
        CAST(10000 * CAST(line ->> 'quantity' AS DECIMAL(15, 4)) AS BIGINT) AS quantity_e4,
        CAST(100 * CAST(line ->> 'unitPrice' AS DECIMAL(15, 2)) AS BIGINT) AS unit_price_cents
    FROM (SELECT invoice_id, unnest(CAST(items AS JSON[])) AS line FROM orders WHERE order_type = 'SALE')
),
billed AS (SELECT invoice_id, batch_id, quantity_e4, unit_price_cents FROM invoice_line_items)
(FROM ordered EXCEPT ALL FROM billed) UNION ALL (FROM billed EXCEPT ALL FROM ordered);

-- name: sales_are_invoice_lines — What was sold of a batch is the invoice line of the same number: client, moment, quantity,
-- price and cost.
SELECT sale_id, invoice_line_item_id
FROM sales
FULL JOIN invoice_line_items ON invoice_line_item_id = sale_id
LEFT JOIN invoices USING (invoice_id)
LEFT JOIN batches ON batches.batch_id = sales.batch_id
WHERE (
        sales.batch_id IS DISTINCT FROM invoice_line_items.batch_id
        OR sales.product_id IS DISTINCT FROM invoice_line_items.product_id
        OR sales.product_id IS DISTINCT FROM batches.product_id
        OR sales.customer_id IS DISTINCT FROM invoices.customer_id
        OR sold_at IS DISTINCT FROM invoice_line_items.created_at
        OR sales.quantity_e4 IS DISTINCT FROM invoice_line_items.quantity_e4
        OR sale_price_cents IS DISTINCT FROM unit_price_cents
        OR cogs_at_sale_cents IS DISTINCT FROM unit_cogs_cents
    )
    AND CAST(sale_id AS VARCHAR) NOT IN (
        SELECT CASE WHEN type = 'oversold_batch' THEN related_entity_id ELSE entity_id END
        FROM anomaly_manifest WHERE type IN ('oversold_batch', 'cost_below_batch')
    );

-- name: invoices_bill_their_orders — A sale has one invoice: same client, day, terms and total, which its lines add up to.
SELECT orders.order_id, invoices.invoice_id, total_cents, total_amount_cents, lines_cents
FROM (FROM orders WHERE order_type = 'SALE') AS orders
FULL JOIN invoices ON reference_type = 'SALE' AND reference_id = order_id
LEFT JOIN (
    SELECT invoice_id, sum(line_total_cents) AS lines_cents FROM invoice_line_items GROUP BY invoice_id
) AS lines ON lines.invoice_id = invoices.invoice_id
WHERE orders.invoice_id IS DISTINCT FROM invoices.invoice_id
    OR client_id <> customer_id
    OR total_cents <> total_amount_cents
    OR lines_cents IS DISTINCT FROM total_amount_cents
    OR orders.created_at <> invoices.created_at
    OR (orders.due_date <> invoices.due_date OR CAST(orders.payment_terms AS VARCHAR) <> invoices.payment_terms)
        AND CAST(order_id AS VARCHAR) NOT IN (SELECT entity_id FROM anomaly_manifest WHERE type = 'side_agreement');

-- name: invoices_are_dated_when_they_are_issued — An invoice has the day on which it was made.
SELECT invoice_id, invoice_date, created_at
FROM invoices
WHERE CAST(created_at AS DATE) <> invoice_date
    AND CAST(invoice_id AS VARCHAR) NOT IN (SELECT entity_id FROM anomaly_manifest WHERE type = 'booked_too_early');

-- name: due_dates_follow_terms — COD is due at once, NET terms after their days, CONSIGNMENT and PARTIAL after 30.
SELECT invoice_id, payment_terms, created_at, due_date
FROM invoices
WHERE due_date - CAST(created_at AS DATE) <> CASE payment_terms
    WHEN 'COD' THEN 0 WHEN 'NET_7' THEN 7 WHEN 'NET_15' THEN 15 ELSE 30
END;

-- name: sale_status_is_its_invoices — A sale is paid as far as its invoice.
SELECT order_id, sale_status, invoices.status
FROM orders JOIN invoices USING (invoice_id)
WHERE CAST(sale_status AS VARCHAR)
    <> CASE CAST(invoices.status AS VARCHAR) WHEN 'SENT' THEN 'PENDING' ELSE CAST(invoices.status AS VARCHAR) END;

-- name: converted_quotes_are_sales — A quote that was converted has one later sale of the same client and total.
SELECT quotes.order_id, sales_.order_id AS sale_id
FROM (FROM orders WHERE quote_status = 'CONVERTED') AS quotes
FULL JOIN (FROM orders WHERE converted_from_order_id IS NOT NULL) AS sales_
    ON sales_.converted_from_order_id = quotes.order_id
WHERE quotes.order_id IS NULL OR sales_.order_id IS NULL
    OR quotes.client_id <> sales_.client_id
    OR quotes.total_cents <> sales_.total_cents
    OR quotes.converted_at <> sales_.created_at
    OR quotes.created_at > sales_.created_at;

-- name: recurring_orders_recur — On each day on which a recurring order comes, its client has a sale.
SELECT recurring_order_id, expected_on
FROM (
    SELECT recurring_order_id, client_id, CAST(unnest(generate_series(
        CAST(start_date AS TIMESTAMP), CAST(last_generated_date AS TIMESTAMP),
        CASE WHEN frequency = 'WEEKLY' THEN INTERVAL 7 DAY ELSE INTERVAL 1 MONTH END
    )) AS DATE) AS expected_on
    FROM recurring_orders
) AS expected
WHERE NOT EXISTS (
    FROM orders
    WHERE orders.client_id = expected.client_id AND order_type = 'SALE' AND CAST(created_at AS DATE) = expected_on
);

-- name: samples_led_to_their_orders — An order that followed a sample is of the same client and product, within 21 days.
SELECT sample_request_id, related_order_id
FROM sample_requests JOIN orders ON order_id = related_order_id
WHERE orders.client_id <> sample_requests.client_id
    OR related_sample_request_id IS DISTINCT FROM sample_request_id
    OR orders.created_at <> sample_requests.converted_at
    OR NOT sample_requests.converted_at BETWEEN fulfilled_at AND fulfilled_at + INTERVAL 22 DAY
    OR NOT list_contains(
        list_transform(CAST(items AS JSON[]), lambda line: CAST(line ->> 'productId' AS BIGINT)),
        CAST(CAST(CAST(products AS JSON) ->> '$' AS JSON) ->> '$[0].productId' AS BIGINT)
    );

-- name: needs_are_met_by_their_orders — A fulfilled need has an order of its client with its strain and category.
SELECT client_needs.client_need_id, order_id
FROM (FROM client_needs WHERE status = 'FULFILLED') AS client_needs
LEFT JOIN orders USING (client_need_id)
WHERE order_id IS NULL
    OR orders.client_id <> client_needs.client_id
    OR orders.created_at <> fulfilled_at
    OR client_needs.created_at > fulfilled_at
    OR NOT list_contains(
        list_transform(
            CAST(items AS JSON[]),
            lambda line: (line ->> 'strain') || (line ->> 'subcategory')
        ),
        strain || subcategory
    );

-- name: matches_were_there — A batch that matched a need was in stock, an earlier order was earlier.
SELECT match_record_id
FROM match_records
LEFT JOIN batches ON batch_id = inventory_batch_id
LEFT JOIN orders ON order_id = historical_order_id
WHERE batches.created_at > match_records.created_at
    OR orders.created_at > match_records.created_at
    OR (inventory_batch_id IS NULL AND vendor_supply_id IS NULL AND historical_order_id IS NULL);

-- name: sheets_are_made_from_a_version — A sheet that was sent was made from a version that its template had by then.
SELECT sales_sheet_history_id, template_id FROM sales_sheet_history
WHERE NOT EXISTS (
    FROM sales_sheet_versions AS version
    WHERE version.template_id = sales_sheet_history.template_id AND version.created_at <= sales_sheet_history.created_at
);
