"""The plan of faults and decoys is exact at every rate and count, and known for any row alone."""

import datetime as dt
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota, spread
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES, DUPLICATE, MISMATCH, STALE
from synth_assets.worlds.order_to_cash.config import AnomalyRates, Config, DecoyRates
from synth_assets.worlds.order_to_cash.fault_plan import LATE_INVOICE, REPEAT, Plan, plan, why_not
from tests.chance import FAR, surprise
from tests.worlds import decided

KINDS = list(AnomalyRates.model_fields)
NONE = dict.fromkeys(KINDS, 0.0)
AS_OF = dt.date(2026, 2, 21)


def config(**keys) -> Config:
    """A configuration whose quotas fit.

    Raises:
        ValueError: they do not.
    """
    made = Config(**{"as_of": AS_OF, **keys})
    message = why_not(made, Draws(made.seed, "order_to_cash", "quotas"))
    if message:
        raise ValueError(message)
    return made


def planned(made: Config, rows: range | None = None) -> Plan:
    rows = range(made.num_transactions) if rows is None else rows
    return plan(made, Draws(made.seed, "order_to_cash", "transactions"), np.arange(rows.start, rows.stop))


NO_DECOYS = dict.fromkeys(DecoyRates.model_fields, 0.0)

# --- what fits -------------------------------------------------------------------------------------------


def assignable(quotas: tuple[int, ...], reaches: list[int], rows: int) -> bool:
    """Whether some assignment of kinds to rows meets the quotas, found by trying all, youngest row first."""
    if rows == 0:
        return not any(quotas)
    kinds = [k for k, left in enumerate(quotas) if left and rows <= reaches[k]]
    less = [tuple(left - (j == k) for j, left in enumerate(quotas)) for k in kinds]
    return any(assignable(rest, reaches, rows - 1) for rest in (quotas, *less))


@settings(max_examples=80)
@given(
    st.integers(1, 5),
    st.sampled_from([1, 3, 4, 12]),
    st.lists(st.sampled_from([0, 0.1, 0.2, 1 / 3, 0.5, 1]), min_size=6, max_size=6),
)
def test_a_configuration_is_refused_exactly_when_no_assignment_exists(count, months, rates):
    quotas = tuple(quota(rate, count) for rate in rates)
    reaches = [anomaly.eligible_rows(count, months) for anomaly in ANOMALIES]
    keys = {"num_transactions": count, "date_range_months": months, "decoy_rates": NO_DECOYS}
    keys["anomaly_rates"] = dict(zip(KINDS, rates, strict=True))
    if assignable(quotas, reaches, count):
        assert tuple(np.bincount(planned(config(**keys)).fault, minlength=7)[1:]) == quotas
    else:
        with pytest.raises(ValueError, match="anomaly_rates"):
            config(**keys)


# --- the plan of order_to_cash ------------------------------------------------------------------------

RATES = st.lists(st.integers(0, 300), min_size=6, max_size=6).map(
    lambda thousandths: dict(zip(KINDS, (t / 1_000 for t in thousandths), strict=True))
)
KEYS = st.fixed_dictionaries(
    {
        "num_transactions": st.integers(1, 400),
        "date_range_months": st.integers(1, 24),
        "seed": st.integers(0, 2**63 - 1),
        "anomaly_rates": RATES,
    }
)


def accepted(keys) -> Config:
    try:
        return config(**keys)
    except ValueError:
        assume(False)
        raise


@given(KEYS)
def test_faults_and_decoys_meet_their_quotas_and_faults_their_reach(keys):
    made = accepted(keys)
    count, found = made.num_transactions, planned(made)
    for code, (kind, rate) in enumerate(made.anomaly_rates, start=1):
        assert (found.fault == code).sum() == quota(rate, count), kind
    for code in (STALE, MISMATCH, DUPLICATE):
        reach = ANOMALIES[code - 1].eligible_rows(count, made.date_range_months)
        assert np.all(np.flatnonzero(found.fault == code) < reach)
    decoys = [2 * quota(0.01, count), *(quota(rate, count) for rate in (0.02, 0.04, 0.02, 0.01, 0.03))]
    assert [(found.decoy == d).sum() for d in range(REPEAT, LATE_INVOICE + 1)] == decoys


@given(KEYS, st.lists(st.integers(0, 400), max_size=4))
def test_any_split_into_blocks_plans_the_same(keys, cuts):
    made = accepted(keys)
    whole = planned(made)
    edges = sorted({0, made.num_transactions, *(cut for cut in cuts if cut < made.num_transactions)})
    blocks = [planned(made, range(*edge)) for edge in pairwise(edges)]
    for name in Plan._fields:
        joined = np.concatenate([getattr(block, name) for block in blocks])
        assert np.array_equal(joined, getattr(whole, name)), name


@given(st.integers(40, 2_000), st.integers(0, 1_000))
def test_with_room_no_decoy_carries_a_fault(count, seed):
    found = planned(config(num_transactions=count, seed=seed))
    assert not np.any((found.fault > 0) & (found.decoy > 0))


@pytest.mark.parametrize(
    "rates",
    [
        {"missing_invoice": 1.0},
        {"stale_unpaid": 0.7, "missing_invoice": 0.3},
        {"payment_mismatch": 0.78, "pricing_drift": 0.22},
        {"stale_unpaid": 0.7, "payment_mismatch": 0.08, "duplicate_invoice": 0.16},
        {"stale_unpaid": 0.65},
    ],
)
def test_where_there_is_no_room_faults_are_exact_and_may_fall_on_decoys(rates):
    found = planned(config(num_transactions=1_000, anomaly_rates={**NONE, **rates}))
    counts = dict(zip(KINDS, np.bincount(found.fault, minlength=7)[1:], strict=True))
    assert counts == {kind: round(1_000 * rates.get(kind, 0)) for kind in KINDS}
    assert (found.decoy > 0).sum() == 140
    assert np.any((found.fault > 0) & (found.decoy > 0))


def test_moving_as_of_moves_no_label_customer_or_amount():
    before, after = (
        decided("order_to_cash", config(as_of=AS_OF + dt.timedelta(move)), range(1_000)) for move in (0, 1)
    )
    for name in ("fault", "decoy", "contact", "discount_pct", "is_check", "method"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert not np.array_equal(before.order_day, after.order_day)


def test_another_seed_plans_other_rows():
    first, second = (planned(config(seed=seed)).fault for seed in (42, 43))
    assert np.bincount(first).tolist() == np.bincount(second).tolist()
    assert (first != second).mean() > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_in_reach_is_as_likely_as_any_other(kind):
    rates = {**NONE, kind: 0.2}
    faults = [planned(config(num_transactions=60, seed=s, anomaly_rates=rates)).fault for s in range(150)]
    reach = ANOMALIES[KINDS.index(kind)].eligible_rows(60, 12)
    # decoys stand on 1 to 6 of 60 rows, zone by zone: each zone is compared in itself
    counts = np.sum(np.array(faults) > 0, axis=0)
    assert counts[reach:].sum() == 0
    assert surprise(counts[: min(reach, 42)]) < FAR


def test_a_repeated_order_has_the_customer_goods_and_discount_of_an_earlier_one():
    facts = decided("order_to_cash", config(num_transactions=5_000), range(5_000))
    source = planned(config(num_transactions=5_000)).source
    later = np.flatnonzero(source != np.arange(5_000))
    assert len(later) == 50
    assert np.all(source[later] < later)
    assert np.all(facts.decoy[later] == REPEAT)
    assert np.all(facts.decoy[source[later]] == REPEAT)
    for name in ("contact", "discount_pct"):
        assert np.array_equal(getattr(facts, name)[later], getattr(facts, name)[source[later]]), name
    for values in facts.basket:
        assert np.array_equal(values[later], values[source[later]])


def test_orders_in_processing_are_the_youngest_and_carry_no_fault():
    found = planned(
        config(decoy_rates={"processing_order": 0.05}, anomaly_rates={**NONE, "pricing_drift": 0.95})
    )
    assert np.flatnonzero(found.processing).tolist() == list(range(950, 1_000))
    assert not found.fault[950:].any()
    assert found.fault[:950].all()


def test_a_ratio_plans_so_many_decoys_for_each_fault():
    rates = dict.fromkeys(KINDS, 0.005) | {"unauthorized_discount": 0.007}
    made = config(num_transactions=2_000, anomaly_rates=rates, decoy_ratio=10)
    found = np.bincount(planned(made).decoy, minlength=LATE_INVOICE + 1).tolist()
    assert found[1:] == [2 * 100, 100, 80, 40, 20, 100]  # of 10 faults a kind, and 14 discounts
    assert not np.any((planned(made).fault > 0) & (planned(made).decoy > 0))
    assert config().planned_decoys == config().decoy_rates
    twin = made.clean()
    assert np.array_equal(planned(twin).decoy, planned(made).decoy)
    assert config(**twin.model_dump()).planned_decoys == made.planned_decoys


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"num_transactions": 3, "anomaly_rates": dict.fromkeys(KINDS, 1 / 6)},
            "= 0.5 asks for 3 of 3 transactions, but at most 2 can carry them within 12 months",
        ),
        (
            {"date_range_months": 3},
            "stale_unpaid 0.05 asks for 50 of 1000 transactions, but at most 0 can carry it within 3 months",
        ),
        (
            {"anomaly_rates": {"payment_mismatch": 0.75}},
            "stale_unpaid 0.05 + payment_mismatch 0.75 = 0.8 asks for 800 of 1000 transactions, but at most "
            "780 can carry them within 12 months",
        ),
        (
            {"decoy_rates": {"repeat_order": 0.5}},
            "late_invoice = 1.12 asks for 1120 of 1000 transactions, and they do not fit",
        ),
        (
            {"decoy_ratio": 10},
            "decoy_ratio 10: 2 x repeat_order + freight_difference + approved_discount + pending_discount + "
            "rejected_discount + late_invoice = 2.5 asks for 2500 of 1000 transactions, and they do not fit: "
            "lower it or anomaly_rates",
        ),
        (
            {"decoy_ratio": 1, "anomaly_rates": {"missing_invoice": 0.3}},
            "decoy_ratio 1: with so many faults there is no room for the decoys among 1000 transactions",
        ),
        (
            {"decoy_ratio": 1, "decoy_rates": {"late_invoice": 0.1}},
            "decoy_rates.late_invoice: decoy_ratio 1 plans these decoys: leave one of the two out",
        ),
        ({"decoy_ratio": -1}, "greater than or equal to 0"),
        ({"anomaly_rates": {"missing_invoice": 1.01}}, "less than or equal to 1"),
        ({"anomaly_rates": {"missing_invoice": -0.01}}, "greater than or equal to 0"),
        ({"anomaly_rates": {"missing_invoice": float("nan")}}, "finite"),
        ({"anomaly_rates": {"missing_invoices": 0.05}}, "Extra inputs are not permitted"),
        ({"num_transaction": 10}, "Extra inputs are not permitted"),
        ({"num_transactions": 0}, "greater than or equal to 1"),
        ({"num_contacts": -1}, "greater than or equal to 1"),
        ({"num_transactions": 124_999_985}, "less than or equal to 124999984"),
        ({"date_range_months": 0}, "greater than or equal to 1"),
        ({"seed": -1}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_and_says_why(keys, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        config(**keys)


def test_three_months_hold_every_kind_but_stale():
    made = config(date_range_months=3, anomaly_rates={"stale_unpaid": 0})
    assert np.bincount(planned(made).fault).tolist()[1:] == [50, 80, 30, 60, 40]


# --- spread by age ---------------------------------------------------------------------------------------


@given(
    places=st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 30)), min_size=1, max_size=8),
    count=st.integers(0, 300),
)
def test_a_count_is_spread_over_places_with_room(places, count):
    weights, most = map(list, zip(*places, strict=True))
    given = spread(count, weights, most)
    room = [max(0, rows) for rows in most]
    assert sum(given) == min(count, sum(room))
    assert all(0 <= g <= m for g, m in zip(given, room, strict=True))


def test_a_count_is_spread_by_weight():
    assert spread(10, [3, 1, 1], [4, 9, 9]) == [4, 3, 3]
    assert spread(100, [50, 30, 20], [100, 100, 100]) == [50, 30, 20]
    assert spread(2, [1, 5, 3], [9, 9, 9]) == [0, 1, 1]


@pytest.mark.parametrize("total", [1_000, 50_000])
def test_stale_invoices_thin_out_with_age_at_every_count(total):
    made = config(num_transactions=total)
    stale = np.flatnonzero(planned(made).fault == STALE)
    halves = np.histogram(stale, [0, 35 * total // 100, 70 * total // 100])[0]
    assert halves.sum() == 5 * total // 100
    assert halves[1] / halves.sum() == pytest.approx(0.73, abs=0.02)  # (1 - 1 / e) / (1 - 1 / e^2)


def test_where_every_old_transaction_goes_stale_each_band_is_full():
    made = config(num_transactions=1_000, anomaly_rates=NONE | {"stale_unpaid": 0.7}, decoy_rates=NO_DECOYS)
    assert np.flatnonzero(planned(made).fault == STALE).tolist() == list(range(700))
