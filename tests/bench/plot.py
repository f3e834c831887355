"""Cost against size: measured into docs/cost.json as it comes, drawn as docs/cost.svg.

A size that stands in the file is not measured again: to measure it anew, take it out.
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.report import SPARE, WORLDS
from tests.bench.runs import Rounds, workplace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOCS = Path(__file__).parents[2] / "docs"
SMALLEST = 10_000
FEW_ROWS = 1_000_000
"""Up to here a point is the middle of three runs, beyond it is one run."""

MEASURES = ("write_only", "generate", "tpchgen")
KEPT = {"write_only": ("cpu",), "generate": ("rows", "cells", "bytes", "cpu", "peak_mib")}
KEPT["tpchgen"] = ("scale", *KEPT["generate"])

BLUE, ORANGE, DARK, GREY = "#2f6690", "#c8691c", "#3a3f44", "#c7ced6"
TARGET_MIB = 390

Points = list[dict[str, Any]]


def bring_up_to(largest: int, parent: Path | None) -> None:
    """Measure 10 thousand, 100 thousand … transactions up to `largest`, where not yet known, and draw all."""
    path = DOCS / "cost.json"
    points: Points = json.loads(path.read_text()) if path.exists() else []
    size = SMALLEST
    while size <= largest:
        if size not in [point["transactions"] for point in points]:
            points = sorted([*points, _measured(size, parent)], key=lambda point: point["transactions"])
            path.write_text(json.dumps(points, indent=1) + "\n")
            print(f"{size:,} transactions: {json.dumps(points[-1])}", flush=True)
        size *= 10
    if points:
        draw(points, DOCS / "cost.svg")


def _measured(size: int, parent: Path | None) -> dict[str, Any]:
    """The point of a size: every measure in turn, and what it was measured with."""
    found, rounds = Rounds(), 3 if size <= FEW_ROWS else 1
    with workplace(parent, size * WORLDS["order_to_cash"].bytes_a_row + SPARE) as home:
        for _ in range(rounds):
            found.run(MEASURES, "order_to_cash", size, home)
    versions = {name: version(name) for name in ("synth-assets", "pyarrow", "numpy", "tpchgen-cli")}
    point: dict[str, Any] = {
        "transactions": size,
        "rounds": rounds,
        "load_average": round(max(found.load), 2),
        "versions": {"python": platform.python_version()} | versions,
    }
    for name in MEASURES:
        point[name] = {key: round(found.median(name, key), 6) for key in KEPT[name]}
    return point


def draw(points: Points, path: Path) -> None:
    """Two panels, CPU seconds and peak memory, as SVG or by the name's ending; equal points, equal bytes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "synth_assets", "font.size": 9, "axes.titlesize": 10.5}):
        figure = Figure(figsize=(9.6, 4.3), dpi=100, facecolor="white")
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        _cpu(left, points)
        _memory(right, points)
        figure.text(0.008, 0.015, _compared(points), fontsize=7.5, color=DARK, va="bottom", linespacing=1.4)
        figure.tight_layout(rect=(0, 0.115, 1, 1), w_pad=2.5)
        figure.savefig(path, metadata={"Date": None, "Creator": None} if path.suffix == ".svg" else None)


def _compared(points: Points) -> str:
    largest = points[-1]
    cells = largest["generate"]["cells"] / largest["transactions"]
    name = f"tpchgen-cli {largest['versions']['tpchgen-cli']}"
    return (
        f"synth_assets: order_to_cash, 9 linked tables with labels and manifest, {cells:.0f} cells a "
        f"transaction. {name}: TPC-H orders and lineitem, at the scale factor that gives as many cells.\n"
        "Both: one process, one thread, Parquet with zstd level 1. CPU is user + system from process start "
        "to end;\nwrite-only counts the writing of tables already in memory, scaled from a sample of blocks."
    )


def _series(points: Points, measure: str, figure: str) -> tuple[list[int], list[float]]:
    return [p["transactions"] for p in points], [p[measure][figure] for p in points]


def _cpu(axes: Axes, points: Points) -> None:
    for measure, style, colour, name in (
        ("tpchgen", "s-", ORANGE, "tpchgen-cli, as many cells"),
        ("generate", "o-", BLUE, "synth_assets, whole set"),
        ("write_only", "^--", DARK, "the limit: write-only of that set"),
    ):
        sizes, seconds = _series(points, measure, "cpu")
        label = f"{name} ({seconds[-1]:.3g} s at {_short(sizes[-1])})"
        axes.loglog(sizes, seconds, style, color=colour, label=label)
    axes.set_ylim(top=8 * max(_series(points, "tpchgen", "cpu")[1]))  # room for the legend
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_title("CPU seconds", loc="left")
    axes.set_ylabel("CPU seconds (log)")
    axes.legend(frameon=False, loc="upper left")
    _dressed(axes, points)


def _memory(axes: Axes, points: Points) -> None:
    axes.semilogx(*_series(points, "tpchgen", "peak_mib"), "s-", color=ORANGE, label="tpchgen-cli")
    axes.semilogx(*_series(points, "generate", "peak_mib"), "o-", color=BLUE, label="synth_assets")
    axes.axhline(TARGET_MIB, color=DARK, linewidth=0.8, linestyle=":")
    axes.annotate(
        f"target: {TARGET_MIB} MiB",
        (0.01, TARGET_MIB),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=8,
        color=DARK,
    )
    axes.set_title("Peak memory of the process, MiB", loc="left")
    axes.set_ylabel("MiB")
    axes.set_ylim(0, 1.25 * max(TARGET_MIB, *_series(points, "tpchgen", "peak_mib")[1]))
    axes.legend(frameon=False, loc="lower right")
    _dressed(axes, points)


def _dressed(axes: Axes, points: Points) -> None:
    sizes = [point["transactions"] for point in points]
    axes.set_xticks(sizes, [_short(size) for size in sizes], va="baseline")
    axes.tick_params(axis="x", pad=13)
    axes.minorticks_off()
    axes.set_xlim(sizes[0] / 1.6, sizes[-1] * 1.6)
    axes.set_xlabel("transactions (log)")
    axes.grid(color=GREY, linewidth=0.5, alpha=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)


def _short(size: int) -> str:
    return f"{size // 10**6} M" if size >= 10**6 else f"{size // 1000} k"
