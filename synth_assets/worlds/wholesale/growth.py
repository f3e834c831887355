"""Years of the books: what is planned from totals is planned for a whole one, as if no other followed.

Books that are a window are one stratum, however many years they have. A history that grows has a stratum for
each year since its start; what a later year adds changes nothing of an earlier one. as_of cuts the last year.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise

from synth_assets.model.calendar import Window, epoch_day, months_before
from synth_assets.worlds.wholesale.config import MONTHS_A_YEAR, Config, window

MOST_YEARS = 10
"""Longest history: as many years as a window may have."""


def planned(config: Config) -> Config:
    """The configuration up to the end of as_of's year of the history; a window's is its own."""
    if not config.grows:
        return config
    end = months_before(config.start, -MONTHS_A_YEAR * config.planned_years) - dt.timedelta(days=1)
    return config if end == config.day else config.model_copy(update={"as_of": end})


def first_year(config: Config) -> Config:
    """The configuration of a history up to the end of its first year."""
    end = months_before(config.start, -MONTHS_A_YEAR) - dt.timedelta(days=1)
    return config.model_copy(update={"as_of": end})


@lru_cache(maxsize=16)
def strata(config: Config) -> list[range]:
    """The days of each stratum of the planned books."""
    days = window(planned(config))
    if not config.grows:
        return [range(days.length)]
    edges = [
        epoch_day(months_before(config.start, -MONTHS_A_YEAR * year)) - days.first
        for year in range(config.planned_years + 1)
    ]
    return [range(*days) for days in pairwise(edges)]


def stratum_of(config: Config, day: int) -> range:
    """The stratum that a day of the planned books lies in."""
    return next(days for days in strata(config) if day in days)


def years_of_stratum(config: Config) -> int:
    """How many years a stratum has."""
    return 1 if config.grows else config.years


def spread_evenly(config: Config, place: int, count: int, drawn: float) -> int:
    """A day of the planned books for one of `count` rows, as many for each stratum: `drawn` from its start to
    its end."""
    days = strata(config)[place * len(strata(config)) // count]
    return days.start + int(drawn * len(days))


def weeks(config: Config) -> list[range]:
    """The weeks of the planned books; they begin anew with a stratum, whose last may be shorter."""
    return [
        range(start, min(start + 7, days.stop))
        for days in strata(config)
        for start in range(days.start, days.stop, 7)
    ]


def months(config: Config, days: Window) -> list[range]:
    """The days of each month of the books: calendar months where as_of is the last day of one.

    Those of a history are calendar months, the last of which may go on after as_of.
    """
    if config.grows:
        first, count = config.start, 1
        while epoch_day(months_before(first, -count)) - days.first < days.length:
            count += 1
        edges = [epoch_day(months_before(first, -month)) - days.first for month in range(count + 1)]
    else:
        back = range(config.months, -1, -1)
        edges = [max(epoch_day(months_before(days.as_of, n)) - days.first + 1, 0) for n in back]
    return [range(*month) for month in pairwise(edges)]


def months_over(config: Config, days: Window) -> list[range]:
    """Those of the months that are over by as_of."""
    return [month for month in months(config, days) if month.stop <= days.length]


def history_why_not(config: Config) -> str | None:
    """Why there can be no such history, in one line; None where there can."""
    if config.start.day != 1:
        return f"history.start {config.start} is not the first of a month: books begin with one"
    if config.start > config.day:
        return f"history.start {config.start} is after as_of {config.day}: let as_of be a later day"
    if config.planned_years > MOST_YEARS:
        return (
            f"history.start {config.start} is {MOST_YEARS} years or more before as_of {config.day}: "
            "start later"
        )
    return None
