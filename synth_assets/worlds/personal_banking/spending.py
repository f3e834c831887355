"""Income, bills and purchases of users whose balance is their own affair; stressed users have `stress.py`."""

from __future__ import annotations

import math

import numpy as np

from synth_assets.model import lookup
from synth_assets.model.calendar import Window, date_of
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import plan, shapes
from synth_assets.worlds.personal_banking.events import CARD, CHECKING, SAVINGS, Days, Events
from synth_assets.worlds.personal_banking.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.labels import AT
from synth_assets.worlds.personal_banking.plan import Users
from synth_assets.worlds.personal_banking.recurrence import groups
from synth_assets.worlds.personal_banking.shapes import Stream

INCOME, BILL, CHARGE, PURCHASE, SAVED = range(5)
"""Order of a day's events."""

LONGEST_WINDOW_DAYS = 1_024
PENDING_DAYS = 5
"""A purchase is posted within so many days [D]."""


def live(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> None:
    """Everything but paychecks, card payments and interest, and what stressed users do."""
    plain = lives_plainly(users, habits)
    cell = users.number[:, None] * LONGEST_WINDOW_DAYS + np.arange(window.length)
    _subscribe(events, window, draws, users, habits)
    bills = _bills(events, window, draws, users, habits, plain)
    left = habits.monthly_income_cents * shapes.SPENT_SHARE - bills - habits.subscriptions * 2_000
    left -= np.where(has(users, plan.SAVINGS_BUILDER), habits.monthly_income_cents * shapes.SAVED_SHARE, 0)
    usual = math.fsum(s.a_month * s.median_cents * math.exp(s.sigma**2 / 2) for s in shapes.STREAMS)
    scale = np.clip(left / usual, 0.4, 2.5)
    for stream in shapes.STREAMS:
        _purchases(events, window, draws, users, habits, cell, stream, scale, plain)
    _save(events, habits, users, plain)


def lives_plainly(users: Users, habits: Habits) -> Flags:
    """Who earns, pays bills and spends as it comes."""
    return habits.is_active & ~habits.is_stressed & (users.edge != plan.ONLY_PENDING)


def earn(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> None:
    """Paychecks. A variable income pays for what is spent until the next one, so that little is ever left."""
    plain = lives_plainly(users, habits)
    user, day = np.nonzero(habits.paydays & plain[:, None])
    cell = users.number[user] * LONGEST_WINDOW_DAYS + day
    score = shapes.normal()[draws.fields("pay", cell)[0] >> 4]
    usual = habits.monthly_income_cents * habits.days_a_pay / (365 / 12)
    amount = (usual[user] * (1 + shapes.SALARY_DEVIATION * score)).astype(np.int64)
    variable = has(users, plan.VARIABLE_INCOME)
    at = np.flatnonzero(variable[user])
    amount[at] = _spent_until_next(events, habits, user[at], day[at])
    label = np.where(variable, AT["gig"], AT["payroll"])
    events.add(user, day, -amount, account=CHECKING, label=label[user], order=INCOME)


def _spent_until_next(events: Events, habits: Habits, user: Ints, day: Ints) -> Ints:
    """Cents out of checking from each payday to the day before the next; after the last one, at the pace so
    far."""
    spent = np.cumsum(events.outflow(CHECKING), axis=1)
    spent = np.concatenate([np.zeros((len(spent), 1), dtype=np.int64), spent], axis=1)
    is_last = np.append(user[1:] != user[:-1], True)
    until = np.where(is_last, events.days, np.append(day[1:], 0))
    out = spent[user, until] - spent[user, day]
    return np.where(is_last, out * habits.days_a_pay[user] / (until - day), out).astype(np.int64)


def _bills(events: Events, window: Window, draws: Draws, users: Users, habits: Habits, plain: Flags) -> Ints:
    """Rent on the 1st to 3rd, utilities and car on days of their own; cents a month of all three."""
    month_day = _days_of_month(window)
    when, share, utilities, car = draws.fields("bills", users.number).astype(np.int64)
    low, high = shapes.RENT_SHARE
    income = habits.monthly_income_cents
    rent = (income * (low + (high - low) * share / 65_536)).astype(np.int64)
    season = np.array([math.sin(2 * math.pi * day / 365) for day in range(window.length)])
    for name, day, cents, swing in (
        ("rent", 1 + when * 3 // 65_536, rent, 0.0),
        ("utilities", 5 + utilities * 20 // 65_536, income * shapes.UTILITIES_SHARE, shapes.UTILITIES_SEASON),
        ("car", 3 + car * 22 // 65_536, income * shapes.CAR_SHARE, 0.0),
    ):
        user, at = np.nonzero((month_day == day[:, None]) & plain[:, None])
        amount = np.rint(cents[user] * (1 + swing * season[at])).astype(np.int64)
        events.add(user, at, amount, account=CHECKING, label=AT[name], order=BILL)
    return rent + income * (shapes.UTILITIES_SHARE + shapes.CAR_SHARE)


def _subscribe(events: Events, window: Window, draws: Draws, users: Users, habits: Habits) -> None:
    """Services charge on a day of the month that never slips, and stood three times in the last 90 days."""
    month_day = _days_of_month(window)
    soon = {date_of(window.last + ahead).day for ahead in (1, 2, 3)}
    allowed = np.array([day for day in range(1, 29) if day not in soon])
    services = len(shapes.SUBSCRIPTIONS)
    prices = np.array([service.price_cents for service in shapes.SUBSCRIPTIONS])
    first = draws.fields("first service", users.number)[0].astype(np.int64) * (services - 2) // 65_536
    many = has(users, plan.SUBSCRIPTION_HEAVY)
    account = np.where(habits.has_card, CARD, CHECKING)
    for place in range(int(habits.subscriptions.max(initial=0))):
        which = (first + place) % (services - 2)
        if place < 2:  # the two dear ones make three services more than $50 a month
            which = np.where(many, services - 2 + place, which)
        drawn = draws.fields(f"service {place}", users.number)[0].astype(np.int64)
        day = allowed[drawn * len(allowed) // 65_536]
        user, at = np.nonzero((month_day == day[:, None]) & (habits.subscriptions > place)[:, None])
        service = which[user]
        label = AT["subscriptions"] + service
        events.add(user, at, prices[service], account=account[user], label=label, order=CHARGE)


def _purchases(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    habits: Habits,
    cell: Ints,
    stream: Stream,
    scale: Ints,
    plain: Flags,
) -> None:
    """Visits on days that vary, each to the next merchant in turn."""
    happens, size, by_card, _ = draws.fields(stream.name, cell).reshape(4, *cell.shape)
    weight = np.array(stream.weekdays) / np.mean(stream.weekdays)
    chance = stream.a_month / (365 / 12) * weight[window.weekday[: window.length]] * 65_536
    visits: Days = (happens < chance) & (plain[:, None] | _still_pending(users, events.days))
    if stream.name == "groceries":
        visits[users.edge == plan.ONLY_PENDING, -1] = True
    user, day = np.nonzero(visits)
    turn = (np.cumsum(visits, axis=1) - 1)[user, day]
    first = draws.fields(f"first of {stream.name}", users.number)[0].astype(np.int64)
    brand = (first[user] + turn) % len(stream.brands)
    brand = _unpatterned(user, day, brand, events.days)
    median = lookup.take(shapes.lognormal_cents(stream.median_cents, stream.sigma), size[user, day])
    amount = np.maximum((median * scale[user]).astype(np.int64), 100)
    share = np.where(has(users, plan.HIGH_UTILIZATION), shapes.REVOLVERS_CARD_USE, 1) * stream.card_share
    on_card = habits.has_card[user] & (by_card[user, day] < share[user] * 65_536)
    label = np.where(brand >= 0, AT[stream.name] + brand, AT["unknown"])
    label = np.where((users.edge == plan.ONLY_CASH)[user], AT["atm"], label)
    account = np.where(on_card, CARD, CHECKING)
    events.add(user, day, amount, account=account, label=label, order=PURCHASE)


def _still_pending(users: Users, days: int) -> Days:
    """The last days of users who have only pending transactions."""
    return (users.edge == plan.ONLY_PENDING)[:, None] & (np.arange(days) >= days - PENDING_DAYS)


def _unpatterned(user: Ints, day: Ints, brand: Ints, days: int) -> Ints:
    """The brands, -1 from the third visit on where chance would make somebody a recurring customer."""
    found = groups(user, brand, day, days)
    place = np.arange(len(found.order)) - found.first[found.group]
    renamed = brand.copy()
    renamed[found.order[found.recurs[found.group] & (place >= 2)]] = -1
    return renamed


def _save(events: Events, habits: Habits, users: Users, plain: Flags) -> None:
    """A transfer on every payday of those who save, in two legs."""
    saves = has(users, plan.SAVINGS_BUILDER) & plain
    user, day = np.nonzero(habits.paydays & saves[:, None])
    monthly = np.maximum(habits.monthly_income_cents * shapes.SAVED_SHARE, shapes.LEAST_SAVED_CENTS)
    amount = (monthly * habits.days_a_pay / (365 / 12)).astype(np.int64)[user]
    events.add(user, day, amount, account=CHECKING, label=AT["to_savings"], order=SAVED)
    events.add(user, day, -amount, account=SAVINGS, label=AT["from_checking"], order=SAVED)


def _days_of_month(window: Window) -> Ints:
    return np.array([date.day for date in window.dates[: window.length]])
