-- What must hold of goods: batches, movements, samples and places. Each query returns what breaks it.

-- name: movements_chain — A movement of stock begins where the one before it of the same batch ended.
SELECT inventory_movement_id, batch_id, quantity_before_e4, before_e4
FROM (
    SELECT *, coalesce(
        lag(quantity_after_e4) OVER (PARTITION BY batch_id ORDER BY inventory_movement_id), 0
    ) AS before_e4
    FROM inventory_movements WHERE inventory_movement_type <> 'SAMPLE'
)
WHERE quantity_before_e4 <> before_e4;

-- name: movements_in_time — Movements of a batch are numbered in time.
SELECT inventory_movement_id, batch_id, created_at
FROM (
    SELECT *, lag(created_at) OVER (PARTITION BY batch_id ORDER BY inventory_movement_id) AS previous
    FROM inventory_movements
)
WHERE created_at < previous;

-- name: on_hand_is_the_last_movement — What is left of a batch is what its last movement left, and lies in its place.
SELECT batches.batch_id, on_hand_qty_e4, quantity_after_e4, qty_e4
FROM batches
LEFT JOIN (
    SELECT batch_id, arg_max(quantity_after_e4, inventory_movement_id) AS quantity_after_e4
    FROM inventory_movements WHERE inventory_movement_type <> 'SAMPLE' GROUP BY batch_id
) AS last USING (batch_id)
LEFT JOIN (SELECT batch_id, sum(qty_e4) AS qty_e4 FROM batch_locations GROUP BY batch_id) AS placed USING (batch_id)
WHERE quantity_after_e4 IS DISTINCT FROM on_hand_qty_e4 OR qty_e4 IS DISTINCT FROM on_hand_qty_e4;

-- name: received_less_sold_is_left — Received, less sold and lost, plus returned, is what is left of a batch.
SELECT batches.batch_id, received_qty_e4, moved_e4, on_hand_qty_e4
FROM batches
JOIN intake_session_batches USING (batch_id)
JOIN (
    SELECT batch_id, sum(quantity_change_e4) AS moved_e4
    FROM inventory_movements WHERE inventory_movement_type IN ('SALE', 'REFUND_RETURN', 'ADJUSTMENT') GROUP BY batch_id
) USING (batch_id)
WHERE received_qty_e4 + moved_e4 <> on_hand_qty_e4
    AND CAST(intake_session_batch_id AS VARCHAR) NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type = 'phantom_intake'
    );

-- name: movements_follow_orders — What left stock for an order is what its invoice bills, batch by batch.
SELECT order_id, batch_id, left_e4, billed_e4
FROM (
    SELECT reference_id AS order_id, batch_id, -sum(quantity_change_e4) AS left_e4
    FROM inventory_movements WHERE inventory_movement_type = 'SALE' GROUP BY ALL
)
FULL JOIN (
    SELECT invoices.reference_id AS order_id, batch_id, sum(quantity_e4) AS billed_e4
    FROM invoice_line_items JOIN invoices USING (invoice_id) GROUP BY ALL
) USING (order_id, batch_id)
WHERE left_e4 IS DISTINCT FROM billed_e4;

-- name: oldest_batch_first — Goods are sold from the oldest batch of their product that is in stock.
SELECT sold.inventory_movement_id, sold.batch_id, older.batch_id AS older_batch_id
FROM (
    SELECT inventory_movement_id, batch_id, product_id, quantity_before_e4
    FROM inventory_movements JOIN batches USING (batch_id) WHERE inventory_movement_type = 'SALE'
) AS sold
JOIN batches AS older ON older.product_id = sold.product_id AND older.batch_id < sold.batch_id
ASOF JOIN (
    SELECT inventory_movement_id, batch_id, quantity_after_e4
    FROM inventory_movements WHERE inventory_movement_type <> 'SAMPLE'
) AS state
    ON state.batch_id = older.batch_id AND sold.inventory_movement_id > state.inventory_movement_id
WHERE state.quantity_after_e4 > 0;

-- name: batches_cost_what_was_agreed — A batch costs what was agreed on its intake, and its last agreement.
SELECT batches.batch_id, unit_cogs_cents, unit_cost_cents, new_cogs_cents
FROM batches JOIN intake_session_batches USING (batch_id)
LEFT JOIN (
    SELECT batch_id, arg_max(new_cogs_cents, cogs_history_id) AS new_cogs_cents FROM cogs_history GROUP BY batch_id
) USING (batch_id)
WHERE unit_cogs_cents <> unit_cost_cents OR new_cogs_cents <> unit_cogs_cents;

-- name: deliveries_add_up — A delivery costs what its batches cost, on its grower's terms.
SELECT intake_sessions.intake_session_id, total_amount_cents, batches_cents
FROM intake_sessions
LEFT JOIN (
    SELECT intake_session_id, sum(total_cost_cents) AS batches_cents
    FROM intake_session_batches GROUP BY intake_session_id
) USING (intake_session_id)
WHERE total_amount_cents IS DISTINCT FROM batches_cents
UNION ALL
SELECT intake_session_id, NULL, NULL
FROM intake_session_batches
JOIN intake_sessions USING (intake_session_id)
JOIN batches USING (batch_id)
WHERE CAST(intake_sessions.payment_terms AS VARCHAR) <> CAST(batches.payment_terms AS VARCHAR);

-- name: purchased_offers_became_batches — An offer that was bought has a batch of its grower, product and cost that day.
SELECT vendor_supply_id
FROM vendor_supply
WHERE status = 'PURCHASED' AND NOT EXISTS (
    FROM inventory_movements
    JOIN batches USING (batch_id)
    JOIN lots USING (lot_id)
    WHERE inventory_movement_type = 'INTAKE' AND lots.vendor_id = vendor_supply.vendor_id
        AND unit_cogs_cents = unit_price_cents AND quantity_change_e4 = quantity_available_e4
        AND batches.created_at = purchased_at
);

-- name: samples_add_up — Grams that were sent are those of the requests, and what is left of a batch's samples.
SELECT sample_request_id AS id, sent_e4, moved_e4
FROM (
    SELECT
        sample_request_id,
        CAST(10000 * sum(CAST(line ->> 'quantity' AS DECIMAL(15, 4))) AS BIGINT) AS sent_e4
    FROM (
        SELECT sample_request_id, unnest(CAST(CAST(products AS JSON) ->> '$' AS JSON[])) AS line
        FROM sample_requests WHERE sample_request_status = 'FULFILLED'
    ) GROUP BY sample_request_id
)
FULL JOIN (
    SELECT reference_id AS sample_request_id, -sum(quantity_change_e4) AS moved_e4
    FROM inventory_movements WHERE inventory_movement_type = 'SAMPLE' GROUP BY reference_id
) USING (sample_request_id)
WHERE sent_e4 IS DISTINCT FROM moved_e4
UNION ALL
SELECT batches.batch_id, sample_qty_e4, last_e4
FROM batches
JOIN (
    SELECT batch_id, arg_max(quantity_after_e4, inventory_movement_id) AS last_e4
    FROM inventory_movements WHERE inventory_movement_type = 'SAMPLE' GROUP BY batch_id
) USING (batch_id)
WHERE sample_qty_e4 <> last_e4;

-- name: sample_allowances_hold — What a client got in a month is what was sent, and no more than its allowance.
SELECT sample_allocation_id, used_quantity_e4, sent_e4
FROM sample_allocations
LEFT JOIN (
    SELECT
        sample_requests.client_id,
        strftime(inventory_movements.created_at, '%Y-%m') AS month_year,
        -sum(quantity_change_e4) AS sent_e4
    FROM inventory_movements JOIN sample_requests ON sample_request_id = reference_id
    WHERE inventory_movement_type = 'SAMPLE'
    GROUP BY ALL
) USING (client_id, month_year)
WHERE used_quantity_e4 <> coalesce(sent_e4, 0) OR remaining_quantity_e4 < 0;

-- name: low_stock_is_alerted — A batch that falls to ten or fewer is alerted once, at that sale.
WITH low AS (
    SELECT batch_id, min(created_at) AS created_at
    FROM inventory_movements
    WHERE inventory_movement_type = 'SALE' AND quantity_after_e4 BETWEEN 1 AND 100000
    GROUP BY batch_id
)
SELECT batch_id, created_at FROM low
ANTI JOIN inventory_alerts USING (batch_id, created_at)
UNION ALL
SELECT batch_id, created_at FROM inventory_alerts
ANTI JOIN low USING (batch_id, created_at)
WHERE inventory_alert_type = 'LOW_STOCK';
