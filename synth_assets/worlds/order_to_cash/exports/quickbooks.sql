-- The books as objects of QuickBooks Online's interface, under the names that its accounting API has.
-- An invoice's line is what is billed before the discount, so that lines add up to TotalAmt also where the bill
-- is not the order's total. QuickBooks posts invoices and payments by itself: JournalEntry holds the same
-- postings, for readers of a ledger; whoever imports takes one or the other.

-- name: Account — The three accounts of the ledger.
WITH balances AS (
    SELECT account, sum(debit - credit) AS balance FROM ledger_entries GROUP BY account
)
SELECT
    Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse, Name, Name AS FullyQualifiedName, true AS Active,
    false AS SubAccount, Classification, AccountType, AccountSubType,
    coalesce(CASE Classification WHEN 'Revenue' THEN -balance ELSE balance END, 0) AS CurrentBalance,
    {'value': 'USD', 'name': 'United States Dollar'} AS CurrencyRef
FROM (VALUES
    ('1', 'Accounts Receivable', 'Asset', 'Accounts Receivable', 'AccountsReceivable'),
    ('2', 'Revenue', 'Revenue', 'Income', 'SalesOfProductIncome'),
    ('3', 'Cash', 'Asset', 'Bank', 'Checking')
) AS chart (Id, Name, Classification, AccountType, AccountSubType)
LEFT JOIN balances ON account = Name
ORDER BY Id;

-- name: Customer — Every contact; who shares a company's name has its number behind it, as names are unique there.
WITH open_cents AS (
    SELECT contact_id, sum(amount_due - coalesce(received, 0)) AS balance
    FROM invoices
    JOIN orders USING (order_id)
    LEFT JOIN (SELECT invoice_id, sum(amount) AS received FROM payments GROUP BY ALL) USING (invoice_id)
    GROUP BY contact_id
)
SELECT
    CAST(number_of(contact_id) AS VARCHAR) AS Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse,
    CASE WHEN count(*) OVER (PARTITION BY company) > 1
        THEN company || ' (' || number_of(contact_id) || ')' ELSE company END AS DisplayName,
    company AS CompanyName,
    split_part(name, ' ', 1) AS GivenName,
    substr(name, length(split_part(name, ' ', 1)) + 2) AS FamilyName,
    {'Address': email} AS PrimaryEmailAddr,
    {'FreeFormNumber': phone} AS PrimaryPhone,
    true AS Active,
    coalesce(balance, 0) AS Balance,
    coalesce(balance, 0) AS BalanceWithJobs,
    {'value': 'USD', 'name': 'United States Dollar'} AS CurrencyRef,
    {'CreateTime': strftime(created_at, '%Y-%m-%dT%H:%M:%SZ'),
     'LastUpdatedTime': strftime(created_at, '%Y-%m-%dT%H:%M:%SZ')} AS MetaData
FROM contacts
LEFT JOIN open_cents USING (contact_id)
ORDER BY contact_id;

-- name: Item — Every product, as something that is sold and not counted.
SELECT
    CAST(number_of(product_id) AS VARCHAR) AS Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse,
    name AS Name, name AS FullyQualifiedName, sku AS Sku, category AS Description, true AS Active,
    'NonInventory' AS Type, false AS Taxable, false AS TrackQtyOnHand,
    list_price AS UnitPrice, unit_cost AS PurchaseCost,
    {'value': '2', 'name': 'Revenue'} AS IncomeAccountRef
FROM products
ORDER BY product_id;

-- name: Invoice — Every invoice, with its line, the discount, and the payments that are linked to it.
WITH received AS (
    SELECT
        invoice_id, sum(amount) AS received,
        list({'TxnId': CAST(receipt AS VARCHAR), 'TxnType': 'Payment'} ORDER BY receipt) AS links
    FROM (
        SELECT *, min(number_of(payment_id)) OVER (PARTITION BY coalesce(receipt_id, payment_id)) AS receipt
        FROM payments
    )
    GROUP BY invoice_id
)
SELECT
    CAST(number_of(invoice_id) AS VARCHAR) AS Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse,
    invoice_id AS DocNumber, issue_date AS TxnDate, due_date AS DueDate,
    {'value': CAST(number_of(orders.contact_id) AS VARCHAR), 'name': company} AS CustomerRef,
    {'Address': email} AS BillEmail,
    {'value': 'USD', 'name': 'United States Dollar'} AS CurrencyRef,
    [
        {'Id': '1', 'LineNum': 1, 'Amount': amount_due + discount_applied, 'DetailType': 'SalesItemLineDetail',
         'SalesItemLineDetail': {
            'ItemRef': {'value': CAST(number_of(product_id) AS VARCHAR), 'name': products.name},
            'Qty': quantity,
            'UnitPrice': CAST((amount_due + discount_applied) / quantity AS DECIMAL(18, 7))},
         'DiscountLineDetail': NULL},
        {'Id': NULL, 'LineNum': NULL, 'Amount': discount_applied, 'DetailType': 'DiscountLineDetail',
         'SalesItemLineDetail': NULL,
         'DiscountLineDetail': {'PercentBased': false, 'DiscountAccountRef': {'value': '2', 'name': 'Revenue'}}}
    ][1 : CASE WHEN discount_applied > 0 THEN 2 ELSE 1 END] AS Line,
    amount_due AS TotalAmt,
    amount_due - coalesce(received, 0) AS Balance,
    coalesce(links, []) AS LinkedTxn,
    {'CreateTime': issue_date || 'T12:00:00Z', 'LastUpdatedTime': issue_date || 'T12:00:00Z'} AS MetaData
FROM invoices
JOIN orders USING (order_id)
JOIN opportunities USING (opportunity_id)
JOIN products USING (product_id)
JOIN contacts ON contacts.contact_id = orders.contact_id
LEFT JOIN received USING (invoice_id)
ORDER BY invoice_id;

-- name: Payment — Every receipt at the bank: one Payment, whatever invoices it is for.
SELECT
    CAST(min(number_of(payment_id)) AS VARCHAR) AS Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse,
    min(payment_date) AS TxnDate,
    coalesce(receipt_id, payment_id) AS PaymentRefNum,
    {'value': CAST(number_of(min(contact_id)) AS VARCHAR), 'name': min(company)} AS CustomerRef,
    {'value': '3', 'name': 'Cash'} AS DepositToAccountRef,
    {'value': '1', 'name': 'Accounts Receivable'} AS ARAccountRef,
    {'value': 'USD', 'name': 'United States Dollar'} AS CurrencyRef,
    sum(amount) AS TotalAmt,
    CAST(0 AS DECIMAL(18, 2)) AS UnappliedAmt,
    list({'Amount': amount, 'LinkedTxn': [{
        'TxnId': CAST(number_of(invoice_id) AS VARCHAR), 'TxnType': 'Invoice'}]} ORDER BY payment_id) AS Line,
    'paid by ' || min(payment_method) AS PrivateNote,
    {'CreateTime': min(payment_date) || 'T12:00:00Z', 'LastUpdatedTime': min(payment_date) || 'T12:00:00Z'}
        AS MetaData
FROM payments
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
JOIN contacts USING (contact_id)
GROUP BY coalesce(receipt_id, payment_id)
ORDER BY min(payment_id);

-- name: JournalEntry — Every posting of the ledger: a debit and a credit.
SELECT
    CAST(number_of(entry_id) // 2 AS VARCHAR) AS Id, '0' AS SyncToken, 'QBO' AS domain, false AS sparse,
    any_value(invoice_id) AS DocNumber, any_value(posted_date) AS TxnDate, false AS Adjustment,
    {'value': 'USD', 'name': 'United States Dollar'} AS CurrencyRef,
    sum(debit) AS TotalAmt,
    list({
        'Id': CAST(number_of(entry_id) % 2 AS VARCHAR), 'Amount': debit + credit,
        'DetailType': 'JournalEntryLineDetail',
        'JournalEntryLineDetail': {
            'PostingType': CASE WHEN debit > 0 THEN 'Debit' ELSE 'Credit' END,
            'AccountRef': {
                'value': CASE account WHEN 'Accounts Receivable' THEN '1' WHEN 'Revenue' THEN '2' ELSE '3' END,
                'name': account},
            'Entity': {'Type': 'Customer', 'EntityRef': {
                'value': CAST(number_of(contact_id) AS VARCHAR), 'name': company}}}
    } ORDER BY entry_id) AS Line
FROM ledger_entries
JOIN invoices USING (invoice_id)
JOIN orders USING (order_id)
JOIN contacts USING (contact_id)
GROUP BY number_of(entry_id) // 2
ORDER BY number_of(entry_id) // 2;

-- name: anomalies — The manifest, with the object and the Id at fault; an order that has no invoice has none.
SELECT
    anomaly_manifest.*,
    CASE affected_entity WHEN 'invoice' THEN 'Invoice' WHEN 'payment' THEN 'Payment' END AS object,
    CASE affected_entity
        WHEN 'invoice' THEN CAST(number_of(entity_id) AS VARCHAR)
        WHEN 'payment' THEN CAST(receipt AS VARCHAR)
    END AS Id
FROM anomaly_manifest
LEFT JOIN (
    SELECT payment_id, min(number_of(payment_id)) OVER (PARTITION BY coalesce(receipt_id, payment_id)) AS receipt
    FROM payments
) ON payment_id = entity_id
ORDER BY anomaly_id;
