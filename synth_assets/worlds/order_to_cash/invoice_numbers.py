"""Which numbers an order's invoices take: fixed for every order, so that no absent row shifts another.

Every 16 orders share 32 numbers. A drawn half of them goes to their first invoices in turn, the other half is
kept for duplicates, in turn, too. Unused numbers are thus everywhere, and so are numbers in a row: neither
the hole of a missing invoice nor the number of a duplicate differs from what chance gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.used_numbers import used_half

GROUP_ORDERS = 16
GROUP_NUMBERS = 2 * GROUP_ORDERS


class InvoiceNumbers(NamedTuple):
    """The numbers of each transaction's first invoice and of its duplicate; both ascend."""

    first: Ints
    second: Ints


def invoice_numbers(draws: Draws, transaction: Ints, groups_before: int = 0) -> InvoiceNumbers:
    """The numbers of consecutive transactions; transactions count from 0, invoices from 1.

    `groups_before` are left to earlier ones, from which these count.
    """
    if not len(transaction):
        return InvoiceNumbers(transaction, transaction)
    start, last = int(transaction[0]) // GROUP_ORDERS, int(transaction[-1]) // GROUP_ORDERS
    groups = np.arange(start, last + 1) + groups_before
    used = used_half(draws, "numbers", groups, GROUP_NUMBERS).ravel()
    own = slice(int(transaction[0]) - start * GROUP_ORDERS, int(transaction[-1]) + 1 - start * GROUP_ORDERS)
    lowest = (start + groups_before) * GROUP_NUMBERS + 1
    return InvoiceNumbers(np.flatnonzero(used)[own] + lowest, np.flatnonzero(~used)[own] + lowest)
