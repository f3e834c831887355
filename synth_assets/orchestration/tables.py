"""One asset a table: built block by block aside, checked there, and published only when it is sound."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from synth_assets import __version__
from synth_assets.build.blocks import make_table
from synth_assets.build.parquet import Part, part_name, write_part
from synth_assets.build.problems import Problem
from synth_assets.build.scenario import Scenario, with_versions
from synth_assets.build.store import Published, Store
from synth_assets.evaluate import verify
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration import checks, metadata, plots
from synth_assets.orchestration.keys import (
    OWNERS,
    SCENARIO,
    asset_key,
    in_one_line,
    refuse_unused_config,
    store_for,
)

Event = dg.AssetCheckResult | dg.MaterializeResult


def table_asset(world: World, table: Table) -> dg.AssetsDefinition:
    """The asset of a table, with its checks inside: they run before the table is published."""

    @dg.asset(
        key=asset_key(world, table.name),
        deps=[asset_key(world, name) for name in (SCENARIO, *upstream(world, table))],
        description=metadata.description(table),
        metadata={"dagster/column_schema": metadata.column_schema(table)},
        group_name=world.name,
        kinds={"python", "parquet"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
        check_specs=checks.specs(world, table),
        output_required=False,
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with in_one_line():
            refuse_unused_config(context)
            for event in materialise(world, table):
                if isinstance(event, dg.AssetCheckResult) and not event.passed:
                    context.log.warning(f"{event.check_name} failed: {event.description}")
                yield event

    return build


def upstream(world: World, table: Table) -> tuple[str, ...]:
    """Lineage of a table; the manifest speaks about all tables and stands below each."""
    if table is world.manifest:
        return tuple(other.name for other in world.tables if other is not table)
    return table.upstream


def ancestors(world: World, table: Table) -> list[str]:
    """Every table above one in lineage: what its laws may read."""
    above = set(upstream(world, table))
    for other in reversed(world.tables):
        if other.name in above:
            above |= set(upstream(world, other))
    return [other.name for other in world.tables if other.name in above]


def materialise(world: World, table: Table) -> Iterator[Event]:
    """Build a table aside, check it, publish it, and tell Dagster; a table that fails is not published.

    Raises:
        Problem: a table above is missing, damaged or from another scenario.
    """
    store = store_for(world, table.name)
    with store.locked(wait=True):
        scenario, above = _given(store, world, table)
        parts, rows = _stage(store, scenario, table, above)
        sources = {name: found.glob for name, found in above.items()}
        sources[table.name] = str(store.stage(table) / "part-*.parquet")
        values = scenario.config.model_dump(mode="json")
        with verify.connect(world, values, sources) as connection:
            found = checks.evaluate(connection, world, table, scenario.config, rows)
            sound = all(check.passed or check.severity == "WARN" for check in found)
            shown = _shown(connection, table, scenario, parts, sources[table.name]) if sound else {}
        yield from (checks.result(world, table, check) for check in found)
        if not sound:
            return
        published = store.publish(scenario, table, parts)
    yield dg.MaterializeResult(
        asset_key=asset_key(world, table.name),
        data_version=dg.DataVersion(published.content),
        metadata={**shown, "path": dg.MetadataValue.path(str(published.path))},
    )


def _shown(
    connection: duckdb.DuckDBPyConnection, table: Table, scenario: Scenario, parts: list[Part], source: str
) -> dict[str, Any]:
    """What the page shows of a sound table."""
    picture = plots.of(connection, scenario.world, table)
    return picture | metadata.of(connection, table, scenario, parts, source)


def _given(store: Store, world: World, table: Table) -> tuple[Scenario, dict[str, Published]]:
    """The scenario in force and the tables above, all of them made from it."""
    above = ancestors(world, table)
    for name in upstream(world, table):
        store.published(name)
    scenario = store.scenario()
    current = with_versions(world, scenario.config)
    if scenario.id != current.id:
        made, now = (dict(s.versions) for s in (scenario, current))
        raise Problem(
            f"{world.name}: the scenario in force was made by {made}, and this is {now}. Run: {store.remedy}"
        )
    return scenario, {name: store.published(name, scenario) for name in above}


def _stage(
    store: Store, scenario: Scenario, table: Table, above: dict[str, Published]
) -> tuple[list[Part], checks.RowChecks]:
    """Write every block of a table aside, one in memory at a time, and judge its rows."""
    world, config = store.world, scenario.config
    staged, rows = store.stage(table), checks.RowChecks(table)
    parts: list[Part] = []
    for block, numbers in enumerate(world.blocks(config, world.root(table))):
        parents = {name: store.part(above[name], block) for name in table.parents}
        try:
            made = make_table(world, config, table, numbers, parents)
        except (ArithmeticError, LookupError, ValueError) as error:
            raise Problem(
                f"{store.label(table.name)}: {error!r} in block {block}: a bug, please report"
            ) from error
        rows.see(made)
        parts.append(write_part(table, made, staged / part_name(block)))
    return parts, rows
