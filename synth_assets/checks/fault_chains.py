"""Rows at fault: those that labels name, what they refer to, and whatever refers to them in turn.

The tables `fault_<table>` hold key, kind and label of each; all other rows are sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb

from synth_assets.checks.queries import quoted
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

FOLLOWED = 4
"""Rows that refer to one row, on average, up to which they are of its chain."""

SEVERAL = "several"
"""Rows at fault in more than one way are not sound, and none of these is to blame for what they hold."""


class Link(NamedTuple):
    """A reference between two tables that are made together."""

    child: Table
    column: Column
    parent: Table

    @property
    def counted(self) -> str:
        """What is counted of the rows that refer to one row, as SQL calls it."""
        return f"of_{self.child.name}_{self.column.name}"


def mark_faults(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Make the tables `fault_<table>`, which give-aways and places are measured by.

    Args:
        connection: has a view for each table, of all blocks or of some: see `spread`.
        world: the world's declaration.
    """
    links = links_of(world)
    for statement in chain_sql(world, links, followed(connection, links)):
        connection.execute(statement)


def compared(world: World) -> list[Table]:
    """The tables in which faults may show: those made together with the manifest."""
    root = world.root(world.manifest)
    return [table for table in world.tables if table is not world.manifest and world.root(table) == root]


def links_of(world: World) -> list[Link]:
    """References between those tables, in order of lineage."""
    tables = {table.name: table for table in compared(world)}
    return [
        Link(table, column, tables[column.references])
        for table in tables.values()
        for column in table.references
        if column.references in tables and column.references != table.name and not column.is_deferred
    ]


def followed(connection: duckdb.DuckDBPyConnection, links: Sequence[Link]) -> list[Link]:
    """The links that few rows share: their rows are of one chain."""

    def size(table: Table) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()[0][0])

    return [link for link in links if size(link.child) <= FOLLOWED * size(link.parent)]


def chain_sql(world: World, links: Sequence[Link], followed: Sequence[Link]) -> Iterator[str]:
    """Statements that make the tables `fault_<table>`: key, kind and label of every row at fault."""
    for table in compared(world):
        nothing = f"SELECT {table.key.name}, NULL::VARCHAR, NULL::VARCHAR FROM {table.name} WHERE false"
        named = (named_sql(world, table, of) for of in ("entity_id", "related_entity_id"))
        parts = " UNION ".join(filter(None, [nothing, *named]))
        yield f"CREATE OR REPLACE TEMP TABLE fault_{table.name} AS FROM ({parts}) AS fault(key, kind, label)"
    for child, column, parent in reversed(links):
        yield _grown(
            parent,
            f"SELECT own.{column.name}, kind, label FROM {child.name} AS own "
            f"JOIN fault_{child.name} ON own.{child.key.name} = key WHERE own.{column.name} IS NOT NULL",
        )
    for child, column, parent in followed:
        yield _grown(
            child,
            f"SELECT own.{child.key.name}, kind, label FROM {child.name} AS own "
            f"JOIN fault_{parent.name} ON own.{column.name} = key",
        )
    for table in compared(world):
        fault = f"fault_{table.name}"
        yield (
            f"UPDATE {fault} SET kind = '{SEVERAL}' "
            f"WHERE key IN (SELECT key FROM {fault} GROUP BY key HAVING count(DISTINCT kind) > 1)"
        )


def _grown(table: Table, more: str) -> str:
    return f"INSERT INTO fault_{table.name} {more} EXCEPT FROM fault_{table.name}"


def named_sql(world: World, table: Table, of: str = "entity_id") -> str:
    """The query for the rows of a table that labels name: key, kind and label; "" where none can.

    Ids tell their table by their prefix; plain integers are looked for in the table that is named after the
    label's kind of row.
    """
    key, manifest = table.key, world.manifest.name
    if key.is_reference or not (key.pattern or of == "entity_id"):
        return ""
    if key.pattern:
        return (
            f"SELECT {of} AS key, CAST(type AS VARCHAR) AS kind, anomaly_id AS label FROM {manifest} "
            f"WHERE regexp_matches({of}, {quoted(key.pattern)})"
        )
    singular = table.name[:-3] + "y" if table.name.endswith("ies") else table.name.removesuffix("s")
    return (
        f"SELECT TRY_CAST({of} AS BIGINT) AS key, CAST(type AS VARCHAR) AS kind, anomaly_id AS label "
        f"FROM {manifest} WHERE affected_entity = {quoted(singular)}"
    )


def number_sql(key: Column) -> str:
    """The number of a row, by its key."""
    return (
        f"CAST(substr(own.{key.name}, {len(key.prefix) + 1}) AS BIGINT)" if key.prefix else f"own.{key.name}"
    )
