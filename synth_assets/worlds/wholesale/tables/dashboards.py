"""What users see and are told of: alerts that they asked for, and how their dashboards are laid out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.catalogue import CASES, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    count,
    decimal,
    flag,
    json,
    refers,
    refers_to_any,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.days import business_day_before
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.intake import BUYER
from synth_assets.worlds.wholesale.tables.catalogue import CATEGORY_IDS
from synth_assets.worlds.wholesale.tables.dealings import as_json, opened
from synth_assets.worlds.wholesale.tables.parties import email
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year

ADMIN, USER = "admin", "user"

KPIS = {
    ADMIN: (
        "total_revenue", "gross_margin", "accounts_receivable", "overdue_receivable", "cash_balance",
        "inventory_value", "active_orders", "accounts_payable",
    ),
    USER: ("active_orders", "orders_today", "low_stock_batches", "overdue_receivable", "inventory_value"),
}  # fmt: skip
"""Figures at the top of the dashboard, by role; the last is hidden at first."""


class Widget(NamedTuple):
    """A part of a dashboard: what it shows, its size, and how it is set."""

    kind: str
    width: int
    height: int
    config: dict[str, object] | None = None


WIDGETS = {
    ADMIN: (
        Widget("sales_performance", 2, 1, {"period": "month"}),
        Widget("ar_aging", 2, 1, {"buckets": [30, 60, 90, 120]}),
        Widget("cash_flow", 2, 1, {"period": "quarter"}),
        Widget("top_clients", 1, 2, {"limit": 10}),
        Widget("inventory_value", 1, 1),
        Widget("profitability", 2, 1, {"by": "category"}),
    ),
    USER: (
        Widget("recent_orders", 2, 1, {"limit": 20}),
        Widget("low_stock", 1, 1, {"threshold": 10}),
        Widget("my_notes", 1, 1),
        Widget("ar_aging", 2, 1, {"buckets": [30, 60, 90]}),
    ),
}
"""What a role sees without a layout of its own."""

OWN_WIDGETS = {
    "sales": (
        Widget("my_clients", 2, 2, {"sort": "last_order"}),
        Widget("recent_orders", 2, 1, {"limit": 10, "mine": True}),
        Widget("client_needs", 1, 1, {"status": "ACTIVE"}),
        Widget("my_notes", 1, 1),
    ),
    "accounting": (
        Widget("ar_aging", 2, 2, {"buckets": [30, 60, 90, 120]}),
        Widget("bills_due", 2, 1, {"days": 14}),
        Widget("cash_flow", 2, 1, {"period": "month"}),
    ),
    "buying": (
        Widget("inventory_levels", 2, 2, {"by": "grow_type"}),
        Widget("vendor_supply", 2, 1, {"status": "AVAILABLE"}),
        Widget("slow_movers", 1, 1, {"days": 90}),
    ),
}
"""Layouts that users made for themselves, by what they do."""

LAID_OUT_AFTER_DAYS = 10, 60
"""When they did: days after the first, at least and at most."""

LATER = 9 * 3_600
"""When somebody changes a dashboard or asks for an alert, seconds of the day."""


class Asked(NamedTuple):
    """An alert that a user asked for."""

    user: int
    kind: str
    target: str
    row: int | None
    threshold: float
    operator: str
    method: str = "DASHBOARD"
    is_active: bool = True
    day: int = 0


def alert_configurations(facts: Year, draws: Draws) -> Iterator[Row]:
    """Alerts: those of the first days for everything, later ones for a client, a product or a batch."""
    set_up = opened(facts)
    by_day = sorted(_asked(facts, draws), key=lambda asked: asked.day)
    for number, asked in enumerate(by_day, start=1):
        at = facts.seconds(asked.day, LATER) if asked.day else set_up
        address = email(names.STAFF[asked.user - 1][0], names.DOMAIN) if asked.method != "DASHBOARD" else None
        yield (
            number, asked.user, asked.kind, asked.target, asked.row, asked.threshold, asked.operator,
            asked.method, address, asked.is_active, at, at,
        )  # fmt: skip


def _asked(facts: Year, draws: Draws) -> Iterator[Asked]:
    more, less = "GREATER_THAN", "LESS_THAN"
    for user, (_, role) in enumerate(names.STAFF, start=1):
        if role == "owner":
            yield Asked(user, "HIGH_VALUE_ORDER", "GLOBAL", None, 25_000.0, more, "BOTH")
            yield Asked(user, "OVERDUE_PAYMENT", "GLOBAL", None, 60.0, more, "EMAIL")
        elif role == "accounting":
            yield Asked(user, "OVERDUE_PAYMENT", "GLOBAL", None, 15.0, more, "BOTH")
            yield Asked(user, "CUSTOM", "GLOBAL", None, 300_000.0, less, "EMAIL")
        elif role == "buying":
            yield Asked(user, "LOW_STOCK", "CATEGORY", CATEGORY_IDS["Flower"], 10.0, less, "BOTH")
            yield Asked(user, "EXPIRING_BATCH", "GLOBAL", None, 30.0, less)
        elif role == "warehouse":
            yield Asked(user, "LOW_STOCK", "GLOBAL", None, 5.0, less)
            yield Asked(user, "EXPIRING_BATCH", "GLOBAL", None, 14.0, less)
        else:
            yield Asked(user, "SAMPLE_CONVERSION", "GLOBAL", None, 20.0, less, is_active=user % 2 == 0)
    whales = [client for client in facts.clients if client.is_whale]
    drawn = unit_draws(draws, "alerts", len(facts.clients) + 1)
    for client in whales:
        when, much, how, active = drawn[client.id]
        on = _some_day(facts, when)
        method = "BOTH" if how < 0.3 else "DASHBOARD"
        threshold = 10_000.0 + 2_500 * int(much * 5)
        kind = "HIGH_VALUE_ORDER" if how < 0.6 else "OVERDUE_PAYMENT"
        threshold = threshold if kind == "HIGH_VALUE_ORDER" else 5.0 + 5 * int(much * 3)
        yield Asked(client.seller, kind, "CLIENT", client.id, threshold, more, method, active < 0.85, on)
    popular = sorted(facts.products, key=lambda product: (-product.popularity, product.id))
    for product in [product for product in popular if product.tier != CASES][:6]:
        when, much, *_ = drawn[product.id % len(drawn)]
        on = _some_day(facts, when)
        yield Asked(BUYER, "LOW_STOCK", "PRODUCT", product.id, 15.0 + 5 * int(much * 4), less, day=on)
    bought = [batch for batch in facts.batches if not batch.is_consigned and batch.day < facts.last_day]
    for batch in bought[:3]:
        yield Asked(BUYER, "LOW_STOCK", "BATCH", batch.id, 10.0, less, day=batch.day + 1)


def _some_day(facts: Year, drawn: float) -> int:
    """A business day of the first year, or of the window."""
    return business_day_before(facts.window, int(drawn * (len(strata(facts.config)[0]) - 1)))


def dashboard_kpi_configs(facts: Year) -> Iterator[Row]:
    """Figures that each role sees on top."""
    at = opened(facts)
    places = [(role, place, kpi) for role, kpis in KPIS.items() for place, kpi in enumerate(kpis)]
    for number, (role, place, kpi) in enumerate(places, start=1):
        yield number, role, kpi, place, place + 1 < len(KPIS[role]), at, at


def dashboard_widget_layouts(facts: Year, draws: Draws) -> Iterator[Row]:
    """Layouts of roles, then those that users made for themselves."""
    made = _laid_out(facts, draws)
    layouts: list[tuple[int, int | None, str | None, tuple[Widget, ...]]] = [
        (opened(facts), None, role, widgets) for role, widgets in WIDGETS.items()
    ]
    layouts += [(made[user], user, None, OWN_WIDGETS[names.STAFF[user - 1][1]]) for user in made]
    layouts.sort(key=lambda layout: layout[0])
    number = 0
    for at, user, role_seen, widgets in layouts:
        for position, widget in enumerate(widgets):
            number += 1
            config = widget.config and as_json(widget.config)
            yield (
                number, user, role_seen, widget.kind, position, widget.width, widget.height, True, config, at,
                at,
            )  # fmt: skip


def _laid_out(facts: Year, draws: Draws) -> dict[int, int]:
    """When each user made a layout who has one."""
    drawn = unit_draws(draws.of("dashboard_widget_layouts"), "layouts", len(names.STAFF))
    low, high = LAID_OUT_AFTER_DAYS
    made = {}
    for place, ((_, role), (when, *_)) in enumerate(zip(names.STAFF, drawn, strict=True)):
        if role in OWN_WIDGETS:
            day = min(low + int(when * (high - low)), facts.last_day)
            made[place + 1] = facts.seconds(business_day_before(facts.window, day), LATER)
    return made


def user_dashboard_preferences(facts: Year, draws: Draws) -> Iterator[Life]:
    """Which of its widgets each user shows, and in what order."""
    made = _laid_out(facts, draws)
    most = max(map(len, (*WIDGETS.values(), *OWN_WIDGETS.values())))
    drawn = unit_draws(draws, "preferences", most * len(names.STAFF))
    number, people = 0, list(enumerate(names.STAFF))
    if facts.config.grows:  # in the order in which they lay their dashboards out
        people.sort(key=lambda user: made.get(user[0] + 1, opened(facts)))
    for place, (_, role) in people:
        widgets = OWN_WIDGETS.get(role) or WIDGETS[ADMIN if role == "owner" else USER]
        wishes = drawn[place * most : place * most + len(widgets)]
        at = made.get(place + 1, opened(facts))
        order = sorted(range(len(widgets)), key=lambda i: (wishes[i][0] > 0.5, i))
        for position, i in enumerate(order):
            number += 1
            hidden, compact, when, _ = wishes[i]
            hidden_on = None if position == 0 or hidden < 0.8 else _some_day(facts, when)
            config = as_json({"compact": True}) if compact < 0.2 else None
            wanted = number, place + 1, widgets[i].kind, position, config, at
            changes = () if hidden_on is None else (hidden_on,)
            yield Life(facts.day_of(at), changes, partial(_preference, facts, wanted, hidden_on))


def _preference(facts: Year, wanted: Row, hidden_on: int | None, day: int) -> Row:
    *widget, position, config, at = wanted
    is_visible = hidden_on is None or hidden_on > day
    changed = at if hidden_on is None or is_visible else max(at, facts.seconds(hidden_on, LATER))
    return *widget, is_visible, position, config, at, changed


ALERT_CONFIGURATIONS = projection(
    "alert_configurations",
    "One alert that a user asked for.",
    (
        row_id("alert_configuration_id", "Alert."),
        refers("users", "user_id", "Who asked for it."),
        choice(
            "alert_type",
            (
                "LOW_STOCK",
                "EXPIRING_BATCH",
                "OVERDUE_PAYMENT",
                "HIGH_VALUE_ORDER",
                "SAMPLE_CONVERSION",
                "CUSTOM",
            ),
            "What it is about; CUSTOM is cash in the bank.",
        ),
        choice("target_type", ("GLOBAL", "PRODUCT", "BATCH", "CLIENT", "CATEGORY"), "What it is limited to."),
        refers_to_any(
            "target_id",
            "target_type",
            {"PRODUCT": "products", "BATCH": "batches", "CLIENT": "clients", "CATEGORY": "categories"},
            "The row that it is limited to; empty for GLOBAL.",
            nullable=True,
        ),
        decimal(
            "threshold_value",
            "Pounds or cases, days, per cent of samples, or dollars, by the alert's type.",
            "decimal(15,4)",
        ),
        choice("threshold_operator", ("LESS_THAN", "GREATER_THAN", "EQUALS"), "On which side it is told."),
        choice("delivery_method", ("DASHBOARD", "EMAIL", "BOTH"), "Where it is told.", default="DASHBOARD"),
        text("email_address", "The user's own; empty for DASHBOARD.", "varchar(255)", nullable=True),
        flag("is_active", "Whether it is told at all.", default="true", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    alert_configurations,
    "settings",
    rules=(
        Rule("a limited alert has a row", "(target_type = 'GLOBAL') = (target_id IS NULL)"),
        Rule("an e-mail has an address", "(delivery_method = 'DASHBOARD') = (email_address IS NULL)"),
    ),
)

DASHBOARD_KPI_CONFIGS = projection(
    "dashboard_kpi_configs",
    "One figure that a role sees on top of its dashboard.",
    (
        row_id("dashboard_kpi_config_id", "Figure of a role."),
        choice("role", ("user", "admin"), "The role."),
        text("kpi_type", "The figure.", "varchar(100)"),
        count("position", "Place from the left, from 0."),
        flag("is_visible", "Whether it is shown.", default="true"),
        CREATED_AT,
        UPDATED_AT,
    ),
    dashboard_kpi_configs,
    "settings",
    naming=camel_case,
)

DASHBOARD_WIDGET_LAYOUTS = projection(
    "dashboard_widget_layouts",
    "One part of a dashboard, of a role or of one user.",
    (
        row_id("dashboard_widget_layout_id", "Part of a dashboard."),
        refers("users", "user_id", "The user; empty for a role's layout.", nullable=True),
        choice("role", ("user", "admin"), "The role; empty for a user's own layout.", nullable=True),
        text("widget_type", "What it shows.", "varchar(100)"),
        count("position", "Place, from 0."),
        count("width", "Columns.", "1", unit="columns"),
        count("height", "Rows.", "1", unit="rows"),
        flag("is_visible", "Whether it is shown.", default="true"),
        json("config", "How it is set.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    dashboard_widget_layouts,
    "dashboards",
    naming=camel_case,
    rules=(Rule("a layout is a role's or a user's", "(user_id IS NULL) <> (role IS NULL)"),),
)

USER_DASHBOARD_PREFERENCES = projection(
    "user_dashboard_preferences",
    "One widget as a user wants it.",
    (
        row_id("user_dashboard_preference_id", "Widget of a user."),
        refers("users", "user_id", "The user."),
        text("widget_id", "The widget.", "varchar(100)"),
        flag("is_visible", "Whether the user shows it.", "int", "1"),
        count("sort_order", "Place, from 0.", "0"),
        json("config", "How the user set it.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    user_dashboard_preferences,
    "dashboards",
    physical="userDashboardPreferences",
    naming=camel_case,
    states=("is_visible",),
)

TABLES = (
    ALERT_CONFIGURATIONS, DASHBOARD_KPI_CONFIGS, DASHBOARD_WIDGET_LAYOUTS, USER_DASHBOARD_PREFERENCES,
)  # fmt: skip
