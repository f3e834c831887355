"""Instalments of invoices that are paid short in disguise: those of a sound invoice of what is received.

An invoice that is paid in parts anyway needs nothing: its parts share what is received. One that would be
paid at once gets more payments beside the one that is planned, so that no other row moves: earlier ones, the
planned one being the last, or, where it comes too soon for that, a later one.

What was agreed is written nowhere. So the rest that is missing is a last instalment that never came where the
others are equal, and where a smaller one ends them it is what that one is short.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws
from synth_assets.worlds.order_to_cash import cash_curves, dates
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.instalments import Bills, Parts, bills_at, parts_of

SOONEST_DAYS = cash_curves.DAYS_BETWEEN_INSTALMENTS
"""From issue to a payment that may be the first of several."""

LATEST_DAYS = 50
"""From issue to the last one where some follow the one that is planned, before it waits for a pay run [D]."""


def agreed(
    config: Config, draws: Draws, bills: Bills, parts: Parts, short: npt.NDArray[np.intp]
) -> tuple[Parts, Bills, Parts]:
    """The parts of all bills, in which those paid at once and `short` pay less with it; these bills; and
    their other parts."""
    lone = short[np.bincount(parts.bill, minlength=len(bills.row))[short] == 1]
    split = bills_at(bills, lone)
    days = split.paid_day - split.issue_day
    is_soon = (days >= SOONEST_DAYS) & (days < 2 * SOONEST_DAYS)
    _, many, _, _ = draws.fields("instalments", split.transaction)
    asked = quantile_tables.sample(cash_curves.instalments(config.payments_per_invoice), many)
    fit = np.minimum(asked, LATEST_DAYS // np.maximum(days, 1))
    until = np.where(is_soon, np.minimum(fit * days, (fit + 1) * SOONEST_DAYS - 1), days)
    split = split._replace(paid_day=split.issue_day + until, is_agreed=np.ones(len(lone), dtype=bool))
    own = parts_of(config, draws, "instalments", split)

    count = np.bincount(own.bill, minlength=len(lone))
    is_planned = own.turn == np.where(is_soon, 0, count - 1)[own.bill]
    since, end = parts.since.copy(), parts.until.copy()
    at = np.searchsorted(parts.bill, lone)
    since[at], end[at] = own.since[is_planned], own.until[is_planned]

    last = np.flatnonzero(is_soon[own.bill] & (own.turn == count[own.bill] - 1))
    of = own.bill[last]
    day = own.day.copy()
    day[last] = dates.pay_day(config, draws, split.contact[of], split.is_run[of], day[last])
    values: list[Any] = [of_all[~is_planned] for of_all in own._replace(day=day)]
    return parts._replace(since=since, until=end), split, Parts(*values)


def joined(bills: Bills, parts: Parts, more_bills: Bills, more: Parts) -> tuple[Bills, Parts]:
    """Two sets of bills with their parts as one."""
    both: list[Any] = [np.concatenate(pair) for pair in zip(bills, more_bills, strict=True)]
    more = more._replace(bill=more.bill + len(bills.row))
    all_parts: list[Any] = [np.concatenate(pair) for pair in zip(parts, more, strict=True)]
    return Bills(*both), Parts(*all_parts)
