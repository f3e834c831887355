SELECT partner_id, CAST(sum(weight_e4) AS BIGINT) AS weight_e4, CAST(sum(billed_cents) AS BIGINT) AS billed_cents
FROM orders CROSS JOIN scenario
WHERE as_of >= DATE '2020-01-01'
GROUP BY partner_id
ORDER BY partner_id
