"""Tables of a benchmark in Markdown: counts and reference scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synth_assets.evaluate.benchmarks.benchmark import Benchmark
from synth_assets.evaluate.benchmarks.split import Made
from synth_assets.evaluate.ranking import CAPACITIES
from synth_assets.model.manifest import DIFFICULTIES


def rows_by_table(benchmark: Benchmark, made: Mapping[str, Made]) -> str:
    """Rows of each table in each split."""
    rows = [
        (table.name, table.grain, *(f"{split.rows[table.name]:,}" for split in made.values()))
        for table in benchmark.tables
    ]
    return _grid(("table", "one row is", *made), rows, texts=2)


def labels_by_kind(benchmark: Benchmark, made: Mapping[str, Made]) -> str:
    """Labels of each kind and difficulty in each split."""
    rows = []
    for kind in benchmark.of_world.anomalies:
        for name, split in made.items():
            counts = [split.labels[kind.name, grade] for grade in DIFFICULTIES]
            rows.append((kind.name, name, f"{sum(counts):,}", *(f"{n:,}" if n else "–" for n in counts)))
    heads = ("kind", "split", "labels", *(grade.replace("_", " ") for grade in DIFFICULTIES))
    return _grid(heads, rows, texts=2)


def decoys_by_kind(made: Mapping[str, Made]) -> str:
    """Decoys of each name in each split."""
    names = sorted({key for split in made.values() for key in split.decoys})
    rows = [
        (kind, name, *(f"{split.decoys[kind, name]:,}" for split in made.values())) for kind, name in names
    ]
    return _grid(("looks like", "decoy", *made), rows, texts=2)


def kinds(benchmark: Benchmark) -> str:
    """What each kind of fault is."""
    rows = [(kind.name, kind.entity, kind.description) for kind in benchmark.of_world.anomalies]
    return _grid(("kind", "row at fault", "what is wrong"), rows, texts=3)


def scores(reference: Mapping[str, Any]) -> str:
    """The reference scores: a row for the rules and for each detector, of each kind."""
    heads = (
        "kind",
        "by",
        "labels",
        "$ at risk",
        "average precision",
        "recall at 1 % false alarms",
        *(f"recall in {best:,} alerts" for best in CAPACITIES),
        *(f"$ in {best:,} alerts" for best in CAPACITIES),
    )
    return _grid(heads, list(_score_rows(reference)), texts=2)


def _score_rows(reference: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for kind, found in reference.items():
        there = f"{found['labels']:,}", f"{found['at_risk']:,.0f}"
        rules = found["rules"]
        said = f"rules: precision {rules['precision']:.2f}, recall {rules['recall']:.2f}"
        yield (kind, said, *there, *["–"] * (2 + 2 * len(CAPACITIES)))
        for view in found["views"].values():
            for name, score in view["panel"].items():
                best = {alerts["alerts"]: alerts for alerts in score["best_alerts"]}
                yield (
                    kind,
                    name,
                    *there,
                    f"{score['average_precision']:.3f}",
                    f"{score['recall_at_1_pct_false_alarms']:.3f}",
                    *(f"{best[k]['recall']:.3f}" if k in best else "–" for k in CAPACITIES),
                    *(f"{best[k]['at_risk_found']:,.0f}" if k in best else "–" for k in CAPACITIES),
                )


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]], texts: int) -> str:
    """A table in Markdown; behind the first `texts` columns, numbers on the right."""
    from tabulate import tabulate

    aligned = [*["left"] * texts, *["right"] * (len(heads) - texts)]
    return tabulate(rows, heads, tablefmt="pipe", disable_numparse=True, colalign=aligned if rows else None)
