"""Corrections turn a dataset into its clean twin, and back; each label's fault is among them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import synth_assets
from synth_assets.cli import main
from synth_assets.evaluate.corrections import SCHEMA, corrected, corrections
from tests.test_score import WORLDS


@pytest.mark.parametrize("name", WORLDS)
def test_they_turn_a_dataset_into_its_clean_twin_and_back(name: str) -> None:
    data = synth_assets.generate(name, **WORLDS[name])
    twin = synth_assets.generate(name, clean=True, **WORLDS[name])
    world = data.scenario.world
    fixes = pa.concat_tables(corrections(data.scenario))
    assert fixes.schema == SCHEMA
    assert fixes.num_rows
    compared = [table.name for table in world.tables if table is not world.manifest]
    repaired = corrected(data.tables, fixes, world)
    spoiled = corrected(twin.tables, fixes, world, back=True)
    for table in compared:
        assert repaired[table].equals(twin.tables[table]), table
        assert spoiled[table].equals(data.tables[table]), table
    touched = set(fixes["table_name"].to_pylist())
    assert touched == {table for table in compared if not data.tables[table].equals(twin.tables[table])}
    assert not list(corrections(twin.scenario))


def test_the_command_writes_them(tmp_path: Path) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--data-dir", str(tmp_path / "data")])

    assert run("generate", "order_to_cash", "--set", "num_transactions=200").exit_code == 0
    path = tmp_path / "right.parquet"
    done = run("corrections", "order_to_cash", "--out", str(path))
    written = pq.read_table(path)
    assert (done.exit_code, done.output) == (0, f"{written.num_rows:,} cells to correct in {path}\n")
    drifted = written.filter(pc.equal(written["column_name"], "amount_due_cents"))
    assert "update" in drifted["operation"].to_pylist()
    wrong = run("corrections", "order_to_cash", "--out", str(tmp_path / "right.csv"))
    assert wrong.exit_code == 2
    assert wrong.output.endswith("right.csv': name a file that ends with .parquet\n")


@pytest.mark.parametrize("name", WORLDS)
def test_each_kinds_column_at_fault_is_corrected(name: str) -> None:
    sizes = {key: value for key, value in WORLDS[name].items() if key != "anomaly_rates"}
    data = synth_assets.generate(name, **sizes, prevalence=0.3)
    world, truth = data.scenario.world, data.frame("anomaly_manifest")
    fixes = pa.concat_tables(corrections(data.scenario)).to_pandas()
    for anomaly in world.anomalies:
        labels = truth[truth["type"] == anomaly.name]
        assert set(labels["faulty_column"]) <= {anomaly.column, *anomaly.other_columns}
        labels = labels[labels["faulty_column"] == anomaly.column]
        table, column = anomaly.column.split(".")
        key = world.table(table).key.name
        assert column in [one.name for one in world.table(table).columns]
        cells = fixes[(fixes["table_name"] == table) & (fixes["column_name"] == column)]
        whole = cells["operation"] != "update"
        assert whole.all() or column != key
        assert len(cells) >= 0.5 * len(labels)  # some users had withdrawn their consent before
        if len(labels) and world.table_of(anomaly.entity).name == table and not whole.all():
            assert labels["entity_id"].astype(str).isin(cells["key"]).mean() >= 0.5
