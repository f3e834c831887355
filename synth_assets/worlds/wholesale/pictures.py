"""Pictures of the books: ten that a person looks at."""

from __future__ import annotations

from synth_assets.model.pictures import Plot

PLOTS = (
    Plot(
        "orders",
        "Sales a month, thousand USD",
        """select date_trunc('month', created_at)::date, sum(total_cents) / 1e5 from orders
        where order_type = 'SALE' group by 1 order by 1""",
        "line",
    ),
    Plot(
        "invoices",
        "Receivables by days past due, thousand USD",
        """select case when as_of <= due_date then 'not due' when as_of - due_date > 120 then 'over 120'
            else printf('%d to %d', (as_of - due_date - 1) // 30 * 30 + 1, (as_of - due_date + 29) // 30 * 30)
            end, sum(amount_due_cents) / 1e5
        from invoices, (select max(invoice_date) as as_of from invoices)
        where amount_due_cents > 0 group by 1 order by min(as_of - due_date)""",
        "bars",
    ),
    Plot(
        "sales",
        "Sales by the batch's way of growing, thousand USD",
        """select products.subcategory, sum(quantity_e4 * sale_price_cents) / 1e9 from sales
        join products using (product_id) where category = 'Flower' group by 1 order by 2 desc""",
        "bars",
    ),
    Plot(
        "clients",
        "Clients by what they spent, log of USD",
        """select floor(10 * log10(total_spent_cents / 100)) / 10, count(*) from clients
        where total_spent_cents > 0 group by 1 order by 1""",
        "log_columns",
    ),
    Plot(
        "inventory_movements",
        "Stock at the end of each day, pounds and cases",
        """select created_at::date, sum(sum(quantity_change_e4)) over (order by created_at::date) / 1e4
        from inventory_movements where inventory_movement_type <> 'SAMPLE' group by 1 order by 1""",
        "line",
    ),
    Plot(
        "inventory_movements",
        "Stock of the product that is moved most, at the end of each day",
        """select moves.created_at::date as day, sum(sum(quantity_change_e4)) over (order by day) / 1e4
        from inventory_movements as moves join batches using (batch_id)
        where inventory_movement_type <> 'SAMPLE' and product_id = (
            select mode(product_id) from inventory_movements join batches using (batch_id)
        )
        group by 1 order by 1""",
        "line",
    ),
    Plot(
        "batches",
        "Batches by what they cost a pound or case, hundreds of USD",
        "select floor(unit_cogs_cents / 1e4)::int, count(*) from batches group by 1 order by 1",
        "columns",
    ),
    Plot(
        "bank_transactions",
        "Cash at the end of each day, thousand USD",
        """select transaction_date, sum(sum(case when transaction_type = 'DEPOSIT' then amount_cents
            else -amount_cents end)) over (order by transaction_date) / 1e5
        from bank_transactions group by 1 order by 1""",
        "line",
    ),
    Plot(
        "payments",
        "Receipts by days from the invoice",
        """select payment_date - invoice_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "ledger_entries",
        "Net profit a month, thousand USD",
        """select start_date, sum(credit_cents - debit_cents) / 1e5 from ledger_entries
        join accounts using (account_id) join fiscal_periods using (fiscal_period_id)
        where account_type in ('REVENUE', 'EXPENSE') group by 1 order by 1""",
        "line",
    ),
    Plot(
        "bills",
        "Bills by grower, thousand USD",
        """select name, sum(total_amount_cents) / 1e5 from bills join vendors using (vendor_id)
        group by 1 order by 2 desc""",
        "bars",
    ),
)
