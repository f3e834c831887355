"""The commands that a person types, in a process of their own: slow, so there are few."""

from __future__ import annotations

import logging
import os
import runpy
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._cli.dev import dev_command
from dotenv import dotenv_values

from tests.dagster_runs import run

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in the project root, as after `source .venv/bin/activate`."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(BIN / words[0]), *words[1:]],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "DAGSTER_HOME": "", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_materialize_needs_no_option_but_the_selection(tmp_path: Path) -> None:
    """In one run products are made, and payments told what they lack, in few lines."""
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    environment = {"SYNTH_ASSETS_DATA_DIR": str(tmp_path), "DAGSTER_HOME": str(tmp_path)}
    environment |= variables_set("python", "/bin/dagster", "asset", "materialize")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
        assert run("scenario").success
    words = ("dagster", "asset", "materialize", "--select", "products,payments")
    refused = command(*words, **environment)
    assert (tmp_path / "order_to_cash" / "products").exists(), refused.stderr
    assert refused.returncode == 1
    assert (
        "order_to_cash/invoices has not been materialised. "
        "Run: dagster asset materialize --select '*payments'" in refused.stderr
    )
    logged = [line.split(" - ")[2] for line in refused.stderr.splitlines() if " - dagster - " in line]
    assert sorted(logged) == ["ERROR", "ERROR", "INFO"], "what was made, the step that failed and its run"


def variables_set(*words: str, **before: str) -> dict[str, str]:
    """What the module that Python runs at a start sets, started so, and nobody has to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "orig_argv", list(words))
        for name in ("DAGSTER_CLI_ASSET_MATERIALIZE_MODULE_NAME", "DAGSTER_HOME"):
            patch.setenv(name, "")  # so that it is restored
            patch.delenv(name)
        for name, value in before.items():
            patch.setenv(name, value)
        known = dict(os.environ)
        runpy.run_path(str(ROOT / "synth_assets" / "orchestration" / "dagster_cli.py"))
        return {name: value for name, value in os.environ.items() if known.get(name) != value}


def test_commands_share_the_history_of_make_data_and_nothing_else_writes_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / ".dagster_home"
    monkeypatch.chdir(tmp_path)
    dagster = ("python", "/somewhere/bin/dagster", "asset")
    assert "DAGSTER_HOME" not in variables_set(*dagster), "not a project"
    (tmp_path / "pyproject.toml").write_text('name = "synth-assets"')
    assert "DAGSTER_HOME" not in variables_set(*dagster), "before the first make data"
    home.mkdir()
    (home / "dagster.yaml").touch()
    assert variables_set(*dagster)["DAGSTER_HOME"] == str(home)
    assert variables_set("python", "-m", "dagster")["DAGSTER_HOME"] == str(home)
    assert "DAGSTER_HOME" not in variables_set("python", "-m", "pytest")
    assert "DAGSTER_HOME" not in variables_set("python", "/somewhere/bin/dg", "dev"), ".env says it"
    assert "DAGSTER_HOME" not in variables_set(*dagster, DAGSTER_HOME="/another")


@pytest.fixture
def _in_this_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start of Python in a directory of this project; what it sets in this process is restored."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('name = "synth-assets"')
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)


@pytest.mark.usefixtures("_in_this_project")
def test_a_wrong_selection_is_said_without_a_traceback(capsys: pytest.CaptureFixture) -> None:
    variables_set("python", "-m", "pytest", "materialize")
    assert sys.excepthook is sys.__excepthook__
    variables_set("python", "/somewhere/bin/dagster", "asset", "materialize", "--select", "nosuch")
    sys.excepthook(dg.DagsterInvalidSubsetError, dg.DagsterInvalidSubsetError("no such asset"), None)
    assert capsys.readouterr().err == "no such asset\n"
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
    assert "Traceback" in capsys.readouterr().err, "a bug is shown whole"


@pytest.mark.usefixtures("_in_this_project")
def test_a_step_that_fails_in_words_is_said_without_its_code(capsys: pytest.CaptureFixture) -> None:
    """On the terminal; the event that is stored has all of it. What fails without words is shown whole."""
    variables_set("python", "/somewhere/bin/dagster", "asset", "materialize", "--select", "payments")
    says_why, breaks = (
        dg.multi_asset(name=name, specs=[dg.AssetSpec(name)])(step) for name, step in FAILING.items()
    )
    with dg.DagsterInstance.ephemeral() as instance:
        for asset in (says_why, breaks):
            dg.materialize([asset], instance=instance, raise_on_error=False)
        stored = [event for run in instance.get_runs() for event in instance.all_logs(run.run_id)]
    said = capsys.readouterr().err
    assert said.count("Failure: invoices are missing") == 2, "the step and its run"
    assert "in in_words" not in said
    assert "in broken" in said
    failures = [str(event.dagster_event) for event in stored if event.dagster_event.is_step_failure]
    assert any("in in_words" in failure for failure in failures)


def in_words() -> None:
    raise dg.Failure("invoices are missing")


def broken() -> None:
    raise KeyError("a bug")


FAILING = {"says_why": in_words, "breaks": broken}


def test_dagster_dev_starts_without_the_warning_that_dg_dev_supersedes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warning is Dagster's own, from its own command, which does nothing else here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dagster._cli.dev.dev_command_impl", lambda *given, **named: None)
    dev = ("python", "/somewhere/bin/dagster", "dev")
    assert warnings_of_dev(*dev, "-m", "synth_assets.definitions") == []
    assert len(warnings_of_dev(*dev, "-m", "somebody.definitions")) == 1, "another project's own"
    (tmp_path / "pyproject.toml").write_text('name = "synth-assets"')
    assert warnings_of_dev(*dev) == []


def warnings_of_dev(*words: str) -> list[str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.resetwarnings()
        variables_set(*words)
        result = CliRunner().invoke(dev_command, words[3:])
    assert result.exit_code == 0, result.output
    return [str(warning.message) for warning in said]


@pytest.mark.parametrize("words", [("dagster", "definitions", "validate")])
def test_the_project_is_found_without_an_option(words: tuple[str, ...]) -> None:
    validated = command(*words)
    assert validated.returncode == 0, validated.stderr
    assert "Validation successful for code location" in validated.stdout + validated.stderr


def test_make_tells_dagster_where_its_history_is_and_keeps_other_settings(
    tmp_path: Path, monkeypatch
) -> None:
    for name in ("Makefile", "dagster.yaml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    settings = tmp_path / ".env"
    settings.write_text("SYNTH_ASSETS_WORKERS=2\nDAGSTER_HOME=${DAGSTER_HOME:-/moved/.dagster_home}\n")
    for _ in range(2):
        subprocess.run(["make", "--silent", "home"], cwd=tmp_path, check=True)

    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    assert len(settings.read_text().splitlines()) == 2
    assert dotenv_values(settings) == {
        "SYNTH_ASSETS_WORKERS": "2",
        "DAGSTER_HOME": str(tmp_path / ".dagster_home"),
    }
    assert (tmp_path / ".dagster_home" / "dagster.yaml").exists()
    monkeypatch.setenv("DAGSTER_HOME", "/elsewhere")
    assert dotenv_values(settings)["DAGSTER_HOME"] == "/elsewhere", "the environment goes first"
