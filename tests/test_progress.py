"""How far a command is: a bar that names tables on a terminal, a line at a tenth otherwise, all on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from synth_assets.cli import main, progress
from synth_assets.generation.generate import Step, write_world
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.wholesale import WORLD

TABLES = [table.name for table in WORLD.tables]
BUSINESS = {"preset": "small"}


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def terminal(monkeypatch) -> None:
    monkeypatch.setattr(progress, "_is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")


def shown(done: Result) -> list[str]:
    """What a terminal showed, one after the other."""
    return [line.rstrip() for line in done.stderr.replace("\r", "\n").splitlines()]


def test_a_world_of_one_block_tells_its_tables_whoever_makes_blocks(tmp_path: Path) -> None:
    told: list[Step] = []

    def nobody(*_: object) -> None:
        raise AssertionError("a single block was sent away")

    write_world(resolve("wholesale", BUSINESS), tmp_path, nobody, told.append)
    assert told == [
        *(Step(place, len(TABLES), "table", name) for place, name in enumerate(TABLES)),
        Step(len(TABLES), len(TABLES), "table"),
    ]


def test_other_worlds_tell_their_blocks(tmp_path: Path) -> None:
    told: list[Step] = []
    keys = {"num_transactions": 300, "as_of": "2026-11-21"}
    write_world(resolve("order_to_cash", keys), tmp_path, progress=told.append)
    assert told == [Step(done, 3, "block") for done in (1, 2, 3)]


def test_a_terminal_sees_what_is_made_and_the_time_left(terminal, tmp_path: Path) -> None:
    done = run("generate", "wholesale", "--preset", "small", "--data-dir", str(tmp_path))
    assert " · 74 of 74 tables beside the manifest have rows · " in done.stdout
    seen = shown(done)
    assert "wholesale  simulating" in seen
    for place, name in enumerate([*TABLES, "publishing"]):
        (line,) = [line for line in seen if line.startswith(f"wholesale  {place}/{len(TABLES)} tables ")]
        assert line.endswith(f" left  {name}")


def test_a_terminal_sees_what_is_loaded(terminal, tmp_path: Path) -> None:
    run("generate", "wholesale", "--preset", "small", "--data-dir", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'erp.db'}"
    seen = shown(run("load", "wholesale", "--data-dir", str(tmp_path), "--url", url))
    first, second = [line for line in seen if " tables " in line][:2]
    assert first.startswith(f"wholesale  0/{len(TABLES)} tables ")
    assert first.endswith(" left  users, 0 rows in all")
    assert second.endswith(" left  users, 8 rows in all")


def test_elsewhere_there_is_a_line_at_every_tenth(monkeypatch, capsys) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    with progress.steps("wholesale") as step:
        for place in range(76):
            step(Step(place, 75, "table"))
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert (said.out, len(lines)) == ("", 10)
    assert lines[4] == "wholesale: 38 of 75 tables, 0 s left"


def test_elsewhere_nothing_is_said_of_what_takes_no_time_or_has_few_steps(monkeypatch, capsys) -> None:
    with progress.steps("wholesale") as step:
        for place in range(76):
            step(Step(place, 75, "table"))
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    with progress.steps("order_to_cash") as step:
        for place in range(1, 10):
            step(Step(place, 9, "block"))
    assert capsys.readouterr().err == ""
