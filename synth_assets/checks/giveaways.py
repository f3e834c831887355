"""What gives a fault away without being the fault.

Rows at fault are the rows that labels name, what those refer to, and whatever refers to them in turn, as far
as the tables are made together and few rows share one. All other rows are sound. What is asked of a row
follows from the declaration of its columns and is called a trait: a choice, the cents of an amount, the
weekday of a day, the days from one date to the next, how many rows refer to it. A fault is given away by

- a value that rows at fault hold and no sound row does;
- values of theirs below or above those of all sound rows;
- one value that all of them hold, when few sound rows do.

What makes the fault is left aside by name, kind by kind (`Anomaly.shows_in`); nothing else here knows a
world.

Chance alone makes a value unique where faults are many and sound rows few. Say a faults hold a value and no
sound row does. Were the fault no reason for it, each holder would be at fault with probability p, and all of
them with at most p^a. Here p is F / (F + S / 4), from F rows at fault and S sound ones: a fault may be able
to fall on some rows only, and a quarter of the sound ones is assumed. Beyond the sound rows' range lie a
faults with the same p^a. A value of s sound rows is held by all a faults with at most (4 s / S)^a. When m
values and ranges are looked at in all, one counts from 2 m p^a <= 10^-6, and from five faults. So a world in
which nothing gives a fault away is cleared but for one run in a million, however small it is; the smaller it
is, the more faults must agree. Faults that share a row, such as a user's, count once there: see
`checks/fault_chains.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

import duckdb

from synth_assets.checks.check import SHOWN, Check, count
from synth_assets.checks.fault_chains import SEVERAL, compared, links_of, mark_faults, number_sql
from synth_assets.checks.held import compared_rows, held
from synth_assets.checks.places import Place, places
from synth_assets.checks.spec import CATALOGUE, CheckSpec, Evidence
from synth_assets.checks.traits import FEWEST, HOLIDAYS_SQL, traits, traits_sql
from synth_assets.derive.duckdb_view import attach_files
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.storage.paths import temporary_path

NOTHING = "nothing else gives a fault away"
"""Name of the check."""

LEVEL = 1e-6
"""How often a world without any give-away may be said to have one."""

MULTIPLIER = 2_654_435_761
"""2^32 over the golden ratio, odd: multiples are spread evenly (Knuth, TAOCP 6.4)."""

MOST_SIGMAS = 5
"""How far chance may move the places of rows at fault: further once in two million."""

REACH = 0.25
"""Share of the sound rows on which a fault may fall, at least."""

ENOUGH_ROWS = 500_000
"""Rows of all tables together over which a large world is measured."""


class Giveaway(NamedTuple):
    """A value or range that tells rows at fault from sound ones.

    Attributes:
        table, trait: where it is.
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


def giveaway_check(world: World) -> CheckSpec:
    """That nothing but the fault itself gives a fault away, measured over some blocks of many."""

    def run(spec: CheckSpec, evidence: Evidence) -> Check:
        if not evidence.published[world.manifest.name].rows:
            return spec.outcome("none", "no faults", True)
        with closing(_sample(evidence)) as connection:
            mark_faults(connection, world)
            seen = world.with_faults_of(evidence.config)
            told = [place for place in places(connection, seen) if _tells(place, seen)]
            found = [row._asdict() for row in giveaways(connection, seen)]
            found += [place._asdict() for place in told]
        kinds = len({row["kind"] for row in found})
        shown = f"{len(found):,} for {kinds} kinds" if found else "none"
        return spec.outcome("none", shown, not found, (0, len(found)), found[:SHOWN])

    return CheckSpec(
        NOTHING,
        CATALOGUE,
        "What rows at fault hold sound rows hold too, but for what makes the fault; no row's place tells.",
        "WARN",
        run,
    )


def _tells(place: Place, world: World) -> bool:
    """Whether a place tells more than chance, and its kind is not one that shows there."""
    shown = next((anomaly.shows_in for anomaly in world.anomalies if anomaly.name == place.kind), ())
    return abs(place.sigmas) > MOST_SIGMAS and f"{place.table}.{place.among}" not in shown


def _sample(evidence: Evidence) -> duckdb.DuckDBPyConnection:
    """A connection that holds some chains of the world: whole, and drawn by the number of their root row."""
    world, published = evidence.world, evidence.published
    tables = [*compared(world), world.manifest]
    versions = [published[table.name] for table in tables]
    in_blocks = len({version.blocks for version in versions}) == 1
    chosen = spread(versions[0].blocks, sum(version.rows for version in versions)) if in_blocks else ()
    parts = [chosen or range(version.blocks) for version in versions]
    rows = sum(v.ends[block].rows for v, blocks in zip(versions, parts, strict=True) for block in blocks)
    connection = duckdb.connect()
    connection.execute("SET temp_directory = $1", [str(temporary_path("overflow"))])
    attach_files(connection, versions[0].glob)
    for table, version, blocks in zip(tables, versions, parts, strict=True):
        own = connection.sql(version.query_of(blocks))
        if rows > ENOUGH_ROWS:
            own = own.set_alias("own").filter(_drawn_sql(table, tables, ENOUGH_ROWS / rows))
        own.create(table.name)
    return connection


def _drawn_sql(table: Table, tables: Sequence[Table], share: float) -> str:
    """Which rows of a table are of drawn chains: roots by chance, others with what they refer to."""
    names = {other.name: other for other in tables}
    if table is tables[-1]:
        return "true"
    for column in table.references:
        if column.references in names and column.references != table.name and not column.is_deferred:
            parent = names[column.references]
            return f"own.{column.name} IN (SELECT {parent.key.name} FROM {parent.name})"
    return f"({number_sql(table.key)} * {MULTIPLIER}) % {2**32} < {int(share * 2**32)}"


def giveaways(connection: duckdb.DuckDBPyConnection, world: World) -> list[Giveaway]:
    """What gives faults away, once `mark_faults` has run; what `Anomaly.shows_in` names makes the fault.

    Args:
        connection: see `mark_faults`.
        world: the world's declaration.
    """
    links = links_of(world)
    aside = {anomaly.name: set(anomaly.shows_in) for anomaly in world.anomalies}
    connection.execute(HOLIDAYS_SQL)
    found = []
    for table in compared(world):
        if not _may_show(connection, table):
            continue
        asked = traits(table, links)
        rows = compared_rows(connection.sql(traits_sql(table, asked, links)).to_arrow_table())
        told, tests = held(rows, asked)
        for trait, kind, value, faults, holders, sound in told:
            of_rows, of_sound = rows.of_kind[kind], rows.sound.num_rows
            one = Giveaway(table.name, trait, kind, value, faults, holders, of_rows, sound, of_sound)
            if counts(one, tests * len(world.tables)) and not _names(one) & aside.get(kind, set()):
                found.append(one)
    return found


def _may_show(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether a table has rows of enough faults of one kind."""
    query = (
        f"SELECT kind FROM fault_{table.name} WHERE kind <> '{SEVERAL}' "
        f"GROUP BY kind HAVING count(DISTINCT label) >= {FEWEST}"
    )
    return bool(count(connection, query))


def counts(found: Giveaway, tests: int) -> bool:
    """Whether chance alone hardly explains it, among so many values and ranges looked at."""
    if found.sound:
        chance = found.sound / (REACH * found.of_sound)
    else:
        chance = found.of_rows / (found.of_rows + REACH * found.of_sound)
    return 2 * tests * min(chance, 1.0) ** found.faults <= LEVEL


def spread(blocks: int, rows: int) -> list[int]:
    """The blocks over which a world of so many blocks and rows, of all tables, is measured: evenly spread.

    A block holds whole chains, so a few of them are a fair sample.
    """
    taken = max(1, min(blocks, blocks * ENOUGH_ROWS // max(rows, 1)))
    return [(2 * i + 1) * blocks // (2 * taken) for i in range(taken)]


def _names(found: Giveaway) -> set[str]:
    """How `Anomaly.shows_in` may name where it is."""
    return {f"{found.table}.{name}" for name in (found.trait, found.trait.partition(" ")[0])}
