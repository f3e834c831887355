"""Pictures of tables where a person would rather look than read, small enough to be shown at once."""

from __future__ import annotations

from typing import Any

import dagster as dg
import duckdb

from synth_assets.derive.picture import points_of
from synth_assets.derive.small_picture import markdown
from synth_assets.model.table import Table
from synth_assets.model.world import World

INLINE = 999
"""Characters of Markdown that the page shows at once; more of it is a link."""


def plot_metadata(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> dict[str, Any]:
    """The plots of a table as metadata, `plot`, `plot_2` and so on, but those that have no row to draw."""
    plots = [(plot, points_of(connection, plot)) for plot in world.plots if plot.table == table.name]
    texts = [markdown(plot, points, INLINE) for plot, points in plots if points]
    shown = [text for text in texts if text]
    return {
        "plot" if number == 1 else f"plot_{number}": dg.MetadataValue.md(text)
        for number, text in enumerate(shown, start=1)
    }
