"""A score as a page: what was caught, what was missed, and what reading more alerts would bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from synth_assets.derive.picture import BLUE, empty, svg
from synth_assets.evaluate.page import Grid, Page, Section, Tile
from synth_assets.evaluate.ranking import Ranking
from synth_assets.evaluate.scores import Score, Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 500
"""Points of a curve, at most."""

HEADS = ("", "labels", "findings", "found", "precision", "recall", "F1", "$ found", "$ missed", "$ in vain")
NUMBERS = range(1, len(HEADS))


def score_page(scores: Scores) -> Page:
    """The page of a score."""
    one = scores.overall
    return Page(
        title=f"What was caught in {scores.world}",
        subtitle=f"{one.labels:,} faults, {one.findings or 0:,} findings, scenario {scores.scenario}",
        tiles=[
            Tile("of the faults found", share(one.recall)),
            Tile("of the findings right", share(one.precision)),
            Tile("found", "$" + dollars(one.at_risk_found)),
            Tile("missed", "$" + dollars(one.at_risk_missed)),
            Tile("raised in vain", "$" + dollars(one.in_vain)),
        ],
        sections=list(_sections(scores)),
        problems=scores.problems,
    )


def _sections(scores: Scores) -> Iterator[Section]:
    kinds = {kind: one for kind, one in scores.by_type.items() if one.labels or one.findings}
    rows = [score_cells(kind.replace("_", " "), one) for kind, one in kinds.items()]
    rows.append(score_cells("overall", scores.overall))
    yield Section(
        "By kind",
        "A label is found where a finding names its row and its kind. Dollars are those at risk.",
        [Grid(HEADS, rows, numbers=NUMBERS)],
    )
    cases = [score_cells(kind.replace("_", " "), scores.case_by_type[kind]) for kind in kinds]
    cases.append(score_cells("overall", scores.case_overall))
    yield Section(
        "By case",
        "Any row of the label's chain will do: the order or the payment of a drifted invoice.",
        [Grid(HEADS, cases, numbers=NUMBERS)],
    )
    if scores.by_difficulty:
        grades = scores.by_difficulty
        table = Grid(
            ("", "labels", "found", "recall", "$ found", "$ missed"),
            [_grade(name.replace("_", " "), one) for name, one in grades.items()],
            numbers=range(1, 6),
        )
        yield Section("By difficulty", "", [table], [_recall_picture(scores)])
    if scores.ranking and len(scores.ranking.precision_at):
        yield _ranked(scores.ranking)
    if scores.delay:
        told = [(kind.replace("_", " "), *one.cells) for kind, one in scores.delays.items() if one.found]
        yield Section(
            "Days to detection",
            "From the day on which a fault came to be to the first finding that is right.",
            [
                Grid(
                    ("", "found", "median", "90 % within"),
                    [*told, ("overall", *scores.delay.cells)],
                    numbers=range(1, 4),
                )
            ],
        )
    alarmed = [
        (name.replace("_", " "), one.looks_like.replace("_", " "), f"{one.decoys:,}", f"{one.findings:,}")
        for name, one in scores.decoys.items()
        if one.findings
    ]
    if alarmed:
        table = Grid(("decoy", "looks like", "decoys", "reported"), alarmed, numbers=(2, 3))
        yield Section("False alarms that are decoys", "Sound rows that only look like a fault.", [table])


def _ranked(ranking: Ranking) -> Section:
    rows = [
        (f"{at.alerts:,}", share(at.precision), share(at.recall), dollars(at.at_risk_found))
        for at in ranking.capacities
    ]
    return Section(
        "By alerts that are read",
        f"Findings in order of their score; average precision {ranking.average_precision:.3f}.",
        [Grid(("alerts", "precision", "recall", "$ found"), rows, numbers=range(4))] if rows else [],
        [
            _curve("Precision by recall", ranking.recall_at, ranking.precision_at, _shares_on_both),
            _curve(
                "Thousand dollars at risk found, by alerts",
                np.arange(1, len(ranking.dollars_at) + 1),
                ranking.dollars_at / 1_000,
                lambda axes: axes.set_ylim(bottom=0),
            ),
        ],
    )


def _curve(title: str, across: np.ndarray, up: np.ndarray, scaled: Callable[[Axes], object]) -> str:
    figure, axes = empty(title)
    at = np.unique(np.linspace(0, len(across) - 1, min(POINTS, len(across))).astype(int))
    axes.plot(across[at], up[at], color=BLUE, linewidth=1.6, drawstyle="steps-post")
    scaled(axes)
    return svg(figure)


def _shares_on_both(axes: Axes) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.05)


def _recall_picture(scores: Scores) -> str:
    """Recall of each grade, with its 95 % interval."""
    figure, axes = empty("Recall by difficulty, with 95 % intervals")
    grades = list(scores.by_difficulty.items())
    values = np.array([one.recall for _, one in grades])
    low, high = np.array([one.recall_interval for _, one in grades]).T
    around = np.maximum([values - low, high - values], 0)
    axes.bar(range(len(grades)), values, color=BLUE, width=0.6, yerr=around, capsize=3)
    axes.set_xticks(range(len(grades)), [name.replace("_", " ") for name, _ in grades])
    axes.set_ylim(0, 1.05)
    return svg(figure)


def score_cells(name: str, one: Score) -> tuple[str, ...]:
    """A score as cells, in the order of HEADS."""
    return (
        name,
        f"{one.labels:,}",
        "–" if one.findings is None else f"{one.findings:,}",
        f"{one.found:,}",
        share(one.precision),
        share(one.recall),
        share(one.f1),
        dollars(one.at_risk_found),
        dollars(one.at_risk_missed),
        dollars(one.in_vain),
    )


def _grade(name: str, one: Score) -> tuple[str, ...]:
    return (
        name,
        f"{one.labels:,}",
        f"{one.found:,}",
        share(one.recall),
        dollars(one.at_risk_found),
        dollars(one.at_risk_missed),
    )


def share(value: float | None) -> str:
    """A share with three decimals."""
    return "–" if value is None else f"{value:.3f}"


def dollars(value: float) -> str:
    """Whole dollars."""
    return f"{value:,.0f}"
