"""On which days people buy: when it happens, by the day of the week, or as it comes round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import curves, user_plan
from synth_assets.worlds.personal_banking.activity import places
from synth_assets.worlds.personal_banking.activity.descriptors import ONLINE
from synth_assets.worlds.personal_banking.activity.events import Days
from synth_assets.worlds.personal_banking.activity.habits import Flags
from synth_assets.worlds.personal_banking.activity.trips import Trips
from synth_assets.worlds.personal_banking.curves import Routine, Stream
from synth_assets.worlds.personal_banking.user_plan import Users

MOST_ROUNDS = 128
"""Bound of visits that come round, in the longest history: user and visit make one id of a draw."""

NO_DAY = 7
"""Of who has no shopping day."""


STREAMS_A_WORD = 4
"""One drawn word says for so many streams whether a day has a visit."""


class Visits(NamedTuple):
    """Visits to one kind of shop, one entry each, by user and day.

    Attributes:
        user, day: whose, and when.
        metro: where that is, index into `places.METROS`.
        is_away: whether the user is on a trip there.
        size, by_card, held, at: drawn for how much is spent, by what, whether it is held, and where.
    """

    user: Ints
    day: Ints
    metro: Ints
    is_away: Flags
    size: Fields
    by_card: Fields
    held: Fields
    at: Fields


def visits(
    window: Window, draws: Draws, users: Users, may: Days, trips: Trips
) -> Iterator[tuple[Stream, Visits]]:
    """For each stream, the visits of users on the days on which they may, users x days."""
    some = np.flatnonzero(may.any(axis=1))
    may, cell = may[some], users.number[some, None] * curves.LONGEST_WINDOW_DAYS + np.arange(window.length)
    home, is_home = places.metros(draws, users.number), trips.metro[some] < 0
    on_trips = {
        "flights": (trips.flight_user, trips.flight_day),
        "hotels": (trips.hotel_user, trips.hotel_day),
    }
    for i, stream in enumerate(sorted(curves.STREAMS, key=lambda stream: stream.name in on_trips)):
        if stream.name in on_trips:
            user, day = on_trips[stream.name]
        else:
            if i % STREAMS_A_WORD == 0:
                happens = draws.fields(f"visits {i // STREAMS_A_WORD}", cell)
            drawn = happens[i % STREAMS_A_WORD].reshape(cell.shape)
            found = _days(window, draws, users.number[some], users.archetype[some], stream, drawn) & may
            if stream.name not in (*curves.BOUGHT_AWAY, *ONLINE):
                found &= is_home
            if stream.name == "groceries":
                found[users.edge[some] == user_plan.ONLY_PENDING, -1] = True
            row, day = np.divmod(np.flatnonzero(found), window.length)
            user = some[row]
        away = trips.metro[user, day]
        is_away = (away >= 0) & (stream.name in (*curves.BOUGHT_AWAY, "hotels"))
        at = users.number[user] * curves.LONGEST_WINDOW_DAYS + day
        metro = np.where(is_away, away, home[user])
        yield stream, Visits(user, day, metro, is_away, *draws.fields(stream.name, at))


def _days(
    window: Window, draws: Draws, number: Ints, archetype: Ints, stream: Stream, happens: Fields
) -> Days:
    """Days with a visit, users x days."""
    found: Days = happens < _chances(window, stream)[archetype, _shopping_day(draws, number, stream)]
    routine = curves.ROUTINES.get(stream.name)
    if not routine:
        return found
    has_it, comes_round = _coming_round(window, draws, number, stream, routine)
    return np.where(has_it[:, None], comes_round, found)


_VISITS = np.array([curves.VISITS.get(name, 0) for name in user_plan.ARCHETYPES])


def _chances(window: Window, stream: Stream) -> Fields:
    """Chance of a visit in 1/65,536: archetypes x shopping days x days of the window."""
    weekday = window.weekday[: window.length]
    weight = np.array(stream.weekdays) / np.mean(stream.weekdays)
    routine = curves.ROUTINES.get(stream.name)
    a_day = _VISITS * stream.a_month / (365 / 12) * (routine.others if routine else 1)
    usual = a_day[:, None, None] * weight[weekday]
    if stream.name != "groceries":
        return np.ceil(65_536 * usual).astype(np.uint16)
    a_week = np.maximum(7 * a_day, curves.SHOPPING_DAY_CHANCE)[:, None, None]
    is_day = np.arange(NO_DAY + 1)[:, None] == weekday
    has_one = (np.arange(NO_DAY + 1) < NO_DAY)[:, None]
    rest = np.where(has_one, 1 - curves.SHOPPING_DAY_CHANCE / a_week, 1)  # as many in all
    return np.ceil(65_536 * (rest * usual + curves.SHOPPING_DAY_CHANCE * is_day)).astype(np.uint16)


def _shopping_day(draws: Draws, number: Ints, stream: Stream) -> Ints:
    """Day of the week on which each user buys groceries, NO_DAY for those without; days by their weights."""
    if stream.name != "groceries":
        return np.zeros_like(number)
    has_one, when, _, _ = draws.fields("shopping day", number)
    ends = np.cumsum(stream.weekdays)
    day = np.searchsorted(ends[:-1] / ends[-1], when / 65_536, side="right")
    return np.where(has_one < int(curves.SHOPPING_DAY_SHARE * 65_536), day, NO_DAY)


def _coming_round(
    window: Window, draws: Draws, number: Ints, stream: Stream, routine: Routine
) -> tuple[Flags, Days]:
    """Who has the routine, and the days on which its visits fall, users x days."""
    has_it, period, phase, _ = draws.fields(f"routine {stream.name}", number).astype(np.int64)
    low, high = routine.days
    rounds = np.arange(int(window.length / low) + 2)
    often = low + (high - low) * period / 65_536
    drawn = draws.fields(f"routine day {stream.name}", number[:, None] * MOST_ROUNDS + rounds)[0]
    off = drawn.reshape(len(number), len(rounds)).astype(np.int64) * (2 * routine.off_days + 1) // 65_536
    day = (often[:, None] * (rounds - 1 + phase[:, None] / 65_536)).astype(np.int64) + off
    row, place = np.nonzero((day >= 0) & (day < window.length))
    found = np.zeros((len(number), window.length), dtype=bool)
    found[row, day[row, place]] = True
    return has_it < int(routine.share * 65_536), found
