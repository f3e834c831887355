"""The list of a large world's decoys, found some blocks at a time, in memory that does not grow with it.

A decoy's query follows references, and no reference leaves a block: it finds in all groups of blocks
together what it finds over the whole. Only one that compares other rows, marked [cross-partition], reads all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from synth_assets.derive.duckdb_view import attach_files, scenario_sql
from synth_assets.export.rows import BATCH_ROWS
from synth_assets.model.config import WorldConfig
from synth_assets.model.decoy_list import DECOYS, decoys_sql
from synth_assets.model.query import Query
from synth_assets.model.world import World
from synth_assets.storage.published import Published

MEMORY = "100MB"
"""What DuckDB may take; more than that goes to files."""

GROUP_ROWS = 2_000_000
"""Rows of some blocks that are read together, over all their tables; one block at least."""


def decoy_rows(
    world: World, config: WorldConfig, versions: Mapping[str, Published], groups: Sequence[range], place: Path
) -> Iterator[pa.Table]:
    """The rows of the view `decoys`, in its order.

    Args:
        world: as the configuration has it.
        config: the scenario's.
        versions: the tables that its decoys are found in.
        groups: the blocks that are read together, of the tables that are made with the labels.
        place: a directory for what is found.
    """
    decoys = sorted(world.sql(DECOYS), key=lambda decoy: (decoy.looks_like, decoy.name))
    made_together = {table.name for table in world.roots[world.root(world.manifest)]} & set(versions)
    pa.default_memory_pool().release_unused()  # what the tables before took
    with duckdb.connect(str(place / "found.duckdb")) as connection:
        attach_files(connection, next(iter(versions.values())).glob)
        connection.execute("SET memory_limit = ?", [MEMORY])
        connection.execute("SET temp_directory = ?", [str(place)])
        connection.execute("SET threads = 1")
        connection.execute(f"CREATE TABLE scenario AS {scenario_sql(config)}")
        connection.execute("CREATE TABLE found (decoy VARCHAR, entity_id VARCHAR)")
        for name, version in versions.items():
            _show(connection, name, version, range(version.blocks))
        _find(connection, [decoy for decoy in decoys if decoy.is_cross_partition])
        for group in groups:
            for name in made_together:
                _show(connection, name, versions[name], group)
            _find(connection, [decoy for decoy in decoys if not decoy.is_cross_partition])
        for decoy in decoys:
            listed = decoy._replace(sql=f"SELECT entity_id FROM found WHERE decoy = '{decoy.name}'")
            answer = connection.sql(decoys_sql([listed], world.anomalies))
            for batch in answer.to_arrow_reader(BATCH_ROWS):
                yield pa.Table.from_batches([batch])


def _show(connection: duckdb.DuckDBPyConnection, name: str, version: Published, blocks: range) -> None:
    """Let a table hold some of its blocks."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {version.query_of(blocks)}")


def _find(connection: duckdb.DuckDBPyConnection, decoys: Sequence[Query]) -> None:
    """Note the rows of some decoys in what the tables hold."""
    for decoy in decoys:
        connection.execute(
            f"INSERT INTO found SELECT DISTINCT '{decoy.name}', entity_id FROM (\n{decoy.sql}\n)"
        )
