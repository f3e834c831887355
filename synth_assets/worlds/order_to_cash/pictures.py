"""Pictures of the tables of order_to_cash."""

from __future__ import annotations

from synth_assets.model.pictures import AMOUNT_AT_RISK, Plot, log_amounts

PLOTS: dict[str, Plot] = {
    "contacts": Plot(
        "New contacts a month",
        "select date_trunc('month', created_at)::date, count(*) from contacts group by 1 order by 1",
        "line",
    ),
    "products": Plot(
        "List prices, USD on a log axis", log_amounts("list_price_cents", "products"), "log_columns"
    ),
    "deals": Plot(
        "Deals by stage",
        """select replace(stage, '_', ' '), count(*) from deals group by 1
        order by any_value(case when stage like 'closed%' then 1 else 0 end), 2 desc""",
        "bars",
    ),
    "opportunities": Plot(
        "Discounts, lines at each percentage (without 0 %)",
        "select discount_pct, count(*) from opportunities where discount_pct > 0 group by 1 order by 1",
        "columns",
    ),
    "orders": Plot(
        "Orders a week",
        "select date_trunc('week', order_date)::date, count(*) from orders group by 1 order by 1",
        "line",
    ),
    "invoices": Plot(
        "Amounts due, USD on a log axis", log_amounts("amount_due_cents", "invoices"), "log_columns"
    ),
    "payments": Plot(
        "Days from issue to payment",
        """select payment_date - issue_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        "columns",
    ),
    "ledger_entries": Plot(
        "Accounts receivable at month ends, thousand USD",
        """select last_day(month)::date, sum(sum(debit_cents - credit_cents)) over (order by month) / 1e5
        from (select *, date_trunc('month', posted_date) as month from ledger_entries)
        where account = 'Accounts Receivable' group by month order by month""",
        "line",
    ),
    "anomaly_manifest": AMOUNT_AT_RISK,
}
"""A picture by the table that it shows."""
