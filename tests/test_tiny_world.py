"""Every form that a table may have, in a world of five tables: references, kinds, names, views, groups."""

from __future__ import annotations

import csv
import datetime as dt
import json

import dagster as dg
import pytest

from synth_assets.checks.verify import verify
from synth_assets.derive.dictionary import page
from synth_assets.derive.json_schema import table_schema
from synth_assets.export.formats import published, write
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.lineage import upstream
from synth_assets.scenario.scenario import with_versions
from synth_assets.storage import catalogue
from synth_assets.storage.store import Store
from tests import tiny
from tests import worlds as made
from tests.worlds import failed, spoil

WORLD = tiny.WORLD
CONFIG = tiny.Config(as_of=dt.date(2026, 11, 21))


@pytest.fixture
def sources(tmp_path):
    return made.write_world(WORLD, made.make_world(WORLD, CONFIG), tmp_path)


def test_it_is_one_block_and_a_constant_table() -> None:
    assert WORLD.blocks(CONFIG, "num_partners") == [range(10)]
    assert [table.name for table in WORLD.roots[""]] == ["currencies"]
    assert in_memory(with_versions(WORLD, CONFIG)).tables["currencies"].num_rows == 2


def test_empty_references_are_stored_empty(sources) -> None:
    partners = made.make_world(WORLD, CONFIG)["partners"]
    assert partners["referred_by_id"].to_pylist()[:3] == [None, 1, 2]
    assert partners["first_order_id"].to_pylist()[:3] == [1, None, 7]


def test_all_checks_pass_and_all_are_there(sources) -> None:
    checks = verify(WORLD, CONFIG, sources)
    assert not failed(checks)
    names = {(check.table, check.name) for check in checks}
    assert {
        ("partners", "references"),  # to the table's own rows
        ("orders", "references"),  # its own, and those of partners that wait for it
        ("notes", "references"),  # chosen by another column
        ("orders", "no order is billed below its price"),
        ("orders", "three_orders_a_partner"),
        ("notes", "a_note_an_order"),
        ("orders", "mean_weight"),
        ("anomaly_manifest", "overbilled"),
    } <= names


@pytest.mark.parametrize(
    ("table", "statement", "check"),
    [
        ("partners", "UPDATE partners SET referred_by_id = 77 WHERE partner_id = 3", "partners"),
        ("partners", "UPDATE partners SET first_order_id = 77 WHERE partner_id = 3", "orders"),
        ("orders", "UPDATE orders SET currency_id = 3 WHERE order_id = 5", "orders"),
        ("notes", "UPDATE notes SET about_id = 20 WHERE note_id = 1", "notes"),
    ],
)
def test_an_orphan_is_found_with_the_table_that_is_made_last(table, statement, check, sources) -> None:
    spoil(table, sources, statement)
    checks = verify(WORLD, CONFIG, sources)
    assert {c.table for c in checks if c.name == "references" and not c.passed} == {check}


def test_a_note_on_another_kind_of_row_is_no_orphan(sources) -> None:
    spoil("notes", sources, "UPDATE notes SET about = 'order', about_id = 20 WHERE note_id = 1")
    assert not failed(verify(WORLD, CONFIG, sources))


def test_a_deferred_reference_is_no_lineage() -> None:
    assert WORLD.table("partners").upstream == ()
    edges = upstream(WORLD)
    assert edges["partners"] == ("scenario",)
    assert edges["orders"] == ("currencies", "partners")
    assert edges["notes"] == ("orders",)
    assert edges["partner_totals"] == ("orders",)
    assert edges["catalogue"] == ("notes", "anomaly_manifest", "partner_totals")


def test_views_answer_in_published_units(tiny_is_known, tmp_path) -> None:
    write_world(with_versions(WORLD, CONFIG), tmp_path)
    with catalogue.connect(tmp_path) as connection:
        totals = connection.execute("select * from tiny.partner_totals order by 1 limit 2").fetchall()
        assert [str(cell) for cell in totals[0][:2]] == ["1", "4.5003"]
        first = connection.execute(
            "select sum(billed), sum(weight) from tiny.orders where partner_id = 1"
        ).fetchall()
        assert totals[0][1:] == (first[0][1], first[0][0])
        settings = connection.execute("select settings->'$.visits' from tiny.partners limit 1").fetchall()
        assert settings == [("1",)]


def test_exports_have_the_physical_names(tiny_is_known, tmp_path) -> None:
    write_world(with_versions(WORLD, CONFIG), tmp_path / "data")
    source = published(Store(WORLD, tmp_path / "data"))
    names = {path.name for path in write(source, "json", tmp_path / "json")}
    assert {"tradePartners.json", "orders.json", "partner_totals.json"} <= names
    partners = json.loads((tmp_path / "json" / "tradePartners.json").read_text())
    assert partners[0] == {
        "partnerId": 1,
        "name": "Partner 1",
        "referrer": None,
        "firstOrderId": 1,
        "settings": {"visits": 1, "tags": ["a", "b"]},
    }
    write(source, "csv", tmp_path / "csv")
    with (tmp_path / "csv" / "orders.csv").open() as file:
        order = next(csv.DictReader(file))
    assert order["weight"] == "1.5000"
    assert set(table_schema(WORLD.table("partners"))["properties"]) == set(partners[0])


def test_the_dictionary_shows_views_units_and_choices_of_target() -> None:
    text = page(WORLD)
    assert "## partner_totals" in text
    assert "| `weight` | decimal(15,4), 0 or more | lb | Weight ordered. |" in text
    assert "[partners](#partners) or [orders](#orders)" in text


def test_dagster_makes_it_in_groups_by_subject(tiny_is_known, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    assets = world_assets(WORLD)
    groups = {key.path[-1]: group for asset in assets for key, group in asset.group_names_by_key.items()}
    assert groups["orders"] == "tiny_trade"
    assert groups["scenario"] == "tiny_scenario"
    assert groups["catalogue"] == "tiny"
    result = dg.materialize(assets, raise_on_error=False)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    shown = result.asset_materializations_for_node("tiny__partner_totals")[0].metadata
    assert shown["dagster/row_count"].value == 10
