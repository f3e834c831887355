"""A plot as a picture: matplotlib draws what `model/pictures.py` says."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from synth_assets.model.pictures import Plot, Points

if TYPE_CHECKING:
    import duckdb
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, GREY = "#2f6690", "#c7ced6"
SIZE_INCHES = (7, 2.8)


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
    axes.set_ylim(bottom=min(0, 1.1 * min(values)))


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


def points_of(connection: duckdb.DuckDBPyConnection, plot: Plot) -> Points:
    """What there is to draw; a point of which a part is empty is none."""
    return [point for point in connection.execute(plot.query).fetchall() if None not in point]


def drawn(plot: Plot, points: Points) -> Figure:
    """The picture of some points, one at least."""
    figure, axes = empty(plot.title, 0.24 if plot.style == "bars" else 0.09)
    STYLES[plot.style](axes, points)
    return figure


def empty(title: str, left: float = 0.09) -> tuple[Figure, Axes]:
    """A picture to draw in, with its axes; `left` of it is for words."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE_INCHES, dpi=100)
    axes = figure.add_axes((left, 0.12, 0.98 - left, 0.76))
    axes.set_title(title, loc="left", fontsize=10)
    axes.tick_params(labelsize=8, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    return figure, axes


def svg(figure: Figure) -> str:
    """The picture as SVG to put into a page: words as text, no day in it."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "synth_assets"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
