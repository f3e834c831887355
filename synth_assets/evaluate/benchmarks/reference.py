"""Reference scores: what the frozen panel and the rules find in the test split, kind by kind.

The panel learns on the train split. A kind that no view of the world's `detection.sql` shows is for rules
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_assets.checks.queries import quoted
from synth_assets.evaluate.detectors import PANEL
from synth_assets.evaluate.detectors.recall import recall
from synth_assets.evaluate.opened import Opened, opened
from synth_assets.evaluate.ranking import CAPACITIES
from synth_assets.evaluate.samples import Floats, Sample, sample, views
from synth_assets.generation.generate import Dataset

PLACES = 4
"""Decimals of a share: what is beyond them differs between processors."""

Scores = dict[str, Any]


def reference_scores(train: Dataset, test: Dataset) -> Scores:
    """By kind: its labels in the test split, what the rules find, and what the panel finds in each view.

    Args:
        train: what the panel learns from.
        test: what it judges.
    """
    with opened(train) as learned, opened(test) as judged:
        scores = {kind: found | {"views": {}} for kind, found in _by_rules(judged)}
        for view, kind in views(test.scenario.world):
            of_kind = sample(learned, view, kind), sample(judged, view, kind)
            if kind in scores and of_kind[0].at_fault.any() and of_kind[1].at_fault.any():
                scores[kind]["views"][view.name] = {
                    "rows": len(of_kind[1].features),
                    "panel": _by_panel(*of_kind, scores[kind]["rows_at_fault"]),
                }
    return scores


def _by_rules(there: Opened) -> Iterator[tuple[str, Scores]]:
    """What each kind's rule, which joins tables, finds of its labels; kinds without labels are left out."""
    for rule in there.world.sql("rules"):
        labels, rows, cents, found, findings, right = there.connection.execute(
            f"""
            WITH labels AS (
                SELECT entity_id, amount_at_risk_cents AS cents FROM {there.world.manifest.name}
                WHERE type = {quoted(rule.name)}
            ), found AS (SELECT CAST(entity_id AS VARCHAR) AS entity_id FROM ({rule.sql}))
            SELECT (SELECT count(*) FROM labels), (SELECT count(DISTINCT entity_id) FROM labels),
                (SELECT sum(cents) FROM labels),
                (SELECT count(*) FROM labels SEMI JOIN found USING (entity_id)),
                (SELECT count(*) FROM found),
                (SELECT count(*) FROM found SEMI JOIN labels USING (entity_id))
            """
        ).fetchall()[0]
        if labels:
            yield (
                rule.name,
                {
                    "labels": labels,
                    "rows_at_fault": rows,
                    "at_risk": int(cents) / 100,
                    "rules": {"precision": _share(right, findings), "recall": _share(found, labels)},
                },
            )


def _by_panel(learned: Sample, judged: Sample, rows_at_fault: int) -> Scores:
    """What each detector of the panel finds."""
    return {
        name: ranked(detector(learned, judged), judged.at_fault, judged.at_risk_cents, rows_at_fault)
        for name, detector in PANEL.items()
    }


def ranked(
    scores: Floats, at_fault: npt.NDArray[np.bool_], at_risk_cents: npt.NDArray[np.int64], rows_at_fault: int
) -> Scores:
    """How well scores put the rows at fault first.

    Args:
        scores: higher for what is odder, one a row.
        at_fault: whether a row is labelled; one of them is.
        at_risk_cents: dollars at risk of a row, in cents.
        rows_at_fault: all that labels of the kind name; one that is not among the rows is never found.
    """
    from sklearn.metrics import average_precision_score

    shown = int(at_fault.sum()) / rows_at_fault
    order = np.argsort(-scores, kind="stable")  # at a tie, those that come first
    hits, cents = at_fault[order].cumsum(), at_risk_cents[order].cumsum()
    return {
        "average_precision": round(float(average_precision_score(at_fault, scores)) * shown, PLACES),
        "recall_at_1_pct_false_alarms": round(recall(scores, at_fault) * shown, PLACES),
        "best_alerts": [
            {
                "alerts": best,
                "precision": _share(int(hits[best - 1]), best),
                "recall": _share(int(hits[best - 1]), rows_at_fault),
                "at_risk_found": int(cents[best - 1]) / 100,
            }
            for best in CAPACITIES
            if best <= len(scores)
        ],
    }


def _share(part: int, whole: int) -> float:
    """A share; of nothing, all."""
    return round(part / whole, PLACES) if whole else 1.0
