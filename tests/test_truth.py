"""The proof of truth: rules that see only the tables find the manifest, and every law holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.checks.check import as_text
from synth_assets.checks.world_checks import TOTAL
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import INVESTIGATION, AnomalyRates, Config
from tests.thorough import size
from tests.worlds import failed, misfit, verified

KINDS = tuple(AnomalyRates.model_fields)
SIXTHS = dict.fromkeys(KINDS, 1 / 6)
AWKWARD_DAYS = [
    dt.date(2020, 2, 29),
    dt.date(2023, 3, 31),
    dt.date(2024, 1, 1),
    dt.date(2024, 2, 29),
    dt.date(2024, 12, 31),
    dt.date(2025, 2, 28),
    dt.date(2025, 5, 31),
    dt.date(2026, 7, 4),
]

counts = st.one_of(st.integers(1, 40), st.integers(41, 2_000), st.integers(2_001, size(5_000, 20_000)))
rates = st.one_of(st.just(0.0), st.floats(0, 0.2).map(lambda rate: round(rate, 4)))
days = st.one_of(st.sampled_from(AWKWARD_DAYS), st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)))


@st.composite
def configs(draw: st.DrawFn, clip_due_dates: bool = False) -> Config:
    """Any configuration whose faults fit: rates are halved until they do."""
    transactions = draw(counts)
    values: dict[str, Any] = {
        "seed": draw(st.integers(0, 2**63 - 1)),
        "as_of": draw(days),
        "date_range_months": draw(st.integers(1, 24)),
        "num_transactions": transactions,
        "num_contacts": draw(st.integers(1, transactions + 50)),
        "num_products": draw(st.sampled_from([1, 2, 50, 700])),
        "lost_deals_per_order": draw(st.sampled_from([0, 0.5, 2.1, 4])),
        "open_deals_per_order": draw(st.sampled_from([0, 0.15, 2])),
        "clip_due_dates": clip_due_dates,
        "payments_per_invoice": draw(st.sampled_from([1, 2, 3, 4])),
        "decoy_rates": {"processing_order": draw(st.sampled_from([0, 0, 0.01, 0.05]))},
        "anomaly_rates": {kind: draw(rates) for kind in KINDS},
    }
    while misfit(WORLD, Config(**values)):
        values["anomaly_rates"] = {k: round(r / 2, 4) for k, r in values["anomaly_rates"].items()}
    return Config(**values)


@pytest.mark.parametrize("clip_due_dates", [False, True])
def test_rules_find_exactly_the_manifest_and_every_law_holds(clip_due_dates: bool) -> None:
    @settings(
        max_examples=size(6, 9),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(config=configs(clip_due_dates))
    def holds(config: Config) -> None:
        with TemporaryDirectory() as directory:
            checks = verified(WORLD, config, Path(directory))
        assert not failed(checks), as_text(checks)

    holds()


CROWDED = {
    "a sixth each": {"num_transactions": 6_000, "anomaly_rates": SIXTHS},
    "a sixth each of six": {"num_transactions": 6, "num_contacts": 1, "anomaly_rates": SIXTHS},
    "all stale that can be": {"num_transactions": 1_000, "anomaly_rates": {"stale_unpaid": 0.52}},
    "decoys everywhere": {
        "num_transactions": 5_000,
        "anomaly_rates": SIXTHS,
        "decoy_rates": {"freight_difference": 0.4, "approved_discount": 0.3, "repeat_order": 0.14},
    },
    "ten decoys a fault": {
        "num_transactions": 3_000,
        "anomaly_rates": dict.fromkeys(KINDS, 0.006),
        "decoy_ratio": 10,
    },
    "an investigation": INVESTIGATION,
    "in disguise, a sixth each": {"num_transactions": 3_000, "anomaly_rates": SIXTHS, "disguised": True},
    "in disguise and in instalments, a sixth each": {
        "num_transactions": 3_000,
        "anomaly_rates": SIXTHS,
        "disguised": True,
        "payments_per_invoice": 3,
    },
    "most are paid short in disguise": {
        "num_transactions": 2_000,
        "anomaly_rates": {**dict.fromkeys(KINDS, 0), "payment_mismatch": 0.6, "duplicate_invoice": 0.2},
        "disguised": True,
        "payments_per_invoice": 4,
    },
    "one contact, one product": {"num_transactions": 3_000, "num_contacts": 1, "num_products": 1},
    "one order": {"num_transactions": 1, "num_contacts": 5},
    "one month": {"date_range_months": 1, "anomaly_rates": {"stale_unpaid": 0, "payment_mismatch": 0}},
    "four months": {"date_range_months": 4, "anomaly_rates": {"stale_unpaid": 0.09}},
    "many old and unpaid": {"num_transactions": 3_000, "decoy_rates": {"aged_unpaid": 0.5}},
    "in instalments": {"num_transactions": 6_000, "anomaly_rates": SIXTHS, "payments_per_invoice": 3},
    "one customer pays in runs": {"num_transactions": 3_000, "num_contacts": 2, "payments_per_invoice": 4},
    "most are invoiced twice": {
        "num_transactions": 2_000,
        "anomaly_rates": {**dict.fromkeys(KINDS, 0), "duplicate_invoice": 0.9},
        "payments_per_invoice": 2,
    },
    "two blocks": {"num_transactions": 65_537, "num_contacts": 70_000},
}


@pytest.mark.parametrize("values", CROWDED.values(), ids=CROWDED.keys())
def test_truth_holds_in_a_corner(values: dict[str, Any], tmp_path: Path) -> None:
    checks = verified(WORLD, Config(as_of=dt.date(2024, 2, 29), **values), tmp_path)

    assert not failed(checks), as_text(checks)


@pytest.mark.parametrize("as_of", AWKWARD_DAYS, ids=str)
def test_clean_data_trips_no_rule(as_of: dt.date, tmp_path: Path) -> None:
    config = Config(as_of=as_of, num_transactions=size(1_000, 3_000)).clean()

    checks = {check.name: check for check in verified(WORLD, config, tmp_path)}

    assert [checks[kind].found for kind in KINDS] == ["0"] * 6
    assert not failed(list(checks.values()))


def test_the_documents_numbers_stand_in_the_checks(tmp_path: Path) -> None:
    checks = {check.name: check for check in verified(WORLD, Config(as_of=dt.date(2026, 11, 21)), tmp_path)}

    assert {kind: checks[kind].found for kind in KINDS} == {
        "missing_invoice": "50",
        "pricing_drift": "80",
        "duplicate_invoice": "30",
        "unauthorized_discount": "60",
        "payment_mismatch": "40",
        "stale_unpaid": "50",
    }
    assert checks[TOTAL].found == "310"
    assert checks["terms_are_net_30"].asked == "980 invoices"
