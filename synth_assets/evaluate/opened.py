"""A dataset opened for questions: published on disk or in memory, the same tables to DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from synth_assets.checks.verify import connect
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.published import Published, block_groups
from synth_assets.storage.store import Store

if TYPE_CHECKING:
    import duckdb

    from synth_assets.generation.generate import Dataset

MEMORY = "1536MB"
"""What questions over all rows may hold before they overflow to disk."""

GROUP_ROWS = 5_000_000
"""Rows of some blocks that are read together, over all their tables; one block at least."""


class Opened(NamedTuple):
    """A dataset that answers.

    Attributes:
        scenario: what it was made from.
        connection: has a view for each table, with its stored columns, and `scenario`.
        published: the tables by name; none of a dataset in memory.
    """

    scenario: Scenario
    connection: duckdb.DuckDBPyConnection
    published: Mapping[str, Published]

    @property
    def world(self) -> World:
        """The world that it is of."""
        return self.scenario.world

    def groups(self) -> Iterator[None]:
        """Let the tables that are made together with the labels hold some blocks at a time, in turn.

        No reference leaves a block: what follows references finds in all groups together what it would find
        over the whole, while what it joins stays in a processor's cache. A dataset in memory is one group.
        """
        names = [table.name for table in self.world.roots[self.world.root(self.world.manifest)]]
        made = {name: self.published[name] for name in names if name in self.published}
        groups = block_groups(made.values(), GROUP_ROWS)
        if len(groups) <= 1:
            yield
            return
        for group in groups:
            for name, version in made.items():
                some = version.query_of(group)
                self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {some}")
            yield
        for name in made:
            self.connection.execute(f"DROP VIEW temp.{name}")


@contextmanager
def opened(data: Dataset | Store) -> Iterator[Opened]:
    """Open a dataset in memory, or the published tables of a store.

    Raises:
        Problem: a table is missing, damaged or from another scenario; the message says what to run.
    """
    if isinstance(data, Store):
        scenario = data.scenario()
        published = {table.name: data.published(table.name, scenario) for table in data.world.tables}
    else:
        scenario, published = data.scenario, {}
    with connect(scenario.world, scenario.config, published) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        if not isinstance(data, Store):
            for name, rows in data.tables.items():
                connection.register(name, rows)
        yield Opened(scenario, connection, published)
