"""A plot in so few characters that a page shows it at once: SVG in an address, or a table with bars of text.

`picture.py` draws the same plots large, for pages that have room.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise

from synth_assets.model.pictures import Plot, Points

WIDTH, HEIGHT = 380, 110
"""As wide as a page of 1,440 shows beside the names of metadata."""

TOP, BASE = 16, 94
"""Where the tallest value and zero are."""

BAR = 11
"""Characters of the longest bar of text."""

MOST_TICKS = 12
"""Columns that are each named on the axis, at most."""

CHARACTER = 7
"""How wide a digit is drawn."""

Tick = tuple[float, str]


def markdown(plot: Plot, points: Points, most: int) -> str:
    """A plot of some points, one at least, with its title in at most `most` characters; "" where none fits.

    Neighbouring points are drawn as one, and the last bars left out and counted, as far as the room asks.
    """
    if plot.style == "bars":
        shown = range(len(points), 0, -1)
        return _fitting(most, (_table(plot.title, points[:rows], len(points)) for rows in shown))
    steps = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
    return _fitting(most, (_picture(plot, _thinned(plot, points, step)) for step in steps))


def _fitting(most: int, texts: Iterator[str]) -> str:
    return next((text for text in texts if len(text) <= most), "")


def _table(title: str, points: Points, known: int) -> str:
    """Words with a bar of text each."""
    widest = max(abs(value) for _, value in points) or 1
    lines = [f"| {title} | | |", "|---|---:|---|"]
    for word, value in points:
        bar = "█" * max(round(BAR * value / widest), 1 if value > 0 else 0)
        lines.append(f"| {word} | {value:,.0f} | {bar} |")
    if known > len(points):
        lines.append(f"| {known - len(points)} more | | |")
    return "\n".join(lines)


def _thinned(plot: Plot, points: Points, step: int) -> Points:
    """Fewer points: of columns the sum of neighbours, of a line every so many and the last."""
    if step == 1:
        return points
    if plot.style == "line":
        return [*points[:-1][::step], points[-1]]
    groups: dict[int, float] = {}
    unit = 0.1 if plot.style == "log_columns" else 1
    for at, value in points:
        group = math.floor(round(at / unit) / step)
        groups[group] = groups.get(group, 0) + value
    return [(round(group * step * unit, 1), value) for group, value in sorted(groups.items())]


def _picture(plot: Plot, points: Points) -> str:
    content = b64encode(_svg(plot, points).encode()).decode()
    return f"{plot.title}\n\n![](data:image/svg+xml;base64,{content})"


def _svg(plot: Plot, points: Points) -> str:
    values = [0, *(value for _, value in points)]
    high, low = max(values), min(values)
    zero = BASE if low >= 0 else BASE - (BASE - TOP) * -low / ((high - low) or 1)

    def y(value: float) -> int:
        return round(zero - value * (BASE - TOP) / ((high - low) or 1))

    path, ticks = SHAPES[plot.style](points, y)
    words = "".join(f'<text x="{round(x)}" y="{HEIGHT - 2}">{word}</text>' for x, word in ticks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-size="11" '
        f'fill="#888"><text y="10">{high:,.4g}</text>{words}<path fill="#2f6690" d="{path}"/></svg>'
    )


def _line(points: Points, y: Callable[[float], int]) -> tuple[str, list[Tick]]:
    """(day, number): an area."""
    first, last = points[0][0], points[-1][0]
    days = max((last - first).days, 1)
    corners = "".join(f"{round(WIDTH * (day - first).days / days)} {y(value)} " for day, value in points)
    return f"M0 {y(0)}L{corners}{WIDTH} {y(0)}z", _ends(f"{first:%Y-%m}", f"{last:%Y-%m}")


def _ends(first: str, last: str) -> list[Tick]:
    """What is said under the first point and the last."""
    return [(0, first)] if first == last else [(0, first), (WIDTH - CHARACTER * len(last), last)]


def _columns(points: Points, y: Callable[[float], int]) -> tuple[str, list[Tick]]:
    """(whole number, count): one column a number."""
    first, last = points[0][0], points[-1][0]
    path, scale = _boxes(points, y)
    if len(points) <= MOST_TICKS:
        return path, [((at - first) * scale, f"{at:,g}") for at, _ in points]
    return path, _ends(f"{first:,g}", f"{last:,g}")


def _log_columns(points: Points, y: Callable[[float], int]) -> tuple[str, list[Tick]]:
    """(log10 of the left edge, count) in steps of a tenth: powers of ten are said."""
    first, last = points[0][0], points[-1][0]
    path, scale = _boxes(points, y)
    powers = range(math.ceil(first), math.floor(last) + 1)
    return path, [((power - first) * scale, f"{10**power:,}") for power in powers]


def _boxes(points: Points, y: Callable[[float], int]) -> tuple[str, float]:
    """A column a point over the whole width, and how wide one step of the axis is."""
    first, last = points[0][0], points[-1][0]
    gap = min((b - a for (a, _), (b, _) in pairwise(points)), default=1)
    scale = WIDTH / (last - first + gap)
    wide = max(round(gap * scale * 0.85), 1)
    boxes = (f"M{round((at - first) * scale)} {y(0)}V{y(value)}h{wide}V{y(0)}" for at, value in points)
    return "".join(boxes), scale


SHAPES: dict[str, Callable[[Points, Callable[[float], int]], tuple[str, list[Tick]]]] = {
    "line": _line,
    "columns": _columns,
    "log_columns": _log_columns,
}
