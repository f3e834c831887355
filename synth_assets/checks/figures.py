"""Figures: a number of a whole table, with the range it must lie in.

A world says them in `figures.sql`, or in the list of its report: the range is in brackets behind the name, as
`[0.4 to 0.9, warning, from 1,000 rows]`, and the query gives the rows measured and the number.
"""

from __future__ import annotations

import re

from synth_assets.checks.check import Check, Severity
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.model.query import Query

_NUMBER = r"(-?[\d.]+)"
MARKS = re.compile(rf"{_NUMBER} to {_NUMBER}, (error|warning)(?:, from ([\d,]+) rows)?")


def figure_check(query: Query, table: str) -> CheckSpec:
    """A figure as a check; with too few rows it passes and says so.

    Raises:
        ValueError: its brackets do not give a range and a severity.
    """
    marks = MARKS.fullmatch(query.marks)
    if marks is None:
        raise ValueError(f"figure {query.name}: [{query.marks}] is not like [0.4 to 0.9, warning]")
    low, high = float(marks[1]), float(marks[2])
    severity: Severity = "ERROR" if marks[3] == "error" else "WARN"
    fewest = int((marks[4] or "0").replace(",", ""))

    def run(spec: CheckSpec, evidence: Evidence) -> Check:
        measured, value = evidence.connection.execute(query.sql).fetchall()[0]
        expected = f"{_shown(low)} to {_shown(high)}"
        if value is None or measured < fewest:
            shown = f"{value:.3f}" if value is not None else "nothing"
            expected += f" from {fewest:,} rows"
            return spec.outcome(expected, f"{shown} over {measured or 0:,} rows", True)
        shown = f"{value:.3f}" if abs(value) < 1_000 else f"{value:,.0f}"
        return spec.outcome(expected, shown, low <= value <= high, (low, float(value)))

    return CheckSpec(query.name, table, query.sentence, severity, run)


def _shown(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 1_000 else f"{bound:,.0f}"
