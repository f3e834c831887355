-- Billing as objects of Stripe's API: whole cents, seconds since 1970, ids with Stripe's prefixes. Invoices are
-- sent and due in payment_terms_days. A ghost has no invoice of the month. A zombie's invoice is open while its
-- subscription is active. An invoice that is paid in part is open, too: Stripe calls none paid that is not.

-- name: products — One product a plan.
SELECT
    'prod_' || base62(plan_id, 24) AS id, 'product' AS object, true AS active, name, false AS livemode,
    'service' AS type, {'plan_id': plan_id} AS metadata
FROM plans
ORDER BY plan_id;

-- name: prices — One price a plan, for each billing interval.
SELECT
    'price_' || base62(plan_id, 24) AS id, 'price' AS object, true AS active, 'usd' AS currency,
    'prod_' || base62(plan_id, 24) AS product, 'recurring' AS type, 'per_unit' AS billing_scheme,
    CAST(monthly_price * 100 * billing_interval_months AS BIGINT) AS unit_amount, false AS livemode,
    name AS nickname,
    {'interval': 'month', 'interval_count': billing_interval_months, 'usage_type': 'licensed'} AS recurring
FROM plans CROSS JOIN scenario
ORDER BY plan_id;

-- name: customers — Every customer.
SELECT
    'cus_' || base62(customer_id, 24) AS id, 'customer' AS object, name, email,
    CAST(epoch(created_at) AS BIGINT) AS created, 'usd' AS currency, 0 AS balance, false AS delinquent,
    false AS livemode, {'customer_id': customer_id, 'region': region} AS metadata
FROM customers
ORDER BY customer_id;

-- name: subscriptions — Every subscription, active or cancelled.
WITH last_invoices AS (
    SELECT sub_id, arg_max(invoice_id, invoice_date) AS invoice_id FROM invoices GROUP BY sub_id
)
SELECT
    'sub_' || base62(sub_id, 24) AS id, 'subscription' AS object,
    'cus_' || base62(customer_id, 24) AS customer,
    CASE status WHEN 'Active' THEN 'active' ELSE 'canceled' END AS status,
    'send_invoice' AS collection_method, payment_terms_days AS days_until_due, 'usd' AS currency,
    CAST(epoch(CAST(start_date AS TIMESTAMP)) AS BIGINT) AS start_date,
    CAST(epoch(CAST(start_date AS TIMESTAMP)) AS BIGINT) AS created,
    CAST(epoch(CAST(ended AS TIMESTAMP)) AS BIGINT) AS canceled_at,
    CAST(epoch(CAST(ended AS TIMESTAMP)) AS BIGINT) AS ended_at,
    false AS cancel_at_period_end, false AS livemode,
    'in_' || base62(last_invoices.invoice_id, 24) AS latest_invoice,
    {'object': 'list', 'has_more': false, 'data': [{
        'id': 'si_' || base62(sub_id, 24), 'object': 'subscription_item', 'quantity': 1,
        'subscription': 'sub_' || base62(sub_id, 24), 'price': 'price_' || base62(plan_id, 24)}]} AS items,
    {'sub_id': sub_id} AS metadata
FROM (
    SELECT *, CASE status WHEN 'Active' THEN NULL ELSE end_date END AS ended
    FROM subscriptions CROSS JOIN scenario
)
LEFT JOIN last_invoices USING (sub_id)
ORDER BY sub_id;

-- name: invoices — Every invoice with its line: paid, or open with what remains.
WITH received AS (SELECT invoice_id, sum(amount_paid) AS paid FROM payments GROUP BY invoice_id),
billed AS (  -- for the plan of that day, known by its price; of two at one price the subscription's own comes first
    SELECT invoices.*, customer_id, start_date, billing_interval_months,
        plans.plan_id AS billed_plan_id, plans.name AS plan_name
    FROM invoices
    JOIN subscriptions USING (sub_id)
    CROSS JOIN scenario
    JOIN plans ON monthly_price * billing_interval_months = amount
    QUALIFY row_number() OVER (
        PARTITION BY invoice_id ORDER BY plans.plan_id <> subscriptions.plan_id, plans.plan_id) = 1
)
SELECT
    'in_' || base62(invoice_id, 24) AS id, 'invoice' AS object, invoice_id AS number,
    'cus_' || base62(customer_id, 24) AS customer, 'usd' AS currency, 'send_invoice' AS collection_method,
    CASE WHEN coalesce(paid, 0) >= amount THEN 'paid' ELSE 'open' END AS status,
    CASE WHEN invoice_date < start_date + to_months(billing_interval_months)
        THEN 'subscription_create' ELSE 'subscription_cycle' END AS billing_reason,
    CAST(epoch(CAST(invoice_date AS TIMESTAMP)) AS BIGINT) AS created,
    CAST(epoch(CAST(due_date AS TIMESTAMP)) AS BIGINT) AS due_date,
    CAST(epoch(CAST(invoice_date AS TIMESTAMP)) AS BIGINT) AS period_start,
    CAST(epoch(invoice_date + to_months(billing_interval_months)) AS BIGINT) AS period_end,
    CAST(amount * 100 AS BIGINT) AS subtotal, CAST(amount * 100 AS BIGINT) AS total,
    CAST(amount * 100 AS BIGINT) AS amount_due, CAST(coalesce(paid, 0) * 100 AS BIGINT) AS amount_paid,
    CAST((amount - coalesce(paid, 0)) * 100 AS BIGINT) AS amount_remaining, false AS livemode,
    {'type': 'subscription_details', 'subscription_details': {'subscription': 'sub_' || base62(sub_id, 24)}}
        AS parent,
    {'object': 'list', 'has_more': false, 'data': [{
        'id': 'il_' || base62(invoice_id, 24), 'object': 'line_item', 'amount': CAST(amount * 100 AS BIGINT),
        'currency': 'usd', 'quantity': 1, 'invoice': 'in_' || base62(invoice_id, 24),
        'description': '1 × ' || plan_name,
        'pricing': {'type': 'price_details', 'price_details': {
            'price': 'price_' || base62(billed_plan_id, 24), 'product': 'prod_' || base62(billed_plan_id, 24)}},
        'period': {'start': CAST(epoch(CAST(invoice_date AS TIMESTAMP)) AS BIGINT),
            'end': CAST(epoch(invoice_date + to_months(billing_interval_months)) AS BIGINT)}}]} AS lines
FROM billed
LEFT JOIN received USING (invoice_id)
ORDER BY invoice_id;

-- name: payment_intents — Every payment, as what was intended and came.
SELECT
    'pi_' || base62(payment_id, 24) AS id, 'payment_intent' AS object,
    CAST(amount_paid * 100 AS BIGINT) AS amount, CAST(amount_paid * 100 AS BIGINT) AS amount_received,
    0 AS amount_capturable, 'usd' AS currency, 'succeeded' AS status, 'automatic' AS capture_method,
    'cus_' || base62(customer_id, 24) AS customer,
    CAST(epoch(CAST(payment_date AS TIMESTAMP)) AS BIGINT) AS created, false AS livemode,
    {'payment_id': payment_id} AS metadata
FROM payments
JOIN invoices USING (invoice_id)
JOIN subscriptions USING (sub_id)
ORDER BY payment_id;

-- name: invoice_payments — For every payment, the invoice that it was for.
SELECT
    'inpay_' || base62(payment_id, 24) AS id, 'invoice_payment' AS object,
    CAST(amount_paid * 100 AS BIGINT) AS amount_paid, CAST(amount * 100 AS BIGINT) AS amount_requested,
    'usd' AS currency, CAST(epoch(CAST(payment_date AS TIMESTAMP)) AS BIGINT) AS created, true AS is_default,
    'in_' || base62(invoice_id, 24) AS invoice, false AS livemode, 'paid' AS status,
    {'type': 'payment_intent', 'payment_intent': 'pi_' || base62(payment_id, 24)} AS payment
FROM payments
JOIN invoices USING (invoice_id)
ORDER BY payment_id;

-- name: anomalies — The manifest, with the object and the id at fault.
SELECT
    anomaly_manifest.*,
    CASE affected_entity WHEN 'payment' THEN 'payment_intent' ELSE affected_entity END AS object,
    CASE affected_entity WHEN 'payment' THEN 'pi_' WHEN 'invoice' THEN 'in_' ELSE 'sub_' END
        || base62(entity_id, 24) AS id
FROM anomaly_manifest
ORDER BY anomaly_id;
