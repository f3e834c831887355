"""The report on a world's published tables: its list, its figures, and where its file is."""

from __future__ import annotations

import json
from collections.abc import Sequence

from synth_assets.checks.check import Check
from synth_assets.checks.every_table import OF_EVERY_TABLE
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.checks.verify import connect, run
from synth_assets.checks.world_checks import world_checks
from synth_assets.model.documents import read_document
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import StoragePath
from synth_assets.storage.store import Store


def report_on(store: Store, scenario: Scenario) -> tuple[list[Check], bytes]:
    """The checks of a world's list over its published tables, and what its report then says.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    world = store.world
    published = {name: store.published(name, scenario) for name in tables_of(world)}
    with connect(world, scenario.config, published) as connection:
        evidence = Evidence(connection, world, scenario.config, published)
        checks = run(checklist(world), evidence)
        return checks, report_json(evidence, checks, scenario.id)


def checklist(world: World) -> list[CheckSpec]:
    """The items of the list of a world's report; none for a world without a report."""
    return [check for check in world_checks(world) if world.report and check.table == world.report.name]


def tables_of(world: World) -> list[str]:
    """The tables that the report of a world reads, in order of lineage."""
    if world.report is None:
        return []
    queries = [*world.sql(world.report.checklist), *world.sql(world.report.figures)]
    read = {name for query in queries for name in world.tables_read(query.sql)}
    reads_all = any(query.marks.endswith(OF_EVERY_TABLE) for query in queries)
    return [table.name for table in world.tables if reads_all or table.name in read]


def refuse_stale_report(store: Store, scenario: Scenario) -> None:
    """See that the report beside the tables, if there is one, is of the same scenario.

    Raises:
        Problem: it is not: a run was stopped between the tables and the report, or somebody changed it.
    """
    if store.world.report is None:
        return
    path = report_file(store)
    try:
        found = read_document(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        found = None
    made_for = found.get("scenario") if isinstance(found, dict) else None
    if made_for != scenario.id:
        raise Problem(
            f"{path} is of another scenario than the tables ({made_for}, now {scenario.id}). "
            f"Run: {store.remedy}"
        )


def report_json(evidence: Evidence, checks: Sequence[Check], scenario: str) -> bytes:
    """The report of a world that has one, as its file holds it: its figures, which `checks` passed, and the
    id of the scenario."""
    report = evidence.world.report
    if report is None:
        raise ValueError(f"{evidence.world.name} has no report")
    figures: dict[str, float] = {check.name: check.numbers[1] for check in checks if check.numbers}
    for query in evidence.world.sql(report.figures):
        figures[query.name] = evidence.connection.execute(query.sql).fetchall()[0][0]
    document = report.render(evidence.config, figures, {check.name: check.passed for check in checks})
    return (json.dumps({**document, "scenario": scenario}, indent=2) + "\n").encode()


def report_file(store: Store) -> StoragePath:
    """`<data dir>/<world>/<report>.json` of a world that has a report."""
    if store.world.report is None:
        raise ValueError(f"{store.world.name} has no report")
    return store.home / f"{store.world.report.name}.json"
