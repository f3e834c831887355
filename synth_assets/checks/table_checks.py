"""Checks of a table by itself, and of what its references point to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

import pyarrow as pa

from synth_assets.checks.check import SHOWN, Check, Row, count, rows
from synth_assets.checks.queries import file_schemas, quoted
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.storage.paths import digest


def table_checks(world: World, table: Table) -> Iterator[CheckSpec]:
    """Bytes, schema, keys, values, row rules and references of a table."""
    name = table.name
    yield CheckSpec("parts", name, "Every part holds the bytes that were written.", "ERROR", _parts)
    yield CheckSpec("schema", name, "Columns have their declared names, types and order.", "ERROR", _schema)
    within = " within each block" if table.keys_overlap else ""
    yield CheckSpec("keys", name, f"Keys are unique and ascend{within}.", "ERROR", _keys)
    yield CheckSpec(
        "values",
        name,
        "No value is missing, outside its range or its choices, or misspelt as an id.",
        "ERROR",
        _values,
    )
    for rule in table.rules:
        yield CheckSpec(rule.name, name, f"In every row: {rule.sql}.", "ERROR", _rule)
    if list(pointers_checked_with(world, table)):
        yield CheckSpec("references", name, "Every reference points to a row.", "ERROR", _references)


def _parts(spec: CheckSpec, evidence: Evidence) -> Check:
    version = evidence.published[spec.table]
    changed: list[Row] = [
        {"part": str(file)}
        for file, part in zip(version.files, version.parts, strict=True)
        if digest(file) != part.sha256
    ]
    return spec.outcome(
        f"{len(version.parts):,} parts",
        f"{len(changed):,} changed",
        not changed,
        (len(version.parts), len(changed)),
        changed[:SHOWN],
    )


def _schema(spec: CheckSpec, evidence: Evidence) -> Check:
    """In every part: a view shows the columns of the first alone."""
    table = evidence.world.table(spec.table)
    expected = [f"{column.name} {column.form.duckdb}" for column in table.columns]
    off: list[Row] = [
        {"expected": one, "found": other, "part": file.rpartition("/")[2]}
        for found, file in file_schemas(evidence.connection, evidence.published[spec.table].glob).items()
        for one, other in zip_longest(expected, found, fillvalue="")
        if one != other
    ]
    return spec.outcome(
        f"{len(expected)} columns", f"{len(off)} off", not off, (len(expected), len(off)), off
    )


def _keys(spec: CheckSpec, evidence: Evidence) -> Check:
    table = evidence.world.table(spec.table)
    key = table.key.name
    if table.keys_overlap:
        return offenders(spec, evidence, _repeated_or_unsorted(evidence, table), unit="out of order")
    query = f"FROM (SELECT {key}, lag({key}) OVER () AS previous FROM {spec.table}) WHERE {key} <= previous"
    return offenders(spec, evidence, query, unit="out of order")


def _repeated_or_unsorted(evidence: Evidence, table: Table) -> str:
    """The query of the keys that come twice, or do not ascend within their block."""
    version = evidence.published[table.name]
    key, source = table.key.name, quoted(version.glob)
    starts = ", ".join(f"({quoted(str(file))}, {first})" for file, first in version.block_starts)
    return f"""
        SELECT {key}, CASE WHEN {key} = nearest THEN nearest ELSE before END AS previous FROM (
            SELECT {key}, lag({key}) OVER (PARTITION BY file, first ORDER BY place) AS before,
                lag({key}) OVER (ORDER BY {key}, file, place) AS nearest
            FROM (
                SELECT {key}, filename AS file, file_row_number AS place FROM read_parquet(
                    {source}, hive_partitioning = false, filename = true, file_row_number = true)
            ) ASOF LEFT JOIN (VALUES {starts}) AS blocks (in_file, first) ON file = in_file AND place >= first
        ) WHERE {key} <= before OR {key} = nearest"""


def _values(spec: CheckSpec, evidence: Evidence) -> Check:
    table = evidence.world.table(spec.table)
    total = len(table.columns)
    if evidence.partitions.passes(spec.name, spec.table):
        return _row_cases(spec, f"{total} columns", total, [])
    rules = {rule.name for rule in table.rules}
    cases = [case for case in evidence.row_cases(table) if case["check"] not in rules]
    return _row_cases(spec, f"{total} columns", total, cases)


def _rule(spec: CheckSpec, evidence: Evidence) -> Check:
    total = evidence.count(spec.table)
    expected = f"{total:,} {spec.table}"
    if evidence.partitions.passes(spec.name, spec.table):
        return _row_cases(spec, expected, total, [])
    cases = evidence.row_cases(evidence.world.table(spec.table))
    return _row_cases(spec, expected, total, [case for case in cases if case["check"] == spec.name])


def _row_cases(spec: CheckSpec, expected: str, total: int, cases: list[Row]) -> Check:
    found = f"{len(cases):,} off" if len(cases) < SHOWN else f"{SHOWN} off or more"
    return spec.outcome(expected, found, not cases, (total, len(cases)), cases[:SHOWN])


def offenders(
    spec: CheckSpec, evidence: Evidence, query: str, about: str | None = None, unit: str = "off"
) -> Check:
    """The outcome of a query that must return no row, over the rows of the table it is about."""
    about = about or spec.table
    total = evidence.count(about)
    expected = f"{total:,} {about}"
    if evidence.partitions.passes(spec.name, about):
        return spec.outcome(expected, f"0 {unit}", True, (total, 0))
    number = count(evidence.connection, query)  # without LIMIT, under which DuckDB 2.0 may wait for ever
    found = rows(evidence.connection, f"FROM ({query}) LIMIT {SHOWN}") if number else []
    return spec.outcome(expected, f"{number:,} {unit}", not found, (total, number), found)


class Pointer(NamedTuple):
    """A reference of a table to one target table."""

    source: Table
    column: Column
    target: Table
    chosen: str | None

    @property
    def label(self) -> str:
        """The reference in words: its column, and the table where that is not the one being checked."""
        return f"{self.column.name} in {self.target.name}"

    @property
    def filled(self) -> str:
        """The condition of a row that points to the target."""
        name = f"s.{self.column.name} IS NOT NULL"
        return f"{name} AND s.{self.column.chosen_by} = {quoted(self.chosen)}" if self.chosen else name

    @property
    def orphans(self) -> str:
        """The query of the rows that point to no row."""
        return (
            f"SELECT '{self.column.name}' AS reference, CAST(s.{self.column.name} AS VARCHAR) AS orphan, "
            f"CAST(s.{self.source.key.name} AS VARCHAR) AS row FROM {self.source.name} AS s "
            f"ANTI JOIN (SELECT {self.target.key.name} AS target FROM {self.target.name}) AS t "
            f"ON s.{self.column.name} = t.target WHERE {self.filled}"
        )


def pointers_checked_with(world: World, table: Table) -> Iterator[Pointer]:
    """The table's own references, and those of earlier tables that wait for it."""
    for source in world.tables:
        for column in source.references:
            targets = [(None, column.references)] if column.references else column.targets
            for chosen, name in targets:
                waits = column.is_deferred and name == table.name
                if waits or (source is table and not column.is_deferred):
                    yield Pointer(source, column, world.table(str(name)), chosen)


def _references(spec: CheckSpec, evidence: Evidence) -> Check:
    """One small frame with a row a reference, judged by pandera."""
    from synth_assets.derive.pandera_schema import REFERENCE_COLUMNS, failures, reference_schema

    pointers = list(pointers_checked_with(evidence.world, evidence.world.table(spec.table)))
    expected = ", ".join(pointer.label for pointer in pointers)
    if evidence.partitions.passes(spec.name, spec.table):
        return spec.outcome(expected, "0 orphans", True, (len(pointers), 0))
    counted = [_counted(evidence, pointer) for pointer in pointers]
    frame = [dict(zip(REFERENCE_COLUMNS, row, strict=True)) for row in counted]
    wrong = failures(reference_schema(), pa.Table.from_pylist(frame, pa.schema(REFERENCE_COLUMNS)))
    orphans = sum(row[-1] for row in counted)
    first = " UNION ALL ".join(f"({pointer.orphans})" for pointer in pointers) if wrong else ""
    shown = rows(evidence.connection, f"FROM ({first}) LIMIT {SHOWN}") if wrong else []
    return spec.outcome(expected, f"{orphans:,} orphans", not wrong, (len(pointers), orphans), shown)


def _counted(evidence: Evidence, pointer: Pointer) -> tuple[str, str, str, int, int]:
    """A row of the frame: where the reference stands, its target, its filled cells and its orphans."""
    filled = evidence.counted(f"FROM {pointer.source.name} AS s WHERE {pointer.filled}")
    orphans = evidence.counted(pointer.orphans)
    return pointer.source.name, pointer.column.name, pointer.target.name, filled, orphans
