"""Verification: published files against their declaration, their laws and their manifest.

DuckDB reads the Parquet; what should hold comes from a world's columns, its `laws.sql` and its `rules.sql`.
Nothing that generates is imported, so an error made there is not repeated here; only how many labels a
configuration asks for is the configuration's own word (`asked`). Every check can run alone
over some of the tables, which is how a table is checked before it is published.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from itertools import zip_longest

import duckdb

from synth_assets.checks.check import SHOWN, Check, Row, as_text, could_not_run, of_offenders
from synth_assets.checks.checklist import check_list
from synth_assets.checks.partitions import NO_RESULT, PartitionResult, check_partitions
from synth_assets.checks.queries import compare, file_schemas, law_tables, quoted, restrictions
from synth_assets.derive.duckdb_view import attach_files
from synth_assets.model.table import Table
from synth_assets.model.world import World

__all__ = [
    "TOTAL",
    "TOTAL_SENTENCE",
    "Check",
    "as_text",
    "check_laws",
    "check_references",
    "check_table",
    "check_truth",
    "connect",
    "law_table",
    "verify",
]

TOTAL = "rules find exactly the manifest"
TOTAL_SENTENCE = "The rules, which see the tables alone, find every label and nothing else."
"""Name of the check over all kinds of fault together."""

MEMORY = "3GB"
"""What a query over all parts may hold before it overflows to disk; groups of parts hold less."""


def verify(world: World, scenario: Mapping[str, object], sources: Mapping[str, str]) -> list[Check]:
    """Every check of a world: tables in lineage's order, references, laws, the report's list, the truth last.

    Args:
        world: the world's declaration.
        scenario: the resolved configuration, keys of `world.config`.
        sources: a Parquet path or glob for each table of the world.
    """
    with connect(world, scenario, sources) as connection:
        proof = check_partitions(connection, world, sources)
        checks = [check for t in world.tables for check in check_table(connection, t, sources[t.name], proof)]
        checks += [
            check for table in world.tables for check in check_references(connection, world, table, proof)
        ]
        checks += check_laws(connection, world, proof=proof)
        checks += check_list(connection, world, world.config.model_validate(dict(scenario)))
        return checks + check_truth(connection, world, scenario, proof)


def connect(
    world: World, scenario: Mapping[str, object], sources: Mapping[str, str]
) -> duckdb.DuckDBPyConnection:
    """A connection in memory with a view for each source and the configuration as one row, `scenario`.

    The row holds the configuration's keys and facts. The tables of `sources` may be some of the world's;
    checks then run over those. What does not fit into memory overflows into the system's directory for
    temporary files.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    overflow = os.path.join(tempfile.gettempdir(), f"synth_assets_verify_{os.getpid()}")
    connection.execute("SET temp_directory = $1", [overflow])
    config = world.config.model_validate(dict(scenario))
    keys = config.model_dump() | config.sql_facts()
    connection.execute("CREATE TABLE scenario AS SELECT unnest($1)", [keys])
    connection.execute("CREATE MACRO id_of(text) AS text")
    attach_files(connection, next(iter(sources.values()), ""))
    for table, source in sources.items():
        connection.read_parquet(source).create_view(table)
    return connection


def check_table(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, proof: PartitionResult = NO_RESULT
) -> list[Check]:
    """A table by itself: its schema, its keys in order, and the values that its columns allow."""
    key = table.key.name
    disordered = (
        f"FROM (SELECT {key}, lag({key}) OVER () AS previous FROM {table.name}) WHERE {key} <= previous"
    )
    return [
        _check_schema(connection, table, source),
        of_offenders(
            connection,
            "keys",
            table.name,
            disordered,
            "Keys are unique and stand in ascending order.",
            asked=proof.size(table.name),
            unit="out of order",
            cleared=proof.clears("keys", table.name),
        ),
        of_offenders(
            connection,
            "values",
            table.name,
            _values_query(table),
            "No value is missing, outside its range or its choices, or misspelt as an id.",
            asked=f"{len(table.columns)} columns",
            cleared=proof.clears("values", table.name),
        ),
    ]


def check_references(
    connection: duckdb.DuckDBPyConnection, world: World, table: Table, proof: PartitionResult = NO_RESULT
) -> list[Check]:
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
    cleared = proof.clears("references", table.name)
    return [of_offenders(connection, "references", table.name, query, sentence, asked, "orphans", cleared)]


def check_laws(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    table: str | None = None,
    proof: PartitionResult = NO_RESULT,
) -> list[Check]:
    """The laws about one table, or all laws."""
    return [
        of_offenders(
            connection, name, about, query, sentence, proof.size(about), cleared=proof.clears(name, about)
        )
        for name, sentence, query in world.sql("laws.sql")
        for about in [law_table(world, query)]
        if table in (None, about)
    ]


def law_table(world: World, query: str) -> str:
    """The table a query is about: the last one, in order of lineage, that it reads."""
    return law_tables(world, query)[-1]


def check_truth(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    scenario: Mapping[str, object],
    proof: PartitionResult = NO_RESULT,
) -> list[Check]:
    """For each kind: as many labels as asked, and exactly those found by its rule; and all kinds together."""
    quotas = world.expected_labels(world.config.model_validate(dict(scenario)))
    rules = {name: (sentence, query) for name, sentence, query in world.sql("rules.sql")}
    about = world.manifest.name
    kinds: list[Check] = []
    total = 0
    for anomaly in world.anomalies:
        sentence, query = rules[anomaly.name]
        asked = quotas[anomaly.name][1]
        try:
            labels, seen, failures = (
                (proof.labels[anomaly.name], proof.labels[anomaly.name], [])
                if proof.clears(anomaly.name, about)
                else compare(connection, about, anomaly.name, query)
            )
        except duckdb.Error as error:
            kinds.append(could_not_run(anomaly.name, about, f"{asked:,}", sentence, error))
            continue
        exact = not failures and labels == asked
        found = f"{seen:,}" if exact else f"{seen:,}, {labels:,} labels"
        kinds.append(Check(anomaly.name, about, f"{asked:,}", found, exact, sentence, failures=failures))
        total += seen
    return [
        *kinds,
        Check(
            TOTAL,
            about,
            f"{sum(quotas[anomaly.name][1] for anomaly in world.anomalies):,}",
            f"{total:,}",
            all(check.passed for check in kinds),
            TOTAL_SENTENCE,
            failures=[row for check in kinds for row in check.failures][:SHOWN],
        ),
    ]


def _check_schema(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> Check:
    """Names and types of the columns, in order, in every part: a view shows those of the first alone."""
    asked = [f"{column.name} {column.form.duckdb}" for column in table.columns]
    failures: list[Row] = [
        {"asked": a, "found": f, "part": os.path.basename(file)}
        for found, file in file_schemas(connection, source).items()
        for a, f in zip_longest(asked, found, fillvalue="")
        if a != f
    ]
    return Check(
        "schema",
        table.name,
        f"{len(asked)} columns",
        f"{len(failures)} off",
        not failures,
        "Columns have their declared names, types and order.",
        failures=failures,
    )


def _values_query(table: Table) -> str:
    """One scan that counts, for each column and restriction, the rows that break it."""
    counts = ", ".join(
        f"{{'column': '{column.name}', 'broken': {quoted(what)}, "
        f"'rows': count(*) FILTER (WHERE {broken}), "
        f"'first': min({table.key.name}) FILTER (WHERE {broken})}}"
        for column in table.columns
        for what, broken in restrictions(column)
    )
    return f"SELECT s.* FROM (SELECT unnest([{counts}]) AS s FROM {table.name}) WHERE s.rows > 0"
