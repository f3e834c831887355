"""The last asset of a world: the DuckDB catalogue, flipped for all its tables at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b

import dagster as dg

from synth_assets import __version__
from synth_assets.checks import verify
from synth_assets.checks.check import Check
from synth_assets.checks.spec import CATALOGUE, CheckSpec, Evidence
from synth_assets.model.world import World
from synth_assets.orchestration import check_results
from synth_assets.orchestration.checked import checked_asset
from synth_assets.orchestration.database import connected
from synth_assets.orchestration.failures import Event, refuse_other_scenario
from synth_assets.orchestration.keys import OWNERS, asset_key, store_for, tags
from synth_assets.orchestration.lineage import upstream
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage import catalogue
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store

WARN_HOURS, FAIL_DAYS = 26, 7
"""After a night and two hours a catalogue is a day behind; after a week nobody keeps it."""


def catalogue_asset(world: World) -> dg.AssetsDefinition:
    """The views of a world in `synth_assets.duckdb`; whoever queries them never sees a mixture."""

    spec = dg.AssetSpec(
        asset_key(world, CATALOGUE),
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
        skippable=True,
    )

    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return materialise(context, world)

    def check(context: dg.AssetExecutionContext) -> Iterator[Event]:
        return judge(context, world)

    return checked_asset(world, CATALOGUE, spec, make, check)


def judge(context: dg.AssetExecutionContext, world: World) -> Iterator[Event]:
    """The chosen checks of all tables together, over what is published.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    store = store_for(world, CATALOGUE)
    scenario = store.scenario()
    checks = check_results.chosen(context, check_results.checks_of(scenario.world, CATALOGUE))
    for check in _run(checks, scenario, _published(store, scenario)):
        yield check_results.result(asset_key(world, CATALOGUE), check)


def materialise(context: dg.AssetExecutionContext, world: World) -> Iterator[Event]:
    """Check all tables together, turn the catalogue to them, and tell Dagster; these checks only warn.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    key, store = asset_key(world, CATALOGUE), store_for(world, CATALOGUE)
    with store.lock(wait=True):
        refuse_other_scenario(context, world, store)
        scenario = store.scenario()
        published = _published(store, scenario)
        found = _run(check_results.checks_of(scenario.world, CATALOGUE), scenario, published)
        path = catalogue.flip(store, scenario)
    yield from check_results.told(context, key, found, "")
    rows = [
        {"view": f"{world.name}.{table.name}", "rows": published[table.name].rows, "a row is": table.grain}
        for table in world.tables
    ]
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(catalogue_version(scenario, published)),
        metadata={
            "path": dg.MetadataValue.path(str(path)),
            "views": check_results.as_table(rows),
            "example": dg.MetadataValue.md(
                f"```sql\n{example(world)}\n```\n\n{answer(world, scenario, published)}"
            ),
            "scenario": scenario.id,
            "as_of": str(scenario.config.day),
        },
    )


def _published(store: Store, scenario: Scenario) -> dict[str, Published]:
    return {table.name: store.published(table.name, scenario) for table in store.world.tables}


def _run(checks: Sequence[CheckSpec], scenario: Scenario, published: Mapping[str, Published]) -> list[Check]:
    world = scenario.world
    with connected(world, scenario.config, published) as connection:
        return verify.run(checks, Evidence(connection, world, scenario.config, published))


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
