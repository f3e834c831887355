"""Every law of the wholesaler bites: one row that breaks it is found. Faults change their own papers only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from synth_assets.checks.spec import Evidence
from synth_assets.checks.world_checks import world_checks
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.wholesale import WORLD
from synth_assets.worlds.wholesale.anomalies import ANOMALIES
from synth_assets.worlds.wholesale.config import Config
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
    with duckdb.connect() as connection:
        load_all(connection)
        yield connection


def load_all(connection: duckdb.DuckDBPyConnection, **keys: object) -> Config:
    """All tables in DuckDB, and the configuration as `scenario`."""
    config = resolve("wholesale", {"preset": "small", **keys}).config
    for name, rows in tables(**keys).items():
        connection.register("rows", rows)
        connection.execute(f"CREATE TABLE {name} AS FROM rows")
    connection.execute(
        "CREATE TABLE scenario AS SELECT unnest($1)", [config.model_dump() | config.sql_facts()]
    )
    return config


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


def test_a_decoy_with_a_label_is_found(database) -> None:
    (check,) = (check for check in world_checks(WORLD) if check.name == "decoys are sound")
    config = resolve("wholesale", {"preset": "small"}).config
    evidence = Evidence(database, WORLD, config, {})
    assert check.run(check, evidence).passed
    database.execute("BEGIN")
    try:
        database.execute(
            "INSERT INTO anomaly_manifest (type, entity_id) SELECT 'payment_before_bill', payment_id "
            "FROM payments JOIN bills USING (bill_id) WHERE payment_date = bill_date"
        )
        found = check.run(check, evidence)
        assert (found.passed, found.failures[0]["looks_like"]) == (False, "payment_before_bill")
    finally:
        database.execute("ROLLBACK")


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
