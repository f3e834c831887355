"""What a user's rows say about a window of days: the figures from which personas are judged.

Windows are (as_of - days, as_of]; recurring merchants are always looked for in the last 90 days. Pending rows
count for nothing. Transfers, loan and card payments are no spending.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.descriptors import AT, LABELS
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, SAVINGS
from synth_assets.worlds.personal_banking.activity.facts import Block, window
from synth_assets.worlds.personal_banking.activity.recurrence import RECURRING_DAYS, groups
from synth_assets.worlds.personal_banking.config import Config

WINDOWS = (30, 180)
LOW_BALANCE_CENTS = 10_000

_NO_SPENDING = ("TRANSFER_IN", "TRANSFER_OUT", "LOAN_PAYMENTS")
_IS_SPENDING = np.array([label.primary not in _NO_SPENDING for label in LABELS])
_HAS_MERCHANT = np.array([label.merchant is not None for label in LABELS])
_IS_PAY = np.array([label.detailed == "INCOME_WAGES" for label in LABELS])

Floats = npt.NDArray[np.float64]


class Signals(NamedTuple):
    """Figures of a block, users x windows each.

    Attributes:
        recurring_merchants, recurring_cents_a_month: over the last 90 days.
        recurring_share_pct: of what is spent in the window.
        savings_inflow_cents_a_month, savings_growth_pct: of savings accounts.
        utilization_pct: of the fullest card; interest_cents: charged in the window.
        pays_minimum_only: the last payment is within 10 % of the minimum.
        is_overdue: the last statement was due before as_of and is not paid.
        paychecks, median_gap_days: NaN with fewer than two; buffer_months: cash over a month's spending, NaN
            where nothing is spent.
        low_days: below $100; low_share_pct, volatility: of the daily closing balance.
    """

    recurring_merchants: Ints
    recurring_cents_a_month: Ints
    recurring_share_pct: Floats
    savings_inflow_cents_a_month: Ints
    savings_growth_pct: Floats
    utilization_pct: Floats
    interest_cents: Ints
    pays_minimum_only: npt.NDArray[np.bool_]
    is_overdue: npt.NDArray[np.bool_]
    paychecks: Ints
    median_gap_days: Floats
    buffer_months: Floats
    low_days: Ints
    low_share_pct: Floats
    volatility: Floats


def signals(config: Config, block: Block) -> Signals:
    """The signals of a block's users."""
    days = window(config).length
    users, rows = len(block.users.number), block.rows
    posted = ~block.is_pending
    merchants, monthly, charged = _recurring(block, days)
    found = []
    for size in WINDOWS:
        inside = posted & (rows.day >= days - size)
        out = inside & (rows.amount_cents > 0) & _IS_SPENDING[rows.label]
        spent = np.bincount(rows.user[out], rows.amount_cents[out], users)
        service = out & charged
        recurring = np.bincount(rows.user[service], rows.amount_cents[service], users)
        saved = inside & (rows.account == SAVINGS)
        inflow = -np.bincount(rows.user[saved], rows.amount_cents[saved], users)
        before = block.closing_cents[:, SAVINGS] - inflow
        interest = inside & (rows.label == AT["interest_charge"])
        paid = inside & _IS_PAY[rows.label]
        cash = block.closing_cents[:, CHECKING] + block.closing_cents[:, SAVINGS]
        low, share, volatility = _balances(block, days, size)
        found.append(
            (
                merchants,
                monthly,
                _percent(recurring, spent),
                np.rint(inflow * 30 / size).astype(np.int64),
                _percent(inflow, before),
                _percent(block.closing_cents[:, CARD], block.cards.limit_cents),
                np.bincount(rows.user[interest], rows.amount_cents[interest], users).astype(np.int64),
                _minimum_only(block),
                block.cards.is_overdue,
                np.bincount(rows.user[paid], minlength=users),
                _median_gap(rows.user[paid], rows.day[paid], users),
                np.round(cash / np.where(spent > 0, spent * 30 / size, np.nan), 2),
                low,
                share,
                volatility,
            )
        )
    return Signals(*(np.stack(pair, axis=1) for pair in zip(*found, strict=True)))


def _percent(part: Ints, whole: Ints) -> Floats:
    """Nothing where there is no whole, or less than that."""
    found: Floats = np.zeros(whole.shape)
    np.divide(100 * part, whole, out=found, where=whole > 0)
    return np.round(found, 2)


def _minimum_only(block: Block) -> npt.NDArray[np.bool_]:
    least, paid = block.cards.minimum_cents, block.cards.last_payment_cents
    return (least > 0) & (10 * np.abs(paid - least) <= least)


def _recurring(block: Block, days: int) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """How many merchants recur, what they charge a month, and which rows are such charges."""
    rows, users = block.rows, len(block.users.number)
    is_charge = (rows.amount_cents > 0) & _HAS_MERCHANT[rows.label] & ~block.is_pending
    charge = np.flatnonzero(is_charge)
    found = groups(rows.user[charge], rows.label[charge], rows.day[charge], days)
    first = charge[found.order[found.first[found.recurs]]]  # of each recurring merchant
    cents = np.bincount(found.group, rows.amount_cents[charge[found.order]])[found.recurs]
    owner = rows.user[first]
    is_recurring = is_charge & np.isin(
        rows.user * len(LABELS) + rows.label, owner * len(LABELS) + rows.label[first]
    )
    merchants = np.bincount(owner, minlength=users)
    monthly = np.bincount(owner, cents, users) * 30 / RECURRING_DAYS
    return merchants, np.rint(monthly).astype(np.int64), is_recurring


def _median_gap(user: Ints, day: Ints, users: int) -> Floats:
    """Median days between paychecks; NaN with fewer than two."""
    same = user[1:] == user[:-1]
    owner, gap = user[1:][same], np.diff(day)[same]
    order = np.lexsort((gap, owner))
    owner, gap = owner[order], gap[order]
    count = np.bincount(owner, minlength=users)
    first = np.cumsum(count) - count
    median = np.full(users, np.nan)
    some = np.flatnonzero(count)
    low, high = first[some] + (count[some] - 1) // 2, first[some] + count[some] // 2
    median[some] = (gap[low] + gap[high]) / 2
    return median


def _balances(block: Block, days: int, size: int) -> tuple[Ints, Floats, Floats]:
    """Low days, their share and the volatility of checking's closing balances in the last `size` days."""
    rows, users = block.rows, len(block.users.number)
    here = np.flatnonzero((rows.account == CHECKING) & ~block.is_pending)
    flow = np.bincount(rows.user[here] * days + rows.day[here], rows.amount_cents[here], users * days)
    balance = block.opening_cents[:, [CHECKING]] - np.cumsum(flow.reshape(users, days), axis=1).astype(
        np.int64
    )
    recent = balance[:, days - size :]
    low = (recent < LOW_BALANCE_CENTS).sum(axis=1)
    mean = recent.sum(axis=1) / size  # sums of whole cents, so that no processor rounds them differently
    deviation = np.sqrt(np.maximum((recent * recent).sum(axis=1) / size - mean * mean, 0))
    volatility = np.round(deviation / np.where(mean > 0, mean, np.inf), 2)
    return low, np.round(100 * low / size, 2), volatility
