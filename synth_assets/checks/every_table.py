"""Items of a report's list about every table: rows, references and required values.

The list says such an item without a query: `-- name: no_orphans [references of every table] — …`.
"""

from __future__ import annotations

from collections.abc import Callable

from synth_assets.checks.check import SHOWN, Check, Row, rows
from synth_assets.checks.queries import quoted
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.checks.table_checks import pointers_checked_with
from synth_assets.model.query import Query

OF_EVERY_TABLE = " of every table"
"""How the brackets of such an item end."""


def every_table_check(query: Query, report: str) -> CheckSpec:
    """An item about every table; its brackets begin with one of `ITEMS`.

    Raises:
        ValueError: they do not.
    """
    about = query.marks.removesuffix(OF_EVERY_TABLE)
    if about not in ITEMS:
        raise ValueError(f"{query.name}: [{query.marks}] is about none of {', '.join(ITEMS)}")
    return CheckSpec(query.name, report, query.sentence, "ERROR", ITEMS[about])


def _rows(spec: CheckSpec, evidence: Evidence) -> Check:
    """Tables that hold rows; the manifest may hold none."""
    names = [table.name for table in evidence.world.tables if table is not evidence.world.manifest]
    evidence.counted_together([f"FROM {name}" for name in names if name not in evidence.partitions.rows])
    empty: list[Row] = [{"table": name} for name in names if not evidence.count(name)]
    total, filled = len(names), len(names) - len(empty)
    return spec.outcome(f"{total:,}", f"{filled:,} of {total:,}", not empty, (total, filled), empty[:SHOWN])


def _references(spec: CheckSpec, evidence: Evidence) -> Check:
    """Cells that point to no row, of every reference to every table."""
    world = evidence.world
    pointers = [pointer for table in world.tables for pointer in pointers_checked_with(world, table)]
    found = evidence.counted_together([pointer.orphans for pointer in pointers])
    first: list[Row] = []
    for pointer in (pointer for pointer, orphans in zip(pointers, found, strict=True) if orphans):
        cases = rows(evidence.connection, f"FROM ({pointer.orphans}) LIMIT {SHOWN}")
        first += [{"table": pointer.source.name, **case} for case in cases]
    orphans = sum(found)
    return spec.outcome(
        f"{len(pointers):,} references",
        f"{orphans:,} orphans",
        not orphans,
        (len(pointers), orphans),
        first[:SHOWN],
    )


def _required_values(spec: CheckSpec, evidence: Evidence) -> Check:
    """Empty cells of every column that must be filled."""
    required = {
        table.name: [column.name for column in table.columns if not column.nullable]
        for table in evidence.world.tables
    }
    queries = [
        f"SELECT {quoted(table)}, [{', '.join(f'count(*) - count({name})' for name in names)}] FROM {table}"
        for table, names in required.items()
    ]
    found = evidence.together(queries)
    columns = sum(map(len, required.values()))
    empty: list[Row] = [
        {"table": table, "column": name, "empty": cells}
        for table, counts in found
        for name, cells in zip(required[table], counts, strict=True)
        if cells
    ]
    return spec.outcome(
        f"{columns:,} columns", f"{len(empty):,} with nulls", not empty, (columns, len(empty)), empty[:SHOWN]
    )


ITEMS: dict[str, Callable[[CheckSpec, Evidence], Check]] = {
    "rows": _rows,
    "references": _references,
    "required values": _required_values,
}
"""What an item may be about."""
