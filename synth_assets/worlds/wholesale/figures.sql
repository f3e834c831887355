-- Numbers of whole tables with the range they must lie in, each as rows measured and the number; the document's own
-- figures are in `checklist.sql`.
--
-- In brackets: the range, whether being out of it is an error or a warning, and the rows from which it is asked.

-- name: grades_of_second_payments [1 to 1, warning, from 1 rows] — Share of bills paid twice whose grade is right: trivial
-- up to 13 days after the first payment, medium later, when the next half-month's bill may be paid by as much.
SELECT count(*), avg(CAST((CAST(difficulty AS VARCHAR) = 'trivial') = (days <= 13) AS INT))
FROM anomaly_manifest
JOIN (
    SELECT
        payment_id,
        payment_date - lag(payment_date) OVER (PARTITION BY bill_id ORDER BY payment_date, payment_id) AS days
    FROM payments WHERE bill_id IS NOT NULL
) ON entity_id = CAST(payment_id AS VARCHAR)
WHERE type = 'bill_paid_twice';

-- name: grades_of_side_agreements [1 to 1, warning, from 1 rows] — Share of side agreements whose grade is right: easy
-- where no invoice of the client has such terms, very hard where one has; in a window, as a history grades by the books
-- of the whole year.
SELECT count(*), avg(CAST((CAST(difficulty AS VARCHAR) = 'easy') = (terms IS NULL) AS INT))
FROM anomaly_manifest
JOIN orders ON entity_id = CAST(order_id AS VARCHAR)
LEFT JOIN (SELECT DISTINCT customer_id, payment_terms AS terms FROM invoices)
    ON customer_id = client_id AND terms = CAST(payment_terms AS VARCHAR)
CROSS JOIN scenario
WHERE type = 'side_agreement' AND history.start IS NULL;

-- name: grades_of_wrong_clients [1 to 1, warning, from 1 rows] — Share of receipts of the wrong client whose grade is
-- right: trivial where that client paid 40 times or more and never by such a method, very hard elsewhere; in a window.
WITH receipts AS (
    SELECT payment_id, invoices.customer_id AS client_id, payment_method
    FROM payments JOIN invoices USING (invoice_id)
    WHERE payment_method <> 'OTHER'
),
lapped AS (
    SELECT unnest([entity_id, related_entity_id]) AS payment_id FROM anomaly_manifest WHERE type = 'lapping'
),
used AS (
    SELECT DISTINCT client_id, payment_method
    FROM receipts WHERE CAST(payment_id AS VARCHAR) NOT IN (SELECT payment_id FROM lapped)
),
often AS (SELECT client_id FROM receipts GROUP BY client_id HAVING count(*) >= 40)
SELECT
    count(*),
    avg(CAST((CAST(difficulty AS VARCHAR) = 'trivial')
        = (often.client_id IS NOT NULL AND used.client_id IS NULL) AS INT))
FROM anomaly_manifest
JOIN payments ON entity_id = CAST(payment_id AS VARCHAR)
LEFT JOIN often ON often.client_id = customer_id
LEFT JOIN used ON used.client_id = customer_id AND used.payment_method = payments.payment_method
CROSS JOIN scenario
WHERE type = 'payment_of_wrong_client' AND history.start IS NULL;

-- name: decoys_for_each_label [1 to 1000000, warning, from 1 rows] — Where decoy_ratio says how many decoys each label has:
-- how many there are over those asked, of the kind that has fewest of those whose decoys are planned; in a history
-- that grows at the end of a year.
WITH decoys AS (
    SELECT 'bill_split' AS type, count(*) AS found FROM (
        SELECT vendor_id FROM bills CROSS JOIN scenario GROUP BY vendor_id, bill_date, reference_id
        HAVING count(*) = 2 AND sum(total_amount_cents) <= 100 * any_value(bill_approval_limit)
    )
    UNION ALL SELECT 'payment_before_bill', count(*)
    FROM payments JOIN bills USING (bill_id) WHERE payment_date = bill_date
    UNION ALL SELECT 'payment_of_wrong_client', count(*) FROM (
        SELECT *, mode(payment_method) OVER (PARTITION BY customer_id) AS usual_method
        FROM payments WHERE payment_type = 'RECEIVED' AND payment_method <> 'OTHER'
    ) AS receipts
    JOIN invoices USING (invoice_id)
    WHERE payment_method <> usual_method AND receipts.customer_id = invoices.customer_id
    UNION ALL SELECT unnest(['refund_above_invoice', 'invoice_without_posting']), count(*)
    FROM credits WHERE credit_reason = 'RETURN'
    UNION ALL SELECT 'sample_unaccounted', count(*) FROM sample_requests WHERE sample_request_status <> 'FULFILLED'
    UNION ALL SELECT 'adjustment_without_reason', count(*) FROM inventory_movements
    WHERE inventory_movement_type = 'ADJUSTMENT' AND quantity_change_e4 < 0 AND reason IS NOT NULL
),
labels AS (
    SELECT CAST(type AS VARCHAR) AS type, count(*) AS labels, floor(any_value(decoy_ratio) * count(*) + 0.5) AS asked
    FROM anomaly_manifest CROSS JOIN scenario WHERE years_are_whole GROUP BY ALL
)
SELECT CAST(sum(labels) AS BIGINT), min(found / asked) FROM labels JOIN decoys USING (type) WHERE asked > 0;
