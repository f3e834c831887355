"""Stock: batches of each product on the shelf, oldest first, and every movement of them.

Quantities are hundredths of a pound or of a case. All prices are whole dollars, so that no amount is rounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import NamedTuple

from synth_assets.worlds.wholesale.catalogue import CASES, Product
from synth_assets.worlds.wholesale.curves import SAMPLE_LEFT_GRAMS

INTAKE, SALE, RETURN, ADJUSTMENT, SAMPLE = "INTAKE", "SALE", "REFUND_RETURN", "ADJUSTMENT", "SAMPLE"


class SoldOut(ValueError):
    """There is less in stock than is sold."""


@dataclass(slots=True)
class Batch:
    """A batch of one product.

    Attributes:
        id: from 1, in order of intake.
        product: what it is.
        vendor: number of the grower.
        session: number of the intake session that it came with, which is also its lot.
        day, second: when it was taken in.
        received: what came.
        unit_cost_cents: cost of a pound or a case.
        terms: CONSIGNMENT, or how it was bought.
        on_hand: what is left, on the last day that was simulated; see `Year.left_on` for an earlier one.
        samples: hundredths of a gram that are left of the grower's samples, on that day.
        sample_left: of these, what nobody has asked for.
    """

    id: int
    product: Product
    vendor: int
    session: int
    day: int
    second: int
    received: int
    unit_cost_cents: int
    terms: str
    on_hand: int = 0
    samples: int = 0
    sample_left: int = 0

    @property
    def is_consigned(self) -> bool:
        """Whether it belongs to the grower until it is sold."""
        return self.terms == "CONSIGNMENT"

    @property
    def samples_brought(self) -> int:
        """Hundredths of a gram that the grower left as samples: of flower alone."""
        return 0 if self.product.tier == CASES else SAMPLE_LEFT_GRAMS

    def cost_cents(self, quantity: int) -> int:
        """Cost of some of it."""
        return self.unit_cost_cents * quantity // 100


class Movement(NamedTuple):
    """A batch's stock before and after something.

    Attributes:
        id: from 1, in time.
        batch: the batch.
        kind: INTAKE, SALE, RETURN, ADJUSTMENT or SAMPLE.
        change, before, after: quantities; after = before + change. Of a SAMPLE, grams of the batch's samples.
        reference: number of the sale, session or sample behind it, 0 for none.
        reason: in words, where the paper behind it does not say enough.
        user: who did it.
        day, second: when.
    """

    id: int
    batch: Batch
    kind: str
    change: int
    before: int
    after: int
    reference: int
    reason: str | None
    user: int
    day: int
    second: int


class Stock:
    """What is on the shelf."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.movements: list[Movement] = []
        self.of_tier: dict[str, int] = defaultdict(int)
        self._left: Counter[int] = Counter()
        self._shelves: dict[str, dict[int, deque[Batch]]] = defaultdict(lambda: defaultdict(deque))
        self._received_on: dict[int, list[Batch]] = defaultdict(list)

    def receive(self, batch: Batch, user: int) -> None:
        """Put a new batch on the shelf."""
        self.batches.append(batch)
        self._received_on[batch.day].append(batch)
        self._shelf(batch.product).append(batch)
        self._move(batch, INTAKE, batch.received, batch.session, "Received", user, batch.day, batch.second)

    def received_on(self, day: int) -> list[Batch]:
        """The batches that came on a day."""
        return self._received_on.get(day, [])

    def on_hand(self, product: Product) -> int:
        """What is left of a product."""
        return self._left[product.id]

    def take(
        self, product: Product, quantity: int, order: int, user: int, day: int, second: int
    ) -> list[tuple[Batch, int]]:
        """Sell a quantity of a product from its oldest batches; SoldOut where there is less."""
        taken = []
        shelf = self._shelf(product)
        while quantity:
            if not shelf:
                raise SoldOut(f"{product.name}: {quantity} more than there is")
            batch = shelf[0]
            part = min(quantity, batch.on_hand)
            self._move(batch, SALE, -part, order, None, user, day, second)
            taken.append((batch, part))
            quantity -= part
            if not batch.on_hand:
                shelf.popleft()
        if not shelf:
            del self._shelves[product.tier][product.id]
        return taken

    def put_back(self, batch: Batch, quantity: int, order: int, user: int, day: int, second: int) -> None:
        """Take back what was sold; the batch is the oldest of its product again."""
        self._move(batch, RETURN, quantity, order, "Returned by the client", user, day, second)
        shelf = self._shelf(batch.product)
        if batch not in shelf:
            shelf.insert(sum(other.id < batch.id for other in shelf), batch)

    def count(self, batch: Batch, change: int, reason: str, user: int, day: int, second: int) -> Movement:
        """Adjust what is left to what was counted."""
        return self._move(batch, ADJUSTMENT, change, 0, reason, user, day, second)

    def sample(self, batch: Batch, grams: int, request: int, user: int, day: int, second: int) -> None:
        """Send hundredths of a gram of a batch's samples."""
        before = batch.samples
        batch.samples -= grams
        number, left = len(self.movements) + 1, batch.samples
        self.movements.append(
            Movement(number, batch, SAMPLE, -grams, before, left, request, "Sample sent", user, day, second)
        )

    def oldest(self, product: Product) -> Batch:
        """The batch of a product that is sold next."""
        return self._shelves[product.tier][product.id][0]

    def pick(self, tier: str, wanted: int, day: int, drawn: float) -> Product | None:
        """A product of a tier of which there is enough on a day: older stock is offered first, and popular
        products sell faster.

        None where no product has as much as is wanted.
        """
        left = self._left
        able: list[tuple[Product, float]] = []
        whole = 0.0
        for product, shelf in self._shelves[tier].items():
            if left[product] >= wanted:
                batch = shelf[0]
                share = (0.3 + batch.product.popularity) * (1 + (day - batch.day) / 30)
                able.append((batch.product, share))
                whole += share
        still = drawn * whole
        for able_product, share in able:
            still -= share
            if still <= 0:
                return able_product
        return able[-1][0] if able else None

    def largest(self, tier: str) -> Product | None:
        """The product of a tier of which there is most; None where there is none at all."""
        able = [shelf[0].product for shelf in self._shelves[tier].values()]
        return max(able, key=lambda product: (self._left[product.id], -product.id), default=None)

    def _shelf(self, product: Product) -> deque[Batch]:
        return self._shelves[product.tier][product.id]

    def _move(
        self,
        batch: Batch,
        kind: str,
        change: int,
        reference: int,
        reason: str | None,
        user: int,
        day: int,
        second: int,
    ) -> Movement:
        """Change what is left of a batch, and note the movement."""
        before = batch.on_hand
        batch.on_hand += change
        if batch.on_hand < 0:
            raise ValueError(f"batch {batch.id} would hold {batch.on_hand}")
        self.of_tier[batch.product.tier] += change
        self._left[batch.product.id] += change
        number = len(self.movements) + 1
        left = batch.on_hand
        movement = Movement(number, batch, kind, change, before, left, reference, reason, user, day, second)
        self.movements.append(movement)
        return movement
