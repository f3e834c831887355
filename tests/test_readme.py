"""The README cannot rot: its queries give the output that it shows, and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.generation.generate import write_world
from synth_assets.orchestration import world_assets
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```\n\n```text\n(.*?)```", README, re.S)
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """All worlds at their defaults. The README's output does not depend on the day."""
    directory = tmp_path_factory.mktemp("readme")
    for name in NAMES:
        write_world(resolve(name), directory)
    return directory


@pytest.mark.parametrize(("query", "shown"), QUERIES)
def test_a_query_gives_the_output_shown(data, query, shown):
    with duckdb.connect(str(data / "synth_assets.duckdb"), read_only=True) as connection:
        assert str(connection.sql(query)).strip() == shown.strip()


def test_a_row_is_explained_as_shown(data, monkeypatch):
    ((command, shown),) = re.findall(
        r"```sh\n(synth-assets explain [^\n]*)\n```\n\n```text\n(.*?)```", README, re.S
    )
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(data))
    assert CliRunner().invoke(main, shlex.split(command)[1:]).stdout == shown


def test_a_detector_is_scored_as_shown(data, tmp_path, monkeypatch):
    detector = next(
        block for block in re.findall(r"```python\n(.*?)```", README, re.S) if "found.csv" in block
    )
    ((command, shown),) = re.findall(
        r"```sh\n(synth-assets score [^\n]*)\n```\n\n```text\n(.*?)```", README, re.S
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(data))
    exec(detector, {})
    assert CliRunner().invoke(main, shlex.split(command)[1:]).stdout == shown


def test_there_are_six_queries():
    assert len(QUERIES) == README.count("```sql") == 6


def test_a_history_grows_and_is_loaded_as_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    commands = [command for command in COMMANDS if "--data-dir grown" in command]
    assert len(commands) == 4
    for command in commands:
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
    ((load, shown),) = re.findall(r"```python\n([^`]*warehouse[^`]*)```\n\n```text\n([^`]*)```", README)
    capsys.readouterr()
    exec(load, {})
    assert capsys.readouterr().out == shown


def test_statements_grow_and_give_pages_as_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commands = [command for command in COMMANDS if "--data-dir bank" in command]
    assert len(commands) == 3
    for command in commands:
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "sync" / "sync").iterdir())) == 75


ELSEWHERE = ("s3://", "--data-dir grown", "--data-dir bank")
FEWER = {"100000": "66000", "300000": "66000", "1000000": "100", "100000000": "1000"}
"""For the large counts: two blocks for two workers, and few rows for the hundred million."""

LOCAL = [c for c in COMMANDS if c.startswith("synth-assets") and not any(word in c for word in ELSEWHERE)]
LOCAL = [re.sub(r"(num_\w+=)(\d{6,})", lambda found: found[1] + FEWER[found[2]], c) for c in LOCAL]
LOCAL = [re.sub("generate wholesale(?!.*--preset)", "generate wholesale --preset small", c) for c in LOCAL]


@pytest.mark.parametrize("command", LOCAL)
def test_a_command_runs(data, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(data if "generate" not in command else tmp_path))
    (tmp_path / "found.csv").write_text("type,entity_id\n")
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output


def test_make_targets_exist():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)
    asked = {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    assert asked == {"data", "test", "dev"}
    assert asked < set(targets)


def test_the_yaml_is_a_configuration():
    text, component = re.findall(r"```yaml\n(.*?)```", README, re.S)
    world_assets(**yaml.safe_load(component)["attributes"])
    shown = yaml.safe_load(text)
    assert set(shown) == {"order_to_cash", "subscriptions"}
    for name, values in shown.items():
        config = resolve(name, shown).config.model_dump()
        for key, value in values.items():
            assert config[key] == (config[key] | value if isinstance(value, dict) else value)


def test_the_python_runs():
    code = next(block for block in re.findall(r"```python\n(.*?)```", README, re.S) if "def test_" in block)
    scope: dict = {}
    exec(code, scope)
    assert "assert " in code
    scope["test_my_detector"]()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target.split("#")[0]).exists(), target


def test_a_world_is_a_library_as_shown():
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", README, re.S) if "world_assets(" in block
    )
    scope: dict = {}
    exec(code, scope)
    assert len(scope["defs"].resolve_all_asset_keys()) > 10
