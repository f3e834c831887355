"""A trade in miniature that uses every form a table may have.

Partners refer to each other and to their first order, orders have quantities, notes hang on either, and
currencies are constant. One order in ten is billed a dollar too much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from pydantic import Field

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.arrow import strings, to_numpy
from synth_assets.model.columns import (
    Physical,
    choice,
    identifier,
    json,
    money,
    quantity,
    reference,
    reference_to_any,
    text,
)
from synth_assets.model.config import Frozen, WorldConfig
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.manifest import EASY, Labels, manifest_columns, manifest_rows
from synth_assets.model.pictures import AMOUNT_AT_RISK
from synth_assets.model.table import Rows, Rule, Table, arrow_table, camel_case
from synth_assets.model.view import View
from synth_assets.model.world import World

ORDERS_A_PARTNER = 3


class AnomalyRates(Frozen):
    """Share of orders that carry each fault."""

    overbilled: float = Field(0.1, ge=0, le=1, description="Orders billed a dollar too much.")


class Config(WorldConfig):
    """Keys of the trade."""

    num_partners: int = Field(10, ge=0, le=1_000, description="Partners; each has three orders.")
    anomaly_rates: AnomalyRates = AnomalyRates()


def faulty(config: Config, order: Ints) -> np.ndarray:
    """Which orders are overbilled: all, none, or one in ten."""
    return order % 10 < round(10 * config.anomaly_rates.overbilled)


def expected_labels(config: Config, _: Draws) -> dict[str, tuple[int, int]]:
    """Orders, and those of them that are overbilled."""
    orders = np.arange(ORDERS_A_PARTNER * config.num_partners)
    return {"overbilled": (len(orders), int(faulty(config, orders).sum()))}


def facts(config: Config, draws: Draws, rows: range) -> Ints:
    """The price of each order of the partners `rows`, in cents."""
    order = np.arange(ORDERS_A_PARTNER * rows.start, ORDERS_A_PARTNER * rows.stop)
    return 1_000 + draws.fields("price", order)[0].astype(np.int64) % 9_000


def currencies_of() -> pa.Table:
    """The two currencies."""
    return arrow_table(CURRENCIES.columns, {"currency_id": np.array([1, 2]), "code": np.array([0, 1])})


def partners_of(rows: range) -> pa.Table:
    """Every partner was referred by the one before, but for the first; the second has no order of note."""
    number = np.arange(rows.start, rows.stop) + 1
    settings = strings([f'{{"visits": {n}, "tags": ["a", "b"]}}' for n in number.tolist()])
    return arrow_table(
        PARTNERS.columns,
        {
            "partner_id": number,
            "name": strings([f"Partner {n}" for n in number.tolist()]),
            "referred_by_id": np.ma.masked_array(number - 1, mask=number == 1),
            "first_order_id": np.ma.masked_array(ORDERS_A_PARTNER * number - 2, mask=number == 2),
            "settings": settings,
        },
    )


def orders_of(rows: range, partners: Rows, facts: Ints, config: Config) -> pa.Table:
    """Three orders a partner, each of 1.5 pounds and a bit."""
    order = np.arange(ORDERS_A_PARTNER * rows.start, ORDERS_A_PARTNER * rows.stop)
    return arrow_table(
        ORDERS.columns,
        {
            "order_id": order + 1,
            "partner_id": np.repeat(partners.id_numbers("partner_id"), ORDERS_A_PARTNER),
            "currency_id": 1 + order % 2,
            "weight_e4": 15_000 + order,
            "price_cents": facts,
            "billed_cents": facts + 100 * faulty(config, order),
        },
    )


def notes_of(partners: Rows, orders: Rows) -> pa.Table:
    """A note on every partner, one on every order, and one on nothing."""
    on_partners, on_orders = partners.id_numbers("partner_id"), orders.id_numbers("order_id")
    target = np.concatenate([on_partners, on_orders, [0]])
    return arrow_table(
        NOTES.columns,
        {
            "note_id": np.arange(len(target)) + 1,
            "about": np.repeat([0, 1, 0], [len(on_partners), len(on_orders), 1]),
            "about_id": np.ma.masked_array(target, mask=target == 0),
        },
    )


def manifest_of(rows: range, orders: Rows, config: Config) -> pa.Table:
    """One label an overbilled order."""
    at = np.flatnonzero(faulty(config, orders.id_numbers("order_id") - 1))
    billed, price = (to_numpy(orders[name])[at] for name in ("billed_cents", "price_cents"))
    number = orders.id_numbers("order_id")[at]
    names = strings([str(n) for n in number.tolist()])

    def labels(code: int, places: np.ndarray) -> Labels:
        return Labels(names, names, price, billed, billed - price, np.full(len(at), EASY))

    fault = np.ones(len(at), dtype=np.int8)
    return manifest_rows(MANIFEST.columns, ANOMALIES, config.day, number, fault, labels, drifting=1)


ANOMALIES = (Anomaly("overbilled", "order", "Billed more than its price.", "orders.billed_cents"),)
PARTNER_ID = identifier("partner_id", "", "Partner.")
ORDER_ID = identifier("order_id", "", "Order.")
CURRENCY_ID = identifier("currency_id", "", "Currency.")

CURRENCIES = Table(
    "currencies",
    "One currency.",
    (CURRENCY_ID, choice("code", ("USD", "EUR"), "ISO code.")),
    currencies_of,
    subject="money",
)
PARTNERS = Table(
    "partners",
    "One partner.",
    (
        PARTNER_ID,
        text("name", "Name."),
        replace(
            reference("partners", PARTNER_ID, "Who referred the partner.", "referred_by_id", nullable=True),
            physical=Physical("referrer"),
        ),
        reference("orders", ORDER_ID, "The first order.", "first_order_id", nullable=True, is_deferred=True),
        json("settings", "Free settings."),
    ),
    partners_of,
    row_count_key="num_partners",
    subject="trade",
    physical="tradePartners",
    naming=camel_case,
)
ORDERS = Table(
    "orders",
    "One order.",
    (
        ORDER_ID,
        reference("partners", PARTNER_ID, "Who ordered."),
        reference("currencies", CURRENCY_ID, "What the price is in."),
        quantity("weight_e4", "Weight ordered.", unit="lb"),
        money("price_cents", "What was agreed."),
        money("billed_cents", "What was billed."),
    ),
    orders_of,
    rules=(Rule("no order is billed below its price", "billed_cents >= price_cents"),),
    subject="trade",
    naming=camel_case,
)
NOTES = Table(
    "notes",
    "One note.",
    (
        identifier("note_id", "", "Note."),
        choice("about", ("partner", "order"), "What it is about."),
        reference_to_any(
            "about_id", "about", {"partner": "partners", "order": "orders"}, "Which one.", nullable=True
        ),
    ),
    notes_of,
    subject="trade",
)
MANIFEST = Table(
    "anomaly_manifest",
    "One label.",
    manifest_columns(ANOMALIES, "of its order", "The order.", "The order.", "dollars", "all"),
    manifest_of,
    subject="truth",
)

WORLD = World(
    name="tiny",
    config=Config,
    tables=(CURRENCIES, PARTNERS, ORDERS, NOTES, MANIFEST),
    anomalies=ANOMALIES,
    facts=facts,
    expected_labels=expected_labels,
    plots=(AMOUNT_AT_RISK,),
    views=(
        View(
            "partner_totals",
            "What one partner has ordered.",
            (
                PARTNER_ID,
                quantity("weight_e4", "Weight of all orders.", unit="lb"),
                money("billed_cents", "Billed for all orders."),
            ),
            subject="trade",
        ),
    ),
    block_rows=None,
    module="tests.tiny",
)
