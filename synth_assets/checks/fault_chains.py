"""Rows at fault: those that labels name, what they refer to, and whatever refers to them in turn.

The tables `fault_<table>` hold key, kind and label of each; all other rows are sound. A row that several
faults share, such as a user's, is at fault once, and so are the rows that refer to it: they all have one of
its labels. What they hold has been seen once, however many faults there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from synth_assets.checks.check import count
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
    marked = {table.name for table in compared(world) if _filled(connection, _named(world, table))}
    for link in reversed(links):
        if link.child.name in marked and _filled(connection, _referred_to(link)):
            marked.add(link.parent.name)
    for link in followed(connection, links):
        if link.parent.name in marked and _filled(connection, _referring(link)):
            marked.add(link.child.name)
    for name in marked:
        connection.execute(_once_each(name))


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
    tables = {table.name for link in links for table in (link.child, link.parent)}
    rows = {name: count(connection, f"FROM {name}") for name in tables}
    return [link for link in links if rows[link.child.name] <= FOLLOWED * rows[link.parent.name]]


def _filled(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether a statement puts any rows into its table."""
    return bool(connection.execute(statement).fetchall()[0][0])


def _named(world: World, table: Table) -> str:
    """The statement that makes the table `fault_<table>`, of the rows that labels name."""
    nothing = f"SELECT {table.key.name}, NULL::VARCHAR, NULL::VARCHAR FROM {table.name} WHERE false"
    named = (named_sql(world, table, of) for of in ("entity_id", "related_entity_id"))
    parts = " UNION ".join(filter(None, [nothing, *named]))
    return f"CREATE OR REPLACE TEMP TABLE fault_{table.name} AS FROM ({parts}) AS fault(key, kind, label)"


def _referred_to(link: Link) -> str:
    """The statement that adds the rows that rows at fault refer to."""
    child, column, parent = link
    return _grown(
        parent,
        f"SELECT own.{column.name}, kind, label FROM {child.name} AS own "
        f"JOIN fault_{child.name} ON own.{child.key.name} = key WHERE own.{column.name} IS NOT NULL",
    )


def _referring(link: Link) -> str:
    """The statement that adds the rows that refer to rows at fault."""
    child, column, parent = link
    return _grown(
        child,
        f"SELECT own.{child.key.name}, kind, min(label) FROM {child.name} AS own "
        f"JOIN fault_{parent.name} ON own.{column.name} = key GROUP BY ALL",
    )


def _grown(table: Table, more: str) -> str:
    return f"INSERT INTO fault_{table.name} {more} EXCEPT FROM fault_{table.name}"


def _once_each(name: str) -> str:
    """The statement that keeps each row once: of one kind or of `SEVERAL`, and of one of its labels."""
    return (
        f"CREATE OR REPLACE TEMP TABLE fault_{name} AS "
        f"SELECT key, if(count(DISTINCT kind) > 1, '{SEVERAL}', min(kind)) AS kind, min(label) AS label "
        f"FROM fault_{name} GROUP BY key"
    )


def named_sql(world: World, table: Table, of: str = "entity_id") -> str:
    """The query for the rows of a table that labels name: key, kind and label; "" where none can.

    Ids tell their table by their prefix; plain integers are looked for in the table that is that the label's
    kind is about.
    """
    key, manifest = table.key, world.manifest.name
    if key.is_reference or not (key.pattern or of == "entity_id"):
        return ""
    if key.pattern:
        return (
            f"SELECT {of} AS key, CAST(type AS VARCHAR) AS kind, anomaly_id AS label FROM {manifest} "
            f"WHERE regexp_matches({of}, {quoted(key.pattern)})"
        )
    kinds = [quoted(kind) for kind in world.kinds_of(table)]
    return (
        f"SELECT TRY_CAST({of} AS BIGINT) AS key, CAST(type AS VARCHAR) AS kind, anomaly_id AS label "
        f"FROM {manifest} WHERE type IN ({', '.join(kinds)})"
        if kinds
        else ""
    )


def number_sql(key: Column) -> str:
    """The number of a row, by its key."""
    return (
        f"CAST(substr(own.{key.name}, {len(key.prefix) + 1}) AS BIGINT)" if key.prefix else f"own.{key.name}"
    )
