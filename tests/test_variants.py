"""Variants: a table is written in another way on export and load; nothing else of it or beside it changes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from synth_assets.cli import main


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> str:
    directory = str(tmp_path_factory.mktemp("data"))
    few = ("--set", "num_customers=100", "--data-dir", directory)
    assert run("generate", "subscriptions", *few).exit_code == 0
    return directory


def exported(data: str, out: Path, *more: str) -> Path:
    done = run("export", "subscriptions", "--to", "csv", "--out", str(out), "--data-dir", data, *more)
    assert done.exit_code == 0, done.output
    return out


def test_period_ends_fills_the_ends_of_active_subscriptions_and_changes_nothing_else(data, tmp_path):
    stored = exported(data, tmp_path / "stored")
    varied = exported(data, tmp_path / "varied", "--variant", "period-ends")
    before, after = (pd.read_csv(place / "subscriptions.csv") for place in (stored, varied))
    assert before.end_date.isna().tolist() == (before.status == "Active").tolist()
    pd.testing.assert_frame_equal(after, before.assign(end_date=before.end_date.fillna("2024-12-31")))
    for file in stored.iterdir():
        if file.name != "subscriptions.csv":
            assert file.read_bytes() == (varied / file.name).read_bytes()


def test_period_ends_in_a_database(data, tmp_path):
    url = f"sqlite:///{tmp_path}/books.db"
    done = run("load", "subscriptions", "--url", url, "--data-dir", data, "--variant", "period-ends")
    assert done.exit_code == 0, done.output
    query = "select status, count(*), max(end_date), count(end_date) from subscriptions group by 1 order by 1"
    (active, *_), *_ = found = sqlite3.connect(tmp_path / "books.db").execute(query).fetchall()
    assert active == "Active"
    assert found[0][1:] == (92, "2024-12-31", 92)
    assert found[1][1] == found[1][3] == 8


@pytest.mark.parametrize(
    ("command", "known"),
    [
        (("export", "subscriptions", "--to", "csv", "--out", "out"), "subscriptions"),
        (("load", "subscriptions", "--url", "sqlite:///books.db"), "subscriptions"),
        (("export", "order_to_cash", "--to", "csv", "--out", "out"), "order_to_cash"),
    ],
)
def test_an_unknown_variant_is_refused_in_one_line(command, known, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = run(*command, "--data-dir", data, "--variant", "ends")
    listed = {"subscriptions": "period-ends", "order_to_cash": "none"}[known]
    line = f"{known}: unknown variant 'ends' (variants: {listed})\n"
    assert (refused.exit_code, refused.stderr) == (2, line)
    assert not list(tmp_path.iterdir())
