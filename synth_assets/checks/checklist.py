"""A world's report: its checklist and its figures, asked of the published tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from synth_assets.checks.check import Check, Severity, of_offenders
from synth_assets.checks.queries import law_tables
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World


def check_list(connection: duckdb.DuckDBPyConnection, world: World, config: WorldConfig) -> list[Check]:
    """A check for each item of the list of a world's report; none for a world without a report.

    Those of a configuration for which the list is not meant only warn.

    Args:
        connection: sees all tables and the configuration, see `verify.connect`.
        world: the world.
        config: its configuration.
    """
    if world.report is None:
        return []
    severity: Severity = "ERROR" if world.report.is_blocking(config) else "WARN"
    return [
        replace(of_offenders(connection, name, _about(world, query), query, sentence), severity=severity)
        for name, sentence, query in world.sql(world.report.checklist)
    ]


def _about(world: World, query: str) -> str:
    """The table that an item speaks of: the first that its query names."""
    return min(law_tables(world, query), key=query.index)


def report_json(
    connection: duckdb.DuckDBPyConnection, world: World, config: WorldConfig, checks: Sequence[Check]
) -> bytes:
    """The report of a world that has one, as its file holds it.

    Args:
        connection: sees all tables, as for `check_list`.
        world: the world.
        config: its configuration.
        checks: what `check_list` found.
    """
    if world.report is None:
        raise ValueError(f"{world.name} has no report")
    figures = {
        name: connection.execute(query).fetchall()[0][0] for name, _, query in world.sql(world.report.figures)
    }
    document = world.report.render(config, figures, {check.name: check.passed for check in checks})
    return (json.dumps(document, indent=2) + "\n").encode()
