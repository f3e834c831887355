"""Samples: growers leave a few grams of each batch of flower, and clients ask for some before they order."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import Client, unit_draws
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.stock import Batch, Stock

ASKED_AT, SENT_AT = 8 * 3_600 + 1_800, 17 * 3_600 + 900
"""When samples are asked for and sent, seconds of the day."""

SENDER = 8
"""The user who sends samples."""

PENDING, FULFILLED, CANCELLED = "PENDING", "FULFILLED", "CANCELLED"


class Wish(NamedTuple):
    """A planned request: who, when, how many hundredths of a gram, how it ends, and what is picked."""

    client: Client
    day: int
    grams: int
    wait: int
    is_cancelled: bool
    tier: float
    which: float


class Sample(NamedTuple):
    """A request for a sample of one batch.

    Attributes:
        id: from 1, in time.
        client: who asked.
        batch: of what.
        grams: hundredths of a gram.
        day: when it was asked for.
        end: the day on which it was sent or cancelled; beyond the books while it waits.
        is_cancelled: whether it was not sent.
        order: number of the sale that followed, 0 for none.
    """

    id: int
    client: Client
    batch: Batch
    grams: int
    day: int
    end: int
    is_cancelled: bool
    order: int = 0


def wishes(
    draws: Draws, window: Window, clients: list[Client], months: list[range], more_cancelled: float = 0.0
) -> list[Wish]:
    """Requests by day: at most one a client and month, which is within the month's allowance.

    Args:
        more_cancelled: share of the requests that are cancelled beside those that usually are.
    """
    found = []
    for client in clients:
        own = draws.of(f"samples {client.id}")
        asks = unit_draws(own, "asks", len(months))
        sends = unit_draws(own, "sends", len(months))
        share = curves.WHALE_ASKS if client.is_whale else curves.REGULAR_ASKS
        for span, (whether, when, much, wait), (cancelled, tier, which, _) in zip(
            months, asks, sends, strict=True
        ):
            able = [day for day in span if window.is_business[day]]
            if whether < share and able:
                grams = curves.SAMPLE_GRAMS[int(much * len(curves.SAMPLE_GRAMS))]
                day = able[int(when * len(able))]
                is_cancelled = cancelled < curves.CANCELLED_SHARE + more_cancelled
                found.append(Wish(client, day, grams, 1 + int(3 * wait), is_cancelled, tier, which))
    return sorted(found, key=lambda wish: (wish.day, wish.client.id))


class SampleCounter:
    """Answers requests from what growers have left."""

    def __init__(self, stock: Stock) -> None:
        self.samples: list[Sample] = []
        self._stock = stock
        self._ends: dict[int, list[Sample]] = defaultdict(list)

    def ask(self, wish: Wish) -> None:
        """Note a request for a batch of which there is enough."""
        tier = curves.TIERS[int(wish.tier * len(curves.TIERS))]
        product = self._stock.pick(tier, 1_00, wish.day, wish.which)
        batch = self._stock.oldest(product) if product else None
        if batch and batch.sample_left >= wish.grams:
            batch.sample_left -= wish.grams
            end = wish.day + wish.wait
            sample = Sample(
                len(self.samples) + 1, wish.client, batch, wish.grams, wish.day, end, wish.is_cancelled
            )
            self.samples.append(sample)
            self._ends[end].append(sample)

    def send(self, day: int) -> None:
        """Send what is due, or give it back."""
        for sample in self._ends[day]:
            if sample.is_cancelled:
                sample.batch.sample_left += sample.grams
            else:
                self._stock.sample(sample.batch, sample.grams, sample.id, SENDER, day, SENT_AT)


def led_to(samples: list[Sample], orders: list[Order]) -> list[Sample]:
    """Samples with the first sale of the same product to the same client within three weeks."""
    sales: dict[tuple[int, int], list[Order]] = defaultdict(list)
    for order in orders:
        for product in {line.batch.product.id for line in order.lines}:
            sales[order.client.id, product].append(order)
    taken: set[int] = set()
    found = []
    for sample in samples:
        able = (
            order.id
            for order in sales[sample.client.id, sample.batch.product.id]
            if sample.end < order.day <= sample.end + curves.CONVERTS_WITHIN_DAYS and order.id not in taken
        )
        number = 0 if sample.is_cancelled else next(able, 0)
        taken.add(number)
        found.append(sample._replace(order=number))
    return found
