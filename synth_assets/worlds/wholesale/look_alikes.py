"""Decoys that are planned for every label: rows that look like a fault and are sound, beside those of a year.

A receipt by another method changes the books, before anything is written of them. The other decoys are edits,
as faults are, but of papers that agree with one another and that no rule forbids. They are placed before any
fault, which then falls elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.anomalies.bills import as_two, cuts_below, paid_on, payouts
from synth_assets.worlds.wholesale.anomalies.kind import within
from synth_assets.worlds.wholesale.anomalies.sales import (
    SheetRow,
    flower_lines,
    list_price,
    repriced,
    sheets_of,
)
from synth_assets.worlds.wholesale.bill import Bill
from synth_assets.worlds.wholesale.edits import Fault
from synth_assets.worlds.wholesale.payment import Payment, methods_of
from synth_assets.worlds.wholesale.tables.payables import needs_approval
from synth_assets.worlds.wholesale.year import Year

OTHER_METHOD_SHARE = 0.4
"""Of a client's receipts so many may be by its second method, or that would be its usual one [D]."""


FIRST_WEEKS_DAYS = 60
"""So long bills cannot be paid at once: the first invoices are paid after 30 days, and there is little cash
before [D]."""


class LookAlike(NamedTuple):
    """A decoy that is planned by edits.

    Attributes:
        subjects: rows that may be one, in a fixed order.
        made: function of the books, a subject and four numbers from 0 to 1: its edits, as a fault has them;
            None where it cannot fall on that subject.
    """

    subjects: Callable[[Year], Sequence[Any]]
    made: Callable[[Year, Any, list[float]], Fault | None]


def paid_by_another_method(
    draws: Draws, receipts: Sequence[Payment], asked: int, first: int = 0
) -> dict[int, Payment]:
    """So many of some receipts by their client's second method, or as many as may be, by their number.

    `first` is the first receipt's place among all.
    """
    if not asked:
        return {}
    words = draws.of("paid_by_another_method").words("order", first + np.arange(len(receipts)))
    room = Counter(_payer(payment) for payment in receipts)
    room = Counter({client: int(OTHER_METHOD_SHARE * count) for client, count in room.items()})
    room -= Counter(_payer(p) for p in receipts if p.method == methods_of(_payer(p))[1])
    changed: dict[int, Payment] = {}
    for place in np.argsort(words, kind="stable").tolist():
        payment = receipts[place]
        usual, other = methods_of(_payer(payment))
        if len(changed) < asked and payment.method == usual and room[_payer(payment)] > 0:
            changed[payment.id] = payment._replace(method=other)
            room[_payer(payment)] -= 1
    return changed


def with_payments(year: Year, changed: Mapping[int, Payment]) -> Year:
    """The books with some payments in the place of those of the same number."""
    return replace(year, payments=[changed.get(p.id, p) for p in year.payments]) if changed else year


def _payer(payment: Payment) -> int:
    """The client whose invoice a receipt pays."""
    assert payment.invoice is not None
    return payment.invoice.order.client.id


def deep_discount_above_floor(year: Year, sheet: SheetRow, drawn: list[float]) -> Fault | None:
    """A sheet offers flower far below the list price, at or above the lowest price that the rules allow; None
    where one is offered below it already."""
    places = flower_lines(year, sheet)
    lines = [(round(100 * sheet.items[place]["price"]), list_price(year, sheet, place)) for place in places]
    is_cheap = any(price < listed for price, listed in lines)
    if is_cheap or not places:
        return None
    place = places[int(drawn[0] * len(places))]
    percent = within(100 - curves.LARGEST_PERCENT, 97, drawn[1])
    price = -(-list_price(year, sheet, place) * percent // 10_000) * 100
    edits, _ = repriced(sheet, place, price)
    return Fault(sheet.number, sheet.items[place]["batchId"], 0, 0, 0, edits)


def later_payouts(year: Year) -> list[Payment]:
    """Payments of bills, but for those of the first weeks, when no client has paid yet."""
    return [p for p in payouts(year) if p.bill is not None and p.bill.day >= FIRST_WEEKS_DAYS]


def small_bills(year: Year) -> list[Bill]:
    """Bills for consigned goods that nobody has to approve."""
    return [bill for bill in year.bills if not bill.session and not needs_approval(year, bill)]


def two_bills_below_limit(year: Year, bill: Bill, drawn: list[float]) -> Fault | None:
    """A grower sends two bills for the goods of a half-month, which are together below the limit."""
    return as_two(year, bill, drawn) if cuts_below(year, bill) else None


def paid_on_the_day_of_the_bill(year: Year, payment: Payment, drawn: list[float]) -> Fault | None:
    """A bill is paid on the business day on which it came; None where it was anyway."""
    bill = payment.bill
    assert bill is not None
    if payment.day == bill.day or not year.window.is_business[bill.day]:
        return None
    edits = paid_on(year, payment, bill.day)
    return Fault(payment.id, bill.id, 0, 0, 0, edits, paper=("PAYMENT", payment.id))


LOOK_ALIKES = {
    "deep_discount_above_floor": LookAlike(sheets_of, deep_discount_above_floor),
    "two_bills_below_limit": LookAlike(small_bills, two_bills_below_limit),
    "paid_on_the_day_of_the_bill": LookAlike(later_payouts, paid_on_the_day_of_the_bill),
}
"""The decoys that are edits, by name."""
