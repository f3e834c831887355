"""Days that the business settles by."""

from __future__ import annotations

from synth_assets.model.calendar import Window


def half_month(window: Window, day: int) -> tuple[int, int, bool]:
    """Year, month and half, in which growers are paid for what was sold."""
    date = window.dates[day]
    return date.year, date.month, date.day > 15


def business_day_before(window: Window, day: int) -> int:
    """The last business day on or before a day."""
    while day > 0 and not window.is_business[day]:
        day -= 1
    return day
