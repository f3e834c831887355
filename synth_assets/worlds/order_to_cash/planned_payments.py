"""The payments that are planned for invoices: when each comes, what it pays, and its numbers.

Planned is the sound course of events, up to whatever day. A fault, or as_of, leaves payments out; it changes
no other one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import growth
from synth_assets.worlds.order_to_cash.config import MOST_PARTS, Config
from synth_assets.worlds.order_to_cash.instalments import WHOLE, Bills, Bools, parts_of
from synth_assets.worlds.order_to_cash.order_days import months
from synth_assets.worlds.order_to_cash.payment_numbers import (
    SHARE_NUMBERS,
    by_rank,
    document_numbers,
    in_time,
    numbers_before,
    room,
    spare_ranks,
)
from synth_assets.worlds.order_to_cash.receipts import receipt_numbers, runs
from synth_assets.worlds.order_to_cash.short_instalments import agreed, joined


class PlannedPayments(NamedTuple):
    """Payments of some transactions of a block, in order of number.

    Attributes:
        row: position of the transaction in the block.
        is_second: whether it is for the duplicate, not for the first invoice.
        day: epoch day; it may lie after as_of.
        since, until: parts of WHOLE that are paid before it, and with it.
        number: of the payment.
        receipt: number of the bank payment; 0 where every payment is one of its own.
    """

    row: npt.NDArray[np.intp]
    is_second: Bools
    day: Ints
    since: Ints
    until: Ints
    number: Ints
    receipt: Ints


def part_cents(amount_cents: Ints, since: Ints, until: Ints) -> Ints:
    """What parts of an amount come to, with no cent lost: $100.00 in thirds is $33.33, $33.33 and $33.34."""
    return amount_cents * until // WHOLE - amount_cents * since // WHOLE


def planned_payments(
    config: Config, draws: Draws, first: Bills, second: Bills, short: npt.NDArray[np.intp]
) -> PlannedPayments:
    """The payments of the `first` invoices of all transactions that are numbered together and the `second`
    ones of the duplicates among them, by the draws of the table of payments; `short` are the first ones that
    are paid short in disguise."""
    parts = parts_of(config, draws, "instalments", first)
    others, bills = parts_of(config, draws, "second instalments", second), second
    if len(short):
        parts, split, more = agreed(config, draws, first, parts, short)
        bills, others = joined(second, others, split, more)
    queue = in_time(draws, parts.day, first.transaction[parts.bill] * MOST_PARTS + parts.turn)
    address = bills.transaction[others.bill] * MOST_PARTS + others.turn
    spare = spare_ranks(draws, queue, others.day, address, room(config.payments_per_invoice * len(first.row)))

    most = max(len(parts.bill), int(spare.max(initial=0)) + 1)
    before = _numbers_before(config, int(first.transaction[0]))
    numbers = document_numbers(draws, most, before)
    is_planned = numbers.rank < len(parts.bill)
    rank, number = numbers.rank[is_planned], numbers.planned[is_planned]
    other_number = by_rank(numbers.other, numbers.other_rank)[spare]
    source = _merged(number, other_number)

    def in_turn(planned: Any, other: Any) -> Any:
        return np.concatenate([planned, other])[source]

    part = in_turn(queue.place[rank], len(parts.bill) + np.arange(len(others.bill)))
    planned = PlannedPayments(
        row=np.concatenate([first.row[parts.bill], bills.row[others.bill]])[part],
        is_second=np.concatenate([parts.bill < 0, others.bill < len(second.row)])[part],
        day=np.concatenate([parts.day, others.day])[part],
        since=np.zeros_like(part),
        until=np.full_like(part, WHOLE),
        number=in_turn(number, other_number),
        receipt=np.zeros_like(part),
    )
    if config.payments_per_invoice == 1:
        return planned
    first_day = int(first.issue_day.min())
    receipt, other_receipt = receipt_numbers(
        document_numbers(draws.of("receipts"), most, before),
        runs(first, parts, first_day)[queue.place],
        runs(bills, others, first_day),
        spare,
    )
    return planned._replace(
        since=np.concatenate([parts.since, others.since])[part],
        until=np.concatenate([parts.until, others.until])[part],
        receipt=in_turn(receipt[rank], other_receipt),
    )


def _numbers_before(config: Config, transaction: int) -> int:
    """Numbers kept for the payments of all orders before the first one of those numbered together."""
    if config.grows:
        groups = growth.groups_before(months(config), transaction, config.payments_per_invoice)
        return 2 * SHARE_NUMBERS * groups
    return numbers_before(transaction, config.payments_per_invoice)


def _merged(numbers: Ints, others: Ints) -> npt.NDArray[np.intp]:
    """The order of ascending numbers and of others, which stand behind them in any order."""
    order = np.argsort(others)
    places = np.searchsorted(numbers, others[order]) + np.arange(len(others))
    source = np.empty(len(numbers) + len(others), dtype=np.intp)
    is_other = np.zeros(len(source), dtype=bool)
    is_other[places] = True
    source[~is_other], source[places] = np.arange(len(numbers)), len(numbers) + order
    return source
