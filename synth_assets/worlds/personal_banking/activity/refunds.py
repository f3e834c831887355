"""Refunds that are in order: a shop gives back what was paid there, so that not every refund is a fault."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import never_visited, pace, posting
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, MOST_DESCRIPTORS, Events
from synth_assets.worlds.personal_banking.user_plan import Users

GIVEN_BACK = 3
"""Order of a day's events."""

FIRST_DAY, LAST_DAY = 3, 14
"""Days from purchase to refund, which is then posted as purchases are [D]."""

WHOLE_SHARE = 0.7
"""Refunds of all that was paid; others give back 20 to 90 % of it [D]."""

_TAKES_BACK = np.zeros(len(DESCRIPTORS), dtype=bool)
for _stream in never_visited.STREAMS:
    _TAKES_BACK[INDEX[_stream.name] + np.arange(len(_stream.brands))] = True


def give_back(events: Events, window: Window, draws: Draws, users: Users, statements: Ints) -> None:
    """Refunds of purchases so far, by the same merchant and into the same account.

    On a card a refund comes before the statement of its purchase, so that nobody has a credit balance.

    Args:
        statements: days of the window on which cards' statements are made, users x months.
    """
    user, day, cents, account, label, city = _purchases(events)
    cell = (users.number[user] * curves.LONGEST_WINDOW_DAYS + day) * MOST_DESCRIPTORS + label
    happens, when, whole, part = draws.fields("refund", cell).astype(np.int64)
    given = day + FIRST_DAY + when * (LAST_DAY - FIRST_DAY + 1) // 65_536
    back = posting.after(window, given, part)
    until = np.where(account == CARD, _statement_of(events, statements, user, day), events.days - 1)
    at = np.flatnonzero((happens < int(curves.RETURNED_SHARE * 65_536)) & (back <= until))
    amount = -_given_back(cents, whole, part)[at]
    events.add(
        user[at], back[at], amount, account=account[at], label=label[at], order=GIVEN_BACK,
        waited=(back - given)[at], city=city[at],
    )  # fmt: skip


def _given_back(cents: Ints, whole: Ints, part: Ints) -> Ints:
    """What is given back of amounts that were paid."""
    share = np.where(whole < int(WHOLE_SHARE * 65_536), 65_536, 13_107 + part * 7 // 10)
    return cents * share // 65_536


def refund_cents(draws: Draws, users: Users) -> Ints:
    """What each user would get back from the shop that is never visited."""
    size, whole, part, _ = draws.fields("refund size", users.number)
    streams = never_visited.STREAMS
    kind = never_visited.kind(draws, users.number, streams)
    paid = [pace.amount_cents(stream, np.zeros_like(kind), size) for stream in streams]
    return _given_back(np.choose(kind, paid), whole.astype(np.int64), part.astype(np.int64))


def _purchases(events: Events) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Posted purchases that may be returned: user, day, cents, account, label and city."""
    columns = []
    for rows in events.found:
        at = np.flatnonzero(_TAKES_BACK[rows.label] & ~rows.is_pending)
        columns.append(
            [
                values[at]
                for values in (rows.user, rows.day, rows.amount_cents, rows.account, rows.label, rows.city)
            ]
        )
    user, day, cents, account, label, city = (np.concatenate(values) for values in zip(*columns, strict=True))
    return user, day, cents, account, label, city


def _statement_of(events: Events, statements: Ints, user: Ints, day: Ints) -> Ints:
    """Day of the first statement on or after each purchase; the last day of the window if there is none."""
    beyond = np.full((len(statements), 1), events.days - 1)
    days = np.minimum(np.concatenate([statements, beyond], axis=1), events.days - 1)
    keys = (np.arange(len(days))[:, None] * (events.days + 1) + days).ravel()
    found = np.searchsorted(keys, user * (events.days + 1) + day)
    return days.ravel()[found]
