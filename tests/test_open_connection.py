"""What a connection that is open sees while the world is generated again."""

from __future__ import annotations

import duckdb
import pytest

import synth_assets
from synth_assets.generation.generate import write_world
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.scenario.resolve import resolve


def total(connection: duckdb.DuckDBPyConnection) -> int:
    """A figure that each seed has for itself."""
    return connection.sql("SELECT sum(amount_due) FROM order_to_cash.invoices").fetchall()[0][0]


def test_it_keeps_its_tables_until_a_second_change_and_a_new_one_shows_what_is_there(tmp_path):
    def generated(seed: int) -> int:
        scenario = resolve("order_to_cash", {"num_transactions": 60, "as_of": "2026-11-21", "seed": seed})
        write_world(scenario, tmp_path)
        with synth_assets.connect(str(tmp_path)) as connection:
            return total(connection)

    first = generated(seed=1)
    with synth_assets.connect(str(tmp_path)) as opened:
        assert total(opened) == first
        second = generated(seed=2)
        assert (total(opened), second != first) == (first, True)
        assert generated(seed=2) == second, "the same again changes nothing"
        assert total(opened) == first
        assert generated(seed=3) != second
        with pytest.raises(duckdb.IOException, match="No files found"):
            total(opened)


def test_the_last_versions_can_be_read_as_many_as_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_KEEP_VERSIONS", "2")
    days, totals = ("2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"), []
    for day in days:
        write_world(resolve("order_to_cash", {"num_transactions": 60, "as_of": day}), tmp_path)
        with synth_assets.connect(str(tmp_path)) as connection:
            totals.append([*connection.sql("FROM order_to_cash.decoys").fetchall(), total(connection)])

    for back in (0, 1, 2):
        with synth_assets.connect(str(tmp_path), version=back) as connection:
            found = [*connection.sql("FROM order_to_cash.decoys").fetchall(), total(connection)]
            assert found == totals[3 - back]
    with pytest.raises(Problem) as refused:
        synth_assets.connect(str(tmp_path), version=3)
    assert str(refused.value) == (
        f"{tmp_path} holds no version 3: order_to_cash has 1 (as of 2026-11-20), order_to_cash has 2 (as of "
        "2026-11-19); SYNTH_ASSETS_KEEP_VERSIONS says how many are kept"
    )
    versions = (tmp_path / "order_to_cash" / ".versions").glob("*/invoices-*")
    assert len(list(versions)) == 3


def test_a_number_of_versions_that_is_none_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_KEEP_VERSIONS", "all")
    with pytest.raises(UsageProblem, match="is 'all', but must be a whole number from 1 to 1,000"):
        write_world(resolve("order_to_cash", {"num_transactions": 60}), tmp_path / "new")
    assert not (tmp_path / "new").exists()
