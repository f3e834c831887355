"""Published tables on disk: written aside, forced to disk, then swapped in by one link.

    <data dir>/<world>/scenario.json
    <data dir>/<world>/<table>                   link to the version in force
    <data dir>/<world>/.versions/<scenario>/<table>-<content>/part-00000.parquet …, _table.json
    <data dir>/<world>/.staging                  what a run has not published yet

A version's directory is named by its scenario and its content, and is complete before any link points to it.
A killed run therefore leaves every table whole; the next run sweeps what it left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from synth_assets.build.parquet import Part, PartReader, part_name
from synth_assets.build.problems import Problem
from synth_assets.build.scenario import Scenario
from synth_assets.build.scenario import load as load_scenario
from synth_assets.model.table import Table
from synth_assets.model.world import World

DEFAULT_DATA_DIR = "data"
DATA_DIR_VARIABLE = "SYNTH_ASSETS_DATA_DIR"


@dataclass(frozen=True)
class Published:
    """A version of a table on disk.

    Attributes:
        path: the version's directory, not the link.
        scenario: id of the scenario it was made from.
        content: SHA-256 over its parts: equal content, equal bytes.
        parts: one for each block.
    """

    path: Path
    scenario: str
    content: str
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Bytes of all parts."""
        return sum(part.bytes for part in self.parts)

    @property
    def glob(self) -> str:
        """The parts as a pattern for DuckDB."""
        return parts_pattern(self.path)


def parts_pattern(directory: Path) -> str:
    """A pattern for all parts in a directory, whose own name may hold characters that patterns use."""
    return re.sub(r"([*?[])", r"[\1]", str(directory)) + "/part-*.parquet"


def data_dir(path: str | Path | None = None) -> Path:
    """The data directory: `path`, or SYNTH_ASSETS_DATA_DIR, or `data`."""
    return Path(path or os.environ.get(DATA_DIR_VARIABLE) or DEFAULT_DATA_DIR).absolute()


class Store:
    """The published tables of one world under a data directory.

    `remedy` is the command that errors recommend when something is missing or damaged.
    """

    def __init__(self, world: World, root: Path, remedy: str | None = None) -> None:
        self.world = world
        self.root = root
        self.remedy = remedy or f"synth-assets generate {world.name}"
        self.home = root / world.name
        self.versions = self.home / ".versions"
        self.staging = self.home / ".staging"

    # --- scenario -------------------------------------------------------------------------------------

    def write_scenario(self, scenario: Scenario) -> None:
        """Put a scenario in force."""
        self.home.mkdir(parents=True, exist_ok=True)
        write_whole(self.home / "scenario.json", scenario.text)

    def scenario(self) -> Scenario:
        """The scenario in force; a Problem where there is none."""
        path = self.home / "scenario.json"
        try:
            return load_scenario(self.world, path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Problem(f"{self.world.name}: nothing in {self.root} yet. Run: {self.remedy}") from None
        except OSError as error:
            raise Problem(f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{path} is damaged or of another version. Run: {self.remedy}") from None

    # --- writing --------------------------------------------------------------------------------------

    @contextmanager
    def locked(self, wait: bool = False) -> Iterator[None]:
        """Hold the world's directory alone, with what a killed run left behind swept away.

        Raises:
            Problem: another run holds it and `wait` is false.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with exclusive(self.home / ".lock", wait, f"another run is writing to {self.home}"):
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()
            try:
                yield
            finally:
                shutil.rmtree(self.staging, ignore_errors=True)

    def stage(self, table: Table) -> Path:
        """The directory in which a table's parts are written before they are published.

        Raises:
            Problem: what has the table's name is not a link, so somebody else put it there.
        """
        link, path = self.home / table.name, self.staging / table.name
        if link.exists() and not link.is_symlink():
            raise Problem(f"{link} is not a link to a published table: move it away, then run this again")
        path.mkdir(exist_ok=True)
        return path

    def publish(self, scenario: Scenario, table: Table, parts: list[Part]) -> Published:
        """Make the staged parts of a table its version in force, in one step."""
        self.check_order(table, parts)
        content = sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
        staged = self.stage(table)
        document = {
            "table": table.name,
            "scenario": scenario.id,
            "content": content,
            "parts": [part._asdict() for part in parts],
        }
        write_whole(staged / "_table.json", json.dumps(document, indent=1))
        path = self.versions / scenario.id / f"{table.name}-{content[:16]}"
        if path.exists() and not _intact(path, document, parts):
            path.rename(self.staging / f"damaged-{path.name}")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(path)
            _sync_directory(path.parent)
        link = self.home / table.name
        fresh = self.staging / f"link-{table.name}"
        fresh.symlink_to(os.path.relpath(path, self.home), target_is_directory=True)
        fresh.replace(link)
        _sync_directory(self.home)
        return Published(path, scenario.id, content, tuple(parts))

    def check_order(self, table: Table, parts: list[Part]) -> None:
        """Keys ascend from part to part; ids are of one length, so text order is number order."""
        filled = [part for part in parts if part.rows]
        for before, after in pairwise(filled):
            if before.last_key >= after.first_key:
                raise Problem(
                    f"{self.world.name}/{table.name}: {table.key.name} {after.first_key} stands after "
                    f"{before.last_key}: a bug, please report"
                )

    def sweep(self, keep: set[Path]) -> None:
        """Remove versions that no link, and nothing in `keep`, points to."""
        links = {(self.home / table.name).resolve() for table in self.world.tables}
        for path in self.versions.glob("*/*"):
            if path not in keep | links:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.versions.glob("*"):
            if not any(path.iterdir()):
                path.rmdir()

    # --- reading --------------------------------------------------------------------------------------

    def published(self, name: str, scenario: Scenario | None = None, allow_edits: bool = False) -> Published:
        """The version in force of a table, checked for presence, size and, if given, its scenario.

        With `allow_edits` parts need only be readable: for judging files that somebody changed by hand.

        Raises:
            Problem: it is missing, damaged or from another scenario; the message says what to run.
        """
        link = self.home / name
        path = link.resolve()
        try:
            document = json.loads((path / "_table.json").read_text(encoding="utf-8"))
            parts = tuple(Part(**part) for part in document["parts"])
            found = Published(path, document["scenario"], document["content"], parts)
        except FileNotFoundError:
            raise Problem(f"{self.label(name)} has not been materialised. Run: {self.remedy}") from None
        except OSError as error:
            raise Problem(f"{error.filename or path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{path / '_table.json'} is damaged. Run: {self.remedy}") from None
        if scenario and found.scenario != scenario.id:
            raise Problem(
                f"{self.label(name)} was made for another scenario ({found.scenario}, now {scenario.id}). "
                f"Run: {self.remedy}"
            )
        strays = _part_names(path) - {part_name(block) for block in range(len(parts))}
        if strays and not allow_edits:
            raise Problem(f"{path / min(strays)} is not a part of the table. Run: {self.remedy}")
        for block, part in enumerate(parts):
            file = path / part_name(block)
            if not file.exists():
                raise Problem(f"{file} is missing. Run: {self.remedy}")
            if allow_edits:
                self.part(found, block).read([])
            elif file.stat().st_size != part.bytes:
                raise Problem(f"{file} is not as long as it was written. Run: {self.remedy}")
        return found

    def part(self, published: Published, block: int) -> PartReader:
        """The reader of one part of a version."""
        return PartReader(published.path / part_name(block), self.remedy)

    def label(self, name: str) -> str:
        """A table's name for people."""
        return f"{self.world.name}/{name}"


def _intact(path: Path, document: Mapping[str, object], parts: list[Part]) -> bool:
    """Whether a version's files hold what was written, and there are no others."""
    hashes = {part_name(block): part.sha256 for block, part in enumerate(parts)}
    try:
        return (
            json.loads((path / "_table.json").read_text(encoding="utf-8")) == document
            and _part_names(path) == set(hashes)
            and all(
                sha256((path / name).read_bytes()).hexdigest() == expected
                for name, expected in hashes.items()
            )
        )
    except (OSError, ValueError):
        return False


def _part_names(path: Path) -> set[str]:
    return {file.name for file in path.glob("part-*.parquet")}


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader finds the old content or the new one; one writer at a time."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path, wait: bool, message: str) -> Iterator[None]:
    """Hold a lock file; the system releases it when the process ends, however it ends.

    Raises:
        Problem: `message`, when it is taken and `wait` is false.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Problem(f"{message}: wait for it, or use another data directory") from None
        yield
