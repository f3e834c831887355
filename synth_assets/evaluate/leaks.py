"""Whether what should not matter tells rows at fault from sound ones.

Boosted trees are given ids, gaps between ids, places of rows, times of day, weekdays, who the customer was,
which product it was, and the length and hash of words: of the row that a label names, and of those that it
descends from. They learn on four fifths and judge the last one, in turn. Each row at fault is compared with
sound rows of its age whose choices are the same: a kind may fall on rows of some category only. Choices that
the fault makes (`Anomaly.sets`) may differ, or the rows would be alike in a consequence: discounts that are
approved as a fault's is are those that bulk goods get, whoever is at fault.

Where nothing leaks, the area under the ROC curve is .5 but for chance (Hanley and McNeil 1982). Chance moves
it further here, as all fifths learn from much the same rows, and the highest of several kinds is looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.checks.check import Check, count
from synth_assets.checks.fault_chains import links_of, number_sql
from synth_assets.checks.queries import quoted
from synth_assets.evaluate.opened import Opened
from synth_assets.evaluate.samples import Floats
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

LEAK = "nothing that should not matter tells a fault"
"""Name of the check."""

LEVEL = 0.001
"""How often chance may say of a dataset that one of its kinds is told."""

WIDER = 1.5
"""Standard deviation of the area against that of rows that were not learned from: 1.4 with labels at random,
1.5 and 1.4 over 5 kinds of 10 x 20,000 and of 15 x 2,000 orders, all measured [D]."""

FEWEST, MOST, CONTROLS = 20, 2_000, 10
"""Labels of a kind that are measured, and sound rows for each."""

FOLDS = 5

MANY_WORDS = 30
"""Different texts from which on a column is of names; fewer are categories, which may matter."""


class Leak(NamedTuple):
    """How well what should not matter tells a kind.

    Attributes:
        kind: the kind of fault.
        labels: rows at fault that were measured.
        area: under the ROC curve; .5 tells nothing.
        sigma: its standard deviation where nothing leaks.
        kinds: so many kinds were measured.
    """

    kind: str
    labels: int
    area: float
    sigma: float
    kinds: int = 1

    @property
    def tells(self) -> bool:
        """Whether it tells more than chance does for any of the kinds."""
        return self.area - 0.5 > NormalDist().inv_cdf(1 - LEVEL / self.kinds) * self.sigma


def leaks(there: Opened) -> list[Leak]:
    """How well each kind with labels enough is told by what should not matter."""
    config = there.scenario.config
    measured = (leak_of(there, anomaly.under(config)) for anomaly in there.world.anomalies)
    found = [leak for leak in measured if leak]
    return [leak._replace(kinds=len(found)) for leak in found]


def leak_of(there: Opened, anomaly: Anomaly) -> Leak | None:
    """How well one kind is told by what should not matter; None with too few labels."""
    features, at_fault = _compared(there, anomaly)
    faults, sound = int(at_fault.sum()), int((~at_fault).sum())
    if min(faults, sound) < FEWEST:
        return None
    sigma = WIDER * sqrt((faults + sound + 1) / (12 * faults * sound))
    return Leak(anomaly.name, faults, _area(features, at_fault), sigma)


def leak_check(there: Opened) -> Check:
    """That nothing which should not matter tells a fault."""
    found = leaks(there)
    telling = [leak for leak in found if leak.tells]
    highest = max((leak.area for leak in found), default=0.5)
    return Check(
        name=LEAK,
        table=there.world.manifest.name,
        asked="AUC .5",
        found=f"{highest:.3f} at most, of {len(found)} kinds" if found else "too few labels",
        passed=not telling,
        sentence="Ids, gaps, places, times of day, weekdays, customers, products and words tell nothing.",
        severity="WARN",
        failures=[leak._asdict() for leak in telling],
    )


def _area(features: Floats, at_fault: npt.NDArray[np.bool_]) -> float:
    """The area under the ROC curve of rows that were not learned from."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits

    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with threadpool_limits(1):
        odds = cross_val_predict(trees, features, at_fault, cv=folds, method="decision_function")
    return float(roc_auc_score(at_fault, odds))


def _compared(there: Opened, anomaly: Anomaly) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What should not matter of rows at fault, and of sound rows of the same age and the same choices."""
    world = there.world
    table = world.table_of(anomaly.entity)
    key = table.key.name
    choices = [
        f"{row.alias}.{column.name}"
        for row in _rows(world, table)
        for column in row.table.columns
        if column.choices and f"{row.table.name}.{column.name}" not in anomaly.sets
    ]
    asked = list(_asked(there, table, anomaly))
    features = ", ".join(f"CAST({sql} AS DOUBLE) AS f{i}" for i, (_, sql) in enumerate(asked))
    ages = {"number": number_sql(table.key)} | {
        c.name: f"own.{c.name}" for c in table.columns if c.kind == "day"
    }
    of_age = " AND ".join(
        f"coalesce(age_{name} BETWEEN (SELECT min(age_{name}) FROM shown WHERE at_fault) "
        f"AND (SELECT max(age_{name}) FROM shown WHERE at_fault), true)"
        for name in ages
    )
    rows = there.connection.sql(
        f"""
        WITH faults AS (
            SELECT entity_id, bool_or(type = {quoted(anomaly.name)}) AS of_kind
            FROM {world.manifest.name} WHERE type IN ({", ".join(map(quoted, world.kinds_of(table)))})
            GROUP BY entity_id
        ),
        shown AS (
            SELECT own.{key} AS key, coalesce(of_kind, false) AS at_fault,
                hash({", ".join(["ntile(10) OVER (ORDER BY own.place)", *choices])}) AS same,
                {", ".join(f"{sql} AS age_{name}" for name, sql in ages.items())}, {features}
            FROM ({_in_places(table)}) AS own
            LEFT JOIN faults ON entity_id = CAST(own.{key} AS VARCHAR) {_joins(world, table)}
            WHERE coalesce(of_kind, true)
        ),
        ranked AS (
            SELECT *, row_number() OVER (PARTITION BY same, at_fault ORDER BY hash(key)) AS rank,
                count(*) FILTER (at_fault) OVER (PARTITION BY same) AS alike
            FROM shown WHERE {of_age}
        )
        FROM ranked
        WHERE alike > 0 AND rank <= CASE WHEN at_fault THEN {MOST} ELSE least(alike, {MOST}) * {CONTROLS} END
        ORDER BY key
        """
    ).to_arrow_table()
    at_fault = rows["at_fault"].to_numpy(zero_copy_only=False).astype(bool)
    columns = [rows[f"f{i}"].to_numpy(zero_copy_only=False).astype(np.float64) for i in range(len(asked))]
    told = [values for values in columns if _may_tell(values[~np.isnan(values)])]
    return np.column_stack([np.zeros(len(at_fault)), *told]), at_fault


def _may_tell(values: Floats) -> bool:
    """Whether there are different values, and enough of them that trees see some in every fold."""
    return len(values) >= FEWEST and len(np.unique(values)) > 1


def _in_places(table: Table) -> str:
    """The query for the rows of a table, each with its place and its neighbours' keys."""
    key = table.key.name
    return (
        f"SELECT *, row_number() OVER keys AS place, lag({key}) OVER keys AS key_before, "
        f"lead({key}) OVER keys AS key_after FROM {table.name} WINDOW keys AS (ORDER BY {key})"
    )


class _Row(NamedTuple):
    """A row that is looked at: its table, what SQL calls it, and the join that finds it."""

    table: Table
    alias: str
    join: str


DEPTH = 2
"""References that are followed, one after the other."""


def _rows(world: World, table: Table, aside: Container[str] = ()) -> list[_Row]:
    """The row of a table, and those of the same chain that it descends from, but for tables set aside."""
    parents = {(link.child.name, link.column.name): link.parent for link in links_of(world)}
    rows, last = [_Row(table, "own", "")], [_Row(table, "own", "")]
    for _ in range(DEPTH):
        last = [
            _Row(parent, alias, f"LEFT JOIN {parent.name} AS {alias} ON {alias}.{parent.key.name} = {on}")
            for row in last
            for column in row.table.references
            if (parent := parents.get((row.table.name, column.name))) and f"{parent.name}." not in aside
            for alias, on in [(f"{row.alias}_{column.name}", f"{row.alias}.{column.name}")]
        ]
        rows += last
    return rows


def _joins(world: World, table: Table) -> str:
    return " ".join(row.join for row in _rows(world, table))


def _asked(there: Opened, table: Table, anomaly: Anomaly) -> Iterator[tuple[str, str]]:
    """What is asked of a row, by name and as SQL; not what makes the fault, see `Anomaly.shows_in`."""
    aside, key = set(anomaly.shows_in), table.key
    number, before, after = (_number(key, "own", name) for name in (key.name, "key_before", "key_after"))
    is_placed = f"{table.name}." in aside
    if not is_placed:
        yield from (("place", "own.place"), ("number", number))
    if f"{table.name}.{key.name}" not in aside:
        yield from (("gap before", f"{number} - {before}"), ("gap after", f"{after} - {number}"))
    for day in [column for column in table.columns if column.kind in ("day", "moment")][:1]:
        if f"{table.name}.{day.name}" not in aside:
            yield f"weekday of {day.name}", f"dayofweek(own.{day.name})"  # two would tell the days between
    for row in _rows(there.world, table, aside):
        for column in row.table.columns:
            name = f"{row.table.name}.{column.name}"
            if column is row.table.key or name in aside or (is_placed and column.is_reference):
                continue
            if f"{column.references}." in aside:
                continue
            if column.kind == "text" and _words(there, name) < MANY_WORDS:
                continue
            yield from ((f"{name} {what}", sql) for what, sql in _of_column(column, row.alias))


def _words(there: Opened, column: str) -> int:
    """How many different texts a column has, up to MANY_WORDS."""
    table, _, name = column.partition(".")
    return count(there.connection, f"SELECT DISTINCT {name} FROM {table} LIMIT {MANY_WORDS}")


def _of_column(column: Column, alias: str) -> Iterator[tuple[str, str]]:
    """What a column says that should not matter."""
    cell = f"{alias}.{column.name}"
    if column.references:
        yield "number", _number(column, alias, column.name)
    elif column.kind == "text":
        yield "hash", f"hash({cell}) % 997"
        yield "length", f"length({cell})"
    if column.kind == "moment":
        yield "second", f"second({cell})"
        yield "minute of day", f"60 * hour({cell}) + minute({cell})"


def _number(column: Column, alias: str, name: str) -> str:
    """The number of an id."""
    return (
        f"CAST(substr({alias}.{name}, {len(column.prefix) + 1}) AS BIGINT)"
        if column.prefix
        else f"{alias}.{name}"
    )
