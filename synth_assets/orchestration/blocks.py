"""One block of one table, from its parents' parts of the same block: what an engine's worker is sent."""

from __future__ import annotations

from time import process_time
from typing import NamedTuple

from synth_assets.generation.blocks import make_table
from synth_assets.generation.facts import KEPT
from synth_assets.generation.map_blocks import with_block_context
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.storage.parquet import Part, PartReader, part_name, write_part
from synth_assets.storage.paths import StoragePath


class BlockTask(NamedTuple):
    """A block to build.

    Attributes:
        world: the world.
        table: name of the table.
        config: the scenario's configuration.
        rows: root rows of the block.
        block: its number.
        parents: the part of each table that it is made from, and the SHA-256 of its bytes.
        staged: the directory that it is written to.
        remedy: the command that mends a parent.
    """

    world: World
    table: str
    config: WorldConfig
    rows: range
    block: int
    parents: dict[str, tuple[StoragePath, str]]
    staged: StoragePath
    remedy: str


class BuiltPart(NamedTuple):
    """A block that was built: its part, and CPU seconds."""

    part: Part
    cpu_seconds: float


def build(task: BlockTask) -> BuiltPart:
    """Make and write a block.

    Raises:
        Problem: a parent's part is missing or damaged, or a fault in this package, with the block's number.
    """
    started = process_time()
    table = task.world.table(task.table)
    name = part_name(task.block)
    parents = {
        parent: PartReader(path, task.remedy, sha256) for parent, (path, sha256) in task.parents.items()
    }
    with with_block_context(f"{task.world.name}/{task.table}", task.block, task.rows):
        made = make_table(
            task.world, task.config, table, task.rows, parents, KEPT.of(task.world, task.config, task.rows)
        )
        part = write_part(table, made, task.staged / name)
    return BuiltPart(part, process_time() - started)
