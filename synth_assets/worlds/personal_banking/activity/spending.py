"""Income and purchases of users whose balance is their own affair; stressed users have `stress.py`."""

from __future__ import annotations

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity import (
    bills,
    cash,
    favourites,
    monthly,
    overdrafts,
    pace,
    places,
    posting,
    services,
)
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX, OWN_CITY, provider
from synth_assets.worlds.personal_banking.activity.events import (
    BILL_CENTS,
    CARD,
    CHECKING,
    SAVINGS,
    Days,
    Events,
)
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.activity.strata import Before, Stratum
from synth_assets.worlds.personal_banking.activity.trips import trips
from synth_assets.worlds.personal_banking.activity.visits import Visits, visits
from synth_assets.worlds.personal_banking.curves import Stream
from synth_assets.worlds.personal_banking.user_plan import Users

INCOME, PURCHASE = 0, 3
"""Order of a day's events."""

PENDING_DAYS = 5
"""Days of those who have only pending transactions [D]."""

HELD_DAYS, HELD_SHARE = 10, 0.04
"""Purchases of the last days that a merchant has not settled yet; the document's limit is ten days [D]."""


def simulate(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, stratum: Stratum | None = None
) -> None:
    """Everything but paychecks, card payments and interest, and what stressed users do."""
    plain = lives_plainly(users, habits)
    services.subscribe(events, window, draws, users, habits, stratum)
    bills.deposit(events, draws, users, habits)
    bills.save(events, habits, users, plain)
    before = stratum.before if stratum else None
    saved = before.balance_cents[:, SAVINGS] if before else bills.saved_before(draws, users, habits)
    bills.earn_interest(events, window, draws, users, saved)
    billed = monthly.pay(events, window, draws, users, habits, plain)
    billed += bills.save_for_health(events, window, draws, users, habits)
    cash.withdraw(events, window, draws, users, plain)
    cash.refund_taxes(events, window, draws, users, plain)
    left = habits.monthly_income_cents * curves.SPENT_SHARE - billed - habits.subscriptions * 2_000
    if before:
        left += _spared_cents(habits, has(users, user_plan.VARIABLE_INCOME), before)
    paces = pace.of_costs(left)
    allowed = favourites.allowed(users, habits)
    may = plain[:, None] | _still_pending(users, window.length)
    travels = plain & ~has(users, user_plan.VARIABLE_INCOME)
    for stream, found in visits(window, draws, users, may, trips(window, draws, users, travels)):
        allowed = _purchases(
            events, window, draws, users, habits, stream, paces, found, allowed, stratum is not None
        )


def _spared_cents(habits: Habits, variable: Flags, before: Before) -> Ints:
    """What users spend more in a month, or less, as there is more or less on checking than they keep."""
    income = habits.monthly_income_cents
    more = (before.balance_cents[:, CHECKING] - income * curves.KEPT_MONTHS) / curves.SPARED_OVER_MONTHS
    most = income * curves.SPARED_SHARE
    return np.where(variable, 0, np.clip(more, -most, most)).astype(np.int64)


def lives_plainly(users: Users, habits: Habits) -> Flags:
    """Who earns, pays bills and spends as it comes."""
    return habits.is_active & ~habits.is_stressed & (users.edge != user_plan.ONLY_PENDING)


def earn(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, before: Before | None = None
) -> None:
    """Paychecks. A variable income pays for what is spent until the next one, so that little is ever left.

    In a later window of a history everybody else who would end it with less than the reserve is paid more.
    """
    plain = lives_plainly(users, habits)
    user, day = np.nonzero(habits.paydays & plain[:, None])
    cell = users.number[user] * curves.LONGEST_WINDOW_DAYS + day
    score = curves.normal()[draws.fields("pay", cell)[0] >> 4]
    usual = habits.monthly_income_cents * habits.days_a_pay / (365 / 12)
    deviation = np.where(habits.days_a_pay == 7, curves.HOURLY_DEVIATION, curves.SALARY_DEVIATION)
    amount = (usual[user] * (1 + deviation[user] * score)).astype(np.int64)
    variable = has(users, user_plan.VARIABLE_INCOME)
    at = np.flatnonzero(variable[user])
    amount[at] = _spent_until_next(events, habits, user[at], day[at], before is not None)
    if before:
        amount = _kept_up(events, draws, users, variable, before, user, day, amount)
    employer = draws.fields("employer", users.number)[0].astype(np.int64)
    label = np.where(variable, provider("gig", employer), provider("payroll", employer))
    events.add(user, day, -amount, account=CHECKING, label=label[user], order=INCOME)


def _kept_up(
    events: Events, draws: Draws, users: Users, variable: Flags, before: Before, user: Ints, day: Ints,
    amount: Ints,
) -> Ints:  # fmt: skip
    """Paychecks that keep balances up: a variable income's first one brings them to the reserve, others are
    raised where less than the reserve would be left at the end."""
    count = len(users.number)
    opening, least = before.balance_cents[:, CHECKING], overdrafts.least_cents(draws, users)
    spent = np.cumsum(events.outflow(CHECKING), axis=1)
    wages = np.bincount(user, amount, count).astype(np.int64)
    asked = spent[:, -1] + least - opening
    share = np.where(~variable & (wages > 0), np.maximum(asked / np.maximum(wages, 1), 1.0), 1.0)
    raised = (amount * share[user]).astype(np.int64)
    is_first = variable[user] & np.append(True, user[1:] != user[:-1])[: len(user)]
    at = np.flatnonzero(is_first)
    left = opening[user[at]] - spent[user[at], np.maximum(day[at] - 1, 0)] * (day[at] > 0)
    raised[at] = np.maximum(raised[at] + least[user[at]] - left, raised[at] // 4)
    return raised


def _spent_until_next(events: Events, habits: Habits, user: Ints, day: Ints, goes_on: bool) -> Ints:
    """Cents out of checking from each payday to the day before the next; after the last one, at the pace so
    far, or where another window has gone before at that of all of this one and a tenth more."""
    spent = np.cumsum(events.outflow(CHECKING), axis=1)
    spent = np.concatenate([np.zeros((len(spent), 1), dtype=np.int64), spent], axis=1)
    is_last = np.append(user[1:] != user[:-1], True)
    until = np.where(is_last, events.days, np.append(day[1:], 0))
    out = spent[user, until] - spent[user, day]
    if goes_on:
        usual = 1.1 * spent[user, -1] * habits.days_a_pay[user] / events.days
        return np.where(is_last, usual, out).astype(np.int64)
    return np.where(is_last, out * habits.days_a_pay[user] / (until - day), out).astype(np.int64)


def _purchases(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, stream: Stream, paces: Ints,
    found: Visits, allowed: Ints, goes_on: bool,
) -> Ints:  # fmt: skip
    """What is bought on visits; what is not posted by as_of is pending. Gives how many recurring merchants
    each user may have left.

    Where the window goes on with another one, all of it will be posted in time, and nothing is pending on a
    card of which most of the limit may be in use.
    """
    user, bought, size, by_card, held = found.user, found.day, found.size, found.by_card, found.held
    is_held = (bought >= events.days - 1 - HELD_DAYS) & (held < int(HELD_SHARE * 65_536)) & (not goes_on)
    is_held |= (users.edge == user_plan.ONLY_PENDING)[user]
    posted_on = posting.after(window, bought, held.astype(np.int64))
    is_pending = is_held | (posted_on >= events.days)
    label, allowed = _merchants(draws, users, stream, found, posted_on, is_pending, events.days, allowed)
    day = np.where(is_pending, bought, posted_on)
    city = _cities(draws, users, stream, found, label)
    in_cash = (users.edge == user_plan.ONLY_CASH)[user]
    label = np.where(in_cash, INDEX["atm"], label)
    amount = pace.amount_cents(stream, paces[user], size)
    amount = np.where(in_cash, -(-amount // BILL_CENTS) * BILL_CENTS, amount)
    share = np.where(has(users, user_plan.HIGH_UTILIZATION), curves.REVOLVERS_CARD_USE, 1) * stream.card_share
    on_card = habits.has_card[user] & (day >= habits.card_day[user]) & (by_card < share[user] * 65_536)
    if goes_on:
        is_near_limit = has(users, user_plan.HIGH_UTILIZATION) | (users.paid_around_limit > 0)
        on_card &= ~(is_pending & is_near_limit[user])
    account = np.where(on_card, CARD, CHECKING)
    events.add(
        user, day, amount, account=account, label=label, order=PURCHASE, is_pending=is_pending,
        waited=day - bought, city=city,
    )  # fmt: skip
    return allowed


def _cities(draws: Draws, users: Users, stream: Stream, found: Visits, label: Ints) -> Ints:
    """The city of each visit: of chains the one at home or near the work, on trips always the same one."""
    home, work = places.homes(draws, users.number), places.works(draws, users.number)
    there = found.metro * places.SIZE
    near_home, near_work = there + home[found.user] % places.SIZE, there + work[found.user] % places.SIZE
    near_work = np.where(found.is_away, near_home, near_work)
    return places.cities(OWN_CITY[label], stream.name, near_home, near_work, found.at)


def _merchants(
    draws: Draws,
    users: Users,
    stream: Stream,
    found: Visits,
    posted_on: Ints,
    is_pending: Days,
    days: int,
    allowed: Ints,
) -> tuple[Ints, Ints]:
    """The shop of each visit, by preference; other ones where a merchant would recur who may not."""
    user = found.user
    known = favourites.shops(draws, users.number, stream)
    rank = favourites.ranks(stream, known, user, found.at)

    def posted(at: Ints, _: Ints) -> tuple[Ints, Flags]:
        return posted_on[at], ~is_pending[at]

    return favourites.settled(stream, known, user, rank, found.metro, posted, days, allowed)


def _still_pending(users: Users, days: int) -> Days:
    """The last days of users who have only pending transactions."""
    return (users.edge == user_plan.ONLY_PENDING)[:, None] & (np.arange(days) >= days - PENDING_DAYS)
