"""What happens on accounts: rows of a block, collected kind by kind and put in the order of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints

CHECKING, SAVINGS, CARD = range(3)
"""Accounts of a user, in their order."""

SLOTS = 3

MOST_DESCRIPTORS = 1_024
"""Bound of `Rows.label`, so that account, day, label and amount fit into one 64-bit key."""

Days = npt.NDArray[np.bool_]
"""Users x days: whether something happens."""


class EventRows(NamedTuple):
    """Events of a block, one entry each.

    Attributes:
        user: row of the user in the block.
        account: CHECKING, SAVINGS or CARD.
        day: day of the window, from 0.
        order: of events of a day, smaller ones first.
        amount_cents: positive is money out of the account, negative is money in.
        label: index into `descriptors.DESCRIPTORS`: merchant, feed string and category.
        is_pending: whether it is not posted yet, and in no balance.
        waited: days since the purchase.
        city: index into `places.CITIES` of where it was; -1 where the user lives.
    """

    user: Ints
    account: Ints
    day: Ints
    order: Ints
    amount_cents: Ints
    label: Ints
    is_pending: Days
    waited: Ints
    city: Ints

    def take(self, at: Ints) -> EventRows:
        """The events at some places."""
        return EventRows._make(values[at] for values in self)


@dataclass
class Events:
    """Events as they are found, of `users` users over `days` days."""

    users: int
    days: int
    found: list[EventRows] = field(default_factory=list)
    _flows: dict[int, tuple[int, Ints]] = field(default_factory=dict)

    def add(
        self,
        user: Ints,
        day: Ints,
        amount_cents: Ints,
        *,
        account: Ints | int,
        label: Ints | int,
        order: int,
        is_pending: Days | bool = False,
        waited: Ints | int = 0,
        city: Ints | int = -1,
    ) -> None:
        """Events of one kind, one for each of `user`."""
        size = len(user)
        self.found.append(
            EventRows(
                user,
                np.broadcast_to(np.asarray(account), size),
                day,
                np.broadcast_to(np.asarray(order), size),
                amount_cents,
                np.broadcast_to(np.asarray(label), size),
                np.broadcast_to(np.asarray(is_pending), size),
                np.broadcast_to(np.asarray(waited), size),
                np.broadcast_to(np.asarray(city), size),
            )
        )

    def outflow(self, account: int) -> Ints:
        """Cents out of an account by posted events, users x days; not to be written to."""
        counted, flow = self._flows.get(account, (0, np.zeros(self.users * self.days, dtype=np.int64)))
        for rows in self.found[counted:]:
            here = np.flatnonzero((rows.account == account) & ~rows.is_pending)
            np.add.at(flow, rows.user[here] * self.days + rows.day[here], rows.amount_cents[here])
        self._flows[account] = len(self.found), flow
        return flow.reshape(self.users, self.days)

    def sorted(self) -> EventRows:
        """All events by user, day and order; equal ones as they were added."""
        rows = EventRows._make(np.concatenate(values) for values in zip(*self.found, strict=True))
        place = ((rows.user * self.days + rows.day) * 16 + rows.order) * SLOTS + rows.account
        at = np.argsort(place, kind="stable")
        rows = rows.take(at)
        return rows._replace(amount_cents=distinct_cents(rows, self.days))


def distinct_cents(rows: EventRows, days: int) -> Ints:
    """Amounts, a cent more where chance would repeat account, day, label and amount."""
    amount = rows.amount_cents.copy()
    place = (rows.user * days + rows.day) * SLOTS + rows.account
    place = place * MOST_DESCRIPTORS + rows.label
    at = np.arange(len(amount))
    while len(at):
        key = (place[at] << 32) + amount[at]
        order = np.argsort(key, kind="stable")
        again = at[order[1:][np.diff(key[order]) == 0]]
        repeated = again[amount[again] > 0]
        amount[repeated] += 1
        at = np.flatnonzero(np.isin(place, place[repeated]))  # only there may it repeat another one now
    return amount
