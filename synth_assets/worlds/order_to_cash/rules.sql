-- What each kind of fault looks like from outside: one query a kind, over the published tables alone.
--
-- Written from the source document's definitions, for DuckDB, sharing nothing with the code that generates.
-- Tables hold the Parquet columns (amounts in whole cents); `scenario` is one row with the configuration's
-- keys. Each query returns the values of a label: entity_id, related_entity_id, expected_value and actual_value
-- in dollars, or in percent for a discount. Comparisons are made in whole cents.

-- name: missing_invoice — A completed or paid order without any invoice; $1,500.00 expected, nothing billed.
SELECT
    order_id AS entity_id,
    opportunity_id AS related_entity_id,
    CAST(total_amount_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(0 AS DECIMAL(18, 2)) AS actual_value
FROM orders ANTI JOIN invoices USING (order_id)
WHERE status IN ('completed', 'paid');

-- name: pricing_drift — An order's first invoice that is more than 1 % above or below it: $1,500.00 ordered,
-- $1,620.00 due.
SELECT
    invoice_id AS entity_id,
    order_id AS related_entity_id,
    CAST(total_amount_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(amount_due_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM invoices JOIN orders USING (order_id)
WHERE
    100 * abs(amount_due_cents - total_amount_cents) > total_amount_cents
    AND NOT EXISTS (
        FROM invoices AS other
        WHERE
            other.order_id = invoices.order_id
            AND (other.issue_date, other.invoice_id) < (invoices.issue_date, invoices.invoice_id)
    );

-- name: duplicate_invoice — Every invoice of an order but the one issued first: nothing
-- expected, $1,500.00 billed again.
SELECT
    invoice_id AS entity_id,
    order_id AS related_entity_id,
    CAST(0 AS DECIMAL(18, 2)) AS expected_value,
    CAST(amount_due_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM invoices SEMI JOIN (SELECT order_id FROM invoices GROUP BY order_id HAVING count(*) > 1) USING (order_id)
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY issue_date, invoice_id) > 1;

-- name: unauthorized_discount — A discount above 15 % that is not approved, or by who owns the deal: at most
-- 15.00 % expected.
SELECT
    opportunity_id AS entity_id,
    order_id AS related_entity_id,
    CAST(15 AS DECIMAL(18, 2)) AS expected_value,
    CAST(discount_pct AS DECIMAL(18, 2)) AS actual_value
FROM opportunities JOIN deals USING (deal_id) LEFT JOIN orders USING (opportunity_id)
WHERE discount_pct > 15 AND (approval_status <> 'approved' OR approved_by = assigned_to);

-- name: payment_mismatch — An invoice marked paid whose payments add up to less than is due.
SELECT
    invoice_id AS entity_id,
    order_id AS related_entity_id,
    CAST(amount_due_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(coalesce(received_cents, 0) / 100 AS DECIMAL(18, 2)) AS actual_value
FROM invoices
LEFT JOIN (
    SELECT invoice_id, sum(amount_cents) AS received_cents FROM payments GROUP BY invoice_id
) USING (invoice_id)
WHERE status = 'paid' AND coalesce(received_cents, 0) < amount_due_cents;

-- name: stale_unpaid — An unpaid invoice issued, and due, more than 60 days before as_of: its amount due expected.
SELECT
    invoice_id AS entity_id,
    order_id AS related_entity_id,
    CAST(amount_due_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(0 AS DECIMAL(18, 2)) AS actual_value
FROM invoices CROSS JOIN scenario
WHERE status = 'unpaid' AND issue_date < as_of - 60 AND due_date < as_of - 60;
