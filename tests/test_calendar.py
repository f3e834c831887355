"""Calendars: windows, holidays, business days, rows spread over days."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.model.calendar import ArrivalSchedule, Window, date_of, epoch_day, months_before

date = dt.date.fromisoformat


def test_days_count_from_1970():
    assert epoch_day(date("1970-01-01")) == 0
    assert epoch_day(date("2026-02-21")) == 20_505
    assert date_of(20_505) == date("2026-02-21")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-02-21", 12, "2025-02-21"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2024-02-29", 48, "2020-02-29"),
        ("2025-03-31", 1, "2025-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2025-12-31", 1, "2025-11-30"),
        ("2025-01-15", 1, "2024-12-15"),
        ("2025-12-31", 12, "2024-12-31"),
        ("2025-05-31", 3, "2025-02-28"),
    ],
)
def test_months_before_keeps_the_day_or_takes_the_month_s_last(day, months, expected):
    assert months_before(date(day), months) == date(expected)


@pytest.mark.parametrize(("as_of", "length"), [("2026-02-21", 365), ("2024-12-31", 366), ("2024-02-29", 366)])
def test_a_window_holds_the_days_after_the_same_day_a_year_ago(as_of, length):
    window = Window(date(as_of), 12)
    assert window.length == length
    assert date_of(window.last) == date(as_of)
    assert date_of(window.first - 1) == months_before(date(as_of), 12)


OBSERVED = """
2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11 2024-11-28
2024-12-25 2025-01-01 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11
2025-11-27 2025-12-25 2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12
2026-11-11 2026-11-26 2026-12-25 2027-01-01 2027-01-18 2027-02-15 2027-05-31 2027-06-18 2027-07-05 2027-09-06
2027-10-11 2027-11-11 2027-11-25 2027-12-24 2027-12-31
"""
"""opm.gov/policy-data-oversight/pay-leave/federal-holidays"""
HOLIDAYS = set(OBSERVED.split())


def test_holidays_are_those_that_federal_offices_observe():
    window = Window(date("2027-12-31"), 48)
    days = (window.days >= epoch_day(date("2024-01-01"))) & (window.days <= window.last)
    found = [date_of(int(day)).isoformat() for day in window.days[days & window.is_holiday]]
    assert found == sorted(HOLIDAYS)


FOUR_YEARS = Window(date("2027-12-31"), 48)
SOME_DAY = st.integers(0, FOUR_YEARS.length - 1).map(lambda i: FOUR_YEARS.dates[i])


def is_business(day: dt.date) -> bool:
    return day.weekday() < 5 and day.isoformat() not in HOLIDAYS


def stepped(day: dt.date, step: int) -> dt.date:
    """The first business day from `day` on in steps of a day."""
    while not is_business(day):
        day += dt.timedelta(step)
    return day


@given(SOME_DAY, st.integers(0, 20))
def test_business_days_are_added_one_by_one(day, count):
    expected = stepped(day, 1)
    for _ in range(count):
        expected = stepped(expected + dt.timedelta(1), 1)
    found = FOUR_YEARS.add_business_days(np.array([epoch_day(day)]), np.array([count]))
    if expected <= date("2027-12-31"):  # the literal list ends there
        assert date_of(int(found[0])) == expected


@given(SOME_DAY, st.integers(1, 20))
def test_business_days_ago_are_counted_one_by_one(day, count):
    expected = day
    for _ in range(count):
        expected = stepped(expected - dt.timedelta(1), -1) if expected > date("2024-01-03") else expected
    found = FOUR_YEARS.business_days_ago(np.array([epoch_day(day)]), np.array([count]))
    if expected > date("2024-01-03"):
        assert date_of(int(found[0])) == expected
    assert int(FOUR_YEARS.business_days_ago(np.array([epoch_day(day)]), np.array([0]))[0]) == epoch_day(day)


@given(SOME_DAY)
def test_the_business_day_before_a_day_is_itself_or_the_last_one(day):
    if day > date("2024-01-02"):
        found = FOUR_YEARS.business_day_before(np.array([epoch_day(day)]))
        assert date_of(int(found[0])) == stepped(day, -1)


def test_a_window_that_starts_on_a_weekend_has_a_first_business_day():
    window = Window(date("2026-02-21"), 12)  # starts on Saturday, 22 February 2025
    saturday = np.array([window.first])
    assert date_of(int(window.business_day_before(saturday)[0])) == date("2025-02-24")
    assert window.business_days_ago(saturday, np.array([3])).tolist() == [window.first]
    assert window.business_days_ago(saturday + 3, np.array([9])).tolist() == [window.first + 2]


@given(SOME_DAY)
def test_business_days_left_know_how_their_month_and_quarter_go_on(day):
    later = [FOUR_YEARS.dates[i] for i in range(FOUR_YEARS.length) if FOUR_YEARS.dates[i] >= day]
    at = epoch_day(day) - FOUR_YEARS.first
    in_month = [d for d in later if (d.year, d.month) == (day.year, day.month)]
    in_quarter = [d for d in later if (d.year, (d.month - 1) // 3) == (day.year, (day.month - 1) // 3)]
    assert FOUR_YEARS.business_days_left_in_month[at] == sum(map(is_business, in_month))
    assert FOUR_YEARS.business_days_left_in_quarter[at] == sum(map(is_business, in_quarter))


# --- rows over days -----------------------------------------------------------------------------------

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any)


@given(WEIGHTS, st.integers(1, 300))
def test_a_row_has_the_day_at_its_quantile(weights, total):
    days = ArrivalSchedule(100, np.array(weights), total).day(np.arange(total)).tolist()
    for row, day in enumerate(days):
        quantile = Fraction(2 * row + 1, 2 * total)
        before = sum(weights[: day - 100])
        assert (
            Fraction(before, sum(weights)) <= quantile < Fraction(before + weights[day - 100], sum(weights))
        )


@given(WEIGHTS, st.integers(1, 300), st.integers(90, 115), st.integers(90, 115))
def test_rows_on_days_are_those_whose_day_it_is(weights, total, first, last):
    spread = ArrivalSchedule(100, np.array(weights), total)
    days = spread.day(np.arange(total))
    rows = spread.rows_on(first, last)
    assert list(rows) == [row for row in range(total) if first <= days[row] <= last]


@given(WEIGHTS, st.integers(1, 124_999_999))
def test_the_first_and_last_row_of_each_day_know_it_at_any_size(weights, total):
    spread = ArrivalSchedule(100, np.array(weights), total)
    for day in range(100, 100 + len(weights)):
        rows = spread.rows_on(day, day)
        if rows:
            assert spread.day(np.array([rows[0], rows[len(rows) // 2], rows[-1]])).tolist() == [day] * 3


def test_any_row_of_a_large_world_knows_its_day_alone():
    window = Window(date("2026-02-21"), 12)
    weights = np.random.default_rng(2).integers(1, 1_000_000, window.length - 1)
    spread = ArrivalSchedule(window.first, weights, 124_999_999)
    rows = np.sort(np.random.default_rng(1).integers(0, 124_999_999, 1_000))
    days = spread.day(rows)
    assert np.all(np.diff(days) >= 0)
    assert [int(spread.day(rows[i : i + 1])[0]) for i in (0, 500, 999)] == days[[0, 500, 999]].tolist()
    assert spread.day(np.array([0, 124_999_998])).tolist() == [window.first, window.last - 1]
