"""How well scores put the right findings first: precision, recall and dollars by the alerts that are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.checks.queries import quoted

if TYPE_CHECKING:
    import duckdb

CAPACITIES = (50, 200, 1_000)
"""Alerts that a team may read."""

Floats = npt.NDArray[np.float64]


class Capacity(NamedTuple):
    """What the best alerts hold.

    Attributes:
        alerts: how many are read: those of the highest scores; at a tie, those given first.
        precision: the share of them that is right.
        recall: the share of all labels that they name.
        at_risk_found: dollars at risk of these labels.
    """

    alerts: int
    precision: float
    recall: float
    at_risk_found: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well scores rank findings.

    Attributes:
        average_precision: sum over scores, from the highest, of precision x gain in recall; recall is of all
            labels, so those that no finding names add nothing.
        capacities: what the best alerts hold.
        precision_at, recall_at, dollars_at: after so many findings, from the best; one entry each.
    """

    average_precision: float
    capacities: tuple[Capacity, ...]
    precision_at: Floats
    recall_at: Floats
    dollars_at: Floats

    def as_dict(self) -> dict[str, Any]:
        """The numbers, without the curves."""
        return {
            "average_precision": self.average_precision,
            "by_alerts": [capacity._asdict() for capacity in self.capacities],
        }


def ranking(connection: duckdb.DuckDBPyConnection, kind: str | None = None) -> Ranking:
    """How well findings rank, all of them or those of a kind; after they have met the labels by row.

    Args:
        connection: has `findings`, `labels` and `row_hits`, see `score`.
        kind: a kind of fault; findings then say theirs.
    """
    of_kind = f"WHERE type = {quoted(kind)}" if kind else ""
    scores, right = _arrays(
        connection,
        f"SELECT score, place IN (SELECT place FROM row_hits) AS is_right FROM findings {of_kind} "
        "ORDER BY score DESC, place",
    )
    first, cents = _arrays(
        connection,
        f"""
        WITH ranked AS (
            SELECT place, row_number() OVER (ORDER BY score DESC, place) AS rank FROM findings {of_kind}
        )
        SELECT min(rank) AS first, any_value(cents) AS cents
        FROM row_hits JOIN ranked USING (place) JOIN labels USING (label) GROUP BY label
        """,
    )
    labels = connection.execute(f"SELECT count(*) FROM labels {of_kind}").fetchall()[0][0]
    alerts = np.arange(1, len(scores) + 1)
    found = np.bincount(first - 1, minlength=len(scores)).cumsum() if len(first) else np.zeros(len(scores))
    dollars = (
        np.bincount(first - 1, cents / 100, minlength=len(scores)).cumsum()
        if len(first)
        else np.zeros(len(scores))
    )
    precision = right.cumsum() / alerts
    recall = found / labels if labels else np.ones(len(scores))
    return Ranking(
        average_precision=_average_precision(scores, right, len(first), labels),
        capacities=tuple(
            Capacity(k, float(precision[k - 1]), float(recall[k - 1]), round(float(dollars[k - 1]), 2))
            for k in CAPACITIES
            if k <= len(scores)
        ),
        precision_at=precision,
        recall_at=recall,
        dollars_at=dollars,
    )


def _average_precision(scores: Floats, right: npt.NDArray[np.bool_], found: int, labels: int) -> float:
    """Average precision over the findings, times the share of labels that they name at all."""
    from sklearn.metrics import average_precision_score

    if not labels:
        return 0.0 if len(scores) else 1.0
    if not right.any():
        return 0.0
    return float(average_precision_score(right, scores)) * found / labels


def _arrays(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[npt.NDArray[Any], ...]:
    """The columns of a query."""
    return tuple(np.asarray(column) for column in connection.execute(query).fetchnumpy().values())
