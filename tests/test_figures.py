"""Figures of whole tables: in range on real rows, off out of it, silent where there are too few."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from synth_assets.checks.figures import MARKS, figure_check
from synth_assets.checks.grades import GRADES
from synth_assets.checks.verify import connect
from synth_assets.checks.world_checks import last_table, world_checks
from synth_assets.model.manifest import DIFFICULTIES
from synth_assets.model.query import Query
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES, load
from tests.test_every_world import KEYS
from tests.worlds import evidence, make_world, write_world

COUNTS = {
    "order_to_cash": {
        "num_transactions": 4_000,
        "payments_per_invoice": 3,
        "disguised": True,
        "difficulty_mix": dict.fromkeys(DIFFICULTIES, 1.0),
    },
    "personal_banking": {"num_users": 400},
    "subscriptions": {
        "num_customers": 40_000,
        "new_customers_share": 0.6,
        "plan_change_share": 0.5,
        "ghosts_at_plan_changes": 0.7,
    },
    "wholesale": {
        "preset": "medium",
        "anomaly_rates": {
            "payment_of_wrong_client": 0.1,
            "lapping": 0.1,
            "side_agreement": 0.1,
            "bill_paid_twice": 0.1,
            "bill_split": 0.05,
            "payment_before_bill": 0.05,
        },
        "decoy_ratio": 1,
    },
}
HISTORIES = {
    "subscriptions": {
        "history": {"start": "2021-03-17", "customers_at_start": 3_000, "new_customers_per_year": 2_000},
        "decoy_ratio": 1.0,
        "as_of": "2024-12-20",
    },
    "personal_banking": {
        "num_users": 400,
        "history": {"start": "2024-08-01"},
        "as_of": "2024-12-20",
    },
}
"""Of worlds with figures of a history that grows alone."""

FIGURES = [(name, query) for name in NAMES for query in load(name).sql("figures")]
each_figure = pytest.mark.parametrize(
    ("name", "query"), FIGURES, ids=lambda value: getattr(value, "name", value)
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    windows = {
        name: written(name, KEYS[name] | COUNTS[name], tmp_path_factory.mktemp(name)) for name in COUNTS
    }
    return windows | {
        f"{name} grown": written(name, keys, tmp_path_factory.mktemp(name))
        for name, keys in HISTORIES.items()
    }


def written(name: str, keys: dict[str, object], directory: Path):
    config = resolve(name, keys).config
    world = load(name).of(config)
    sources = write_world(world, make_world(world, config), directory)
    return evidence(world, config, sources, connect(world, config, sources))


def measured(made, name: str, query: Query):
    of = f"{name} grown" if "history.start IS NOT NULL" in query.sql else name
    return figure_check(query, last_table(load(name), query.sql)).evaluate(made[of])


@each_figure
def test_a_figure_is_in_its_range(made, name, query):
    found = measured(made, name, query)
    assert found.passed, found
    assert "over" not in found.found, "measured, not excused by too few rows"
    low, number = found.numbers
    assert low <= number


@each_figure
def test_a_figure_that_is_off_is_seen(made, name, query):
    found = measured(made, name, query._replace(marks="7 to 9, warning"))
    assert (found.passed, found.severity) == (False, "WARN")
    found = measured(made, name, query._replace(marks="7 to 9, error"))
    assert (found.passed, found.severity) == (False, "ERROR")


@each_figure
def test_too_few_rows_say_so(made, name, query):
    found = measured(made, name, query._replace(marks="7 to 9, error, from 1,000,000,000 rows"))
    assert found.passed
    assert "over" in found.found


def test_brackets_without_a_range_are_refused():
    with pytest.raises(ValueError, match=r"figure total: \[high\] is not like"):
        figure_check(Query("total", "A total.", "select 1, 1", "high"), "invoices")


def test_every_figure_of_every_world_has_a_range():
    assert FIGURES
    assert all(MARKS.fullmatch(query.marks) for _, query in FIGURES)


def test_the_preset_simple_has_none_of_the_figures_of_habits(tmp_path):
    keys = KEYS["personal_banking"] | {"preset": "simple", "anomaly_rates": {}}
    simple = written("personal_banking", keys, tmp_path)
    for name, query in FIGURES:
        if name == "personal_banking" and "transactions" in query.sql:
            assert (
                measured({name: simple, f"{name} grown": simple}, name, query).found == "nothing over 0 rows"
            )


GRADED = [
    ([], "no labels", True),
    (["trivial"], "0.990: 1 trivial", True),
    (["very_hard", "trivial", "hard", "hard"], "0.485: 1 trivial, 2 hard, 1 very hard", True),
    (["medium", None, "odd"], "0.233: 1 medium, 2 without a grade", False),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("grades", "said", "passes"), GRADED)
def test_labels_are_counted_by_grade_in_every_world(name: str, grades, said: str, passes: bool) -> None:
    world = load(name)
    (check,) = (check for check in world_checks(world) if check.name == GRADES)
    with duckdb.connect() as connection:
        labels = f"CREATE TABLE {world.manifest.name} AS SELECT unnest($1::TEXT[]) AS difficulty"
        connection.execute(labels, [grades])
        found = check.evaluate(evidence(world, world.config(), {}, connection))
    assert (found.found, found.passed) == (said, passes)
    assert (found.table, found.severity, found.asked) == (world.manifest.name, "WARN", "0.15 to 0.99")
