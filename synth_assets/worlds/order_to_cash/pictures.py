"""Pictures of the tables of order_to_cash."""

from __future__ import annotations

from synth_assets.model.pictures import AMOUNT_AT_RISK, Plot, log_amounts

PLOTS = (
    Plot(
        "contacts",
        "New contacts a month",
        "select date_trunc('month', created_at)::date, count(*) from contacts group by 1 order by 1",
        "line",
    ),
    Plot(
        "products",
        "List prices, USD on a log axis",
        log_amounts("list_price_cents", "products"),
        "log_columns",
    ),
    Plot(
        "deals",
        "Deals by stage",
        """select replace(stage, '_', ' '), count(*) from deals group by 1
        order by any_value(case when stage like 'closed%' then 1 else 0 end), 2 desc""",
        "bars",
    ),
    Plot(
        "opportunities",
        "Discounts, lines at each percentage (without 0 %)",
        "select discount_pct, count(*) from opportunities where discount_pct > 0 group by 1 order by 1",
        "columns",
    ),
    Plot(
        "orders",
        "Orders a week",
        "select date_trunc('week', order_date)::date, count(*) from orders group by 1 order by 1",
        "line",
    ),
    Plot(
        "invoices",
        "Amounts due, USD on a log axis",
        log_amounts("amount_due_cents", "invoices"),
        "log_columns",
    ),
    Plot(
        "invoices",
        "Open by days past due, thousand USD",
        """select case when as_of <= due_date then 'not due' when as_of - due_date > 90 then 'over 90'
            else printf('%d to %d', (as_of - due_date - 1) // 30 * 30 + 1, (as_of - due_date + 29) // 30 * 30)
            end, sum(amount_due_cents - amount_paid_cents) / 1e5
        from invoices, (select max(issue_date) as as_of from invoices)
        where amount_due_cents > amount_paid_cents group by 1 order by min(as_of - due_date)""",
        "bars",
    ),
    Plot(
        "invoices",
        "First digits, % (Benford: 30, 18, 12 … 5)",
        """select substr(amount_due_cents::varchar, 1, 1)::int, 100 * count(*) / sum(count(*)) over ()
        from invoices where amount_due_cents > 0 group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "payments",
        "Days from issue to payment",
        """select payment_date - issue_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "ledger_entries",
        "Accounts receivable at month ends, thousand USD",
        """select last_day(month)::date, sum(sum(debit_cents - credit_cents)) over (order by month) / 1e5
        from (select *, date_trunc('month', posted_date) as month from ledger_entries)
        where account = 'Accounts Receivable' group by month order by month""",
        "line",
    ),
    AMOUNT_AT_RISK,
)
