-- The CRM as objects of GoHighLevel's API v2. A deal is an opportunity there, in a pipeline's stage. Ids have
-- the vendor's form: 20 characters, a UUID for a stage, 24 hexadecimal digits for an order and a transaction.

-- name: pipelines — The one pipeline, with a stage for each of ours.
SELECT
    base62('pipeline', 20) AS id, 'Sales' AS name, base62('location', 20) AS locationId,
    true AS showInFunnel, true AS showInPieChart,
    [
        {'id': uuid_of('stage prospect'), 'name': 'Prospect', 'position': 0},
        {'id': uuid_of('stage negotiation'), 'name': 'Negotiation', 'position': 1},
        {'id': uuid_of('stage proposal'), 'name': 'Proposal', 'position': 2},
        {'id': uuid_of('stage closed_won'), 'name': 'Closed won', 'position': 3},
        {'id': uuid_of('stage closed_lost'), 'name': 'Closed lost', 'position': 4}
    ] AS stages;

-- name: contacts — Every contact.
SELECT
    base62(contact_id, 20) AS id, base62('location', 20) AS locationId, name AS contactName,
    split_part(name, ' ', 1) AS firstName, substr(name, length(split_part(name, ' ', 1)) + 2) AS lastName,
    company AS companyName, email, phone, 'lead' AS type, 'US' AS country, false AS dnd,
    CAST([] AS VARCHAR[]) AS tags,
    strftime(created_at, '%Y-%m-%dT%H:%M:%S.000Z') AS dateAdded,
    strftime(created_at, '%Y-%m-%dT%H:%M:%S.000Z') AS dateUpdated
FROM contacts
ORDER BY contact_id;

-- name: opportunities — Every deal: won, lost or open.
SELECT
    base62(deal_id, 20) AS id, company || ' ' || deal_id AS name, value AS monetaryValue,
    base62('pipeline', 20) AS pipelineId, uuid_of('stage ' || stage) AS pipelineStageId,
    base62('user ' || assigned_to, 20) AS assignedTo,
    CASE stage WHEN 'closed_won' THEN 'won' WHEN 'closed_lost' THEN 'lost' ELSE 'open' END AS status,
    base62(contact_id, 20) AS contactId, base62('location', 20) AS locationId,
    {'id': base62(contact_id, 20), 'name': contacts.name, 'companyName': company, 'email': email, 'phone': phone}
        AS contact,
    strftime(deals.created_at, '%Y-%m-%dT%H:%M:%S.000Z') AS createdAt,
    coalesce(closed_on || 'T17:00:00.000Z', strftime(deals.created_at, '%Y-%m-%dT%H:%M:%S.000Z'))
        AS lastStatusChangeAt
FROM deals
JOIN contacts USING (contact_id)
ORDER BY deal_id;

-- name: orders — Every order; amounts in dollars.
SELECT
    hex_id(order_id) AS _id, base62('location', 20) AS altId, 'location' AS altType,
    base62(contact_id, 20) AS contactId, contacts.name AS contactName, email AS contactEmail, 'USD' AS currency,
    total_amount AS amount, total_amount + discount_applied AS subtotal, discount_applied AS discount,
    CASE status WHEN 'processing' THEN 'pending' ELSE 'completed' END AS status,
    CASE status WHEN 'processing' THEN 'unfulfilled' ELSE 'fulfilled' END AS fulfillmentStatus,
    true AS liveMode, 1 AS totalProducts, 1 AS onetimeProducts, 0 AS recurringProducts,
    'manual' AS sourceType, base62(deal_id, 20) AS sourceId,
    [{'name': products.name, 'qty': quantity, 'product': {'_id': hex_id(product_id), 'name': products.name},
      'price': {'_id': hex_id('price ' || product_id), 'amount': unit_price, 'currency': 'USD', 'type': 'one_time'}}]
        AS items,
    order_date || 'T12:00:00.000Z' AS createdAt, order_date || 'T12:00:00.000Z' AS updatedAt
FROM orders
JOIN opportunities USING (opportunity_id)
JOIN products USING (product_id)
JOIN contacts USING (contact_id)
ORDER BY order_id;

-- name: transactions — Every payment, with the order that it is for.
SELECT
    hex_id(payment_id) AS _id, base62('location', 20) AS altId, 'location' AS altType,
    base62(contact_id, 20) AS contactId, contacts.name AS contactName, email AS contactEmail, 'USD' AS currency,
    amount, 0 AS amountRefunded, 'succeeded' AS status, true AS liveMode,
    'order' AS entityType, hex_id(order_id) AS entityId, 'manual' AS entitySourceType,
    {'type': payment_method} AS paymentMethod,
    payment_date || 'T12:00:00.000Z' AS createdAt, payment_date || 'T12:00:00.000Z' AS updatedAt,
    payment_date || 'T12:00:00.000Z' AS fulfilledAt
FROM payments
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
JOIN contacts USING (contact_id)
ORDER BY payment_id;

-- name: anomalies — The manifest, with the object and the id at fault; invoices are not in the CRM, their orders are.
SELECT
    anomaly_manifest.*,
    CASE WHEN affected_entity = 'payment' THEN 'transaction' ELSE 'order' END AS object,
    hex_id(CASE WHEN affected_entity IN ('order', 'payment') THEN entity_id
        WHEN affected_entity = 'opportunity' THEN 'ORD-' || right(entity_id, 9)
        ELSE order_id END) AS id
FROM anomaly_manifest
LEFT JOIN invoices ON invoice_id = entity_id
ORDER BY anomaly_id;
