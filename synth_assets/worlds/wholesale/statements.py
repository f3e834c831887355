"""The statements that an accountant asks for: views over the tables."""

from __future__ import annotations

from synth_assets.model.columns import Column, count, day, money, quantity, rate
from synth_assets.model.view import View
from synth_assets.worlds.wholesale.columns import refers


def _due(name: str, when: str) -> Column:
    return money(name, f"Owed on invoices {when}.")


AR_AGEING = View(
    "ar_ageing",
    "What one client owes, by days past due on the last day.",
    (
        refers("clients", "client_id", "Who owes it."),
        _due("not_due_cents", "that are not past due"),
        _due("days_1_30_cents", "1 to 30 days past due"),
        _due("days_31_60_cents", "31 to 60 days past due"),
        _due("days_61_90_cents", "61 to 90 days past due"),
        _due("days_91_120_cents", "91 to 120 days past due"),
        _due("days_over_120_cents", "more than 120 days past due"),
        _due("total_due_cents", "in all"),
    ),
    subject="billing",
)

MONTHLY_PROFIT_AND_LOSS = View(
    "monthly_profit_and_loss",
    "Profit and loss of one month, from the ledger.",
    (
        refers("fiscal_periods", "fiscal_period_id", "The month."),
        day("start_date", "Its first day."),
        money("sales_cents", "Invoiced sales."),
        money("returns_cents", "Returned goods and refunds."),
        money("cost_of_goods_cents", "Cost of what was sold, and of what was lost."),
        money("gross_profit_cents", "Sales less returns and cost.", minimum=None),
        money("expenses_cents", "Operating expenses."),
        money("net_profit_cents", "Gross profit less expenses.", minimum=None),
    ),
    subject="accounting",
)

INVENTORY_VALUATION = View(
    "inventory_valuation",
    "What is in stock of one product, at cost.",
    (
        refers("products", "product_id", "The product."),
        count("open_batches", "Batches with stock."),
        quantity("on_hand_qty_e4", "How much is left.", unit="lb or cases"),
        money("value_cents", "At the cost of each batch."),
        money("consigned_cents", "Of it, what belongs to growers."),
    ),
    subject="inventory",
)

CLIENT_REVENUE = View(
    "client_revenue",
    "What one client bought.",
    (
        refers("clients", "client_id", "Who bought."),
        count("sales_count", "Sales."),
        money("revenue_cents", "Their totals."),
        money("margin_cents", "Their totals less cost.", minimum=None),
        rate("revenue_share_pct", "Share of all sales."),
    ),
    subject="sales",
)

CASH_POSITION = View(
    "cash_position",
    "Cash of one day on which any moved.",
    (
        day("transaction_date", "The day."),
        money("received_cents", "What came."),
        money("paid_cents", "What went."),
        money("balance_cents", "What was there at its end.", minimum=None),
    ),
    subject="cash",
)

VIEWS = (AR_AGEING, MONTHLY_PROFIT_AND_LOSS, INVENTORY_VALUATION, CLIENT_REVENUE, CASH_POSITION)
