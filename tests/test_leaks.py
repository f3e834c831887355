"""What should not matter tells no fault; what is planted to tell one is found."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import synth_assets
from synth_assets.evaluate.leaks import Leak, leak_check, leaks
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
    [
        ("order_to_cash", {"num_transactions": 2_000}),
        ("subscriptions", {"num_customers": 400}),
        ("subscriptions", {"num_customers": 4_000, "plan_change_share": 0.3, "ghosts_at_plan_changes": 0.7}),
    ],
)
def test_nothing_tells(name: str, keys: dict[str, float]) -> None:
    with opened(synth_assets.generate(name, seed=4, as_of="2024-12-31", **keys)) as there:
        found = leaks(there)
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


def test_no_product_tells_a_discount_that_who_owns_the_deal_approved() -> None:
    """Sound discounts, which they approve as well, are for bulk: alike in that, lines differ by goods."""
    keys = {"num_transactions": 20_000, "disguised": True, "as_of": "2026-11-27"}
    with opened(synth_assets.generate("order_to_cash", seed=6, **keys)) as there:
        found = {leak.kind: leak for leak in leaks(there)}
    discount = found["unauthorized_discount"]
    assert discount.labels == 1_200
    assert discount.area < 0.54  # .568 where they are compared with approved ones
    assert not [leak for leak in found.values() if leak.tells]


def test_the_highest_of_several_kinds_may_be_farther_by_chance() -> None:
    alone = Leak("a kind", 100, 0.5 + 3.2 * 0.03, 0.03)
    assert alone.tells
    assert not alone._replace(kinds=5).tells
    assert alone._replace(kinds=5, area=0.5 + 3.6 * 0.03).tells
