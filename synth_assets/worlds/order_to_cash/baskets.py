"""What is bought: one line of goods for a drawn gross, at the customer's price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints, Words
from synth_assets.worlds.order_to_cash import curves
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import terms
from synth_assets.worlds.order_to_cash.products import price_list


class Basket(NamedTuple):
    """One line of goods: product number from 0, quantity, the customer's price and gross in cents.

    `cycle_scale_per_mille` is how much longer than usual a deal of this size takes.
    """

    product: Ints
    quantity: Ints
    unit_price_cents: Ints
    gross_cents: Ints
    cycle_scale_per_mille: Ints


def basket(config: Config, draws: Draws, words: Words, contact: Ints) -> Basket:
    """Goods for a drawn gross: as many units of the drawn product as come nearest to it.

    $45.00 at 97 % of list is $43.65, on every order of that customer.
    """
    prices = price_list(config, draws.of("products"))
    gross, coarse, fine, _ = words.view("<u2").reshape(-1, 4).T
    product = prices.rank_to_product.take(prices.ranks.take(coarse, fine))
    contract = quantile_tables.sample(curves.contract_per_mille(), terms(draws, contact)[0])
    price = (prices.list_price_cents.take(product) * contract + 500) // 1_000
    wanted = quantile_tables.sample(curves.order_gross_cents(), gross)
    quantity = np.maximum((2 * wanted + price) // (2 * price), prices.least_quantity.take(product))
    return Basket(
        product,
        quantity,
        price,
        quantity * price,
        quantile_tables.sample(curves.cycle_scale_per_mille(), gross),
    )
