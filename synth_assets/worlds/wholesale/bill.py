"""Bills: what growers ask for."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.worlds.wholesale.stock import Batch


class BillLine(NamedTuple):
    """What a bill asks for goods of one batch: a quantity at its cost."""

    batch: Batch
    quantity: int

    @property
    def cents(self) -> int:
        """Its total."""
        return self.batch.cost_cents(self.quantity)


class Bill(NamedTuple):
    """What a grower asks for: consigned goods that were sold, or a delivery that was bought.

    Attributes:
        id: from 1, in time.
        vendor: the grower.
        day, due: when it came, and by when it is to be paid.
        terms: of the goods.
        lines: goods, batch by batch.
        session: the delivery; 0 for consigned goods.
    """

    id: int
    vendor: int
    day: int
    due: int
    terms: str
    lines: list[BillLine]
    session: int

    @property
    def cents(self) -> int:
        """What is owed."""
        return sum(line.cents for line in self.lines)
