-- What the fault looks like from outside.

-- name: overbilled — Billed more than the price.
SELECT
    CAST(order_id AS VARCHAR) AS entity_id,
    CAST(order_id AS VARCHAR) AS related_entity_id,
    CAST(price_cents / 100 AS DECIMAL(18, 2)) AS expected_value,
    CAST(billed_cents / 100 AS DECIMAL(18, 2)) AS actual_value
FROM orders WHERE billed_cents > price_cents;
