"""Intake: growers bring batches twice a week, so that there is always enough of each way of growing.

Nine batches of ten come on consignment: they belong to the grower until they are sold.
"""

from __future__ import annotations

from math import fsum
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import CASES, FIRST_VENDOR, Product, UnitDraws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.journal import CONSIGNMENT, INVENTORY, PAYABLE, Journal, credit, debit
from synth_assets.worlds.wholesale.stock import Batch, Stock

DELIVERY_WEEKDAYS = (1, 3)
"""Growers come on Tuesdays and Thursdays."""

OPENING_RATES = {"indoor": 20_00, "greenhouse": 16_00, "outdoor": 12_00, CASES: 9_00}
"""What is sold a day before anything has been sold, for a year of $24M; hundredths of a pound or case."""

REMEMBERED_DAYS = 60
"""Days of sales from which the next ones are expected."""

BUYER, RECEIVERS = 6, (7, 8)
"""Users: who buys, and who receives."""

DAY_BEGINS = 8 * 3_600
"""When the first grower comes, seconds of the day."""

DELIVERED_WITHIN = 3_300
"""All growers of a day come within so many seconds: before the first order is taken."""


class Session(NamedTuple):
    """A delivery of one grower on one day, under one kind of terms; its batches are one lot.

    Attributes:
        id: from 1; also the number of the lot.
        vendor: the grower.
        day, second: when.
        terms: CONSIGNMENT, or how it was bought.
        receiver: the user who took it in.
        batches: what came.
    """

    id: int
    vendor: int
    day: int
    second: int
    terms: str
    receiver: int
    batches: list[Batch]


class Intake:
    """Growers' deliveries."""

    def __init__(
        self,
        config: Config,
        draws: Draws,
        window: Window,
        products: list[Product],
        stock: Stock,
        journal: Journal,
    ) -> None:
        self.sessions: list[Session] = []
        self._stock, self._journal, self._window = stock, journal, window
        self._of_tier: dict[str, list[Product]] = {}
        for product in products:
            self._of_tier.setdefault(product.tier, []).append(product)
        scale = config.annual_revenue / 24_000_000
        self._sold = {tier: [OPENING_RATES[tier] * scale] * REMEMBERED_DAYS for tier in self._of_tier}
        self._drawn = UnitDraws(draws, "batches")
        self._also_drawn = UnitDraws(draws, "more of batches")
        self._bought_of_ten = 10 - round(10 * config.intake_consignment_share)

    def _is_bought(self, place: int) -> bool:
        """Whether a batch is bought: so many of each ten in a row are, the others are consigned."""
        ten = sorted(range(place - place % 10, place - place % 10 + 10), key=lambda one: self._drawn[one][3])
        return place in ten[: self._bought_of_ten]

    def arrive(self, day: int) -> None:
        """Growers bring what is missing; nothing on days without deliveries."""
        delivers = self._window.weekday[day] in DELIVERY_WEEKDAYS and self._window.is_business[day]
        if self.sessions and not delivers:
            return
        coming: dict[tuple[int, str], list[Batch]] = {}
        for tier in self._of_tier:
            sold_a_day = fsum(self._sold[tier][-REMEMBERED_DAYS:]) / REMEMBERED_DAYS
            missing = sold_a_day * curves.COVER_DAYS - self._stock.of_tier[tier]
            taken: set[int] = set()
            while missing > 0:
                batch = self._batch(tier, day, taken, sum(map(len, coming.values())))
                taken.add(batch.product.id)
                coming.setdefault((batch.vendor, batch.terms), []).append(batch)
                missing -= batch.received
        apart = DELIVERED_WITHIN // max(len(coming), 4)
        for place, ((vendor, terms), batches) in enumerate(coming.items()):
            self._receive(vendor, terms, day, DAY_BEGINS + apart * place, apart, batches)

    def remember(self, sold: dict[str, int]) -> None:
        """Note what was sold of each tier on a day: the next deliveries follow from it."""
        for tier, days in self._sold.items():
            days.append(sold.get(tier, 0))

    def _batch(self, tier: str, day: int, taken: set[int], ahead: int) -> Batch:
        """The next batch of a tier, before it is received; `ahead` batches of the same day come first."""
        place = len(self._stock.batches) + ahead
        which, size, cost, _ = self._drawn[place]
        product = self._product(tier, taken, which)
        low, high = curves.BATCH_POUNDS
        step = 100 if tier == CASES else 50
        received = 100 * low + int(size * (100 * (high - low) / step + 1)) * step
        least, most = curves.COST_SHARE
        unit_cost = round(product.price_cents / 100 * (least + cost * (most - least))) * 100
        terms = "CONSIGNMENT"
        if self._is_bought(place):
            terms = curves.OWNED_TERMS[int(self._also_drawn[place][0] * len(curves.OWNED_TERMS))]
        return Batch(
            id=0,
            product=product,
            vendor=FIRST_VENDOR + product.grower,
            session=0,
            day=day,
            second=0,
            received=received,
            unit_cost_cents=unit_cost,
            terms=terms,
        )

    def _product(self, tier: str, taken: set[int], drawn: float) -> Product:
        """What a grower brings: rather a product that is sold out, never the same twice a day if possible."""
        able = [product for product in self._of_tier[tier] if product.id not in taken] or self._of_tier[tier]
        weights = [p.popularity * (3 if not self._stock.on_hand(p) else 0.3) for p in able]
        left = drawn * fsum(weights)
        for product, weight in zip(able, weights, strict=True):
            left -= weight
            if left <= 0:
                return product
        return able[-1]

    def _receive(
        self, vendor: int, terms: str, day: int, second: int, seconds: int, batches: list[Batch]
    ) -> None:
        """Take in a grower's batches of one kind of terms: numbered, put on the shelf and posted at cost.

        Args:
            second, seconds: when the grower comes, and how long until the next one.
        """
        number = len(self.sessions) + 1
        receiver = RECEIVERS[number % len(RECEIVERS)]
        session = Session(number, vendor, day, second, terms, receiver, batches)
        self.sessions.append(session)
        for place, batch in enumerate(batches):
            batch.id, batch.session = len(self._stock.batches) + 1, number
            batch.second = second + min(60, seconds // (len(batches) + 1)) * (place + 1)
            batch.samples = batch.sample_left = batch.samples_brought
            self._stock.receive(batch, receiver)
        cents = sum(batch.cost_cents(batch.received) for batch in batches)
        owed = CONSIGNMENT if terms == "CONSIGNMENT" else PAYABLE
        self._journal.record(
            day, "intake", number, debit(INVENTORY, cents), credit(owed, cents),
            user=receiver, party=vendor, cents=cents, memo=f"Intake {number}",
        )  # fmt: skip
