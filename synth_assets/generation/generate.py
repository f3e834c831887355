"""Generating a whole world: block by block to Parquet, or in memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from synth_assets.generation.blocks import growing_tables, make_block
from synth_assets.generation.file_task import BuiltFile, FileTask, build, file_tasks
from synth_assets.generation.map_blocks import MapBlocks, in_this_process
from synth_assets.model.errors import UsageProblem
from synth_assets.model.table import Table
from synth_assets.scenario.explain import nearest
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage import catalogue
from synth_assets.storage.history import keep_parts, keep_unchanged, refuse_going_back
from synth_assets.storage.parquet import Part
from synth_assets.storage.paths import StoragePath, translate_os_errors
from synth_assets.storage.publication import publication, take_back
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Step(NamedTuple):
    """How far a world is: in blocks; where one block is all in tables, or in their parts.

    Attributes:
        done, total: blocks, tables or parts.
        unit: "block", "table" or "part".
        making: the table that is being made, where blocks are not counted; "" at the end.
    """

    done: int
    total: int
    unit: str
    making: str = ""


Progress = Callable[[Step], None]
"""Is told every step of a world."""


def write_world(
    scenario: Scenario,
    data_dir: StoragePath,
    map_blocks: MapBlocks = in_this_process,
    progress: Progress = lambda _: None,
) -> dict[str, Published]:
    """Generate every table of a scenario, publish them, and flip the catalogue.

    Args:
        scenario: what to generate.
        data_dir: where `<world>/<table>` and the catalogue are.
        map_blocks: who makes the files, see `engines.engine`; the bytes are the same. A world of one block
            is made in this process: there is nothing to share out.
        progress: is told how far it is.

    Raises:
        Problem: the directory is in use, full or not writable; what was published before stays.
    """
    store = Store(scenario.world, data_dir)
    with translate_os_errors(data_dir), store.lock():
        take_back(store)
        refuse_going_back(store, scenario)
        parts = _kept(store, scenario)
        kept = {name: len(of_table) for name, of_table in parts.items()}
        tasks = list(_tasks(store, scenario, parts))
        with closing(_built(tasks, map_blocks, progress)) as blocks:
            for built in blocks:
                for name, made in built.parts.items():
                    parts[name] |= made
        published = {}
        with publication(store):
            store.write_scenario(scenario)
            for table in scenario.world.tables:
                of_table = [part for _, part in sorted(parts[table.name].items())]
                keep_unchanged(store, scenario, table, of_table, kept[table.name])
                published[table.name] = store.publish(scenario, table, of_table)
            catalogue.flip(store, scenario)
    return published


def _kept(store: Store, scenario: Scenario) -> dict[str, dict[int, Part]]:
    """The parts of each table that are published already, by number: as many of all tables that are made
    together and settle together."""
    world, config = scenario.world, scenario.config
    kept: dict[str, dict[int, Part]] = {}
    for tables in world.roots.values():
        growing = growing_tables(world, config, tables)
        alike: dict[tuple[bool, int], list[Table]] = {}
        for table in tables:
            alike.setdefault((table in growing, world.settled_parts(config, table)), []).append(table)
        for together in alike.values():
            most: int | None = None
            for table in together:
                parts = keep_parts(store, scenario, table, most)
                kept[table.name] = dict(enumerate(parts))
                most = len(parts)
            kept |= {table.name: dict(list(kept[table.name].items())[:most]) for table in together}
    return kept


def _tasks(store: Store, scenario: Scenario, kept: dict[str, dict[int, Part]]) -> Iterator[FileTask]:
    """Every file of a world that is not kept: the tables of a root are built together."""
    for root, tables in scenario.world.roots.items():
        staged = {table.name: store.staging_dir(scenario, table) for table in tables}
        growing = growing_tables(scenario.world, scenario.config, tables)
        of_windows = {table.name: len(kept[table.name]) for table in growing}
        whole = next(table for table in tables if table not in growing)
        yield from file_tasks(scenario, root, staged, {}, store.home, len(kept[whole.name]), of_windows)


def _built(
    tasks: list[FileTask], map_blocks: MapBlocks, progress: Progress
) -> Generator[BuiltFile, None, None]:
    """The files, in their order. One block alone is made in this process, where each of its tables can be
    told."""
    total = sum(len(task.blocks) for task in tasks)
    if total == 1:
        (task,) = tasks
        told, parts = count(), sum(len(task.part_numbers(name)) for name in task.staged)
        unit = "part" if parts > len(task.staged) else "table"
        yield build(task, lambda name: progress(Step(next(told), parts, unit, name)))
        progress(Step(parts, parts, unit))
        return
    with closing(map_blocks(build, tasks)) as blocks:
        done = 0
        for built in blocks:
            yield built
            done += built.blocks
            progress(Step(done, total, "block"))


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
        """A table as a pandas frame; days and moments are `datetime64`, an empty day is `NaT`.

        Raises:
            UsageProblem: the world has no such table; the message lists them.
        """
        if name not in self.tables:
            known, world = ", ".join(self.tables), self.scenario.world.name
            hint = nearest(name, self.tables)
            raise UsageProblem(f"{world}: unknown table {name!r}{hint} (tables: {known})")
        return self.tables[name].to_pandas(date_as_object=False)


def in_memory(scenario: Scenario) -> Dataset:
    """Generate every table of a scenario in memory."""
    world = scenario.world
    parts: dict[str, list[pa.Table]] = {table.name: [] for table in world.tables}
    for root in world.roots:
        for rows in world.blocks(scenario.config, root):
            for name, made in make_block(world, scenario.config, root, rows).items():
                parts[name].append(made)
    return Dataset(scenario, {name: _whole(world.table(name), made) for name, made in parts.items()})


def _whole(table: Table, parts: list[pa.Table]) -> pa.Table:
    """All rows of a table, by key."""
    rows = pa.concat_tables(parts)
    return rows.sort_by(table.key.name) if table.keys_overlap else rows
