-- What must hold of prices, credit limits, logs and notes: what they say is what happened.

-- name: prices_follow_rules — A price is the list price less the percentages of the rules that apply, in whole dollars.
WITH lines AS (
    SELECT order_id, client_id, unnest(CAST(items AS JSON[])) AS line FROM orders WHERE order_type = 'SALE'
),
pounds AS (
    SELECT order_id, sum(CAST(line ->> 'quantity' AS DOUBLE)) AS pounds
    FROM lines WHERE line ->> 'category' = 'Flower' GROUP BY order_id
),
rules AS (
    SELECT
        adjustment_value AS percent,
        conditions ->> 'category' AS category,
        CAST(conditions ->> 'orderPoundsMin' AS DOUBLE) AS least,
        coalesce(CAST(conditions ->> 'orderPoundsBelow' AS DOUBLE), 1e9) AS below,
        conditions ->> 'clientTag' AS tag
    FROM (SELECT * REPLACE (CAST(conditions AS JSON) AS conditions) FROM pricing_rules WHERE is_active)
),
priced AS (
    SELECT
        order_id,
        line ->> 'batchId' AS batch_id,
        CAST(line ->> 'listPrice' AS DOUBLE) AS list_price,
        CAST(line ->> 'unitPrice' AS DOUBLE) AS unit_price,
        coalesce((
            SELECT sum(percent) FROM rules
            WHERE (category IS NULL OR (category = line ->> 'category' AND pounds >= least AND pounds < below))
                AND (tag IS NULL OR list_contains(CAST(tags AS JSON)::VARCHAR[], tag))
        ), 0) AS percent
    FROM lines JOIN clients USING (client_id) LEFT JOIN pounds USING (order_id)
)
SELECT * FROM priced WHERE unit_price <> floor(list_price * (100 - percent) / 100 + 0.5);

-- name: limits_replay — A change of a credit limit begins with the limit before it, and the last is the client's.
SELECT client_id, old_value_cents, before_cents
FROM (
    SELECT client_id, old_value_cents, lag(new_value_cents) OVER (
        PARTITION BY client_id ORDER BY credit_audit_log_id) AS before_cents
    FROM credit_audit_log WHERE new_value_cents IS NOT NULL
)
WHERE old_value_cents IS DISTINCT FROM before_cents
UNION ALL
SELECT client_id, credit_limit_cents, last_cents
FROM client_credit_limits
LEFT JOIN (
    SELECT client_id, max_by(new_value_cents, credit_audit_log_id) AS last_cents
    FROM credit_audit_log WHERE new_value_cents IS NOT NULL GROUP BY client_id
) USING (client_id)
WHERE credit_limit_cents IS DISTINCT FROM last_cents;

-- name: scores_are_weighted_signals — A score is the weighted signals of its month, and the last is the client's.
WITH scores AS (
    SELECT
        client_id,
        calculated_at,
        CAST(CAST(calculation_metadata AS JSON) ->> 'score' AS DOUBLE) AS score,
        (revenue_momentum * revenue_momentum_weight + cash_collection_strength * cash_collection_weight
            + profitability_quality * profitability_weight + debt_aging_risk * debt_aging_weight
            + repayment_velocity * repayment_velocity_weight + tenure_depth * tenure_depth_weight) / 100 AS weighted
    FROM credit_signal_history
    CROSS JOIN (SELECT *, tenure_weight AS tenure_depth_weight FROM credit_system_settings)
)
SELECT client_id, calculated_at, score, weighted FROM scores WHERE abs(score - weighted) > 0.0051
UNION ALL
SELECT client_id, last_calculated_at, credit_health_score, score
FROM client_credit_limits LEFT JOIN scores USING (client_id)
WHERE calculated_at = last_calculated_at AND score IS DISTINCT FROM credit_health_score;

-- name: passed_limits_are_approved — The owner approves an order more than 5 % over the limit of that day, but for labelled ones.
SELECT credit_audit_log_id, told, limit_cents
FROM (
    SELECT
        credit_audit_log_id,
        event_type,
        CAST(metadata AS JSON) AS told,
        round(100 * CAST(told ->> 'exposure' AS DOUBLE)) AS exposure_cents,
        last_value(new_value_cents IGNORE NULLS) OVER (
            PARTITION BY client_id ORDER BY credit_audit_log_id) AS limit_cents
    FROM credit_audit_log
)
WHERE event_type = 'EXPOSURE_EXCEEDED' AND (
    round(100 * CAST(told ->> 'limit' AS DOUBLE)) <> limit_cents
    OR exposure_cents <= limit_cents
    OR (100 * exposure_cents > 105 * limit_cents) <> (told ->> 'approvedBy' IS NOT DISTINCT FROM '1')
    AND CAST(credit_audit_log_id AS VARCHAR) NOT IN (
        SELECT entity_id FROM anomaly_manifest WHERE type = 'limit_exceeded_without_approval'
    )
);

-- name: exposures_are_open_invoices — What takes a client over its limit is the whole amount of its invoices that were open then.
WITH settled AS (
    SELECT entity_id AS invoice_id, min(created_at) AS settled_at
    FROM audit_logs
    WHERE entity = 'invoices' AND action = 'PAYMENT' AND CAST(after AS JSON) ->> 'status' = 'PAID'
    GROUP BY entity_id
),
passed AS (
    SELECT credit_audit_log_id, client_id, created_at, CAST(metadata AS JSON) AS told
    FROM credit_audit_log WHERE event_type = 'EXPOSURE_EXCEEDED'
)
SELECT credit_audit_log_id, any_value(told) AS told, sum(total_amount_cents) AS open_cents
FROM passed
JOIN invoices ON customer_id = client_id AND invoices.created_at <= passed.created_at
LEFT JOIN settled USING (invoice_id)
WHERE settled_at IS NULL OR settled_at > passed.created_at OR invoice_id = CAST(told ->> 'invoiceId' AS BIGINT)
GROUP BY credit_audit_log_id
HAVING open_cents <> round(100 * any_value(CAST(told ->> 'exposure' AS DOUBLE)));

-- name: large_bills_are_approved — The owner has approved every bill above the limit, for its amount, and no other.
SELECT bills.bill_id, total_amount_cents, approved_cents
FROM bills
FULL JOIN (
    SELECT entity_id AS bill_id, round(100 * CAST(CAST(after AS JSON) ->> 'totalAmount' AS DOUBLE)) AS approved_cents
    FROM audit_logs WHERE entity = 'bills' AND action = 'APPROVE' AND actor_id = 1
) AS approved USING (bill_id)
CROSS JOIN scenario
WHERE approved_cents IS DISTINCT FROM
    CASE WHEN total_amount_cents > 100 * bill_approval_limit THEN total_amount_cents END;

-- name: changes_chain — What a logged change found is what the one before it left, value by value.
WITH told AS (
    SELECT
        audit_log_id, entity, entity_id, key,
        CAST(before AS JSON) ->> ('$.' || key) AS before,
        CAST(after AS JSON) ->> ('$.' || key) AS after
    FROM (SELECT *, unnest(json_keys(CAST(after AS JSON))) AS key FROM audit_logs)
    WHERE key <> 'onHandQty'
)
SELECT audit_log_id, entity, entity_id, key, before, left_as
FROM (
    SELECT *, lag(after) OVER (PARTITION BY entity, entity_id, key ORDER BY audit_log_id) AS left_as FROM told
)
WHERE before <> left_as;

-- name: rows_are_as_last_changed — A row holds what its last logged change left, but for credits that are labelled.
WITH told AS (
    SELECT
        CAST(entity AS VARCHAR) AS entity, entity_id, key,
        max_by(CAST(after AS JSON) ->> ('$.' || key), audit_log_id) AS left_as
    FROM (SELECT *, unnest(json_keys(CAST(after AS JSON))) AS key FROM audit_logs)
    GROUP BY ALL
),
held AS (
    SELECT 'clients' AS entity, client_id AS entity_id, 'phone' AS key, phone AS held FROM clients
    UNION ALL SELECT 'products', product_id, 'nameCanonical', name_canonical FROM products
    UNION ALL SELECT 'invoices', invoice_id, 'status', status FROM invoices
    UNION ALL SELECT 'invoices', invoice_id, 'amountPaid', CAST(CAST(amount_paid_cents AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2))
        FROM invoices
    UNION ALL SELECT 'batches', batch_id, 'batchStatus', batch_status FROM batches
    UNION ALL SELECT 'client_credit_limits', client_id, 'creditLimit',
        CAST(CAST(credit_limit_cents AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2)) FROM client_credit_limits
    UNION ALL SELECT 'fiscalPeriods', fiscal_period_id, 'status', status FROM fiscal_periods
    UNION ALL SELECT 'credits', credit_id, 'creditAmount', CAST(CAST(credit_amount_cents AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2))
        FROM credits WHERE CAST(credit_id AS VARCHAR) NOT IN (
            SELECT entity_id FROM anomaly_manifest WHERE type = 'refund_above_invoice'
        )
)
SELECT entity, entity_id, key, left_as, held
FROM told JOIN held USING (entity, entity_id, key)
WHERE left_as IS DISTINCT FROM CAST(held AS VARCHAR);

-- name: activity_is_what_happened — A client's list has each of its invoices, receipts and notes, once and at its moment.
WITH told AS (
    SELECT client_activity_id, client_id, CAST(activity_type AS VARCHAR) AS kind, CAST(metadata AS JSON) AS told, created_at
    FROM client_activity
),
listed AS (
    SELECT kind, client_id, CAST(told ->> CASE kind WHEN 'TRANSACTION_ADDED' THEN 'invoiceId'
        WHEN 'PAYMENT_RECORDED' THEN 'paymentId' ELSE 'noteId' END AS BIGINT) AS id,
        round(100 * CAST(told ->> 'amount' AS DOUBLE)) AS cents, created_at
    FROM told WHERE kind IN ('TRANSACTION_ADDED', 'PAYMENT_RECORDED', 'NOTE_ADDED')
),
happened AS (
    SELECT 'TRANSACTION_ADDED' AS kind, customer_id AS client_id, invoice_id AS id, total_amount_cents AS cents, created_at
    FROM invoices
    UNION ALL
    SELECT 'PAYMENT_RECORDED', customer_id, payment_id, amount_cents, created_at
    FROM payments WHERE payment_type = 'RECEIVED' AND payment_method <> 'OTHER'
    UNION ALL
    SELECT 'NOTE_ADDED', client_id, note_id, NULL, created_at FROM client_notes
)
SELECT kind, id, listed.client_id, happened.client_id AS of_client, listed.cents, happened.cents AS of_cents
FROM listed FULL JOIN happened USING (kind, id)
WHERE (listed.client_id IS DISTINCT FROM happened.client_id AND (kind <> 'PAYMENT_RECORDED'
        OR CAST(id AS VARCHAR) NOT IN (
            SELECT entity_id FROM anomaly_manifest WHERE type = 'payment_of_wrong_client'
            UNION ALL
            SELECT CAST(payment_id AS VARCHAR) FROM payments
            JOIN anomaly_manifest ON payments.invoice_id IN (expected_value, actual_value) WHERE type = 'lapping')))
    OR listed.cents IS DISTINCT FROM happened.cents
    OR listed.created_at IS DISTINCT FROM happened.created_at;

-- name: notes_hang_together — A note has its first step, comments come after it, and answers after what they answer.
SELECT freeform_notes.freeform_note_id, 'first step' AS problem
FROM freeform_notes
LEFT JOIN (FROM note_activity WHERE activity_type = 'CREATED') AS first ON note_id = freeform_note_id
WHERE first.created_at IS DISTINCT FROM freeform_notes.created_at OR first.user_id <> freeform_notes.user_id
UNION ALL
SELECT note_comments.note_comment_id, 'comment'
FROM note_comments
JOIN freeform_notes ON note_id = freeform_note_id
LEFT JOIN note_comments AS parent ON parent.note_comment_id = note_comments.parent_comment_id
WHERE note_comments.created_at < freeform_notes.created_at
    OR parent.created_at >= note_comments.created_at
    OR parent.note_id <> note_comments.note_id;

-- name: limits_are_set_when_signals_are — A credit limit is calculated or changed at the moment of its client's signals.
SELECT credit_audit_log_id, client_id, event_type FROM credit_audit_log
ANTI JOIN credit_signal_history AS signals
    ON signals.client_id = credit_audit_log.client_id AND signals.calculated_at = credit_audit_log.created_at
WHERE event_type <> 'EXPOSURE_EXCEEDED';

-- name: notes_are_listed_by_their_authors — A note on a client enters its list at the note's first step, by who wrote it.
SELECT client_activity_id, metadata FROM client_activity
ANTI JOIN (
    SELECT client_id, note_id, user_id, note_activity.created_at
    FROM client_notes JOIN note_activity USING (note_id) WHERE activity_type = 'CREATED'
) AS step
    ON step.client_id = client_activity.client_id
    AND CAST(note_id AS VARCHAR) = CAST(client_activity.metadata AS JSON) ->> 'noteId'
    AND step.user_id = client_activity.user_id AND step.created_at = client_activity.created_at
WHERE client_activity.activity_type = 'NOTE_ADDED';
