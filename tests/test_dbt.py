"""The dbt project of docs/dbt: its model finds the labels and nothing else, and its tests hold and can fail.

`make test` renders the SQL as dbt would and runs it; `make dbt` lets dbt itself build the project, in an
environment of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import jinja2
import pytest
import yaml

from synth_assets.generation.generate import in_memory, write_world
from synth_assets.scenario.resolve import resolve
from tests.test_readers import ROOT, installed

PROJECT = ROOT / "docs" / "dbt"
FOUND = {"missing_invoice", "pricing_drift", "duplicate_invoice", "payment_mismatch"}
"""The kinds that the model looks for."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dbt")
    write_world(resolve("order_to_cash", {"num_transactions": 300}, as_of="2026-11-21"), directory)
    return directory


def labels() -> dict[str, int]:
    truth = in_memory(resolve("order_to_cash", {"num_transactions": 300}, as_of="2026-11-21")).truth
    counts = truth["type"].cast("string").value_counts().to_pylist()
    return {count["values"]: count["counts"] for count in counts if count["values"] in FOUND}


def rendered(file: Path, directory: Path) -> str:
    """The SQL of a file, with dbt's `source` and `ref`."""
    (source,) = yaml.safe_load((PROJECT / "models" / "sources.yml").read_text())["sources"]
    where = jinja2.Template(source["meta"]["external_location"])

    def table(_: str, name: str) -> str:
        assert name in {found["name"] for found in source["tables"]}
        return where.render(env_var=lambda *_: str(directory)).format(name=name)

    return jinja2.Template(file.read_text()).render(source=table, ref=lambda name: name)


@pytest.fixture
def built(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        sql = rendered(PROJECT / "models" / "revenue_leakage.sql", data)
        connection.execute(f"CREATE TABLE revenue_leakage AS {sql}")
        yield connection


def test_the_model_finds_the_labels(built: duckdb.DuckDBPyConnection) -> None:
    found = dict(built.sql("SELECT type, count(*) FROM revenue_leakage GROUP BY type").fetchall())
    assert found == labels()
    assert found.keys() == FOUND


@pytest.mark.parametrize("name", ["ledger_balances", "every_label_is_found"])
def test_the_tests_of_the_project_hold(name: str, built: duckdb.DuckDBPyConnection, data: Path) -> None:
    assert built.sql(rendered(PROJECT / "tests" / f"{name}.sql", data)).fetchall() == []


def test_a_model_that_misses_a_kind_fails(built: duckdb.DuckDBPyConnection, data: Path) -> None:
    built.execute("DELETE FROM revenue_leakage WHERE type = 'duplicate_invoice'")
    missed = built.sql(rendered(PROJECT / "tests" / "every_label_is_found.sql", data)).fetchall()
    assert {kind for _, kind in missed} == {"duplicate_invoice"}


@pytest.mark.skipif("DBT" not in os.environ, reason="make dbt lets dbt build it")
def test_dbt_builds_the_project(data: Path, tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path / "dbt")
    program = "import sys; from dbt.cli.main import cli; sys.argv[0] = 'dbt'; cli()"
    passed = subprocess.run(
        [sys.executable, "-S", "-c", program, "--no-use-colors", "build", "--profiles-dir", "."],
        cwd=tmp_path / "dbt",
        env={
            **os.environ,
            "PYTHONPATH": str(installed("dbt")),
            "SYNTH_ASSETS_DATA_DIR": str(data),
            "DBT_DUCKDB_PATH": str(tmp_path / "found.duckdb"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert passed.returncode == 0, passed.stdout[-2_000:]
    assert "PASS=15 WARN=0 ERROR=0" in passed.stdout
    with duckdb.connect(str(tmp_path / "found.duckdb"), read_only=True) as connection:
        found = dict(connection.sql("SELECT type, count(*) FROM revenue_leakage GROUP BY type").fetchall())
    assert found == labels()
