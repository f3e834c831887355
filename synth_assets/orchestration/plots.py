"""Pictures of tables where a person would rather look than read, as Markdown with the image inside."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from synth_assets.model.pictures import Plot, Points
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY = "#2f6690", "#c7ced6"


def bars(axes: Axes, points: Points) -> None:
    """(word, count): one bar a word, from the top, with its number."""
    words, counts = zip(*points, strict=True)
    drawn = axes.barh(range(len(words)), counts, color=BLUE)
    axes.set_yticks(range(len(words)), words)
    axes.bar_label(drawn, [f"{count:,.0f}" for count in counts], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)


def line(axes: Axes, points: Points) -> None:
    """(day, number)."""
    days, values = zip(*points, strict=True)
    axes.plot(days, values, color=BLUE, linewidth=1.6)
    axes.fill_between(days, values, color=BLUE, alpha=0.12, linewidth=0)
    axes.set_ylim(bottom=0)


def columns(axes: Axes, points: Points) -> None:
    """(whole number, count): one column a number."""
    at, counts = zip(*points, strict=True)
    axes.bar(at, counts, color=BLUE, width=0.85)


def log_columns(axes: Axes, points: Points) -> None:
    """(log10 of the left edge, count) in steps of a tenth, on a log axis."""
    edges, counts = zip(*points, strict=True)
    left = [10.0**edge for edge in edges]
    axes.bar(left, counts, width=[0.24 * at for at in left], align="edge", color=BLUE)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


STYLES: dict[str, Callable[[Axes, Points], None]] = {
    "bars": bars,
    "line": line,
    "columns": columns,
    "log_columns": log_columns,
}


def plot_metadata(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> dict[str, Any]:
    """The plot of a table as metadata; nothing where there is none, or no row to draw."""
    plot = world.plots.get(table.name)
    points = connection.execute(plot.query).fetchall() if plot else []
    return {"plot": dg.MetadataValue.md(image(plot, points))} if plot and points else {}


def image(plot: Plot, points: Points) -> str:
    """A plot as Markdown: a PNG in a data URI."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.8), dpi=100)
    axes = figure.add_axes(
        (0.24 if plot.style == "bars" else 0.09, 0.12, 0.74 if plot.style == "bars" else 0.89, 0.76)
    )
    STYLES[plot.style](axes, points)
    axes.set_title(plot.title, loc="left", fontsize=10)
    axes.tick_params(labelsize=8, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return f"![{plot.title}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
