-- What looks like each kind of fault and is sound: a query for each such decoy, over the published tables alone.
--
-- In brackets is the kind that a decoy looks like; its sentence is the fact that clears it. Each query returns
-- entity_id, the row that looks like one at fault. None of them has a label of that kind; a fault of another kind
-- may stand on its transaction where faults and decoys are too many to be kept apart.

-- name: late_invoice [missing_invoice] — The order has its invoice: it was issued a week or more after the order.
SELECT order_id AS entity_id
FROM orders JOIN invoices USING (order_id)
GROUP BY order_id
HAVING min(issue_date) >= any_value(order_date) + 7;

-- name: processing_order [missing_invoice] — The order is still in processing, so that no invoice is due yet.
SELECT order_id AS entity_id FROM orders ANTI JOIN invoices USING (order_id) WHERE status = 'processing';

-- name: freight_difference [pricing_drift] — The invoice is within .9 % of its order: freight or rounding.
SELECT invoice_id AS entity_id
FROM invoices JOIN orders USING (order_id)
WHERE
    amount_due_cents <> total_amount_cents
    AND 1000 * abs(amount_due_cents - total_amount_cents) <= 9 * total_amount_cents;

-- name: repeat_order [duplicate_invoice, cross-partition] — The invoice is the only one of its order, which repeats an
-- earlier order of the same customer to the cent.
SELECT any_value(invoice_id) AS entity_id
FROM (
    SELECT order_id, row_number() OVER (PARTITION BY contact_id, total_amount_cents ORDER BY order_id) AS place
    FROM orders
) AS placed
JOIN invoices USING (order_id)
WHERE place > 1
GROUP BY order_id
HAVING count(*) = 1;

-- name: approved_discount [unauthorized_discount] — The discount is above 15 %, and a colleague approved it.
SELECT opportunity_id AS entity_id
FROM opportunities JOIN deals USING (deal_id)
WHERE discount_pct > 15 AND approval_status = 'approved' AND approved_by <> assigned_to;

-- name: pending_discount [unauthorized_discount] — Approval is pending for a discount that needs none: up to 15 %.
SELECT opportunity_id AS entity_id FROM opportunities WHERE discount_pct <= 15 AND approval_status = 'pending';

-- name: rejected_discount [unauthorized_discount] — The request was rejected, and no more than 15 % was granted.
SELECT opportunity_id AS entity_id FROM opportunities WHERE discount_pct <= 15 AND approval_status = 'rejected';

-- name: paid_below_order [payment_mismatch] — The invoice is up to .9 % below its order, and it is paid to the cent.
SELECT invoice_id AS entity_id
FROM invoices
JOIN orders USING (order_id)
JOIN payments USING (invoice_id)
WHERE
    invoices.status = 'paid'
    AND amount_due_cents < total_amount_cents
    AND 1000 * (total_amount_cents - amount_due_cents) <= 9 * total_amount_cents
GROUP BY invoice_id
HAVING sum(amount_cents) = any_value(amount_due_cents);

-- name: partly_paid [payment_mismatch] — The invoice is paid in instalments, and the last of them are still to come.
SELECT invoice_id AS entity_id FROM invoices WHERE status = 'partial';

-- name: aged_unpaid [stale_unpaid] — The invoice is open for 31 to 59 days and not yet for more than 60.
SELECT invoice_id AS entity_id
FROM invoices CROSS JOIN scenario
WHERE status <> 'paid' AND issue_date BETWEEN as_of - 59 AND as_of - 31;
