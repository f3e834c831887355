"""An export is whole or has files missing, never a mixture; the next one sweeps what a killed one left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.generation.generate import write_world
from synth_assets.scenario.resolve import resolve
from tests.thorough import size

ENDLESS = """
import itertools, sys
from pathlib import Path
from synth_assets.export.files import export
from synth_assets.generation.generate import in_memory
from synth_assets.scenario.resolve import resolve
made = in_memory(resolve("order_to_cash", {"num_transactions": 60}))
endless = lambda name: itertools.repeat(made.tables[name])
export(made.scenario.world, endless, "csv", Path(sys.argv[1]), list(made.tables))
"""
"""An export whose tables never end."""

KILLED_AT = """
import itertools, os, signal, sys
from pathlib import Path
from synth_assets.cli import main
moves = itertools.count()

def counted(move):
    def step(*arguments, **options):
        if next(moves) == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return move(*arguments, **options)
    return step

Path.unlink, Path.replace = counted(Path.unlink), counted(Path.replace)
main(sys.argv[2:])
"""
"""A command that is killed before it removes or renames a file for the n-th time."""


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what is said on stderr."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.stderr


def content(out: Path) -> dict[str, bytes]:
    """Every file, but for what an unfinished export wrote."""
    files = (path for path in out.rglob("*") if path.is_file())
    found = {str(path.relative_to(out)): path.read_bytes() for path in files}
    return {name: text for name, text in found.items() if not name.startswith(".export-")}


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> dict[int, Path]:
    """The same world of two seeds."""
    made = {seed: tmp_path_factory.mktemp("data") for seed in (1, 2)}
    for seed, directory in made.items():
        keys = {"num_users": 12, "seed": seed, "as_of": "2026-11-21"}
        write_world(resolve("personal_banking", keys), directory)
    return made


TO_CSV = ("personal_banking", "--to", "csv", "--tables", "users,accounts")
TO_PLAID = ("personal_banking", "--to", "plaid")


@pytest.fixture
def endless(tmp_path):
    """An export that is running, in `tmp_path`."""
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path)])
    while not any(path.stat().st_size for path in tmp_path.glob(".export-*/*")):
        assert process.poll() is None
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()


def test_a_second_export_is_refused_while_the_first_one_writes(data, tmp_path, endless):
    out = ("--out", tmp_path, "--data-dir", data[1])
    for form in (TO_CSV, TO_PLAID):
        assert run("export", *form, *out) == (
            1,
            f"another export is writing to {tmp_path}: wait for it, or use another --out\n",
        )
    assert content(tmp_path) == {}
    assert len(list(tmp_path.glob(".export-*"))) == 1, "what the running one has is left alone"


@pytest.mark.parametrize("form", [TO_CSV, TO_PLAID], ids=["csv", "plaid"])
def test_what_a_killed_export_left_is_removed_by_the_next_one(data, tmp_path, endless, form):
    os.kill(endless.pid, signal.SIGKILL)
    endless.wait()
    assert [path.name[:8] for path in tmp_path.iterdir()] == [".export-"]
    assert run("export", *form, "--out", tmp_path, "--data-dir", data[1])[0] == 0
    assert content(tmp_path)
    assert not list(tmp_path.glob(".export-*"))


@pytest.mark.parametrize("form", [TO_CSV, TO_PLAID], ids=["csv", "plaid"])
def test_a_kill_leaves_no_old_file_beside_a_new_one(data, tmp_path, form):
    whole = {}
    for seed, directory in data.items():
        assert run("export", *form, "--out", tmp_path / str(seed), "--data-dir", directory)[0] == 0
        whole[seed] = content(tmp_path / str(seed))
    old, new = whole[1], whole[2]
    assert old.keys() == new.keys()
    out = tmp_path / "1"
    files = len(new)
    few, more = {0, 1, files, 2 * files - 1}, {files - 1, files + 1}
    moments = size(few, few | more)  # while old ones go, and while new ones come
    for moment in sorted(moments):
        assert run("export", *form, "--out", out, "--data-dir", data[1])[0] == 0
        arguments = (*form, "--out", str(out), "--data-dir", str(data[2]))
        command = [sys.executable, "-c", KILLED_AT, str(moment), "export", *arguments]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        left = content(out)
        assert left.items() <= old.items() or left.items() <= new.items()
        assert (len(left) == files) == (moment == 0), "what is not whole has files missing"
    assert run("export", *form, "--out", out, "--data-dir", data[2])[0] == 0
    assert content(out) == new
    assert not list(out.glob(".export-*"))


@pytest.mark.parametrize("form", [TO_CSV, TO_PLAID], ids=["csv", "plaid"])
def test_a_directory_in_a_files_place_is_named_before_anything_is_removed(data, tmp_path, form):
    assert run("export", *form, "--out", tmp_path, "--data-dir", data[1])[0] == 0
    path = sorted(path for path in tmp_path.iterdir() if path.is_file())[-1]
    path.unlink()
    path.mkdir()
    before = content(tmp_path)
    assert run("export", *form, "--out", tmp_path, "--data-dir", data[2]) == (
        1,
        f"{path} is a directory: remove it, or use another --out\n",
    )
    assert content(tmp_path) == before
