"""Generating a whole world: block by block to Parquet, or in memory."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from synth_assets.generation.blocks import make_block
from synth_assets.generation.engines import MapBlocks, in_this_process
from synth_assets.model.config import WorldConfig
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.scenario.resolve import Scenario
from synth_assets.storage import catalogue
from synth_assets.storage.parquet import Part, part_name, write_part
from synth_assets.storage.paths import Place, first_line
from synth_assets.storage.store import Published, Store

if TYPE_CHECKING:
    import pandas as pd


class _Task(NamedTuple):
    """One block of one root, as it is sent to a worker; `staged` says where each table's part goes."""

    world: World
    config: WorldConfig
    root: str
    rows: range
    block: int
    staged: dict[str, Place]


def write_world(
    scenario: Scenario,
    data_dir: Place,
    map_blocks: MapBlocks = in_this_process,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Published]:
    """Generate every table of a scenario, publish them, and flip the catalogue.

    Args:
        scenario: what to generate.
        data_dir: where `<world>/<table>` and the catalogue stand.
        map_blocks: who makes the blocks, see `engines.engine`; the bytes are the same.
        progress: called after each block with the blocks done and all blocks.

    Raises:
        Problem: the directory is in use, full or not writable; what was published before stays.
    """
    store = Store(scenario.world, data_dir)
    with said_in_words(data_dir), store.locked():
        staged = {table.name: store.stage(scenario, table) for table in scenario.world.tables}
        tasks = [
            _Task(scenario.world, scenario.config, root, rows, block, staged)
            for root in scenario.world.roots
            for block, rows in enumerate(scenario.world.blocks(scenario.config, root))
        ]
        parts: dict[str, list[Part]] = {table.name: [] for table in scenario.world.tables}
        with closing(map_blocks(_write_block, tasks)) as blocks:
            for done, written in enumerate(blocks, start=1):
                for name, part in written.items():
                    parts[name].append(part)
                if progress:
                    progress(done, len(tasks))
        store.write_scenario(scenario)
        published = {
            table.name: store.publish(scenario, table, parts[table.name]) for table in scenario.world.tables
        }
        catalogue.flip(store, scenario)
    return published


def _write_block(task: _Task) -> dict[str, Part]:
    world = task.world
    with naming_the_block(world.name, task.block, task.rows):
        made = make_block(world, task.config, task.root, task.rows)
        return {
            name: write_part(world.table(name), rows, task.staged[name] / part_name(task.block))
            for name, rows in made.items()
        }


@contextmanager
def naming_the_block(label: str, block: int, rows: range) -> Iterator[None]:
    """Say of an error that nobody foresaw in which block it came up.

    Raises:
        Problem: the error with the block; problems and errors of the system stay what they are.
    """
    try:
        yield
    except (Problem, OSError):
        raise
    except Exception as error:
        place = f"block {block} (rows {rows.start:,} to {rows.stop:,})"
        raise Problem(f"{label}: {error!r} in {place}: a bug, please report") from error


@contextmanager
def said_in_words(
    directory: Place, remedy: str = "use another --data-dir or lower the counts"
) -> Iterator[None]:
    """Turn the system's errors while writing to `directory` into one line; `remedy` helps a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC and isinstance(directory, Path):
            disk = os.statvfs(directory)
            raise Problem(
                f"no space left in {directory} ({disk.f_bavail * disk.f_frsize // 2**20} MiB and "
                f"{disk.f_favail:,} files free): every file stands whole, old or new; "
                f"free some space, {remedy}"
            ) from None
        raise Problem(f"cannot write to {error.filename or directory}: {first_line(error)}") from None


@dataclass(frozen=True)
class Dataset:
    """A generated world in memory.

    Attributes:
        scenario: what it was made from.
        tables: every table by name, as in Parquet: money in cents.
    """

    scenario: Scenario
    tables: dict[str, pa.Table]

    @property
    def truth(self) -> pa.Table:
        """The manifest: one row a label."""
        return self.tables[self.scenario.world.manifest.name]

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a pandas frame."""
        return self.tables[name].to_pandas()


def in_memory(scenario: Scenario) -> Dataset:
    """Generate every table of a scenario in memory."""
    world = scenario.world
    parts: dict[str, list[pa.Table]] = {table.name: [] for table in world.tables}
    for root in world.roots:
        for rows in world.blocks(scenario.config, root):
            for name, made in make_block(world, scenario.config, root, rows).items():
                parts[name].append(made)
    return Dataset(scenario, {name: pa.concat_tables(made) for name, made in parts.items()})
