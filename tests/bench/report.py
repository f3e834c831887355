"""The lines that are printed, each with its target. A target that is missed is said and fails nothing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from tests.bench.runs import Rounds, workplace


class World(NamedTuple):
    """How a world is measured.

    Attributes:
        counted: what its root rows are.
        rows: root rows unless told otherwise.
        bytes_a_row: disk space that a root row may take, ours or tpchgen-cli's, whichever is more.
        measures: run in every round, in this order; `verify` and `score` judge what `generate`
            published before them.
        once: run in the first round only.
    """

    counted: str
    rows: int
    bytes_a_row: int
    measures: tuple[str, ...]
    once: tuple[str, ...]


WORLDS = {
    "order_to_cash": World(
        "transactions",
        1_000_000,
        2_900,
        (
            "write_only",
            "generate",
            "clean_twin",
            "tpchgen",
            "two_workers",
            "verify",
            "score",
            "export_csv",
            "load_sqlite",
            "command_line",
        ),
        ("ten_years", "one_more_day", "table_by_table"),
    ),
    "subscriptions": World(
        "customers",
        1_000_000,
        260,
        ("write_only", "generate"),
        ("verify", "ten_years", "one_more_day", "table_by_table"),
    ),
    "personal_banking": World(
        "users",
        20_000,
        8_000,
        ("write_only", "generate"),
        ("verify", "ten_years", "one_more_day", "table_by_table"),
    ),
    "wholesale": World("clients", 60, 3_000_000, ("generate",), ("ten_years", "one_more_day")),
}
SPARE = 64 << 20
"""Bytes for the catalogue and for files that are not full blocks."""

TPCHGEN = f"tpchgen-cli {version('tpchgen-cli')}"

MANY_ROWS = 5_000_000
"""From so many root rows on two rounds do instead of three."""


class Target(NamedTuple):
    """A bound from docs/performance.md: `at_most`, or at least."""

    bound: float
    at_most: bool = True

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}"

    def verdict(self, value: float, decimals: int) -> str:
        """`met`, or by how much it is missed; judged as printed."""
        over = round(value, decimals) - self.bound
        missed = over if self.at_most else -over
        return "met" if missed <= 0 else f"missed by {missed:.{decimals}f}"


def print_world(world: str, rows: int | None, rounds: int | None, parent: Path | None) -> None:
    """Run every measure of a world and print its lines."""
    plan = WORLDS[world]
    rows = rows or plan.rows
    rounds = rounds or (2 if rows >= MANY_ROWS else 3)
    started, found = time.perf_counter(), Rounds()
    with workplace(parent, rows * plan.bytes_a_row + SPARE) as home:
        for number in range(rounds):
            found.run(plan.measures + (plan.once if not number else ()), world, rows, home)
    print(f"{world}, {rows:,} {plan.counted}: {_size(found, 'generate')}")
    if "tpchgen" in plan.measures:
        scale = found.median("tpchgen", "scale")
        print(f"{TPCHGEN}, orders and lineitem at scale factor {scale:.4g}: {_size(found, 'tpchgen')}")
    load = " ".join(f"{load:.2f}" for load in found.load)
    print(f"rounds: {rounds}, in {time.perf_counter() - started:.0f} s; load average before each: {load}")
    print(f"  {'':<38}{'measured':>12}  {'target':<11} {'':<17} each round, or speed")
    for line in LINES[world]:
        line(found)
    print()


def _size(found: Rounds, name: str) -> str:
    rows, cells, bytes_ = (found.median(name, unit) for unit in ("rows", "cells", "bytes"))
    return f"{rows:,.0f} rows, {cells:,.0f} cells, {bytes_ / 2**20:,.1f} MiB"


def _speed(found: Rounds, name: str) -> str:
    return f"{found.speed(name, 'rows'):.2f} M rows, {found.speed(name):.1f} M cells a CPU s"


def _line(label: str, value: str, target: str = "", verdict: str = "", note: str = "") -> None:
    print(f"  {label:<38}{value:>12}  {target:<11} {verdict:<17} {note}".rstrip())


def _ratio(label: str, values: list[float], target: Target, note: str = "") -> None:
    middle = statistics.median(values)
    each = " ".join(f"{value:.2f}" for value in values) + note
    _line(label, f"{middle:.2f}", str(target), target.verdict(middle, 2), each)


def _peak(label: str, mib: float, target: Target | None = None) -> None:
    judged = (f"{target} MiB", target.verdict(mib, 0)) if target else ("", "")
    _line(label, f"{mib:.0f} MiB", *judged)


def _cost(label: str, cpu: float, note: str = "", target: Target | None = None) -> None:
    judged = (f"{target} s", target.verdict(cpu, 2)) if target else ("", "")
    _line(label, f"{cpu:.2f} CPU s", *judged, note)


def _whole(found: Rounds) -> None:
    _cost("whole set, labels and manifest", found.median("generate"), _speed(found, "generate"))


def _write_only(found: Rounds) -> None:
    sampled, blocks = (found.median("write_only", count) for count in ("sampled", "blocks"))
    _cost(
        "write-only of the same tables",
        found.median("write_only"),
        f"from {sampled:.0f} of {blocks:.0f} blocks",
    )


def _whole_to_write_only(target: float) -> Callable[[Rounds], None]:
    return lambda found: _ratio(
        "whole set / write-only", found.ratios("generate", "write_only"), Target(target)
    )


def _tpchgen(found: Rounds) -> None:
    _cost(f"{TPCHGEN}, one thread, zstd 1", found.median("tpchgen"), _speed(found, "tpchgen"))
    cpu, cells = found.ratios("tpchgen", "generate"), found.ratios("generate", "tpchgen", "cells")
    ratios = [one * other for one, other in zip(cpu, cells, strict=True)]
    _ratio("cells a CPU s / those of tpchgen-cli", ratios, Target(2, at_most=False))


def _anomalies(found: Rounds) -> None:
    shares = [100 * (ratio - 1) for ratio in found.ratios("generate", "clean_twin")]
    target, middle = Target(8), statistics.median(shares)
    each = " ".join(f"{share:+.1f}" for share in shares)
    _line(
        "anomalies, manifest over clean twin",
        f"{middle:+.1f} %",
        f"{target} %",
        target.verdict(middle, 1),
        each,
    )


def _one_worker_peak(found: Rounds) -> None:
    _peak("peak memory, one worker", found.peak("generate"), Target(300))
    if "tpchgen" in found.found:
        _peak("peak memory, tpchgen-cli", found.peak("tpchgen"))


def _two_workers(found: Rounds) -> None:
    load = f"   load average {max(found.load):.2f}: holds on an idle machine only"
    _ratio("two workers / one, wall", found.ratios("two_workers", "generate", "wall"), Target(0.58), load)
    _ratio("two workers / one, CPU", found.ratios("two_workers", "generate"), Target(1.1))


def _command_line(found: Rounds) -> None:
    each = " ".join(f"{figures['cpu']:.2f}" for figures in found.found["command_line"])
    _cost("synth-assets generate, at defaults", found.median("command_line"), each, Target(0.8))


def _table_by_table(found: Rounds) -> None:
    blocks = found.median("table_by_table", "cpu_blocks")
    ratio = found.median("table_by_table") / blocks
    _ratio("table by table / block by block", [ratio], Target(1.3))


def _exports(found: Rounds) -> None:
    for name, label in (("export_csv", "export to CSV"), ("load_sqlite", "load into SQLite")):
        _cost(label, found.median(name))
        _peak(f"peak memory, {label}", found.peak(name), Target(400))


def _growth(found: Rounds) -> None:
    _cost("ten years of history, at once", found.median("ten_years"))
    _ratio("one more day / ten years", found.ratios("one_more_day", "ten_years"), Target(0.15))


def _verify(found: Rounds) -> None:
    _cost("verify", found.median("verify"))
    _ratio("verify / write-only", found.ratios("verify", "write_only"), Target(2))
    _peak("peak memory, verify", found.peak("verify"))


def _score(found: Rounds) -> None:
    share = found.median("score", "transactions") / 10_000_000
    findings = f"{found.median('score', 'findings'):,.0f} findings"
    _cost(
        "score, a finding for ten transactions", found.median("score"), findings, Target(max(3, 60 * share))
    )
    _peak("peak memory, score", found.peak("score"), Target(2_048))


LINES: dict[str, tuple[Callable[[Rounds], None], ...]] = {
    "order_to_cash": (
        _whole,
        _write_only,
        _whole_to_write_only(1.45),
        _tpchgen,
        _anomalies,
        _one_worker_peak,
        _two_workers,
        _command_line,
        _verify,
        _score,
        _exports,
        _growth,
        _table_by_table,
    ),
    "subscriptions": (
        _whole,
        _write_only,
        _whole_to_write_only(1.6),
        _one_worker_peak,
        _verify,
        _growth,
        _table_by_table,
    ),
    "personal_banking": (
        _whole,
        _write_only,
        _whole_to_write_only(3.0),
        _one_worker_peak,
        _verify,
        _growth,
        _table_by_table,
    ),
    "wholesale": (_whole, _one_worker_peak, _growth),
}
