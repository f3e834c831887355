"""Pictures of the tables of subscriptions."""

from __future__ import annotations

from synth_assets.model.pictures import AMOUNT_AT_RISK, Plot

PLOTS = (
    Plot(
        "subscriptions",
        "Cancellations a month",
        """select date_trunc('month', max_end)::date, count(*)
        from (select max(end_date) as max_end from subscriptions group by customer_id
            having count(end_date) = count(*))
        group by 1 order by 1""",
        "line",
    ),
    Plot(
        "invoices",
        "Amount billed a month, thousand USD",
        """select date_trunc('month', invoice_date)::date, sum(amount_cents) / 1e5 from invoices
        group by 1 order by 1""",
        "line",
    ),
    Plot(
        "payments",
        "Days from invoice to payment",
        """select payment_date - invoice_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "invoice_settlement",
        "Invoices by settlement",
        "select replace(settlement, '_', ' '), count(*) from invoice_settlement group by 1 order by 2 desc",
        "bars",
    ),
    AMOUNT_AT_RISK,
)
