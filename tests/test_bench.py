"""The benchmark counts right, prints every line and stops where the disk is too small. No time is judged."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from synth_assets.worlds import NAMES
from tests.bench import measures, plot, report, runs, stages
from tests.bench.__main__ import main
from tests.bench.runs import workplace

LINES = f"""
    whole set, labels and manifest
    write-only of the same tables
    whole set / write-only
    {report.TPCHGEN}, one thread, zstd 1
    cells a CPU s / those of tpchgen-cli
    anomalies, manifest over clean twin
    peak memory, one worker
    peak memory, tpchgen-cli
    two workers / one, wall
    two workers / one, CPU
    synth-assets generate, at defaults
    verify
    verify / write-only
    peak memory, verify
    score, a finding for ten transactions
    peak memory, score
    export to CSV
    peak memory, export to CSV
    load into SQLite
    peak memory, load into SQLite
    ten years of history, at once
    one more day / ten years
    table by table / block by block
"""


def cells_read(files) -> int:
    """Rows × columns of Parquet files, by reading all of them."""
    tables = [pq.ParquetFile(file).read() for file in files]
    return sum(table.num_rows * table.num_columns for table in tables)


def measured_here(name, world, rows, home):
    """The figures of a measure without a process of its own, which takes a second to start."""
    if name not in runs.READS_WHAT_STANDS:
        shutil.rmtree(home)
        home.mkdir()
    started = time.perf_counter()
    return measures.MEASURES[name](world, rows, home) | {"wall": time.perf_counter() - started}


def test_every_world_is_measured_and_has_its_lines():
    assert set(report.WORLDS) == set(report.LINES) == set(NAMES)


def test_a_wholesalers_history_is_grown_from_the_first_of_a_month(tmp_path):
    for day in ("2016-12-01", "2016-12-02"):
        assert measures.grown_to("wholesale", 60, tmp_path, day)["cpu"] > 0
    assert [path.name for path in (tmp_path / "data" / "wholesale" / ".carried").glob("*/*")] == [
        "planned-until-2017-11-30.bin"
    ]


def test_a_measure_has_a_process_of_its_own(tmp_path):
    figures = runs.measured("clean_twin", "order_to_cash", 500, tmp_path)
    assert figures["wall"] > 0 < figures["peak_mib"]


def test_every_line_is_printed_with_a_number(tmp_path, monkeypatch, capsys):
    arguments = ["--world", "order_to_cash", "--rows", "2000", "--rounds", "1", "--dir"]
    monkeypatch.setattr(sys, "argv", ["bench", *arguments, str(tmp_path)])
    monkeypatch.setattr(runs, "measured", measured_here)
    main()
    printed = capsys.readouterr().out
    size = re.search(r"2,000 transactions: ([\d,]+) rows, ([\d,]+) cells", printed)
    rows, cells = (int(number.replace(",", "")) for number in size.groups())
    assert 6 * rows <= cells <= 11 * rows, "the tables have 6 to 11 columns"
    for label in map(str.strip, LINES.strip().splitlines()):
        (found,) = re.findall(rf"^  {re.escape(label)}  +([-+]?[\d.]+)", printed, re.M)
        assert "over clean twin" in label or float(found) > 0, label
    assert len(re.findall(r"  [≤≥] [\d.]+.*  +(?:met|missed by [\d.]+)", printed)) == 14
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_our_cells_are_those_of_the_published_files(tmp_path):
    counted = measures.generate("order_to_cash", 300, tmp_path)
    files = list((tmp_path / "data").glob("order_to_cash/.versions/*/*/part-*.parquet"))
    assert len(files) == 9
    assert counted["cells"] == cells_read(files)
    assert counted["bytes"] == sum(file.stat().st_size for file in files)


def test_the_findings_that_are_scored_are_counted_once(tmp_path):
    measures.generate("order_to_cash", 2_000, tmp_path)
    counted = measures.score("order_to_cash", 2_000, tmp_path)
    rows = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    manifest = pq.read_table(tmp_path / "data" / "order_to_cash" / "anomaly_manifest").to_pylist()
    labels = {(row["type"], row["entity_id"]) for row in manifest}
    assert 100 < counted["findings"] == len(rows) <= 200
    assert counted["found"] == sum((row["type"], row["entity_id"]) in labels for row in rows) >= 100
    assert (counted["labels"], counted["transactions"]) == (len(labels), 2_000)


def test_tpchgens_cells_are_those_of_its_files(tmp_path):
    counted = measures.tpchgen("order_to_cash", 100_000, tmp_path)
    files = sorted((tmp_path / "tpch").iterdir())
    assert [file.name for file in files] == ["lineitem.parquet", "orders.parquet"]
    assert counted["cells"] == cells_read(files) == pytest.approx(100_000, rel=0.1)
    codecs = {pq.read_metadata(file).row_group(0).column(0).compression for file in files}
    assert codecs == {"ZSTD"}


def test_a_disk_that_is_too_small_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5 << 20))
    with pytest.raises(SystemExit) as stopped:
        report.print_world("order_to_cash", 1_000_000, 1, tmp_path)
    assert re.fullmatch(r"2,829 MiB are needed in \S+, and 5 MiB are free: see --dir", stopped.value.code)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_with_room_is_used_and_removed(tmp_path):
    with workplace(tmp_path, 1) as home:
        assert home.parent == tmp_path
    assert not home.exists()


@pytest.mark.parametrize(
    ("target", "value", "said"),
    [
        (report.Target(1.6), 1.604, "met"),
        (report.Target(1.6), 1.85, "missed by 0.25"),
        (report.Target(1.5, at_most=False), 1.5, "met"),
        (report.Target(1.5, at_most=False), 1.24, "missed by 0.26"),
    ],
)
def test_a_target_is_judged_as_it_is_printed(target, value, said):
    assert target.verdict(value, 2) == said


def test_stages_add_up(tmp_path):
    found = measures.stages("order_to_cash", 500, tmp_path)
    lines = stages.table(found).splitlines()
    assert len(lines) == 2 + 9 + 1
    assert {len(line.split("|")) for line in lines} == {8}
    assert found["orders rows"] == 500


def test_the_committed_picture_shows_the_committed_figures(tmp_path):
    points = json.loads((plot.DOCS / "cost.json").read_text())
    for name in ("one.svg", "two.svg"):
        plot.draw(points, tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text()
    assert drawn == (tmp_path / "two.svg").read_text(), "equal figures, equal bytes"
    committed = (plot.DOCS / "cost.svg").read_text()
    assert words(drawn) == words(committed), (
        "after a change of cost.json: python -m tests.bench --plot --rows 0"
    )


def test_what_the_page_says_to_run_exists():
    page, makefile = ((plot.DOCS.parent / name).read_text() for name in ("docs/performance.md", "Makefile"))
    asked = set(re.findall(r"^make ([\w-]+)", page, re.M))
    assert asked == {"bench", "bench-plot", "bench-profile"}
    assert asked < set(re.findall(r"^([\w-]+):", makefile, re.M))


def words(svg: str) -> list[str]:
    """The text in a picture, legend with figures included; matplotlib draws it and leaves it as comments."""
    return re.findall(r"<!-- (.*?) -->", svg)
