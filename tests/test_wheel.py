"""The wheel, installed elsewhere, works from any directory; `make wheel` tries it with each Python."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from tests import dagster_page as pages
from tests.elsewhere import python_of, run
from tests.servers import free_port

ROOT = Path(__file__).parent.parent
NOT_SHIPPED = {"__pycache__"}
BUILD = "import sys; from hatchling import build; print(build.build_wheel(sys.argv[1]))"
GENERATE = """
import sys
sys.path.insert(0, sys.argv[1])
import synth_assets.cli
print(synth_assets.cli.__file__, flush=True)
synth_assets.cli.main(["generate", "order_to_cash", "--set", "num_transactions=200"])
"""
VERSIONS = ("3.11", "3.12", "3.13")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-c", BUILD, str(directory), cwd=ROOT)
    return directory / built.split()[-1]


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "synth_assets").rglob("*")
        if path.is_file() and not NOT_SHIPPED & set(path.parts)
    }
    shipped = set(zipfile.ZipFile(wheel).namelist())
    names = {"synth_assets/orchestration/dagster_cli.pth", "synth_assets/orchestration/dagster_cli.py"}
    assert files - shipped == names
    assert {"synth_assets_dagster_cli.pth", "synth_assets_dagster_cli.py"} < shipped


def test_a_wheel_makes_a_world_where_no_source_is(wheel: Path, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    zipfile.ZipFile(wheel).extractall(installed)
    said = run(sys.executable, "-c", GENERATE, str(installed), cwd=elsewhere)
    assert said.startswith(str(installed))
    assert (elsewhere / "data" / "synth_assets.duckdb").exists()


@pytest.mark.skipif("WHEEL" not in os.environ, reason="minutes for each Python: make wheel")
@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_environment_needs_the_wheel_alone(version: str, wheel: Path, tmp_path: Path) -> None:
    python = python_of(version) or pytest.skip(f"Python {version} is not installed")
    environment, elsewhere = tmp_path / "environment", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(python, "-m", "venv", str(environment), cwd=elsewhere)
    bin_ = environment / "bin"
    run(str(bin_ / "pip"), "--disable-pip-version-check", "install", "-q", str(wheel), cwd=elsewhere)
    few = ("order_to_cash", "--set", "num_transactions=500")
    run(str(bin_ / "synth-assets"), "generate", *few, cwd=elsewhere)
    run(str(bin_ / "synth-assets"), "verify", "order_to_cash", cwd=elsewhere)
    run(str(bin_ / "dagster"), "asset", "materialize", "--select", "invoices+", cwd=elsewhere)
    port = free_port()
    dev = (str(bin_ / "dagster"), "dev", "-m", "synth_assets.definitions", "-p", str(port))
    with pages.served(dev, elsewhere, port, DAGSTER_HOME="", PYTHONPATH="") as log:
        pass
    assert "Dagster services shut down" in log.read_text()
