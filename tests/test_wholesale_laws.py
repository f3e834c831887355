"""Every law of the wholesaler bites: one row that breaks it is found. Faults change their own papers only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.wholesale import WORLD
from synth_assets.worlds.wholesale.anomalies import ANOMALIES
from synth_assets.worlds.wholesale.edits import Copy
from synth_assets.worlds.wholesale.fault_plan import plan
from tests.worlds import make_world

BROKEN = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in (Path(__file__).parent / "wholesale_breaks.sql").read_text().split("-- name: ")[1:]
}
"""A statement that breaks each law."""

LAWS = {query.name: query.sql for query in WORLD.sql("laws")}


def tables(**keys: object) -> dict[str, pa.Table]:
    return make_world(WORLD, resolve("wholesale", {"preset": "small", **keys}).config)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    scenario = resolve("wholesale", {"preset": "small"})
    with duckdb.connect() as connection:
        for name, rows in tables().items():
            connection.register("rows", rows)
            connection.execute(f"CREATE TABLE {name} AS FROM rows")
        connection.execute("CREATE TABLE scenario AS SELECT unnest($1)", [scenario.config.model_dump()])
        yield connection


def test_every_law_is_broken_here() -> None:
    assert set(BROKEN) == set(LAWS)


@pytest.mark.parametrize("law", LAWS)
def test_a_row_that_breaks_a_law_is_found(database, law) -> None:
    assert database.execute(LAWS[law]).fetchall() == []
    database.execute("BEGIN")
    try:
        database.execute(BROKEN[law])
        assert database.execute(LAWS[law]).fetchall() != []
    finally:
        database.execute("ROLLBACK")


def test_faults_change_the_papers_that_they_name_and_no_other() -> None:
    rates = {anomaly.name: 0.04 for anomaly in ANOMALIES}
    faulty, clean = tables(anomaly_rates=rates), tables()
    config = resolve("wholesale", {"preset": "small", "anomaly_rates": rates}).config
    faults = [fault for of in plan(config, WORLD.draws(config, "facts")).faults for fault in of]
    edited = {edit.table for fault in faults for edit in fault.edits}
    changed = {name for name in clean if not clean[name].equals(faulty[name])}
    assert changed == edited | {"anomaly_manifest"}
    assert faulty["anomaly_manifest"].num_rows == len(faults) > len(ANOMALIES)
    with duckdb.connect() as connection:
        for name in edited:
            connection.register("clean", clean[name])
            connection.register("faulty", faulty[name])
            differ = connection.sql("(FROM faulty EXCEPT ALL FROM clean)").fetchall()
            assert 0 <= len(differ) <= sum(edit.table == name for fault in faults for edit in fault.edits) * 4


def test_two_faults_never_add_a_row_of_one_number() -> None:
    rates = {"bill_paid_twice": 0.4, "round_manual_entry": 0.6}
    config = resolve("wholesale", {"anomaly_rates": rates}).config
    faults = [fault for of in plan(config, WORLD.draws(config, "facts")).faults for fault in of]
    added = [
        (edit.table, next(iter(edit.values.values())))
        for fault in faults
        for edit in fault.edits
        if isinstance(edit, Copy)
    ]
    assert len(set(added)) == len(added) > 300
