"""In how many parts an invoice is paid, when each comes and what it pays: decided before any fault.

At most `payments_per_invoice`. The last part comes on the day on which the invoice would be paid in one; the
others are spread over the days since its issue. In disguise half of them are in steps: equal ones, and a
smaller last one, as the last one of an invoice that was paid short may be.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.order_to_cash import cash_curves, dates
from synth_assets.worlds.order_to_cash.config import Config

Bools = npt.NDArray[np.bool_]

WHOLE = 120
"""An amount in equal parts: halves, thirds and quarters are whole numbers of them, and so is the rest of a
deposit in as many."""

LEAST_REST = 6
"""What the last instalment pays at least where those before it are larger, of WHOLE: 5 % [D]."""


class Bills(NamedTuple):
    """Invoices whose payments are planned, one of each transaction.

    Attributes:
        row: position of the transaction in the block.
        transaction: its number.
        contact: customer.
        issue_day, paid_day: epoch days.
        is_run: whether the customer pays in runs, several invoices at once.
        is_whole: whether it is paid in one whatever the draw.
        is_agreed: whether it is paid in instalments whatever the draw, as far as its days hold them.
    """

    row: npt.NDArray[np.intp]
    transaction: Ints
    contact: Ints
    issue_day: Ints
    paid_day: Ints
    is_run: Bools
    is_whole: Bools
    is_agreed: Bools


def bills_at(bills: Bills, index: npt.NDArray[np.intp]) -> Bills:
    """Some of the bills."""
    values: list[Any] = [of_all[index] for of_all in bills]
    return Bills(*values)


class Parts(NamedTuple):
    """Parts in which bills are paid, in order of bill and day.

    Attributes:
        bill: index of the bill.
        turn: 0 for the first part of a bill.
        day: epoch day.
        since, until: parts of WHOLE that are paid before it, and with it.
    """

    bill: npt.NDArray[np.intp]
    turn: Ints
    day: Ints
    since: Ints
    until: Ints


def parts_of(config: Config, draws: Draws, purpose: str, bills: Bills) -> Parts:
    """The parts in which each bill is paid."""
    bill = np.arange(len(bills.row))
    if config.payments_per_invoice == 1:
        none = np.zeros_like(bill)
        return Parts(bill, none, bills.paid_day, none, none + WHOLE)
    chance, many, deposit, step = draws.fields(purpose, bills.transaction)
    days = bills.paid_day - bills.issue_day
    asked = quantile_tables.sample(cash_curves.instalments(config.payments_per_invoice), many)
    has = ((chance < cash_curves.INSTALMENTS_PER_65536) | bills.is_agreed) & ~bills.is_whole
    count = np.where(has, np.clip(days // cash_curves.DAYS_BETWEEN_INSTALMENTS, 1, asked), 1)
    bill = np.repeat(bill, count)
    turn = np.arange(len(bill)) - np.repeat(np.cumsum(count) - count, count)
    left = count[bill] - 1 - turn

    day = bills.paid_day[bill]
    early = np.flatnonzero(left)
    of = bill[early]
    due = bills.issue_day[of] + days[of] * (turn[early] + 1) // count[of]
    day[early] = dates.pay_day(config, draws, bills.contact[of], bills.is_run[of], due)

    down = quantile_tables.sample(cash_curves.deposit_pct(), deposit) * WHOLE // 100
    down = np.where(down > 0, down, WHOLE // count)
    later = (WHOLE - down) // np.maximum(count - 1, 1)
    if config.disguised:
        in_steps = step < cash_curves.STEPS_PER_65536
        down = np.where(in_steps, step_of(count, step), down)
        later = np.where(in_steps, down, later)
    until = np.where(left > 0, down[bill] + later[bill] * turn, WHOLE)
    since = np.where(turn > 0, np.concatenate([[0], until[:-1]]), 0)
    return Parts(bill, turn, day, since, until)


def step_of(count: Ints, step: Fields) -> Ints:
    """Parts of WHOLE that each of so many instalments pays but the last, which is smaller: more than an equal
    part, and so much that at least LEAST_REST is left; `step` is drawn below STEPS_PER_65536."""
    before = np.maximum(count - 1, 1)
    equal, most = WHOLE // count, (WHOLE - LEAST_REST) // before
    return equal + 1 + (most - equal) * step.astype(np.int64) // cash_curves.STEPS_PER_65536
