"""What a connection that is open sees while the world is generated again."""

from __future__ import annotations

import duckdb
import pytest

import synth_assets
from synth_assets.generation.generate import write_world
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
