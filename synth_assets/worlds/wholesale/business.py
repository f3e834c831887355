"""The business, day by day: growers bring goods, clients order, invoices go out, some goods come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import catalogue, curves
from synth_assets.worlds.wholesale.catalogue import Client, Product, UnitDraws
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.demand import QUARTER, Demand, Inquiry, inquiries, plan
from synth_assets.worlds.wholesale.growth import months
from synth_assets.worlds.wholesale.intake import Intake
from synth_assets.worlds.wholesale.invoice import RETURN, Billing, Claim, Invoice, claims
from synth_assets.worlds.wholesale.journal import COST_OF_GOODS, INVENTORY, Journal, credit, debit
from synth_assets.worlds.wholesale.order import Desk, Quote, quoted
from synth_assets.worlds.wholesale.sample import Sample, SampleCounter, Wish, led_to, wishes
from synth_assets.worlds.wholesale.stock import Batch, Stock

COUNTER, COUNTED_AT = 7, 18 * 3_600
"""The user who counts stock, and when, seconds of the day."""

Planned = TypeVar("Planned", Demand, Inquiry, Wish)


class Plans(NamedTuple):
    """What is known of the books before anything happens.

    Attributes:
        clients, products: who there is, and what.
        demands: every order as it is planned.
        wishes, inquiries: samples and quotes that are asked for.
        claims: what comes back, by the order's number.
    """

    clients: list[Client]
    products: list[Product]
    demands: list[Demand]
    wishes: list[Wish]
    inquiries: list[Inquiry]
    claims: dict[int, Claim]


@lru_cache(maxsize=2)
def plans(config: Config, draws: Draws) -> Plans:
    """The plans of a configuration."""
    days = window(config)
    clients, products = catalogue.clients(config, draws), catalogue.products(config, draws)
    demands = plan(config, draws, days, clients)
    return Plans(
        clients,
        products,
        demands,
        wishes(draws, days, clients, months(config, days), config.decoy_rates.sample_never_sent),
        inquiries(config, draws, days, clients),
        claims(config, draws, days, demands),
    )


class Business:
    """Who does what on a day; each keeps what it did.

    Attributes:
        journal: what was posted.
        stock: what is on the shelf.
        intake: growers' deliveries.
        desk: orders and offers.
        billing: invoices and credits.
    """

    def __init__(self, config: Config, draws: Draws, window: Window, plans: Plans) -> None:
        products, demands = plans.products, plans.demands
        self.journal, self.stock = Journal(), Stock()
        self.intake = Intake(config, draws, window, products, self.stock, self.journal)
        self.desk = Desk(config, draws, self.stock, demands)
        self.billing = Billing(config, self.stock, self.journal)
        self._samples = SampleCounter(self.stock)
        self._config, self._draws, self._is_business_day = config, draws, window.is_business
        self._shrink_share = curves.SHRINK_SHARE + config.decoy_rates.write_off_with_reason
        self._orders_of = _by_day(demands)
        self._wishes_of = _by_day(plans.wishes)
        self._inquiries_of = _by_day(plans.inquiries)
        self._claims = plans.claims
        self._claimed_on: dict[int, list[tuple[str, Invoice]]] = defaultdict(list)
        self._counts = UnitDraws(draws, "counts")

    def live_through(self, day: int) -> None:
        """Everything that happens on a day, in this order."""
        self.intake.arrive(day)
        for wish in self._wishes_of[day]:
            self._samples.ask(wish)
        for inquiry in self._inquiries_of[day]:
            self.desk.offer(inquiry)
        self._sell(day)
        self._samples.send(day)
        for kind, invoice in self._claimed_on[day]:
            if kind == RETURN:
                self.billing.take_back(invoice, day)
            else:
                self.billing.refund(invoice, day)
        if self._is_business_day[day]:
            self._count(day)

    def quotes(self) -> list[Quote]:
        """Offers, those of sales among them, by day and client."""
        made = [*self.desk.quotes, *quoted(self._config, self._draws, self.desk.orders)]
        return sorted(made, key=lambda quote: (quote.day, quote.client.id))

    def samples(self) -> list[Sample]:
        """Samples, each with the sale that it led to."""
        return led_to(self._samples.samples, self.desk.orders)

    def _sell(self, day: int) -> None:
        """The day's orders are taken and billed; intake learns what sold, claims wait for their day."""
        sold: dict[str, int] = defaultdict(int)
        for order in self.desk.take(self._orders_of[day], day):
            invoice = self.billing.issue(order)
            for line in order.lines:
                sold[line.batch.product.tier] += line.quantity
            claim = self._claims.get(order.id)
            if claim:
                self._claimed_on[day + claim.after].append((claim.kind, invoice))
        self.intake.remember(sold)

    def _count(self, day: int) -> None:
        """Flower is counted three weeks after it came: some lost weight, some was weighed short on intake."""
        low, high = curves.SHRINK_PERCENT
        for batch in self.stock.received_on(day - curves.COUNTED_AFTER_DAYS):
            differs, much, _, _ = self._counts[batch.id - 1]
            change = max(1, round(batch.received * (low + much * (high - low)) / 100 / QUARTER)) * QUARTER
            if batch.product.unit != "LB" or batch.on_hand <= 2 * change:
                continue
            if differs < self._shrink_share:
                self._adjust(batch, -change, "Moisture loss found at the count", day)
            elif differs < self._shrink_share + curves.FOUND_SHARE:
                self._adjust(batch, change, "More found at the count", day)

    def _adjust(self, batch: Batch, change: int, reason: str, day: int) -> None:
        """What a count found or missed is booked at cost."""
        movement = self.stock.count(batch, change, reason, COUNTER, day, COUNTED_AT)
        cents = batch.cost_cents(abs(change))
        more, less = (INVENTORY, COST_OF_GOODS) if change > 0 else (COST_OF_GOODS, INVENTORY)
        self.journal.record(
            day, "adjustment", movement.id, debit(more, cents), credit(less, cents),
            user=COUNTER, cents=cents,
        )  # fmt: skip


def _by_day(planned: Iterable[Planned]) -> dict[int, list[Planned]]:
    found: dict[int, list[Planned]] = defaultdict(list)
    for item in planned:
        found[item.day].append(item)
    return found
