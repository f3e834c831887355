"""Verification: published files against their declaration, their laws and their manifest.

DuckDB reads the Parquet; what should hold comes from a world's columns, its laws and its rules. Nothing that
generates is imported, so an error made there is not repeated here; only how many labels a configuration asks
for is the world's own word (`asked_labels`). Every check can run over some of the tables, which is how a
table is checked before it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from synth_assets.checks.check import Check
from synth_assets.checks.partitions import check_partitions
from synth_assets.checks.queries import quoted
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.checks.world_checks import world_checks
from synth_assets.derive.duckdb_view import attach_files
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.storage.paths import temporary_path
from synth_assets.storage.published import Published

MEMORY = "3GB"
"""What a query over all parts may hold before it overflows to disk; partitions hold less."""


def verify(world: World, config: WorldConfig, published: Mapping[str, Published]) -> list[Check]:
    """Every check of a world.

    Args:
        world: the world's declaration.
        config: the resolved configuration.
        published: every table of the world.
    """
    with connect(world, config, published) as connection:
        partitions = check_partitions(connection, world, published)
        evidence = Evidence(connection, world, config, published, partitions)
        return run(world_checks(world), evidence)


def run(checks: Iterable[CheckSpec], evidence: Evidence) -> list[Check]:
    """The outcomes of some checks, in their order."""
    return [check.evaluate(evidence) for check in checks]


def connect(
    world: World, config: WorldConfig, published: Mapping[str, Published]
) -> duckdb.DuckDBPyConnection:
    """A connection in memory with a view for each published table, and the configuration as `scenario`.

    That is one row with the configuration's keys and facts. The tables may be some of the world's; checks
    then run over those. What does not fit into memory overflows into the system's directory for temporary
    files.
    """
    connection = database()
    attach_files(connection, next((version.glob for version in published.values()), ""))
    make_views(connection, config, published)
    return connection


def database() -> duckdb.DuckDBPyConnection:
    """A connection in memory, with the settings that checks rely on."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would be on stdout
    connection.execute("SET parquet_metadata_cache = true")  # every check reads the same footers
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET temp_directory = $1", [str(temporary_path("overflow"))])
    return connection


def make_views(
    connection: duckdb.DuckDBPyConnection, config: WorldConfig, published: Mapping[str, Published]
) -> None:
    """What checks look at, where a connection stands: `scenario`, and a view for each published table."""
    connection.execute(
        "CREATE TABLE scenario AS SELECT unnest($1)", [config.model_dump() | config.sql_facts()]
    )
    connection.execute("CREATE MACRO id_of(text) AS text")
    for name, version in published.items():
        source = f"read_parquet({quoted(version.glob)}, hive_partitioning = false)"
        connection.execute(f"CREATE VIEW {name} AS FROM {source}")
