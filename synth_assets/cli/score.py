"""`synth-assets score`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    file_to_write,
    one_world,
    reports_errors,
    store_of,
    world_argument,
    write_page,
)
from synth_assets.model.errors import UsageProblem

if TYPE_CHECKING:
    from synth_assets.evaluate.ranking import Ranking
    from synth_assets.evaluate.scores import Score, Scores

FEW = 100
"""Counts below which a share's confidence interval is shown."""


@click.command(
    epilog=examples(
        "synth-assets score order_to_cash --findings found.csv",
        "synth-assets score order_to_cash --findings found.parquet --strict --json",
        "synth-assets score order_to_cash --findings found.csv --html score.html",
    ),
)
@world_argument
@click.option(
    "--findings",
    required=True,
    metavar="FILE",
    help="CSV, JSON, JSON Lines or Parquet with the column entity_id, with type where kinds are told, and "
    "with score where it says how sure it is, and with found_on where it says when.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.option("--html", metavar="FILE", help="Also write a page with plots.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail on a finding given twice, of an unknown type, that names no row, or dated before its fault.",
)
@data_dir_option
@reports_errors
def score(
    name: str, findings: str, as_json: bool, html: str | None, strict: bool, directory: str | None
) -> None:
    """What a detector caught, what it missed and what that cost, by the published manifest."""
    from synth_assets.evaluate.score import score as scored

    if not findings:
        raise UsageProblem("--findings is an empty text: name a file")
    page = None if html is None else file_to_write("--html", html, ".html")
    scores = scored(store_of(one_world(name), directory), findings, strict=strict)
    for problem in scores.problems:
        click.echo(problem, err=True)
    if page:
        from synth_assets.evaluate.score_page import score_page

        write_page(score_page(scores), page)
    click.echo(json.dumps(scores.as_dict(), indent=1) if as_json else "\n\n".join(_tables(scores)))


def _tables(scores: Scores) -> Iterator[str]:
    """The score as tables for a terminal: by kind, by difficulty, by case, by alerts, and decoys."""
    kinds = {kind: one for kind, one in scores.by_type.items() if one.labels or one.findings}
    heads = [
        "kind",
        "labels",
        "findings",
        "found",
        "precision",
        "recall",
        "F1",
        "$ found",
        "$ missed",
        "$ in vain",
    ]
    lines = [_line(_plain(kind), one) for kind, one in kinds.items()]
    yield _table(heads, [*lines, _line("overall", scores.overall), _line("by case", scores.case_overall)])
    graded = scores.by_difficulty.items()
    if graded:
        yield _table(
            ["difficulty", "labels", "found", "recall", "$ found", "$ missed"],
            [[_plain(name), *_found(one)] for name, one in graded],
        )
    if scores.ranking:
        yield from _ranked(scores.ranking)
    if scores.delay:
        told = [(_plain(kind), one) for kind, one in scores.delays.items() if one.found]
        yield _table(
            ["days to detection", "found", "median", "90 % within"],
            [[name, *one.cells] for name, one in (*told, ("overall", scores.delay))],
        )
    alarmed = {name: alarms for name, alarms in scores.decoys.items() if alarms.findings}
    if alarmed:
        yield _table(
            ["decoy", "looks like", "decoys", "reported"],
            [
                [_plain(name), _plain(alarms.looks_like), f"{alarms.decoys:,}", f"{alarms.findings:,}"]
                for name, alarms in alarmed.items()
            ],
            texts=2,
        )


def _ranked(ranking: Ranking) -> Iterator[str]:
    """What is found by alerts that are read."""
    yield f"average precision {ranking.average_precision:.3f}"
    if ranking.capacities:
        yield _table(
            ["alerts", "precision", "recall", "$ found"],
            [
                [f"{at.alerts:,}", f"{at.precision:.3f}", f"{at.recall:.3f}", f"{at.at_risk_found:,.2f}"]
                for at in ranking.capacities
            ],
        )


def _table(heads: list[str], lines: list[list[str]], texts: int = 1) -> str:
    """A table for a terminal; behind the first `texts` columns, numbers on the right."""
    from tabulate import tabulate

    sides = (*["left"] * texts, *["right"] * (len(heads) - texts))
    return tabulate(lines, headers=heads, tablefmt="plain", colalign=sides, disable_numparse=True)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _line(name: str, one: Score) -> list[str]:
    return [
        name,
        f"{one.labels:,}",
        "–" if one.findings is None else f"{one.findings:,}",
        f"{one.found:,}",
        _share(one.precision, one.precision_interval, one.findings),
        _share(one.recall, one.recall_interval, one.labels),
        "–" if one.f1 is None else f"{one.f1:.3f}",
        f"{one.at_risk_found:,.2f}",
        f"{one.at_risk_missed:,.2f}",
        f"{one.in_vain:,.2f}",
    ]


def _found(one: Score) -> list[str]:
    return [
        f"{one.labels:,}",
        f"{one.found:,}",
        _share(one.recall, one.recall_interval, one.labels),
        f"{one.at_risk_found:,.2f}",
        f"{one.at_risk_missed:,.2f}",
    ]


def _share(share: float | None, interval: tuple[float, float] | None, of: int | None) -> str:
    """A share, with its 95 % interval where it is of few."""
    if share is None or interval is None or of is None:
        return "–"
    return f"{share:.3f} ({interval[0]:.2f}–{interval[1]:.2f})" if 0 < of < FEW else f"{share:.3f}"
