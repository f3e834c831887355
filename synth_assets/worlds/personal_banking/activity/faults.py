"""What each fault does to a user's rows, accounts and balances.

A fault trips its own rule and no other. Balances follow from the rows that are left: before the fault's day
or after it a balance may be higher than without the fault, never lower, so that nobody is overdrawn by it.
"""

from __future__ import annotations

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.used_numbers import unused_before
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.descriptors import (
    DESCRIPTORS,
    INDEX,
    IS_PURCHASE,
    OWN_CITY,
)
from synth_assets.worlds.personal_banking.activity.events import (
    CARD,
    CHECKING,
    OWED,
    SAVINGS,
    SLOTS,
    EventRows,
)
from synth_assets.worlds.personal_banking.activity.over_limit import Late, late_payments, limits, room
from synth_assets.worlds.personal_banking.activity.solvent import rather, solvent
from synth_assets.worlds.personal_banking.activity.sound import Flags, SoundActivity, posted
from synth_assets.worlds.personal_banking.anomalies import (
    BEFORE_OPENED,
    DUPLICATE,
    LEG_MISSING,
    OVER_LIMIT,
    PENDING,
    REFUND,
    UNREPLAYED,
)
from synth_assets.worlds.personal_banking.user_plan import Users

PENDING_AT_MOST_DAYS = 10
"""A pending row that is older is a fault."""

UNUSED_SHARE = 0.2
"""Transaction numbers that no row has, so that a row that is gone or added leaves no mark [D]."""

OFF_BY_CENTS = (500, 50_000)
"""Bounds of what a balance that does not replay is off by [D]."""

SAVINGS_OFF_SHARE = 0.3
"""Of those, balances of savings accounts, where there is one [D]."""

_MIRROR = np.full(len(DESCRIPTORS), -1)
_MIRROR[[INDEX["card_payment_out"], INDEX["to_savings"]]] = INDEX["card_payment_in"], INDEX["from_checking"]
"""Of a label under which money leaves for another account, the label under which it arrives."""


_SIGNS = np.where(np.isin(np.arange(SLOTS), OWED), -1, 1)
"""Of each account, whether money out of it lowers its balance or is owed."""


def edit(
    plan: Users,
    sound: SoundActivity,
    window: Window,
    slots: int,
    draws: Draws,
    grows: bool = False,
    opening_cents: Ints | None = None,
) -> Block:
    """The users with their planned faults, with so many numbers a user.

    Balances end as they should. In a history that `grows` those of checking begin as they should, as no fault
    may change what comes before it; in a later window, which begins with `opening_cents`, all do, and faults
    are on checking, as what is owed on a card is planned.
    """
    rows, kind, users = sound.rows, plan.fault, plan.number
    counts = np.bincount(rows.user, minlength=len(kind))
    clean_number = np.arange(len(rows.user)) - (np.cumsum(counts) - counts)[rows.user]
    drawn, drawn_too, _, _ = draws.fields("faulty row", users)
    purchase = IS_PURCHASE[rows.label] & (rows.amount_cents > 0) & ~rows.is_pending
    if opening_cents is not None:
        purchase &= (rows.account == CHECKING) & (rows.waited <= rows.day)
    followed = one_of_each(purchase & _leaves_no_credit(sound), rows, drawn, len(kind))
    step = 1 + _unused(draws.fields("unused number of an added row", users)[0])
    waits = purchase & (rows.day < window.length - 1 - PENDING_AT_MOST_DAYS)
    shifts = solvent(sound, window.length) if grows else None
    if shifts is not None:
        waits = rather(waits, rows, shifts)
    late = late_payments(plan, sound, window, draws, shifts)
    number = _numbers(rows, clean_number, followed, step, slots, draws, users)
    if (late.day >= 0).any():
        number += room(late, rows, step)
    faulty = np.full(len(kind), -1)
    raised, posted_cents = np.zeros_like(sound.closing_cents), sound.posted_cents
    if kind.any():
        edits = _Edits(sound, kind, raised)
        edits.leave_pending(one_of_each(waits, rows, drawn_too, len(kind)))
        edits.drop_leg(followed, drawn)
        edits.add_after(followed)
        edits.pay_late(late)
        rows, at, faulty = edits.made()
        posted_cents = posted(rows, len(kind))
        number, clean_number = number[at], clean_number[at]
        is_added = at[1:] == at[:-1]
        number[1:] += np.where(is_added, step[rows.user[1:]], 0)  # the number that is left free for it
        number[2:] += at[2:] == at[:-2]
    closing = sound.closing_cents + raised
    opening = closing + posted_cents
    opening[:, OWED] = 2 * closing[:, OWED] - opening[:, OWED]
    if grows:
        opening[:, CHECKING] = (sound.closing_cents + sound.posted_cents)[:, CHECKING]
        opening = opening if opening_cents is None else opening_cents
        closing = opening - posted_cents * _SIGNS
    opened, too_late = _opened_late(sound, rows, kind == BEFORE_OPENED, draws, users, grows)
    misstated, account = _misstated(sound.has_account, closing, kind == UNREPLAYED, draws, users)
    faulty_account = np.where(kind == BEFORE_OPENED, too_late, account)
    cards = sound.cards
    if opening_cents is None:
        cards = cards._replace(limit_cents=limits(sound, rows, opening, kind))
    return Block(
        plan, cards, sound.loans, sound.has_account, rows, number, clean_number, opened, opening,
        misstated, faulty, faulty_account,
    )  # fmt: skip


class _Edits:
    """Rows as the faults change them, one method a fault or two."""

    def __init__(self, sound: SoundActivity, kind: Codes, raised: Ints) -> None:
        self._sound, self._kind, self._raised = sound, kind, raised
        rows = sound.rows
        self._rows = rows._replace(
            amount_cents=rows.amount_cents.copy(),
            label=rows.label.copy(),
            is_pending=rows.is_pending.copy(),
            waited=rows.waited.copy(),
        )
        self._times = np.ones(len(rows.user), dtype=np.int64)
        self._about = np.full(len(kind), -1)
        self._late: Late | None = None

    def leave_pending(self, of_user: Ints) -> None:
        """A purchase stays pending."""
        row = self._begin(of_user, PENDING)
        self._rows.is_pending[row], self._rows.waited[row] = True, 0
        self._raise(row, self._rows.amount_cents[row])

    def drop_leg(self, of_user: Ints, drawn: Fields) -> None:
        """A transfer arrives that left no other account; who makes none has a purchase turned into one."""
        gone, arrived = _transfer_of_each(self._sound.rows, self._kind == LEG_MISSING, drawn)
        moves = np.flatnonzero(gone >= 0)
        self._times[gone[moves]] = 0
        self._about[moves] = arrived[moves]
        self._raise(gone[moves], self._rows.amount_cents[gone[moves]])
        users = np.flatnonzero((self._kind == LEG_MISSING) & (gone < 0))
        row = of_user[users]
        self._about[users] = row
        self._raise(row, 2 * self._rows.amount_cents[row])
        self._rows.amount_cents[row] *= -1
        self._rows.label[row], self._rows.waited[row] = INDEX["from_checking"], 0

    def add_after(self, of_user: Ints) -> None:
        """A purchase is followed by itself, or by a refund of a shop that was never paid."""
        self._times[self._begin(of_user, DUPLICATE)] = 2
        row = self._begin(of_user, REFUND)
        self._times[row] = 2
        self._raise(row, self._sound.refund_cents[self._rows.user[row]])

    def pay_late(self, late: Late) -> None:
        """A payment that makes room below a card's limit comes after the purchase for which it does."""
        user = np.flatnonzero(self._kind == OVER_LIMIT)
        if (late.day[user] < 0).any():  # of 64,000 users none had fewer than four such payments
            raise ValueError("no payment of a user who pays around a limit could come later")
        self._about[user] = late.purchase[user]
        self._times[late.left[user]] = self._times[late.arrived[user]] = 0
        self._times[late.after[user]] = 3
        self._late = Late(*(values[user] for values in late))

    def made(self) -> tuple[EventRows, Ints, Ints]:
        """The rows that are left and added, the place of each among the sound rows, and for each user the row
        that the fault is about."""
        at = np.repeat(np.arange(len(self._times)), self._times)
        last = np.cumsum(self._times) - 1  # of a row that is followed by another, the other
        rows = self._rows.take(at)
        faulty = np.where(self._about >= 0, last[self._about], -1)
        if self._late and len(self._late.day):
            user = np.flatnonzero(self._kind == OVER_LIMIT)
            faulty[user] -= np.where(self._late.after == self._late.purchase, 2, 0)
            for legs, back in ((self._late.left, 1), (self._late.arrived, 0)):
                for values, sound in zip(rows, self._rows, strict=True):
                    values[last[self._late.after] - back] = sound[legs]
                rows.day[last[self._late.after] - back] = self._late.day
        user = np.flatnonzero(self._kind == REFUND)
        rows.amount_cents[faulty[user]] = -self._sound.refund_cents[user]
        rows.label[faulty[user]] = self._sound.refund_label[user]
        rows.city[faulty[user]] = OWN_CITY[self._sound.refund_label[user]]
        return rows, at, faulty

    def _begin(self, of_user: Ints, kind: int) -> Ints:
        """The rows that a kind of fault is about."""
        user = np.flatnonzero(self._kind == kind)
        self._about[user] = of_user[user]
        return of_user[user]

    def _raise(self, row: Ints, cents: Ints) -> None:
        """Closing balances rise by money that no longer leaves; what is owed on cards stays."""
        user, account = self._rows.user[row], self._rows.account[row]
        self._raised[user, account] += np.where(account == CARD, 0, cents)


def _leaves_no_credit(sound: SoundActivity) -> Flags:
    """Which rows could be there twice. What is owed on a card before the history follows from its rows, and
    must not become negative."""
    rows = sound.rows
    owed = (sound.closing_cents - sound.posted_cents)[:, CARD][rows.user]
    return (rows.account != CARD) | (rows.amount_cents <= owed) | (owed < 0)


def one_of_each(chosen: Flags, rows: EventRows, drawn: Fields, users: int) -> Ints:
    """One of the chosen rows of every user; the first row of users without any."""
    place = np.flatnonzero(chosen)
    counts = np.bincount(rows.user[place], minlength=users)
    at = np.cumsum(counts) - counts + drawn.astype(np.int64) * counts // 65_536
    first = np.minimum(np.searchsorted(rows.user, np.arange(users)), max(len(rows.user) - 1, 0))
    return np.where(counts > 0, np.append(place, 0)[at], first)


def _numbers(
    rows: EventRows, place: Ints, followed: Ints, step: Ints, slots: int, draws: Draws, users: Ints
) -> Ints:
    """Numbers in order of rows, some unused; after the row that may be followed by another a `step` more."""
    unused = _unused(draws.fields("unused number", users[rows.user] * slots + place)[0])
    taken = np.cumsum(np.append(0, 1 + unused))
    before = taken[np.searchsorted(rows.user, np.arange(len(users)))]
    later = np.arange(len(place)) > followed[rows.user]
    return taken[1:] - 1 - before[rows.user] + np.where(later, step[rows.user], 0)


def _unused(drawn: Fields) -> Ints:
    """How many numbers stay unused before a row's."""
    return quantile_tables.sample(unused_before(UNUSED_SHARE), drawn)


def _transfer_of_each(rows: EventRows, wanted: Flags, drawn: Fields) -> tuple[Ints, Ints]:
    """A transfer of each wanted user: the row that leaves and the one that arrives; -1 where none is."""
    gone = np.flatnonzero(wanted[rows.user] & (_MIRROR[rows.label] >= 0) & ~rows.is_pending)
    out = np.full(len(wanted), -1)
    mirror = out.copy()
    counts = np.bincount(rows.user[gone], minlength=len(wanted))
    user = np.flatnonzero(counts)
    out[user] = gone[(np.cumsum(counts) - counts + drawn.astype(np.int64) * counts // 65_536)[user]]
    arrived = np.flatnonzero((rows.amount_cents < 0) & (counts > 0)[rows.user])
    same = (
        (rows.day[arrived] == rows.day[out][rows.user[arrived]])
        & (rows.label[arrived] == _MIRROR[rows.label[out]][rows.user[arrived]])
        & (rows.amount_cents[arrived] == -rows.amount_cents[out][rows.user[arrived]])
    )
    mirror[rows.user[arrived[same]]] = arrived[same]
    return out, mirror


def _opened_late(
    sound: SoundActivity, rows: EventRows, wanted: Flags, draws: Draws, users: Ints, at_once: bool
) -> tuple[Ints, Ints]:
    """Days on which accounts were opened, and of each wanted user the account that was opened after its first
    transaction: savings before cards before checking, as sound accounts are opened late, too. In a history
    that grows that is the next day, so that all of it is known when it shows."""
    drawn = draws.fields("opened too late", users)[0].astype(np.int64)
    first = np.full(sound.has_account.shape, np.iinfo(np.int64).max)
    at = np.flatnonzero(wanted[rows.user] & ~(at_once & rows.is_pending))
    np.minimum.at(first, (rows.user[at], rows.account[at]), rows.day[at])
    may = first < sound.latest_opened_day
    account = np.select([may[:, SAVINGS], may[:, CARD]], [SAVINGS, CARD], CHECKING)
    user = np.flatnonzero(wanted)
    earliest = first[user, account[user]] + 1
    span = np.where(at_once, 0, np.maximum(sound.latest_opened_day - earliest, 0)) + 1
    opened = sound.opened_day.copy()
    opened[user, account[user]] = earliest + drawn[user] * span // 65_536
    return opened, account


def _misstated(
    has_account: Flags, closing: Ints, wanted: Flags, draws: Draws, users: Ints
) -> tuple[Ints, Ints]:
    """Balances of which the wanted users' are off, either way where they stay above zero; and whose account
    it is. Savings are only overstated, as they would otherwise seem to grow faster."""
    low, high = OFF_BY_CENTS
    drawn, which, sign, _ = draws.fields("off by", users).astype(np.int64)
    off = low + drawn * (high - low + 1) // 65_536
    on_savings = has_account[:, SAVINGS] & (which < int(SAVINGS_OFF_SHARE * 65_536))
    account = np.where(on_savings, SAVINGS, CHECKING)
    less = ~on_savings & (sign < 32_768) & (closing[:, CHECKING] > 2 * off)
    user = np.flatnonzero(wanted)
    stated = closing.copy()
    stated[user, account[user]] += np.where(less, -off, off)[user]
    return stated, account
