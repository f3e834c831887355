"""Quotas, levels and reservations: exact counts, whatever is asked and however the rows are cut."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synth_assets.model.decoys import DecoyPlan
from synth_assets.model.fault_plan import QuotaGroup, assign, why_not
from synth_assets.model.quotas import quota

# --- quotas -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "count", "expected"),
    [
        (0.145, 100, 15),  # 14.499999999999998 in binary
        (0.285, 100, 29),
        (0.05, 1_000, 50),
        (0.05, 10, 1),
        (0.0005, 1_000, 1),
        (0.0004, 1_000, 0),
        (1 / 6, 3, 1),
        (1 / 3, 1, 0),
        (0.1, 124_999_995, 12_500_000),
        (1.0, 7, 7),
        (0.0, 7, 0),
    ],
)
def test_a_quota_is_the_rate_times_the_count_rounded_half_up(rate, count, expected):
    assert quota(rate, count) == expected


@given(st.integers(0, 10**6), st.integers(1, 124_999_999))
def test_quotas_are_exact_for_rates_of_six_decimals(millionths, count):
    assert quota(millionths / 10**6, count) == (2 * millionths * count + 10**6) // (2 * 10**6)


# --- levels -------------------------------------------------------------------------------------------

SMALL_QUOTAS = st.lists(st.integers(0, 4), min_size=1, max_size=3)
LEVELS = st.lists(st.tuples(st.integers(0, 25), SMALL_QUOTAS), min_size=1, max_size=4).map(
    lambda levels: [QuotaGroup(reach, tuple(quotas)) for reach, quotas in sorted(levels)]
)


@given(LEVELS, st.integers(0, 2**64 - 1))
def test_every_kind_has_its_quota_within_its_reach(levels, key):
    assume(why_not(levels) is None)
    codes = assign(np.arange(25), levels, [key ^ i for i in range(len(levels))])
    flat = [(level.eligible, count) for level in levels for count in level.quotas]
    for code, (reach, count) in enumerate(flat, start=1):
        rows = np.flatnonzero(codes == code)
        assert len(rows) == count
        assert np.all(rows < reach)


# --- reservations -------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=4).map(sorted),
    st.integers(0, 8),
    st.lists(st.integers(0, 8), max_size=3),
    st.integers(0, 2**60),
)
def test_reservations_are_exact_and_number_the_rest_in_order_of_zones(ends, pairs, singles, key):
    reservation = DecoyPlan(ends, pairs, singles, key)
    assume(reservation.fits)
    reserved = reservation(np.arange(70))
    assert [(reserved.codes == c).sum() for c in range(1, len(singles) + 2)] == [2 * pairs, *singles]
    free = np.flatnonzero(reserved.free >= 0)
    assert np.all((reserved.codes[: ends[-1]] > 0) == (reserved.free[: ends[-1]] < 0))
    assert sorted(reserved.free[free]) == list(range(len(free)))
    for zone, end in enumerate(ends):
        assert (free < end).sum() == reservation.free_below(zone)
        assert np.all(reserved.free[free[free < end]] < reservation.free_below(zone))
    paired = np.flatnonzero(reserved.codes == 1)
    assert np.all(reserved.partner[reserved.partner[paired]] == paired)
    assert np.all(reserved.partner[paired] != paired)
