"""Where rows at fault are among the others: a number that grows with the row must not tell them."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from synth_assets.checks.fault_chains import Link, compared, followed, links_of, named_sql, number_sql
from synth_assets.checks.traits import FEWEST
from synth_assets.model.table import Table
from synth_assets.model.world import World


class Place(NamedTuple):
    """How well the mere place of a row tells one kind of fault from sound rows.

    Attributes:
        table: the table of the rows that labels of the kind name.
        among: the reference that rows are compared by, or "" for all rows of the table.
        kind: the kind of fault.
        faults: rows at fault.
        score: how likely a sound row comes before one at fault; .5 says nothing. Over all rows of a table
            it is taken between the first and the last one at fault, so that a fault may have its reach.
        sigmas: how far the score is from .5, in standard deviations of chance.
    """

    table: str
    among: str
    kind: str
    faults: int
    score: float
    sigmas: float


def places(connection: duckdb.DuckDBPyConnection, world: World) -> list[Place]:
    """How well a row's number, and its place among the rows of one reference, tell each kind of fault, once
    `mark_faults` has run."""
    links = links_of(world)
    few = followed(connection, links)
    found = []
    for table in compared(world):
        named = named_sql(world, table)
        if not named or not connection.execute(f"{named} LIMIT 1").fetchall():
            continue
        for link in (None, *(link for link in links if link.child is table and link not in few)):
            for row in connection.execute(place_sql(table, named, link)).fetchall():
                found.append(Place(table.name, link.column.name if link else "", *row))
    return found


def place_sql(table: Table, named: str, link: Link | None) -> str:
    """The query for how the rows that labels name lie among sound ones: kind, rows, score and sigmas.

    Of faults spread by chance those between the first and the last are even between them, with a mean of .5
    and a variance of 1/12. Among the rows of one reference the ends are its first and last row.
    """
    order = f"ORDER BY {number_sql(table.key)}"
    if link:
        by = f"PARTITION BY own.{link.column.name}"
        place = f"(row_number() OVER ({by} {order}) - 1) / nullif(count(*) OVER ({by}) - 1, 0)"
        low, high, ends = "0", "1", 0
    else:  # rows before it, less those of them that are not sound
        place = f"row_number() OVER ({order}) - row_number() OVER (PARTITION BY is_sound {order})"
        low, high, ends = "min(place)", "max(place)", 2
    return f"""
        SELECT kind, faults, score, (score - 0.5) * sqrt(12 * (faults - {ends}))
        FROM (
            SELECT *, ((total - faults * low) / (high - low) - {ends} / 2) / (faults - {ends}) AS score
            FROM (
                SELECT kind, count(place) AS faults, sum(place) AS total, {low} AS low, {high} AS high
                FROM (
                    SELECT own.{table.key.name}, {place} AS place
                    FROM (
                        SELECT *, {table.key.name} NOT IN (SELECT key FROM fault_{table.name}) AS is_sound
                        FROM {table.name}
                    ) AS own
                ) JOIN ({named}) ON {table.key.name} = key
                GROUP BY kind
            )
            WHERE faults >= {FEWEST} AND high > low
        )
        ORDER BY kind
    """
