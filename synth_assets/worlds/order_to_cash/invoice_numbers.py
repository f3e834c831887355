"""Which number an invoice takes: fixed for every order, so that no row that is absent shifts another.

Every 16 orders have 17 slots of two numbers. One slot, drawn, is void; the others belong to the orders in
turn. An order's invoice takes one number of its slot, by a draw, and a duplicate the other. Unused numbers
are thus everywhere, and those that a missing invoice leaves look like those of a void slot.
"""

from __future__ import annotations

import numpy as np

from synth_assets.model.draws import Draws, Ints

GROUP_ORDERS = 16


def lower_numbers(draws: Draws, transaction: Ints) -> Ints:
    """The lower number of each transaction's slot; the upper one is the next. `transaction` ascends."""
    if not len(transaction):
        return transaction
    group, index = np.divmod(transaction, GROUP_ORDERS)
    groups = np.arange(group[0], group[-1] + 1)
    void = draws.fields("void slot", groups)[0].astype(np.int64) * (GROUP_ORDERS + 1) >> 16
    slot = group * (GROUP_ORDERS + 1) + index + (index >= void.take(group - group[0]))
    return 2 * slot + 1


def takes_upper(draws: Draws, transaction: Ints) -> Ints:
    """1 where the first invoice takes the upper number of its slot, else 0."""
    return (draws.fields("number", transaction)[0] & 1).astype(np.int64)
