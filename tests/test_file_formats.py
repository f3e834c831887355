"""Every file format, read back by a tool that we did not write: each says what the JSON export says."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml
from deltalake import DeltaTable

from synth_assets import worlds
from synth_assets.export.file_formats import excel
from synth_assets.export.files import FORMATS, export
from synth_assets.export.other_worlds import refuse_another_world
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.columns import Column
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.table import Table
from synth_assets.scenario.resolve import resolve

Rows = list[dict[str, Any]]

SIZES: dict[str, dict[str, Any]] = {
    "order_to_cash": {"num_transactions": 300, "as_of": "2026-11-21"},
    "personal_banking": {"num_users": 12, "as_of": "2026-11-21", "preset": "faulty"},
    "wholesale": {"preset": "small"},
}


@pytest.fixture(scope="module", params=SIZES)
def made(request: pytest.FixtureRequest) -> Dataset:
    return in_memory(resolve(request.param, SIZES[request.param]))


@pytest.fixture(scope="module")
def written(made: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The directory of a world's export in a format, made once."""
    root = tmp_path_factory.mktemp("formats")

    def out(form: str) -> Path:
        if not (root / form).exists():
            names = [table.name for table in tables_of(made)]
            export(made.scenario.world, parts_of(made), form, root / form, names)
        return root / form

    return out


def parts_of(made: Dataset) -> Callable[[str], list[pa.Table]]:
    """A table's rows in several parts, one of them empty."""

    def parts(name: str) -> list[pa.Table]:
        rows = made.tables[name]
        return [rows.slice(0, 7), rows.slice(7, 0), rows.slice(7)]

    return parts


def tables_of(made: Dataset) -> list[Table]:
    """The tables, or of a world of many the first of them and some with JSON, those that are short."""
    every = made.scenario.world.tables
    tables = [table for table in every if len(every) < 20 or made.tables[table.name].num_rows < 300]
    with_json = [table for table in tables if any(column.kind == "json" for column in table.columns)]
    return [table for table in tables if table in (*tables[:12], *with_json[:4])]


def expected(out: Path, table: Table) -> Rows:
    """What the JSON export says, with values in place of their text."""
    rows = json.loads((out / f"{table.physical_name}.json").read_text("utf-8"), parse_float=Decimal)
    read = {table.physical_column(column): _of_text(column) for column in table.columns}
    return [{name: value if value is None else read[name](value) for name, value in r.items()} for r in rows]


def _of_text(column: Column) -> Callable[[Any], Any]:
    match column.kind:
        case "day":
            return dt.date.fromisoformat
        case "moment":
            return lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=None)
        case "json":
            return lambda value: json.dumps(value, default=float)
        case _:
            return lambda value: value


def plain(table: Table, rows: Rows) -> Rows:
    """Rows as a reader gives them, with values of the same types as `expected`."""
    by_name = {table.physical_column(column): column for column in table.columns}
    return [{name: _plain(by_name[name], value) for name, value in row.items()} for row in rows]


def _plain(column: Column, value: Any) -> Any:
    if value is None:
        return None
    match column.kind:
        case "moment" if isinstance(value, dt.datetime):
            return value.replace(tzinfo=None)
        case "moment" | "day" if isinstance(value, str):
            return _of_text(column)(value)
        case "day" if isinstance(value, dt.datetime):
            return value.date()
        case "json":
            return json.dumps(json.loads(value))
        case "flag":
            return bool(value)
        case _ if column.form.places is not None:
            return Decimal(str(value)).quantize(Decimal(1).scaleb(-column.form.places))
        case _:
            return value


def test_json_lines_hold_the_same_objects(made: Dataset, written: Callable[[str], Path]) -> None:
    for table in tables_of(made):
        lines = (written("jsonl") / f"{table.physical_name}.jsonl").read_text("utf-8").splitlines()
        array = (written("json") / f"{table.physical_name}.json").read_text("utf-8")
        assert [json.loads(line, parse_float=Decimal) for line in lines] == json.loads(
            array, parse_float=Decimal
        )


@pytest.mark.parametrize("form", ["parquet", "arrow", "delta"])
def test_typed_files_hold_the_same_values(form: str, made: Dataset, written: Callable[[str], Path]) -> None:
    for table in tables_of(made):
        rows = typed(form, written(form), table.physical_name)
        in_order = rows.sort_by(table.physical_column(table.key))  # Delta has no order of files
        assert plain(table, in_order.to_pylist()) == expected(written("json"), table), table.name
        for column in table.columns:
            field = rows.schema.field(table.physical_column(column))
            assert field.metadata[b"description"].decode() == column.description
            if column.kind == "money":
                assert field.type == pa.decimal128(18, 2)
            if column.kind == "moment":
                assert field.type == pa.timestamp("us", tz="UTC")


def typed(form: str, out: Path, name: str) -> pa.Table:
    if form == "delta":
        return DeltaTable(str(out / name)).to_pyarrow_table()
    if form == "arrow":
        with pa.memory_map(str(out / f"{name}.arrow")) as source:
            return pa.ipc.open_file(source).read_all()
    return pa.parquet.read_table(out / f"{name}.parquet")


def test_duckdb_reads_the_parquet_files(made: Dataset, written: Callable[[str], Path]) -> None:
    for table in tables_of(made):
        files = written("parquet") / f"{table.physical_name}.parquet"
        rows = duckdb.sql(f"SELECT * FROM '{files}'").to_arrow_table().to_pylist()
        assert plain(table, rows) == expected(written("json"), table), table.name


def test_months_hold_the_rows_of_their_month(made: Dataset, tmp_path: Path) -> None:
    world = made.scenario.world
    chosen = [table for table in tables_of(made) if made.tables[table.name].num_rows]
    export(world, parts_of(made), "parquet", tmp_path / "months", [t.name for t in chosen], "month")
    export(world, parts_of(made), "json", tmp_path / "json", [t.name for t in chosen])
    for table in chosen:
        home = tmp_path / "months" / table.physical_name
        files = f"read_parquet('{home}/**/*.parquet', hive_partitioning = true, union_by_name = true)"
        found = duckdb.sql(f"SELECT * FROM {files}").to_arrow_table()
        names = [table.physical_column(column) for column in table.columns]
        if "month" in found.column_names and "month" not in names:
            day = next((c for c in table.columns if c.kind in ("day", "moment") and not c.nullable), None)
            day = day or next(c for c in table.columns if c.kind in ("day", "moment"))
            shown = pc.strftime(found[table.physical_column(day)].cast(pa.timestamp("s")), "%Y-%m")
            assert found["month"].to_pylist() == shown.to_pylist(), table.name
        found = found.select(names).sort_by(names[0])
        assert plain(table, found.to_pylist()) == sorted(
            expected(tmp_path / "json", table), key=lambda row: row[names[0]]
        )


def test_excel_holds_real_dates_and_numbers(made: Dataset, written: Callable[[str], Path]) -> None:
    book = openpyxl.load_workbook(written("xlsx") / f"{made.scenario.world.name}.xlsx", read_only=True)
    assert len(book.sheetnames) == len(tables_of(made))
    for table, sheet in zip(tables_of(made), book, strict=True):
        names, *cells = sheet.iter_rows(values_only=True)
        asked = expected(written("json"), table)
        rows = [dict(zip(names, row, strict=True)) for row in cells]
        assert plain(table, rows) == asked, table.name


def test_a_sheet_has_no_more_rows_than_excel_reads(
    made: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 5)
    with pytest.raises(Problem, match="has more rows than the 5 of an Excel sheet: export it as csv"):
        export(made.scenario.world, parts_of(made), "xlsx", tmp_path, list(made.tables))
    assert not list(tmp_path.iterdir())


def test_two_databases_read_the_sql(made: Dataset, written: Callable[[str], Path]) -> None:
    text = (written("sql") / f"{made.scenario.world.name}.sql").read_text("utf-8")
    with closing(sqlite3.connect(":memory:")) as lite, duckdb.connect() as duck:
        lite.execute("PRAGMA foreign_keys = ON")
        lite.executescript(text)
        duck.execute(text)
        for table in tables_of(made):
            query = f'SELECT * FROM "{table.physical_name}"'
            asked = expected(written("json"), table)
            assert plain(table, duck.sql(query).to_arrow_table().to_pylist()) == asked
            cursor = lite.execute(query)
            names = [column[0] for column in cursor.description]
            assert plain(table, [dict(zip(names, row, strict=True)) for row in cursor]) == asked


def test_the_data_package_is_valid(made: Dataset, written: Callable[[str], Path]) -> None:
    out = written("datapackage")
    found = frictionless(out)
    assert found["valid"], [task["errors"][:1] for task in found["tasks"]]
    assert len(found["tasks"]) == len(tables_of(made))
    table = next(table for table in tables_of(made) if table.references and made.tables[table.name].num_rows)
    file = out / f"{table.physical_name}.csv"
    before = file.read_bytes()
    first, second, *_ = before.splitlines(keepends=True)
    file.write_bytes(first + second + before[len(first) :])  # a key twice
    try:
        assert not frictionless(out)["valid"]
    finally:
        file.write_bytes(before)


def frictionless(out: Path) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    return json.loads(subprocess.run(command, cwd=out, capture_output=True, check=False).stdout)


def test_the_data_contract_has_its_standards_form_and_names_the_columns(
    made: Dataset, written: Callable[[str], Path]
) -> None:
    out = written("datacontract")
    contract = yaml.safe_load((out / f"{made.scenario.world.name}.odcs.yaml").read_text("utf-8"))
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    jsonschema.validate(contract, schema)
    for promised in contract["schema"]:
        columns = pa.parquet.read_schema(out / f"{promised['name']}.parquet")
        assert [found["name"] for found in promised["properties"]] == columns.names
        for found in promised["properties"]:
            assert found["required"] == (not columns.field(found["name"]).nullable)
            if found["physicalType"].startswith("DECIMAL"):
                assert columns.field(found["name"]).type == pa.decimal128(*eval(found["physicalType"][7:]))


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "delta"])
def test_the_same_rows_give_the_same_bytes(
    form: str, made: Dataset, written: Callable[[str], Path], tmp_path: Path
) -> None:
    """Delta's library gives its files random names."""
    export(made.scenario.world, parts_of(made), form, tmp_path, [table.name for table in tables_of(made)])
    for path in sorted(written(form).iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_table_of_a_lake_is_replaced_and_what_is_not_ours_stays(made: Dataset, tmp_path: Path) -> None:
    world, name = made.scenario.world, tables_of(made)[0].name
    home = tmp_path / tables_of(made)[0].physical_name
    for by in ("month", "month"):
        export(world, parts_of(made), "parquet", tmp_path, [name], by)
    files = sorted(home.rglob("*.parquet"))
    assert files
    (home / "notes.txt").write_text("mine")
    with pytest.raises(Problem, match=r"holds notes\.txt, which this export does not write"):
        export(world, parts_of(made), "delta", tmp_path, [name])
    assert sorted(home.rglob("*.parquet")) == files
    (home / "notes.txt").unlink()
    export(world, parts_of(made), "delta", tmp_path, [name])
    assert (home / "_delta_log").is_dir()
    assert not list(home.glob("month=*"))


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_objects_within_objects_are_not_another_worlds(
    form: str, made: Dataset, written: Callable[[str], Path]
) -> None:
    """Nor is a brace in a text: only the first object's own keys are its columns."""
    refuse_another_world(written(form), made.scenario.world, form)
    with pytest.raises(UsageProblem, match="give subscriptions another --out"):
        refuse_another_world(written(form), worlds.load("subscriptions"), form)
