"""Whole worlds for tests: made in memory block by block, and written to Parquet for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from synth_assets import worlds
from synth_assets.checks.verify import Check, verify
from synth_assets.generation.facts import facts_of
from synth_assets.generation.generate import in_memory
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.scenario.scenario import with_versions
from synth_assets.storage.parquet import part_name, write_part


def make_world(world: World, config: WorldConfig) -> dict[str, pa.Table]:
    """Every table of a world, whole, in order of lineage."""
    return in_memory(with_versions(world, config)).tables


def write_world(world: World, tables: Mapping[str, pa.Table], directory: Path) -> dict[str, str]:
    """Each table as one Parquet part; what `verify` takes as its sources."""
    for name, rows in tables.items():
        (directory / name).mkdir(parents=True, exist_ok=True)
        write_part(world.table(name), rows, directory / name / part_name(0))
    return {name: str(directory / name / "part-*.parquet") for name in tables}


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
    """All checks of a world that is made and written for them."""
    sources = write_world(world, make_world(world, config), directory)
    return verify(world, scenario_of(config), sources)


def spoil(table: str, sources: Mapping[str, str], statement: str) -> None:
    """Change a written table by an SQL statement."""
    part = sources[table].replace("*", "00000")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {table} AS FROM read_parquet('{part}')")
        connection.execute(statement)
        connection.execute(f"COPY {table} TO '{part}' (FORMAT parquet)")


def failed(checks: list[Check]) -> set[str]:
    """Names of the checks that failed."""
    return {check.name for check in checks if not check.passed}
