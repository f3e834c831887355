"""The checks of an asset in Dagster's words: what they are called, and what came out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from synth_assets.checks.check import Check
from synth_assets.checks.spec import CheckSpec
from synth_assets.checks.world_checks import world_checks
from synth_assets.model.errors import Problem
from synth_assets.model.world import World
from synth_assets.orchestration.failures import Event
from synth_assets.orchestration.keys import asset_key
from synth_assets.storage.paths import translate_os_errors
from synth_assets.storage.store import Store, data_dir


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


def chosen(context: dg.AssetExecutionContext, checks: Sequence[CheckSpec]) -> list[CheckSpec]:
    """Those checks that a run selects."""
    names = {key.name for key in context.selected_asset_check_keys}
    return [check for check in checks if identifier(check.name) in names]


def told(
    context: dg.AssetExecutionContext, key: dg.AssetKey, found: Iterable[Check], fate: str
) -> Iterator[dg.AssetCheckResult]:
    """The outcomes that a run asks for: Dagster refuses others, but all were judged before publishing."""
    names = {check.name for check in context.selected_asset_check_keys}
    return (result(key, check, fate) for check in found if identifier(check.name) in names)


def refuse_silence(context: dg.AssetExecutionContext, found: Iterable[Check], fate: str) -> None:
    """End a run that asks for no check that failed, in words: nothing else would say why nothing came.

    Raises:
        Problem: always where that is so.
    """
    names = {check.name for check in context.selected_asset_check_keys}
    failed = [check for check in found if not check.passed and check.severity == "ERROR"]
    if not any(identifier(check.name) in names for check in failed):
        raise Problem(f"{failed[0].table}: {failed[0].name} failed{fate}. Run it with its checks to see more")


def withheld(context: dg.AssetExecutionContext, store: Store, name: str) -> str:
    """What becomes of rows that a check refuses: which run made them, and what stays in their place."""
    run = f"; the rows of run {context.run.run_id[:8]} were withheld"
    try:
        return f"{run}, those of scenario {store.published(name).scenario} stay"
    except Problem:
        return f"{run}, and nothing is published"


def severities(checks: Iterable[CheckSpec]) -> dict[str, str]:
    """How severe each check is, by its name in Dagster."""
    return {identifier(check.name): check.severity for check in checks}


def with_reasons(
    context: dg.AssetExecutionContext, key: dg.AssetKey, severe: Mapping[str, str], events: Iterable[Event]
) -> Iterator[Event]:
    """The events of an asset; where a problem ends them, each check that did not run fails and says why.

    Args:
        context: of the run; it knows which checks are asked for.
        key: the asset's.
        severe: its checks, see `severities`.
        events: what the asset tells.

    Raises:
        Problem: the same.
    """
    told = set()
    try:
        with translate_os_errors(data_dir()):
            for event in events:
                if isinstance(event, dg.AssetCheckResult):
                    told.add(event.check_name)
                yield event
    except Problem as problem:
        asked = {check.name for check in context.selected_asset_check_keys}
        for name, severity in severe.items():
            if name in asked - told:
                yield dg.AssetCheckResult(
                    asset_key=key,
                    check_name=name,
                    passed=False,
                    severity=dg.AssetCheckSeverity(severity),
                    description=f"did not run: {problem}",
                )
        raise


def result(key: dg.AssetKey, check: Check, fate: str = "") -> dg.AssetCheckResult:
    """A check of an asset for Dagster's page: what was compared, and the first failing rows as a table.

    The page draws the history of numbers, so both sides are there as numbers too. `fate` says what became of
    the rows, where they are not those that the page shows.
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
        description=f"asked {check.asked}, found {check.found}{fate}",
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
