"""Business days: banks post on no others, so that what falls between them moves.

Bills, loans and premiums move to the next business day; who pays a card pays in time, on the business day
before; purchases are posted one to three business days after they are made. Services that charge on a day of
their own keep it, and so do interest, fees on overdrawn days and who is paid every fifteenth day.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Ints

POSTED_AFTER = np.array([1, 1, 1, 1, 1, 2, 2, 2, 3, 3])
"""Business days from purchase to posting, as likely each [D]: half of the purchases are there on the next."""


@lru_cache(maxsize=8)
def business_days(window: Window) -> Ints:
    """Days of the window and beyond on which banks post, ascending."""
    return np.flatnonzero(window.is_business)


@lru_cache(maxsize=8)
def _up_to(window: Window) -> Ints:
    """How many business days there are up to each day of the window and beyond."""
    return np.cumsum(window.is_business)


def on_or_after(window: Window, day: Ints) -> Ints:
    """The days, each moved to the next business day."""
    business = business_days(window)
    return business[np.searchsorted(business, day)]


def on_or_before(window: Window, day: Ints) -> Ints:
    """The days, each moved to the business day before; to the next one where that lies before the window."""
    business = business_days(window)
    return business[np.maximum(np.searchsorted(business, day, side="right") - 1, 0)]


def after(window: Window, day: Ints, drawn: Ints) -> Ints:
    """The business days on which purchases are posted.

    Args:
        window: the scenario's days.
        day: of the purchases.
        drawn: any whole numbers, one a purchase.
    """
    business = business_days(window)
    wait = POSTED_AFTER[drawn % len(POSTED_AFTER)]
    return business[_up_to(window)[day] + wait - 1]


def between(window: Window, earliest: int, bought: Ints, drawn: Ints) -> Ints:
    """Business days on which purchases are posted that were not by the end of a window: from the first one of
    the next window to the third one after the purchase, as likely each.

    Args:
        window: the scenario's days.
        earliest: the first day on which they may be posted.
        bought: days of the purchases.
        drawn: numbers below 65,536, one a purchase.
    """
    business = business_days(window)
    first = int(np.searchsorted(business, earliest))
    last = np.maximum(_up_to(window)[bought] + int(POSTED_AFTER.max()) - 1, first)
    return business[first + drawn * (last - first + 1) // 65_536]


def waited(window: Window, posted: Ints, drawn: Ints) -> Ints:
    """Days since purchases that are posted on the days `posted`: a purchase may be made on a weekend.

    Args:
        window: the scenario's days.
        posted: when they are posted.
        drawn: any whole numbers, one a purchase.
    """
    business = business_days(window)
    place = np.searchsorted(business, posted, side="right") - 1 - POSTED_AFTER[drawn % len(POSTED_AFTER)]
    made = business[np.maximum(place, 0)]
    span = business[np.maximum(place, 0) + 1] - made
    return posted - np.minimum(made + drawn // len(POSTED_AFTER) % span, posted)
