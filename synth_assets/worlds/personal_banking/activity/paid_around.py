"""Cards with a small limit for what is bought with them: how much it is, and what is bought.

Who has one pays by card wherever possible and looks at its balance every third business day. Large purchases
go by debit, and so does what exceeds half of the limit from one look to the next. What is paid, and when, is
in `around_payments.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import merchants
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX, IS_PURCHASE
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, Days, EventRows, Events
from synth_assets.worlds.personal_banking.user_plan import Users

LIMIT_SHARE = (0.45, 0.65)
"""A limit over what is spent by card in the dearest month, least and most [D]."""

LARGEST_CENTS, ROOM_SHARE, LAST_SHARE = 40_000, 0.5, 0.1
"""The largest purchase by card, and how much of the limit is spent at most from one look to the next, and
after the last one [D]."""

LOOK_EVERY = 3
"""Business days from one look at the balance to the next [D]."""

_BY_CARD = IS_PURCHASE.copy()
for _name in ("utilities", "internet", "insurance", "water", "telephone", "health"):
    _BY_CARD[INDEX[_name] + np.arange(len(merchants.PROVIDERS[_name]))] = True
_BY_CARD[INDEX["subscriptions"] : INDEX["weekly"] + 1] = True


def use_card(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    user: Ints,
    statements: Ints,
    limit: Ints | None = None,
) -> Ints:
    """Move the purchases of the users at places `user` to their card, as far as it is used for them; gives
    their limits, whole hundreds of dollars below what they spend in some month, or those that they have."""
    if not len(user):
        return np.zeros(0, dtype=np.int64)
    batch, place, holder, day, cents = _charges(events, user)
    by_card = cents <= LARGEST_CENTS
    month = (statements[user][holder] < day[:, None]).sum(axis=1)
    months = statements.shape[1] + 1
    share, _, _, _ = draws.fields("paid around", users.number[user])
    dearest = _dearest_month(month, months, holder, np.where(by_card, cents, 0), len(user))
    known, limit = limit, _whole(dearest * between(LIMIT_SHARE, share)) if limit is None else limit
    looks = looks_of(window, draws, users, user)
    before: Ints = np.cumsum(looks, axis=1) - looks
    look = before[holder, day]
    most = np.where(look == looks.sum(axis=1)[holder], LAST_SHARE, ROOM_SHARE) * limit[holder]
    by_card &= _so_far(holder * (window.length + 1) + look, day, np.where(by_card, cents, 0)) <= most
    for i, rows in enumerate(events.found):
        here = batch == i
        rows.account[place[here]] = np.where(by_card[here], CARD, CHECKING)
    dearest = _dearest_month(month, months, holder, np.where(by_card, cents, 0), len(user))
    return np.minimum(limit, _whole(dearest - 1)) if known is None else known


def stay_within(events: Events, user: Ints, most_cents: Ints, statements: Ints) -> None:
    """Move what the users at places `user` buy by card from one statement to the next beyond so many cents to
    checking; half as much is allowed before the window's first statement and after its last."""
    months = statements.shape[1]
    batch, place, holder, day, cents = _charges(events, user, lambda rows: rows.account == CARD)
    of = statements[user]
    month = (of[holder] < day[:, None]).sum(axis=1)
    is_part = (month == 0) | (month == (of < events.days).sum(axis=1)[holder])
    most = np.where(is_part, most_cents[holder] // 2, most_cents[holder])
    is_beyond = _so_far(holder * (months + 1) + month, day, cents) > most
    for i, rows in enumerate(events.found):
        rows.account[place[(batch == i) & is_beyond]] = CHECKING


def _whole(cents: npt.NDArray[np.number]) -> Ints:
    """Limits of whole hundreds of dollars, not below the smallest that there are."""
    return np.maximum(cents.astype(np.int64) // 10_000 * 10_000, curves.LIMIT_CENTS[0])


def _dearest_month(month: Ints, months: int, holder: Ints, cents: Ints, users: int) -> Ints:
    """The most that each user spends from one statement to the next."""
    spent = np.bincount(holder * months + month, cents, users * months)
    return spent.astype(np.int64).reshape(-1, months).max(axis=1)


class _Charges(NamedTuple):
    """What may be paid by card, one entry each: batch of events and place in it, whose, day and cents."""

    batch: Ints
    place: Ints
    holder: Ints
    day: Ints
    cents: Ints


def _by_card(rows: EventRows) -> Days:
    return _BY_CARD[rows.label]


def _charges(events: Events, user: Ints, of: Callable[[EventRows], Days] = _by_card) -> _Charges:
    """What the users at places `user` may pay by card, but for what was pending when the window began."""
    whose = np.full(events.users, -1)
    whose[user] = np.arange(len(user))
    parts = []
    for batch, rows in enumerate(events.found):
        at = np.flatnonzero((whose[rows.user] >= 0) & of(rows) & ~rows.is_pending & (rows.waited <= rows.day))
        at = at[rows.amount_cents[at] > 0]
        parts.append((np.full(len(at), batch), at, whose[rows.user[at]], rows.day[at], rows.amount_cents[at]))
    return _Charges(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def looks_of(window: Window, draws: Draws, users: Users, user: Ints) -> Days:
    """Days on which each user looks at the balance, users x days."""
    _, phase, _, _ = draws.fields("paid around", users.number[user]).astype(np.int64)
    business = window.is_business[: window.length]
    turn = np.cumsum(business) + (phase * LOOK_EVERY // 65_536)[:, None]
    found: Days = business & (turn % LOOK_EVERY == 0)
    return found


def between(bounds: tuple[float, float], drawn: Fields) -> npt.NDArray[np.float64]:
    """Shares between two bounds, all as likely."""
    low, high = bounds
    share: npt.NDArray[np.float64] = low + (high - low) * (drawn / 65_536)
    return share


def _so_far(group: Ints, day: Ints, cents: Ints) -> Ints:
    """Of each row, the sum of its group's up to it, by day."""
    order = np.lexsort((day, group))
    total = np.cumsum(cents[order])
    first = np.searchsorted(group[order], group[order])
    so_far = np.empty_like(total)
    so_far[order] = total - (total - cents[order])[first]
    return so_far
