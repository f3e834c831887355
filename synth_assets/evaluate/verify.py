"""Verification: published files against their declaration, their laws and their manifest.

DuckDB reads the Parquet; what should hold comes from a world's columns, its `laws.sql` and its `rules.sql`.
No code is shared with generation, so an error made there is not repeated here. Every check can run alone
over a part of the tables, which is how a table is checked before it is published.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import duckdb
from tabulate import tabulate

from synth_assets.model.columns import Column, Kind
from synth_assets.model.table import Table
from synth_assets.model.world import World

SHOWN = 20
"""Offenders that a check keeps, to be shown."""

TYPES: dict[Kind, str] = {
    "identifier": "VARCHAR",
    "reference": "VARCHAR",
    "money": "BIGINT",
    "decimal": "DOUBLE",
    "rate": "DOUBLE",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "choice": "VARCHAR",
    "text": "VARCHAR",
    "count": "BIGINT",
    "flag": "BOOLEAN",
}
"""DuckDB's type of each noun's Parquet column."""

Severity = Literal["ERROR", "WARN"]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one comparison.

    Attributes:
        name: what was checked; unique among the checks of one table.
        table: the table it is about, None for a check of the whole world.
        asked, found: both sides of the comparison, as a person reads them.
        passed: whether they agree.
        sentence: what is compared.
        severity: ERROR where data that fails must not be used, WARN where it may.
        failures: the first offenders, one mapping of column to value each.
    """

    name: str
    table: str | None
    asked: str
    found: str
    passed: bool
    sentence: str
    severity: Severity = "ERROR"
    failures: list[dict[str, object]] = field(default_factory=list)


def verify(world: World, scenario: Mapping[str, object], sources: Mapping[str, str]) -> list[Check]:
    """Every check of a world: tables in order of lineage, references, laws, and last the truth.

    Args:
        world: the world's declaration.
        scenario: the resolved configuration, keys of `world.config`.
        sources: a Parquet path or glob for each table of the world.
    """
    with connect(world, scenario, sources) as connection:
        checks = [check for table in world.tables for check in check_table(connection, table)]
        checks += [check for table in world.tables for check in check_references(connection, world, table)]
        checks += check_laws(connection, world)
        return checks + check_truth(connection, world, scenario)


def connect(
    world: World, scenario: Mapping[str, object], sources: Mapping[str, str]
) -> duckdb.DuckDBPyConnection:
    """A connection in memory with a view for each source and the configuration as one row, `scenario`.

    The tables of `sources` may be some of the world's; checks then run over those.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    overflow = os.path.join(tempfile.gettempdir(), f"synth_assets_verify_{os.getpid()}")
    connection.execute("SET temp_directory = $1", [overflow])
    keys = world.config.model_validate(dict(scenario)).model_dump()
    connection.execute("CREATE TABLE scenario AS SELECT unnest($1)", [keys])
    for table, source in sources.items():
        connection.read_parquet(source).create_view(table)
    return connection


def check_table(connection: duckdb.DuckDBPyConnection, table: Table) -> list[Check]:
    """A table by itself: its schema, its keys in order, and the values that its columns allow."""
    key = table.key.name
    return [
        _check_schema(connection, table),
        _check_query(
            connection,
            "keys",
            table.name,
            f"FROM (SELECT {key}, lag({key}) OVER () AS previous FROM {table.name}) WHERE {key} <= previous",
            "Keys are unique and stand in ascending order.",
            found="out of order",
        ),
        _check_query(
            connection,
            "values",
            table.name,
            _values_query(table),
            "No value is missing, outside its range or its choices, or misspelt as an id.",
            asked=f"{len(table.columns)} columns",
        ),
    ]


def check_references(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> list[Check]:
    """One check that every reference of a table points to a row; none for a table without references."""
    orphans = [
        f"SELECT '{column.name}' AS reference, {column.name} AS orphan, {table.key.name} AS row "
        f"FROM {table.name} ANTI JOIN (SELECT {world.table(column.references).key.name} AS target "
        f"FROM {column.references}) ON {column.name} = target WHERE {column.name} IS NOT NULL"
        for column in table.references
        if column.references
    ]
    if not orphans:
        return []
    sentence = "Every reference points to a row."
    asked = f"{len(orphans)} columns"
    query = " UNION ALL ".join(orphans)
    return [_check_query(connection, "references", table.name, query, sentence, asked, "orphans")]


def check_laws(connection: duckdb.DuckDBPyConnection, world: World, table: str | None = None) -> list[Check]:
    """The laws about one table, or all laws."""
    return [
        _check_query(connection, name, about, query, sentence)
        for name, sentence, query in world.sql("laws.sql")
        for about in [law_table(world, query)]
        if table in (None, about)
    ]


def law_table(world: World, query: str) -> str:
    """The table a query is about: the last one, in order of lineage, that it reads."""
    words = set(re.findall(r"\w+", query))
    return [table.name for table in world.tables if table.name in words][-1]


def check_truth(
    connection: duckdb.DuckDBPyConnection, world: World, scenario: Mapping[str, object]
) -> list[Check]:
    """For each kind: as many labels as asked, and exactly those found by its rule; and all kinds together."""
    quotas = world.config.model_validate(dict(scenario)).asked()
    rules = {name: (sentence, query) for name, sentence, query in world.sql("rules.sql")}
    about = world.manifest.name
    kinds: list[Check] = []
    asked = found = 0
    for anomaly in world.anomalies:
        sentence, query = rules[anomaly.name]
        _, quota = quotas[anomaly.name]
        try:
            labels, seen, failures = _compare(connection, about, anomaly.name, query)
        except duckdb.Error as error:
            kinds.append(_could_not_run(anomaly.name, about, f"{quota:,}", sentence, error))
            continue
        exact = not failures and labels == quota
        said = f"{seen:,}" if exact else f"{seen:,} for {labels:,} labels"
        kinds.append(Check(anomaly.name, about, f"{quota:,}", said, exact, sentence, failures=failures))
        asked, found = asked + quota, found + seen
    return [
        *kinds,
        Check(
            "rules find exactly the manifest",
            about,
            f"{asked:,}",
            f"{found:,}",
            all(check.passed for check in kinds),
            "The rules, which see the tables alone, find every label and nothing else.",
            failures=[row for check in kinds for row in check.failures][:SHOWN],
        ),
    ]


def as_text(checks: list[Check]) -> str:
    """The checks as a table; those of one name that all passed are one line, failures follow below."""
    names = list(dict.fromkeys(check.name for check in checks))
    lines = [line for name in names for line in _lines([c for c in checks if c.name == name])]
    parts = [
        tabulate(lines, headers=["check", "asked", "found", ""], tablefmt="plain", disable_numparse=True)
    ]
    for check in checks:
        if not check.passed:
            rows = tabulate(check.failures, headers="keys", tablefmt="plain", disable_numparse=True)
            parts.append(f"{_title(check)}: {check.sentence}\n{rows}".rstrip())
    return "\n\n".join(parts)


def _lines(checks: list[Check]) -> Iterator[tuple[str, str, str, str]]:
    """Lines of the checks of one name: one for all when they passed, else one for each that failed."""
    if all(check.passed for check in checks):
        asked = checks[0].asked if len(checks) == 1 else f"{len(checks)} tables"
        yield checks[0].name.replace("_", " "), asked, checks[0].found, "ok"
    for check in checks:
        if not check.passed:
            yield (
                _title(check),
                check.asked,
                check.found,
                "FAILED" if check.severity == "ERROR" else "warning",
            )


def _title(check: Check) -> str:
    place = f" ({check.table})" if check.table else ""
    return check.name.replace("_", " ") + place


def _check_schema(connection: duckdb.DuckDBPyConnection, table: Table) -> Check:
    """Names and types of the columns, in order."""
    described = connection.execute(f"DESCRIBE {table.name}").fetchall()
    asked = [(column.name, TYPES[column.kind]) for column in table.columns]
    found = [(row[0], row[1]) for row in described]
    width = max(len(asked), len(found))
    pairs = zip(*(side + [("", "")] * (width - len(side)) for side in (asked, found)), strict=True)
    failures: list[dict[str, object]] = [
        {"asked": " ".join(a), "found": " ".join(f)} for a, f in pairs if a != f
    ]
    sentence = "Columns have their declared names, types and order."
    columns = f"{len(asked)} columns"
    said = f"{len(failures)} off"
    return Check("schema", table.name, columns, said, not failures, sentence, failures=failures)


def _values_query(table: Table) -> str:
    """One scan that counts, for each column and restriction, the rows that break it."""
    counts = ", ".join(
        f"{{'column': '{column.name}', 'broken': '{_quoted(what)}', "
        f"'rows': count(*) FILTER (WHERE {broken}), 'first': min({table.key.name}) FILTER (WHERE {broken})}}"
        for column in table.columns
        for what, broken in _restrictions(column)
    )
    return f"SELECT s.* FROM (SELECT unnest([{counts}]) AS s FROM {table.name}) WHERE s.rows > 0"


def _restrictions(column: Column) -> Iterator[tuple[str, str]]:
    """What a column asks of its values, and the condition under which one breaks it."""
    name = column.name
    if not column.nullable:
        yield "not empty", f"{name} IS NULL"
    if column.choices:
        choices = ", ".join(f"'{_quoted(choice)}'" for choice in column.choices)
        yield "one of its choices", f"{name} NOT IN ({choices})"
    if column.pattern:
        yield column.pattern, f"NOT regexp_matches({name}, '{column.pattern}')"
    if column.minimum is not None:
        yield f"at least {column.minimum:g}", f"{name} < {column.minimum}"
    if column.maximum is not None:
        yield f"at most {column.maximum:g}", f"{name} > {column.maximum}"
    if column.kind in ("decimal", "rate"):
        yield "two decimals", f"NOT isfinite({name}) OR {name} <> round({name}, 2)"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _check_query(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: str,
    query: str,
    sentence: str,
    asked: str | None = None,
    found: str = "off",
) -> Check:
    """A check that passes when the query returns no row. `asked` is the table's size unless told."""
    try:
        if asked is None:
            asked = f"{_count(connection, f'FROM {table}'):,} {table}"
        failures = _rows(connection, f"FROM ({query}) LIMIT {SHOWN}")
        count = len(failures) if len(failures) < SHOWN else _count(connection, query)
    except duckdb.Error as error:
        return _could_not_run(name, table, asked or "", sentence, error)
    return Check(name, table, asked, f"{count:,} {found}", not failures, sentence, failures=failures)


def _could_not_run(name: str, table: str, asked: str, sentence: str, error: duckdb.Error) -> Check:
    """A check that failed because DuckDB refused its query: a column is missing, a file unreadable."""
    said = str(error).split("\n", 1)[0]
    return Check(name, table, asked, "could not run", False, sentence, failures=[{"error": said}])


def _compare(
    connection: duckdb.DuckDBPyConnection, manifest: str, kind: str, query: str
) -> tuple[int, int, list[dict[str, object]]]:
    """Labels of a kind, rows its rule found, and the first of those that only one side has."""
    values = ", ".join(f"CAST({v} AS DECIMAL(18, 2)) AS {v}" for v in ("expected_value", "actual_value"))
    columns = f"entity_id, related_entity_id, {values}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {columns} FROM ({query})")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE labels AS SELECT {columns} FROM {manifest} WHERE type = '{kind}'"
    )
    failures = _rows(
        connection,
        f"(SELECT '{kind}' AS kind, 'missed' AS problem, * FROM (FROM labels EXCEPT ALL FROM seen)) "
        f"UNION ALL (SELECT '{kind}', 'extra', * FROM (FROM seen EXCEPT ALL FROM labels)) LIMIT {SHOWN}",
    )
    return _count(connection, "FROM labels"), _count(connection, "FROM seen"), failures


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
