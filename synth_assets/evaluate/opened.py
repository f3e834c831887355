"""A dataset opened for questions: published on disk or in memory, the same tables to DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from synth_assets.checks.verify import connect
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.store import Store

if TYPE_CHECKING:
    import duckdb

    from synth_assets.generation.generate import Dataset

MEMORY = "1536MB"
"""What questions over all rows may hold before they overflow to disk."""


class Opened(NamedTuple):
    """A dataset that answers.

    Attributes:
        scenario: what it was made from.
        connection: has a view for each table, with its stored columns, and `scenario`.
    """

    scenario: Scenario
    connection: duckdb.DuckDBPyConnection

    @property
    def world(self) -> World:
        """The world that it is of."""
        return self.scenario.world


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
        yield Opened(scenario, connection)
