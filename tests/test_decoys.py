"""Decoys of all worlds: each kind of fault has some, none has a label of its kind, and all are listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pytest

from synth_assets.checks.partitions import check_partitions
from synth_assets.checks.spec import Evidence
from synth_assets.checks.verify import connect
from synth_assets.checks.world_checks import world_checks
from synth_assets.evaluate.opened import opened as stored
from synth_assets.export.formats import published, write
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.model.decoy_list import decoys_sql
from synth_assets.model.query import Query
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage import catalogue
from synth_assets.storage.store import Store
from synth_assets.worlds import NAMES, load
from tests.test_every_world import BANK_FAULTS, WHOLESALE_FAULTS
from tests.thorough import size
from tests.worlds import make_world
from tests.worlds import write_world as write_tables

every_world = pytest.mark.parametrize("name", NAMES)

DAY = {"order_to_cash": "2026-11-21", "personal_banking": "2026-11-21"}

MANY_FAULTS = {
    "order_to_cash": {
        "num_transactions": 1_500,
        "anomaly_rates": {
            "missing_invoice": 0.1,
            "pricing_drift": 0.2,
            "duplicate_invoice": 0.1,
            "unauthorized_discount": 0.1,
            "payment_mismatch": 0.1,
            "stale_unpaid": 0.1,
        },
        "decoy_rates": {"processing_order": 0.05},
        "payments_per_invoice": 3,
    },
    "subscriptions": {
        "num_customers": 500,
        "new_customers_share": 0.3,
        "plan_change_share": 0.2,
        "anomaly_rates": {"ghost_subscriber": 0.1, "zombie_account": 0.1, "partial_payment": 0.1},
    },
    "personal_banking": {"num_users": 120, "anomaly_rates": BANK_FAULTS},
    "wholesale": {
        "preset": "medium",
        "anomaly_rates": dict.fromkeys(WHOLESALE_FAULTS, 0.1),
        "decoy_rates": {"two_bills_below_limit": 0.05},
    },
}

USUAL: dict[str, dict[str, object]] = {name: {} for name in NAMES} | {"wholesale": {"preset": "medium"}}

OFF_BY_DEFAULT = {
    "processing_order": "decoy_rates.processing_order",
    "new_customer": "new_customers_share",
    "old_plan": "plan_change_share",
    "new_plan": "plan_change_share",
    "partly_paid": "payments_per_invoice",
    "paid_around_limit": "decoy_rates.paid_around_limit",
    "near_limit": "decoy_rates.paid_around_limit",  # of many users some are
    "two_bills_below_limit": "decoy_rates.two_bills_below_limit",
}
"""Decoys that there are none of at the defaults, and the key that asks for them."""


def scenario_of(name: str, **keys: object) -> Scenario:
    return resolve(name, {**({"as_of": DAY[name]} if name in DAY else {}), **keys})


@contextmanager
def opened(scenario: Scenario) -> Iterator[duckdb.DuckDBPyConnection]:
    """A scenario's tables in DuckDB, and its decoys as the table `listed`."""
    world = scenario.world
    with connect(world, scenario.config, {}) as connection:
        for table, rows in in_memory(scenario).tables.items():
            connection.register(table, rows)
        query = decoys_sql(list(world.sql("decoys")), world.anomalies)
        connection.execute(f"CREATE TABLE listed AS {query}")
        yield connection


@every_world
def test_every_kind_of_fault_has_a_decoy_with_a_name_and_a_fact(name: str) -> None:
    world = load(name)
    decoys, kinds = list(world.sql("decoys")), [anomaly.name for anomaly in world.anomalies]
    assert list(dict.fromkeys(decoy.looks_like for decoy in decoys)) == kinds
    assert len({decoy.name for decoy in decoys} | set(kinds)) == len(decoys) + len(kinds)
    assert all(decoy.sentence.endswith(".") for decoy in decoys)


@pytest.mark.parametrize(
    ("name", "seed", "keys"),
    [
        (name, seed, keys)
        for name in NAMES
        for seed, keys in ((42, USUAL[name]), (7, MANY_FAULTS[name]))
        if keys is USUAL[name] or name in size(("order_to_cash", "subscriptions"), NAMES)
    ],
    ids=str,
)
def test_decoys_are_there_are_rows_and_have_no_label_of_their_kind(name: str, seed: int, keys: dict) -> None:
    scenario = scenario_of(name, seed=seed, **keys)
    world = scenario.world
    with opened(scenario) as connection:
        found = {decoy for (decoy,) in connection.execute("SELECT DISTINCT decoy FROM listed").fetchall()}
        missing = {decoy.name for decoy in world.sql("decoys")} - found
        assert missing <= (OFF_BY_DEFAULT.keys() if keys == USUAL[name] else set())
        labels = f"SELECT type AS looks_like, entity_id FROM {world.manifest.name}"
        query = f"FROM listed SEMI JOIN ({labels}) AS labels USING (looks_like, entity_id)"
        assert connection.execute(query).fetchall() == []
        for entity in {anomaly.entity for anomaly in world.anomalies}:
            table = world.table_of(entity)
            rows = f"SELECT CAST({table.key.name} AS VARCHAR) AS entity_id FROM {table.name}"
            query = (
                f"FROM listed ANTI JOIN ({rows}) AS rows USING (entity_id) WHERE affected_entity = '{entity}'"
            )
            assert connection.execute(query).fetchall() == [], entity


SMALL = {
    "order_to_cash": {"num_transactions": 200},
    "subscriptions": {"num_customers": 100},
    "personal_banking": {"num_users": 20},
    "wholesale": {"preset": "small"},
}


@every_world
def test_the_list_is_published_and_exported(name: str, tmp_path: Path) -> None:
    scenario = scenario_of(name, **SMALL[name])
    write_world(scenario, tmp_path)
    store, decoys = Store(scenario.world, tmp_path), list(scenario.world.sql("decoys"))
    with stored(store) as data, catalogue.connect(tmp_path) as views:
        query = decoys_sql(decoys, scenario.world.anomalies)
        expected = data.connection.execute(f"FROM ({query}) ORDER BY ALL").fetchall()
        listed = views.execute(f"FROM {name}.decoys ORDER BY ALL").fetchall()
    assert listed == expected != []
    facts = {decoy.name: (decoy.looks_like, decoy.sentence) for decoy in decoys}
    assert {row[0]: (row[1], row[4]) for row in listed}.items() <= facts.items()
    (path,) = write(published(store), "csv", tmp_path / "csv", ["decoys"])
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(listed) + 1


QUERIES = World.sql


def drifted_invoices(world: World, name: str) -> Iterator[Query]:
    """A list of decoys in which faults stand, too."""
    sql = (
        "SELECT invoice_id AS entity_id FROM invoices JOIN orders USING (order_id) "
        "WHERE amount_due_cents <> total_amount_cents"
    )
    drifted = Query("off_by_something", "It differs.", sql, "pricing_drift")
    yield from [drifted] if name == "decoys" else QUERIES(world, name)


def test_a_decoy_with_labels_is_found_in_groups_and_over_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = scenario_of("order_to_cash", num_transactions=300)
    world, config = scenario.world, scenario.config
    tables = make_world(world, config)
    sources = write_tables(world, tables, tmp_path)
    with connect(world, config, sources) as connection:
        assert set(check_partitions(connection, world, sources).decoys) == {
            decoy.name for decoy in world.sql("decoys") if not decoy.is_cross_partition
        }
    monkeypatch.setattr(World, "sql", drifted_invoices)
    (check,) = (spec for spec in world_checks.__wrapped__(world) if spec.name == "decoys are sound")
    with connect(world, config, sources) as connection:
        partitions = check_partitions(connection, world, sources)
        found = check.evaluate(Evidence(connection, world, config, sources, partitions))
    drifted = pc.sum(pc.equal(tables["anomaly_manifest"]["type"].cast("string"), "pricing_drift")).as_py()
    assert (found.passed, found.asked, found.found) == (
        False,
        "like 1 kinds",
        f"{drifted + 6}, {drifted} labelled",
    )
    assert {row["decoy"] for row in found.failures} == {"off_by_something"}
