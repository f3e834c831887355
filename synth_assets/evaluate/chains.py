"""Reported rows: whether they exist, what they are worth, and which labels' chains they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from synth_assets.checks.check import count
from synth_assets.checks.fault_chains import Link
from synth_assets.checks.queries import quoted
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    import duckdb


def name_rows(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Make the tables `named_<table>`, of place, type and entity_id: findings that may name a row of each.

    Args:
        connection: has `findings`.
        world: the world's declaration.
    """
    kinds = ", ".join(quoted(anomaly.name) for anomaly in world.anomalies)
    for table in entity_tables(world):
        prefix = table.key.prefix
        may = f"starts_with(entity_id, {quoted(prefix)})" if prefix else _is_about(world, table, "type")
        number = f"TRY_CAST(substr(entity_id, {len(prefix) + 1}) AS BIGINT)"
        connection.execute(
            f"CREATE TEMP TABLE named_{table.name} AS SELECT place, type, entity_id, {number} AS number "
            f"FROM findings WHERE (type IS NULL OR type IN ({kinds})) AND {may}"
        )


def find_rows(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make `here_<table>`, of place, type and entity_id: findings whose row is there; after `name_rows`.

    `reached_<table>` is of their place and key.

    Args:
        connection: has the tables.
        tables: some of them.
    """
    for table in tables:
        name = table.name
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE here_{name} AS "
            f"SELECT place, type, entity_id FROM named_{name} WHERE {_is_there(connection, table)}"
        )
        named = "entity_id" if table.key.prefix else "CAST(entity_id AS BIGINT)"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE reached_{name} AS SELECT place, {named} AS key FROM here_{name}"
        )


def _is_there(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The condition that a table has the row that a finding of `named_<table>` names."""
    name, key = table.name, table.key
    if not count(connection, f"FROM named_{name} LIMIT 1"):
        return "false"
    if not key.prefix:
        return f"number IN (SELECT {key.name} FROM {name})"
    ends = connection.execute(f"SELECT min({key.name}), max({key.name}) FROM {name}").fetchall()[0]
    if ends[0] is None:
        return "false"
    first, last = (int(end.removeprefix(key.prefix)) for end in ends)
    return f"number BETWEEN {first} AND {last} AND entity_id IN (SELECT {key.name} FROM {name})"


def here_sql(world: World) -> str:
    """The query for all findings whose row is there; after `find_rows`."""
    return " UNION ALL ".join(f"FROM here_{table.name}" for table in entity_tables(world))


def leave_out(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], places: str) -> None:
    """Take the findings of a query's places out of `reached_<table>`."""
    for table in tables:
        connection.execute(f"DELETE FROM reached_{table.name} WHERE place IN ({places})")


def known_sql(tables: Iterable[Table]) -> str:
    """The query for the findings that name a row of some tables; after `find_rows`."""
    return " UNION ALL ".join(f"SELECT place FROM reached_{table.name}" for table in tables)


def worth_sql(world: World, tables: Iterable[Table]) -> str:
    """The query for what named rows of some tables are worth: place and cents; "" where no row has a worth.

    A row is worth its first amount: the first column of money that is called amount, total or value, or else
    the first of any name; a row without money what the row that it refers to is worth.
    """
    return " UNION ALL ".join(_worths(world, tables))


def spread_over_chains(connection: duckdb.DuckDBPyConnection, world: World, links: Iterable[Link]) -> None:
    """Add to `reached_<table>` the rows of the same chains: what these refer to, and what refers to them.

    Only rows that a label of `group_labels` may name, or that lead to such, are added from above.

    Args:
        connection: has the tables, of all blocks or of some.
        world: the world's declaration.
        links: see `fault_chains.followed`.
    """
    named = entity_tables(world)
    links = [link for link in links if link.child in named and link.parent in named]
    for child, column, parent in reversed(links):
        _grow(
            connection,
            child,
            parent,
            f"SELECT DISTINCT place, own.{column.name} AS key FROM {child.name} AS own "
            f"JOIN reached_{child.name} AS reached ON own.{child.key.name} = reached.key "
            f"WHERE own.{column.name} IS NOT NULL",
        )
    for child, column, parent in _to_labels(links, _labelled(connection, world)):
        _grow(
            connection,
            parent,
            child,
            f"SELECT DISTINCT place, own.{child.key.name} AS key FROM {child.name} AS own "
            f"JOIN reached_{parent.name} AS reached ON own.{column.name} = reached.key",
        )


def _to_labels(links: Sequence[Link], labelled: set[str]) -> list[Link]:
    """The links whose child, or a row below it, may have a label."""
    leads, kept = set(labelled), []
    for link in reversed(links):
        if link.child.name in leads:
            leads.add(link.parent.name)
            kept.append(link)
    return kept[::-1]


def _labelled(connection: duckdb.DuckDBPyConnection, world: World) -> set[str]:
    """The tables whose rows labels may name: by the prefix of an id, or by the kind."""
    columns = ("entity_id", "related_entity_id")
    named = {
        table.name: " OR ".join(f"starts_with({column}, {quoted(table.key.prefix)})" for column in columns)
        if table.key.prefix
        else _is_about(world, table, "type")
        for table in entity_tables(world)
    }
    is_named = ", ".join(f"coalesce(bool_or({condition}), false)" for condition in named.values())
    flags = connection.execute(f"SELECT {is_named} FROM group_labels").fetchall()[0]
    return {name for name, flag in zip(named, flags, strict=True) if flag}


def touched_labels_sql(world: World) -> str:
    """The query for pairs of place and label whose row, or related row, is reached."""
    parts = []
    for table in entity_tables(world):
        key = "CAST(reached.key AS VARCHAR)"
        of_table = "true" if table.key.pattern else _is_about(world, table, "labels.type")
        for column in ("entity_id", "related_entity_id") if table.key.pattern else ("entity_id",):
            parts.append(
                f"SELECT place, label FROM reached_{table.name} AS reached "
                f"JOIN group_labels AS labels ON labels.{column} = {key} AND {of_table}"
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


def _worths(world: World, tables: Iterable[Table]) -> Iterator[str]:
    by_name = {table.name: table for table in world.tables}
    for table in tables:
        named = f"FROM reached_{table.name} AS reached JOIN {table.name} AS own ON own.{table.key.name} = key"
        if amount := amount_of(table):
            yield f"SELECT place, abs(own.{amount.name}) AS cents {named}"
            continue
        for column in table.references:
            other = by_name.get(column.references or "")
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
