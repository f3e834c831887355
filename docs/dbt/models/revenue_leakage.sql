-- One row for each order whose money does not arrive as it should, found from the books alone: orders without an
-- invoice, bills that are not the order's total, second bills, and payments that are short.
with invoices as (
    select *, row_number() over (partition by order_id order by issue_date, invoice_id) as turn
    from {{ source('order_to_cash', 'invoices') }}
),

received as (
    select invoice_id, sum(amount_cents) as received_cents
    from {{ source('order_to_cash', 'payments') }}
    group by invoice_id
)

select order_id as entity_id, 'missing_invoice' as type, total_amount_cents as at_risk_cents
from {{ source('order_to_cash', 'orders') }} as orders
anti join invoices using (order_id)
where status <> 'processing'

union all
select invoice_id, 'pricing_drift', abs(amount_due_cents - total_amount_cents)
from invoices
join {{ source('order_to_cash', 'orders') }} as orders using (order_id)
where abs(amount_due_cents - total_amount_cents) > 0.01 * total_amount_cents

union all
select invoice_id, 'duplicate_invoice', amount_due_cents from invoices where turn > 1

union all
select invoice_id, 'payment_mismatch', amount_due_cents - received_cents
from invoices
join received using (invoice_id)
where status = 'paid' and received_cents < amount_due_cents
