"""Every kind of column side by side: one value, and an empty cell, in each form that leaves the program."""

from __future__ import annotations

import datetime as dt
import json as jsonlib
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_assets.derive.duckdb_view import view_sql
from synth_assets.derive.json_schema import table_schema
from synth_assets.derive.pandera_schema import failures, row_schema
from synth_assets.derive.pydantic_models import entity_model
from synth_assets.export import databases
from synth_assets.export.files import export
from synth_assets.model.columns import (
    Column,
    choice,
    count,
    day,
    decimal,
    flag,
    identifier,
    json,
    moment,
    money,
    quantity,
    rate,
    reference,
    text,
)
from synth_assets.model.kinds import KINDS
from synth_assets.model.table import Table, arrow_table
from synth_assets.model.world import World
from synth_assets.storage.parquet import write_part
from synth_assets.worlds.order_to_cash.config import Config


class Shown(NamedTuple):
    """One value of a kind in every form."""

    column: Column
    given: Any
    stored: Any
    view: Any
    csv: str
    json: Any
    sqlite: Any


DAY = dt.date(2026, 2, 21)
EPOCH_DAY = (DAY - dt.date(1970, 1, 1)).days
NOON = dt.datetime(2026, 2, 21, 12)
PARENT = identifier("parent_id", "INV-", "Parent.")
OTHER = identifier("other_id", "", "Other.")

SHOWN = {
    "reference": Shown(
        reference("rows", PARENT, "Parent.", nullable=True),
        312,
        "INV-000000312",
        "INV-000000312",
        "INV-000000312",
        "INV-000000312",
        "INV-000000312",
    ),
    "integer_reference": Shown(reference("rows", OTHER, "Other.", nullable=True), 7, 7, 7, "7", 7, 7),
    "money": Shown(
        money("due_cents", "Due.", nullable=True),
        162_000,
        162_000,
        Decimal("1620.00"),
        "1620.00",
        1620.0,
        1620.0,
    ),
    "quantity": Shown(
        quantity("weight_e4", "Weight.", nullable=True), 15_000, 15_000, Decimal("1.5000"), "1.5000", 1.5, 1.5
    ),
    "decimal": Shown(decimal("gap", "Gap.", nullable=True), 2.5, 2.5, Decimal("2.50"), "2.50", 2.5, 2.5),
    "rate": Shown(rate("drift_pct", "Drift.", nullable=True), 8.0, 8.0, Decimal("8.00"), "8.00", 8.0, 8.0),
    "day": Shown(
        day("due_on", "Day.", nullable=True), EPOCH_DAY, DAY, DAY, "2026-02-21", "2026-02-21", "2026-02-21"
    ),
    "moment": Shown(
        moment("made_at", "Moment.", nullable=True),
        EPOCH_DAY * 86_400 + 43_200,
        NOON,
        NOON,
        "2026-02-21T12:00:00Z",
        "2026-02-21T12:00:00Z",
        "2026-02-21 12:00:00",
    ),
    "choice": Shown(
        choice("status", ("open", "paid"), "Status.", nullable=True),
        1,
        "paid",
        "paid",
        "paid",
        "paid",
        "paid",
    ),
    "text": Shown(
        text("note", "Note.", nullable=True), 'a, "b"', 'a, "b"', 'a, "b"', '"a, ""b"""', 'a, "b"', 'a, "b"'
    ),
    "json": Shown(
        json("more", "More.", nullable=True),
        '{"a": [1]}',
        '{"a": [1]}',
        '{"a": [1]}',
        '"{""a"": [1]}"',
        {"a": [1]},
        '{"a": [1]}',
    ),
    "count": Shown(count("units", "Units.", nullable=True), 40, 40, 40, "40", 40, 40),
    "flag": Shown(flag("is_late", "Late?", nullable=True), True, True, True, "true", True, 1),
}
"""Every kind but keys, which are like references and never empty."""

TABLE = Table(
    "rows",
    "One row.",
    (identifier("row_id", "ROW-", "Row."), *(shown.column for shown in SHOWN.values())),
    lambda: None,
)
WORLD = World("kinds", Config, (TABLE,), ())


def cells(shown: Shown) -> Any:
    """The value, and an empty cell."""
    if shown.column.form.given == "array":
        return pa.array([shown.given, None], pa.string())
    return np.ma.masked_array(np.array([shown.given, shown.given]), mask=[False, True])


@pytest.fixture(scope="module")
def rows():
    given = {shown.column.name: cells(shown) for shown in SHOWN.values()}
    return arrow_table(TABLE.columns, {"row_id": np.array([1, 2]), **given})


@pytest.fixture(scope="module")
def part(rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "part-00000.parquet"
    write_part(TABLE, rows, path)
    return path


def exported(rows, to: str, directory: Path) -> str:
    (file,) = export(WORLD, lambda _: [rows], to, directory)
    return file.read_text()


each_kind = pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN.keys())


def test_every_kind_is_here() -> None:
    assert set(SHOWN) == set(KINDS) - {"identifier", "integer_identifier"}


@each_kind
def test_in_arrow_and_parquet(shown, rows, part) -> None:
    assert rows[shown.column.name].to_pylist() == [shown.stored, None]
    assert pq.read_table(part)[shown.column.name].to_pylist() == [shown.stored, None]
    assert rows.schema.field(shown.column.name).type == shown.column.arrow.type


@each_kind
def test_in_the_view(shown, part) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema kinds")
        connection.execute(view_sql(TABLE, "kinds", str(part)))
        found = connection.execute(f"select {shown.column.published_name} from kinds.rows").fetchall()
        stored = connection.execute(f"describe from read_parquet('{part}')").fetchall()
    assert found == [(shown.view,), (None,)]
    assert {name: kind for name, kind, *_ in stored}[shown.column.name] == shown.column.form.duckdb


@each_kind
def test_in_csv(shown, rows, tmp_path) -> None:
    alone = rows.select(["row_id", shown.column.name])
    table = Table("rows", "One row.", (TABLE.key, shown.column), lambda: None)
    (file,) = export(World("kinds", Config, (table,), ()), lambda _: [alone], "csv", tmp_path)
    assert file.read_text().splitlines()[1:] == [f"ROW-000000001,{shown.csv}", "ROW-000000002,"]


@each_kind
def test_in_json_pydantic_and_json_schema(shown, rows, tmp_path) -> None:
    first, second = jsonlib.loads(exported(rows, "json", tmp_path))
    name = shown.column.published_name
    assert (first[name], second[name]) == (shown.json, None)
    model = entity_model(TABLE)
    assert getattr(model.model_validate(second), name) is None
    assert getattr(model.model_validate(first), name) is not None
    for row in (first, second):
        jsonschema.validate(row, table_schema(TABLE))


def loaded(shown: Shown, rows: pa.Table, url: str) -> None:
    """The column alone in a database; a reference then refers to no table there."""
    table = Table("cells", "One cell.", (TABLE.key, shown.column), lambda: None)
    databases.load(World("kinds", Config, (table,), ()), lambda _: [rows], url)


@each_kind
def test_in_sqlite(shown, rows, tmp_path) -> None:
    loaded(shown, rows, f"sqlite:///{tmp_path / 'kinds.db'}")
    with closing(sqlite3.connect(tmp_path / "kinds.db")) as connection:
        found = connection.execute(
            f"SELECT {shown.column.published_name} FROM cells ORDER BY row_id"
        ).fetchall()
    assert found == [(shown.sqlite,), (None,)]


@each_kind
def test_in_duckdb(shown, rows, tmp_path) -> None:
    loaded(shown, rows, f"duckdb:///{tmp_path / 'kinds.duckdb'}")
    with duckdb.connect(str(tmp_path / "kinds.duckdb")) as connection:
        found = connection.execute(
            f"SELECT {shown.column.published_name} FROM cells ORDER BY row_id"
        ).fetchall()
    assert found == [(shown.view,), (None,)]


def test_pandera_takes_them_all(rows) -> None:
    assert failures(row_schema(TABLE), rows) == []
