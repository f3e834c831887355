"""How well findings meet the manifest: by row, by case and in money.

A label is found where a finding names its row and its kind; a finding without a kind is of any. By case,
naming any row of the label's chain will do: the order or the payment of a drifted invoice. Precision is the
share of findings that are right, recall the share of labels that are found; without any of them both are 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from synth_assets.checks.check import count
from synth_assets.checks.queries import quoted
from synth_assets.evaluate.delays import NONE_FOUND, delays
from synth_assets.evaluate.findings import load_findings, spell_out_ids
from synth_assets.evaluate.matching import match
from synth_assets.evaluate.opened import Opened, opened
from synth_assets.evaluate.ranking import ranking
from synth_assets.evaluate.scores import Alarms, Score, Scores
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.errors import UsageProblem
from synth_assets.model.manifest import DIFFICULTIES

if TYPE_CHECKING:
    import duckdb

    from synth_assets.evaluate.findings import Findings
    from synth_assets.generation.generate import Dataset
    from synth_assets.storage.store import Store

EXAMPLES = 5
"""Findings that name no row, so many of which are shown."""


def score(data: Dataset | Store, findings: Findings, *, strict: bool = False) -> Scores:
    """How well findings meet the manifest of a dataset.

    Args:
        data: a dataset in memory, or the published tables of a store.
        findings: see `findings.load_findings`.
        strict: whether a finding that is given twice, of an unknown type, names no row, or is of a
            day before its fault, is an error.

    Raises:
        UsageProblem: findings have no column entity_id; or, if strict, one of them cannot be right.
        Problem: the file of findings cannot be read, or a table is missing.
    """
    with opened(data) as there:
        scores = scored(there, findings)
    if strict and scores.problems:
        raise UsageProblem("findings: " + "; ".join(scores.problems))
    return scores


def scored(there: Opened, findings: Findings) -> Scores:
    """The same of a dataset that is open; whatever is odd is counted."""
    connection, world = there.connection, there.world
    load_findings(connection, findings)
    spell_out_ids(connection, world)
    given = count(connection, "FROM given")
    typed = not count(connection, "FROM given WHERE type IS NULL")
    if not typed and not all(world.table_of(anomaly.entity).key.prefix for anomaly in world.anomalies):
        raise UsageProblem(
            f"{world.name}: findings need a type: its ids are plain numbers, which name a row of any table"
        )
    decoys = match(there)
    kinds = [anomaly.name for anomaly in world.anomalies]
    unknown_types = dict(
        connection.execute(
            f"SELECT type, count(*) FROM findings WHERE type NOT IN ({', '.join(map(quoted, kinds))}) "
            "GROUP BY ALL ORDER BY 2 DESC, 1"
        ).fetchall()
    )
    rows, cases = (_by_kind(connection, kinds, hits, typed) for hits in ("row_hits", "case_hits"))
    grades = _by_difficulty(connection)
    sure = count(connection, "FROM findings WHERE score IS NOT NULL LIMIT 1") > 0
    ranks = {kind: ranking(connection, kind) for kind in kinds} if sure and typed else {}
    unknown_ids, examples = _unknown_ids(connection, kinds)
    dated = count(connection, "FROM findings WHERE found_on IS NOT NULL LIMIT 1") > 0
    days = delays(connection) if dated else {}
    return Scores(
        world=world.name,
        scenario=there.scenario.id,
        overall=rows[None],
        by_type={kind: rows[kind] for kind in kinds},
        by_difficulty=grades[None],
        by_type_and_difficulty={kind: grades.get(kind, {}) for kind in kinds},
        case_overall=cases[None],
        case_by_type={kind: cases[kind] for kind in kinds},
        decoys={decoy.name: Alarms(decoy.looks_like, *decoys[decoy.name]) for decoy in world.sql(DECOYS)},
        ranking=ranking(connection) if sure else None,
        rankings=ranks,
        duplicates=given - count(connection, "FROM findings"),
        unknown_types=unknown_types,
        unknown_ids=unknown_ids,
        unknown_id_examples=examples,
        delay=days.get(None, NONE_FOUND) if dated else None,
        delays={kind: days.get(kind, NONE_FOUND) for kind in kinds} if dated else {},
        too_early=count(connection, "SELECT DISTINCT place FROM detected WHERE days < 0"),
    )


def _unknown_ids(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """How many findings of known types name no row, and the first of their ids."""
    connection.execute(
        "CREATE TEMP TABLE unknown AS FROM findings "
        "ANTI JOIN row_hits USING (place) ANTI JOIN known USING (place) "
        f"WHERE type IS NULL OR type IN ({', '.join(map(quoted, kinds))})"
    )
    examples = connection.execute(
        f"SELECT DISTINCT entity_id FROM unknown ORDER BY 1 LIMIT {EXAMPLES}"
    ).fetchall()
    return count(connection, "FROM unknown"), tuple(row[0] for row in examples)


def _by_kind(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], hits: str, typed: bool
) -> dict[str | None, Score]:
    """The score of each kind, and under None that of all together, by row or by case.

    Args:
        connection: where findings have met labels.
        kinds: the world's kinds.
        hits: the table that says who meets whom.
        typed: whether every finding says its kind.
    """
    labels = _numbers(connection, _labels_sql("type", hits))
    findings = _numbers(
        connection,
        f"""
        SELECT type, count(*), count(*) FILTER (is_right), coalesce(sum(cents) FILTER (NOT is_right), 0)
        FROM (SELECT *, place IN (SELECT place FROM {hits}) AS is_right FROM findings)
        LEFT JOIN worth USING (place) GROUP BY type
        """,
    )
    found: dict[str | None, Score] = {
        kind: _score(labels.get(kind, NOTHING), findings.get(kind, NOTHING) if typed else None)
        for kind in kinds
    }
    all_labels, all_findings = _sum(labels.values()), _sum(findings.values())
    return {**found, None: _score(all_labels, all_findings)}


def _by_difficulty(connection: duckdb.DuckDBPyConnection) -> dict[str | None, dict[str, Score]]:
    """The score of each difficulty, by kind, and under None of all kinds; only those that there are."""
    rows = connection.execute(_labels_sql("type, difficulty", "row_hits")).fetchall()
    kinds: dict[str | None, dict[str, list[Numbers]]] = {}
    for kind, difficulty, *numbers in rows:
        for key in (kind, None):
            kinds.setdefault(key, {}).setdefault(difficulty, []).append(tuple(numbers))
    return {
        kind: {name: _score(_sum(found[name]), None) for name in DIFFICULTIES if name in found}
        for kind, found in kinds.items()
    } | ({} if None in kinds else {None: {}})


Numbers = tuple[int, ...]
NOTHING: Numbers = (0, 0, 0, 0)


def _labels_sql(by: str, hits: str) -> str:
    """Labels, those found, and cents at risk of those found and missed, by some columns."""
    return f"""
        SELECT {by}, count(*), count(*) FILTER (is_found), coalesce(sum(cents) FILTER (is_found), 0),
            coalesce(sum(cents) FILTER (NOT is_found), 0)
        FROM (SELECT *, label IN (SELECT label FROM {hits}) AS is_found FROM labels) GROUP BY {by}
        """


def _numbers(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str | None, Numbers]:
    return {kind: tuple(map(int, numbers)) for kind, *numbers in connection.execute(query).fetchall()}


def _sum(several: Iterable[Numbers]) -> Numbers:
    return tuple(map(sum, zip(*several, strict=True))) or NOTHING


def _score(labels: Numbers, findings: Numbers | None) -> Score:
    there, found, found_cents, missed_cents = map(int, labels)
    reported, right, vain_cents, *_ = findings or NOTHING
    return Score(
        labels=there,
        findings=None if findings is None else reported,
        found=found,
        right=right,
        at_risk_found=found_cents / 100,
        at_risk_missed=missed_cents / 100,
        in_vain=vain_cents / 100,
    )
