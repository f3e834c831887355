"""What should not matter tells no fault; what is planted to tell one is found."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import synth_assets
from synth_assets.evaluate.leaks import SIGMAS, _area, _scatter, leak_check, leaks
from synth_assets.evaluate.opened import opened
from synth_assets.generation.generate import Dataset


@pytest.fixture(scope="module")
def sales() -> Dataset:
    return synth_assets.generate("order_to_cash", seed=4, num_transactions=2_000, as_of="2026-11-27")


def with_column(data: Dataset, table: str, column: str, values: pa.Array) -> Dataset:
    """The same data with other values in a column."""
    rows = data.tables[table]
    place = rows.column_names.index(column)
    return Dataset(
        data.scenario, data.tables | {table: rows.set_column(place, rows.schema.field(column), values)}
    )


@pytest.mark.parametrize(
    ("name", "keys"),
    [("order_to_cash", {"num_transactions": 2_000}), ("subscriptions", {"num_customers": 400})],
)
def test_nothing_tells(name: str, keys: dict[str, int]) -> None:
    with opened(synth_assets.generate(name, seed=4, as_of="2024-12-31", **keys)) as there:
        found = list(leaks(there))
        assert len(found) >= 3
        assert not [leak for leak in found if leak.tells]
        assert leak_check(there).passed


def test_a_product_that_only_drifted_bills_have_is_found(sales: Dataset) -> None:
    labels = sales.truth
    drifted = labels.filter(pc.equal(pc.cast(labels["type"], pa.string()), "pricing_drift"))[
        "related_entity_id"
    ]
    orders = sales.tables["orders"]
    at_fault = orders.filter(pc.is_in(orders["order_id"], drifted))["opportunity_id"]
    opportunities = sales.tables["opportunities"]
    moved = pc.if_else(
        pc.is_in(opportunities["opportunity_id"], at_fault), "PRD-000000050", opportunities["product_id"]
    )
    with opened(with_column(sales, "opportunities", "product_id", moved)) as there:
        found = {leak.kind: leak for leak in leaks(there)}
        check = leak_check(there)
    assert found["pricing_drift"].tells
    assert found["pricing_drift"].area > 0.9
    assert not check.passed
    assert check.severity == "WARN"
    assert "pricing_drift" in [row["kind"] for row in check.failures]


def test_few_labels_scatter_as_much_as_shuffled_ones_do() -> None:
    rng = np.random.default_rng(5)
    at_fault = np.arange(264) < 24
    areas = []
    for _ in range(30):
        noise = rng.normal(size=(264, 20))
        areas.append(_area(noise, at_fault) - 0.5)
    sigma = _scatter(noise, at_fault)
    assert 0.7 < np.std(areas) / sigma < 1.4
    assert max(areas) < SIGMAS * sigma
    plain = noise.copy()
    plain[at_fault, 3] += 4
    assert _area(plain, at_fault) - 0.5 > SIGMAS * _scatter(plain, at_fault)
