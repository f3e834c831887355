SELECT
    client_id,
    CAST(count(*) AS BIGINT) AS sales_count,
    CAST(sum(total_cents) AS BIGINT) AS revenue_cents,
    CAST(sum(total_margin_cents) AS BIGINT) AS margin_cents,
    round(100 * sum(total_cents) / sum(sum(total_cents)) OVER (), 2) AS revenue_share_pct
FROM orders
WHERE order_type = 'SALE'
GROUP BY client_id
ORDER BY client_id
