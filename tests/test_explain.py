"""Explanations: what they say of a row is what the data, the manifest and the clean twin say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner, Result

import synth_assets
from synth_assets.cli import main
from synth_assets.evaluate.explain import twin_rows
from synth_assets.evaluate.explain.block_reader import (
    Ends,
    MemoryReader,
    StoredReader,
    key_of,
    neighbours,
    number_of,
)
from synth_assets.evaluate.explain.explanation import Explanation
from synth_assets.evaluate.explain.story import explain
from synth_assets.evaluate.opened import opened
from synth_assets.generation.blocks import make_block
from synth_assets.generation.generate import Dataset, write_world
from synth_assets.model.decoy_list import decoys_sql
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.query import Query
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import load as load_scenario
from synth_assets.storage.store import Store
from synth_assets.worlds import NAMES, load

DAY = {"as_of": "2026-11-21"}
CONFIGS: dict[str, dict[str, Any]] = {
    "order_to_cash": DAY | {"num_transactions": 300},
    "subscriptions": {"num_customers": 100, "plan_change_share": 0.3, "ghosts_at_plan_changes": 0.5},
    "personal_banking": DAY | {"num_users": 75},
    "wholesale": {"preset": "small"},
}
"""Small worlds."""

FAULTS = {"personal_banking": 0.04, "wholesale": 0.2}
"""Rates of kinds where faults are off by default."""

SOME = ("refund_above_invoice", "oversold_batch", "bill_paid_twice", "invoice_without_posting")
"""Of the wholesaler's 27 kinds those that are tried: values that differ, rows added and rows absent."""


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("explain")
    for name, values in CONFIGS.items():
        kinds = SOME if name == "wholesale" else [anomaly.name for anomaly in load(name).anomalies]
        rates = {kind: FAULTS[name] for kind in kinds if name in FAULTS}
        write_world(resolve(name, values | {"anomaly_rates": rates} if rates else values), directory)
    return directory


@pytest.fixture(scope="module")
def views(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(data / "synth_assets.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def sales() -> Dataset:
    return synth_assets.generate("order_to_cash", seed=7, num_transactions=100, **DAY)


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments, "--data-dir", str(data)])


def table(data: Path, world: str, name: str) -> pa.Table:
    store = Store(load(world), data)
    version = store.published(name)
    return pa.concat_tables([store.block(version, block).read() for block in range(version.blocks)])


def first_of_each_kind(data: Path, world: str) -> dict[str, dict[str, Any]]:
    labels: dict[str, dict[str, Any]] = {}
    for label in table(data, world, load(world).manifest.name).to_pylist():
        labels.setdefault(label["type"], label)
    return labels


@pytest.mark.parametrize("name", NAMES)
def test_a_label_of_each_kind_is_told_as_the_manifest_has_it(data: Path, views, name: str) -> None:
    world, store = load(name), Store(load(name), data)
    labels = first_of_each_kind(data, name)
    assert len(labels) == (len(SOME) if name == "wholesale" else len(world.anomalies))
    for kind, label in labels.items():
        found = explain(store, label["anomaly_id"])
        told = next(one for one in found.labels if one.cells["anomaly_id"] == label["anomaly_id"])
        assert (told.table, told.key) == (found.row.table, found.row.key)
        assert str(told.key) == label["entity_id"]
        anomaly = next(anomaly for anomaly in world.anomalies if anomaly.name == kind)
        assert found.row.table is world.table_of(anomaly.entity)
        assert told.rule in {query.sentence for query in world.sql("rules")}
        assert (
            json.loads(json.dumps(found.as_dict()))["labels"][0]["what"]
            == found.labels[0].anomaly.description
        )
        assert any((found.compared.differences, found.compared.only_here, found.compared.only_in_twin)), kind
        assert_statements_run(views, found)


def assert_statements_run(views: duckdb.DuckDBPyConnection, found: Explanation) -> None:
    """Every statement runs, and the first gives the row as it is told."""
    results = [views.execute(statement).fetchall() for statement in found.statements]
    if not found.is_there:
        return
    columns = views.execute(found.statements[0]).description
    (row,) = results[0]
    values = dict(zip([column[0] for column in columns], row, strict=True))
    of_json = {column.name for column in found.row.table.columns if column.kind == "json"}
    for name, value in found.row.values.items():
        if isinstance(value, float):
            assert float(values[name]) == value
        elif name not in of_json:
            assert str(values[name]).replace(" ", "T") == str(value).replace(" ", "T")


@pytest.mark.parametrize("name", NAMES)
def test_the_first_row_of_a_table_is_explained(data: Path, views, name: str) -> None:
    store = Store(load(name), data)
    for one in load(name).tables[3:-1:25] if name == "wholesale" else load(name).tables[:-1]:
        rows = table(data, name, one.name)
        if rows.num_rows:
            key = rows[one.key.name][0].as_py()
            found = explain(
                store, f"{one.name}:{key}", pytest.fail if name != "wholesale" else lambda _: None
            )
            assert (found.row.table.name, found.row.key, found.is_there) == (one.name, key, True)
            assert sum(line.row == found.row for line in found.chain) == 1, one.name
            assert_statements_run(views, found)


@pytest.mark.parametrize("name", ["order_to_cash", "subscriptions", "personal_banking"])
def test_a_root_row_made_alone_is_what_it_is_in_its_block(data: Path, name: str) -> None:
    world, scenario = load(name), Store(load(name), data).scenario()
    root = world.root(world.manifest)
    for config in (scenario.config, scenario.config.clean()):
        rows = world.blocks(config, root)[0]
        some = sorted({*rows[::15], 21, 27})  # two users of whose kind some habits have nobody
        whole = make_block(world, config, root, rows)
        alone = [make_block(world, config, root, range(number, number + 1)) for number in some]
        for one, made in whole.items():
            key = world.table(one).key.name
            apart = pa.concat_tables([block[one] for block in alone])
            of_these = made.filter(pc.is_in(made[key], value_set=apart[key]))
            assert apart.num_rows or one == world.manifest.name
            assert apart.sort_by(key).equals(of_these), one


def test_differences_are_all_there_are_in_the_chain(sales: Dataset) -> None:
    """What is told of all labels together is how the world differs from its twin."""
    twin = synth_assets.generate("order_to_cash", seed=7, num_transactions=100, clean=True, **DAY)
    told: set[tuple[Any, ...]] = set()
    for label in sales.truth["anomaly_id"].to_pylist():
        compared = synth_assets.explain(sales, label).compared
        told |= {
            (one.table.name, one.key, one.column.name, one.here, one.in_twin) for one in compared.differences
        }
        told |= {(row.table.name, row.key, "+") for row in compared.only_here}
        told |= {(row.table.name, row.key, "-") for row in compared.only_in_twin}
    true: set[tuple[Any, ...]] = set()
    for one in sales.scenario.world.tables[:-1]:
        here, there = (
            {row[one.key.name]: row for row in made.tables[one.name].to_pylist()} for made in (sales, twin)
        )
        true |= {(one.name, key, "+") for key in here.keys() - there.keys()}
        true |= {(one.name, key, "-") for key in there.keys() - here.keys()}
        for key in here.keys() & there.keys():
            pairs = ((c, here[key][c], there[key][c]) for c in here[key])
            true |= {(one.name, key, c, a, b) for c, a, b in pairs if a != b}
    assert told == true
    assert len({what for *_, what in told}) > 3


def test_a_sound_row_has_its_chain_and_nothing_wrong(sales: Dataset) -> None:
    at_fault = {int(label[-9:]) for label in sales.truth["anomaly_id"].to_pylist()}
    orders = sales.frame("orders").query("status == 'paid'")
    with opened(sales) as there:
        looking = decoys_sql(list(sales.scenario.world.sql("decoys")), sales.scenario.world.anomalies)
        odd = {
            int(row[0][-9:])
            for row in there.connection.execute(f"SELECT entity_id FROM ({looking})").fetchall()
        }
        invoices = there.connection.execute("SELECT invoice_id, order_id FROM invoices").fetchall()
    odd |= {int(order[-9:]) for invoice, order in invoices if int(invoice[-9:]) in odd}
    order = next(id_ for id_ in orders.order_id if int(id_[-9:]) not in at_fault | odd)
    found = synth_assets.explain(sales, order)
    assert (found.labels, found.decoys, found.compared.differences) == ([], [], ())
    tables = [line.table.name for line in found.chain]
    assert tables == [
        *("contacts", "deals", "opportunities", "orders", "invoices", "payments"),
        *["ledger_entries"] * 4,
        "products",
    ]
    assert [line.depth for line in found.chain] == [0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 0]


def test_a_row_that_only_the_twin_has_leads_to_its_label(sales: Dataset) -> None:
    orders = [label for label in sales.truth.to_pylist() if label["type"] == "missing_invoice"]
    for label in orders[:3]:
        missing = synth_assets.explain(sales, label["entity_id"]).compared.only_in_twin
        assert {row.table.name for row in missing} >= {"invoices", "ledger_entries"}
        for row in missing:
            found = synth_assets.explain(sales, row.key)
            assert (found.is_there, found.row) == (False, row)
            assert [one.cells["anomaly_id"] for one in found.labels] == [label["anomaly_id"]]
            assert not any(row.key in statement for statement in found.statements)


def test_a_label_is_told_of_every_row_of_its_chain_and_of_no_other(sales: Dataset) -> None:
    labels = {int(label[-9:]): label for label in sales.truth["anomaly_id"].to_pylist()}
    invoices = sales.frame("invoices").sort_values("order_id").head(40)
    assert invoices.order_id.str[-9:].astype(int).isin(labels).any()
    for invoice, order in zip(invoices.invoice_id, invoices.order_id, strict=True):
        found = [label.cells["anomaly_id"] for label in synth_assets.explain(sales, invoice).labels]
        own = labels.get(int(order[-9:]))
        assert found == ([own] if own else [])


def test_decoys_are_told_with_the_fact_that_clears_them(data: Path) -> None:
    result = run(data, "wholesale", "credits:1", "--json")
    told = json.loads(result.stdout)
    reason = {"RETURN": "refund_above_invoice", "QUALITY_ADJUSTMENT": "unrecorded_return"}
    query = next(
        q for q in load("wholesale").sql("decoys") if q.looks_like == reason[told["values"]["credit_reason"]]
    )
    own = [decoy for decoy in told["decoys"] if decoy["table"] == "credits"]
    assert [(decoy["id"], decoy["fact"]) for decoy in own] == [(1, query.sentence)]


def test_a_decoy_is_told_of_its_rows_and_of_no_other(sales: Dataset, monkeypatch) -> None:
    sql = "SELECT order_id AS entity_id FROM orders WHERE total_amount_cents % 2 = 0"
    decoy = Query("even", "The total is even.", sql, "missing_invoice, cross-partition")
    own = World.sql
    monkeypatch.setattr(World, "sql", lambda w, name: iter([decoy]) if name == "decoys" else own(w, name))
    even = 0
    for row in sales.tables["orders"].slice(0, 8).to_pylist():
        found = [one.as_dict() for one in synth_assets.explain(sales, row["order_id"]).decoys]
        is_even = row["total_amount_cents"] % 2 == 0
        even += is_even
        expected = {"decoy": "even", "looks_like": "missing_invoice", "fact": "The total is even."}
        assert found == [expected | {"table": "orders", "id": row["order_id"]}] * is_even
    assert 0 < even < 8


def test_an_id_may_be_written_short(data: Path) -> None:
    texts = [("ord-7",), ("ORD-000000007",), ("orders:7",), ("orders", "7"), ("order:ORD-7",), (" ORD-07 ",)]
    shown = {run(data, "order_to_cash", *text).stdout for text in texts}
    assert len(shown) == 1
    assert shown.pop().startswith("ORD-000000007  order_to_cash.orders: ")
    for text in ("TXN_12", "txn-12", "transactions:txn-12"):
        assert run(data, "personal_banking", text).stdout.startswith("txn_000000012  ")
    assert run(data, "wholesale", "invoiceLineItems:5").stdout.startswith("invoice_line_items:5  ")
    assert run(data, "subscriptions", "invoice_settlement:1").stdout.startswith("INV-000000001  ")


@pytest.mark.parametrize(
    ("world", "text", "code", "said"),
    [
        ("order_to_cash", "foo", 2, "'foo' has none of the forms of an id: CON-000000001 (contacts), PRD-"),
        ("order_to_cash", "", 2, "'' has none of the forms of an id"),
        ("order_to_cash", "INV-1234567890", 2, "no id of invoices has more than 9 digits"),
        ("order_to_cash", "invoices:1234567890", 2, "no id of invoices has more than 9 digits"),
        ("order_to_cash", "invoices:ORD-1", 2, "'ORD-1' is no id of invoices, such as INV-000000001"),
        ("order_to_cash", "invoice_lines:3", 2, "unknown table 'invoice_lines'"),
        ("order_to_cash", "INV-999999", 1, "invoices has no row INV-000999999: ids go from INV-00000000"),
        ("order_to_cash", "CON-0", 1, "contacts has no row CON-000000000: ids go from CON-000000001 to"),
        ("order_to_cash", "ANO-999999", 1, "anomaly_manifest has no row ANO-000999999"),
        (
            "wholesale",
            "312",
            2,
            "wholesale: 312 may be of any table: write the table before it, such as invoices:312\n",
        ),
        ("wholesale", "foo", 2, "'foo' has none of the forms of an id: ANO-000"),
        ("wholesale", "users:99", 1, "users has no row 99: ids go from 1 to"),
        ("nowhere", "INV-1", 2, "unknown world 'nowhere'"),
    ],
)
def test_what_is_no_row_is_told_in_one_line(data: Path, world: str, text: str, code: int, said: str) -> None:
    result = run(data, world, text)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("world", "name"),
    [("order_to_cash", "invoices"), ("subscriptions", "invoices"), ("personal_banking", "accounts")],
)
def test_a_number_between_others_that_is_not_used_is_told_with_its_neighbours(
    data: Path, world: str, name: str
) -> None:
    key = load(world).table(name).key
    rows = table(data, world, name)[key.name].to_pylist()
    gaps = [(one, two) for one, two in pairwise(rows) if number_of(two) - number_of(one) > 1]
    told = 0
    for below, above in gaps[:20]:
        unused = key_of(key, number_of(below) + 1)
        result = run(data, world, f"{name}:{number_of(unused)}")
        if result.exit_code:  # else a fault has taken the row away
            told += 1
            assert result.stderr == (
                f"{world}: {name} has no row {unused}: that number is not used; the nearest are {below} and "
                f"{above}\n"
            )
    assert told


def test_neighbours_are_found_over_blocks_that_overlap() -> None:
    blocks = [[1, 4, 9], [], [3, 6], [8, 12]]
    table = load("personal_banking").table("transactions")

    class Reader(MemoryReader):
        def __init__(self) -> None:
            pass

        def ends(self, _: Table) -> list[Ends]:
            return [Ends(len(keys), keys[0], keys[-1]) if keys else Ends(0, 0, 0) for keys in blocks]

        def column(self, _: Table, block: int, name: str) -> pa.ChunkedArray:
            return pa.chunked_array([blocks[block]])

    found = {key: neighbours(Reader(), table, key) for key in (2, 5, 7, 10)}
    assert found == {2: (1, 3), 5: (4, 6), 7: (6, 8), 10: (9, 12)}


def test_the_ids_of_the_help_are_there_by_default() -> None:
    sales = synth_assets.generate("order_to_cash", **DAY)
    lines = [line.split() for line in (main.commands["explain"].epilog or "").splitlines()]
    ids = [words[3] for words in lines if words[2:3] == ["order_to_cash"]]
    assert len(ids) == 2
    assert {synth_assets.explain(sales, one).row.key for one in ids} == {"INV-000000022"}


def test_nothing_published_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, "order_to_cash", "INV-1")
    assert result.exit_code == 1
    assert "nothing in" in result.stderr


def test_json_has_these_keys(data: Path) -> None:
    label = first_of_each_kind(data, "order_to_cash")["pricing_drift"]
    told = json.loads(run(data, "order_to_cash", label["entity_id"], "--json").stdout)
    assert list(told) == [
        *("world", "scenario", "table", "grain", "id", "is_there", "values"),
        *("labels", "decoys", "clean_twin", "chain", "statements"),
    ]
    assert list(told["labels"][0]) == [
        *("label", "type", "difficulty", "what", "table", "id", "related_id"),
        *("expected", "actual", "off_pct", "at_risk", "rule"),
    ]
    assert list(told["clean_twin"]) == ["differences", "only_here", "only_in_twin"]
    due = next(one for one in told["clean_twin"]["differences"] if one["column"] == "amount_due")
    assert due == {
        "table": "invoices",
        "id": label["entity_id"],
        "column": "amount_due",
        "here": label["actual_value"],
        "in_twin": label["expected_value"],
    }
    assert told["labels"][0]["off_pct"] == label["drift_pct"]


def test_the_text_says_it_all_and_its_statements_run(data: Path, views) -> None:
    label = first_of_each_kind(data, "order_to_cash")["pricing_drift"]
    lines = run(data, "order_to_cash", label["anomaly_id"]).stdout.splitlines()
    text = "\n".join(lines)
    for said in ("What is wrong: 1 label", "Beside the clean twin", "Its chain", "← this row, pricing drift"):
        assert said in text
    dollars = [f"${label[value]:,.2f}" for value in ("expected_value", "actual_value")]
    assert f"expected {dollars[0]}, there {dollars[1]} ({label['drift_pct']:+,.1f} %)" in text
    statements = [line.strip() for line in lines[lines.index("See it") + 1 :]]
    assert len(statements) == 2
    assert all(len(views.execute(statement).fetchall()) == 1 for statement in statements)


def test_a_long_list_is_cut(data: Path) -> None:
    count = sum(
        np.equal(table(data, "personal_banking", "transactions")["user_id"].to_pylist(), "usr_000000001")
    )
    accounts = json.loads(run(data, "personal_banking", "usr_1", "--json").stdout)["chain"]
    lines = [line for line in accounts if line["table"] == "transactions"]
    assert sum(line.get("more", 1) for line in lines) == count
    assert len(lines) < 30 < count
    assert "… and " in run(data, "personal_banking", "usr_1").stdout


def test_only_the_rows_block_is_read(tmp_path: Path, monkeypatch) -> None:
    write_world(
        resolve("order_to_cash", DAY | {"num_transactions": 66_000, "num_contacts": 70_000}), tmp_path
    )
    read: list[tuple[str, int]] = []
    for way in ("read", "column"):
        own = getattr(StoredReader, way)

        def reads(reader, table, block, *column, own=own):
            read.append((table.name, block))
            return own(reader, table, block, *column)

        monkeypatch.setattr(StoredReader, way, reads)
    store = Store(load("order_to_cash"), tmp_path)
    labels = store.block(store.published("anomaly_manifest"), 1).read().to_pylist()
    for kind in ("missing_invoice", "pricing_drift"):
        label = next(label for label in labels if label["type"] == kind)
        found = explain(store, label["entity_id"])
        assert [one.cells["anomaly_id"] for one in found.labels] == [label["anomaly_id"]]
        assert found.compared.differences or found.compared.only_in_twin
    assert {block for name, block in read if name not in ("contacts", "products")} == {1}


def test_errors_in_python_are_of_the_kind_that_they_are(sales: Dataset) -> None:
    with pytest.raises(UsageProblem):
        synth_assets.explain(sales, "nothing")
    with pytest.raises(Problem, match="has no row"):
        synth_assets.explain(sales, "DEAL-99999")


def test_a_published_world_is_explained_by_its_name(data: Path, monkeypatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(data))
    assert synth_assets.explain("subscriptions", "sub-4").row.key == "SUB-000000004"


def test_a_twin_of_one_block_has_the_tables_of_the_story_alone(data: Path, monkeypatch) -> None:
    made: list[str] = []

    def make(world, config, table, *rest):
        made.append(table.name)
        return make_table(world, config, table, *rest)

    make_table = twin_rows.make_table
    monkeypatch.setattr(twin_rows, "make_table", make)
    twin_rows._only_block.cache_clear()
    label = first_of_each_kind(data, "wholesale")["refund_above_invoice"]
    explain(Store(load("wholesale"), data), label["anomaly_id"])
    assert "credits" in made
    changed = {table for kind in SOME for table in load("wholesale").changed_tables[kind]}
    assert len(made) == len(set(made)) < 15  # of 74
    assert set(made) <= changed


def test_whole_tables_are_read_for_the_rows_that_are_told_alone(data: Path, monkeypatch) -> None:
    whole: list[str] = []
    own = StoredReader.read
    monkeypatch.setattr(StoredReader, "read", lambda r, t, block: (whole.append(t.name), own(r, t, block))[1])
    found = explain(Store(load("wholesale"), data), "payments:30")
    told = {line.table.name for line in found.chain} | {"anomaly_manifest"}
    assert set(whole) <= told
    assert len(whole) < 30  # of 74


def test_what_a_sound_row_needs_not_is_not_imported(data: Path) -> None:
    code = (
        "import sys, synth_assets\n"
        f"from pathlib import Path; from synth_assets.storage.store import Store\n"
        "from synth_assets.evaluate.explain.story import explain\n"
        "from synth_assets.worlds import load\n"
        f"explain(Store(load('wholesale'), Path({str(data)!r})), 'users:1')\n"
        "print([name for name in ('faker', 'tabulate', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_quotas_of_a_stored_scenario_are_counted_again_only_where_its_id_is_another(data: Path) -> None:
    world = replace(load("wholesale"), why_not=lambda *_: "there is no room")
    text = (data / "wholesale" / "scenario.json").read_text()
    assert load_scenario(world, text).config == Store(load("wholesale"), data).scenario().config
    with pytest.raises(ValueError, match="its quotas do not fit"):
        load_scenario(world, text.replace('"seed": 42', '"seed": 43'))
