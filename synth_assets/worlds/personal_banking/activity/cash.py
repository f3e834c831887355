"""Cash from a machine, with a fee at another bank's, and money back from the tax office."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import amounts, user_plan
from synth_assets.worlds.personal_banking.activity import posting
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import BILL_CENTS, CHECKING, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, has
from synth_assets.worlds.personal_banking.user_plan import Users

REFUNDED, WITHDRAWN, CHARGED = 0, 3, 4
"""Order of a day's events."""

WITHDRAWN_SHARE, SURCHARGED_SHARE, ATM_FEE_CENTS = 0.3, 0.2, (250, 300, 350)
"""Months with a withdrawal of cash, those at another bank's machine, and what one's own bank takes for it
[D; S Bankrate: $1.64 by one's own bank and $3.22 by the machine's in 2025]."""

REFUNDED_SHARE = 0.64
REFUND_CENTS, REFUND_SPREAD = (2_500, 225_000, 1_500_000), 0.9
"""Users who get a tax refund in a year, and how much: 105 of 163 million returns, $3,138 in the mean
[K irs.gov, filing season statistics of 2024]."""

REFUND_DAYS = (46, 120)
"""Of the year, first and last on which tax refunds come, earlier ones more often [D]."""

DAYS = REFUND_DAYS[1] - REFUND_DAYS[0] + 1

MOST_YEAR = 10_000
"""Bound of a year, so that user and year make one id of a draw; of months there are twelve times as many."""


def withdraw(events: Events, window: Window, draws: Draws, users: Users, plain: Flags) -> None:
    """Twenties from a machine in some months, and a fee on the same day where it is another bank's."""
    user = np.flatnonzero(plain & (users.edge < 0))
    dates = window.dates[: window.length]
    months = np.array([12 * date.year + date.month for date in dates])
    first, length = np.unique(months, return_index=True, return_counts=True)[1:]
    cell = users.number[user, None] * (12 * MOST_YEAR) + months[first]
    happens, when, size, where = draws.fields("cash", cell).astype(np.int64).reshape(4, *cell.shape)
    row, month = np.nonzero(happens < WITHDRAWN_SHARE * 65_536)
    day = posting.on_or_after(window, first[month] + when[row, month] * length[month] // 65_536)
    here = np.flatnonzero(day < window.length)
    row, month, day = row[here], month[here], day[here]
    twenties = 1 + size[row, month] ** 2 * 10 // 65_536**2
    events.add(user[row], day, BILL_CENTS * twenties, account=CHECKING, label=INDEX["atm"], order=WITHDRAWN)
    at = np.flatnonzero(where[row, month] < SURCHARGED_SHARE * 65_536)
    fees = np.array(ATM_FEE_CENTS)[users.number[user[row[at]]] % len(ATM_FEE_CENTS)]
    events.add(user[row[at]], day[at], fees, account=CHECKING, label=INDEX["atm_fee"], order=CHARGED)


def refund_taxes(events: Events, window: Window, draws: Draws, users: Users, plain: Flags) -> None:
    """Once a year in spring, on a business day; not to who lives from irregular pay and keeps little."""
    user = np.flatnonzero(plain & (users.edge < 0) & ~has(users, user_plan.VARIABLE_INCOME))
    years = np.unique([date.year for date in window.dates[: window.length]])
    happens, when, size, _ = draws.fields("tax refund", users.number[user, None] * MOST_YEAR + years)
    row, place = np.nonzero((happens < REFUNDED_SHARE * 65_536).reshape(len(user), len(years)))
    at = row * len(years) + place
    day = _refund_days(window, years)[place, when[at].astype(np.int64) ** 2 * DAYS // 65_536**2]
    cents = amounts.sample(*REFUND_CENTS, REFUND_SPREAD, size[at])
    here = np.flatnonzero((day >= 0) & (day < window.length))
    events.add(
        user[row[here]], day[here], -(cents[here] // 100) * 100,
        account=CHECKING, label=INDEX["tax_refund"], order=REFUNDED,
    )  # fmt: skip


def _refund_days(window: Window, years: Ints) -> Ints:
    """Days of the window on which refunds of a year come, years x DAYS, each moved to a business day; -1:
    outside the window."""
    starts = np.array([f"{year}-01-01" for year in years], dtype="M8[D]").astype(np.int64) - window.first
    days = starts[:, None] + np.arange(REFUND_DAYS[0], REFUND_DAYS[1] + 1) - 1
    later = posting.on_or_after(window, days.clip(0, window.length))
    return np.where((days >= 0) & (days < window.length), later, -1)
