"""Worlds in real databases: every row to the cent, keys enforced, all or nothing, no password anywhere.

MariaDB and PostgreSQL are servers of the tests' own; what is not installed is skipped. SQLite's own matters
are in test_load.py, the commands in test_database_commands.py.
"""

from __future__ import annotations

import datetime as dt
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pymysql
import pytest
import sqlalchemy as sa

from synth_assets.export import databases
from synth_assets.model.errors import Problem
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES
from synth_assets.worlds import load as world_named
from tests import tiny
from tests.servers import Place
from tests.worlds import make_world

DAY = "2026-11-21"
FEW = {
    "order_to_cash": {"num_transactions": 200, "as_of": DAY},
    "subscriptions": {"num_customers": 100},
    "personal_banking": {"num_users": 75, "as_of": DAY},
    "wholesale": world_named("wholesale").presets["small"],
}
TINY = tiny.WORLD
AWKWARD = [
    "it's",
    'a "quote", a comma',
    "back\\slash",
    "two\nlines",
    "",
    "NULL",
    "100 % ünï",
    "\\N",
    "\t",
    "'",
]


# --- the worlds ---------------------------------------------------------------------------------------


@lru_cache
def made_of(name: str) -> dict[str, pa.Table]:
    return make_world(world_named(name), resolve(name, FEW[name]).config)


@lru_cache
def tiny_made() -> dict[str, pa.Table]:
    """The world in miniature, its partners named awkwardly."""
    made = make_world(TINY, tiny.Config(as_of=dt.date.fromisoformat(DAY)))
    partners = made["partners"]
    names = pa.array([AWKWARD[row % len(AWKWARD)] for row in range(partners.num_rows)])
    place = partners.schema.get_field_index("name")
    return made | {"partners": partners.set_column(place, partners.schema.field("name"), names)}


def in_parts(made):
    """Each table in two parts, of which the first is short."""
    return lambda name: [made[name].slice(0, 7), made[name].slice(7)]


def load_tiny(place: Place, made=None, **options) -> dict[str, int]:
    return databases.load(TINY, in_parts(made or tiny_made()), place.url, **options)


COUNTS = {"currencies": 2, "tradePartners": 10, "orders": 30, "notes": 41, "anomaly_manifest": 3}


def counted(place: Place) -> dict[str, int]:
    return {table: place.count(table) for table in COUNTS}


# --- what stands there --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_world_loads_and_agrees_with_its_parquet(place, name):
    world, made = world_named(name), made_of(name)
    loaded = databases.load(world, in_parts(made), place.url)
    assert place.tables() == set(loaded)
    assert databases.others(world, place.url) == []
    counts = " UNION ALL ".join(f'SELECT {n}, count(*) FROM "{table}"' for n, table in enumerate(loaded))
    assert [rows for _, rows in sorted(place.ask(counts))] == list(loaded.values())
    if name == "personal_banking" and place.kind == "sqlite":
        return  # the document's schema, see test_load.py
    assert list(loaded) == [table.physical_name for table in world.tables]
    for table in world.tables:
        summed = [column for column in table.columns if column.kind in ("money", "flag")]
        if summed:
            sums = (sum_of(place, f'"{table.physical_column(column)}"', column.kind) for column in summed)
            (found,) = place.ask(f'SELECT {", ".join(sums)} FROM "{table.physical_name}"')
            expected = [stored_sum(made[table.name][column.name], column.kind) for column in summed]
            assert [Decimal(str(value or 0)) for value in found] == expected, table.name


def sum_of(place: Place, name: str, kind: str) -> str:
    """The sum of a column, whether its type is text, a number or a flag."""
    if kind == "flag":
        return f"sum(CASE WHEN CAST({name} AS CHAR(1)) IN ('1', 't', 'true') THEN 1 ELSE 0 END)"
    if place.kind == "sqlite":  # it has no decimals
        return f"sum(CAST(round(100 * {name}) AS INTEGER)) / 100.0"
    return f"sum(CAST({name} AS DECIMAL(18, 2)))"


def stored_sum(values: pa.ChunkedArray, kind: str) -> Decimal:
    if kind == "flag":
        return Decimal(pc.sum(values.cast(pa.int64())).as_py() or 0)
    return Decimal(pc.sum(values).as_py() or 0) / 100


def test_every_value_is_that_of_the_table(place):
    load_tiny(place)
    for table in TINY.tables:
        names = ", ".join(f'"{table.physical_column(column)}"' for column in table.columns)
        key = table.physical_column(table.key)
        found = place.ask(f'SELECT {names} FROM "{table.physical_name}" ORDER BY "{key}"')
        rows = tiny_made()[table.name].to_pylist()
        expected = [tuple(published(column, row[column.name]) for column in table.columns) for row in rows]
        plainly = [tuple(map(plain, table.columns, row)) for row in found]
        assert plainly == expected


def published(column, value):
    """A stored value as the source document has it."""
    if value is None:
        return None
    if column.form.places is not None:
        places = Decimal(1).scaleb(-column.form.places)
        return (Decimal(repr(value)) / column.form.stored_per_published).quantize(places)
    return json.loads(value) if column.kind == "json" else value


def plain(column, value):
    """A database's value, spelt as Python would."""
    if value is None:
        return None
    if column.form.places is not None:
        return Decimal(repr(value) if isinstance(value, float) else value).quantize(
            Decimal(1).scaleb(-column.form.places)
        )
    if column.kind == "json" and isinstance(value, str):
        return json.loads(value)
    return dt.datetime.fromisoformat(value) if column.kind == "moment" and isinstance(value, str) else value


REFUSED = {
    "an orphan": "INSERT INTO orders VALUES (99, 777, 1, 1, 1, 1)",
    "an orphan of the own table": """INSERT INTO "tradePartners" VALUES (99, 'x', 777, NULL, '{}')""",
    "an orphan of a later table": """INSERT INTO "tradePartners" VALUES (99, 'x', NULL, 777, '{}')""",
    "a word that is no choice": "INSERT INTO currencies VALUES (9, 'DM')",
    "a key twice": "INSERT INTO currencies VALUES (1, 'EUR')",
    "nothing where something must be": "INSERT INTO currencies VALUES (9, NULL)",
    "a parent that is needed": "DELETE FROM currencies WHERE currency_id = 1",
}
ERRORS = (sqlite3.IntegrityError, duckdb.Error, psycopg.Error, pymysql.Error)


@pytest.mark.parametrize("what", REFUSED)
def test_the_schema_is_enforced(place, what):
    if place.kind == "duckdb" and what.startswith("an orphan of"):
        pytest.skip("DuckDB has no such keys; load looks for them itself")
    load_tiny(place)
    with pytest.raises(ERRORS):
        place.ask(REFUSED[what])


def test_keys_count_on(place):
    if place.kind == "duckdb":
        pytest.skip("DuckDB's keys do not count up")
    load_tiny(place)
    place.ask("INSERT INTO currencies (code) VALUES ('EUR')")
    assert place.ask("SELECT max(currency_id) FROM currencies") == [(3,)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_keys_indexes_and_comments_are_there_as_sqlalchemy_sees_them(make_place, kind):
    place = make_place(kind)
    load_tiny(place)
    found = sa.inspect(place.engine())
    assert found.get_pk_constraint("orders")["constrained_columns"] == ["orderId"]
    keys = found.get_foreign_keys("tradePartners")
    targets = {key["constrained_columns"][0]: key["referred_table"] for key in keys}
    assert targets == {"referrer": "tradePartners", "firstOrderId": "orders"}
    indexes = [index for table in ("tradePartners", "orders", "notes") for index in found.get_indexes(table)]
    indexed = {column for index in indexes for column in index["column_names"]}
    assert indexed >= {"referrer", "firstOrderId", "partnerId", "currencyId", "about_id"}
    if kind != "sqlite":
        assert found.get_table_comment("orders") == {"text": "One order."}
        comments = {column["name"]: column["comment"] for column in found.get_columns("orders")}
        assert comments["price"] == "What was agreed. Unit: USD."


def test_duckdb_has_keys_indexes_and_comments(make_place):
    place = make_place("duckdb")
    load_tiny(place)
    keys = place.ask("SELECT constraint_type, count(*) FROM duckdb_constraints() GROUP BY 1")
    assert (dict(keys)["PRIMARY KEY"], dict(keys)["FOREIGN KEY"]) == (5, 2)
    assert place.ask("SELECT count(*) FROM duckdb_indexes()") == [(5,)]
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'orders' AND column_name = 'price'"
    assert place.ask(comment) == [("What was agreed. Unit: USD.",)]


# --- what stands there already ------------------------------------------------------------------------


def test_a_second_load_is_refused_replaces_or_appends(place):
    assert load_tiny(place) == COUNTS
    with pytest.raises(Problem, match=r"its table currencies holds 2 rows already\. \w"):
        load_tiny(place)
    place.ask("UPDATE orders SET price = 0")
    assert load_tiny(place, if_exists="replace") == COUNTS
    assert place.ask("SELECT count(*) FROM orders WHERE price = 0") == [(0,)]
    with pytest.raises(Problem, match="that key is there already"):
        load_tiny(place, if_exists="append")
    assert load_tiny(place, moved_on(tiny_made()), if_exists="append") == COUNTS
    assert counted(place) == {table: 2 * rows for table, rows in COUNTS.items()}


def moved_on(made: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The same rows under other keys."""
    moved = {}
    for table in TINY.tables:
        rows = made[table.name]
        for column in table.columns:
            if column is table.key or column.is_reference:
                values = rows[column.name]
                is_text = pa.types.is_string(values.type)
                other = pc.replace_substring(values, "-0", "-1") if is_text else pc.add(values, 1000)
                place = rows.schema.get_field_index(column.name)
                rows = rows.set_column(place, rows.schema.field(place), other)
        moved[table.name] = rows
    return moved


def test_missing_tables_are_made_beside_empty_ones(place):
    load_tiny(place)
    databases.clear(TINY, place.url)
    place.ask("DROP TABLE notes")
    place.ask("DROP TABLE anomaly_manifest")
    assert load_tiny(place) == COUNTS


def test_a_table_of_other_columns_is_refused(place):
    place.ask("CREATE TABLE orders (id INT, owed INT)")
    with pytest.raises(Problem, match=r"its table orders has other columns \(id, owed\)"):
        load_tiny(place, if_exists="replace")
    assert place.tables() == {"orders"}


# --- all of it or nothing -----------------------------------------------------------------------------


def broken(made: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """A last table in which a key comes twice."""
    labels = made["anomaly_manifest"]
    return made | {"anomaly_manifest": pa.concat_tables([labels, labels])}


def orphaned(made: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Partners whose first order is not there."""
    orders = made["orders"]
    return made | {"orders": orders.slice(1)}


UNFIT = "the published tables do not fit together, see synth-assets verify"
TWICE = "that key is there already, or twice in the published tables, see synth-assets verify"
REFERRED_TO = "other tables refer to these: drop their foreign keys first"
FAILED = {
    (broken, "sqlite"): f"UNIQUE constraint failed: anomaly_manifest.anomaly_id: {TWICE}",
    (broken, "duckdb"): f'PRIMARY KEY or UNIQUE constraint violation: duplicate key "ANO-000000001": {TWICE}',
    (broken, "postgresql"): "duplicate key value violates unique constraint "
    f'"anomaly_manifest_pkey": {TWICE}',
    (broken, "mysql"): f"Duplicate entry 'ANO-000000001' for key 'PRIMARY': {TWICE}",
    (orphaned, "sqlite"): f"FOREIGN KEY constraint failed: {UNFIT} (row 1 of tradePartners refers to no row "
    "of orders)",
    (orphaned, "duckdb"): f"tradePartners.firstOrderId refers to 1, which is not there: {UNFIT}",
    (orphaned, "postgresql"): 'insert or update on table "tradePartners" violates foreign key constraint '
    f'"fk_tradePartners_firstOrderId": {UNFIT}',
    (orphaned, "mysql"): f"tradePartners.firstOrderId refers to 1, which is not there: {UNFIT}",
}


def place_name(place) -> str:
    return "books on 127.0.0.1" if place.kind in ("postgresql", "mysql") else sa.make_url(place.url).database


@pytest.mark.parametrize("spoilt", [broken, orphaned])
def test_a_load_that_fails_leaves_nothing(place, spoilt):
    with pytest.raises(Problem) as refused:
        load_tiny(place, spoilt(tiny_made()))
    assert str(refused.value) == f"{place_name(place)}: {FAILED[spoilt, place.kind]}"
    assert place.tables() == set()
    assert load_tiny(place) == COUNTS


def test_a_value_that_its_column_cannot_hold_is_said(make_place):
    orders = tiny_made()["orders"]
    at = orders.schema.get_field_index("price_cents")
    huge = pa.array([10**18] * orders.num_rows)
    with pytest.raises(Problem) as refused:
        load_tiny(
            make_place("duckdb"),
            tiny_made() | {"orders": orders.set_column(at, orders.schema.field(at), huge)},
        )
    assert str(refused.value) == (
        "orders.price cannot hold what is in price_cents: Decimal value does not fit in precision 18: see "
        "synth-assets verify"
    )


@pytest.mark.parametrize("how", ["replace", "append"])
def test_a_load_that_fails_leaves_what_was_there(place, how):
    load_tiny(place)
    rows = place.ask('SELECT * FROM "tradePartners" ORDER BY 1')
    with pytest.raises(Problem):
        load_tiny(place, broken(moved_on(tiny_made())), if_exists=how)
    assert counted(place) == COUNTS
    assert place.ask('SELECT * FROM "tradePartners" ORDER BY 1') == rows


def test_parts_that_end_too_early_leave_nothing(place):
    def ends_early(name: str) -> Iterator[pa.Table]:
        yield tiny_made()[name]
        if name == "notes":
            raise Problem("part-00001.parquet is damaged")

    with pytest.raises(Problem, match=r"^part-00001\.parquet is damaged$"):
        databases.load(TINY, ends_early, place.url)
    assert place.tables() == set()


KILLED = """
import os, signal, sys
from synth_assets.export import databases
from synth_assets.generation.generate import in_memory
from synth_assets.scenario.resolve import resolve

made = in_memory(resolve("subscriptions", {"num_customers": 100})).tables

def parts(name):
    yield made[name]
    if name == "payments":
        os.kill(os.getpid(), signal.SIGKILL)

databases.load(resolve("subscriptions").world, parts, sys.argv[1], sys.argv[2])
"""
"""Loads the rows of `FEW`, and is killed in the midst."""


def test_a_killed_load_leaves_no_row(place):
    world = world_named("subscriptions")
    command = [sys.executable, "-c", KILLED, place.url]
    assert subprocess.run([*command, "fail"], check=False).returncode == -signal.SIGKILL
    settled(place)
    there = place.tables()
    if place.kind == "mysql":
        assert there == {table.name for table in world.tables}, "made before the transaction, and empty"
    else:
        assert there == set()
    assert [place.count(table) for table in there] == [0] * len(there)
    loaded = databases.load(world, in_parts(made_of("subscriptions")), place.url)
    assert subprocess.run([*command, "replace"], check=False).returncode == -signal.SIGKILL
    settled(place)
    assert {table: place.count(table) for table in loaded} == loaded


def settled(place: Place) -> None:
    """Wait until a server has seen that its client is gone."""
    alive = {
        "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'synth-assets'",
        "mysql": "SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id()",
    }
    until = time.monotonic() + 20
    while place.kind in alive and place.ask(alive[place.kind]) != [(0,)]:
        assert time.monotonic() < until
        time.sleep(0.05)


# --- reset and clear ----------------------------------------------------------------------------------


def test_clear_empties_and_keeps_the_schema(place):
    load_tiny(place)
    place.ask("CREATE TABLE mine (id INT)")
    place.ask("INSERT INTO mine VALUES (1)")
    assert databases.clear(TINY, place.url) == COUNTS
    assert place.tables() == {*COUNTS, "mine"}
    assert counted(place) == dict.fromkeys(COUNTS, 0)
    assert place.count("mine") == 1
    assert load_tiny(place) == COUNTS


def test_clear_leaves_a_table_of_other_columns_alone(place):
    place.ask("CREATE TABLE orders (id INT)")
    place.ask("INSERT INTO orders VALUES (1)")
    with pytest.raises(Problem, match=r"its table orders has other columns"):
        databases.clear(TINY, place.url)
    assert place.count("orders") == 1


def test_reset_makes_the_tables_anew(place):
    place.ask("CREATE TABLE mine (id INT)")
    place.ask("CREATE TABLE orders (id INT)")
    place.ask("INSERT INTO orders VALUES (1)")
    assert databases.others(TINY, place.url) == ["mine", "orders"]
    assert databases.reset(TINY, place.url) == dict.fromkeys(COUNTS, 0) | {"orders": 1}
    assert databases.others(TINY, place.url) == ["mine"]
    assert load_tiny(place) == COUNTS
    assert databases.reset(TINY, place.url) == COUNTS
    assert counted(place) == dict.fromkeys(COUNTS, 0)


REFERRED = {
    "sqlite": ["FOREIGN KEY constraint failed"],
    "duckdb": [
        'Catalog Error: Could not drop the table because this table is main key table of the table "mine"'
    ],
    "postgresql": [
        "cannot drop desired object(s) because other objects depend on them",
        "cannot truncate a table referenced in a foreign key constraint",
    ],
    "mysql": ["mine refers to currencies"],
}


@pytest.mark.parametrize("act", [databases.reset, databases.clear])
def test_what_others_refer_to_stays(place, act):
    load_tiny(place)
    place.ask("CREATE TABLE mine (id BIGINT, FOREIGN KEY (id) REFERENCES currencies (currency_id))")
    place.ask("INSERT INTO mine VALUES (1)")
    with pytest.raises(Problem) as refused:
        act(TINY, place.url)
    said, end = str(refused.value), f": {REFERRED_TO}"
    assert said in [f"{place_name(place)}: {found}{end}" for found in REFERRED[place.kind]]
    assert counted(place) == COUNTS
