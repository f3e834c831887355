"""Tables as parameters of somebody's own assets: `def overdue(invoices: pd.DataFrame)`."""

from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from synth_assets.model.world import World
from synth_assets.orchestration.failures import fail_in_one_line
from synth_assets.orchestration.keys import op_name, store_for


def reader_name(world: World) -> str:
    """The resource that reads the tables of a world."""
    return op_name(world, "published_tables")


class PublishedTables(dg.IOManager):
    """Gives a published table to an asset that names it: as a pandas frame, or where the parameter says so as
    a `pa.Table`. Columns are those of the Parquet files: money in whole cents."""

    def __init__(self, world: World) -> None:
        self.world = world

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """A table's own asset publishes it: nothing is left to store."""

    def load_input(self, context: dg.InputContext) -> pd.DataFrame | pa.Table:
        """The whole table.

        Raises:
            dg.Failure: it is missing or damaged; the line says what to run.
        """
        name = context.asset_key.path[-1]
        with fail_in_one_line():
            store = store_for(self.world, name)
            version = store.published(name)
            rows = pa.concat_tables([store.block(version, block).read() for block in range(version.blocks)])
        wanted = context.dagster_type.typing_type
        return rows if wanted is pa.Table else rows.to_pandas(date_as_object=False)
