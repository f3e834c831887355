"""Curves of whole tables: in range on real rows, a warning out of it, silent where there are too few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from synth_assets.checks.verify import connect
from synth_assets.orchestration.distribution import CURVES, check
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from tests.test_every_world import KEYS
from tests.worlds import make_world, scenario_of, write_world

COUNTS = {"order_to_cash": {"num_transactions": 2_000}, "personal_banking": {"num_users": 400}}
NAMED = [(key, curve) for key, curves in CURVES.items() for curve in curves]
each_curve = pytest.mark.parametrize(("key", "curve"), NAMED, ids=lambda value: getattr(value, "name", value))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, duckdb.DuckDBPyConnection]:
    return {name: connection(name, COUNTS[name], tmp_path_factory.mktemp(name)) for name in COUNTS}


def connection(name: str, keys: dict[str, object], directory: Path) -> duckdb.DuckDBPyConnection:
    config = resolve(name, KEYS[name] | keys).config
    sources = write_world(load(name), make_world(load(name), config), directory)
    return connect(load(name), scenario_of(config), sources)


@each_curve
def test_a_curve_is_in_its_range(made, key, curve):
    found = check(made[key.split("/")[0]], curve)
    assert found.passed, found
    assert "over" not in found.found, "measured, not excused by too few rows"


@each_curve
def test_a_curve_that_is_off_warns(made, key, curve):
    found = check(made[key.split("/")[0]], replace(curve, low=curve.high, high=2 * curve.high))
    assert (found.passed, found.severity) == (False, "WARN")


@each_curve
def test_too_few_rows_say_so(made, key, curve):
    found = check(made[key.split("/")[0]], replace(curve, from_rows=10**9, low=2.0, high=3.0))
    assert found.passed
    assert "over" in found.found


def test_the_preset_simple_has_none_of_the_curves_of_habits(tmp_path):
    simple = connection("personal_banking", {"preset": "simple", "anomaly_rates": {}}, tmp_path)
    for curve in CURVES["personal_banking/transactions"]:
        assert check(simple, curve).found == "nothing over 0 rows"
