"""Bills: what tables know of each, in a window and in a history that grows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.worlds.subscriptions import fault_plan
from synth_assets.worlds.subscriptions.anomalies import GHOST, ZOMBIE


class Bill(NamedTuple):
    """Bills of a block, one entry each, in order of number.

    Attributes:
        number: fixed for each customer and cycle, so a bill that is absent shifts no other.
        row: position of its subscription in the block; in a history that grows its own.
        cycle: index of the billing date.
        day: epoch day of the billing date.
        paid_day: sound payment day, at most as_of; meaningless where `settlement` is IN_GRACE.
        fault, settlement: codes of `anomalies` and `fault_plan`.
    """

    number: Ints
    row: npt.NDArray[np.int32]
    cycle: npt.NDArray[np.int16]
    day: npt.NDArray[np.int32]
    paid_day: npt.NDArray[np.int32]
    fault: Codes
    settlement: Codes

    def where(self, chosen: npt.NDArray[np.bool_]) -> Bill:
        """Some of the bills."""
        rows = np.flatnonzero(chosen)
        return Bill._make(values[rows] for values in self)

    @property
    def is_issued(self) -> npt.NDArray[np.bool_]:
        """Whether there is an invoice: all but ghosts."""
        return self.fault != GHOST

    @property
    def is_settled(self) -> npt.NDArray[np.bool_]:
        """Whether there is a payment by as_of: all but ghosts, zombies and bills still in grace."""
        return self.is_issued & (self.fault != ZOMBIE) & (self.settlement != fault_plan.IN_GRACE)
