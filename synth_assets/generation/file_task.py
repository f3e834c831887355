"""A file of each of some tables, made block by block: what a worker is sent, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from time import process_time
from typing import NamedTuple

from synth_assets.generation.blocks import BlockTable, check_block, make_table
from synth_assets.generation.facts import KEPT, Facts
from synth_assets.generation.map_blocks import with_block_context
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Rows
from synth_assets.model.world import World
from synth_assets.storage.parquet import Part, PartWriter, part_name, part_writer
from synth_assets.storage.part_reader import PartReader
from synth_assets.storage.paths import StoragePath


class FileTask(NamedTuple):
    """Some blocks to build: all tables of a root together, or one of them from the parts of its parents.

    Attributes:
        world: the world.
        config: the scenario's configuration.
        file: the number of the part.
        first_block: the number of its first block.
        blocks: root rows of each of its blocks.
        staged: the directory that each table is written to, by name, in order of lineage.
        parents: of the tables that were built before, by name, where the same part is, what it holds, and the
            command that mends it.
    """

    world: World
    config: WorldConfig
    file: int
    first_block: int
    blocks: Sequence[range]
    staged: Mapping[str, StoragePath]
    parents: Mapping[str, tuple[StoragePath, Part, str]]

    @property
    def is_whole(self) -> bool:
        """Whether all tables of the root are built together."""
        root = self.world.root(self.world.table(next(iter(self.staged))))
        return len(self.staged) == len(self.world.roots[root])


class BuiltFile(NamedTuple):
    """Blocks that were built: how many, a part for each table, and CPU seconds."""

    blocks: int
    parts: dict[str, Part]
    cpu_seconds: float


def build(task: FileTask, making: Callable[[str], None] | None = None) -> BuiltFile:
    """Make and write some blocks, one in memory at a time; `making` is told the name of each table before it
    is made.

    Tables that are built together are checked as they are made. A table that is built alone is checked as a
    whole before it is published; its block's facts are kept for the other tables.

    Raises:
        Problem: a parent's part is missing or damaged, or a fault in this package, with the block's number.
    """
    started = process_time()
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(part_writer(task.world.table(name), directory / part_name(task.file)))
            for name, directory in task.staged.items()
        }
        for place in range(len(task.blocks)):
            _build_block(task, place, writers, making)
    parts = {name: writer.part for name, writer in writers.items()}
    return BuiltFile(len(task.blocks), parts, process_time() - started)


def _build_block(
    task: FileTask, place: int, writers: Mapping[str, PartWriter], making: Callable[[str], None] | None
) -> None:
    """Make the block at a place among the task's, and write its tables."""
    world, config, rows = task.world, task.config, task.blocks[place]
    facts = Facts(world, config, rows) if task.is_whole else KEPT.get(world, config, rows)
    label = world.name if task.is_whole else f"{world.name}/{next(iter(task.staged))}"
    parents: dict[str, Rows] = {
        name: PartReader.of_block(path, part, place, mend)
        for name, (path, part, mend) in task.parents.items()
    }
    made: dict[str, BlockTable] = {}
    with with_block_context(label, task.first_block + place, rows):
        for name, writer in writers.items():
            if making:
                making(name)
            table = world.table(name)
            made[name] = BlockTable(make_table(world, config, table, rows, parents | made, facts))
            if task.is_whole:
                check_block(world, config, table, made)
            writer.write(made[name].rows)
