"""The last asset of a world: the DuckDB catalogue, flipped for all its tables at once."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b

import dagster as dg

from synth_assets import __version__
from synth_assets.model.world import World
from synth_assets.orchestration.check_results import as_table
from synth_assets.orchestration.database import connected
from synth_assets.orchestration.failures import fail_in_one_line, refuse_other_scenario, refuse_unused_config
from synth_assets.orchestration.keys import CATALOGUE, OWNERS, asset_key, store_for, tags
from synth_assets.orchestration.lineage import upstream
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage import catalogue
from synth_assets.storage.published import Published

WARN_HOURS, FAIL_DAYS = 26, 7
"""After a night and two hours a catalogue is a day behind; after a week nobody keeps it."""


def catalogue_asset(world: World) -> dg.AssetsDefinition:
    """The views of a world in `synth_assets.duckdb`; whoever queries them never sees a mixture."""

    @dg.asset(
        key=asset_key(world, CATALOGUE),
        deps=[asset_key(world, name) for name in upstream(world)[CATALOGUE]],
        description=(
            f"One DuckDB view for every table of {world.name}, amounts in dollars. All views are switched "
            "at once, when every table is published and has passed its checks; until then they "
            f"show the version before.\n\n```sql\n{example(world)}\n```"
        ),
        group_name=world.name,
        kinds={"duckdb"},
        owners=OWNERS,
        tags=tags(world),
        code_version=__version__,
        freshness_policy=_freshness(world),
    )
    def flip(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with fail_in_one_line():
            refuse_unused_config(context)
            store = store_for(world, CATALOGUE)
            with store.lock(wait=True):
                refuse_other_scenario(context, world, store)
                scenario = store.scenario()
                path = catalogue.flip(store, scenario)
            published = {table.name: store.published(table.name, scenario) for table in world.tables}
        rows = [
            {
                "view": f"{world.name}.{table.name}",
                "rows": published[table.name].rows,
                "a row is": table.grain,
            }
            for table in world.tables
        ]
        return dg.MaterializeResult(
            data_version=dg.DataVersion(catalogue_version(scenario, published)),
            metadata={
                "path": dg.MetadataValue.path(str(path)),
                "views": as_table(rows),
                "example": dg.MetadataValue.md(
                    f"```sql\n{example(world)}\n```\n\n{answer(world, scenario, published)}"
                ),
                "scenario": scenario.id,
                "as_of": str(scenario.config.day),
            },
        )

    return flip


def _freshness(world: World) -> dg.FreshnessPolicy | None:
    """A world that lives up to today is made every night: the page warns when a night is missing."""
    if world.config.model_fields["as_of"].default != "today":
        return None
    return dg.FreshnessPolicy.time_window(
        warn_window=timedelta(hours=WARN_HOURS), fail_window=timedelta(days=FAIL_DAYS)
    )


def catalogue_version(scenario: Scenario, published: Mapping[str, Published]) -> str:
    """The data version of a catalogue of some tables."""
    contents = ",".join(found.content for found in published.values())
    return f"{scenario.id}-{blake2b(contents.encode(), digest_size=8).hexdigest()}"


def example(world: World) -> str:
    """A query that any world answers: how many labels of each kind there are."""
    return (
        f"select type, count(*) as labels from {world.name}.{world.manifest.name} group by 1 order by 2 desc"
    )


def answer(world: World, scenario: Scenario, published: Mapping[str, Published]) -> str:
    """The example's rows as Markdown."""
    manifest = world.manifest.name
    with connected(world, scenario.config, {manifest: published[manifest]}) as connection:
        connection.execute(f"CREATE SCHEMA {world.name}")
        connection.execute(f"CREATE VIEW {world.name}.{manifest} AS FROM main.{manifest}")
        rows = connection.execute(example(world)).fetchall()
    return "\n".join(
        ["| type | labels |", "|---|---:|", *(f"| {kind} | {count:,} |" for kind, count in rows)]
    )
