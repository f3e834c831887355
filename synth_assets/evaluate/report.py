"""The report of a published world: what was made, whether it holds, what it looks like and how hard it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from synth_assets.checks.check import Check
from synth_assets.checks.verify import verify
from synth_assets.checks.world_checks import TOTAL
from synth_assets.derive.picture import drawn, points_of, svg
from synth_assets.evaluate.detectors.rules import found_without
from synth_assets.evaluate.difficulty import Measured, best_of, difficulty_checks, measure
from synth_assets.evaluate.leaks import leak_check
from synth_assets.evaluate.opened import Opened, opened
from synth_assets.evaluate.page import Grid, Page, Section, Tile
from synth_assets.model.manifest import DIFFICULTIES
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store


def report_page(store: Store) -> tuple[Page, list[Check]]:
    """The report of a world's published tables, and the checks that take detectors which learn.

    Raises:
        Problem: a table is missing, damaged or from another scenario; the message says what to run.
    """
    scenario, world = store.scenario(), store.world
    published = {table.name: store.published(table.name, scenario) for table in world.tables}
    checks = verify(world, scenario.config, published)
    measured = list(measure(scenario))
    with opened(store) as there:
        deep = [leak_check(there), *difficulty_checks(scenario, measured)]
        checks += deep
        sections = [
            _tables(world, published),
            _configuration(scenario),
            _truth(scenario, checks),
            _checks(checks),
            *_looks(there),
            *_books(there),
            _difficulty(measured, found_without(there)),
            _dictionary(world),
        ]
    labels = published[world.manifest.name].rows
    versions = ", ".join(f"{name} {version}" for name, version in scenario.versions.items())
    passed = sum(check.passed for check in checks)
    page = Page(
        title=world.name,
        subtitle=f"{world.summary.splitlines()[0]} As of {scenario.config.day}, seed {scenario.config.seed}, "
        f"scenario {scenario.id}, {versions}.",
        tiles=[
            Tile("rows", f"{sum(version.rows for version in published.values()):,}"),
            Tile("tables", f"{len(world.tables)}"),
            Tile("labelled faults", f"{labels:,}"),
            Tile("checks passed", f"{passed} of {len(checks)}"),
            Tile("bytes of Parquet", f"{sum(version.bytes for version in published.values()):,}"),
        ],
        sections=[section for section in sections if section.tables or section.pictures],
        problems=[f"{check.title}: {check.sentence}" for check in checks if not check.passed],
    )
    return page, deep


def _tables(world: World, published: Mapping[str, Published]) -> Section:
    rows = [
        (t.name, t.grain, f"{published[t.name].rows:,}", f"{published[t.name].bytes:,}") for t in world.tables
    ]
    table = Grid(("table", "one row is", "rows", "bytes"), rows, numbers=(2, 3))
    return Section("What was made", "Every table, in order of lineage.", [table])


def _configuration(scenario: Scenario) -> Section:
    rows = list(_keys(scenario.document["config"]))
    return Section("Configuration", "Every key, as it was resolved.", [Grid(("key", "value"), rows)])


def _keys(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _keys(value, f"{before}{key}.")
        else:
            shown = "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            yield f"{before}{key}", shown


def _truth(scenario: Scenario, checks: list[Check]) -> Section:
    """What was asked of each kind and found by its rule, which sees the tables alone."""
    kinds = {anomaly.name: anomaly for anomaly in scenario.world.anomalies}
    asked = scenario.world.asked_labels(scenario.config)
    rows = [
        (
            check.name.replace("_", " "),
            kinds[check.name].description,
            f"{asked[check.name][0]:,}",
            f"{asked[check.name][1] / max(asked[check.name][0], 1):.2%}",
            check.asked,
            check.found,
        )
        for check in checks
        if check.name in kinds
    ]
    total = next((check for check in checks if check.name == TOTAL), None)
    said = f"Rules, which see the tables alone, found {total.found} of {total.asked} labels." if total else ""
    heads = ("kind", "what is wrong", "population", "rate", "asked", "found")
    return Section("Truth", said, [Grid(heads, rows, numbers=(2, 3, 4, 5))])


def _checks(checks: list[Check]) -> Section:
    figures = [c for c in checks if c.numbers and " to " in c.asked]
    off = [c for c in checks if not c.passed]
    tables = [
        Grid(
            ("figure", "range", "found", "what it is"),
            [(c.name.replace("_", " "), c.asked, c.found, c.sentence) for c in figures],
            title="Figures",
            numbers=(1, 2),
        ),
        Grid(
            ("check", "table", "asked", "found", ""),
            [(c.name.replace("_", " "), c.table, c.asked, c.found, _verdict(c)) for c in checks],
            title=f"All {len(checks)} checks",
            is_folded=True,
        ),
    ]
    said = "All passed." if not off else f"{len(off)} did not pass."
    return Section("Checks", said, [table for table in tables if table.rows])


def _verdict(check: Check) -> str:
    return "ok" if check.passed else "failed" if check.severity == "ERROR" else "warning"


def _looks(there: Opened) -> Iterator[Section]:
    """The pictures of the tables."""
    shown = [(plot, points_of(there.connection, plot)) for plot in there.world.plots]
    yield Section(
        "What it looks like", "", pictures=[svg(drawn(plot, points)) for plot, points in shown if points]
    )


def _books(there: Opened) -> Iterator[Section]:
    """Ledger and ageing: the tables of the world's `report.sql`."""
    tables = []
    for query in there.world.sql("report"):
        relation = there.connection.sql(query.sql)
        rows = relation.fetchall()
        numbers = [i for i, kind in enumerate(relation.types) if kind.id not in ("varchar", "date", "enum")]
        cells = [[_cell(value) for value in row] for row in rows]
        heads = [name.replace("_", " ") for name in relation.columns]
        tables.append(Grid(heads, cells, query.name.replace("_", " "), query.sentence, numbers))
    yield Section("Books", "", tables)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float | Decimal) else str(value)


def _difficulty(found: list[Measured], without: Mapping[str, float]) -> Section:
    kinds = dict.fromkeys(one.kind for one in found)
    by = {(one.kind, one.difficulty): one for one in found}
    rows = [
        (
            kind.replace("_", " "),
            next(one.view for one in found if one.kind == kind).replace("_", " "),
            best_of([one for one in found if one.kind == kind]),
            *(_found(by.get((kind, grade))) for grade in DIFFICULTIES),
            f"{without[kind]:.0%}" if kind in without else "–",
            f"{next(one.forest for one in found if one.kind == kind):.2f}",
        )
        for kind in kinds
    ]
    heads = (
        "kind",
        "looked for in",
        "best detector",
        *(grade.replace("_", " ") for grade in DIFFICULTIES),
        "by other rules",
        "forest",
    )
    said = (
        "What the best of a panel of detectors finds of each grade when it may report 1 % of the sound rows. "
        "Detectors learn on another seed, from tables without the columns that a kind's rule compares. "
        "99, 90, 70, 40 and 15 % are meant, within ten. The rules find all. The last column is the average "
        "precision of the isolation forest, of all grades."
    )
    return Section("How hard it is", said, [Grid(heads, rows, numbers=range(3, 10))] if rows else [])


def _found(one: Measured | None) -> str:
    return f"{one.found / one.labels:.0%} of {one.labels:,}" if one else "–"


def _dictionary(world: World) -> Section:
    return Section(
        "Data dictionary",
        "Names and units of the views in DuckDB; in Parquet, amounts are in cents.",
        [_columns(table) for table in world.relations],
    )


def _columns(table: Table) -> Grid:
    rows = [(c.published_name, c.form.words, c.published_unit or "", c.description) for c in table.columns]
    return Grid(("column", "type", "unit", "meaning"), rows, table.name, table.grain, is_folded=True)
