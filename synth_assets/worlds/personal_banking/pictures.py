"""Pictures of the tables of personal_banking."""

from __future__ import annotations

from synth_assets.model.pictures import AMOUNT_AT_RISK, Plot

PLOTS = (
    Plot(
        "users",
        "Sign-ups a month",
        "select date_trunc('month', created_at)::date, count(*) from users group by 1 order by 1",
        "line",
    ),
    Plot(
        "accounts",
        "Accounts by type",
        "select replace(account_type, '_', ' '), count(*) from accounts group by 1 order by 2 desc",
        "bars",
    ),
    Plot(
        "transactions",
        "Money out by category, thousand USD",
        """select replace(lower(category_primary), '_', ' '), sum(amount_cents) / 1e5 from transactions
        where amount_cents > 0 group by 1 order by 2 desc""",
        "bars",
    ),
    Plot(
        "transactions",
        "Balance of the first user's checking account at the end of each day, USD",
        """select date, (
            (select balance_current_cents from accounts where account_id = owned.account_id)
            - sum(sum(-amount_cents)) over (order by date desc) + sum(-amount_cents)
        ) / 100
        from transactions
        join (
            select min(account_id) as account_id from accounts
            where account_type = 'checking' and user_id = (select min(user_id) from users)
        ) as owned using (account_id)
        where not pending
        group by date, owned.account_id order by date""",
        "line",
    ),
    Plot(
        "liabilities",
        "Cards by interest a year, whole per cents",
        "select floor(apr_percentage)::int, count(*) from liabilities group by 1 order by 1",
        "columns",
    ),
    Plot(
        "signals_subscriptions",
        "Users by recurring merchants, last 90 days",
        """select recurring_merchants, count(*) from signals_subscriptions where window_days = 180
        group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "signals_savings",
        "Users by savings inflow a month in 180 days, hundreds of USD",
        """select floor(net_inflow_monthly_cents / 1e4)::int, count(*) from signals_savings
        where window_days = 180 group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "signals_credit",
        "Users by utilisation of their card, per cent (without 0 %)",
        """select floor(utilization_pct)::int, count(*) from signals_credit
        where window_days = 180 and utilization_pct > 0 group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "signals_income",
        "Users by median days between paychecks, last 180 days",
        """select round(median_pay_gap_days)::int, count(*) from signals_income
        where window_days = 180 and median_pay_gap_days is not null group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "signals_cash_flow",
        "Users by days below $100 of the last 180",
        """select low_balance_days, count(*) from signals_cash_flow where window_days = 180
        group by 1 order by 1""",
        "columns",
    ),
    Plot(
        "persona_assignments",
        "Users by primary persona, last 180 days",
        """select replace(primary_persona, '_', ' '), count(*) from persona_assignments
        where window_days = 180 group by 1 order by 2 desc""",
        "bars",
    ),
    AMOUNT_AT_RISK,
)
