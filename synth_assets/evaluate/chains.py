"""Reported rows: whether they exist, what they are worth, and which labels' chains they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from synth_assets.checks.check import count
from synth_assets.checks.fault_chains import followed, links_of
from synth_assets.checks.queries import quoted
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    import duckdb


def find_rows(connection: duckdb.DuckDBPyConnection, world: World, places: str) -> None:
    """Make the tables `reached_<table>`, of place and key: the rows that findings name.

    Args:
        connection: has the world's tables and `findings`.
        world: the world's declaration.
        places: which findings, as a query for their places.
    """
    for table in entity_tables(world):
        key, name = table.key, table.name
        named = (
            f"SELECT place, entity_id AS key FROM findings SEMI JOIN ({places}) USING (place) "
            f"WHERE regexp_matches(entity_id, {quoted(key.pattern)})"
            if key.pattern
            else f"SELECT place, TRY_CAST(entity_id AS BIGINT) AS key FROM findings "
            f"SEMI JOIN ({places}) USING (place) WHERE {_is_about(world, table, 'type')}"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE reached_{name} AS SELECT place, key FROM ({named}) AS named "
            f"SEMI JOIN {name} ON {name}.{key.name} = named.key"
        )


def unknown(world: World, places: str) -> str:
    """The query for the findings, among those of `places`, that name no row; after `find_rows`."""
    known = " UNION ALL ".join(f"SELECT place FROM reached_{table.name}" for table in entity_tables(world))
    return f"FROM findings SEMI JOIN ({places}) USING (place) ANTI JOIN ({known}) USING (place)"


def worth_sql(world: World) -> str:
    """The query for what named rows are worth: place and cents; after `find_rows`.

    A row is worth its first amount: the first column of money that is called amount, total or value, or else
    the first of any name; a row without money what the row that it refers to is worth.
    """
    return " UNION ALL ".join(_worths(world))


def spread_over_chains(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Add to `reached_<table>` the rows of the same chains: what these refer to, and what refers to them."""
    named = entity_tables(world)
    links = [
        link for link in followed(connection, links_of(world)) if link.child in named and link.parent in named
    ]
    for child, column, parent in reversed(links):
        _grow(
            connection,
            child,
            parent,
            f"SELECT DISTINCT place, own.{column.name} AS key FROM {child.name} AS own "
            f"JOIN reached_{child.name} AS reached ON own.{child.key.name} = reached.key "
            f"WHERE own.{column.name} IS NOT NULL",
        )
    for child, column, parent in links:
        _grow(
            connection,
            parent,
            child,
            f"SELECT DISTINCT place, own.{child.key.name} AS key FROM {child.name} AS own "
            f"JOIN reached_{parent.name} AS reached ON own.{column.name} = reached.key",
        )


def touched_labels_sql(world: World) -> str:
    """The query for pairs of place and label whose row, or related row, is reached."""
    parts = []
    for table in entity_tables(world):
        key = "CAST(reached.key AS VARCHAR)"
        of_table = "true" if table.key.pattern else _is_about(world, table, "labels.type")
        for column in ("entity_id", "related_entity_id") if table.key.pattern else ("entity_id",):
            parts.append(
                f"SELECT place, label FROM reached_{table.name} AS reached "
                f"JOIN labels ON labels.{column} = {key} AND {of_table}"
            )
    return " UNION ".join(parts)


def entity_tables(world: World) -> list[Table]:
    """The tables whose rows a finding may name: those with a key of their own, but for the manifest."""
    return [t for t in world.tables if t is not world.manifest and not t.key.is_reference]


def _grow(connection: duckdb.DuckDBPyConnection, source: Table, target: Table, rows: str) -> None:
    if count(connection, f"FROM reached_{source.name} LIMIT 1"):
        connection.execute(
            f"INSERT INTO reached_{target.name} FROM ({rows}) EXCEPT FROM reached_{target.name}"
        )


def _worths(world: World) -> Iterator[str]:
    tables = {table.name: table for table in world.tables}
    for table in entity_tables(world):
        named = f"FROM reached_{table.name} AS reached JOIN {table.name} AS own ON own.{table.key.name} = key"
        if amount := amount_of(table):
            yield f"SELECT place, abs(own.{amount.name}) AS cents {named}"
            continue
        for column in table.references:
            other = tables.get(column.references or "")
            if other and (amount := amount_of(other)):
                yield (
                    f"SELECT place, abs(other.{amount.name}) AS cents {named} "
                    f"JOIN {other.name} AS other ON other.{other.key.name} = own.{column.name}"
                )
                break


def amount_of(table: Table) -> Column | None:
    """A table's first amount: of those called amount, total or value, or else of any name; None without."""
    money = [column for column in table.columns if column.kind == "money"]
    called = [c for c in money if any(word in c.name for word in ("amount", "total", "value"))]
    return next(iter(called or money), None)


def _is_about(world: World, table: Table, kind: str) -> str:
    """The condition that a kind of fault is about rows of this table, where ids do not say so."""
    kinds = [quoted(name) for name in world.kinds_of(table)]
    return f"{kind} IN ({', '.join(kinds)})" if kinds else "false"
