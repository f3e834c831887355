"""Overdrafts: who falls below zero, and the fee that most banks charge for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CHECKING, Days, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.user_plan import Users

CHARGED = 9
"""Order of a day's events."""

OVERDRAFT_FEE_CENTS, BANKS_WITHOUT_FEE = 3_500, 6
"""A fee of $35 a day [P CFPB 2017]; the first six of sixteen banks, about 40 %, charge none [D]."""

OVERDRAWN_MEDIAN_CENTS, OVERDRAWN_SIGMA = 2_400, 0.8
"""How far below zero [P pewtrusts.org: the median debit that overdraws is $24]."""

OVERDRAWN_SHARE = 0.19
"""Of high utilizers, subscribers and those with an irregular pay who are not stressed so many come to fall
below zero, if it does not make them look stressed [D]; with the stressed it is 24 % of all users [P CFPB,
Making Ends Meet, December 2023: 23.6 % of consumers in a year]."""

NEARLY_ZERO_CENTS = 100
"""Nobody's balance is so near to zero on a day that a few cents decide about a fee."""

LOW_CENTS, MOST_LOW_SHARE = 10_000, 0.25
"""Whoever is not stressed has fewer low days than would make a persona, in the windows of signals."""
WINDOWS = (30, 180)


def banks(draws: Draws, number: Ints) -> Ints:
    """Index into `curves.BANKS` of where users hold their accounts, by the draws of any table."""
    return draws.of("accounts").fields("bank", number + 1)[0].astype(np.int64) * len(curves.BANKS) // 65_536


def fee_cents(draws: Draws, number: Ints) -> Ints:
    """What the bank of each user charges on a day of overdraft."""
    return np.where(banks(draws, number) < BANKS_WITHOUT_FEE, 0, OVERDRAFT_FEE_CENTS)


@cache
def overdrawn_cents() -> npt.NDArray[np.int64]:
    """Table of how far a balance falls below zero, before a fee."""
    usual = curves.lognormal_cents(OVERDRAWN_MEDIAN_CENTS, OVERDRAWN_SIGMA)
    return NEARLY_ZERO_CENTS + 100 + usual


def charge(events: Events, user: Ints, day: Ints) -> None:
    """One fee for each user and day."""
    cents = np.full(len(user), OVERDRAFT_FEE_CENTS)
    events.add(user, day, cents, account=CHECKING, label=INDEX["overdraft_fee"], order=CHARGED)


def least_cents(draws: Draws, users: Users) -> Ints:
    """The reserve that each user keeps on checking."""
    reserve = draws.fields("reserve", users.number)[0].astype(np.int64)
    tight = has(users, user_plan.VARIABLE_INCOME)
    return np.where(tight, 12_000 + reserve * 15_000 // 65_536, 30_000 + reserve * 90_000 // 65_536)


def charge_from(events: Events, draws: Draws, users: Users, plain: Flags, opening: Ints) -> None:
    """The fees of plain users whose balances begin with `opening`, as they come."""
    user = np.flatnonzero(plain)
    balance = opening[user, None] - np.cumsum(events.outflow(CHECKING), axis=1)[user]
    _, fees = _charged(balance, _debits(events, user), fee_cents(draws, users.number[user])[:, None])
    row, day = np.nonzero(fees)
    charge(events, user[row], day)


def openings(events: Events, draws: Draws, users: Users, habits: Habits, least: Ints) -> Ints:
    """Opening balances of checking, such that nobody's falls below `least` cents but that of the overdrawn.

    Adds the fees of those who are, in users' order. A fee is charged on every day on which money goes out and
    the balance without the day's fee is below zero.
    """
    spent = np.cumsum(events.outflow(CHECKING), axis=1)
    opening = least + spent.max(axis=1, initial=0)
    user = np.flatnonzero(_may_overdraw(draws, users, habits))
    depth = quantile_tables.sample(overdrawn_cents(), draws.fields("overdrawn", users.number[user])[1])
    below = opening[user] - least[user] - depth
    fee = fee_cents(draws, users.number[user])[:, None]
    before, fees = _charged(below[:, None] - spent[user], _debits(events, user), fee)
    closing = before - fees * fee
    low = [(closing[:, -size:] < LOW_CENTS).mean(axis=1) for size in WINDOWS]
    has_account = (np.maximum(*low) < MOST_LOW_SHARE) & (np.abs(before) > NEARLY_ZERO_CENTS).all(axis=1)
    opening[user[has_account]] = below[has_account]
    row, day = np.nonzero(fees & has_account[:, None])
    charge(events, user[row], day)
    return opening


def _may_overdraw(draws: Draws, users: Users, habits: Habits) -> Flags:
    drawn = draws.fields("overdrawn", users.number)[0]
    plain = habits.is_active & ~habits.is_stressed & (users.edge < 0)
    irregular = has(users, user_plan.VARIABLE_INCOME)
    careless = has(users, user_plan.HIGH_UTILIZATION | user_plan.SUBSCRIPTION_HEAVY) | irregular
    careful = has(users, user_plan.SAVINGS_BUILDER)
    return plain & careless & ~careful & (drawn < int(OVERDRAWN_SHARE * 65_536))


def _debits(events: Events, user: Ints) -> Days:
    """Whether money goes out of checking, for the users at ascending places `user`."""
    out = np.zeros((events.users, events.days), dtype=bool)
    wanted = np.zeros(events.users, dtype=bool)
    wanted[user] = True
    for rows in events.found:
        at = np.flatnonzero(
            (rows.account == CHECKING) & (rows.amount_cents > 0) & wanted[rows.user] & ~rows.is_pending
        )
        out[rows.user[at], rows.day[at]] = True
    return out[user]


def _charged(balance: Ints, debits: Days, fee: Ints) -> tuple[Ints, Days]:
    """Balances before each day's fee, and the days with one; a fee lowers all later balances."""
    fees = np.zeros_like(debits)
    while True:
        before = balance - fee * (np.cumsum(fees, axis=1) - fees)
        found = debits & (before < 0) & (fee > 0)
        if (found == fees).all():
            return before, fees
        fees = found
