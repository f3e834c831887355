"""One asset a derived view: its query is answered once over the published tables, for the page to show."""

from hashlib import sha256

import dagster as dg

from synth_assets import __version__
from synth_assets.model.view import View
from synth_assets.model.world import World
from synth_assets.orchestration import metadata
from synth_assets.orchestration.database import connected
from synth_assets.orchestration.description import view_description
from synth_assets.orchestration.failures import fail_in_one_line, refuse_unused_config
from synth_assets.orchestration.keys import OWNERS, asset_key, group_name, store_for, tags
from synth_assets.orchestration.lineage import upstream


def view_asset(world: World, view: View) -> dg.AssetsDefinition:
    """The asset of a view. The view itself is in the catalogue; nothing of it is stored."""
    query = world.query_of(view)
    read = world.tables_read(query)

    @dg.asset(
        key=asset_key(world, view.name),
        deps=[asset_key(world, name) for name in upstream(world)[view.name]],
        description=view_description(world, view),
        metadata=metadata.definition_metadata(world, view.table),
        tags=tags(world, view.subject),
        group_name=group_name(world, view.subject),
        kinds={"duckdb"},
        owners=OWNERS,
        code_version=metadata.code_version(__version__),
    )
    def derive(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with fail_in_one_line():
            refuse_unused_config(context)
            store = store_for(world, view.name)
            scenario = store.scenario()
            published = {name: store.published(name, scenario) for name in read}
            with connected(world, scenario.config, published) as connection:
                connection.execute(f"CREATE TABLE {view.name} AS {query}")
                shown = metadata.view_metadata(connection, world, view.table)
        contents = "".join(version.content for version in published.values()) + query
        return dg.MaterializeResult(
            data_version=dg.DataVersion(sha256(contents.encode()).hexdigest()),
            metadata={**shown, "scenario": scenario.id, "as_of": str(scenario.config.day)},
        )

    return derive
