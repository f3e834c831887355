"""What a few blocks at a time can clear: sound data is proven so in one pass, in memory that does not grow.

The tables that descend from one root are read in groups: some blocks, of every table. Once keys ascend from
the first block to the last, or are unique where blocks overlap, and every reference of every group
points into the group, a law whose rows are linked by references holds over the whole when it holds in every
group, and the rules find in a group what they would find there over the whole. So a group clears checks and
never fails one: whatever it does not clear is judged over the whole, by the same query, and that judgement is
what is shown.

In a group ids are numbers, which join in a tenth of the time, and only once each is found to be spelt as its
column says; choices are of an ENUM type. Both are equal exactly where the words are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from synth_assets.checks.check import count
from synth_assets.checks.numbers import Misspelt, Numbers, numbers_of
from synth_assets.checks.queries import labelled_sql, quoted, restrictions
from synth_assets.model.columns import Column
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.query import Query
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.storage.published import Published, block_groups

GROUP_ROWS = 5_000_000
"""Rows of a group, over all its tables; one block at least."""

SPACE = 10**9
"""Numbers that ids of one prefix can have: those of the next prefix follow."""

LABEL = {"type", "entity_id", "related_entity_id", "expected_value", "actual_value"}
"""What labels are compared by."""

TALLY = re.compile(r"WITH tally AS \(\n(.*?)\n\)\n(.*)", re.DOTALL)
"""A law over sums: a query whose rows may be taken group by group, and one over all of them."""


class CannotPartition(Exception):
    """The blocks cannot be read apart: a key is out of order or comes twice, or a reference points out of its
    group."""


@dataclass(eq=False)
class PartitionResult:
    """What the groups cleared.

    Attributes:
        passed: checks of tables, row rules, laws and kinds of fault that hold, each as (name, table).
        rows: rows of each table.
        labels: labels of each kind, as many as its rule finds.
        decoys: rows of each decoy that is cleared: none has a label.
    """

    passed: set[tuple[str, str]] = field(default_factory=set)
    rows: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    decoys: Counter[str] = field(default_factory=Counter)

    def passes(self, name: str, table: str) -> bool:
        """Whether a check needs no other judgement."""
        return (name, table) in self.passed


NO_RESULT = PartitionResult()
"""Nothing is known to hold."""


def check_partitions(
    connection: duckdb.DuckDBPyConnection, world: World, published: Mapping[str, Published]
) -> PartitionResult:
    """What the groups of a world's blocks clear; nothing where they cannot be read apart."""
    settings = {"search_path": "apart,main", "disabled_optimizers": "join_filter_pushdown", "threads": 1}
    connection.execute("CREATE SCHEMA apart")
    try:
        for name, value in settings.items():
            connection.execute(f"SET {name} = '{value}'")
        return _Groups(connection, world, published).result()
    except (duckdb.Error, Misspelt, CannotPartition):
        return NO_RESULT
    finally:
        for name in settings:
            connection.execute(f"RESET {name}")
        connection.execute("DROP SCHEMA apart CASCADE")


class _Groups:
    """One pass over the groups: the queries still clear, and what one group hands on to the next."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, world: World, published: Mapping[str, Published]
    ) -> None:
        self.connection, self.world = connection, world
        self.tables = world.roots[world.root(world.manifest)]
        self.published = published
        self.laws = dict(_laws(world, {table.name for table in self.tables}))
        self.rules = {query.name: query.sql for query in world.sql("rules") if not query.is_cross_partition}
        decoys = [decoy for decoy in world.sql(DECOYS) if not decoy.is_cross_partition]
        self.decoys = {decoy.name: decoy for decoy in decoys}
        row_rules = (rule.sql for table in world.tables for rule in table.rules)
        queries = " ".join([*self.laws.values(), *self.rules.values(), *row_rules, *(d.sql for d in decoys)])
        self.used = set(re.findall(r"\w+", queries)) | LABEL
        self.prefixes = sorted({c.prefix for table in world.tables for c in table.columns if c.prefix})
        self.sound = {table.name for table in world.tables}
        self.row_rules = {(rule.name, table.name) for table in world.tables for rule in table.rules}
        self.keys: dict[str, Numbers] = {}
        self.last: dict[str, int] = {}
        self.kept: dict[str, Numbers] = {}
        self.least: dict[str, int] = {}
        self.footers: dict[str, tuple[Numbers, Numbers]] = {}
        self.types: dict[str, dict[str, str]] = {}
        self.found = PartitionResult()

    def result(self) -> PartitionResult:
        """Read the tables of other roots whole and the others group by group, and sum up."""
        self._refuse_unusual_references()
        self.connection.execute(_id_of(self.prefixes))
        for table in self.world.tables:
            self._refuse_other_files(self.published[table.name])
            if table not in self.tables:
                self._load(table, range(self.published[table.name].blocks))
        groups = block_groups([self.published[table.name] for table in self.tables], GROUP_ROWS)
        if not groups:
            raise CannotPartition("tables of one root have other numbers of blocks")
        for group in groups:
            for table in self.tables:
                self._load(table, group)
            self._judge()
        return self._summed_up()

    def _refuse_unusual_references(self) -> None:
        for table in self.world.tables:
            for column in (table.key, *table.references):
                if not column.prefix or column.nullable or column.references == table.name:
                    raise CannotPartition(f"{table.name}: {column.name} cannot be linked block by block")

    def _refuse_other_files(self, version: Published) -> None:
        """See that a directory holds the version's files and no others, which would be read by none."""
        found = self.connection.execute("SELECT file FROM glob($1) ORDER BY file", [version.glob]).fetchall()
        if [file for (file,) in found] != list(map(str, version.files)):
            raise CannotPartition(f"{version.path}: other files than were written")

    def _load(self, table: Table, blocks: range) -> None:
        """Check a table's blocks by themselves, and put what laws and rules use of them into memory."""
        files = f"({self.published[table.name].query_of(blocks)})"
        ids = [column for column in table.columns if column.prefix]
        spelt = self.connection.sql(f"SELECT {_names(ids)} FROM {files}").to_arrow_table()
        numbers = {c.name: numbers_of(spelt[c.name], c.prefix) + self._first(c.prefix) for c in ids}
        if table.keys_overlap:
            self._see_unique(table, numbers[table.key.name], blocks)
        self._link(table, numbers)
        words = [c for c in table.columns if not c.prefix and c.name in self.used]
        rest = f"POSITIONAL JOIN (SELECT {', '.join(map(_typed, words))} FROM {files})" if words else ""
        self.connection.register("ids", pa.table(numbers))
        self.connection.execute(f"CREATE OR REPLACE TABLE {table.name} AS FROM ids {rest}")
        self.connection.unregister("ids")
        unused = [c for c in table.columns if not c.prefix and c.name not in self.used]
        if self._breaks(table.name, words, "one of its choices") or self._breaks(files, unused):
            self.sound.discard(table.name)
        self._judge_rows(table)

    def _judge_rows(self, table: Table) -> None:
        """Drop the row rules that a row breaks, and those that read ids, which are numbers here."""
        ids = {column.name for column in table.columns if column.prefix}
        for rule in table.rules:
            reads_ids = ids.intersection(re.findall(r"\w+", rule.sql))
            if reads_ids or self._any(f"SELECT 1 FROM {table.name} WHERE NOT coalesce({rule.sql}, true)"):
                self.row_rules.discard((rule.name, table.name))

    def _first(self, prefix: str) -> int:
        return SPACE * self.prefixes.index(prefix)

    def _link(self, table: Table, numbers: Mapping[str, Numbers]) -> None:
        """See that keys ascend, from the last group's on unless blocks overlap, and that references point
        into this group."""
        key = numbers[table.key.name]
        if not table.keys_overlap and np.any(np.diff(key, prepend=self.last.get(table.name, -1)) <= 0):
            raise CannotPartition(f"{table.name}: {table.key.name} does not ascend")
        for column in table.references:
            if not np.isin(numbers[column.name], self.keys[str(column.references)]).all():
                raise CannotPartition(f"{table.name}: {column.name} points out of its group")
        self.keys[table.name] = key
        self.last[table.name] = max(key[-1:], default=self.last.get(table.name, -1))
        self.found.rows[table.name] += len(key)

    def _see_unique(self, table: Table, key: Numbers, blocks: range) -> None:
        """See that keys ascend in each block and none comes twice, and keep those that a later one may hold.

        Which it may, the files' footers say; where they are wrong nothing is cleared.
        """
        rows = np.array(self.published[table.name].rows_of(blocks))
        of_two_blocks = np.cumsum(rows[rows > 0])[:-1] - 1
        if rows.sum() != len(key) or np.any(np.delete(np.diff(key), of_two_blocks) <= 0):
            raise CannotPartition(f"{table.name}: {table.key.name} does not ascend in a block")
        known = np.sort(np.concatenate([self.kept.get(table.name, key[:0]), key]))
        if np.any(np.diff(known) == 0) or np.any(key < self.least.get(table.name, 0)):
            raise CannotPartition(f"{table.name}: {table.key.name} comes twice, or is less than footers say")
        if self.published[table.name].windows > 1:  # keys of a block are behind those of the block before
            self.least[table.name] = max(known, default=-1) + 1
            return
        self.least[table.name] = least = self._least_behind(table, blocks)
        self.kept[table.name] = known[known >= least]

    def _least_behind(self, table: Table, blocks: range) -> int:
        """The smallest key of the blocks behind some, as the footers have it."""
        version = self.published[table.name]
        if table.name not in self.footers:
            found = self.connection.sql(
                "SELECT row_group_num_rows AS rows, stats_min_value AS first "
                f"FROM parquet_metadata({quoted(version.glob)}) WHERE path_in_schema = '{table.key.name}' "
                "AND row_group_num_rows > 0 ORDER BY file_name, row_group_id"
            ).to_arrow_table()
            self.footers[table.name] = (
                np.cumsum(found["rows"].to_numpy()),
                numbers_of(found["first"], table.key.prefix) + self._first(table.key.prefix),
            )
        through, firsts = self.footers[table.name]
        before = sum(ends.rows for ends in version.ends[: blocks.stop])
        return int(min(firsts[through > before], default=SPACE * len(self.prefixes)))

    def _breaks(self, source: str, columns: Sequence[Column], known: str = "") -> bool:
        """Whether any value is not what its column allows, `known` apart."""
        broken = [f"({how})" for c in columns for what, how in restrictions(c) if what != known]
        return bool(broken) and self._any(f"SELECT 1 FROM {source} WHERE {' OR '.join(broken)}")

    def _any(self, query: str) -> bool:
        return bool(count(self.connection, query))

    def _judge(self) -> None:
        """Put every law and rule that is still clear to the group in memory; drop those that are not."""
        for name, query in list(self.laws.items()):
            try:
                tally = TALLY.match(query)
                if tally:
                    self._tally(name, tally[1])
                elif self._any(query):
                    del self.laws[name]
            except duckdb.Error:
                del self.laws[name]
        for kind, query in list(self.rules.items()):
            if self._any(self._differences(kind, query)):
                del self.rules[kind]
        for decoy in list(self.decoys.values()):
            self._judge_decoy(decoy)
        labels = f"SELECT type, count(*) FROM {self.world.manifest.name} GROUP BY type"
        self.found.labels.update(dict(self.connection.execute(labels).fetchall()))

    def _judge_decoy(self, decoy: Query) -> None:
        """Count a decoy's rows in this group; drop it where one has a label."""
        found = labelled_sql(decoy, self.world.manifest.name, "id_of(entity_id)")
        try:
            cell = self.connection.execute(
                f"SELECT count(*), count(*) FILTER (is_labelled) FROM ({found})"
            ).fetchone()
        except duckdb.Error:
            cell = None
        rows, labelled = cell or (0, 1)
        self.found.decoys[decoy.name] += rows
        if labelled:
            del self.decoys[decoy.name], self.found.decoys[decoy.name]

    def _differences(self, kind: str, rule: str) -> str:
        """The query for what is among a kind's labels more or less often than among what its rule finds."""
        values = ", ".join(f"CAST({v} AS DECIMAL(18, 2))" for v in ("expected_value", "actual_value"))
        ids = ("entity_id", "related_entity_id")
        if rule not in self.types:
            described = self.connection.execute(f"DESCRIBE {rule}").fetchall()
            self.types[rule] = {name: kind for name, kind, *_ in described}
        named = (i if self.types[rule][i] == "VARCHAR" else f"id_of({i})" for i in ids)
        return (
            f"SELECT * EXCLUDE (times) FROM ("
            f"SELECT {', '.join(ids)}, {values}, 1 AS times FROM ({rule}) UNION ALL "
            f"SELECT {', '.join(named)}, {values}, -1 FROM {self.world.manifest.name} WHERE type = '{kind}') "
            "GROUP BY ALL HAVING sum(times) <> 0"
        )

    def _tally(self, law: str, query: str) -> None:
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS tally_{law} AS FROM ({query}) LIMIT 0")
        self.connection.execute(f"INSERT INTO tally_{law} {query}")

    def _summed_up(self) -> PartitionResult:
        """The checks that every group cleared, and the laws over sums that their tallies clear."""
        for name, query in list(self.laws.items()):
            tally = TALLY.match(query)
            if tally and self._any(f"WITH tally AS (FROM tally_{name}) {tally[2]}"):
                del self.laws[name]
        manifest = self.world.manifest.name
        about = {(name, self.world.tables_read(query)[-1]) for name, query in self.laws.items()}
        if len(self.rules) < len(self.world.anomalies):  # a label may name a row of another group
            about = {(name, table) for name, table in about if table != manifest}
        alone = {(name, table.name) for table in self.world.tables for name in ("keys", "references")}
        values = {("values", table) for table in self.sound}
        self.found.passed = (
            about | alone | values | self.row_rules | {(kind, manifest) for kind in self.rules}
        )
        return self.found


def _laws(world: World, tables: set[str]) -> Iterator[tuple[str, str]]:
    """The laws that groups can clear, name and query: they read a table of the groups."""
    for law in world.sql("laws"):
        if not law.is_cross_partition and tables.intersection(world.tables_read(law.sql)):
            yield law.name, law.sql


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _typed(column: Column) -> str:
    """A column as it is, a choice as an ENUM: an unknown word is an error."""
    if not column.choices:
        return column.name
    return f"CAST({column.name} AS ENUM ({', '.join(map(quoted, column.choices))})) AS {column.name}"


def _id_of(prefixes: Sequence[str]) -> str:
    """The macro that gives the number of an id in a text, and NULL for any other text."""
    cases = " ".join(
        f"WHEN starts_with(text, '{prefix}') AND regexp_full_match(text, '{prefix}[0-9]{{9}}') "
        f"THEN {SPACE * place} + CAST(right(text, 9) AS BIGINT)"
        for place, prefix in enumerate(prefixes)
    )
    return f"CREATE MACRO apart.id_of(text) AS CASE {cases} END"
