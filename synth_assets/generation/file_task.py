"""A file of each of some tables, made block by block: what a worker is sent, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from time import process_time
from types import MappingProxyType
from typing import NamedTuple

from synth_assets.generation.blocks import (
    BlockTable,
    Pointers,
    check_block,
    check_keys,
    make_table,
    make_windows,
)
from synth_assets.generation.facts import KEPT, Facts
from synth_assets.generation.garbage import not_collected
from synth_assets.generation.map_blocks import with_block_context
from synth_assets.model.config import WorldConfig
from synth_assets.model.joined_rows import JoinedRows
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.carried import carried_dir
from synth_assets.storage.parquet import Part, PartWriter, part_name, part_writer
from synth_assets.storage.part_reader import PartReader
from synth_assets.storage.paths import StoragePath


class StandingPart(NamedTuple):
    """A part that was built before: where it is, what it holds, and the command that mends it."""

    path: StoragePath
    part: Part
    mend: str


class FileTask(NamedTuple):
    """Some blocks to build: all tables of a root together, or one of them from the parts of its parents.

    Attributes:
        world: the world.
        config: the scenario's configuration.
        file: the number of the part.
        first_block: the number of its first block.
        blocks: root rows of each of its blocks.
        staged: the directory that each table is written to, by name, in order of lineage.
        parents: of the tables that were built before, by name, the same parts.
        files: of how many files of a table it is one; where rows come window by window, each window has as
            many.
        windows_kept: by such a table, windows whose part stands already.
        carried: where windows keep what they carry over; None for nowhere.
    """

    world: World
    config: WorldConfig
    file: int
    first_block: int
    blocks: Sequence[range]
    staged: Mapping[str, StoragePath]
    parents: Mapping[str, Sequence[StandingPart]]
    files: int = 1
    windows_kept: Mapping[str, int] = MappingProxyType({})
    carried: StoragePath | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all tables of the root are built together."""
        root = self.world.root(self.world.table(next(iter(self.staged))))
        return len(self.staged) == len(self.world.roots[root])

    def windows(self, name: str) -> range:
        """The windows to build of a table; none where its rows do not come so."""
        found = self.world.windows_of(self.config, self.world.table(name))
        return range(self.windows_kept.get(name, 0), found.count(self.config)) if found else range(0)

    def part_numbers(self, name: str) -> list[int]:
        """The numbers of the parts to build of a table."""
        if self.grows(name):
            return [number * self.files + self.file for number in self.windows(name)]
        return [self.file]

    def grows(self, name: str) -> bool:
        """Whether a table's rows come window by window."""
        return self.world.windows_of(self.config, self.world.table(name)) is not None


def file_tasks(
    scenario: Scenario,
    root: str,
    staged: Mapping[str, StoragePath],
    parents: Mapping[str, Sequence[StandingPart]],
    home: StoragePath,
    kept: int,
    kept_of_windows: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[FileTask]:
    """The files of a root's tables that are not kept, or the files of one of them.

    Args:
        scenario: what is made.
        root: it.
        staged: as in the task.
        parents: all parts of each table that was built before.
        home: the world's directory.
        kept: files that stand already.
        kept_of_windows: by table whose rows come window by window, parts that stand already: those of a
            window are behind those of the one before.
    """
    world, config = scenario.world, scenario.config
    blocks, files = world.blocks(config, root), world.files(config, root)
    for file, held in list(enumerate(files))[kept:]:
        yield FileTask(
            world,
            config,
            file,
            held.start,
            blocks[held.start : held.stop],
            staged,
            {name: parts[file :: len(files)] for name, parts in parents.items()},
            len(files),
            {name: len(range(file, kept, len(files))) for name, kept in kept_of_windows.items()},
            carried_dir(home, scenario) if world.windows(config) else None,
        )


class BuiltFile(NamedTuple):
    """Blocks that were built: how many, the parts of each table by their numbers, and CPU seconds."""

    blocks: int
    parts: dict[str, dict[int, Part]]
    cpu_seconds: float


Writers = Mapping[str, Mapping[int, PartWriter]]
"""What writes each part of each table, by its number."""


def build(task: FileTask, making: Callable[[str], None] | None = None) -> BuiltFile:
    """Make and write some blocks, one in memory at a time, of which a history has a few windows in memory;
    `making` is told the name of each table before it is made, or before a window of it is written.

    Tables that are built together are checked as they are made. A table that is built alone is checked as a
    whole before it is published; its block's facts are kept for the other tables.

    Raises:
        Problem: a parent's part is missing or damaged, or a fault in this package, with the block's number.
    """
    started = process_time()
    with not_collected(), ExitStack() as stack:
        writers = {
            name: {
                number: stack.enter_context(
                    part_writer(task.world.table(name), directory / part_name(number))
                )
                for number in task.part_numbers(name)
            }
            for name, directory in task.staged.items()
        }
        for place in range(len(task.blocks)):
            _build_block(task, place, writers, making)
    parts = {name: {number: writer.part for number, writer in of.items()} for name, of in writers.items()}
    return BuiltFile(len(task.blocks), parts, process_time() - started)


def _build_block(task: FileTask, place: int, writers: Writers, making: Callable[[str], None] | None) -> None:
    """Make the block at a place among the task's, and write its tables."""
    world, config, rows = task.world, task.config, task.blocks[place]
    facts = (
        Facts(world, config, rows, task.carried)
        if task.is_whole
        else KEPT.get(world, config, rows, task.carried)
    )
    label = world.name if task.is_whole else f"{world.name}/{next(iter(task.staged))}"
    made: dict[str, BlockTable] = {}
    with with_block_context(label, task.first_block + place, rows):
        pointers = Pointers(world.tables)
        parents = _standing(task, place) | _build_windows(task, place, facts, writers, pointers, making)
        grown = pointers.keys(world, task.windows_kept)
        for name in task.staged:
            if task.grows(name):
                continue
            if making:
                making(name)
            table = world.table(name)
            made[name] = BlockTable(make_table(world, config, table, rows, parents | made, facts))
            if task.is_whole:
                check_block(world, config, table, made, grown)
            writers[name][task.file].write(made[name].rows)
        pointers.check(world, config, made | grown)


def _build_windows(
    task: FileTask,
    place: int,
    facts: Facts,
    writers: Writers,
    pointers: Pointers,
    making: Callable[[str], None] | None,
) -> dict[str, Rows]:
    """Make and write the windows of a block; take note of what they refer to, and give what the other tables
    of the block read of them."""
    world, config, windows = task.world, task.config, task.world.windows(task.config)
    tables = [world.table(name) for name in task.staged if task.grows(name)]
    if windows is None or not tables:
        return {}
    built = {table.name: task.windows(table.name) for table in tables}
    first = min(windows_of.start for windows_of in built.values())
    numbers = range(min(windows.read(config), first) if task.is_whole else first, windows.count(config))
    recent: dict[str, list[Rows]] = {table.name: [] for table in tables}

    def above(number: int) -> dict[str, Rows]:
        return {
            name: _of_block(parts[number], place) for name, parts in task.parents.items() if task.grows(name)
        }

    def asked(number: int) -> list[Table]:
        is_read = task.is_whole and number >= windows.read(config)
        return [table for table in tables if is_read or number in built[table.name]]

    for number, made in make_windows(world, config, asked, task.blocks[place], facts, numbers, above):
        for table in asked(number):
            rows = made[table.name]
            if number in built[table.name]:
                if making:
                    making(table.name)
                writers[table.name][number * task.files + task.file].write(rows.rows)
                if task.is_whole:
                    check_keys(world, table, rows)
                    pointers.add(table, rows)
            if number >= windows.read(config):
                recent[table.name].append(rows)
    return {table.name: JoinedRows(table.key.name, recent[table.name]) for table in tables if task.is_whole}


def _standing(task: FileTask, place: int) -> dict[str, Rows]:
    """The rows of a block that stand already: of tables that grow window by window those that others read."""
    windows, found = task.world.windows(task.config), dict[str, Rows]()
    for name, parts in task.parents.items():
        if windows and task.grows(name):
            some = [_of_block(part, place) for part in parts[windows.read(task.config) :]]
            found[name] = JoinedRows(task.world.table(name).key.name, some)
        else:
            found[name] = _of_block(parts[0], place)
    return found


def _of_block(of: StandingPart, place: int) -> PartReader:
    return PartReader.of_block(of.path, of.part, place, of.mend)
