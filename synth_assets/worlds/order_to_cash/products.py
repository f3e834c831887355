"""Products: what is sold, at which list price and unit cost."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model import quantile_tables
from synth_assets.model.arrow import indices, scalar, strings
from synth_assets.model.columns import choice, identifier, money, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.model.table import Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash import curves
from synth_assets.worlds.order_to_cash.config import Config

CATEGORIES = {
    "Packaging": (
        ("Carton Boxes (bundle of 25)", 3_200), ("Stretch Film (case of 4)", 6_800),
        ("Packing Tape (case of 36)", 7_400), ("Pallet Labels (roll of 1,000)", 3_800),
    ),
    "Safety": (
        ("Nitrile Gloves (case of 10)", 11_000), ("Safety Glasses (box of 12)", 4_600),
        ("Ear Plugs (box of 200)", 2_800), ("Hi-Vis Vests (pack of 10)", 7_500),
    ),
    "Cleaning": (
        ("Floor Cleaner (5 gal)", 5_400), ("Paper Towels (case of 30)", 4_900),
        ("Waste Bags (case of 100)", 3_600), ("Hand Soap (case of 4)", 5_800),
    ),
    "Electrical": (
        ("LED Panel", 6_400), ("Extension Lead", 2_800),
        ("Cable Ties (bag of 1,000)", 2_200), ("Junction Box", 1_100),
    ),
    "Fasteners": (
        ("Hex Bolts (box of 100)", 3_400), ("Wood Screws (box of 500)", 2_600),
        ("Wall Anchors (box of 100)", 1_500), ("Flat Washers (box of 200)", 1_200),
    ),
    "Office": (
        ("Copy Paper (case of 10)", 4_600), ("Toner Cartridge", 9_200),
        ("Desk Lamp", 3_900), ("File Folders (box of 100)", 2_100),
    ),
    "Plumbing": (
        ("Ball Valve", 2_400), ("Pipe Clamps (bag of 50)", 1_900),
        ("Drain Seals (pack of 10)", 1_600), ("Hose Fitting", 900),
    ),
    "Tools": (
        ("Utility Knife", 1_300), ("Torque Wrench", 14_500),
        ("Drill Bits (set of 21)", 5_800), ("Tape Measure", 1_700),
    ),
}  # fmt: skip
"""Articles by category, each with a usual list price in cents [D: prices of US industrial suppliers]."""

GRADES = {"Standard": 100, "Heavy-Duty": 135, "Eco": 115, "Premium": 160, "Compact": 80}
"""Grades, each with its price in percent of the standard one [D]."""

PRODUCT_ID = identifier("product_id", "PRD-", "Product; text order is number order.")
COLUMNS = (
    PRODUCT_ID,
    text("sku", "Stock keeping unit as printed on documents: category, article, grade and serial."),
    text("name", "What the product is called."),
    choice("category", tuple(CATEGORIES), "Product family."),
    money("list_price_cents", "List price of one unit.", minimum=1),
    money("unit_cost_cents", "What one unit costs us: 52 to 78 % of list.", minimum=1),
)


class PriceList(NamedTuple):
    """Prices by product number, and which product holds which rank of popularity.

    `least_quantity` is the fewest units that make the smallest gross at the lowest contract price.
    """

    list_price_cents: Ints
    least_quantity: Ints
    unit_cost_cents: Ints
    ranks: quantile_tables.ZipfTable
    rank_to_product: Ints


@lru_cache(maxsize=8)
def price_list(config: Config, draws: Draws) -> PriceList:
    """The price list; every block of deals reads all of it."""
    numbers = np.arange(config.num_products, dtype=np.int64)
    price, _, ending, cost = draws.fields("price", numbers)
    category, article, grade, _ = _attributes(numbers)
    usual = np.array([cents for articles in CATEGORIES.values() for _, cents in articles])
    usual = usual[category * 4 + article] * np.array(list(GRADES.values()))[grade] // 100
    drawn = np.maximum(
        usual * quantile_tables.sample(curves.price_variation_per_mille(), price) // 1_000, 100
    )
    rounded = drawn // 100 * 100 + np.array(curves.PRICE_ENDINGS)[ending.astype(np.int64) * 4 // 65_536]
    odd = drawn + 2 * np.isin(drawn % 100, curves.PRICE_ENDINGS)
    rank = Permutation(draws.key("price endings"), config.num_products)(numbers)
    list_price = np.where(rank < quota(curves.ENDING_SHARE, config.num_products), rounded, odd)
    low, high = curves.UNIT_COST_PER_MILLE
    per_mille = low + cost.astype(np.int64) * (high - low + 1) // 65_536
    return PriceList(
        list_price,
        -(-curves.SMALLEST_GROSS_CENTS * 1_000 // (list_price * min(curves.CONTRACT_PER_MILLE) - 500)),
        (list_price * per_mille + 500) // 1_000,
        quantile_tables.ZipfTable(config.num_products, curves.PRODUCT_EXPONENT),
        Permutation(draws.key("popularity"), config.num_products)(numbers),
    )


def _attributes(number: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Category, article within it, grade and series of each product: categories in turn, then articles."""
    rest, category = np.divmod(number, len(CATEGORIES))
    rest, article = np.divmod(rest, 4)
    series, grade = np.divmod(rest, len(GRADES))
    return category, article, grade, series


def generate(rows: range, draws: Draws, config: Config) -> pa.Table:
    """One row a product of `rows` (numbers from 0)."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    prices = price_list(config, draws)
    category, article, grade, series = _attributes(number)
    names = strings([name for articles in CATEGORIES.values() for name, _ in articles])
    name = pc.binary_join_element_wise(
        names.take(indices(category * 4 + article)), strings(list(GRADES)).take(indices(grade)), scalar(", ")
    )
    numbered = pc.binary_join_element_wise(name, pc.cast(indices(series + 1), pa.string()), scalar(" No. "))
    codes = strings([c[:3].upper() for c in CATEGORIES])
    serial = pc.utf8_lpad(pc.cast(indices(number + 1), pa.string()), 4, "0")
    return arrow_table(
        COLUMNS,
        {
            "product_id": number + 1,
            "sku": pc.binary_join_element_wise(codes.take(indices(category)), serial, scalar("-")),
            "name": pc.if_else(pc.cast(indices(np.minimum(series, 1)), pa.bool_()), numbered, name),
            "category": category,
            "list_price_cents": prices.list_price_cents[rows.start : rows.stop],
            "unit_cost_cents": prices.unit_cost_cents[rows.start : rows.stop],
        },
    )


PRODUCTS = Table(
    name="products",
    grain="One article of the price list.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_products",
    rules=(Rule("unit cost is below list price", "unit_cost_cents < list_price_cents"),),
)
