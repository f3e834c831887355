"""Numbers of documents with unused ones everywhere, so that an absent row leaves no hole of its own."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints

LONGEST_RUN = 12
"""Unused numbers in sequence, at most."""


@cache
def unused_before(share: float) -> npt.NDArray[np.int64]:
    """Table of how many numbers stay unused before a document's, if `share` of all do: a geometric law.

    Such gaps have no memory: what an absent document leaves is a gap like others.
    """
    return quantile_tables.from_weights(range(LONGEST_RUN + 1), [share**k for k in range(LONGEST_RUN + 1)])


def used_half(draws: Draws, purpose: str, ids: Ints, numbers: int) -> npt.NDArray[np.bool_]:
    """Which half of its `numbers` each id uses, shape (ids, numbers): any half is as likely as another.

    Number by number a draw decides whether the next one is used, with the share of those still to be used.
    """
    left = np.full(len(ids), numbers // 2, dtype=np.uint32)  # still to be used
    used = np.empty((numbers, len(ids)), dtype=np.bool_)
    for number in range(numbers):
        if number % 4 == 0:
            fields = draws.fields(f"{purpose} {number}", ids)
        used[number] = fields[number % 4] * np.uint32(numbers - number) < left << np.uint32(16)
        left -= used[number]
    return np.ascontiguousarray(used.T)
