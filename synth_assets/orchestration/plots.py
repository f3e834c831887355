"""Pictures of tables where a person would rather look than read, as Markdown with the image inside."""

from __future__ import annotations

import base64
from typing import Any

import dagster as dg
import duckdb

from synth_assets.derive.picture import drawn, png, points_of
from synth_assets.model.pictures import Plot, Points
from synth_assets.model.table import Table
from synth_assets.model.world import World


def plot_metadata(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> dict[str, Any]:
    """The plot of a table as metadata; nothing where there is none, or no row to draw."""
    plot = world.plots.get(table.name)
    points = points_of(connection, plot) if plot else []
    return {"plot": dg.MetadataValue.md(image(plot, points))} if plot and points else {}


def image(plot: Plot, points: Points) -> str:
    """A plot as Markdown: a PNG in a data URI."""
    content = base64.b64encode(png(drawn(plot, points))).decode()
    return f"![{plot.title}](data:image/png;base64,{content})"
