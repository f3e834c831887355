"""Every command's help has examples, and each of them is a command that would run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from synth_assets import worlds
from synth_assets.cli import main
from synth_assets.derive.json_schema import config_schema
from synth_assets.scenario.resolve import from_assignments, resolve
from tests.markdown_pages import parsed


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group, and the group itself, by what is typed for it."""
    yield path, group
    for name, command in group.commands.items():
        inner = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, inner)
        else:
            yield inner, command


COMMANDS = dict(commands(main, "synth-assets"))
EXAMPLES = [
    (path, line.strip())
    for path, command in COMMANDS.items()
    for line in (command.epilog or "").splitlines()
    if "synth-assets" in line
]


def run(line: str) -> click.testing.Result:
    return CliRunner().invoke(main, shlex.split(line)[1:])


@pytest.mark.parametrize("path", COMMANDS)
def test_the_help_of_a_command_shows_its_examples(path):
    shown = run(f"{path} --help").stdout
    examples = [line for owner, line in EXAMPLES if owner == path]
    assert examples
    assert all(f"  {line}\n" in shown for line in examples)
    assert all(line.startswith(path) for line in examples)


@pytest.mark.parametrize("line", sorted({line for _, line in EXAMPLES if "--help" not in line}))
def test_an_example_is_a_command(line):
    given = parsed(line).params
    names = given.get("names") or [given.get("name") or "all"]
    known = {*worlds.NAMES, "all"} if "benchmark" not in line else {"subscription-leakage-1", "all"}
    assert set(names) <= known
    if given.get("assignments") or given.get("preset"):
        resolve(names[0], from_assignments(given["assignments"]), preset=given["preset"])


@pytest.mark.parametrize(
    "line", sorted({line for _, line in EXAMPLES if re.search("assets (worlds|tables|schema)", line)})
)
def test_an_example_that_needs_no_data_runs(line):
    done = run(line)
    assert done.exit_code == 0
    assert done.stdout


def test_all_lists_the_tables_of_every_world():
    lines = [line for line in run("synth-assets tables all").stdout.splitlines() if line[0] != " "]
    tables = [f"{name}.{table.name}" for name in worlds.NAMES for table in worlds.load(name).relations]
    assert [line.split()[0] for line in lines] == tables


def test_all_gives_the_schema_of_every_configuration():
    shown = json.loads(run("synth-assets schema all").stdout)
    assert shown == {name: json.loads(json.dumps(config_schema(worlds.load(name)))) for name in worlds.NAMES}


@pytest.mark.parametrize(
    "line",
    [
        "load all --url sqlite:///books.db",
        "reset all --url sqlite:///books.db --yes",
        "clear all --url sqlite:///books.db --yes",
        "schema all invoices",
        "explain all INV-1",
        "score all --findings found.csv",
        "report all",
        "corrections all --out right.parquet",
        "changes all --since 2026-01-01 --out feed",
    ],
)
def test_a_command_of_one_world_refuses_all_in_one_line(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(f"synth-assets {line}")
    assert done.exit_code == 2
    assert done.stderr == (
        f"{line.split()[0]}: one world at a time, not all "
        "(worlds: order_to_cash, subscriptions, personal_banking, wholesale)\n"
    )
    assert list(tmp_path.iterdir()) == []
