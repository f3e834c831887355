"""Pictures of tables where a person would rather look than read, as Markdown with the image inside."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = list[tuple[Any, ...]]
BLUE, GREY = "#2f6690", "#c7ced6"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of a table: DuckDB gives few points whatever the table's size, `draw` puts them on axes.

    Attributes:
        title: what is seen, with its unit.
        query: DuckDB over the tables; one row a point.
        draw: puts the points on the axes.
    """

    title: str
    query: str
    draw: Callable[[Axes, Points], None]


def bars(axes: Axes, points: Points) -> None:
    """(word, count): one bar a word, from the top, with its number."""
    words, counts = zip(*points, strict=True)
    drawn = axes.barh(range(len(words)), counts, color=BLUE)
    axes.set_yticks(range(len(words)), words)
    axes.bar_label(drawn, [f"{count:,.0f}" for count in counts], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)


def line(axes: Axes, points: Points) -> None:
    """(day, number)."""
    days, values = zip(*points, strict=True)
    axes.plot(days, values, color=BLUE, linewidth=1.6)
    axes.fill_between(days, values, color=BLUE, alpha=0.12, linewidth=0)
    axes.set_ylim(bottom=0)


def columns(axes: Axes, points: Points) -> None:
    """(whole number, count): one column a number."""
    at, counts = zip(*points, strict=True)
    axes.bar(at, counts, color=BLUE, width=0.85)


def log_columns(axes: Axes, points: Points) -> None:
    """(log10 of the left edge, count) in steps of a tenth, on a log axis."""
    edges, counts = zip(*points, strict=True)
    left = [10.0**edge for edge in edges]
    axes.bar(left, counts, width=[0.24 * at for at in left], align="edge", color=BLUE)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _amounts(column: str, table: str) -> str:
    return (
        f"select floor(10 * log10({column} / 100)) / 10, count(*) from {table} where {column} > 0 "
        "group by 1 order by 1"
    )


AT_RISK = Plot(
    "Amount at risk by kind, USD",
    """select replace(type, '_', ' ') || ' (' || count(*) || ')', sum(amount_at_risk_cents) / 100
    from anomaly_manifest group by type order by 2 desc""",
    bars,
)

PLOTS: dict[str, Plot] = {
    "order_to_cash/contacts": Plot(
        "New contacts a month",
        "select date_trunc('month', created_at)::date, count(*) from contacts group by 1 order by 1",
        line,
    ),
    "order_to_cash/products": Plot(
        "List prices, USD on a log axis", _amounts("list_price_cents", "products"), log_columns
    ),
    "order_to_cash/deals": Plot(
        "Deals by stage",
        """select replace(stage, '_', ' '), count(*) from deals group by 1
        order by any_value(case when stage like 'closed%' then 1 else 0 end), 2 desc""",
        bars,
    ),
    "order_to_cash/opportunities": Plot(
        "Discounts, lines at each percentage (without 0 %)",
        "select discount_pct, count(*) from opportunities where discount_pct > 0 group by 1 order by 1",
        columns,
    ),
    "order_to_cash/orders": Plot(
        "Orders a week",
        "select date_trunc('week', order_date)::date, count(*) from orders group by 1 order by 1",
        line,
    ),
    "order_to_cash/invoices": Plot(
        "Amounts due, USD on a log axis", _amounts("amount_due_cents", "invoices"), log_columns
    ),
    "order_to_cash/payments": Plot(
        "Days from issue to payment",
        """select payment_date - issue_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        columns,
    ),
    "order_to_cash/ledger_entries": Plot(
        "Accounts receivable at month ends, thousand USD",
        """select last_day(month)::date, sum(sum(debit_cents - credit_cents)) over (order by month) / 1e5
        from (select *, date_trunc('month', posted_date) as month from ledger_entries)
        where account = 'Accounts Receivable' group by month order by month""",
        line,
    ),
    "order_to_cash/anomaly_manifest": AT_RISK,
    "subscriptions/subscriptions": Plot(
        "Cancellations a month",
        """select date_trunc('month', end_date)::date, count(*) from subscriptions where end_date is not null
        group by 1 order by 1""",
        line,
    ),
    "subscriptions/invoices": Plot(
        "Amount billed a month, thousand USD",
        """select date_trunc('month', invoice_date)::date, sum(amount_cents) / 1e5 from invoices
        group by 1 order by 1""",
        line,
    ),
    "subscriptions/payments": Plot(
        "Days from invoice to payment",
        """select payment_date - invoice_date, count(*) from payments join invoices using (invoice_id)
        group by 1 order by 1""",
        columns,
    ),
    "subscriptions/invoice_settlement": Plot(
        "Invoices by settlement",
        "select replace(settlement, '_', ' '), count(*) from invoice_settlement group by 1 order by 2 desc",
        bars,
    ),
    "subscriptions/anomaly_manifest": AT_RISK,
    "personal_banking/users": Plot(
        "Sign-ups a month",
        "select date_trunc('month', created_at)::date, count(*) from users group by 1 order by 1",
        line,
    ),
    "personal_banking/accounts": Plot(
        "Accounts by type",
        "select replace(account_type, '_', ' '), count(*) from accounts group by 1 order by 2 desc",
        bars,
    ),
    "personal_banking/transactions": Plot(
        "Money out by category, thousand USD",
        """select replace(lower(category_primary), '_', ' '), sum(amount_cents) / 1e5 from transactions
        where amount_cents > 0 group by 1 order by 2 desc""",
        bars,
    ),
    "personal_banking/liabilities": Plot(
        "Cards by interest a year, whole per cents",
        "select floor(apr_percentage)::int, count(*) from liabilities group by 1 order by 1",
        columns,
    ),
    "personal_banking/signals_subscriptions": Plot(
        "Users by recurring merchants, last 90 days",
        """select recurring_merchants, count(*) from signals_subscriptions where window_days = 180
        group by 1 order by 1""",
        columns,
    ),
    "personal_banking/signals_savings": Plot(
        "Users by savings inflow a month in 180 days, hundreds of USD",
        """select floor(net_inflow_monthly_cents / 1e4)::int, count(*) from signals_savings
        where window_days = 180 group by 1 order by 1""",
        columns,
    ),
    "personal_banking/signals_credit": Plot(
        "Users by utilisation of their card, per cent (without 0 %)",
        """select floor(utilization_pct)::int, count(*) from signals_credit
        where window_days = 180 and utilization_pct > 0 group by 1 order by 1""",
        columns,
    ),
    "personal_banking/signals_income": Plot(
        "Users by median days between paychecks, last 180 days",
        """select round(median_pay_gap_days)::int, count(*) from signals_income
        where window_days = 180 and median_pay_gap_days is not null group by 1 order by 1""",
        columns,
    ),
    "personal_banking/signals_cash_flow": Plot(
        "Users by days below $100 of the last 180",
        """select low_balance_days, count(*) from signals_cash_flow where window_days = 180
        group by 1 order by 1""",
        columns,
    ),
    "personal_banking/persona_assignments": Plot(
        "Users by primary persona, last 180 days",
        """select replace(primary_persona, '_', ' '), count(*) from persona_assignments
        where window_days = 180 group by 1 order by 2 desc""",
        bars,
    ),
    "personal_banking/anomaly_manifest": AT_RISK,
}
"""Plots by `<world>/<table>`."""


def of(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> dict[str, Any]:
    """The plot of a table as metadata; nothing where there is none, or no row to draw."""
    plot = PLOTS.get(f"{world.name}/{table.name}")
    points = connection.execute(plot.query).fetchall() if plot else []
    return {"plot": dg.MetadataValue.md(image(plot, points))} if plot and points else {}


def image(plot: Plot, points: Points) -> str:
    """A plot as Markdown: a PNG in a data URI."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.8), dpi=100)
    axes = figure.add_axes(
        (0.24 if plot.draw is bars else 0.09, 0.12, 0.74 if plot.draw is bars else 0.89, 0.76)
    )
    plot.draw(axes, points)
    axes.set_title(plot.title, loc="left", fontsize=10)
    axes.tick_params(labelsize=8, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return f"![{plot.title}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
