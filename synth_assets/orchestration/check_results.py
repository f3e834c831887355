"""The checks of a table: what each is called and says, and how they run over a table not published yet.

`specs` and `evaluate` stand side by side on purpose: every check announced is evaluated, in the same order.
Rows are judged block by block by pandera, everything else by DuckDB over the staged files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dagster as dg
import duckdb
import pyarrow as pa

from synth_assets.checks import verify
from synth_assets.checks.check import SHOWN, Check, could_not_run
from synth_assets.derive.pandera_schema import (
    ANOMALY_COLUMNS,
    REFERENCE_COLUMNS,
    anomaly_schema,
    failures,
    reference_schema,
)
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.orchestration import distribution
from synth_assets.orchestration.keys import asset_key

SCHEMA, KEYS, REFERENCES, RATES = "schema", "keys", "references", "rates"

Rows = list[dict[str, object]]


def specs(world: World, table: Table) -> list[dg.AssetCheckSpec]:
    """The checks of a table, each with the sentence that it proves; those that are no warning block."""
    sentences = {
        SCHEMA: "Columns, types, ranges, choices and ids of every row are as declared.",
        KEYS: "Keys are unique and stand in ascending order.",
    }
    if table.references:
        sentences[REFERENCES] = "Every reference points to a row that exists."
    sentences |= {rule.name: f"In every row: {rule.name}." for rule in table.rules}
    sentences |= {
        name: sentence
        for name, sentence, query in world.sql("laws.sql")
        if verify.law_table(world, query) == table.name
    }
    if table is world.manifest:
        sentences[RATES] = "Each kind has as many labels as its rate asks for, and its rule finds as many."
        sentences |= {name: sentence for name, sentence, _ in world.sql("rules.sql")}
        sentences[verify.TOTAL] = verify.TOTAL_SENTENCE
    key = asset_key(world, table.name)
    blocking = [
        dg.AssetCheckSpec(identifier(name), asset=key, description=sentence, blocking=True)
        for name, sentence in sentences.items()
    ]
    return blocking + [
        dg.AssetCheckSpec(curve.name, asset=key, description=curve.sentence)
        for curve in distribution.of(world, table)
    ]


def identifier(name: str) -> str:
    """A check's name as Dagster takes it: `due_date_is_not_before_issue_date`."""
    return re.sub(r"\W+", "_", name).strip("_")


class RowChecks(NamedTuple):
    """What pandera found in the rows of a table: how many rows it saw, and the first cases."""

    table: Table
    rows: int
    cases: Rows

    def outcome(self) -> list[Check]:
        """One check for the columns and one for every rule."""
        rules = [rule.name for rule in self.table.rules]
        columns = [case for case in self.cases if case["check"] not in rules]
        return [self._check(SCHEMA, columns)] + [
            self._check(name, [case for case in self.cases if case["check"] == name]) for name in rules
        ]

    def _check(self, name: str, cases: Rows) -> Check:
        found = f"{len(cases):,} off" if len(cases) < SHOWN else f"{SHOWN} off or more"
        asked = f"{self.rows:,} {self.table.name}"
        return Check(name, self.table.name, asked, found, not cases, name, failures=cases[:SHOWN])


def evaluate(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    table: Table,
    config: WorldConfig,
    source: str,
    rows: RowChecks,
) -> list[Check]:
    """Every check of a table, over a connection that sees its staged files, `source`, and those before."""
    scenario = config.model_dump(mode="json")
    by_itself = {check.name: check for check in verify.check_table(connection, table, source)}
    schema, *rules = rows.outcome()
    found = [_as_declared([schema, by_itself["schema"], by_itself["values"]]), by_itself["keys"]]
    found += _references(connection, world, table)
    found += rules
    found += verify.check_laws(connection, world, table.name)
    if table is world.manifest:
        found += [_rates(connection, world, config), *verify.check_truth(connection, world, scenario)]
    return found + [distribution.check(connection, curve) for curve in distribution.of(world, table)]


def _as_declared(parts: Sequence[Check]) -> Check:
    """pandera over the rows and DuckDB over the file as one check: both must agree with the declaration."""
    first = parts[0]
    broken = next((part for part in parts if not part.passed), first)
    return Check(
        SCHEMA,
        first.table,
        first.asked,
        broken.found,
        broken.passed,
        first.sentence,
        failures=broken.failures,
    )


def _references(connection: duckdb.DuckDBPyConnection, world: World, table: Table) -> list[Check]:
    """The table's references as one small frame: a row each, with its orphans."""
    frame = []
    for column in table.references:
        target = world.table(str(column.references))
        query = (
            f"select count({column.name}), count({column.name}) filter (where {column.name} not in "
            f"(select {target.key.name} from {target.name})) from {table.name}"
        )
        try:
            rows, orphans = connection.execute(query).fetchall()[0]
        except duckdb.Error:
            return verify.check_references(connection, world, table)
        frame.append(
            dict(zip(REFERENCE_COLUMNS, (table.name, column.name, target.name, rows, orphans), strict=True))
        )
    if not frame:
        return []
    sound = not failures(reference_schema(), pa.Table.from_pylist(frame, pa.schema(REFERENCE_COLUMNS)))
    total = sum(row["orphans"] for row in frame)
    asked = ", ".join(f"{row['column']} in {row['references']}" for row in frame)
    orphans = [] if sound else verify.check_references(connection, world, table)[0].failures
    return [Check(REFERENCES, table.name, asked, f"{total:,} orphans", sound, "", failures=orphans)]


def _rates(connection: duckdb.DuckDBPyConnection, world: World, config: WorldConfig) -> Check:
    """The manifest's kinds as one small frame: population, rate, asked, injected, found by the rules."""
    try:
        frame = _kinds(connection, world, config)
    except duckdb.Error as error:
        return could_not_run(RATES, world.manifest.name, "", "", error)
    wrong = failures(anomaly_schema(), pa.Table.from_pylist(frame, pa.schema(ANOMALY_COLUMNS)))
    total = sum(row["asked"] for row in frame)
    injected = sum(row["injected"] for row in frame)
    shown = [row for row in frame if row["kind"] in {case["row"] for case in wrong}] if wrong else []
    return Check(
        RATES,
        world.manifest.name,
        f"{total:,} labels",
        f"{injected:,} labels",
        not wrong,
        "",
        failures=shown or wrong,
    )


def _kinds(connection: duckdb.DuckDBPyConnection, world: World, config: WorldConfig) -> list[dict[str, Any]]:
    """A row a kind of anomaly, columns `ANOMALY_COLUMNS`."""
    rates = config.model_dump().get("anomaly_rates", {})
    rules = {name: query for name, _, query in world.sql("rules.sql")}
    labels = dict(
        connection.execute(f"select type, count(*) from {world.manifest.name} group by 1").fetchall()
    )
    frame = []
    for kind, (population, asked) in world.expected_labels(config).items():
        found = connection.execute(f"select count(*) from ({rules[kind]})").fetchall()[0][0]
        rate = float(rates.get(kind, asked / max(population, 1)))
        values = (kind, population, rate, asked, labels.get(kind, 0), found)
        frame.append(dict(zip(ANOMALY_COLUMNS, values, strict=True)))
    return frame


def result(key: dg.AssetKey, check: Check) -> dg.AssetCheckResult:
    """A check of an asset for Dagster's page: what was compared, and the first failing rows as a table."""
    metadata: dict[str, Any] = {"asked": check.asked, "found": check.found}
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
