"""Orders: each is filled from what is in stock, the oldest batch of a product first.

How much indoor, greenhouse and outdoor flower an order has follows from the dollars that the client is still
to spend in its week or month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import CASES, Client, Product, unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.demand import QUARTER, Demand, Inquiry
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.stock import Batch, SoldOut, Stock

OPENS, CLOSES = 9 * 3_600, 17 * 3_600
"""Orders are taken in these hours, seconds of the day."""

QUOTED_AT = 8 * 3_600 + 2_700
"""When offers are made, seconds of the day."""

GREENHOUSE_SHARE = 0.35
"""Lines of greenhouse flower, where the dollars allow it [D]."""


class Line(NamedTuple):
    """A part of an order from one batch.

    Attributes:
        batch: where it comes from.
        quantity: hundredths of a pound or of a case.
        unit_price_cents: after discounts; whole dollars.
        percent: discount off the list price.
    """

    batch: Batch
    quantity: int
    unit_price_cents: int
    percent: int

    @property
    def total_cents(self) -> int:
        """What the client pays for it."""
        return self.unit_price_cents * self.quantity // 100

    @property
    def cost_cents(self) -> int:
        """What it cost."""
        return self.batch.cost_cents(self.quantity)


class Order(NamedTuple):
    """A sale.

    Attributes:
        id: number among sales, from 1, in time.
        client: who ordered.
        day, second: when.
        terms: how it is to be paid.
        lines: what was sold, batch by batch.
    """

    id: int
    client: Client
    day: int
    second: int
    terms: str
    lines: list[Line]

    @property
    def total_cents(self) -> int:
        """What the client owes for it."""
        return sum(line.total_cents for line in self.lines)

    @property
    def cost_cents(self) -> int:
        """What the goods cost."""
        return sum(line.cost_cents for line in self.lines)


class Quote(NamedTuple):
    """An offer.

    Attributes:
        client: to whom.
        day, second: when it was made.
        lines: what was from which batches.
        sale: number of the sale that it became, 0 for none.
        ends: a number from 0 to 1 that says how one ends that becomes no sale.
    """

    client: Client
    day: int
    second: int
    lines: list[Line]
    sale: int
    ends: float


class Desk:
    """Takes orders: picks their lines from stock. Makes offers, which take nothing."""

    def __init__(self, config: Config, draws: Draws, stock: Stock, demands: list[Demand]) -> None:
        self.orders: list[Order] = []
        self.quotes: list[Quote] = []
        self._stock = stock
        self._prices = {tier: 100 * price for tier, price in config.list_prices.model_dump().items()}
        self._lines = unit_draws(draws, "lines", 4 * len(demands))
        self._flower_left: dict[int, float] = defaultdict(float)
        self._cases_left: dict[int, float] = defaultdict(float)

    def take(self, demands: list[Demand], day: int) -> list[Order]:
        """The orders of a day."""
        taken = []
        for place, demand in enumerate(demands):
            second = OPENS + (CLOSES - OPENS) * (2 * place + 1) // (2 * len(demands))
            taken.append(self._take(demand, day, second))
        return taken

    def offer(self, inquiry: Inquiry) -> None:
        """Offer a client flower of a product or two."""
        lines: list[Line] = []
        percent = discount(inquiry.client, inquiry.pounds)
        for tier, drawn in ((inquiry.tier, inquiry.which), (1 - inquiry.tier, 1 - inquiry.which)):
            name = curves.TIERS[int(tier * len(curves.TIERS))]
            product = self._stock.pick(name, QUARTER, inquiry.day, drawn)
            if product and all(line.batch.product != product for line in lines):
                pounds = max(inquiry.pounds // 2 // QUARTER, 1) * QUARTER
                price = price_cents(product.price_cents, percent)
                lines.append(Line(self._stock.oldest(product), pounds, price, percent))
        if lines:
            self.quotes.append(Quote(inquiry.client, inquiry.day, QUOTED_AT, lines, 0, inquiry.ends))

    def _take(self, demand: Demand, day: int, second: int) -> Order:
        """Fill a client's order; what it spends is taken off what it is still to spend."""
        number = len(self.orders) + 1
        client = demand.client
        self._flower_left[client.id] += demand.flower_cents
        self._cases_left[client.id] += demand.case_cents
        lines = self._flower(demand, number, second) + self._cases(demand, number, second)
        order = Order(number, client, day, second, demand.terms, lines)
        self.orders.append(order)
        return order

    def _flower(self, demand: Demand, number: int, second: int) -> list[Line]:
        """The pounds of an order in up to three parts, each of the tier that the client's dollars allow."""
        client, drawn = demand.client, self._lines[4 * number - 4 : 4 * number - 1]
        percent = discount(client, demand.pounds)
        left, later = demand.pounds, demand.left_pounds
        wanted = 1 + (left >= 2_00) + (left >= 5_00)
        lines: list[Line] = []
        for i, (which, tier_drawn, size, _) in enumerate(drawn[:wanted]):
            part = left
            if i < wanted - 1:
                part = round(left * (0.7 + 0.6 * size) / (wanted - i) / QUARTER) * QUARTER
            part = min(max(part, QUARTER), left)
            if not part:
                break
            tier = self._tier(self._flower_left[client.id] / max(later, 1) * 100, percent, tier_drawn)
            for line in self._sell(tier, part, percent, number, second, demand.day, which):
                lines.append(line)
                self._flower_left[client.id] -= line.total_cents
            left -= part
            later -= part
        return lines

    def _tier(self, wanted_cents: float, percent: int, drawn: float) -> str:
        """How the next pounds are grown, so that a pound costs what is wanted on average."""
        indoor, greenhouse, outdoor = (price_cents(self._prices[t], percent) for t in curves.TIERS)
        share = (wanted_cents - GREENHOUSE_SHARE * greenhouse) / (1 - GREENHOUSE_SHARE)
        of_indoor = (share - outdoor) / (indoor - outdoor)
        if of_indoor <= 0 or of_indoor >= 1:
            middle = 0.5 if 0 < (wanted_cents - outdoor) / (indoor - outdoor) < 1 else 0.0
            best = "outdoor" if of_indoor <= 0 else "indoor"
            return "greenhouse" if drawn < middle else best
        if drawn < GREENHOUSE_SHARE:
            return "greenhouse"
        return "indoor" if (drawn - GREENHOUSE_SHARE) / (1 - GREENHOUSE_SHARE) < of_indoor else "outdoor"

    def _cases(self, demand: Demand, number: int, second: int) -> list[Line]:
        """Other products, as soon as the client's share of them is worth a case."""
        client, (which, *_) = demand.client, self._lines[4 * number - 1]
        product = self._stock.pick(CASES, 1_00, demand.day, which)
        if product is None:
            return []
        price = price_cents(product.price_cents, discount(client, 0))
        cases = min(round(self._cases_left[client.id] / price), self._stock.on_hand(product) // 100)
        if cases < 1:
            return []
        lines = self._priced(product, 100 * cases, discount(client, 0), number, second, demand.day)
        self._cases_left[client.id] -= sum(line.total_cents for line in lines)
        return lines

    def _sell(
        self, tier: str, quantity: int, percent: int, number: int, second: int, day: int, drawn: float
    ) -> Iterator[Line]:
        """A quantity of a tier: of one product if any has as much, else of those of which there is most."""
        while quantity:
            product = self._stock.pick(tier, quantity, day, drawn) or self._stock.largest(tier)
            if product is None:
                raise SoldOut(f"no {tier} flower is in stock on day {day + 1} of the books")
            part = min(quantity, self._stock.on_hand(product))
            yield from self._priced(product, part, percent, number, second, day)
            quantity -= part

    def _priced(
        self, product: Product, quantity: int, percent: int, number: int, second: int, day: int
    ) -> list[Line]:
        """A quantity of a product at its price after the discount, a line a batch."""
        price = price_cents(product.price_cents, percent)
        parts = self._stock.take(product, quantity, number, 7 + number % 2, day, second)
        return [Line(batch, part, price, percent) for batch, part in parts]


def discount(client: Client, pounds: int) -> int:
    """Per cent off the list price: for the order's hundredths of a pound, and for key accounts."""
    volume = next((percent for least, percent in curves.VOLUME_RULES if pounds >= least), 0)
    return volume + curves.KEY_ACCOUNT_PERCENT * client.is_whale


def price_cents(list_cents: int, percent: int) -> int:
    """A price after a discount, in whole dollars."""
    return (list_cents * (100 - percent) // 100 + 50) // 100 * 100


def quoted(config: Config, draws: Draws, orders: list[Order]) -> list[Quote]:
    """Offers of sales that were quoted before: up to five days, but not before their goods came, nor in the
    year before of a history."""
    first = {day: days.start for days in strata(config) for day in days}
    drawn = unit_draws(draws, "quoted", len(orders))
    return [
        Quote(order.client, day, QUOTED_AT, order.lines, order.id, 0.0)
        for order, (whether, early, _, _) in zip(orders, drawn, strict=True)
        if whether < curves.QUOTED_SHARE
        and (
            day := max(
                order.day - int(6 * early), first[order.day], *(line.batch.day for line in order.lines)
            )
        )
        < order.day
    ]
