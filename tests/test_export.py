"""Exports: the literal text of a tiny table, any text at all, and a whole world in two formats that agree."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import synth_assets
from synth_assets.export.files import export
from synth_assets.export.rows import BATCH_ROWS
from synth_assets.generation.generate import Dataset
from synth_assets.model.columns import (
    choice,
    count,
    day,
    decimal,
    flag,
    identifier,
    moment,
    money,
    rate,
    reference,
    text,
)
from synth_assets.model.table import Table, arrow_table
from synth_assets.model.world import World
from synth_assets.worlds.order_to_cash import WORLD

SALE_ID = identifier("sale_id", "SALE-", "Sale.")
COLUMNS = (
    SALE_ID,
    reference("sales", SALE_ID, "The sale it corrects.", name="corrects_id"),
    text("note", "What the clerk wrote."),
    money("total_cents", "Total.", minimum=None),
    decimal("weight", "Weight.", unit="kg"),
    rate("discount_pct", "Discount.", nullable=True),
    count("units", "Units."),
    choice("status", ("open", 'paid, "in full"'), "Status."),
    flag("is_gift", "Whether it is a gift."),
    day("sold_on", "Day of sale.", nullable=True),
    moment("entered_at", "When it was entered."),
)
DAY_20505 = 20_505  # 2026-02-21
ROWS = arrow_table(
    COLUMNS,
    {
        "sale_id": np.array([1, 2, 3]),
        "corrects_id": np.array([1, 1, 2]),
        "note": pa.array(["plain", 'say "5, €"\n\\', ""]),
        "total_cents": np.array([162_000, -5, 0]),
        "weight": np.array([0.1, 1_234.56, 2.0]),
        "discount_pct": np.ma.masked_array([8.0, 0.0, 12.5], mask=[False, True, False]),
        "units": np.array([1, 2_000, 3]),
        "status": np.array([0, 1, 0]),
        "is_gift": np.array([True, False, False]),
        "sold_on": np.ma.masked_array([DAY_20505, 0, 0], mask=[False, False, True]),
        "entered_at": np.array([DAY_20505 * 86_400 + 43_200, -1, 0]),
    },
)
TINY = World(
    name="tiny",
    config=WORLD.config,
    tables=(Table("sales", "One sale.", COLUMNS, lambda: ROWS),),
    anomalies=(),
    presets={},
)

CSV = """\
sale_id,corrects_id,note,total,weight,discount_pct,units,status,is_gift,sold_on,entered_at
SALE-000000001,SALE-000000001,plain,1620.00,0.10,8.00,1,open,true,2026-02-21,2026-02-21T12:00:00Z
SALE-000000002,SALE-000000001,"say ""5, €""
\\",-0.05,1234.56,,2000,"paid, ""in full""\",false,1970-01-01,1969-12-31T23:59:59Z
SALE-000000003,SALE-000000002,"",0.00,2.00,12.50,3,open,false,,1970-01-01T00:00:00Z
"""

JSON_OF_ROW_2 = """\
[
  {
    "sale_id": "SALE-000000002",
    "corrects_id": "SALE-000000001",
    "note": "say \\"5, €\\"\\n\\\\",
    "total": -0.05,
    "weight": 1234.56,
    "discount_pct": null,
    "units": 2000,
    "status": "paid, \\"in full\\"",
    "is_gift": false,
    "sold_on": "1970-01-01",
    "entered_at": "1969-12-31T23:59:59Z"
  }
]
"""


def written(rows: pa.Table, to: str, out: Path) -> str:
    (path,) = export(TINY, lambda _: [rows], to, out)
    return path.read_bytes().decode()


def test_csv_to_the_letter(tmp_path: Path) -> None:
    assert written(ROWS, "csv", tmp_path) == CSV


def test_json_to_the_letter(tmp_path: Path) -> None:
    assert written(ROWS.slice(1, 1), "json", tmp_path) == JSON_OF_ROW_2


def test_an_empty_table_is_a_header_and_an_empty_array(tmp_path: Path) -> None:
    assert written(ROWS.slice(0, 0), "csv", tmp_path) == CSV.splitlines()[0] + "\n"
    assert written(ROWS.slice(0, 0), "json", tmp_path) == "[]\n"


def test_parts_and_batches_leave_no_seam(tmp_path: Path) -> None:
    many = pa.concat_tables([ROWS] * (BATCH_ROWS // 3 + 2)).combine_chunks()
    for to in ("csv", "json"):
        whole = written(many, to, tmp_path / "whole")
        parts = [many.slice(0, 0), many.slice(0, 5), many.slice(5, 0), many.slice(5)]
        (path,) = export(TINY, lambda _, parts=parts: parts, to, tmp_path / "parts")
        assert path.read_text() == whole
    assert len(json.loads(whole)) == many.num_rows


@given(note=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(note: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.getbasetemp() / "any_text"
    rows = ROWS.slice(0, 1).set_column(2, ROWS.schema.field("note"), pa.array([note]))
    assert json.loads(written(rows, "json", out))[0]["note"] == note
    assert next(csv.DictReader(StringIO(written(rows, "csv", out), newline="")))["note"] == note


@pytest.mark.parametrize(
    ("to", "tables", "message"),
    [
        (
            "xml",
            None,
            "unknown format xml: there are csv, json, jsonl, parquet, arrow, xlsx, sql, delta, datapackage, "
            "datacontract",
        ),
        ("csv", ["sale"], "tiny has no table sale: there are sales"),
    ],
)
def test_unknown_names_are_refused(to: str, tables: list[str] | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        export(TINY, lambda _: [ROWS], to, tmp_path / "out", tables)
    assert not (tmp_path / "out").exists()


def test_a_failed_export_leaves_the_old_file_whole(tmp_path: Path) -> None:
    def interrupted(_: str) -> Iterator[pa.Table]:
        yield ROWS
        raise OSError("disk gone")

    before = written(ROWS, "csv", tmp_path)
    with pytest.raises(OSError, match="disk gone"):
        export(TINY, interrupted, "csv", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.csv"]
    assert (tmp_path / "sales.csv").read_text() == before


# --- a whole world --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return synth_assets.generate("order_to_cash", num_transactions=1_000, as_of="2026-02-21")


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "made" / "on demand"
    for to in ("csv", "json"):
        export(WORLD, lambda name: [dataset.tables[name]], to, out, list(dataset.tables))
    return out


def from_csv(out: Path, table: str) -> list[dict[str, str]]:
    with (out / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def from_json(out: Path, table: str) -> list[dict[str, object]]:
    return json.loads((out / f"{table}.json").read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.mark.parametrize("table", WORLD.tables, ids=lambda table: table.name)
def test_csv_and_json_say_the_same(table: Table, exported: Path) -> None:
    as_words = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in from_json(exported, table.name)
    ]
    assert as_words == from_csv(exported, table.name)
    assert as_words


@pytest.mark.parametrize("table", WORLD.tables, ids=lambda table: table.name)
def test_exports_hold_what_parquet_holds_to_the_cent(table: Table, dataset: Dataset, exported: Path) -> None:
    rows = from_json(exported, table.name)
    for column in table.columns:
        stored = dataset.tables[table.name][column.name].to_pylist()
        shown = [row[column.published_name] for row in rows]
        match column.kind:
            case "money":
                assert [int(value * 100) for value in shown] == stored
            case "decimal" | "rate":
                assert [value if value is None else float(value) for value in shown] == stored
            case "day":
                assert shown == [value if value is None else value.isoformat() for value in stored]
            case "moment":
                assert shown == [f"{value.isoformat()}Z" for value in stored]
            case _:
                assert shown == stored


def test_the_manifest_can_be_exported_on_its_own(dataset: Dataset, tmp_path: Path) -> None:
    paths = export(WORLD, lambda name: [dataset.tables[name]], "json", tmp_path, ["anomaly_manifest"])
    assert [path.name for path in paths] == ["anomaly_manifest.json"]
    assert len(json.loads(paths[0].read_text())) == 310
