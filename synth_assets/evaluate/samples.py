"""What a detector is shown: a named view of a world, with the labels of one kind of fault.

A world's `detection.sql` has the views: flat tables without the columns that a kind's rule compares. Who
joins tables as the rule does finds every fault; who looks at a view finds what shows there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.checks.queries import quoted
from synth_assets.evaluate.opened import Opened
from synth_assets.model.manifest import DIFFICULTIES
from synth_assets.model.query import Query
from synth_assets.model.world import World

Floats = npt.NDArray[np.float64]


class Sample(NamedTuple):
    """Rows of a view; those at fault in another way are left out.

    Attributes:
        names: the features.
        features: one row an entity, one column a feature.
        peers: the code of the group whose rows are alike.
        difficulty: place in DIFFICULTIES of a row at fault, -1 for a sound one.
        at_risk_cents: what its label says is at risk, 0 for a sound one.
    """

    names: tuple[str, ...]
    features: Floats
    peers: npt.NDArray[np.int64]
    difficulty: npt.NDArray[np.int64]
    at_risk_cents: npt.NDArray[np.int64]

    @property
    def at_fault(self) -> npt.NDArray[np.bool_]:
        """Which rows are labelled."""
        return self.difficulty >= 0


def views(world: World) -> Iterator[tuple[Query, str]]:
    """The views of a world, each with a kind of fault that it may show."""
    for query in world.sql("detection"):
        for kind in query.marks.split(", "):
            yield query, kind


def sample(there: Opened, view: Query, kind: str) -> Sample:
    """The rows of a view, for a kind of fault."""
    world, grades = there.world, ", ".join(map(quoted, DIFFICULTIES))
    entity = next(anomaly.entity for anomaly in world.anomalies if anomaly.name == kind)
    kinds = world.kinds_of(world.table_of(entity))
    rows = there.connection.sql(
        f"""
        WITH labels AS (
            SELECT entity_id, min(CASE WHEN type = {quoted(kind)} THEN
                list_position([{grades}], CAST(difficulty AS VARCHAR)) - 1 END) AS grade,
                sum(amount_at_risk_cents) FILTER (type = {quoted(kind)}) AS at_risk_cents
            FROM {world.manifest.name} WHERE type IN ({", ".join(map(quoted, kinds))}) GROUP BY entity_id
        )
        SELECT shown.* EXCLUDE (entity_id, peer), dense_rank() OVER (ORDER BY peer) AS peer,
            CASE WHEN labels.entity_id IS NULL THEN -1 ELSE grade END AS grade,
            CAST(coalesce(at_risk_cents, 0) AS BIGINT) AS at_risk_cents
        FROM ({view.sql}) AS shown LEFT JOIN labels ON labels.entity_id = CAST(shown.entity_id AS VARCHAR)
        WHERE labels.entity_id IS NULL OR grade IS NOT NULL
        ORDER BY shown.entity_id
        """
    ).to_arrow_table()
    names = tuple(name for name in rows.column_names if name not in ("peer", "grade", "at_risk_cents"))
    columns = [rows[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in names]
    return Sample(
        names,
        np.column_stack(columns) if columns else np.empty((rows.num_rows, 0)),
        rows["peer"].to_numpy().astype(np.int64),
        rows["grade"].to_numpy().astype(np.int64),
        rows["at_risk_cents"].to_numpy(),
    )
