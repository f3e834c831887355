"""README and docs cannot rot: their commands, queries and Python run, and give what they show."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
import yaml

from synth_assets.evaluate import dictionary
from synth_assets.generation.generate import write_world
from synth_assets.orchestration import world_assets
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES
from tests.markdown_pages import Session, blocks_of, commands_of, parsed, same

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DERIVED = {f"docs/{name}.md" for name in NAMES} | {"docs/benchmarks.md"}
"""Pages that are made by a program."""

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if str(path.relative_to(ROOT)) not in DERIVED
)
STEPS = ("docs/how_to/add_a_table.md", "docs/how_to/add_an_anomaly.md")
"""Pages that change the package: tests/test_how_to.py follows them in a copy of it."""

STORES = "docs/how_to/use_an_object_store.md"
"""tests/test_object_store.py follows it, with a store of its own."""

OWN_DATA = ("docs/tutorial.md", "docs/dbt/README.md")
"""Pages that make the data in `data` themselves."""

ELSEWHERE = {
    r"^make ": "the Makefile's; that the targets are there is tested below",
    r"^(mkdir|cd) ": "the directory of the test is as good",
    r"^synth-assets report ": "tests/test_pages.py makes that of every world, ten seconds each",
    r"tests\.bench": "takes minutes: make bench",
    r"^(podman|sudo) ": "a container, a system's service: tests/test_examples.py tries their lines",
    r"^pip install ": "needs a package index; that the extras exist is tested below",
    r"^dagster definitions validate": "tests/test_dagster_command.py runs it: slow, so once",
    r"^dagster asset materialize": "tests/test_dagster_command.py runs its like: slow, so once",
    r"^dg launch": "a Dagster run like the others, 20 seconds",
    r"^dagster job execute": "what `make data` does, in tests/test_dagster.py",
    r"^dagster schedule|^dagster-daemon": "they do not end, and need a DAGSTER_HOME",
    r"dbt build": "dbt has an environment of its own: make dbt",
    r"RAY_ADDRESS|SYNTH_ASSETS_ENGINE=ray": "a cluster of several hosts: make hosts, tests/test_hosts.py",
    r"--engine ray": "tests/test_engines.py, whose tests share a cluster that takes ten seconds to start",
}
"""Commands that are not run here, by a pattern, each with the reason."""

UNKNOWN_LIBRARIES = {
    "pyspark": "needs Java",
    "polars": "tests/test_readers.py reads every cell with an old one",
}
"""Libraries of Python blocks that the environment lacks, each with who tries it."""

FEWER = {"300000": "66000"}
"""For large counts: two blocks for two workers."""


def as_run(command: str) -> str:
    """What is run in place of a command: the same with a smaller count."""
    return re.sub(r"(num_\w+=)(\d{6,})", lambda found: found[1] + FEWER[found[2]], command)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """All worlds at their defaults. What the pages show does not depend on the day."""
    directory = tmp_path_factory.mktemp("readme")
    for name in NAMES:
        write_world(resolve(name), directory)
    return directory


def page_of(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", [name for name in PAGES if name not in (*STEPS, STORES)])
def test_a_page_is_as_it_says(name, data, tmp_path, monkeypatch):
    page = page_of(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    if name not in OWN_DATA:
        (tmp_path / "data").symlink_to(data)
        assert [command for command in all_commands(page) if writes_data(command)] == []
    session = Session(tmp_path, monkeypatch.setenv, ELSEWHERE, UNKNOWN_LIBRARIES, as_run)
    session.follow(page)
    sys.modules.pop("detector", None)


def all_commands(page: str) -> list[str]:
    return [command for block in blocks_of(page) if block.language == "sh" for command in commands_of(block)]


def writes_data(command: str) -> bool:
    """Whether a command would replace the tables that the pages share."""
    words = command.split()
    return not_elsewhere(command) and words[:2] == ["synth-assets", "generate"] and "--data-dir" not in words


def not_elsewhere(command: str) -> bool:
    return not any(re.search(pattern, command) for pattern in ELSEWHERE)


EVERY_COMMAND = [command for name in PAGES for command in all_commands(page_of(name))]


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_what_is_not_run_is_on_a_page(pattern):
    assert any(re.search(pattern, command) for command in EVERY_COMMAND)


def test_commands_that_are_not_run_are_at_least_commands():
    for command in EVERY_COMMAND:
        words = [word for word in shlex.split(command) if not re.match("[A-Z_]+=", word)]
        if words and words[0] == "synth-assets":
            parsed(shlex.join(words))


def test_no_command_is_run_twice():
    run = [each for each in EVERY_COMMAND if each.startswith("synth-assets") and not_elsewhere(each)]
    allowed = ("--findings found.csv", "generate order_to_cash")  # of other findings, or into another place
    again = {command for command in run if run.count(command) > 1}
    assert [command for command in again if not any(words in command for words in allowed)] == []


def test_make_targets_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    asked = {command.split()[1] for command in EVERY_COMMAND if command.startswith("make ")}
    assert asked <= targets
    assert {command.split()[1] for command in all_commands(README) if command.startswith("make ")} == {
        "data",
        "test",
        "dev",
    }


def test_extras_exist():
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = {
        extra
        for name in PAGES
        for found in re.findall(r"pip install '\.\[([\w,]+)\]'", page_of(name))
        for extra in found.split(",")
    }
    assert {"ray", "excel", "delta"} <= asked <= set(extras)
    assert not any("'synth-assets[" in page_of(name) for name in PAGES), "no index has it"


def test_every_variable_is_in_the_list_of_the_readme():
    code = "".join(path.read_text() for path in (ROOT / "synth_assets").rglob("*.py"))
    listed = re.findall(r"^\| `(SYNTH_ASSETS_\w+)`", README, re.M)
    assert len(listed) == len(set(listed)) > 5
    assert set(listed) == set(re.findall(r'"(SYNTH_ASSETS_[A-Z_]+)"', code))


def test_the_yaml_of_the_readme_is_a_configuration():
    (text,) = (block.code for block in blocks_of(README) if block.language == "yaml")
    shown = yaml.safe_load(text)
    assert set(shown) == {"order_to_cash", "subscriptions"}
    for name, values in shown.items():
        config = resolve(name, shown).config.model_dump()
        for key, value in values.items():
            assert config[key] == (config[key] | value if isinstance(value, dict) else value)


def test_the_component_is_a_world():
    page = page_of("docs/how_to/use_in_a_dagster_project.md")
    (text,) = (block.code for block in blocks_of(page) if block.language == "yaml")
    made = world_assets(**yaml.safe_load(text)["attributes"])
    keys = {key.to_user_string() for asset in made for key in asset.keys}
    assert {"finance/sales/scenario", "finance/sales/invoices", "finance/sales/catalogue"} < keys


@pytest.mark.parametrize("name", NAMES)
def test_the_dictionary_of_a_world_is_fresh(name, data, tmp_path):
    """After a change of columns or rows: python -m synth_assets.evaluate.dictionary."""
    scenario = dictionary.sampled(name)
    if scenario.config != resolve(name).config:  # it lives up to today
        write_world(scenario, tmp_path)
        data = tmp_path
    assert page_of(f"docs/{name}.md") == dictionary.page_of(scenario, str(data))


def anchors_of(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page, flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)\s]+)\)", page_of(name)):
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target.read_text()), link


def test_every_page_is_reached_from_the_readme():
    reached, left = set(), ["README.md"]
    while left:
        name = left.pop()
        if name not in reached and (ROOT / name).suffix == ".md":
            reached.add(name)
            links = re.findall(r"\]\(([^)\s#]+)", page_of(name))
            left += [str(((ROOT / name).parent / link).resolve().relative_to(ROOT)) for link in links]
    assert set(PAGES) <= reached


def test_an_output_that_differs_is_seen():
    assert same("a\nb 1.2 s\nc\n", "a\nb 3.4 s\nc\n")
    assert same("a\nb\nc\n", "a\n…\nc\n")
    assert not same("a\nb\nc\n", "a\nc\n")
    assert not same("a\nb\nc\n", "…\nb\n")
