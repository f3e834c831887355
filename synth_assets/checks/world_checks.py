"""All checks of a world, in the order in which they run: tables, laws, figures, the report, the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa

from synth_assets.checks.check import SHOWN, Check, count, rows
from synth_assets.checks.every_table import OF_EVERY_TABLE, every_table_check
from synth_assets.checks.figures import figure_check
from synth_assets.checks.giveaways import giveaway_check
from synth_assets.checks.grades import grade_check
from synth_assets.checks.queries import labelled_sql
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.checks.table_checks import offenders, table_checks
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.query import Query
from synth_assets.model.world import World

TOTAL = "rules find exactly the manifest"
"""Name of the check over all kinds of fault together."""


@cache
def world_checks(world: World) -> tuple[CheckSpec, ...]:
    """Every check of a world."""
    return (
        *(check for table in world.tables for check in table_checks(world, table)),
        *(_law(world, query) for query in world.sql("laws")),
        *(figure_check(query, last_table(world, query.sql)) for query in world.sql("figures")),
        *_report_checks(world),
        *([grade_check(world), giveaway_check(world)] if world.anomalies else []),
        *_decoy_checks(world),
        *_truth_checks(world),
    )


def last_table(world: World, query: str) -> str:
    """The table that a query is about: the last one, in order of lineage, that it reads."""
    return world.tables_read(query)[-1]


def _law(world: World, query: Query) -> CheckSpec:
    def run(spec: CheckSpec, evidence: Evidence) -> Check:
        return offenders(spec, evidence, query.sql)

    return CheckSpec(query.name, last_table(world, query.sql), query.sentence, "ERROR", run)


def _report_checks(world: World) -> Iterator[CheckSpec]:
    """The items of the list of a world's report; they warn where the configuration does not ask for them."""
    report = world.report
    if report is None:
        return
    for query in world.sql(report.checklist):
        item = _report_item(world, report.name, query)

        def run(spec: CheckSpec, evidence: Evidence, item: CheckSpec = item) -> Check:
            found = item.run(spec, evidence)
            return found if report.is_blocking(evidence.config) else found.as_warning()

        yield replace(item, run=run)


def _report_item(world: World, report: str, query: Query) -> CheckSpec:
    """A figure, an item about every table, or an item that holds when its query finds nothing."""
    if query.marks.endswith(OF_EVERY_TABLE):
        return every_table_check(query, report)
    if query.marks:
        return figure_check(query, report)
    about = min(world.tables_read(query.sql), key=query.sql.index)

    def run(spec: CheckSpec, evidence: Evidence) -> Check:
        return offenders(spec, evidence, query.sql, about)

    return CheckSpec(query.name, report, query.sentence, "ERROR", run)


def _truth_checks(world: World) -> Iterator[CheckSpec]:
    """For each kind as many labels as its rate asks for, found by its rule; and all kinds together."""
    manifest = world.manifest.name
    sentences = {query.name: query.sentence for query in world.sql("rules")}
    for anomaly in world.anomalies:

        def run(spec: CheckSpec, evidence: Evidence, anomaly: Anomaly = anomaly) -> Check:
            return _kind(spec, evidence, anomaly)

        yield CheckSpec(anomaly.name, manifest, sentences[anomaly.name], "ERROR", run)
    yield CheckSpec(
        "rates",
        manifest,
        "Each kind has as many labels as its rate asks for, and its rule finds as many.",
        "ERROR",
        _rates,
    )
    yield CheckSpec(
        TOTAL,
        manifest,
        "The rules, which see the tables alone, find every label and nothing else.",
        "ERROR",
        _total,
    )


def _decoy_checks(world: World) -> Iterator[CheckSpec]:
    """What only looks like a fault of a kind has no label of it."""
    decoys = list(world.sql(DECOYS))
    if decoys:
        manifest = world.manifest.name

        def run(spec: CheckSpec, evidence: Evidence) -> Check:
            cleared = evidence.partitions.decoys
            left = " UNION ALL ".join(
                f"SELECT '{decoy.name}' AS decoy, '{decoy.looks_like}' AS looks_like, "
                f"* FROM ({labelled_sql(decoy, manifest)})"
                for decoy in decoys
                if decoy.name not in cleared
            )
            found, wrong, labelled = sum(cleared.values()), 0, []
            if left:
                evidence.connection.execute(f"CREATE OR REPLACE TEMP TABLE decoys_found AS {left}")
                found += count(evidence.connection, "FROM decoys_found")
                wrong = count(evidence.connection, "FROM decoys_found WHERE is_labelled")
                labelled = rows(evidence.connection, f"FROM decoys_found WHERE is_labelled LIMIT {SHOWN}")
            kinds = len({decoy.looks_like for decoy in decoys})
            shown = f"{found:,}, {wrong:,} labelled" if wrong else f"{found:,}"
            return spec.outcome(f"like {kinds} kinds", shown, not wrong, (0, wrong), labelled)

        sentence = (
            "Rows that only look like faults, see decoys.sql, have no label of the kind that they look like."
        )
        yield CheckSpec("decoys are sound", manifest, sentence, "ERROR", run)


def _kind(spec: CheckSpec, evidence: Evidence, anomaly: Anomaly) -> Check:
    asked = evidence.asked_labels[anomaly.name][1]
    labels, seen, off = evidence.kind(anomaly)
    exact = not off and labels == asked
    found = f"{seen:,}" if exact else f"{seen:,}, {labels:,} labels"
    return spec.outcome(f"{asked:,}", found, exact, (asked, seen), off)


def _total(spec: CheckSpec, evidence: Evidence) -> Check:
    world = evidence.world
    asked = {kind: labels for kind, (_, labels) in evidence.asked_labels.items()}
    results = {anomaly.name: evidence.kind(anomaly) for anomaly in world.anomalies}
    seen = sum(result.found for result in results.values())
    off = [row for result in results.values() for row in result.failures]
    exact = not off and all(result.labels == asked[kind] for kind, result in results.items())
    total = sum(asked.values())
    return spec.outcome(f"{total:,}", f"{seen:,}", exact, (total, seen), off[:SHOWN])


def _rates(spec: CheckSpec, evidence: Evidence) -> Check:
    """One small frame with a row a kind, judged by pandera."""
    from synth_assets.derive.pandera_schema import ANOMALY_COLUMNS, anomaly_schema, failures

    world, config = evidence.world, evidence.config
    rates = config.anomaly_rates.model_dump()
    frame: list[dict[str, Any]] = []
    for anomaly in world.anomalies:
        population, asked = evidence.asked_labels[anomaly.name]
        result = evidence.kind(anomaly)
        rate = float(rates.get(anomaly.name, asked / max(population, 1)))
        cells = (anomaly.name, population, rate, asked, result.labels, result.found)
        frame.append(dict(zip(ANOMALY_COLUMNS, cells, strict=True)))
    wrong = failures(anomaly_schema(), pa.Table.from_pylist(frame, pa.schema(ANOMALY_COLUMNS)))
    asked_total, injected = (sum(row[key] for row in frame) for key in ("asked", "injected"))
    shown = [row for row in frame if row["kind"] in {case["row"] for case in wrong}] or wrong
    return spec.outcome(
        f"{asked_total:,} labels", f"{injected:,} labels", not wrong, (asked_total, injected), shown
    )
