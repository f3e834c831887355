SELECT
    product_id,
    CAST(count(*) AS BIGINT) AS open_batches,
    CAST(sum(on_hand_qty_e4) AS BIGINT) AS on_hand_qty_e4,
    CAST(sum(on_hand_qty_e4 * unit_cogs_cents) // 10000 AS BIGINT) AS value_cents,
    CAST(coalesce(sum(on_hand_qty_e4 * unit_cogs_cents) FILTER (payment_terms = 'CONSIGNMENT'), 0) // 10000 AS BIGINT)
        AS consigned_cents
FROM batches
WHERE on_hand_qty_e4 > 0
GROUP BY product_id
ORDER BY product_id
