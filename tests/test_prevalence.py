"""Prevalence: one number for all rates, whose labels at a lower value are among those at a higher one."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth_assets
from synth_assets import worlds
from synth_assets.checks.check import as_text
from synth_assets.checks.spec import Evidence
from synth_assets.checks.verify import connect, run
from synth_assets.checks.world_checks import TOTAL, world_checks
from synth_assets.model.errors import UsageProblem
from synth_assets.model.fault_plan import QuotaGroup, assign
from synth_assets.model.quotas import dealt, dealt_before
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.order_to_cash.config import AnomalyRates
from tests.thorough import size
from tests.worlds import failed, make_world, spoil, verify_quickly, write_world

SMALL: dict[str, dict[str, Any]] = {
    "order_to_cash": {"num_transactions": 1_000},
    "subscriptions": {"num_customers": 300},
    "personal_banking": {"num_users": 200},
    "wholesale": {"preset": "small"},
}
DIAL = (0.0001, 0.004, 0.03, 0.11, 0.3)


def labels(world: str, prevalence: float) -> set[tuple[str, str]]:
    made = synth_assets.generate(world, prevalence=prevalence, as_of="2024-12-31", **SMALL[world])
    frame = made.frame("anomaly_manifest")
    return set(zip(frame["type"], frame["entity_id"].astype(str), strict=True))


@pytest.mark.parametrize("world", worlds.NAMES)
def test_labels_at_a_lower_prevalence_are_among_those_at_a_higher_one(world: str) -> None:
    found = [labels(world, prevalence) for prevalence in (DIAL if world != "wholesale" else DIAL[::2])]
    for few, many in pairwise(found):
        assert few <= many
    assert len(found[0]) < len(found[-2]) < len(found[-1])


HISTORIES: dict[str, dict[str, Any]] = {
    "order_to_cash": {"transactions_per_year": 1_500},
    "subscriptions": {"customers_at_start": 300},
}


@pytest.mark.parametrize("world", HISTORIES)
def test_labels_of_a_history_at_a_lower_prevalence_are_among_those_at_a_higher_one(
    world: str, tmp_path: Path
) -> None:
    """On any day; the truth is exact at each on the later one, which holds what the earlier one does."""
    days = ("2023-05-20", "2024-06-01")
    for as_of in days:
        found = []
        for prevalence in DIAL[1:]:
            history = HISTORIES[world] | {"start": "2023-01-01"}
            of = resolve(world, {"history": history, "prevalence": prevalence}, as_of=as_of)
            made = make_world(of.world, of.config)
            if as_of == days[-1]:
                written = write_world(of.world, made, tmp_path / str(prevalence))
                checks = verify_quickly(of.world, of.config, written)
                assert not failed(checks), as_text(checks)
            names = ("type", "entity_id", "related_entity_id")
            found.append({tuple(one.values()) for one in made["anomaly_manifest"].select(names).to_pylist()})
        for few, many in pairwise(found):
            assert few < many


def test_of_any_first_numbers_a_share_is_dealt_within_five() -> None:
    number = np.arange(2_000_000)
    before = np.zeros(len(number), dtype=bool)
    for share in (1 / 3_000, 0.01, 0.1, 0.382, 0.5, 0.9, 1.0):
        found = dealt(number, share)
        assert not (before & ~found).any()
        assert np.abs(np.cumsum(found) - share * (number + 1)).max() < 5
        assert dealt_before([0, 7, 1_000], share) == [found[:end].sum() for end in (0, 7, 1_000)]
        before = found


@pytest.mark.parametrize("world", [name for name in worlds.NAMES if name != "wholesale"])
def test_truth_is_exact_at_a_prevalence(world: str, tmp_path: Path) -> None:
    scenario = resolve(world, {**SMALL[world], "prevalence": 0.06, "as_of": "2024-12-31"})
    rates = [rate for _, rate in scenario.config.anomaly_rates]
    assert math.fsum(rates) == pytest.approx(0.06)
    made = synth_assets.generate(world, **SMALL[world], prevalence=0.06, as_of="2024-12-31")
    assert made.scenario == scenario
    checks = verify_quickly(
        scenario.world, scenario.config, write_world(scenario.world, made.tables, tmp_path)
    )
    assert not failed(checks), as_text(checks)


def test_payments_that_are_late_beyond_the_rate_are_seen_at_a_prevalence(tmp_path: Path) -> None:
    scenario = resolve("subscriptions", {"num_customers": 300, "prevalence": 0.06, "as_of": "2024-12-31"})
    sources = write_world(scenario.world, make_world(scenario.world, scenario.config), tmp_path)
    spoil("payments", sources, "UPDATE payments SET payment_date = payment_date + 20 WHERE rowid % 3 = 0")
    found = failed(verify_quickly(scenario.world, scenario.config, sources))
    assert "late_payments_as_asked" in {name.replace(" ", "_") for name in found}


def test_rates_keep_their_proportions_and_are_equal_where_all_are_zero() -> None:
    given_rates = {"missing_invoice": 0.02, "pricing_drift": 0.01}
    others = dict.fromkeys(
        ("duplicate_invoice", "unauthorized_discount", "payment_mismatch", "stale_unpaid"), 0
    )
    config = resolve(
        "order_to_cash", {"anomaly_rates": given_rates | others, "prevalence": 0.3, "as_of": "2024-12-31"}
    ).config
    assert dict(config.anomaly_rates) == pytest.approx(
        {"missing_invoice": 0.2, "pricing_drift": 0.1} | others
    )
    config = resolve("personal_banking", {"prevalence": 0.08, "as_of": "2024-12-31"}).config
    assert [rate for _, rate in config.anomaly_rates] == pytest.approx([0.01] * 8)


@pytest.mark.parametrize("world", worlds.NAMES)
def test_a_configuration_made_by_hand_has_rates_that_add_up_and_labels_by_them(world: str) -> None:
    day = dt.date(2024, 12, 31)
    config = worlds.load(world).config(**SMALL[world], prevalence=0.06, as_of=day)
    assert math.fsum(rate for _, rate in config.anomaly_rates) == pytest.approx(0.06, rel=1e-9)
    resolved = resolve(world, {**SMALL[world], "prevalence": 0.06, "as_of": "2024-12-31"}).config
    assert config.anomaly_rates == resolved.anomaly_rates
    assert config.with_prevalence() is config
    asked = worlds.load(world).asked_labels(config)
    found = make_world(worlds.load(world), config)["anomaly_manifest"].num_rows
    assert found == sum(labels for _, labels in asked.values()) > 0


def test_a_stored_scenario_with_a_prevalence_is_read_as_it_was() -> None:
    scenario = resolve("order_to_cash", {"prevalence": 0.0123, "as_of": "2024-12-31"})
    again = resolve("order_to_cash", scenario.config.model_dump(mode="json"))
    assert again.id == scenario.id


def test_the_clean_twin_has_no_prevalence_and_the_same_sound_rows() -> None:
    keys = {"num_transactions": 300, "as_of": "2024-12-31"}
    clean = synth_assets.generate("order_to_cash", clean=True, prevalence=0.2, **keys)
    assert clean.tables == synth_assets.generate("order_to_cash", clean=True, **keys).tables
    assert not len(clean.truth)


@pytest.mark.parametrize("value", [0, 0.00009, 0.31, "much", -1])
def test_a_prevalence_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(UsageProblem, match="prevalence"):
        resolve("order_to_cash", {"prevalence": value})


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"prevalence": 0.01},
            "order_to_cash: prevalence 0.01 keeps a part of the faults of 0.3, which do not fit: "
            "anomaly_rates: stale_unpaid 0.3 asks for 60 of 200 transactions, but at most 20 can carry it "
            "within 4 months: lower the rates or lengthen date_range_months; or leave prevalence out and "
            "give anomaly_rates",
        ),
        (
            {"prevalence": 0.2},
            "order_to_cash: anomaly_rates: stale_unpaid 0.2 asks for 40 of 200 transactions, but at most 20 "
            "can carry it within 4 months: lower the rates or lengthen date_range_months; prevalence 0.2 is "
            "what these rates add up to",
        ),
    ],
)
def test_what_does_not_fit_names_the_prevalence(keys: dict[str, Any], message: str) -> None:
    rates = dict.fromkeys(AnomalyRates.model_fields, 0) | {"stale_unpaid": 1}
    with pytest.raises(UsageProblem) as error:
        resolve(
            "order_to_cash", keys | {"num_transactions": 200, "date_range_months": 4, "anomaly_rates": rates}
        )
    assert str(error.value) == message


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.integers(1, 3_000).flatmap(
        lambda rows: st.tuples(
            st.just(rows), st.lists(st.integers(0, rows // 4), min_size=3, max_size=3), st.integers(0, 2**63)
        )
    ),
    st.fractions(0, 1),
    st.fractions(0, 1),
)
def test_kept_faults_are_exact_and_nested(
    plan: tuple[int, list[int], int], share: Fraction, other: Fraction
) -> None:
    rows, quotas, key = plan
    numbers = np.arange(rows)

    def kept(part: Fraction) -> Any:
        counts = tuple(int(part * quota) for quota in quotas)
        groups = [
            QuotaGroup(rows // 2, (0,), kept=(0,)),
            QuotaGroup(rows, tuple(quotas), kept=counts),
        ]
        codes = assign(numbers, groups, [key, key ^ 7])
        assert np.bincount(codes, minlength=5)[2:].tolist() == list(counts)
        return codes

    few, many = kept(min(share, other)), kept(max(share, other))
    assert (few[few > 0] == many[few > 0]).all()


@pytest.mark.parametrize("world", ["subscriptions", *size((), ("wholesale",))])
def test_an_investigation_has_labels_and_they_are_found(world: str, tmp_path: Path) -> None:
    small = {"num_customers": 500} if world == "subscriptions" else {}
    scenario = resolve(world, {"as_of": "2024-12-31", **small}, preset="investigation")
    asked = {kind for kind, (_, labels) in scenario.world.asked_labels(scenario.config).items() if labels}
    assert asked == {kind for kind, rate in scenario.config.anomaly_rates if rate}
    sources = write_world(scenario.world, make_world(scenario.world, scenario.config), tmp_path)
    with connect(scenario.world, scenario.config, sources) as connection:
        evidence = Evidence(connection, scenario.world, scenario.config, sources)
        kinds = [check for check in world_checks(scenario.world) if check.name in (*asked, TOTAL)]
        assert not failed(run(kinds, evidence))
