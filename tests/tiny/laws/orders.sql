-- What must hold of orders.

-- name: three_orders_a_partner — Every partner has three orders.
SELECT partner_id, count(*) AS orders FROM partners JOIN orders USING (partner_id) GROUP BY 1 HAVING orders <> 3;
