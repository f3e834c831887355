"""What a check is before it runs, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pyarrow as pa

from synth_assets.checks.check import SHOWN, Check, Row, Severity, count
from synth_assets.checks.partitions import NO_RESULT, PartitionResult
from synth_assets.checks.queries import compare, restrictions
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.config import WorldConfig
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.storage.part_reader import PartReader
from synth_assets.storage.published import Published

if TYPE_CHECKING:
    import pandera.pyarrow as pandera


CATALOGUE = "catalogue"
"""What checks of all tables together belong to: the last asset of a world."""


TOGETHER = 10
"""Queries that are asked as one, at most: planning more of them at once takes longer again."""


class KindResult(NamedTuple):
    """The labels of one kind of fault, what its rule found, and the first that only one side has."""

    labels: int
    found: int
    failures: list[Row]


@dataclass
class Evidence:
    """What checks look at.

    Attributes:
        connection: sees a view for each table of `published` and the configuration, see `verify.connect`.
        world: the world.
        config: its configuration.
        published: the tables, which may be some of the world's.
        partitions: what was seen to hold partition by partition.
    """

    connection: duckdb.DuckDBPyConnection
    world: World
    config: WorldConfig
    published: Mapping[str, Published]
    partitions: PartitionResult = NO_RESULT
    _counts: dict[str, int] = field(default_factory=dict)
    _row_cases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _kinds: dict[str, KindResult] = field(default_factory=dict)

    @cached_property
    def asked_labels(self) -> dict[str, tuple[int, int]]:
        """For each kind, the rows that its rate counts and the labels that are asked for; worked out once."""
        return self.world.asked_labels(self.config)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.partitions.rows[table] if table in self.partitions.rows else self.counted(f"FROM {table}")

    def counted(self, query: str) -> int:
        """How many rows a query gives; asked once."""
        return self.counted_together([query])[0]

    def counted_together(self, queries: Sequence[str]) -> list[int]:
        """The same of many queries."""
        asked = [query for query in dict.fromkeys(queries) if query not in self._counts]
        counts = [f"SELECT {place}, count(*) FROM ({query})" for place, query in enumerate(asked)]
        self._counts |= {asked[place]: found for place, found in self.together(counts)}
        return [self._counts[query] for query in queries]

    def together(self, queries: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows of queries with the same columns, ten at a time: planning a query takes longer than
        counting."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(queries), TOGETHER):
            some = " UNION ALL ".join(queries[start : start + TOGETHER])
            found += self.connection.execute(some).fetchall()
        return found

    def row_cases(self, table: Table) -> list[dict[str, Any]]:
        """The first rows that break the table's pandera schema, part by part; looked for once."""
        if table.name not in self._row_cases:
            self._row_cases[table.name] = [] if self._is_sound(table) else self._find_row_cases(table)
        return self._row_cases[table.name]

    def _is_sound(self, table: Table) -> bool:
        """Whether one query over all rows finds nothing that the schema would refuse: it costs a tenth."""
        broken = [condition for column in table.columns for _, condition in restrictions(column)]
        broken += [f"NOT ({rule.sql})" for rule in table.rules]
        expected = [f"{column.name} {column.form.duckdb}" for column in table.columns]
        try:
            described = self.connection.execute(f"DESCRIBE {table.name}").fetchall()
            query = f"FROM {table.name} WHERE {' OR '.join(broken)} LIMIT 1"
            return [f"{name} {kind}" for name, kind, *_ in described] == expected and not count(
                self.connection, query
            )
        except duckdb.Error:
            return False

    def _find_row_cases(self, table: Table) -> list[dict[str, Any]]:
        from synth_assets.derive.pandera_schema import failures, row_schema

        schema: pandera.DataFrameSchema = row_schema(table)
        cases: list[dict[str, Any]] = []
        version = self.published[table.name]
        readers = (PartReader(file, "synth-assets generate") for file in version.files)
        for rows in chain.from_iterable(reader.pieces() for reader in readers):
            cases += failures(schema, _as_declared(rows, table), SHOWN - len(cases))
            if len(cases) >= SHOWN:
                break
        return cases

    def kind(self, anomaly: Anomaly) -> KindResult:
        """Labels of a kind against what its rule finds; compared once."""
        name, manifest = anomaly.name, self.world.manifest.name
        if name not in self._kinds:
            if self.partitions.passes(name, manifest):
                labels = self.partitions.labels[name]
                self._kinds[name] = KindResult(labels, labels, [])
            else:
                rule = next(query.sql for query in self.world.sql("rules") if query.name == name)
                self._kinds[name] = KindResult(*compare(self.connection, manifest, name, rule))
        return self._kinds[name]


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check, said once: the command line and Dagster run the same.

    Attributes:
        name: unique among the checks of one table.
        table: the table that it belongs to, the world's report, or its catalogue.
        sentence: what must hold.
        severity: ERROR where data that fails must not be used, WARN where it may.
        run: looks at the evidence and gives the outcome.
    """

    name: str
    table: str
    sentence: str
    severity: Severity
    run: Callable[[CheckSpec, Evidence], Check]

    def evaluate(self, evidence: Evidence) -> Check:
        """The outcome; a query that DuckDB refuses, or a damaged part, fails this check alone."""
        try:
            return self.run(self, evidence)
        except (duckdb.Error, Problem) as error:
            said = str(error).split("\n", 1)[0]
            return self.outcome("", "could not run", False, failures=[{"error": said}])

    def outcome(
        self,
        expected: str,
        found: str,
        passed: bool,
        numbers: tuple[float, float] | None = None,
        failures: list[Row] | None = None,
        severity: Severity | None = None,
    ) -> Check:
        """An outcome of this check; `numbers` are both sides where they are numbers."""
        return Check(
            self.name,
            self.table,
            expected,
            found,
            passed,
            self.sentence,
            severity or self.severity,
            failures or [],
            numbers,
        )


def _as_declared(rows: pa.Table, table: Table) -> pa.Table:
    """Words that another writer did not put into a dictionary, put into one."""
    for place, name in enumerate(rows.column_names):
        declared = next((column.arrow for column in table.columns if column.name == name), None)
        if declared and pa.types.is_dictionary(declared.type) and pa.types.is_string(rows[name].type):
            rows = rows.set_column(place, declared, rows[name].dictionary_encode().cast(declared.type))
    return rows
