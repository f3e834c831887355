-- What a detector sees of each kind of leak: flat tables without the columns that the kind's rule compares.
--
-- One query a view; the kinds that it may show are in brackets. Each gives entity_id, then `peer`, whose rows are
-- alike, then numbers. No view shows a ghost: a subscription alone looks like any other.

-- name: open_invoices [zombie_account] — One row an invoice: whether any payment came, and how long ago it was due.
-- The subscription's status is not there.
SELECT
    invoices.invoice_id AS entity_id,
    plan_id AS peer,
    payment_id IS NOT NULL AS is_paid,
    as_of - due_date AS days_past_due,
    amount_cents / 100 AS amount
FROM invoices JOIN subscriptions USING (sub_id) LEFT JOIN payments USING (invoice_id) CROSS JOIN scenario;

-- name: payments_alone [partial_payment] — One row a payment: what came, and when. The invoice's amount and the plan's
-- price are not there.
SELECT
    payment_id AS entity_id,
    sub_id AS peer,
    amount_paid_cents / 100 AS amount_paid,
    payment_date - due_date AS days_late
FROM payments JOIN invoices USING (invoice_id);
