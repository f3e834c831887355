"""The dbt project of docs/dbt: its sources pass their tests, and its model finds the labels alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from synth_assets.generation.generate import in_memory, write_world
from synth_assets.scenario.resolve import resolve
from tests.test_readers import ROOT, installed

PROJECT = ROOT / "docs" / "dbt"
FOUND = {"missing_invoice", "pricing_drift", "duplicate_invoice", "payment_mismatch"}
"""The kinds that the model looks for."""


def test_the_dbt_project_builds_and_finds_the_truth(tmp_path: Path) -> None:
    scenario = resolve("order_to_cash", {"num_transactions": 300}, as_of="2026-11-21")
    data = in_memory(scenario)
    write_world(scenario, tmp_path / "data")
    shutil.copytree(PROJECT, tmp_path / "dbt")
    passed = build(tmp_path)
    assert passed.returncode == 0, passed.stdout[-2_000:]
    assert "PASS=15 WARN=0 ERROR=0" in passed.stdout
    with duckdb.connect(str(tmp_path / "found.duckdb"), read_only=True) as connection:
        found = dict(connection.sql("SELECT type, count(*) FROM revenue_leakage GROUP BY type").fetchall())
    labels = data.truth["type"].cast("string").value_counts().to_pylist()
    assert found == {label["values"]: label["counts"] for label in labels if label["values"] in FOUND}
    assert len(found) == len(FOUND)


def build(home: Path) -> subprocess.CompletedProcess[str]:
    """`dbt build` in an environment of its own."""
    program = "import sys; from dbt.cli.main import cli; sys.argv[0] = 'dbt'; cli()"
    return subprocess.run(
        [sys.executable, "-S", "-c", program, "--no-use-colors", "build", "--profiles-dir", "."],
        cwd=home / "dbt",
        env={
            **os.environ,
            "PYTHONPATH": str(installed("dbt")),
            "SYNTH_ASSETS_DATA_DIR": str(home / "data"),
            "DBT_DUCKDB_PATH": str(home / "found.duckdb"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
