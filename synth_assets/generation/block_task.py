"""One block of some tables, made and written: what an engine's worker is sent, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import process_time
from typing import NamedTuple

from synth_assets.generation.blocks import BlockTable, check_block, make_table
from synth_assets.generation.facts import KEPT, Facts
from synth_assets.generation.map_blocks import with_block_context
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Rows
from synth_assets.model.world import World
from synth_assets.storage.parquet import Part, PartReader, part_name, write_part
from synth_assets.storage.paths import StoragePath


class BlockTask(NamedTuple):
    """A block to build: all tables of a root together, or one of them from the parts of its parents.

    Attributes:
        world: the world.
        config: the scenario's configuration.
        rows: root rows of the block.
        block: its number.
        staged: the directory that each table is written to, by name, in order of lineage.
        parents: of the tables that were built before, by name, the part, the SHA-256 of its bytes, and the
            command that mends it.
    """

    world: World
    config: WorldConfig
    rows: range
    block: int
    staged: Mapping[str, StoragePath]
    parents: Mapping[str, tuple[StoragePath, str, str]]

    @property
    def is_whole(self) -> bool:
        """Whether all tables of the root are built together."""
        root = self.world.root(self.world.table(next(iter(self.staged))))
        return len(self.staged) == len(self.world.roots[root])


class BuiltBlock(NamedTuple):
    """A block that was built: a part for each table, and CPU seconds."""

    parts: dict[str, Part]
    cpu_seconds: float


def build(task: BlockTask, making: Callable[[str], None] | None = None) -> BuiltBlock:
    """Make and write a block; `making` is told the name of each table before it is made.

    Tables that are built together are checked as they are made. A table that is built alone is checked as a
    whole before it is published; its block's facts are kept for the other tables.

    Raises:
        Problem: a parent's part is missing or damaged, or a fault in this package, with the block's number.
    """
    started = process_time()
    world, config, rows = task.world, task.config, task.rows
    facts = Facts(world, config, rows) if task.is_whole else KEPT.get(world, config, rows)
    label = world.name if task.is_whole else f"{world.name}/{next(iter(task.staged))}"
    parents: dict[str, Rows] = {
        name: PartReader(path, mend, sha256) for name, (path, sha256, mend) in task.parents.items()
    }
    made: dict[str, BlockTable] = {}
    parts = {}
    with with_block_context(label, task.block, rows):
        for name, directory in task.staged.items():
            if making:
                making(name)
            table = world.table(name)
            made[name] = BlockTable(make_table(world, config, table, rows, parents | made, facts))
            if task.is_whole:
                check_block(world, config, table, made)
            parts[name] = write_part(table, made[name].rows, directory / part_name(task.block))
    return BuiltBlock(parts, process_time() - started)
