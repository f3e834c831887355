"""What was changed after it was written is named; what a killed run left is removed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.storage.paths import temporary_directory


@pytest.fixture
def small(tmp_path):
    words = ("--set", "num_users=20", "--as-of", "2026-11-21", "--data-dir", str(tmp_path))
    assert CliRunner().invoke(main, ["generate", "personal_banking", *words]).exit_code == 0
    return tmp_path


def verified(directory: Path):
    return CliRunner().invoke(main, ["verify", "personal_banking", "--data-dir", str(directory)])


@pytest.mark.parametrize("place", [10, -20, 0.5])
def test_a_flipped_bit_is_named_wherever_it_is(small, place) -> None:
    assert verified(small).exit_code == 0
    part = next((small / "personal_banking" / "users").glob("part-*.parquet"))
    content = bytearray(part.read_bytes())
    content[int(len(content) * place) if isinstance(place, float) else place] ^= 1
    part.write_bytes(content)
    found = verified(small)
    assert found.exit_code == 1
    assert "part-00000.parquet" in found.output + found.stderr


def test_a_legal_value_in_the_place_of_another_is_named(small) -> None:
    part = next((small / "personal_banking" / "users").glob("part-*.parquet"))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE users AS FROM read_parquet('{part}')")
        connection.execute("UPDATE users SET name = 'Jo Doe' WHERE rowid = 2")
        connection.execute(f"COPY users TO '{part}' (FORMAT parquet)")
    found = verified(small)
    assert found.exit_code == 1
    assert [line.split("  ")[0] for line in found.stdout.splitlines() if "FAILED" in line] == [
        "parts (users)"
    ]


def test_a_report_of_another_scenario_is_an_error(small) -> None:
    report = small / "personal_banking" / "validation_report.json"
    report.write_text(report.read_text().replace('"scenario": "', '"scenario": "0'))
    found = verified(small)
    assert found.exit_code == 1
    assert "validation_report.json is of another scenario than the tables (0" in found.stderr


@pytest.mark.parametrize("value", ["{}", "[]", "[personas]", "3"])
def test_a_preset_that_is_no_word_is_refused_in_one_line(tmp_path, value) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"preset: {value}\n")
    found = CliRunner().invoke(main, ["generate", "personal_banking", "--config", str(file)])
    assert found.exit_code == 2
    assert found.stderr.startswith("personal_banking: unknown preset ")
    assert found.stderr.count("\n") == 1


def test_what_a_killed_run_left_in_the_place_for_temporary_files_is_removed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f"synth_assets_{ended.pid}_catalogue_0a1b2c3d").mkdir()
    (tmp_path / f"synth_assets_{os.getpid()}_catalogue_0a1b2c3d").mkdir()
    (tmp_path / "synth_assets_notes").mkdir()
    with temporary_directory("catalogue") as made:
        assert made.parent == tmp_path
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"synth_assets_{os.getpid()}_catalogue_0a1b2c3d", "synth_assets_notes"]
