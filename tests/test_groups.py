"""Groups of parts clear what is sound and nothing else: a fault across their border is found as ever."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from synth_assets.checks import partitions
from synth_assets.checks.check import as_text
from synth_assets.checks.numbers import Misspelt, numbers_of
from synth_assets.checks.partitions import NO_RESULT, check_partitions
from synth_assets.checks.queries import quoted
from synth_assets.checks.verify import connect
from synth_assets.evaluate.chains import entity_tables
from synth_assets.evaluate.opened import Opened
from synth_assets.evaluate.score import scored
from synth_assets.generation import generate
from synth_assets.generation.blocks import make_block
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.parquet import part_name, write_part
from synth_assets.worlds import NAMES, load
from synth_assets.worlds.order_to_cash import payment_numbers
from tests.test_every_world import BANK_FAULTS
from tests.thorough import size
from tests.worlds import Sources, failed, sources_in, spoil, verify_quickly

ROWS = {
    "order_to_cash": {"as_of": "2026-11-21", "num_transactions": 1_000},
    "subscriptions": {"as_of": "2024-12-31", "num_customers": 400},
    "personal_banking": {"as_of": "2026-11-21", "num_users": 100, "anomaly_rates": BANK_FAULTS},
}

every_world = pytest.mark.parametrize("name", [name for name in NAMES if load(name).block_rows is not None])
"""A world that is one block is judged whole."""


@pytest.fixture(autouse=True)
def _a_group_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "GROUP_ROWS", 1)
    monkeypatch.setattr(payment_numbers, "TOGETHER", ROWS["order_to_cash"]["num_transactions"] // 3)


def written(name: str, directory: Path) -> tuple[Scenario, Sources]:
    """A world in four blocks, the last of one row, each table in four parts; tables of other roots in one."""
    scenario = resolve(name, ROWS[name])
    world, config = scenario.world, scenario.config
    main = world.root(world.manifest)
    for root in world.roots:
        rows = getattr(config, root)
        third = rows // 3
        cuts = [0, third, 2 * third, 3 * third, rows] if root == main else [0, rows]
        for block, (start, stop) in enumerate(pairwise(cuts)):
            for table, made in make_block(world, config, root, range(start, stop)).items():
                (directory / table).mkdir(exist_ok=True)
                write_part(world.table(table), made, directory / table / part_name(block))
    return scenario, sources_in(world, directory)


def cleared(scenario: Scenario, sources: Sources) -> set[str]:
    with connect(scenario.world, scenario.config, sources) as connection:
        return {name for name, _ in check_partitions(connection, scenario.world, sources).passed}


def without_groups(scenario: Scenario, sources: Sources, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the checks in print, sorted, when nothing is cleared beforehand."""
    with monkeypatch.context() as patch:
        patch.setattr("tests.worlds.check_partitions", lambda *given: NO_RESULT)
        checks = verify_quickly(scenario.world, scenario.config, sources)
    return sorted(as_text(checks).split("\n"))


@every_world
def test_sound_groups_clear_all_but_what_only_the_whole_shows(name: str, tmp_path: Path) -> None:
    scenario, sources = written(name, tmp_path)
    world = scenario.world
    apart = {table.name for table in world.roots[world.root(world.manifest)]}
    laws = {law: set(world.tables_read(query)) for law, _, query, _ in world.sql("laws")}
    expected = {law for law, tables in laws.items() if tables & apart}
    expected -= {law.name for law in world.sql("laws") if law.is_cross_partition}
    expected |= {"keys", "values", "references"} | {anomaly.name for anomaly in world.anomalies}
    expected |= {rule.name for table in world.tables for rule in table.rules}

    assert cleared(scenario, sources) == expected


@every_world
def test_groups_score_as_the_whole_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, sources = written(name, tmp_path)
    monkeypatch.setattr("synth_assets.evaluate.opened.GROUP_ROWS", 1)
    with connect(scenario.world, scenario.config, sources) as connection:
        findings = findings_of(connection, scenario.world)
    scores = []
    for published, groups in ((sources, 4), ({}, 1)):
        with connect(scenario.world, scenario.config, sources) as connection:
            there = Opened(scenario, connection, published)
            assert len(list(there.groups())) == groups
            scores.append(scored(there, findings).as_dict())

    assert scores[0] == scores[1]
    assert scores[0]["overall"]["found"] < scores[0]["cases"]["overall"]["found"]
    assert any(alarms["findings"] for alarms in scores[0]["decoys"].values())


def findings_of(connection: duckdb.DuckDBPyConnection, world: World) -> pa.Table:
    """Every row that has a key of its own, in turn as of one of the kinds."""
    kinds = [quoted(anomaly.name) for anomaly in world.anomalies]
    ids = " UNION ALL ".join(f"SELECT {table.key.name} FROM {table.name}" for table in entity_tables(world))
    kind = f"[{', '.join(kinds)}][CAST(1 + hash(id) % {len(kinds)} AS INT)]"
    return connection.sql(f"SELECT id AS entity_id, {kind} AS type FROM ({ids}) AS rows(id)").to_arrow_table()


@every_world
def test_checks_in_print_are_the_same_with_groups(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, sources = written(name, tmp_path)

    checks = verify_quickly(scenario.world, scenario.config, sources)

    assert not failed(checks)
    assert sorted(as_text(checks).split("\n")) == without_groups(scenario, sources, monkeypatch)


ACROSS = {
    "an order is billed from another block": (
        "order_to_cash",
        "invoices",
        "UPDATE invoices SET order_id = 'ORD-000000001' WHERE rowid = 1",
        {"second_invoice_repeats_the_first", "duplicate_invoice", "missing_invoice"},
    ),
    "an invoice of another block stands here too": (
        "order_to_cash",
        "invoices",
        "INSERT INTO invoices BY NAME SELECT * REPLACE ('INV-000000001' AS invoice_id) FROM invoices LIMIT 1",
        {"keys", "duplicate_invoice"},
    ),
    "a leg is posted to an invoice of another block": (
        "order_to_cash",
        "ledger_entries",
        "UPDATE ledger_entries SET invoice_id = 'INV-000000001' WHERE rowid = 0",
        {"debits_equal_credits", "invoice_is_posted"},
    ),
    "a label of another block stands here too": (
        "order_to_cash",
        "anomaly_manifest",
        """INSERT INTO anomaly_manifest BY NAME SELECT * REPLACE ('OPP-000000001' AS entity_id,
        'ORD-000000001' AS related_entity_id, 'ANO-000000999' AS anomaly_id,
        'unauthorized_discount' AS type, 'opportunity' AS affected_entity) FROM anomaly_manifest LIMIT 1""",
        {"unauthorized_discount", "order_has_at_most_one_label", "amount_at_risk_is_the_difference"},
    ),
    "an id has a letter": (
        "order_to_cash",
        "payments",
        "UPDATE payments SET payment_id = payment_id[:12] || 'O' WHERE rowid = 3",
        {"values"},
    ),
    "the last block lacks an invoice": (
        "order_to_cash",
        "orders",
        "DELETE FROM orders WHERE rowid = 9",
        {"references", "orders_as_asked", "opportunity_has_one_order"},
    ),
    "customers of two blocks share an address": (
        "subscriptions",
        "customers",
        "UPDATE customers SET email = (SELECT email FROM '{directory}/customers/part-00000.parquet' LIMIT 1) "
        "WHERE rowid = 0",
        {"email_belongs_to_one"},
    ),
    "a customer of another block subscribes": (
        "subscriptions",
        "subscriptions",
        "UPDATE subscriptions SET customer_id = 'CUS-000000001' WHERE rowid = 0",
        {"customer_has_one_subscription"},
    ),
    "an invoice of another block is paid": (
        "subscriptions",
        "payments",
        "UPDATE payments SET invoice_id = 'INV-000000001' WHERE rowid = 0",
        {"short_by_1_to_10_percent", "settlement_follows_from_payments"},
    ),
    "two payments are late": (
        "subscriptions",
        "payments",
        "UPDATE payments SET payment_date = payment_date + 20 WHERE rowid IN (1, 2)",
        {"late_payments_as_asked"},
    ),
}
"""World, table of which part 2 is spoilt, the statement, and checks that must fail."""


@pytest.mark.parametrize("fault", list(ACROSS)[:: size(2, 1)])
def test_fault_across_the_border_of_a_group_is_found(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, table, statement, checks = ACROSS[fault]
    scenario, sources = written(name, tmp_path)
    spoil(table, sources, statement.format(directory=tmp_path), block=2)

    found = verify_quickly(scenario.world, scenario.config, sources)

    assert checks <= failed(found), as_text(found)
    assert sorted(as_text(found).split("\n")) == without_groups(scenario, sources, monkeypatch)


SALES = {"history": {"start": "2023-03-01", "transactions_per_year": 900}}
"""A history, of which the keys of deals in one part lie among those of others."""

OF_DEALS = {
    "a deal of a month before stands here too": (
        "UPDATE deals SET deal_id = (SELECT max(deal_id) FROM '{before}') WHERE deal_id = "
        "(SELECT min(deal_id) FROM deals WHERE deal_id > (SELECT max(deal_id) FROM '{before}'))",
        False,
    ),
    "a deal of the first month stands here too": (
        "UPDATE deals SET deal_id = (SELECT min(deal_id) FROM '{first}') WHERE deal_id = "
        "(SELECT min(deal_id) FROM deals)",
        False,
    ),
    "two deals change places": (
        "CREATE TABLE sorted AS FROM deals ORDER BY closed_on; DELETE FROM deals; "
        "INSERT INTO deals FROM sorted",
        False,
    ),
    "nothing is changed": ("UPDATE deals SET deal_id = deal_id", True),
}
"""Statement for a part of deals, and whether the keys are still in order."""


@pytest.mark.parametrize(
    ("rows", "change"),
    size(
        [(1, "two deals change places"), (2_000, "a deal of a month before stands here too")],
        [(rows, change) for rows in (1, 2_000) for change in OF_DEALS],
    ),
)
def test_keys_of_parts_that_overlap_are_unique_and_ascend_in_each(
    rows: int, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, is_sound = OF_DEALS[change]
    monkeypatch.setattr(partitions, "GROUP_ROWS", rows)
    scenario = resolve("order_to_cash", SALES, as_of="2023-08-15")
    generate.write_world(scenario, tmp_path)
    directory = tmp_path / "order_to_cash"
    sources = sources_in(scenario.world, directory)
    assert "keys" in cleared(scenario, sources)
    first, before = (directory / "deals" / part_name(block) for block in (0, 4))
    spoil("deals", sources, statement.format(first=first, before=before), block=5)

    found = verify_quickly(scenario.world, scenario.config, sources)

    keys = next(check for check in found if (check.name, check.table) == ("keys", "deals"))
    assert keys.passed == is_sound, as_text(found)
    assert ("keys" in cleared(scenario, sources)) == is_sound
    assert sorted(as_text(found).split("\n")) == without_groups(scenario, sources, monkeypatch)


def test_parts_that_do_not_stand_side_by_side_are_judged_whole(tmp_path: Path) -> None:
    scenario, sources = written("order_to_cash", tmp_path)
    with duckdb.connect() as connection:
        rows = connection.read_parquet(sources["invoices"].glob).to_arrow_table()
    for part in (tmp_path / "invoices").glob("*"):
        part.unlink()
    write_part(scenario.world.table("invoices"), rows, tmp_path / "invoices" / part_name(0))
    sources = sources_in(scenario.world, tmp_path)

    assert not cleared(scenario, sources)
    assert not failed(verify_quickly(scenario.world, scenario.config, sources))


def test_a_directory_that_reads_as_a_pattern_is_not_taken_for_another(tmp_path: Path) -> None:
    (tmp_path / "data1").mkdir()
    written("order_to_cash", tmp_path / "data1")
    (tmp_path / "data[1]").mkdir()
    scenario, sources = written("order_to_cash", tmp_path / "data[1]")
    doubled = "UPDATE orders SET total_amount_cents = 2 * total_amount_cents"
    for block in range(4):
        spoil("orders", sources, doubled, block)

    assert "order_total_is_net" in failed(verify_quickly(scenario.world, scenario.config, sources))


def test_ids_as_numbers() -> None:
    ids = pa.chunked_array([["INV-000000312", "INV-999999999"], ["INV-123456789"]])

    assert numbers_of(ids.slice(1), "INV-").tolist() == [999_999_999, 123_456_789]


MISSPELT = [
    "ORD-000000001",
    "INV-00000001",
    "INV-00000001 ",
    "INV-0000_0001",
    "INV--00000001",
    "INV-00000000/",
    "INV-0000:0001",
    "INV-/00000001",
    None,
]


@pytest.mark.parametrize("other", MISSPELT)
def test_what_is_not_spelt_as_an_id_has_no_number(other: str | None) -> None:
    with pytest.raises(Misspelt):
        numbers_of(pa.chunked_array([["INV-000000001", other, "INV-000000002"]]), "INV-")


def test_ids_that_are_no_text_are_reported_not_raised(tmp_path: Path) -> None:
    scenario, sources = written("order_to_cash", tmp_path)
    number = "ALTER TABLE invoices ALTER order_id TYPE BIGINT USING CAST(right(order_id, 9) AS BIGINT)"
    for block in range(4):
        spoil("invoices", sources, number, block)

    assert "schema" in failed(verify_quickly(scenario.world, scenario.config, sources))


def test_every_part_has_the_declared_columns(tmp_path: Path) -> None:
    scenario, sources = written("order_to_cash", tmp_path)
    statement = "ALTER TABLE invoices ALTER amount_due_cents TYPE DOUBLE USING amount_due_cents + 0.4"
    spoil("invoices", sources, statement, block=2)

    checks = {
        check.name: check
        for check in verify_quickly(scenario.world, scenario.config, sources)
        if check.table == "invoices" and not check.passed
    }

    schema = checks["schema"]
    assert schema.failures == [
        {
            "expected": "amount_due_cents BIGINT",
            "found": "amount_due_cents DOUBLE",
            "part": "part-00002.parquet",
        }
    ]
