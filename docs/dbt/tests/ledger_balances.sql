-- Debits equal credits; a row here is a failure.
select sum(debit_cents) as debits, sum(credit_cents) as credits
from {{ source('order_to_cash', 'ledger_entries') }}
having sum(debit_cents) <> sum(credit_cents)
