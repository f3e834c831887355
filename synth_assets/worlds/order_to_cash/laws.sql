-- What always holds between the tables of order_to_cash, with faults or without.
--
-- For DuckDB, over the published tables (amounts in whole cents) and `scenario`, one row with the
-- configuration's keys. Each query returns its offenders, so a sound dataset gives no row at all. A law is
-- about the last table, in order of lineage, that it reads.
--
-- Blocks are judged a few at a time. Rows that references join are in one block, so most laws need no more; a
-- law that compares other rows is marked [cross-partition], and one over counts of joined rows begins WITH tally AS, whose
-- rows are added up. id_of(text) is the id that a label names.

-- name: contacts_as_asked — There are num_contacts contacts.
SELECT num_contacts AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM contacts)
WHERE found <> num_contacts;

-- name: email_belongs_to_one [cross-partition] — No two contacts share an e-mail address.
SELECT email, count(*) AS contacts
FROM contacts
GROUP BY email
HAVING count(*) > 1;

-- name: contact_is_fictitious — E-mails are under .example, phones in the 555-01xx range kept for fiction.
SELECT contact_id, email, phone
FROM contacts
WHERE email NOT LIKE '%_@%_.example' OR phone NOT SIMILAR TO '\+1[2-9][0-9]{2}55501[0-9]{2}';

-- name: contacts_within_window — Contacts enter the CRM from the first day to as_of.
SELECT contact_id, created_at
FROM contacts CROSS JOIN scenario
WHERE CAST(created_at AS DATE) NOT BETWEEN first_day AND as_of;

-- name: products_as_asked — There are num_products products.
SELECT num_products AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM products)
WHERE found <> num_products;

-- name: deals_as_asked [cross-partition] — One deal is won for each transaction; lost and open ones are quotas of
-- that, but in a history that grows those are open that have not ended yet.
WITH fates AS (
    SELECT
        CASE WHEN stage IN ('closed_won', 'closed_lost') THEN stage ELSE 'open' END AS fate,
        count(*) AS found
    FROM deals
    GROUP BY fate
),
asked AS (
    SELECT 'closed_won' AS fate, num_transactions * 1.0 AS deals FROM scenario
    UNION ALL
    SELECT 'closed_lost', num_transactions * lost_deals_per_order FROM scenario
    UNION ALL
    SELECT 'open', num_transactions * open_deals_per_order FROM scenario WHERE history.start IS NULL
)
SELECT fate, deals AS asked, coalesce(found, 0) AS found
FROM asked LEFT JOIN fates USING (fate) CROSS JOIN scenario
WHERE abs(coalesce(found, 0) - deals) > CASE WHEN history.start IS NULL THEN 0.501 ELSE 1 END;

-- name: deals_within_window — Deals are opened and closed from the first day to as_of.
SELECT deal_id, created_at, closed_on
FROM deals CROSS JOIN scenario
WHERE
    CAST(created_at AS DATE) < first_day
    OR greatest(CAST(created_at AS DATE), closed_on) > as_of;

-- name: contact_before_deal — A contact is in the CRM by the day its deal is opened.
SELECT deal_id, contact_id, contacts.created_at AS contact_created_at, deals.created_at
FROM deals JOIN contacts USING (contact_id)
WHERE CAST(contacts.created_at AS DATE) > CAST(deals.created_at AS DATE);

-- name: deal_opens_before_it_closes — No deal is won or lost before the day it was opened.
SELECT deal_id, created_at, closed_on
FROM deals
WHERE closed_on < CAST(created_at AS DATE);

-- name: won_deal_has_one_opportunity — Every won deal has exactly one opportunity, and no other deal has one.
SELECT deal_id, stage, coalesce(found, 0) AS opportunities
FROM deals LEFT JOIN (SELECT deal_id, count(*) AS found FROM opportunities GROUP BY deal_id) USING (deal_id)
WHERE coalesce(found, 0) <> CASE WHEN stage = 'closed_won' THEN 1 ELSE 0 END;

-- name: deal_value_is_list_gross — A deal's value is quantity x unit price: 30 x $50.00 is $1,500.00.
SELECT opportunity_id, deal_id, quantity, unit_price_cents, value_cents
FROM opportunities JOIN deals USING (deal_id)
WHERE value_cents <> quantity * unit_price_cents;

-- name: unit_price_is_contract_price — The unit price before discount is the list price, or a customer's contract price
-- of 95 to 99 % of it, rounded half up to the cent: $45.00 is $43.65 at 97 %.
SELECT opportunity_id, product_id, unit_price_cents, list_price_cents
FROM opportunities JOIN products USING (product_id)
WHERE unit_price_cents NOT IN (
    list_price_cents,
    (list_price_cents * 990 + 500) // 1000,
    (list_price_cents * 980 + 500) // 1000,
    (list_price_cents * 970 + 500) // 1000,
    (list_price_cents * 960 + 500) // 1000,
    (list_price_cents * 950 + 500) // 1000
);

-- name: contract_price_is_the_customers [cross-partition] — A customer pays the same price for a product on every order.
SELECT contact_id, product_id, min(unit_price_cents) AS lowest_cents, max(unit_price_cents) AS highest_cents
FROM opportunities JOIN deals USING (deal_id)
GROUP BY contact_id, product_id
HAVING min(unit_price_cents) <> max(unit_price_cents);

-- name: orders_as_asked [cross-partition] — There are num_transactions orders.
SELECT num_transactions AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM orders)
WHERE found <> num_transactions;

-- name: processing_orders_as_asked [cross-partition] — Orders still in processing are as many as the rate of that
-- decoy asks, or in a history that grows at most two weeks old.
SELECT num_transactions * decoy_rates.processing_order AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM orders WHERE status = 'processing')
WHERE history.start IS NULL AND abs(found - num_transactions * decoy_rates.processing_order) > 0.501
UNION ALL
SELECT 0, count(*) FROM orders CROSS JOIN scenario
WHERE history.start IS NOT NULL AND status = 'processing' AND order_date < as_of - 14
HAVING count(*) > 0;

-- name: orders_within_window — Orders are placed from the first day to as_of.
SELECT order_id, order_date
FROM orders CROSS JOIN scenario
WHERE order_date NOT BETWEEN first_day AND as_of;

-- name: opportunity_has_one_order — Every opportunity has exactly one order.
SELECT opportunity_id, coalesce(found, 0) AS orders
FROM opportunities
LEFT JOIN (
    SELECT opportunity_id, count(*) AS found FROM orders GROUP BY opportunity_id
) USING (opportunity_id)
WHERE coalesce(found, 0) <> 1;

-- name: order_total_is_net — discount_applied is the gross x discount_pct, rounded down to the cent, and the total
-- is the rest of the gross: $1,500.00 at 15 % is $225.00 and $1,275.00. So the money never shows a deeper discount
-- than discount_pct.
SELECT order_id, quantity, unit_price_cents, discount_pct, total_amount_cents, discount_applied_cents
FROM orders JOIN opportunities USING (opportunity_id)
WHERE
    discount_applied_cents <> quantity * unit_price_cents * CAST(round(discount_pct * 100) AS BIGINT) // 10000
    OR total_amount_cents <> quantity * unit_price_cents - discount_applied_cents;

-- name: order_has_the_deals_contact — Who orders is who the deal was made with.
SELECT order_id, orders.contact_id, deals.contact_id AS deal_contact_id
FROM orders JOIN opportunities USING (opportunity_id) JOIN deals USING (deal_id)
WHERE orders.contact_id <> deals.contact_id;

-- name: deal_before_order — An order is placed no earlier than its deal was opened and won.
SELECT order_id, deal_id, created_at, closed_on, order_date
FROM orders JOIN opportunities USING (opportunity_id) JOIN deals USING (deal_id)
WHERE order_date < CAST(created_at AS DATE) OR order_date < closed_on;

-- name: invoices_within_window — Invoices are issued within the window; only due dates may lie after as_of.
SELECT invoice_id, issue_date
FROM invoices CROSS JOIN scenario
WHERE issue_date NOT BETWEEN first_day AND as_of;

-- name: order_before_invoice — No invoice is issued before its order.
SELECT invoice_id, order_id, order_date, issue_date
FROM invoices JOIN orders USING (order_id)
WHERE issue_date < order_date;

-- name: terms_are_net_30 — An invoice is due 30 days after issue, or by as_of where due dates are clipped.
SELECT invoice_id, issue_date, due_date
FROM invoices CROSS JOIN scenario
WHERE due_date <> CASE WHEN clip_due_dates THEN least(issue_date + 30, as_of) ELSE issue_date + 30 END;

-- name: nothing_unpaid_at_61_to_90_days — What is unpaid is at most 60 days old, or beyond any doubt stale; where a
-- history grows, what goes stale has to pass through those days.
SELECT invoice_id, issue_date, as_of - issue_date AS age_days
FROM invoices CROSS JOIN scenario
WHERE status = 'unpaid' AND as_of - issue_date BETWEEN 61 AND 90 AND history.start IS NULL;

-- name: instalments_end_by_60_days — An invoice of which a part is paid is less than 60 days old, and there are
-- such invoices only where one may have several payments.
SELECT invoice_id, issue_date, as_of - issue_date AS age_days
FROM invoices CROSS JOIN scenario
WHERE status = 'partial' AND (as_of - issue_date >= 60 OR payments_per_invoice = 1);

-- name: processing_order_has_no_invoice — An order still in processing is not invoiced yet.
SELECT invoice_id, order_id
FROM invoices JOIN orders USING (order_id)
WHERE orders.status = 'processing';

-- name: order_is_paid_with_its_first_invoice — The CRM marks an order that was invoiced paid exactly when the books
-- mark its first invoice paid.
SELECT order_id, orders.status, first_invoice_status
FROM orders
JOIN (
    SELECT order_id, arg_min(status, issue_date) AS first_invoice_status FROM invoices GROUP BY order_id
) USING (order_id)
WHERE (orders.status = 'paid') <> (first_invoice_status = 'paid');

-- name: second_invoice_repeats_the_first — An order has at most two invoices: issued 1 to 7 days apart, for
-- the same amount, or in disguise for 30 to 70 % of it.
SELECT
    order_id,
    count(*) AS invoices,
    max(issue_date) - min(issue_date) AS days_apart,
    min(amount_due_cents) AS least_due_cents,
    max(amount_due_cents) AS most_due_cents,
    any_value(disguised) AS disguised
FROM invoices CROSS JOIN scenario
GROUP BY order_id
HAVING
    count(*) > 1
    AND (
        count(*) > 2
        OR days_apart NOT BETWEEN 1 AND 7
        OR CASE
            WHEN any_value(disguised) THEN least_due_cents / most_due_cents NOT BETWEEN 0.299 AND 0.701
            ELSE least_due_cents <> most_due_cents
        END
    );

-- name: difference_is_freight_or_drift — A first invoice is off its order by at most 0.9 %, or by at least 1.01 %
-- and at most 15 % (half a cent for rounding): nothing lies at the edge of the 1 % that makes a drift.
SELECT invoice_id, order_id, total_amount_cents, amount_due_cents
FROM (
    SELECT *, abs(amount_due_cents - total_amount_cents) AS off_cents
    FROM invoices JOIN orders USING (order_id)
    WHERE NOT EXISTS (
        FROM invoices AS other
        WHERE
            other.order_id = invoices.order_id
            AND (other.issue_date, other.invoice_id) < (invoices.issue_date, invoices.invoice_id)
    )
)
WHERE
    (off_cents * 1000 > total_amount_cents * 9 AND off_cents * 10000 < total_amount_cents * 101)
    OR off_cents * 100 > total_amount_cents * 15 + 50;

-- name: payments_within_window — Cash is received from the first day to as_of.
SELECT payment_id, payment_date
FROM payments CROSS JOIN scenario
WHERE payment_date NOT BETWEEN first_day AND as_of;

-- name: payment_on_a_weekday — Banks settle from Monday to Friday.
SELECT payment_id, payment_date, dayname(payment_date) AS weekday
FROM payments
WHERE isodow(payment_date) > 5;

-- name: payment_within_60_days_of_issue — Cash comes from the day of issue to 60 days later, never before.
SELECT payment_id, invoice_id, issue_date, payment_date
FROM payments JOIN invoices USING (invoice_id)
WHERE payment_date - issue_date NOT BETWEEN 0 AND 60;

-- name: method_suits_the_amount — Cards are used below $5,000 and wires above $10,000.
SELECT payment_id, payment_method, amount_cents
FROM payments
WHERE (payment_method = 'credit_card' AND amount_cents >= 500000) OR (payment_method = 'wire' AND amount_cents <= 1000000);

-- name: invoice_has_no_more_payments_than_asked — An invoice has at most payments_per_invoice payments: nobody pays one in
-- two parts by default.
SELECT invoice_id, payments, payments_per_invoice
FROM (SELECT invoice_id, count(*) AS payments FROM payments GROUP BY invoice_id) CROSS JOIN scenario
WHERE payments > payments_per_invoice;

-- name: instalments_come_one_by_one — The payments of an invoice come on different days.
SELECT invoice_id, payment_date, count(*) AS payments
FROM payments
GROUP BY invoice_id, payment_date
HAVING count(*) > 1;

-- name: payments_have_receipts — Every payment has a receipt where an invoice may have several payments, and none
-- has one where each is a bank payment of its own.
SELECT payment_id, receipt_id
FROM payments CROSS JOIN scenario
WHERE (receipt_id IS NULL) <> (payments_per_invoice = 1);

-- name: receipt_is_one_bank_payment [cross-partition] — What has one receipt came from one customer on one day by one
-- method, for different invoices.
SELECT
    receipt_id,
    count(*) AS payments,
    count(DISTINCT invoice_id) AS invoices,
    count(DISTINCT contact_id) AS customers,
    count(DISTINCT payment_date) AS days,
    count(DISTINCT payment_method) AS methods
FROM
    (FROM payments SEMI JOIN (SELECT receipt_id FROM payments GROUP BY receipt_id HAVING count(*) > 1) USING (receipt_id))
    JOIN invoices USING (invoice_id)
    JOIN orders USING (order_id)
GROUP BY receipt_id
HAVING (customers, days, methods, invoices) <> (1, 1, 1, payments);

-- name: amount_paid_is_cash_received — An invoice's amount_paid is the sum of its payments, and it is marked
-- unpaid exactly when there are none, partial only while they add up to less than is due. What is marked paid
-- and short is a payment mismatch, which its rule finds.
SELECT invoice_id, status, amount_paid_cents, received_cents
FROM invoices
LEFT JOIN (
    SELECT invoice_id, sum(amount_cents) AS received_cents FROM payments GROUP BY invoice_id
) USING (invoice_id)
WHERE
    amount_paid_cents <> coalesce(received_cents, 0)
    OR (status = 'unpaid') <> (received_cents IS NULL)
    OR (status = 'partial' AND received_cents >= amount_due_cents);

-- name: ledger_within_window — Postings are dated from the first day to as_of.
SELECT entry_id, posted_date
FROM ledger_entries CROSS JOIN scenario
WHERE posted_date NOT BETWEEN first_day AND as_of;

-- name: debits_equal_credits — The legs of every invoice balance, whatever was paid on it.
SELECT invoice_id, sum(debit_cents) AS debit_cents, sum(credit_cents) AS credit_cents
FROM ledger_entries
GROUP BY invoice_id
HAVING sum(debit_cents) <> sum(credit_cents);

-- name: trial_balance — Debits equal credits in total.
SELECT sum(debit_cents) AS debit_cents, sum(credit_cents) AS credit_cents
FROM ledger_entries
HAVING sum(debit_cents) <> sum(credit_cents);

-- name: leg_stands_on_its_side — Revenue is only ever credited and cash only debited.
SELECT entry_id, account, debit_cents, credit_cents
FROM ledger_entries
WHERE (account = 'Revenue' AND debit_cents <> 0) OR (account = 'Cash' AND credit_cents <> 0);

-- name: invoice_is_posted — Each invoice is posted once: receivable debited and revenue credited by its
-- amount due, on its issue date.
SELECT invoice_id, amount_due_cents, issue_date, legs, debit_cents, credit_cents, first_posted, last_posted
FROM invoices
LEFT JOIN (
    SELECT
        invoice_id,
        count(*) AS legs,
        sum(debit_cents) AS debit_cents,
        sum(credit_cents) AS credit_cents,
        min(posted_date) AS first_posted,
        max(posted_date) AS last_posted
    FROM ledger_entries
    WHERE account = 'Revenue' OR (account = 'Accounts Receivable' AND debit_cents > 0)
    GROUP BY invoice_id
) USING (invoice_id)
WHERE
    (legs, debit_cents, credit_cents, first_posted, last_posted)
    IS DISTINCT FROM (2, amount_due_cents, amount_due_cents, issue_date, issue_date);

-- name: payment_is_posted — Each payment is posted once: cash debited and receivable credited by its
-- amount, on its day; on a day on which nothing was paid, nothing is posted.
SELECT invoice_id, payment_id, amount_cents, payment_date, legs, debit_cents, credit_cents
FROM payments
FULL JOIN (
    SELECT
        invoice_id,
        posted_date AS payment_date,
        count(*) AS legs,
        sum(debit_cents) AS debit_cents,
        sum(credit_cents) AS credit_cents
    FROM ledger_entries
    WHERE account = 'Cash' OR (account = 'Accounts Receivable' AND credit_cents > 0)
    GROUP BY ALL
) USING (invoice_id, payment_date)
WHERE (legs, debit_cents, credit_cents) IS DISTINCT FROM (2, amount_cents, amount_cents);

-- name: receivable_is_open_invoices — At every month end, and at as_of, accounts receivable by the ledger is
-- what was invoiced less what was paid by then, to the cent.
WITH movements AS (
    SELECT
        date_trunc('month', posted_date) AS month,
        sum(debit_cents - credit_cents) AS ledger_cents,
        0 AS open_cents
    FROM ledger_entries
    WHERE account = 'Accounts Receivable'
    GROUP BY ALL
    UNION ALL
    SELECT date_trunc('month', issue_date), 0, sum(amount_due_cents) FROM invoices GROUP BY ALL
    UNION ALL
    SELECT date_trunc('month', payment_date), 0, -sum(amount_cents) FROM payments GROUP BY ALL
),
balances AS (
    SELECT
        last_day(month) AS month_end,
        sum(sum(ledger_cents)) OVER by_month AS ledger_cents,
        sum(sum(open_cents)) OVER by_month AS open_cents
    FROM movements
    GROUP BY month
    WINDOW by_month AS (ORDER BY month)
)
SELECT month_end, ledger_cents, open_cents
FROM balances
WHERE ledger_cents <> open_cents
ORDER BY month_end;

-- name: order_has_at_most_one_label [cross-partition] — A transaction carries one fault at most, and its label has its number.
SELECT anomaly_id, type, entity_id, related_entity_id
FROM anomaly_manifest
WHERE
    right(anomaly_id, 9)
    <> right(CASE WHEN type = 'missing_invoice' THEN entity_id ELSE related_entity_id END, 9);

-- name: label_points_at_its_entity — A label points at a row that exists, of the kind that it names, and at
-- the row this one disagrees with.
SELECT anomaly_id, type, affected_entity, entity_id, related_entity_id
FROM (
    FROM anomaly_manifest ANTI JOIN orders ON id_of(entity_id) = order_id AND id_of(related_entity_id) = opportunity_id
    WHERE type = 'missing_invoice'
    UNION ALL
    FROM anomaly_manifest ANTI JOIN orders ON id_of(entity_id) = opportunity_id AND id_of(related_entity_id) = order_id
    WHERE type = 'unauthorized_discount'
    UNION ALL
    FROM anomaly_manifest ANTI JOIN invoices ON id_of(entity_id) = invoice_id AND id_of(related_entity_id) = order_id
    WHERE type NOT IN ('missing_invoice', 'unauthorized_discount')
    UNION ALL
    FROM anomaly_manifest
    WHERE
        affected_entity <> CASE type
            WHEN 'missing_invoice' THEN 'order'
            WHEN 'unauthorized_discount' THEN 'opportunity'
            ELSE 'invoice'
        END
);

-- name: drift_pct_is_relative — drift_pct = (actual - expected) / expected x 100 with two decimals, halves
-- away from zero, for pricing drift alone: $1,500.00 billed as $1,620.00 is 8.00.
SELECT anomaly_id, type, expected_value, actual_value, drift_pct
FROM (
    SELECT
        *,
        CAST(round(expected_value * 100) AS BIGINT) AS cents,
        CAST(round(actual_value * 100) AS BIGINT) - cents AS off_cents
    FROM anomaly_manifest
)
WHERE
    CAST(round(drift_pct * 100) AS BIGINT) IS DISTINCT FROM CASE
        WHEN type = 'pricing_drift' THEN sign(off_cents) * ((20000 * abs(off_cents) + cents) // (2 * cents))
    END;

-- name: label_dates_from_noon_of_as_of — Faults were put in on as_of at 12:00 UTC, or in a history that grows on the
-- day on which they showed.
SELECT anomaly_id, injected_at, as_of
FROM anomaly_manifest CROSS JOIN scenario
WHERE
    CAST(injected_at AS TIME) <> TIME '12:00:00'
    OR CAST(injected_at AS DATE) NOT BETWEEN CASE WHEN history.start IS NULL THEN as_of ELSE first_day END AND as_of;

-- name: amount_at_risk_is_the_difference — What a label puts at risk is expected less actual, either way; for
-- a discount the part of the gross above 15 %, rounded half up.
SELECT anomaly_id, type, expected_value, actual_value, amount_at_risk_cents
FROM anomaly_manifest LEFT JOIN opportunities ON id_of(entity_id) = opportunity_id
WHERE
    amount_at_risk_cents <> CASE
        WHEN type = 'unauthorized_discount'
            THEN (
                quantity * unit_price_cents * CAST(round((discount_pct - 15) * 100) AS BIGINT) + 5000
            ) // 10000
        ELSE CAST(round(abs(actual_value - expected_value) * 100) AS BIGINT)
    END;
