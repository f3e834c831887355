"""The checks of an asset in Dagster's words: what they are called, and what came out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from synth_assets.checks.check import Check
from synth_assets.checks.spec import CheckSpec
from synth_assets.checks.world_checks import world_checks
from synth_assets.model.world import World
from synth_assets.orchestration.keys import asset_key


def checks_of(world: World, name: str) -> list[CheckSpec]:
    """The checks that belong to an asset: a table, or the world's report."""
    return [check for check in world_checks(world) if check.table == name]


def check_specs(world: World, name: str) -> list[dg.AssetCheckSpec]:
    """The same as Dagster announces them, each with its sentence; those that are no warning block."""
    key = asset_key(world, name)
    return [
        dg.AssetCheckSpec(
            identifier(check.name),
            asset=key,
            description=check.sentence,
            blocking=check.severity == "ERROR",
        )
        for check in checks_of(world, name)
    ]


def identifier(name: str) -> str:
    """A check's name as Dagster takes it: `due_date_is_not_before_issue_date`."""
    return re.sub(r"\W+", "_", name).strip("_")


def result(key: dg.AssetKey, check: Check) -> dg.AssetCheckResult:
    """A check of an asset for Dagster's page: what was compared, and the first failing rows as a table.

    The page draws the history of numbers, so both sides are there as numbers too.
    """
    metadata: dict[str, Any] = {"asked": check.asked, "found": check.found}
    if check.numbers:
        metadata |= dict(zip(("asked_number", "found_number"), check.numbers, strict=True))
    if check.failures:
        metadata["first_failures"] = as_table(check.failures)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=identifier(check.name),
        passed=check.passed,
        severity=dg.AssetCheckSeverity(check.severity),
        description=f"asked {check.asked}, found {check.found}",
        metadata=metadata,
    )


def as_table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Rows for Dagster's page: a column's values all of one type, text where they are not plain."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    numeric = {
        name
        for name in names
        if all(isinstance(row.get(name), int | float) and not isinstance(row.get(name), bool) for row in rows)
    }
    records = [
        dg.TableRecord(
            {n: _number(row[n]) if n in numeric else "" if row.get(n) is None else str(row[n]) for n in names}
        )
        for row in rows
    ]
    columns = [dg.TableColumn(n, "float" if n in numeric else "string") for n in names]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


def _number(value: Any) -> float:
    return value if isinstance(value, int) else float(value)
