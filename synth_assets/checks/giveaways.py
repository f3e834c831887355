"""What gives a fault away without being the fault.

Rows at fault are the rows that labels name, what those refer to, and whatever refers to them in turn, as far
as the tables are made together and few rows share one. All other rows are sound. What is asked of a row
follows from the declaration of its columns and is called a trait: a choice, the cents of an amount, the
weekday of a day, the days from one date to the next, how many rows refer to it. A fault is given away by

- a value that rows at fault hold and no sound row does;
- values of theirs below or above those of all sound rows;
- one value that all of them hold, when few sound rows do.

What makes the fault is left aside by name, kind by kind; nothing else here knows a world.

Chance alone makes a value unique where faults are many and sound rows few. Say a faults hold a value and no
sound row does. Were the fault no reason for it, each holder would be at fault with probability p, and all of
them with at most p^a. Here p is F / (F + S / 4), from F rows at fault and S sound ones: a fault may be able
to fall on some rows only, and a quarter of the sound ones is assumed. Beyond the sound rows' range lie a
faults with the same p^a. A value of s sound rows is held by all a faults with at most (4 s / S)^a. When m
values and ranges are looked at in all, one counts from 2 m p^a <= 10^-6, and from five faults. So a world in
which nothing gives a fault away is cleared but for one run in a million, however small it is; the smaller it
is, the more faults must agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import duckdb

from synth_assets.checks.queries import quoted
from synth_assets.model.calendar import federal_holidays
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

LEVEL = 1e-6
"""How often a world without any give-away may be said to have one."""

FEWEST = 5
"""Faults that hold a value, at least."""

REACH = 0.25
"""Share of the sound rows on which a fault may fall, at least."""

FOLLOWED = 4
"""Rows that refer to one row, on average, up to which they are of its chain."""

SEVERAL = "several"
"""Rows at fault in more than one way are not sound, and none of these is to blame for what they hold."""

ENOUGH_ROWS = 1_500_000
"""Rows of all tables together over which a large world is measured."""

HOLIDAYS = ", ".join(f"'{day}'" for year in range(2000, 2051) for day in sorted(federal_holidays(year)))

NUMBERS = ("count", "rate", "decimal")
AMOUNTS = ("money", "quantity")
DATES = ("day", "moment")
WORDS = ("choice", "flag", *NUMBERS)
"""Kinds of columns of which every value is compared."""


class Trait(NamedTuple):
    """What is asked of the rows of a table.

    Attributes:
        name: what results and declarations call it: its column's name, and what is asked of it.
        sql: an expression over `own`, the row; `up_<column>`, the row that a reference points to; and
            `of_<table>_<column>`, what is counted of the rows that refer to it.
        has_range: whether the smallest and the largest value are compared, not every value.
    """

    name: str
    sql: str
    has_range: bool = False


class Link(NamedTuple):
    """A reference between two tables that are made together."""

    child: Table
    column: Column
    parent: Table

    @property
    def counted(self) -> str:
        """What is counted of the rows that refer to one row, as SQL calls it."""
        return f"of_{self.child.name}_{self.column.name}"


class Giveaway(NamedTuple):
    """A value or range that tells rows at fault from sound ones.

    Attributes:
        table, trait: where it stands.
        kind: the kind of fault.
        held: the value, "below" or "above" a bound of the sound rows, or "always" a value.
        faults: labels with a row that holds it.
        rows, of_rows: rows at fault that hold it, and all that the table has.
        sound, of_sound: sound rows that hold it, and all that the table has.
    """

    table: str
    trait: str
    kind: str
    held: str
    faults: int
    rows: int
    of_rows: int
    sound: int
    of_sound: int


class Place(NamedTuple):
    """How well the mere place of a row tells one kind of fault from sound rows.

    Attributes:
        table: the table of the rows that labels of the kind name.
        among: the reference that rows are compared by, or "" for all rows of the table.
        kind: the kind of fault.
        faults: rows at fault.
        score: how likely a sound row stands before one at fault; .5 says nothing. Over all rows of a table
            it is taken between the first and the last one at fault, so that a fault may have its reach.
        sigmas: how far the score is from .5, in standard deviations of chance.
    """

    table: str
    among: str
    kind: str
    faults: int
    score: float
    sigmas: float


def spread(blocks: int, rows: int) -> list[int]:
    """The blocks over which a world of so many blocks and rows, of all tables, is measured: evenly spread.

    A block holds whole chains, so a few of them are a fair sample, and a large world costs no more than
    a middling one.
    """
    taken = max(1, min(blocks, blocks * ENOUGH_ROWS // max(rows, 1)))
    return [(2 * i + 1) * blocks // (2 * taken) for i in range(taken)]


def mark_faults(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Make the tables `fault_<table>`, which the two measures below read.

    Args:
        connection: has a view for each table, of all blocks or of some: see `spread`.
        world: the world's declaration.
    """
    links = links_of(world)
    for statement in chain_sql(world, links, _followed(connection, links)):
        connection.execute(statement)


def giveaways(
    connection: duckdb.DuckDBPyConnection, world: World, aside: Mapping[str, Sequence[str]]
) -> list[Giveaway]:
    """What gives faults away, once `mark_faults` has run.

    Args:
        connection: see `mark_faults`.
        world: the world's declaration.
        aside: for each kind of fault, what makes it, and under "*" what all kinds need: "table.column" for
            everything asked of a column, "table.trait" for one trait.
    """
    links = links_of(world)
    found = []
    for table in compared(world):
        asked = traits(table, links)
        connection.execute(traits_sql(table, asked, links))
        rows = dict(connection.execute("SELECT kind, count(*) FROM traits GROUP BY kind").fetchall())
        of_sound = rows.get(None, 0)
        held = connection.execute(held_sql(asked)).fetchall()
        for trait, kind, value, faults, holders, sound, tests in held:
            found_here = Giveaway(
                table.name, trait, kind, value, faults, holders, rows[kind], sound, of_sound
            )
            if counts(found_here, tests * len(world.tables)) and not _is_aside(found_here, aside):
                found.append(found_here)
    return found


def counts(found: Giveaway, tests: int) -> bool:
    """Whether chance alone hardly explains it, among so many values and ranges looked at."""
    if found.sound:
        chance = found.sound / (REACH * found.of_sound)
    else:
        chance = found.of_rows / (found.of_rows + REACH * found.of_sound)
    return 2 * tests * min(chance, 1.0) ** found.faults <= LEVEL


def places(connection: duckdb.DuckDBPyConnection, world: World) -> list[Place]:
    """How well a row's number, and its place among the rows of one reference, tell each kind of fault, once
    `mark_faults` has run."""
    links = links_of(world)
    few = _followed(connection, links)
    found = []
    for table in compared(world):
        named = named_sql(world, table)
        if not named or not connection.execute(f"{named} LIMIT 1").fetchall():
            continue
        for link in (None, *(link for link in links if link.child is table and link not in few)):
            for row in connection.execute(place_sql(table, named, link)).fetchall():
                found.append(Place(table.name, link.column.name if link else "", *row))
    return found


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


def _followed(connection: duckdb.DuckDBPyConnection, links: Sequence[Link]) -> list[Link]:
    """The links that few rows share: their rows are of one chain."""

    def size(table: Table) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()[0][0])

    return [link for link in links if size(link.child) <= FOLLOWED * size(link.parent)]


def _is_aside(found: Giveaway, aside: Mapping[str, Sequence[str]]) -> bool:
    names = {f"{found.table}.{name}" for name in (found.trait, found.trait.partition(" ")[0])}
    return not names.isdisjoint((*aside.get(found.kind, ()), *aside.get("*", ())))


# --- rows at fault --------------------------------------------------------------------------------------


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


# --- traits ---------------------------------------------------------------------------------------------


def traits(table: Table, links: Sequence[Link]) -> list[Trait]:
    """Everything that is asked of the rows of a table."""
    asked = [trait for column in table.columns for trait in _of_column(column)]
    days = [(column.name, f"own.{column.name}") for column in _dated(table)]
    for (first, before), (second, after) in combinations(days, 2):
        asked.append(_lag(second, after, first, before))
    for child, column, parent in links:
        if child is table:
            asked += [
                _lag(name, day, f"{parent.name}.{other.name}", f"up_{column.name}.{other.name}")
                for name, day in days
                for other in _dated(parent)
            ]
    for link in links:
        if link.parent is table:
            label = f"{link.child.name}.{link.column.name}"
            asked.append(Trait(f"{label} rows", f"coalesce({link.counted}.members, 0)"))
            if not link.child.key.is_reference:
                asked.append(Trait(f"{label} holes", f"{link.counted}.holes"))
    return asked


def _of_column(column: Column) -> Iterator[Trait]:
    name, own, kind = column.name, f"own.{column.name}", column.kind
    if kind in WORDS or (kind == "text" and column.repeats):
        yield Trait(name, own)
    elif column.nullable:
        yield Trait(f"{name} empty", f"{own} IS NULL")
    if kind in (*NUMBERS, *AMOUNTS, *DATES):
        yield Trait(f"{name} range", own, has_range=True)
    if kind in AMOUNTS:
        yield Trait(f"{name} last two digits", f"abs({own}) % 100")
    if kind in DATES:
        day = f"CAST({own} AS DATE)"
        sql = f"CASE WHEN {day} IN ({HOLIDAYS}) THEN 'holiday' ELSE dayname({day}) END"
        yield Trait(f"{name} weekday", sql)
    if kind == "moment":
        yield Trait(f"{name} hour", f"hour({own})")
        yield Trait(f"{name} second", f"second({own})")


def _dated(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind in DATES]


def _lag(name: str, later: str, other: str, earlier: str) -> Trait:
    return Trait(f"{name} days after {other}", f"date_diff('day', {earlier}, {later})", has_range=True)


def traits_sql(table: Table, asked: Sequence[Trait], links: Sequence[Link]) -> str:
    """The statement that makes the table `traits`: kind and label, empty for sound rows, and each trait."""
    used = " ".join(trait.sql for trait in asked)
    joins = [f"LEFT JOIN fault_{table.name} AS fault ON own.{table.key.name} = fault.key"]
    for child, column, parent in links:
        up = f"up_{column.name}"
        if child is table and f"{up}." in used:
            joins.append(f"LEFT JOIN {parent.name} AS {up} ON own.{column.name} = {up}.{parent.key.name}")
    for link in links:
        if link.parent is table:
            counted = f"({_counted_sql(link)}) AS {link.counted}"
            joins.append(f"LEFT JOIN {counted} ON {link.counted}.key = own.{table.key.name}")
    columns = ["fault.kind", "fault.label", *(f"{trait.sql} AS t{i}" for i, trait in enumerate(asked))]
    return (
        f"CREATE OR REPLACE TEMP TABLE traits AS SELECT {', '.join(columns)} "
        f"FROM {table.name} AS own {' '.join(joins)}"
    )


def _counted_sql(link: Link) -> str:
    """For each row referred to, how many rows refer to it, and how many numbers lack between theirs."""
    key = link.child.key
    holes = "NULL" if key.is_reference else f"max({_number(key)}) - min({_number(key)}) + 1 - count(*)"
    return (
        f"SELECT own.{link.column.name} AS key, count(*) AS members, {holes} AS holes "
        f"FROM {link.child.name} AS own GROUP BY own.{link.column.name}"
    )


def _number(key: Column) -> str:
    return (
        f"CAST(substr(own.{key.name}, {len(key.prefix) + 1}) AS BIGINT)" if key.prefix else f"own.{key.name}"
    )


# --- what they hold -------------------------------------------------------------------------------------


def held_sql(asked: Sequence[Trait]) -> str:
    """The query for what may give a fault away: trait, kind, value or range, faults, rows at fault, sound
    rows, and how many values and ranges were looked at."""
    parts = [
        _beyond(f"t{i}", trait) if trait.has_range else _values(f"t{i}", trait)
        for i, trait in enumerate(asked)
    ] or ["SELECT '' AS trait, '' AS kind, '' AS held, 0 AS faults, 0 AS holders WHERE false"]
    return f"""
        SELECT trait, kind, CASE WHEN sound > 0 THEN 'always ' ELSE '' END || held, faults, holders, sound,
            tests
        FROM (
            SELECT *, count(*) FILTER (WHERE kind IS NOT NULL) OVER () AS tests,
                count(*) OVER (PARTITION BY trait, kind) = 1 AS is_only,
                coalesce(
                    max(holders) FILTER (WHERE kind IS NULL) OVER (PARTITION BY trait, held), 0
                ) AS sound
            FROM ({" UNION ALL ".join(parts)})
        )
        WHERE kind <> '{SEVERAL}' AND faults >= {FEWEST} AND (sound = 0 OR is_only)
        ORDER BY trait, kind, held
    """


def _values(place: str, trait: Trait) -> str:
    return (
        f"SELECT {quoted(trait.name)} AS trait, kind, coalesce(CAST({place} AS VARCHAR), 'empty') AS held, "
        f"count(DISTINCT label) AS faults, count(*) AS holders FROM traits GROUP BY kind, {place}"
    )


def _beyond(place: str, trait: Trait) -> str:
    bounds = f"SELECT min({place}) AS low, max({place}) AS high FROM traits WHERE kind IS NULL"
    sides = (("below", f"{place} < low", "low"), ("above", f"{place} > high", "high"))
    return " UNION ALL ".join(
        f"SELECT {quoted(trait.name)} AS trait, kind, '{side} ' || CAST({bound} AS VARCHAR) AS held, "
        f"count(DISTINCT label) FILTER (WHERE {lies}) AS faults, count(*) FILTER (WHERE {lies}) AS holders "
        f"FROM traits CROSS JOIN ({bounds}) WHERE kind IS NOT NULL GROUP BY kind, {bound}"
        for side, lies, bound in sides
    )


# --- where they stand -----------------------------------------------------------------------------------


def place_sql(table: Table, named: str, link: Link | None) -> str:
    """The query for how the rows that labels name lie among sound ones: kind, rows, score and sigmas.

    Of faults spread by chance those between the first and the last are even between them, with a mean of .5
    and a variance of 1/12. Among the rows of one reference the ends are its first and last row.
    """
    order = f"ORDER BY {_number(table.key)}"
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
