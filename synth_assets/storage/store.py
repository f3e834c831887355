"""Published tables: written aside, forced to disk, then made current in one step.

    <data dir>/<world>/scenario.json
    <data dir>/<world>/<table>                   points to the current version: a link, or a small object
    <data dir>/<world>/.versions/<scenario>/<table>-<content>/part-00000.parquet …, _table.json
    <data dir>/<world>/.staging                  what a run has not published yet

A part is a file of some blocks, each a row group (more above 1,048,576 rows). Which blocks, `file_plan` says.

A version's directory is named by its scenario and its content, and is complete before anything points to it.
A killed run therefore leaves every table whole; the next run sweeps what it left behind. In an object store a
version is written in its own place at once, and named by its run.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from synth_assets.model.config import WorldConfig
from synth_assets.model.documents import read_document
from synth_assets.model.errors import Problem, UsageProblem, first_line
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario, with_versions
from synth_assets.scenario.scenario import load as load_scenario
from synth_assets.storage.carried import carried_dir, recall_plan, sweep_carried
from synth_assets.storage.parquet import Part, part_name
from synth_assets.storage.part_reader import JoinedReader, PartReader
from synth_assets.storage.paths import (
    ELSEWHERE,
    ObjectPath,
    StoragePath,
    digest,
    sizes,
    storage_path,
    write_atomic,
)
from synth_assets.storage.published import Published
from synth_assets.storage.versions import BucketVersions, DiskVersions, Versions

DEFAULT_DATA_DIR = "data"
DATA_DIR_VARIABLE = "SYNTH_ASSETS_DATA_DIR"


def data_dir(address: str | Path | None = None) -> StoragePath:
    """The data directory, on disk or in an object store: `address`, or SYNTH_ASSETS_DATA_DIR, or `data`.

    Raises:
        UsageProblem: `address` is empty, as from a script's unset variable, or leads nowhere.
    """
    if address == "":
        raise UsageProblem("the data directory is an empty text: leave it out, or name one")
    return storage_path(address or os.environ.get(DATA_DIR_VARIABLE) or DEFAULT_DATA_DIR)


def versions_kept() -> int:
    """How many earlier versions stay beside the current one: SYNTH_ASSETS_KEEP_VERSIONS, or one.

    Raises:
        UsageProblem: it is no such number.
    """
    text = os.environ.get(KEEP_VARIABLE) or "1"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_VERSIONS:
        raise UsageProblem(
            f"{KEEP_VARIABLE} is {text!r}, but must be a whole number from 1 to {MOST_VERSIONS:,}"
        )
    return int(text)


DOCUMENT = ".catalogue.json"
"""File with the version that the catalogue names, of each table."""

CONFIG = "config"
"""Key of that file: the configuration that the versions were made from."""

EARLIER = ".earlier.json"
"""File with what that file said before, the last first."""

EARLIER_KEY = "earlier"

KEEP_VARIABLE = "SYNTH_ASSETS_KEEP_VERSIONS"
MOST_VERSIONS = 1_000

SCENARIO = "scenario.json"
"""File with the scenario of the tables."""

RUN = ".run"
"""File with the id of the Dagster run that wrote the scenario; empty for the command line's."""


class Store:
    """The published tables of one world under a data directory.

    Attributes:
        declared: the world.
        remedy: the command that makes what is missing, which errors recommend.
        mend: gives the command that makes a damaged table again, from the current scenario.
    """

    def __init__(
        self,
        world: World,
        root: StoragePath,
        remedy: str | None = None,
        mend: Callable[[str], str] | None = None,
    ) -> None:
        self.declared = world
        self.root = root
        self.remedy = remedy or f"synth-assets generate {world.name}"
        self.mend = mend or (lambda _: self.remedy)
        self.home = root / world.name
        self._versions: Versions = (
            BucketVersions(self.home) if isinstance(self.home, ObjectPath) else DiskVersions(self.home)
        )

    @cached_property
    def world(self) -> World:
        """The world as the current scenario has it, see `World.of`; as it is declared before there is one."""
        try:
            return self.scenario().world
        except Problem:
            return self.declared

    # --- scenario -------------------------------------------------------------------------------------

    def recall_plan(self, config: WorldConfig) -> bool:
        """Let be known what is planned of the history that a configuration goes on with: True where it is
        kept."""
        windows = self.declared.windows(config)
        if not (windows and windows.kept) or config.day < config.start:
            return False
        history = with_versions(self.declared, config)
        return recall_plan(carried_dir(self.home, history), config, windows.kept)

    def write_scenario(self, scenario: Scenario, run: str = "") -> None:
        """Make a scenario the current one, by a run of Dagster or none; only while the store is locked."""
        if scenario.world.windows(scenario.config):
            sweep_carried(self.home, scenario)
        write_atomic(self.home / RUN, run.encode())
        write_atomic(self.home / SCENARIO, scenario.text.encode())
        self.world = scenario.world

    def refuse_scenario_of_another(self, run: str) -> None:
        """See that the current scenario is still the one that a run of Dagster wrote.

        Raises:
            Problem: another run, or `synth-assets generate`, has replaced it since.
        """
        try:
            writer = (self.home / RUN).read_text(encoding="utf-8")
        except (FileNotFoundError, ValueError):
            writer = ""
        if writer != run:
            who = f"the run {writer}" if writer else "synth-assets generate"
            raise Problem(
                f"{self.declared.name}: {who} has replaced the scenario of this run meanwhile, so nothing "
                "more is published. Wait for it, then run again"
            )

    def scenario(self) -> Scenario:
        """The current scenario; a Problem where there is none."""
        path = self.home / SCENARIO
        try:
            return load_scenario(self.declared, path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Problem(f"{self.declared.name}: nothing in {self.root} yet. Run: {self.remedy}") from None
        except OSError as error:
            raise Problem(f"{path} cannot be read: {first_line(error)}: {ELSEWHERE}") from None
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{path} is damaged or of another version. Run: {self.remedy}") from None

    # --- writing --------------------------------------------------------------------------------------

    def lock(self, wait: bool = False) -> AbstractContextManager[None]:
        """Hold the world's directory alone, with what a killed run left behind swept away.

        Raises:
            UsageProblem: the number of versions to keep is none.
            Problem: another run holds it and `wait` is false.
        """
        versions_kept()
        return self._versions.lock(wait)

    def staging_dir(self, scenario: Scenario, table: Table) -> StoragePath:
        """The directory in which a table's parts are written before they are published.

        Raises:
            Problem: what has the table's name was put there by somebody else.
        """
        return self._versions.staging_dir(scenario.id, table.name)

    def staged(self, scenario: Scenario, table: Table, parts: list[Part]) -> Published:
        """The staged parts of a table, as they will be published."""
        content = sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
        windows = scenario.world.window_count(scenario.config, table)
        return Published(self.staging_dir(scenario, table), scenario.id, content, tuple(parts), windows)

    def publish(self, scenario: Scenario, table: Table, parts: list[Part]) -> Published:
        """Make the staged parts of a table its current version, in one step.

        Raises:
            Problem: parts are not in order, or not all of them are where they were written.
        """
        self.check_order(table, parts)
        made = self.staged(scenario, table, parts)
        content, staged = made.content, made.path
        self._check_presence(table, staged, parts)
        document = {
            "table": table.name,
            "scenario": scenario.id,
            "content": content,
            "parts": [part.as_document() for part in parts],
        } | self._growth_of(scenario, table)
        write_atomic(staged / "_table.json", json.dumps(document, indent=1).encode())

        def intact(path: StoragePath) -> bool:
            return _intact(path, document, parts)

        before = self._versions.current(table.name) if isinstance(self.home, Path) else None
        path = self._versions.publish(scenario.id, table.name, content, intact)
        if before and before != path:  # without the catalogue, too, versions do not pile up
            kept = {before, *self.catalogued().values(), *self.earlier_paths()}
            self._versions.prune(kept, [table.name])
        return replace(made, path=path)

    def _growth_of(self, scenario: Scenario, table: Table) -> dict[str, Any]:
        """What a later night needs to know of a version: which of its first parts no later day changes."""
        if not scenario.history:
            return {}
        world, config = scenario.world, scenario.config
        grown = {"settled": world.settled_parts(config, table), "windows": world.window_count(config, table)}
        return {"history": scenario.history, "as_of": str(config.day), **grown}

    def current(self, name: str) -> StoragePath:
        """Where the current version of a table is, or would be."""
        return self._versions.current(name)

    def turn_back(self, versions: Mapping[str, Path | None]) -> None:
        """Let earlier versions on a disk, by table and below the world's directory, be the current ones."""
        if isinstance(self._versions, DiskVersions):
            for name, version in versions.items():
                self._versions.turn(name, version)

    def check_order(self, table: Table, parts: list[Part]) -> None:
        """Keys ascend from block to block, unless those of a table's blocks may overlap; ids are of one
        length, so text order is number order."""
        if table.keys_overlap:
            return
        filled = [block for part in parts for block in part.ends if block.rows]
        for before, after in pairwise(filled):
            if _not_ascending(before.last_key, after.first_key):
                raise Problem(
                    f"{self.label(table.name)}: {table.key.name} {after.first_key} comes after "
                    f"{before.last_key}: a bug, please report"
                )

    def _check_presence(self, table: Table, staged: StoragePath, parts: list[Part]) -> None:
        """All parts are there, also those that other hosts wrote."""
        found = sizes(staged)
        for number, part in enumerate(parts):
            if found.get(part_name(number)) != part.bytes:
                raise Problem(
                    f"{staged / part_name(number)} is not there as it was written: every host must see the "
                    f"same data directory, and only one run at a time may write {self.label(table.name)}"
                )

    def catalogued(self) -> dict[str, StoragePath]:
        """The versions that the catalogue names, by table; nothing before the first flip."""
        return self.paths_in(self.catalogue_document())

    def paths_in(self, document: Mapping[str, Any]) -> dict[str, StoragePath]:
        """The versions that a document of the catalogue names, by table."""
        known = {table.name for table in self.declared.tables}
        named = ((name, path) for name, path in document.items() if name in known and isinstance(path, str))
        return {name: self.home / path for name, path in named}

    def earlier(self) -> list[dict[str, Any]]:
        """What the catalogue's document said before, the last first."""
        try:
            found = read_document((self.home / EARLIER).read_text(encoding="utf-8"))[EARLIER_KEY]
        except (FileNotFoundError, ValueError, KeyError):
            return []
        return (
            [document for document in found if isinstance(document, dict)] if isinstance(found, list) else []
        )

    def earlier_paths(self) -> set[StoragePath]:
        """The versions that are kept beside the current ones."""
        return {path for document in self.earlier() for path in self.paths_in(document).values()}

    def remember(self, document: dict[str, Any]) -> None:
        """Keep what the catalogue names now, beside what it named before."""
        earlier = [other for other in self.earlier() if other != document]
        kept = {EARLIER_KEY: [document, *earlier][: versions_kept()]}
        write_atomic(self.home / EARLIER, json.dumps(kept, indent=1).encode())

    def catalogue_document(self) -> dict[str, Any]:
        """What the last flip wrote; nothing before it, or when somebody has changed it by hand."""
        try:
            return read_document((self.home / DOCUMENT).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}

    def prune(self, keep: set[StoragePath]) -> None:
        """Remove versions that are neither current nor in `keep`."""
        self._versions.prune(keep, [table.name for table in self.world.tables])

    def below_home(self, published: Published) -> str:
        """Where a version is under the world's directory."""
        return str(published.path).removeprefix(f"{self.home}/")

    # --- reading --------------------------------------------------------------------------------------

    def published(self, name: str, scenario: Scenario | None = None, allow_edits: bool = False) -> Published:
        """The current version of a table, checked for presence, size and, if given, its scenario.

        With `allow_edits` parts need only be readable: for judging files that somebody changed by hand.

        Raises:
            Problem: it is missing, damaged or from another scenario; the message says what to run.
        """
        found = self._in_force(name)
        if scenario and found.scenario != scenario.id:
            raise Problem(
                f"{self.label(name)} was made for another scenario ({found.scenario}, now {scenario.id}). "
                f"Run: {self.mend(name)}"
            )
        stand = sizes(found.path)
        names = [part_name(number) for number in range(len(found.parts))]
        strays = _part_names(stand).difference(names)
        if strays and not allow_edits:
            raise Problem(f"{found.path / min(strays)} is not a part of the table. Run: {self.mend(name)}")
        for file, part in zip(names, found.parts, strict=True):
            if file not in stand:
                raise Problem(f"{found.path / file} is missing. Run: {self.mend(name)}")
            if allow_edits:
                PartReader(found.path / file, self.remedy).read([])
            elif stand[file] != part.bytes:
                raise Problem(f"{found.path / file} is not as long as it was written. Run: {self.mend(name)}")
        return found

    def _in_force(self, name: str) -> Published:
        """What a table's document says of its current version."""
        path: StoragePath = self.home / name
        try:
            path = self._versions.current(name)
            document = read_document((path / "_table.json").read_text(encoding="utf-8"))
            if document["table"] != name:
                raise Problem(
                    f"{self.home / name} points to a version of another table. Run: {self.mend(name)}"
                )
            parts = tuple(map(Part.from_document, document["parts"]))
            windows = document.get("windows", 1)
            return Published(path, document["scenario"], document["content"], parts, windows)
        except FileNotFoundError:
            raise Problem(f"{self.label(name)} has not been materialised. Run: {self.remedy}") from None
        except OSError as error:
            raise Problem(
                f"{error.filename or path} cannot be read: {first_line(error)}: {ELSEWHERE}"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{path / '_table.json'} is damaged. Run: {self.mend(name)}") from None

    def block(self, published: Published, block: int) -> PartReader | JoinedReader:
        """The reader of one block of a version; it refuses other bytes than were written."""
        files, parts = published.files, published.parts
        found = [
            PartReader.of_block(files[number], parts[number], place, self.remedy)
            for number, place in published.located(block)
        ]
        return found[0] if len(found) == 1 else JoinedReader(found)

    def refuse_damage(self, published: Published) -> None:
        """See that all parts of a version hold what was written, for who reads them without `block`.

        Raises:
            Problem: one is missing, damaged or holds other bytes.
        """
        for path, part in zip(published.files, published.parts, strict=True):
            PartReader(path, self.remedy, part.sha256).refuse_damage()

    def label(self, name: str) -> str:
        """A table's name for people."""
        return f"{self.declared.name}/{name}"


def _intact(path: StoragePath, document: Mapping[str, object], parts: list[Part]) -> bool:
    """Whether a version's files hold what was written, and there are no others."""
    hashes = {part_name(number): part.sha256 for number, part in enumerate(parts)}
    try:
        return (
            read_document((path / "_table.json").read_text(encoding="utf-8")) == document
            and _part_names(sizes(path)) == set(hashes)
            and all(digest(path / name) == expected for name, expected in hashes.items())
        )
    except (OSError, ValueError):
        return False


def _part_names(names: Iterable[str]) -> set[str]:
    return {name for name in names if re.fullmatch(r"part-.*\.parquet", name)}


def _not_ascending(before: str | int, after: str | int) -> bool:
    """Whether two keys of one column, which are both texts or both numbers, do not ascend."""
    return bool(before >= after)  # type: ignore[operator]
