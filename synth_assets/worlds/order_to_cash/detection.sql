-- What a detector sees of each kind of fault: flat tables without the columns that the kind's rule compares.
--
-- One query a view; the kinds that it may show are in brackets. Each gives entity_id, then `peer`, whose rows are
-- alike, then numbers. No view shows a missing invoice: an order alone looks like any other.

-- name: billed_prices [pricing_drift] — One row an invoice: what it bills, as a share of the list price. The order's
-- amount, the contract's price and the discount are not there.
SELECT
    invoice_id AS entity_id,
    contact_id AS peer,
    amount_due_cents / (quantity * list_price_cents) AS billed_share_of_list,
    quantity,
    list_price_cents,
    ln(amount_due_cents) AS log_amount_due,
    unit_cost_cents / list_price_cents AS cost_share_of_list,
    dayofweek(issue_date) AS issued_on_weekday
FROM invoices JOIN orders USING (order_id) JOIN opportunities USING (opportunity_id) JOIN products USING (product_id);

-- name: received_prices [payment_mismatch] — One row a paid invoice: what was received, as a share of the list price.
-- The amount due, the contract's price and the discount are not there.
SELECT
    invoice_id AS entity_id,
    orders.contact_id AS peer,
    received_cents / (quantity * list_price_cents) AS received_share_of_list,
    quantity,
    list_price_cents,
    ln(received_cents) AS log_received,
    paid_on - issue_date AS days_to_pay,
    unit_cost_cents / list_price_cents AS cost_share_of_list
FROM (
    SELECT invoice_id, sum(amount_cents) AS received_cents, max(payment_date) AS paid_on
    FROM payments GROUP BY invoice_id
)
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
JOIN opportunities USING (opportunity_id)
JOIN products USING (product_id)
WHERE invoices.status = 'paid';

-- name: discounts [unauthorized_discount] — One row an opportunity that was won: what was sold, as a share of the list
-- price. Whether the discount was approved is not there.
SELECT
    opportunity_id AS entity_id,
    orders.contact_id AS peer,
    total_amount_cents / (quantity * list_price_cents) AS sold_share_of_list,
    quantity,
    list_price_cents,
    ln(total_amount_cents) AS log_total_amount,
    unit_cost_cents / list_price_cents AS cost_share_of_list,
    closed_on - CAST(deals.created_at AS DATE) AS days_to_close
FROM opportunities
JOIN orders USING (opportunity_id)
JOIN deals USING (deal_id)
JOIN products USING (product_id);

-- name: same_amounts [duplicate_invoice] — One row an invoice: how long before it the customer was billed the same
-- amount. Which order each is of is not there.
SELECT
    invoice_id AS entity_id,
    contact_id AS peer,
    issue_date - lag(issue_date) OVER (
        PARTITION BY contact_id, amount_due_cents ORDER BY issue_date, invoice_id
    ) AS days_since_the_same_amount,
    ln(amount_due_cents) AS log_amount_due,
    dayofweek(issue_date) AS issued_on_weekday
FROM invoices JOIN orders USING (order_id);

-- name: open_amounts [stale_unpaid] — One row an invoice: what of it is paid, and how long ago it was due. Its status
-- and the day of its issue are not there.
SELECT
    invoice_id AS entity_id,
    contact_id AS peer,
    amount_paid_cents / amount_due_cents AS paid_share,
    as_of - due_date AS days_past_due,
    ln(amount_due_cents) AS log_amount_due
FROM invoices JOIN orders USING (order_id) CROSS JOIN scenario;
