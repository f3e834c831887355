"""Following the how-to pages adds a table and an anomaly: their blocks are done in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets.worlds import NAMES
from tests.markdown_pages import Block, blocks_of, commands_of, same
from tests.test_readme import ROOT, page_of

PROGRAM = """
import sys
from click.testing import CliRunner
from synth_assets.checks import giveaways, verify, world_checks
from synth_assets.cli import main
checks = world_checks.world_checks
verify.world_checks = lambda world: [check for check in checks(world) if check.name != giveaways.NOTHING]
for command in sys.argv[1:]:
    done = CliRunner().invoke(main, command.split()[1:], catch_exceptions=False)
    print(done.stdout, end="")
    assert done.exit_code == 0, done.output
"""
"""The commands of a page in one process, without the check that takes half of the time and can only warn."""


@pytest.mark.parametrize(
    ("page", "found"),
    [("add_a_table", "shipped soon after the order"), ("add_an_anomaly", "expense reimbursed")],
)
def test_the_steps_of_a_page_lead_to_what_it_shows(page: str, found: str, tmp_path: Path) -> None:
    cached = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "synth_assets", tmp_path / "synth_assets", ignore=cached)
    (shown,) = (block for block in steps(page, tmp_path) if block.shown is not None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *commands_of(shown)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert same(done.stdout, shown.shown or ""), done.stdout
    for line in (found, "rules find exactly the manifest"):
        assert any(each.startswith(line) and each.endswith("ok") for each in shown.shown.splitlines())


def steps(page: str, copy: Path) -> Iterator[Block]:
    """The blocks of a page that are no files; those that are, are written on the way."""
    for block in blocks_of(page_of(f"docs/how_to/{page}.md")):
        if block.place:
            block.written_to(copy)
        else:
            yield block


def test_the_files_that_an_anomaly_takes_are_there() -> None:
    table = page_of("docs/how_to/add_an_anomaly.md").rpartition("## In another world")[2]
    lines = [re.findall("`([^`]+)`", line) for line in table.splitlines() if line.startswith("| `")]
    assert {world for world, *_ in lines} == set(NAMES)
    for world, *files in lines:
        for file in files:
            assert (ROOT / "synth_assets" / "worlds" / world / file).exists(), file
