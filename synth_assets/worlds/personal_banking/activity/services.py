"""Services that charge again and again: they begin, end, pause, grow dearer, fail once, come through a store.

Who must be subscription-heavy has services that recur up to as_of; whatever else happens to them happens
before the last 90 days. Services beyond those that a user may have recurring do not recur: they are given up,
new, or charged once a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window, date_of
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import service_curves, user_plan
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, Events
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.activity.recurrence import RECURRING_DAYS
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.user_plan import Users

CHARGE = 2
"""Order of a day's events."""

MOST, EXTRAS = 6, 2
"""Services of a user that may recur, and others."""

NEEDED = 3
"""Recurring merchants that make a user subscription-heavy."""

TWO_CHARGES_DAYS = 55
"""So many days of the last 90 hold two monthly charges at most."""

NEW_DAYS = 34
"""Nor do a trial and the first charge after it recur, of a service begun so many days ago."""

MOST_WEEKS = 128
_COMMON = len(service_curves.SUBSCRIPTIONS) - 2
_PLANS = np.array([len(service.prices_cents) for service in service_curves.SUBSCRIPTIONS])
_PRICES, _EARLIER = (
    np.array([np.resize(getattr(service, name), _PLANS.max()) for service in service_curves.SUBSCRIPTIONS])
    for name in ("prices_cents", "earlier_cents")
)


class Life(NamedTuple):
    """What becomes of one service of each user, one entry a user.

    Attributes:
        exists: whether the user has it at all.
        first, end: days of the window on and from which it does and does not charge.
        tries: whether it begins on day `first`, with a trial.
        pause, resume: days from and up to which it does not charge.
        calm: days up to which a charge may be late.
    """

    exists: Flags
    first: Ints
    end: Ints
    tries: Flags
    pause: Ints
    resume: Ints
    calm: Ints


def subscribe(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, stratum: Stratum | None = None
) -> None:
    """All charges of services; in a history on the same days of the month always, and never cheaper."""
    first = draws.fields("first service", users.number)[0].astype(np.int64) * _COMMON // 65_536
    many = has(users, user_plan.SUBSCRIPTION_HEAVY)
    extras = _extras(draws, users, habits)
    store = _through_store(draws, users, habits, first, extras)
    first_window = stratum.first if stratum else window
    days_before = stratum.days_before if stratum else 0
    dearer_from = _rises(window, draws) * (days_before == 0)
    weekly = _weekly(events, window, draws, users, habits, days_before)
    for place in range(MOST + EXTRAS):
        which = (first + place) % _COMMON
        if place < 2:  # the two dear ones make three services more than $50 a month
            which = np.where(many, _COMMON + place, which)
        life = _lives(window, draws, users, habits, extras, place)
        if place == 0:
            life = life._replace(exists=life.exists & ~weekly)
        label = INDEX["subscriptions"] + np.where(store == place, service_curves.APP_STORE, which)
        days = _charge_days(window, first_window, draws.fields(f"service {place}", users.number)[0])
        _charge(events, window, draws, users, habits, life, which, label, place, days, dearer_from[which])
    _charge_annually(events, window, draws, users, habits, extras, days_before)


def _extras(draws: Draws, users: Users, habits: Habits) -> Ints:
    """Services of each user that do not recur, up to two."""
    drawn = draws.fields("more services", users.number)[0] / 65_536
    count = np.searchsorted(np.cumsum(service_curves.EXTRA_SHARES)[:-1], drawn, side="right")
    quiet = np.isin(users.edge, [user_plan.ONLY_CASH, user_plan.ONLY_PENDING])
    poor = habits.is_stressed & ~has(users, user_plan.SUBSCRIPTION_HEAVY)
    return np.where(habits.is_active & ~quiet & ~poor, count, 0)


def _through_store(draws: Draws, users: Users, habits: Habits, first: Ints, extras: Ints) -> Ints:
    """Which service of each user comes through the app store, -1 for none: never one that must recur, and not
    where the store charges for its own."""
    drawn = draws.fields("more services", users.number)[1]
    place = np.where(has(users, user_plan.SUBSCRIPTION_HEAVY), NEEDED, 0)
    own = (service_curves.APP_STORE - first) % _COMMON
    has_own = (own < habits.subscriptions) | ((own >= MOST) & (own - MOST < extras))
    free = (
        (drawn < int(service_curves.IN_APP_STORE_SHARE * 65_536)) & ~has_own & (habits.subscriptions > place)
    )
    return np.where(free, place, -1)


def _kind(shares: dict[str, float], drawn: Fields) -> Ints:
    """Index into the kinds of `shares`, by their shares."""
    return np.searchsorted(np.cumsum(list(shares.values()))[:-1], drawn / 65_536, side="right")


def _lives(window: Window, draws: Draws, users: Users, habits: Habits, extras: Ints, place: int) -> Life:
    """The life of each user's service number `place`."""
    kind, when, long, tries = draws.fields(f"life of service {place}", users.number)
    must_recur = has(users, user_plan.SUBSCRIPTION_HEAVY) & (place < NEEDED)
    day, days = when.astype(np.int64), window.length
    settled = days - RECURRING_DAYS
    if place >= MOST:
        name = np.array(list(service_curves.EXTRAS))[_kind(service_curves.EXTRAS, kind)]
        exists = (extras > place - MOST) & (name != "annual")
        latest_end = np.full(len(day), settled + TWO_CHARGES_DAYS)
        begun = days - NEW_DAYS + day * (NEW_DAYS - 3) // 65_536
    else:
        name = np.array(list(service_curves.LIVES))[_kind(service_curves.LIVES, kind)]
        early = np.where(kind < int(service_curves.EARLY_SHARE * 65_536), "begun", "steady")
        name = np.where(must_recur, early, name)
        exists = habits.subscriptions > place
        latest_end = np.full(len(day), days)
        begun = day * np.where(must_recur, settled - 40, days - 3) // 65_536
    begins = name == "begun"
    pause = np.where(name == "paused", day * (days - 40) // 65_536, days)
    return Life(
        exists,
        np.where(begins, begun, 0),
        np.where(name == "ended", 20 + day * (latest_end - 20) // 65_536, days),
        begins & (tries < int(service_curves.TRIAL_SHARE * 65_536)),
        pause,
        pause + 32 + long.astype(np.int64) * 60 // 65_536,
        np.where(must_recur, settled - service_curves.LATEST_RETRY, days),
    )


def _charge(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    habits: Habits,
    life: Life,
    which: Ints,
    label: Ints,
    place: int,
    charge_days: Ints,
    dearer_from: Ints,
) -> None:
    """Monthly charges, on a day of the month that does not slip but for one that is tried again."""
    _, chosen, trial, late = draws.fields(f"service {place}", users.number).astype(np.int64)
    user = np.flatnonzero(life.exists)
    days = charge_days[user]
    trial_days = np.array(service_curves.TRIAL_DAYS)[trial * len(service_curves.TRIAL_DAYS) // 65_536]
    first = np.where(life.tries, life.first + trial_days, life.first)
    charges = (days < window.length) & (days >= first[user, None]) & (days < life.end[user, None])
    charges &= (days < life.pause[user, None]) | (days >= life.resume[user, None])
    row, month = np.nonzero(charges)
    day, whose = days[row, month], user[row]
    retried = late < int(service_curves.RETRIED_SHARE * 65_536)
    failing = retried[whose] & (month == late[whose] % days.shape[1]) & (day < life.calm[whose])
    after = 1 + late[whose] // days.shape[1] % service_curves.LATEST_RETRY
    paid_on = day + np.where(failing, after, 0)
    plan = chosen * _PLANS[which] // 65_536
    price = np.where(day < dearer_from[whose], _EARLIER[which, plan][whose], _PRICES[which, plan][whose])
    is_paid = paid_on < window.length
    _add(events, habits, whose[is_paid], paid_on[is_paid], price[is_paid], label[whose[is_paid]])
    user = np.flatnonzero(life.exists & life.tries & (life.first < window.length))
    _add(events, habits, user, life.first[user], np.full(len(user), service_curves.TRIAL_CENTS), label[user])


def _charge_days(window: Window, first: Window, drawn: Fields) -> Ints:
    """Days on which each user's service charges, users x months; the window's length where there is none.

    The days of the month are such that three charges fall into the last 90 days of the first window.
    """
    soon = {date_of(first.last + ahead).day for ahead in (1, 2, 3)}
    allowed = np.array([day for day in range(1, 29) if day not in soon])
    of_month = np.array([date.day for date in window.dates[: window.length]])
    days = [np.flatnonzero(of_month == day) for day in allowed]
    months = max(map(len, days))
    table = np.full((len(allowed), months), window.length)
    for row, some in zip(table, days, strict=True):
        row[: len(some)] = some
    return table[drawn.astype(np.int64) * len(allowed) // 65_536]


def _rises(window: Window, draws: Draws) -> Ints:
    """Day of the window from which each service is dearer; before the first where it does not rise in it."""
    rises, when, _, _ = draws.fields("dearer", np.arange(len(service_curves.SUBSCRIPTIONS))).astype(np.int64)
    day = window.length // 5 + when * (window.length * 7 // 10) // 65_536
    return np.where(rises < int(service_curves.RISING_SHARE * 65_536), day, 0)


def _weekly(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, days_before: int
) -> Flags:
    """Who has a weekly service instead of the first monthly one; adds its charges, some weeks skipped."""
    has_it, weekday, _, _ = draws.fields("weekly service", users.number)
    may = (habits.subscriptions > 0) & ~has(users, user_plan.SUBSCRIPTION_HEAVY)
    found: Flags = may & (has_it < int(service_curves.WEEKLY_SHARE * 65_536))
    user = np.flatnonzero(found)
    weeks = np.arange(window.length // 7 + 1)
    skips = draws.fields("skipped", users.number[user, None] * MOST_WEEKS + weeks)[0].reshape(
        len(user), len(weeks)
    )
    days = ((weekday[user].astype(np.int64) * 7 // 65_536 - days_before) % 7)[:, None] + 7 * weeks
    row, week = np.nonzero((skips >= int(service_curves.SKIPPED_SHARE * 65_536)) & (days < window.length))
    service = service_curves.WEEKLY[0]
    price = np.full(len(row), service.prices_cents[0])
    _add(events, habits, user[row], days[row, week], price, np.full(len(row), INDEX["weekly"]))
    return found


def _charge_annually(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    habits: Habits,
    extras: Ints,
    days_before: int,
) -> None:
    """One charge a year of those who have an annual service."""
    annual = list(service_curves.EXTRAS).index("annual")
    for place in range(EXTRAS):
        kind, when, which, plan = draws.fields(f"life of service {MOST + place}", users.number)
        is_annual = (extras > place) & (_kind(service_curves.EXTRAS, kind) == annual)
        day = (when.astype(np.int64) * 365 // 65_536 - days_before) % 365
        service = (which.astype(np.int64) + place) % len(service_curves.ANNUAL)
        plans = np.array([np.resize(s.prices_cents, 2) for s in service_curves.ANNUAL])
        price = plans[service, plan.astype(np.int64) * 2 // 65_536]
        for year in range(-(-window.length // 365)):
            user = np.flatnonzero(is_annual & (day + 365 * year < window.length))
            _add(events, habits, user, day[user] + 365 * year, price[user], INDEX["annual"] + service[user])


def _add(events: Events, habits: Habits, user: Ints, day: Ints, cents: Ints, label: Ints) -> None:
    """Charges to the card of those who have one by then, to checking otherwise."""
    by_card = habits.has_card[user] & (day >= habits.card_day[user])
    events.add(user, day, cents, account=np.where(by_card, CARD, CHECKING), label=label, order=CHARGE)
