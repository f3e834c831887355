"""Products: what is sold, at which list price and unit cost."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model import lookup
from synth_assets.model.arrow import indices, strings, word
from synth_assets.model.columns import choice, identifier, money, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.permutation import Permutation
from synth_assets.model.table import Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash import shapes

if TYPE_CHECKING:
    from synth_assets.worlds.order_to_cash.config import Config

CATEGORIES = {
    "Packaging": ("Carton Box", "Stretch Film", "Packing Tape", "Pallet Label"),
    "Safety": ("Nitrile Gloves", "Safety Glasses", "Ear Plugs", "Hi-Vis Vest"),
    "Cleaning": ("Floor Cleaner", "Paper Towels", "Waste Bags", "Hand Soap"),
    "Electrical": ("LED Panel", "Extension Lead", "Cable Tie", "Junction Box"),
    "Fasteners": ("Hex Bolt", "Wood Screw", "Wall Anchor", "Flat Washer"),
    "Office": ("Copy Paper", "Toner Cartridge", "Desk Lamp", "File Folder"),
    "Plumbing": ("Ball Valve", "Pipe Clamp", "Drain Seal", "Hose Fitting"),
    "Tools": ("Utility Knife", "Torque Wrench", "Drill Bit", "Tape Measure"),
}
GRADES = ("Standard", "Heavy-Duty", "Eco", "Premium", "Compact")

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
    """Prices by product number, and which product holds which rank of popularity."""

    list_price_cents: Ints
    unit_cost_cents: Ints
    ranks: lookup.ZipfTable
    rank_to_product: Ints


@lru_cache(maxsize=8)
def price_list(config: Config) -> PriceList:
    """The whole price list, which every block of deals reads."""
    draws = Draws(config.seed, "order_to_cash", "products")
    numbers = np.arange(config.num_products, dtype=np.int64)
    price, ends, ending, cost = draws.fields("price", numbers)
    drawn = lookup.take(shapes.list_price_cents(), price)
    endings = np.array(shapes.PRICE_ENDINGS)[ending.astype(np.int64) * 4 // 65_536]
    rounded = drawn // 100 * 100 + endings
    list_price = np.where(ends.astype(np.int64) * 10 < 6 * 65_536, rounded, drawn)
    low, high = shapes.UNIT_COST_PER_MILLE
    per_mille = low + cost.astype(np.int64) * (high - low + 1) // 65_536
    return PriceList(
        list_price,
        (list_price * per_mille + 500) // 1_000,
        lookup.ZipfTable(config.num_products, shapes.PRODUCT_EXPONENT),
        Permutation(draws.key("popularity"), config.num_products)(numbers),
    )


def generate(rows: range, config: Config) -> pa.Table:
    """One row a product of `rows` (numbers from 0)."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    prices = price_list(config)
    category = number % len(CATEGORIES)
    article = number // len(CATEGORIES) % 4
    grade = number // (len(CATEGORIES) * 4) % len(GRADES)
    series = number // (len(CATEGORIES) * 4 * len(GRADES))
    names = strings([name for articles in CATEGORIES.values() for name in articles])
    name = pc.binary_join_element_wise(
        names.take(indices(category * 4 + article)), strings(GRADES).take(indices(grade)), word(", ")
    )
    numbered = pc.binary_join_element_wise(name, pc.cast(indices(series + 1), pa.string()), word(" No. "))
    codes = strings([c[:3].upper() for c in CATEGORIES])
    serial = pc.utf8_lpad(pc.cast(indices(number + 1), pa.string()), 4, "0")
    return arrow_table(
        COLUMNS,
        {
            "product_id": number + 1,
            "sku": pc.binary_join_element_wise(codes.take(indices(category)), serial, word("-")),
            "name": pc.if_else(pc.cast(indices(np.minimum(series, 1)), pa.bool_()), numbered, name),
            "category": category,
            "list_price_cents": prices.list_price_cents[rows.start : rows.stop],
            "unit_cost_cents": prices.unit_cost_cents[rows.start : rows.stop],
        },
    )


PRODUCTS = Table(
    name="products",
    row="One article of the price list.",
    columns=COLUMNS,
    generate=generate,
    counted_by="num_products",
    rules=(
        Rule(
            "unit cost is below list price",
            lambda: pc.field("unit_cost_cents") < pc.field("list_price_cents"),
        ),
    ),
)
