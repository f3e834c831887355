"""Whole worlds for tests: made in memory block by block, and written to Parquet for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets import worlds
from synth_assets.checks.check import Check
from synth_assets.checks.giveaways import NOTHING
from synth_assets.checks.partitions import check_partitions
from synth_assets.checks.spec import Evidence
from synth_assets.checks.verify import connect, run
from synth_assets.checks.world_checks import world_checks
from synth_assets.generation.facts import facts_of
from synth_assets.generation.generate import in_memory
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.scenario.scenario import with_versions
from synth_assets.storage.parquet import Part, part_name, write_part
from synth_assets.storage.published import Published


def make_world(world: World, config: WorldConfig) -> dict[str, pa.Table]:
    """Every table of a world, whole, in order of lineage."""
    return in_memory(with_versions(world, config)).tables


Sources = dict[str, Published]


def write_world(world: World, tables: Mapping[str, pa.Table], directory: Path) -> Sources:
    """Each table as one Parquet part; what `verify` takes."""
    written = {}
    for name, rows in tables.items():
        (directory / name).mkdir(parents=True, exist_ok=True)
        part = write_part(world.table(name), rows, directory / name / part_name(0))
        written[name] = Published(directory / name, "", "", (part,))
    return written


def sources_in(world: World, directory: Path) -> Sources:
    """What is in a directory that `write_world` or a test wrote, taken as it is."""
    found = {}
    for table in world.tables:
        files = sorted((directory / table.name).glob("part-*.parquet"))
        parts = tuple(map(_as_it_is, files))
        found[table.name] = Published(directory / table.name, "", "", parts)
    return found


def _as_it_is(file: Path) -> Part:
    content = file.read_bytes()
    return Part(pq.read_metadata(file).num_rows, len(content), sha256(content).hexdigest(), "", "")


def part_path(sources: Sources, table: str, block: int = 0) -> Path:
    """The file of a part."""
    return Path(str(sources[table].path)) / part_name(block)


def recorded_anew(sources: Sources, table: str) -> None:
    """Take the bytes of a table's parts for those that were written: other checks alone see a change."""
    parts = []
    for block, part in enumerate(sources[table].parts):
        content = part_path(sources, table, block).read_bytes()
        parts.append(part._replace(bytes=len(content), sha256=sha256(content).hexdigest()))
    sources[table] = replace(sources[table], parts=tuple(parts))


def decided(name: str, config: WorldConfig, rows: range) -> Any:
    """The facts of some root rows of a world."""
    return facts_of(worlds.load(name), config, rows)


def misfit(world: World, config: WorldConfig) -> str | None:
    """Why a configuration's quotas do not fit; None where they do."""
    return world.why_not(config, world.draws(config, "quotas"))


def scenario_of(config: WorldConfig) -> dict[str, Any]:
    """A configuration as plain JSON values."""
    return config.model_dump(mode="json")


def verified(world: World, config: WorldConfig, directory: Path) -> list[Check]:
    """The checks of `verify_quickly` over a world that is made and written for them."""
    return verify_quickly(world, config, write_world(world, make_world(world, config), directory))


def verify_quickly(world: World, config: WorldConfig, sources: Sources) -> list[Check]:
    """All checks but the one on what gives faults away.

    It takes half the time and can only warn, which `failed` passes over; it has tests of its own, and
    `make data` in tests/test_dagster.py and `verify all` in tests/test_cli.py run it on every world.
    """
    with connect(world, config, sources) as connection:
        partitions = check_partitions(connection, world, sources)
        found = Evidence(connection, world, config, sources, partitions)
        return run([check for check in world_checks(world) if check.name != NOTHING], found)


def is_caught(world: World, config: WorldConfig, sources: Sources, name: str) -> bool:
    """Whether the checks of one name fail, judged over the whole; other checks are not run."""
    with connect(world, config, sources) as connection:
        checks = [check for check in world_checks(world) if check.name == name]
        assert checks, name
        return name in failed(run(checks, evidence(world, config, sources, connection)))


def evidence(
    world: World, config: WorldConfig, sources: Sources, connection: duckdb.DuckDBPyConnection
) -> Evidence:
    """What checks look at, over a connection."""
    return Evidence(connection, world, config, sources)


def some_checks(world: World, config: WorldConfig, sources: Sources, table: str) -> list[Check]:
    """The checks that belong to one table, over the tables of `sources`."""
    with connect(world, config, sources) as connection:
        own = [check for check in world_checks(world) if check.table == table]
        return run(own, evidence(world, config, sources, connection))


def spoil(table: str, sources: Sources, statement: str, block: int = 0) -> None:
    """Change a written table by an SQL statement, as somebody would who can also change what is recorded."""
    part = part_path(sources, table, block)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {table} AS FROM read_parquet('{part}')")
        connection.execute(statement)
        connection.execute(f"COPY {table} TO '{part}' (FORMAT parquet)")
    recorded_anew(sources, table)


def failed(checks: list[Check]) -> set[str]:
    """Names of the checks that failed; warnings are none."""
    return {check.name for check in checks if not check.passed and check.severity == "ERROR"}
