-- The source tables that Fivetran's connector for QuickBooks fills, with the columns that have a value here; its
-- dbt packages fill in those that are missing. As invoices and payments post by themselves there, the tables of
-- journal entries are empty.

-- name: account — The three accounts of the ledger.
WITH balances AS (
    SELECT account, sum(debit - credit) AS balance FROM ledger_entries GROUP BY account
)
SELECT
    id, name, name AS fully_qualified_name, account_number, classification, account_type, account_sub_type,
    true AS active, false AS sub_account, CAST(NULL AS VARCHAR) AS parent_account_id, 'USD' AS currency_id,
    CAST(coalesce(CASE classification WHEN 'Revenue' THEN -balance ELSE balance END, 0) AS DOUBLE) AS balance,
    CAST(coalesce(CASE classification WHEN 'Revenue' THEN -balance ELSE balance END, 0) AS DOUBLE)
        AS balance_with_sub_accounts,
    '0' AS sync_token, false AS _fivetran_deleted, CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM (VALUES
    ('1', 'Accounts Receivable', '1200', 'Asset', 'Accounts Receivable', 'AccountsReceivable'),
    ('2', 'Revenue', '4000', 'Revenue', 'Income', 'SalesOfProductIncome'),
    ('3', 'Cash', '1000', 'Asset', 'Bank', 'Checking')
) AS chart (id, name, account_number, classification, account_type, account_sub_type)
CROSS JOIN scenario
LEFT JOIN balances ON account = name
ORDER BY id;

-- name: customer — Every contact.
SELECT
    CAST(number_of(contact_id) AS VARCHAR) AS id,
    CASE WHEN count(*) OVER (PARTITION BY company) > 1
        THEN company || ' (' || number_of(contact_id) || ')' ELSE company END AS display_name,
    company AS company_name, split_part(name, ' ', 1) AS given_name,
    substr(name, length(split_part(name, ' ', 1)) + 2) AS family_name, email, phone AS phone_number,
    true AS active, 'USD' AS currency_id, created_at, created_at AS updated_at, '0' AS sync_token,
    false AS _fivetran_deleted, CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM contacts CROSS JOIN scenario
ORDER BY contact_id;

-- name: item — Every product.
SELECT
    CAST(number_of(product_id) AS VARCHAR) AS id, name, name AS fully_qualified_name, sku AS stock_keeping_unit,
    category AS description, 'NonInventory' AS type, true AS active, false AS taxable,
    false AS track_quantity_on_hand, '2' AS income_account_id, CAST(list_price AS DOUBLE) AS unit_price,
    CAST(unit_cost AS DOUBLE) AS purchase_cost, '0' AS sync_token, false AS _fivetran_deleted,
    CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM products CROSS JOIN scenario
ORDER BY product_id;

-- name: invoice — Every invoice; its balance is what is not received yet.
SELECT
    CAST(number_of(invoice_id) AS VARCHAR) AS id, invoice_id AS doc_number,
    CAST(number_of(contact_id) AS VARCHAR) AS customer_id, issue_date AS transaction_date, due_date,
    CAST(amount_due AS DOUBLE) AS total_amount, CAST(amount_due AS DOUBLE) AS home_total_amount,
    CAST(amount_due - coalesce(received, 0) AS DOUBLE) AS balance,
    CAST(amount_due - coalesce(received, 0) AS DOUBLE) AS home_balance,
    CAST(0 AS DOUBLE) AS total_tax, CAST(1 AS DOUBLE) AS exchange_rate, 'USD' AS currency_id,
    CAST(issue_date AS TIMESTAMP) AS created_at, CAST(issue_date AS TIMESTAMP) AS updated_at, '0' AS sync_token,
    false AS _fivetran_deleted, CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM invoices
JOIN orders USING (order_id)
CROSS JOIN scenario
LEFT JOIN (SELECT invoice_id, sum(amount) AS received FROM payments GROUP BY ALL) USING (invoice_id)
ORDER BY invoice_id;

-- name: invoice_line — The line of each invoice, and its discount.
SELECT * FROM (
    SELECT
        CAST(number_of(invoice_id) AS VARCHAR) AS invoice_id, '0' AS index, 'SalesItemLineDetail' AS detail_type,
        CAST(amount_due + discount_applied AS DOUBLE) AS amount,
        CAST(number_of(product_id) AS VARCHAR) AS sales_item_item_id, '2' AS sales_item_account_id,
        CAST(quantity AS DOUBLE) AS sales_item_quantity,
        round(CAST(amount_due + discount_applied AS DOUBLE) / quantity, 7) AS sales_item_unit_price,
        CAST(NULL AS VARCHAR) AS discount_account_id, CAST(NULL AS BOOLEAN) AS discount_percent_based,
        CAST(as_of AS TIMESTAMP) AS _fivetran_synced
    FROM invoices JOIN orders USING (order_id) JOIN opportunities USING (opportunity_id) CROSS JOIN scenario
    UNION ALL
    SELECT
        CAST(number_of(invoice_id) AS VARCHAR), '1', 'DiscountLineDetail', CAST(discount_applied AS DOUBLE),
        NULL, NULL, NULL, NULL, '2', false, CAST(as_of AS TIMESTAMP)
    FROM invoices JOIN orders USING (order_id) CROSS JOIN scenario
    WHERE discount_applied > 0
)
ORDER BY CAST(invoice_id AS BIGINT), index;

-- name: invoice_linked_txn — The payments of each invoice.
SELECT
    CAST(number_of(invoice_id) AS VARCHAR) AS invoice_id,
    CAST(row_number() OVER (PARTITION BY invoice_id ORDER BY receipt) - 1 AS VARCHAR) AS index,
    CAST(receipt AS VARCHAR) AS payment_id, CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM (
    SELECT *, min(number_of(payment_id)) OVER (PARTITION BY coalesce(receipt_id, payment_id)) AS receipt
    FROM payments
) AS received
CROSS JOIN scenario
ORDER BY received.invoice_id, receipt;

-- name: payment — Every receipt at the bank.
SELECT
    CAST(min(number_of(payment_id)) AS VARCHAR) AS id, coalesce(receipt_id, payment_id) AS reference_number,
    CAST(number_of(min(contact_id)) AS VARCHAR) AS customer_id, min(payment_date) AS transaction_date,
    CAST(sum(amount) AS DOUBLE) AS total_amount, CAST(0 AS DOUBLE) AS unapplied_amount,
    '3' AS deposit_to_account_id, '1' AS receivable_account_id, CAST(1 AS DOUBLE) AS exchange_rate,
    'USD' AS currency_id, CAST(min(payment_date) AS TIMESTAMP) AS created_at,
    CAST(min(payment_date) AS TIMESTAMP) AS updated_at, '0' AS sync_token, false AS _fivetran_deleted,
    CAST(min(as_of) AS TIMESTAMP) AS _fivetran_synced
FROM payments
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
CROSS JOIN scenario
GROUP BY coalesce(receipt_id, payment_id)
ORDER BY min(payment_id);

-- name: payment_line — The invoices of each receipt.
SELECT
    CAST(receipt AS VARCHAR) AS payment_id,
    CAST(row_number() OVER (PARTITION BY receipt ORDER BY payment_id) - 1 AS VARCHAR) AS index,
    CAST(number_of(invoice_id) AS VARCHAR) AS invoice_id, CAST(amount AS DOUBLE) AS amount,
    CAST(as_of AS TIMESTAMP) AS _fivetran_synced
FROM (
    SELECT *, min(number_of(payment_id)) OVER (PARTITION BY coalesce(receipt_id, payment_id)) AS receipt
    FROM payments
) AS received
CROSS JOIN scenario
ORDER BY receipt, received.payment_id;

-- name: journal_entry — None.
SELECT
    CAST(NULL AS VARCHAR) AS id, CAST(NULL AS VARCHAR) AS doc_number, CAST(NULL AS DATE) AS transaction_date,
    CAST(NULL AS DOUBLE) AS total_amount, CAST(NULL AS VARCHAR) AS private_note,
    CAST(NULL AS BOOLEAN) AS _fivetran_deleted
FROM scenario WHERE false;

-- name: journal_entry_line — None.
SELECT
    CAST(NULL AS VARCHAR) AS journal_entry_id, CAST(NULL AS VARCHAR) AS index, CAST(NULL AS VARCHAR) AS account_id,
    CAST(NULL AS DOUBLE) AS amount, CAST(NULL AS VARCHAR) AS posting_type, CAST(NULL AS VARCHAR) AS customer_id
FROM scenario WHERE false;
