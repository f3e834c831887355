-- What the ERP's own screens compute: each figure is the same wherever it is shown.

-- name: receivables_are_one_figure — Open invoices and the client cards' list give the same receivables, client by client.
SELECT client_id, invoices_cents, card_cents
FROM (
    SELECT customer_id AS client_id, sum(amount_due_cents) AS invoices_cents
    FROM invoices WHERE status IN ('SENT', 'PARTIAL', 'OVERDUE') GROUP BY customer_id
)
FULL JOIN (
    SELECT client_id, sum(amount_cents - coalesce(payment_amount_cents, 0)) AS card_cents
    FROM client_transactions WHERE payment_status IN ('PENDING', 'OVERDUE', 'PARTIAL') GROUP BY client_id
) USING (client_id)
WHERE invoices_cents IS DISTINCT FROM card_cents;

-- name: client_ledgers_end_in_receivables — Sales less payments of a client are what it owes; but for two clients of a
-- lapping in a history, of whom one may pay later.
SELECT client_id, sold_cents - coalesce(paid_cents, 0) AS balance_cents, coalesce(due_cents, 0) AS due_cents
FROM (
    SELECT client_id, sum(total_cents) AS sold_cents
    FROM orders WHERE order_type = 'SALE' AND sale_status <> 'CANCELLED' GROUP BY client_id
)
LEFT JOIN (
    SELECT invoices.customer_id AS client_id, sum(amount_cents) AS paid_cents
    FROM payments JOIN invoices USING (invoice_id) WHERE payment_type = 'RECEIVED' GROUP BY invoices.customer_id
) USING (client_id)
LEFT JOIN (
    SELECT customer_id AS client_id, sum(amount_due_cents) AS due_cents FROM invoices GROUP BY customer_id
) USING (client_id)
WHERE sold_cents - coalesce(paid_cents, 0) <> coalesce(due_cents, 0)
    AND client_id NOT IN (
        SELECT customer_id FROM invoices
        JOIN anomaly_manifest ON invoice_id IN (expected_value, actual_value)
        CROSS JOIN scenario WHERE type = 'lapping' AND history.start IS NOT NULL
    );

-- name: no_vendor_has_a_clients_number — A screen that reads a payment's vendor as a client finds nothing.
SELECT vendor_id FROM vendors JOIN clients ON client_id = vendor_id;

-- name: client_cards_add_up — What a client spent and owes, its profit and its oldest debt are those of its invoices.
SELECT clients.client_id, total_spent_cents, spent_cents, total_owed_cents, owed_cents, oldest_debt_days, oldest_days
FROM clients
LEFT JOIN (
    SELECT
        client_id,
        sum(amount_cents) AS spent_cents,
        coalesce(sum(amount_cents) FILTER (payment_status <> 'PAID'), 0) AS owed_cents,
        coalesce(max(as_of - transaction_date) FILTER (payment_status <> 'PAID'), 0) AS oldest_days
    FROM client_transactions CROSS JOIN scenario WHERE transaction_type IN ('INVOICE', 'ORDER') GROUP BY client_id
) USING (client_id)
LEFT JOIN (
    SELECT client_id, sum(total_margin_cents) AS margin_cents FROM orders WHERE order_type = 'SALE' GROUP BY client_id
) USING (client_id)
WHERE total_spent_cents <> spent_cents OR total_owed_cents <> owed_cents OR oldest_debt_days <> oldest_days
    OR total_profit_cents <> margin_cents;

-- name: card_lists_every_invoice_once — Each invoice is one line of its client's card, and no order is another.
SELECT transaction_number, count(*) AS lines
FROM (
    SELECT invoice_number AS transaction_number, total_amount_cents AS cents FROM invoices
    UNION ALL
    SELECT transaction_number, amount_cents FROM client_transactions WHERE transaction_type IN ('INVOICE', 'ORDER')
)
GROUP BY transaction_number, cents
HAVING count(*) <> 2;

-- name: revenue_and_cost_are_one_figure — Orders, batch sales and invoice lines give the same revenue and cost.
SELECT *
FROM (
    SELECT sum(total_cents) AS orders_cents, sum(total_cogs_cents) AS orders_cost_cents
    FROM orders WHERE order_type = 'SALE'
),
(
    SELECT
        sum(sale_price_cents * quantity_e4) // 10000 AS sales_cents,
        sum(cogs_at_sale_cents * quantity_e4) // 10000 AS sales_cost_cents
    FROM sales
),
(SELECT sum(line_total_cents) AS lines_cents FROM invoice_line_items)
WHERE orders_cents <> sales_cents
    OR orders_cents <> lines_cents
    OR orders_cost_cents <> sales_cost_cents
        AND NOT EXISTS (FROM anomaly_manifest WHERE type IN ('oversold_batch', 'cost_below_batch'));

-- name: stock_value_is_one_figure — Every batch with stock is live and has one cost, so that all formulas agree.
SELECT batch_id, batch_status, cogs_mode
FROM batches
WHERE on_hand_qty_e4 > 0 AND (batch_status <> 'LIVE' OR cogs_mode <> 'FIXED' OR unit_cogs_cents IS NULL);

-- name: clients_have_no_cost_adjustment — Two formulas of the ERP differ in its sign, so there is none.
SELECT client_id FROM clients WHERE cogs_adjustment_type <> 'NONE' OR cogs_adjustment_value <> 0;

-- name: transactions_are_the_card — A client's transactions and its card list the same papers.
SELECT client_id, papers, lines
FROM (SELECT client_id, count(*) AS papers, sum(amount_cents) AS cents FROM transactions GROUP BY client_id)
FULL JOIN (SELECT client_id, count(*) AS lines, sum(amount_cents) AS card_cents FROM client_transactions GROUP BY client_id)
USING (client_id)
WHERE papers IS DISTINCT FROM lines OR cents IS DISTINCT FROM card_cents;

-- name: links_join_papers_of_a_client — A link joins an invoice with a payment or refund of the same client, no larger than it.
SELECT transaction_link_id
FROM transaction_links
JOIN transactions AS parent ON parent.transaction_id = parent_transaction_id
JOIN transactions AS child ON child.transaction_id = child_transaction_id
WHERE parent.client_id <> child.client_id
    OR parent.transaction_type <> 'INVOICE'
    OR CAST(child.transaction_type AS VARCHAR)
        <> CASE WHEN transaction_link_type = 'PAYMENT_FOR' THEN 'PAYMENT' ELSE 'REFUND' END
    OR link_amount_cents > child.amount_cents
    OR child.transacted_at < parent.transacted_at AND transaction_link_type <> 'CREDIT_APPLIED_TO';

-- name: links_say_what_a_card_says — What payments and credits are linked with an invoice is what its card line says is paid.
SELECT invoice.transaction_id, linked_cents, payment_amount_cents
FROM (FROM transactions WHERE transaction_type = 'INVOICE') AS invoice
JOIN (FROM client_transactions WHERE transaction_type = 'INVOICE') AS line
    ON CAST(line.metadata AS JSON) ->> 'invoiceId' = CAST(invoice.metadata AS JSON) ->> 'invoiceId'
LEFT JOIN (
    SELECT parent_transaction_id, sum(link_amount_cents) AS linked_cents
    FROM transaction_links WHERE transaction_link_type IN ('PAYMENT_FOR', 'CREDIT_APPLIED_TO')
    GROUP BY parent_transaction_id
) ON parent_transaction_id = invoice.transaction_id
WHERE coalesce(linked_cents, 0) <> coalesce(payment_amount_cents, 0);

-- name: listed_invoices_are_on_the_card — An invoice in a client's list is a line of its card.
SELECT client_activity_id, metadata FROM client_activity
ANTI JOIN (FROM client_transactions WHERE transaction_type = 'INVOICE') AS line
    ON line.client_id = client_activity.client_id
    AND CAST(line.metadata AS JSON) ->> 'invoiceId' = CAST(client_activity.metadata AS JSON) ->> 'invoiceId'
WHERE activity_type = 'TRANSACTION_ADDED';
