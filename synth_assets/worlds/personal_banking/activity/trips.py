"""Trips: a few days in another city, with a flight paid before and a hotel at the end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import places
from synth_assets.worlds.personal_banking.activity.habits import Flags
from synth_assets.worlds.personal_banking.user_plan import Users

MOST_TRIPS = 64
"""Bound of the trips in the longest history, so that user and trip make one id of a draw."""


class Trips(NamedTuple):
    """The trips of a block's users.

    Attributes:
        metro: users x days, where a user is on a day; -1 at home.
        flight_user, flight_day: whose flights are paid when.
        hotel_user, hotel_day: whose hotels are paid when, the last day of a trip.
    """

    metro: Ints
    flight_user: Ints
    flight_day: Ints
    hotel_user: Ints
    hotel_day: Ints


def trips(window: Window, draws: Draws, users: Users, may: Flags) -> Trips:
    """The trips of those who may travel, one at most in every so many days."""
    every = np.arange(-(-window.length // curves.TRIP_EVERY_DAYS))
    some = np.flatnonzero(may & (users.edge < 0))
    number = users.number[some]
    word = draws.fields("trip", number[:, None] * MOST_TRIPS + every).reshape(4, len(some), len(every))
    more = draws.fields("journey", number[:, None] * MOST_TRIPS + every).reshape(4, len(some), len(every))
    row, turn = np.nonzero(word[0] < int(curves.TRIP_SHARE * 65_536))
    _, start, nights, where = word[:, row, turn].astype(np.int64)
    flies, booked, stays, to_family = more[:, row, turn].astype(np.int64)
    fewest, most = curves.TRIP_NIGHTS
    nights = fewest + nights * (most - fewest + 1) // 65_536
    first = turn * curves.TRIP_EVERY_DAYS + start * (curves.TRIP_EVERY_DAYS - most - 1) // 65_536
    home = places.metros(draws, number)[row]
    elsewhere = (home + 1 + where * (len(places.METROS) - 1) // 65_536) % len(places.METROS)
    is_family = to_family < int(curves.TO_FAMILY_SHARE * 65_536)
    metro = np.where(is_family, places.families(draws, number)[row], elsewhere)
    user = some[row]
    least, latest = curves.BOOKED_DAYS
    paid = first - least - booked * (latest - least + 1) // 65_536
    flying = (flies < int(curves.FLIGHT_SHARE * 65_536)) & (paid >= 0) & (paid < window.length)
    last = first + nights
    in_hotel = ~is_family | (stays < int(curves.HOTEL_AT_FAMILY_SHARE * 65_536))
    in_hotel &= last < window.length
    return Trips(
        _days(window, len(users.number), user, metro, first, nights),
        *_by_day(user[flying], paid[flying]),
        *_by_day(user[in_hotel], last[in_hotel]),
    )


def _days(window: Window, users: int, user: Ints, metro: Ints, first: Ints, nights: Ints) -> Ints:
    """Where users are on each day, users x days; -1 at home."""
    away = np.full((users, window.length), -1, dtype=np.int64)
    for night in range(curves.TRIP_NIGHTS[1] + 1):
        here = np.flatnonzero((night <= nights) & (first + night < window.length))
        away[user[here], first[here] + night] = metro[here]
    return away


def _by_day(user: Ints, day: Ints) -> tuple[Ints, Ints]:
    """In order of user and day, one of a day."""
    cell = np.unique(user * curves.LONGEST_WINDOW_DAYS + day)
    return cell // curves.LONGEST_WINDOW_DAYS, cell % curves.LONGEST_WINDOW_DAYS
