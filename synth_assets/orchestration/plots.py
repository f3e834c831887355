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
    """The plot of a table as metadata; nothing where there is none, or no row to draw."""
    plot = world.plots.get(table.name)
    points = points_of(connection, plot) if plot else []
    return {"plot": dg.MetadataValue.md(markdown(plot, points, INLINE))} if plot and points else {}
