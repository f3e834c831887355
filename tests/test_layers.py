"""Imports point only downwards, and a small world does not pay for Dagster or pandas."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from synth_assets.worlds import NAMES

PACKAGE = Path(__file__).parent.parent / "synth_assets"
LAYERS = (
    "definitions",
    "cli",
    "orchestration",
    "evaluate",
    "generation",
    "export",
    "checks",
    "storage",
    "scenario",
    "derive",
    "worlds",
    "model",
)
"""From the top down, as in the design."""

HEAVY = {"dagster", "duckdb", "pandera", "pandas", "matplotlib"}

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__")


def layer(module: str) -> str:
    """`build` for `synth_assets.storage.store`."""
    return module.split(".")[1] if "." in module else module


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports anywhere, `synth_assets.worlds` for `from synth_assets import worlds`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "synth_assets":
            yield from (f"synth_assets.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for module in imports(path):
        top = module.split(".")[0]
        if top == "synth_assets" and layer(module) in LAYERS:
            assert LAYERS.index(layer(module)) >= LAYERS.index(own), f"{own} imports {module}"
        if top == "dagster":
            assert own in ("definitions", "orchestration")
        if own in ("worlds", "model"):
            assert top not in HEAVY, f"{own} imports {module}"


def test_importing_the_package_brings_none_of_the_heavy_ones_nor_what_few_runs_read_with() -> None:
    code = (
        "import sys, synth_assets, synth_assets.generation.generate, synth_assets.worlds as w;"
        "w.load(w.NAMES[0]);"
        f"print([name for name in {sorted(HEAVY | {'faker', 'yaml'})!r} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_generating_a_world_brings_no_pandas(name: str) -> None:
    code = f"import sys, synth_assets; synth_assets.generate({name!r}); print('pandas' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert run.stdout.strip() == "False"


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def own_imports(path: Path, known: set[str]) -> set[str]:
    """Modules of the package that a file imports when it is loaded, not within functions."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("synth_assets"):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & known) or {node.module}
    return found & known


def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {module_name(path): path for path in PACKAGE.rglob("*.py")}
    graph = {name: own_imports(path, set(paths)) - {name} for name, path in paths.items()}
    assert list(TopologicalSorter(graph).static_order()), "a CycleError names the circle"
