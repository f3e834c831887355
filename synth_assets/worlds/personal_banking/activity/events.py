"""What happens on accounts: rows of a block, collected kind by kind and put in the order of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Ints
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX

CHECKING, SAVINGS, CARD, HEALTH, HOME, STUDENT, AUTO, PERSONAL = range(8)
"""Accounts of a user, in their order: health savings after the card, then loans."""

LOANS = (HOME, STUDENT, AUTO, PERSONAL)
OWED = (CARD, *LOANS)
"""Accounts whose balance is what is owed: it grows by money out of them."""

SLOTS = 8

CASH, BILL_CENTS = INDEX["atm"], 2_000
"""A machine gives twenties."""

MOST_DESCRIPTORS = 1_024
"""Bound of `Rows.label`, so that account, day, label and amount fit into one 64-bit key."""

Days = npt.NDArray[np.bool_]
"""Users x days: whether something happens."""

Codes = npt.NDArray[np.integer]
"""Small whole numbers, which take one or two bytes each where there are millions."""


class EventRows(NamedTuple):
    """Events of a block, one entry each.

    Attributes:
        user: row of the user in the block.
        account: CHECKING, SAVINGS, CARD or one of the others.
        day: day of the window, from 0.
        order: of events of a day, smaller ones first.
        amount_cents: positive is money out of the account, negative is money in.
        label: index into `descriptors.DESCRIPTORS`: merchant, feed string and category.
        is_pending: whether it is not posted yet, and in no balance.
        waited: days since the purchase.
        city: index into `places.CITIES` of where it was; -1 where the user lives.
    """

    user: Ints
    account: Codes
    day: Ints
    order: Codes
    amount_cents: Ints
    label: Codes
    is_pending: Days
    waited: Codes
    city: Codes

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
        account: Codes | int,
        label: Codes | int,
        order: int,
        is_pending: Days | bool = False,
        waited: Codes | int = 0,
        city: Codes | int = -1,
    ) -> None:
        """Events of one kind, one for each of `user`."""
        size = len(user)
        self.found.append(
            EventRows(
                user,
                np.full(size, account, np.int8),
                day,
                np.full(size, order, np.int8),
                amount_cents,
                np.full(size, label, np.int16),
                np.full(size, is_pending, np.bool_),
                np.full(size, waited, np.int16),
                np.full(size, city, np.int8),
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
        rows = rows.take(stable_order(place))
        return rows._replace(amount_cents=distinct_cents(rows, self.days))


def stable_order(key: Ints) -> Ints:
    """Places in order of a key from 0, equal ones as they stand: `argsort`, several times faster.

    Key and place share one 64-bit number, which any sort puts in the same order.
    """
    bits = len(key).bit_length()
    both = (key << bits) | np.arange(len(key))
    both.sort()
    found: Ints = both & ((1 << bits) - 1)
    return found


def distinct_cents(rows: EventRows, days: int) -> Ints:
    """Amounts, a cent more where chance would repeat account, day, label and amount; of cash a bill more."""
    amount = rows.amount_cents.copy()
    place = (rows.user * days + rows.day) * SLOTS + rows.account
    place = place * MOST_DESCRIPTORS + rows.label  # 33 bits at most
    at, more = np.arange(len(amount)), np.where(rows.label == CASH, BILL_CENTS, 1)
    while len(at):
        key = (place[at] << 28) + amount[at]
        order = np.argsort(key, kind="stable")
        again = at[order[1:][np.diff(key[order]) == 0]]
        repeated = again[amount[again] > 0]
        amount[repeated] += more[repeated]
        at = np.flatnonzero(np.isin(place, place[repeated]))  # only there may it repeat another one now
    return amount
