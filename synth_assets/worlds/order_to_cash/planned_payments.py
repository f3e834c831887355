"""The payments that are planned for invoices: when each comes and which number it has.

Planned is the sound course of events, up to whatever day. A fault, or as_of, leaves payments out; it changes
no other one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import payment_numbers


class PlannedPayments(NamedTuple):
    """Payments of some transactions of a block, in order of transaction and day.

    Attributes:
        row: position of the transaction in the block.
        day: epoch day; it may lie after as_of.
        number: of the payment.
    """

    row: npt.NDArray[np.intp]
    day: Ints
    number: Ints


def planned_payments(
    draws: Draws, transaction: Ints, paid_day: Ints, second: npt.NDArray[np.intp], second_paid_day: Ints
) -> tuple[PlannedPayments, PlannedPayments]:
    """The payments of first invoices, and those of the duplicates' second ones.

    Args:
        draws: those of the table of payments.
        transaction: the transactions that are numbered together.
        paid_day: of the first invoice of each.
        second: positions of the duplicates.
        second_paid_day: of the second invoice of each.
    """
    queue = payment_numbers.in_time(draws, paid_day, transaction)
    most = payment_numbers.room(len(transaction))
    spare = payment_numbers.spare_ranks(draws, queue, second_paid_day, transaction[second], most)
    before = payment_numbers.before(int(transaction[0]))
    first_number, second_number = payment_numbers.document_numbers(draws, queue.rank, spare, before)
    return (
        PlannedPayments(np.arange(len(transaction)), paid_day, first_number),
        PlannedPayments(second, second_paid_day, second_number),
    )
