"""Old readers take what we write as it comes: every cell of every part, and the catalogue.

Each is installed once into `.readers/`, by its lock file in `tests/readers/`, and runs without our packages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from synth_assets.generation.generate import in_memory, write_world
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.catalogue import FILE_NAME
from synth_assets.storage.parquet import part_name, part_writer
from tests.readers import cells
from tests.test_every_world import KEYS, SMALL

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "tests" / "readers"
INSTALLED = ROOT / ".readers"

NEWEST_PYTHON = {"duckdb": (3, 13), "pyarrow": (3, 12), "polars": (3, 14), "dbt": (3, 13)}
"""Up to which Python there are wheels of these versions."""

SIZES = SMALL | {"personal_banking": {"num_users": 100}}
"""Its transactions are more than the 20,000 that a page holds."""


def installed(reader: str) -> Path:
    """The directory of a reader's packages: made where it is not there yet, whole or not at all."""
    if sys.version_info[:2] > NEWEST_PYTHON[reader]:
        pytest.skip(f"there is no {reader} of that version for this Python")
    lock = LOCKS / f"{reader}.lock"
    wanted = sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = INSTALLED / f"{reader}-{wanted}"
    if not home.exists():
        INSTALLED.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=INSTALLED) as directory:
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            pip += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"]
            pip += ["--target", f"{directory}/made", "-r", str(lock)]
            done = subprocess.run(pip, capture_output=True, text=True, check=False)
            if done.returncode and "CI" not in os.environ:
                pytest.skip(f"{reader} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
            assert not done.returncode, done.stderr
            Path(directory, "made").rename(home)
    return home


def found_by(reader: str, what: str, places: list[Path]) -> Any:
    """What `cells.py` finds in each place in a reader's environment; `-S` keeps our own packages out."""
    done = subprocess.run(
        [sys.executable, "-S", cells.__file__, what, *map(str, places)],
        env=os.environ | {"PYTHONPATH": str(installed(reader))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[str, cells.Found]]:
    """The data directories of the worlds and of the preset, with every cell as it was before the writing."""
    root, made = tmp_path_factory.mktemp("data"), {}
    for name in KEYS:
        world, _, preset = name.partition("/")
        directory = root / (preset or "worlds")
        scenario = resolve(world, {**KEYS[name], **SIZES[name]})
        write_world(scenario, directory)
        tables = in_memory(scenario).tables.items()
        made.setdefault(directory, {}).update(
            {f"{world}/{table}": cells.digest(rows.to_pydict()) for table, rows in tables}
        )
    made[root / "blocks"] = in_blocks(root / "blocks")
    return made


def in_blocks(directory: Path) -> dict[str, cells.Found]:
    """A world whose files hold three blocks each, as those of large worlds do."""
    dataset = in_memory(resolve("order_to_cash", {**KEYS["order_to_cash"], **SIZES["order_to_cash"]}))
    for name, rows in dataset.tables.items():
        path = directory / "order_to_cash" / name / part_name(0)
        path.parent.mkdir(parents=True)
        third = -(-rows.num_rows // 3)
        with part_writer(dataset.scenario.world.table(name), path) as writer:
            for start in range(0, rows.num_rows, third):
                writer.write(rows.slice(start, third))
    return {f"order_to_cash/{name}": cells.digest(rows.to_pydict()) for name, rows in dataset.tables.items()}


@pytest.mark.parametrize("reader", cells.READERS)
def test_every_cell_comes_back(written: dict[Path, dict[str, cells.Found]], reader: str) -> None:
    assert found_by(reader, reader, list(written)) == list(written.values())


def test_an_old_duckdb_answers_from_the_catalogue(written: dict[Path, dict[str, cells.Found]]) -> None:
    files = [directory / FILE_NAME for directory in written if directory.name != "blocks"]
    answers = [cells.catalogue(file) for file in files]
    assert all(answers)
    assert found_by("duckdb", "catalogue", files) == answers
