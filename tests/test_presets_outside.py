"""A preset through `export` and `load`: what stands is taken, what does not is made in memory."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth_assets.cli import main


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return result


def users(path: Path) -> int:
    return len(json.loads((path / "users.json").read_text())["users"])


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_what_stands_of_the_preset_is_exported(data: Path) -> None:
    run("generate", "personal_banking", "--preset", "simple", "--set", "num_users=70")
    said = run(
        "export", "personal_banking", "--preset", "simple", "--to", "users-json", "--out", str(data / "out")
    )
    assert users(data / "out") == 70
    assert said.stderr == ""


def test_another_preset_is_made_in_memory_and_what_stands_stays(data: Path) -> None:
    run("generate", "personal_banking", "--set", "num_users=12")
    before = (data / "data" / "personal_banking" / "scenario.json").read_text()
    said = run(
        "export", "personal_banking", "--preset", "simple", "--to", "users-json", "--out", str(data / "out")
    )
    assert users(data / "out") == 50
    assert "holds no preset simple: made as of" in said.stderr
    assert (data / "data" / "personal_banking" / "scenario.json").read_text() == before


def test_without_a_preset_what_stands_is_exported(data: Path) -> None:
    run("generate", "personal_banking", "--set", "num_users=12")
    run("export", "personal_banking", "--to", "users-json", "--out", str(data / "out"))
    assert users(data / "out") == 12


def test_a_preset_is_loaded_where_nothing_stands(data: Path) -> None:
    url = f"sqlite:///{data / 'spendsense.db'}"
    said = run("load", "personal_banking", "--preset", "simple", "--url", url)
    assert said.stdout.splitlines()[0].split() == ["users", "50", "rows"]
    with closing(sqlite3.connect(data / "spendsense.db")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM users").fetchone() == (50,)


def test_an_unknown_preset_is_refused(data: Path) -> None:
    said = run(
        "export", "subscriptions", "--preset", "simple", "--to", "csv", "--out", str(data / "out"), code=2
    )
    assert "unknown preset 'simple' (presets: standard, investigation)" in said.stderr
    assert not (data / "out").exists()
