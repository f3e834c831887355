"""On which days orders come: season, growth and luck have their shape at every count, faults their room."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from synth_assets.model.calendar import ArrivalSchedule, Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import curves, order_days
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES, DUPLICATE, MISMATCH, STALE
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.dates import issue_day
from synth_assets.worlds.order_to_cash.fault_plan import LATE_INVOICE

date = dt.date.fromisoformat
WINDOW = Window(date("2026-11-27"), 12)
DAYS = pd.DatetimeIndex(WINDOW.dates[: WINDOW.length - 1])
BUSINESS = WINDOW.is_business[: len(DAYS)]
SEEDS = range(100)


def draws(seed: int) -> Draws:
    return Draws(seed, "order_to_cash", "calendar")


def weights(window: Window, seed: int) -> Ints:
    return order_days.with_room_for_faults(window, order_days.order_weights(window, draws(seed)))


def per_day(window: Window, seed: int, total: int) -> Ints:
    """Orders on each day but as_of."""
    day = ArrivalSchedule(window.first, weights(window, seed), total).day(np.arange(total))
    return np.bincount(day - window.first, minlength=window.length - 1)


# --- the usual year -----------------------------------------------------------------------------------

USUAL = pd.Series(order_days.usual_weights(WINDOW), DAYS)


def test_orders_come_on_weekdays():
    weekday = USUAL[BUSINESS].groupby(DAYS[BUSINESS].day_of_week).mean()
    shares = (weekday / weekday.sum()).tolist()
    assert shares == pytest.approx(np.array([190, 210, 210, 210, 170]) / 990, abs=0.01)  # peaks fall anywhere
    assert USUAL[DAYS.day_of_week >= 5].sum() == pytest.approx(0.01 * USUAL.sum(), rel=0.1)


def test_a_month_has_its_share_of_its_quarter_and_its_season():
    months = USUAL["2025-12":"2026-10"].groupby(pd.Grouper(freq="MS")).sum()
    share = np.array([0.29, 0.31, 0.40])[(months.index.month - 1) % 3]
    expected = share * np.array(curves.SEASON_PER_MILLE)[months.index.month - 1] / 1_000
    assert (months / order_days.PER_MONTH).tolist() == pytest.approx(expected.tolist(), rel=1e-6)
    assert np.mean(curves.SEASON_PER_MILLE) == pytest.approx(1_000, rel=0.005)


def test_months_and_quarters_end_with_a_peak_and_holidays_are_quiet():
    rate = (USUAL / np.array(curves.WEEKDAY_WEIGHTS)[DAYS.day_of_week])["2025-12":"2026-10"]
    days = pd.DataFrame({"rate": rate}).assign(
        month_end=(WINDOW.business_days_left_in_month <= 3)[: len(DAYS)][3:][: len(rate)],
        quarter_end=(WINDOW.business_days_left_in_quarter <= 5)[: len(DAYS)][3:][: len(rate)],
        holiday=WINDOW.is_holiday[: len(DAYS)][3:][: len(rate)],
    )
    usual = days[~days.month_end & ~days.quarter_end & ~days.holiday].rate
    against = days.rate / usual.groupby(pd.Grouper(freq="MS")).mean().reindex(days.index, method="ffill")
    business = ~days.holiday & (days.index.day_of_week < 5)
    assert against[business & days.quarter_end].mean() == pytest.approx(1.4, abs=1e-3)
    assert against[business & days.month_end & ~days.quarter_end].mean() == pytest.approx(1.25, abs=1e-3)
    assert against[days.holiday & ~days.month_end & ~days.quarter_end].mean() == pytest.approx(0.1, abs=1e-3)


# --- growth and luck ----------------------------------------------------------------------------------

LUCK = np.stack([order_days.order_weights(WINDOW, draws(seed)) for seed in SEEDS]) / USUAL.to_numpy()
"""What chance and growth make of a usual day, by seed."""


def test_a_fifth_more_is_ordered_at_the_end_than_at_the_start():
    mean = LUCK.mean(0)
    first, last = mean[:120].mean(), mean[-120:].mean()
    # 1 + .2 x 1/6 and 1 + .2 x 5/6; 120 days of 100 seeds in 18 weeks: deviation .006 each
    assert last / first == pytest.approx(1.167 / 1.033, abs=0.04)


def test_weeks_differ_and_days_within_them():
    logs = np.log(LUCK[:, 3:-4].reshape(len(SEEDS), -1, 7))  # whole weeks from a Monday on
    assert WINDOW.weekday[3] == 0
    within = logs.std(axis=2, ddof=1)
    assert np.sqrt((within**2).mean()) == pytest.approx(0.55, abs=0.02)
    of_week = logs.mean(2).var() - 0.55**2 / 7 - np.log(1 + 0.2 * np.linspace(0, 1, 51)).var()
    assert np.sqrt(of_week) == pytest.approx(0.12, abs=0.02)
    other_days = np.corrcoef(logs[:, :, 0].ravel(), logs[:, :, 1].ravel())[0, 1]
    assert other_days == pytest.approx(0.12**2 / (0.12**2 + 0.55**2), abs=0.06)  # 5,100 pairs: deviation .014


@pytest.mark.parametrize("seed", SEEDS)
def test_days_are_overdispersed_from_a_thousand_orders_on(seed):
    counts = per_day(WINDOW, seed, 1_000)[BUSINESS]
    assert counts.var() > counts.mean()


def test_months_are_no_clockwork():
    """The same month of each quarter is not the same again: 100, 73, 78 orders and again 100, 73, 78."""
    spread = []
    for seed in SEEDS:
        months = pd.Series(per_day(WINDOW, seed, 1_000), DAYS).groupby(pd.Grouper(freq="MS")).sum()[1:-1]
        same = months.groupby((months.index.month - 1) % 3)
        spread.append((same.max() - same.min()).to_numpy())
    assert np.max(spread, axis=1).min() >= 5
    assert np.mean(spread) > 10  # of some 84


@pytest.mark.parametrize("seed", range(5))
def test_a_year_has_the_same_shape_at_every_count(seed):
    month = np.array([day.month for day in DAYS])
    shares = [np.bincount(month, per_day(WINDOW, seed, n)) / n for n in (1_000, 1_000_000)]
    assert np.abs(shares[0] - shares[1]).max() <= 0.001  # rows at the edges of a month


def test_a_day_knows_its_luck_in_any_window():
    later = Window(date("2026-12-04"), 12)
    luck = order_days.order_weights(later, draws(0)) / order_days.usual_weights(later)
    assert luck[:-7] / LUCK[0, 7:] == pytest.approx(1, rel=0.005)  # it has grown by seven days less


# --- the reach of faults ------------------------------------------------------------------------------

AS_OFS = [date("2023-01-01") + dt.timedelta(i) for i in range(0, 6 * 365, 23)]
SETTLED = {STALE: 91, MISMATCH: 60}


@pytest.mark.parametrize("months", [1, 2, 3, 4, 6, 9, 12, 24, 120])
def test_every_row_in_reach_is_old_enough_in_every_window(months):
    for seed, as_of in enumerate(AS_OFS):
        window = Window(as_of, months)
        whole = weights(window, seed)
        assert whole.min() > 0
        for kind, days_old, lag in order_days.SETTLED:
            latest = order_days.latest_order_day(window, days_old, lag)
            for total in (7, 1_000, 124_999_999):
                reach = ANOMALIES[kind - 1].eligible_rows(total, months)
                if reach:
                    day = ArrivalSchedule(window.first, whole, total).day(np.array([reach - 1]))
                    assert day[0] <= latest, (as_of, kind)


@pytest.mark.parametrize("seed", range(20))
def test_room_for_faults_moves_a_tenth_of_the_older_orders_at_most(seed):
    before, after = order_days.order_weights(WINDOW, draws(seed)), weights(WINDOW, seed)
    factor = after / before
    assert 0.85 < factor.min() <= factor.max() < 1.5


def test_invoices_of_orders_in_reach_are_old_enough_late_ones_too():
    config = Config(as_of=WINDOW.as_of)
    number = np.arange(20_000)
    for kind, days_old in SETTLED.items():
        lag = next(lag for code, _, lag in order_days.SETTLED if code == kind)
        latest = order_days.latest_order_day(WINDOW, days_old, lag)
        ordered = np.full(len(number), latest)
        for decoy in (0, LATE_INVOICE):
            codes = np.full(len(number), decoy, dtype=np.int8)
            issued = issue_day(config, draws(1), number, codes, ordered)
            assert issued.max() <= WINDOW.last - days_old
            assert issued.min() >= latest


def test_a_second_invoice_is_issued_by_as_of():
    latest = order_days.latest_order_day(WINDOW, 0, 10)
    assert WINDOW.add_business_days(np.array([latest]), np.array([10]))[0] <= WINDOW.last
    assert WINDOW.add_business_days(np.array([latest + 1]), np.array([10]))[0] > WINDOW.last
    assert ANOMALIES[DUPLICATE - 1].reach(12) * 100 == 94


def test_a_stale_invoice_needs_more_than_three_months():
    stale, mismatch = ANOMALIES[STALE - 1], ANOMALIES[MISMATCH - 1]
    assert [stale.eligible_rows(1_000, months) for months in (1, 3, 4, 6, 12)] == [0, 0, 100, 400, 700]
    assert [mismatch.eligible_rows(1_000, months) for months in (1, 2, 3, 12)] == [0, 0, 120, 780]


def test_an_invoice_comes_at_most_ten_days_after_its_order():
    decade = Window(date("2029-12-31"), 108)
    lag = decade.add_business_days(decade.days[:-20], np.full(len(decade.days) - 20, 4)) - decade.days[:-20]
    assert lag.max() == 10
    months = {decade.dates[i].strftime("%b") for i in np.flatnonzero(lag == 10)}
    assert months == {"Dec"}  # over both holidays
