"""Who there is and what there is: clients, growers and products, before anything happens."""

from __future__ import annotations

from math import fsum
from typing import NamedTuple

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws
from synth_assets.model.used_numbers import unused_before
from synth_assets.worlds.wholesale import curves, names
from synth_assets.worlds.wholesale.config import Config

FIRST_VENDOR = 1_001
"""Number of the first vendor: no client has it, as one screen reads a vendor's number as a client's."""

UNUSED_SHARE = 0.2
"""Numbers of payments, postings and expenses that no paper has [D]."""

GRADES = {"indoor": ("AAA", "AA"), "greenhouse": ("AA", "A"), "outdoor": ("A", "B")}
CASES = "cases"
"""What stands for a tier among products that are not flower."""


class Client(NamedTuple):
    """A client.

    Attributes:
        id: from 1; whales first.
        name, contact, phone: how to reach it.
        is_whale: whether it is one of the large ones.
        vendor: number of the grower that it also is, 0 for none.
        yearly_cents: what it is meant to buy in a year.
        level: what it pays for a pound on average, as a share of the indoor price.
        terms: what it has when it does not sell on consignment.
        is_chronic: whether it hardly ever pays in time.
        early: whether it pays some days early, as a number from 0 to 1.
        seller: the user who looks after it.
        standing: when an order recurs: the day of the week, from 0 for Monday, or of the month; -1 for never.
    """

    id: int
    name: str
    contact: str
    phone: str
    is_whale: bool
    vendor: int
    yearly_cents: int
    level: float
    terms: str
    is_chronic: bool
    early: float
    seller: int
    standing: int


class Product(NamedTuple):
    """A product.

    Attributes:
        id: from 1.
        name, category, subcategory, grade: what it is.
        strain: number of its strain, 0 for none.
        tier: how flower is grown; CASES for other products.
        grower: index of its grower.
        price_cents: list price of a pound or a case.
        unit: LB or CASE.
        popularity: how often it is taken in, against others.
    """

    id: int
    name: str
    category: str
    subcategory: str
    grade: str
    strain: int
    tier: str
    grower: int
    price_cents: int
    unit: str
    popularity: float


def unit_draws(draws: Draws, purpose: str, count: int) -> list[list[float]]:
    """Four numbers from 0 to 1 for each of 0 ... count - 1."""
    return _unit_draws(draws, purpose, range(count))


def _unit_draws(draws: Draws, purpose: str, rows: range) -> list[list[float]]:
    fields = draws.fields(purpose, np.arange(rows.start, rows.stop))
    return ((fields.astype(np.int64) * 2 + 1) / 131_072).T.tolist()


class UnitDraws:
    """The same for 0, 1 ... without end, drawn as they are asked for."""

    AT_ONCE = 1_000

    def __init__(self, draws: Draws, purpose: str) -> None:
        self._draws, self._purpose = draws, purpose
        self._known: list[list[float]] = []

    def __getitem__(self, row: int) -> list[float]:
        while row >= len(self._known):
            more = range(len(self._known), len(self._known) + self.AT_ONCE)
            self._known += _unit_draws(self._draws, self._purpose, more)
        return self._known[row]


def spaced(draws: Draws, purpose: str, count: int) -> list[int]:
    """Numbers from 1 for `count` papers, with unused ones among them, so that one more or less leaves no
    mark."""
    before = quantile_tables.sample(unused_before(UNUSED_SHARE), draws.fields(purpose, np.arange(count))[0])
    return np.cumsum(before + 1).tolist()


def spaced_within_days(draws: Draws, purpose: str, days: list[int]) -> list[int]:
    """The same for papers on ascending days; those of one day are numbered in a drawn order."""
    words = draws.words(f"{purpose} of a day", np.arange(len(days)))
    numbers = np.empty(len(days), dtype=np.int64)
    numbers[np.lexsort((words, np.array(days)))] = spaced(draws, purpose, len(days))
    return numbers.tolist()


def shares(weights: list[float]) -> list[float]:
    """Weights as parts of 1."""
    total = fsum(weights)
    return [weight / total for weight in weights]


def erlang(draws: Draws, purpose: str, ids: list[int], shape: int) -> list[float]:
    """Gamma variates of a whole shape and mean 1, one for each id: sums of logarithms of uniform draws."""
    steps = np.arange(-(-shape // 4))
    fields = draws.fields(purpose, (np.array(ids, dtype=np.int64)[:, None] * 1_024 + steps).ravel())
    uniform = ((fields.astype(np.float64) * 2 + 1) / 131_072).T.reshape(len(ids), -1)[:, :shape]
    return [-_log_product(row) / shape for row in uniform.tolist()]


def _log_product(numbers: list[float]) -> float:
    import math

    return math.fsum(map(math.log, numbers))


def clients(config: Config, draws: Draws) -> list[Client]:
    """All clients, whales first."""
    count, whales = config.num_clients, config.num_whales
    spread = erlang(draws, "client size", list(range(count)), 64)
    large = shares([_size(x, curves.WHALE_SPREAD) for x in spread[:whales]])
    small = shares([_size(x, curves.REGULAR_SPREAD) for x in spread[whales:]])
    cents = 100 * config.annual_revenue
    share = config.whale_revenue_share
    yearly = [cents * share * part for part in large] + [cents * (1 - share) * part for part in small]
    company = names.companies(draws, count)
    contact = names.people(draws, "contacts", count)
    phone = names.phones(draws, "client phones", count)
    sellers = [i + 1 for i, (_, role) in enumerate(names.STAFF) if role == "sales"]
    habits = unit_draws(draws, "client habits", count)
    growers = range(whales, min(whales + len(names.GROWERS), count))
    chronic = range(count - curves.CHRONIC_CLIENTS, count)
    found = []
    for i, (terms, level, early, standing) in enumerate(habits):
        is_whale = i < whales
        base = curves.WHALE_LEVEL if is_whale else curves.REGULAR_LEVEL
        usual = "NET_30" if is_whale and terms < 0.7 else _usual_terms(terms)
        found.append(
            Client(
                i + 1,
                names.GROWERS[i - whales] if i in growers else company[i],
                contact[i],
                phone[i],
                is_whale,
                FIRST_VENDOR + i - whales if i in growers else 0,
                int(yearly[i]),
                base + (2 * level - 1) * 2 * curves.LEVEL_SPREAD,
                usual,
                i in chronic,
                early,
                sellers[i % len(sellers)],
                _standing(i, is_whale, standing),
            )
        )
    return found


def _size(variate: float, concentration: float) -> float:
    """A client's size against the average, from a gamma variate of shape 64."""
    return max(0.4, 1 + (variate - 1) * (64 / concentration) ** 0.5)


def _standing(place: int, is_whale: bool, drawn: float) -> int:
    """Half of the whales have an order that recurs every week, a seventh of the others one every month."""
    if is_whale:
        return int(drawn * 5) if place % 2 == 0 else -1
    return 2 + int(drawn * 26) if place % 7 == 3 else -1


def _usual_terms(drawn: float) -> str:
    running = 0.0
    for terms, share in curves.USUAL_TERMS:
        running += share
        if drawn < running:
            return terms
    return curves.USUAL_TERMS[-1][0]


def products(config: Config, draws: Draws) -> list[Product]:
    """The catalogue: flower, strain by strain in three ways of growing, then cases of other products."""
    flower = round(config.flower_share * config.num_products)
    strains = names.strains()
    drawn = unit_draws(draws, "products", config.num_products)
    growers = np.cumsum(shares(list(map(float, curves.GROWER_WEIGHTS)))).tolist()
    prices = config.list_prices.model_dump()
    found = []
    for i, (by, rank, grade, _) in enumerate(drawn):
        grower = next(g for g, up_to in enumerate(growers) if by < up_to or g == len(growers) - 1)
        number = i + 1
        popularity = 1 / (1 + 9 * rank)
        if i < flower:
            tier = curves.TIERS[i % 3]
            strain = i // 3 % len(strains)
            grown = i // (3 * len(strains))
            kind = ("", " Reserve", " Smalls")[min(grown, 2)]
            found.append(
                Product(
                    number,
                    f"{strains[strain].name}{kind} {tier.title()}",
                    "Flower",
                    tier.title(),
                    GRADES[tier][grade > 0.6],
                    strain + 1,
                    tier,
                    grower,
                    100 * prices[tier],
                    "LB",
                    popularity,
                )
            )
        else:
            form = curves.FORMATS[(i - flower) % len(curves.FORMATS)]
            strain = (i - flower) * 7 % len(strains)
            found.append(
                Product(
                    number,
                    f"{strains[strain].name} {form.name}",
                    form.category,
                    form.subcategory,
                    "A",
                    strain + 1,
                    CASES,
                    grower,
                    100 * form.price,
                    "CASE",
                    popularity,
                )
            )
    return found
