"""Findings meet labels: by row, by case, and where neither, the row that they name or the decoy that it is.

Blocks are read in groups, see `Opened.groups`; what a group finds is added to what those before it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synth_assets.checks.check import count
from synth_assets.checks.fault_chains import compared, followed, links_of
from synth_assets.checks.queries import quoted
from synth_assets.evaluate import chains
from synth_assets.evaluate.delays import add_days, days_of_labels
from synth_assets.model.decoy_list import DECOYS

if TYPE_CHECKING:
    import duckdb

    from synth_assets.checks.fault_chains import Link
    from synth_assets.evaluate.opened import Opened
    from synth_assets.model.query import Query
    from synth_assets.model.table import Table
    from synth_assets.model.world import World

MET = """
CREATE TEMP TABLE labels(label BIGINT, type VARCHAR, difficulty VARCHAR, cents BIGINT);
CREATE TEMP TABLE row_hits(place BIGINT, label BIGINT);
CREATE TEMP TABLE case_hits(place BIGINT, label BIGINT);
CREATE TEMP TABLE known(place BIGINT);
CREATE TEMP TABLE worth(place BIGINT, cents BIGINT);
CREATE TEMP TABLE detected(place BIGINT, label BIGINT, kind VARCHAR, days BIGINT);
"""
"""Labels; findings that name their rows, or a row of their chains; those in vain, and cents; days of hits."""

Decoys = dict[str, tuple[int, int]]
"""By the name of a decoy its rows, and those of them that findings report as what they look like."""


def match(there: Opened) -> Decoys:
    """Make `findings`, each once, and the tables of `MET`; count the decoys.

    Args:
        there: has `given`, see `findings.load_findings`.
    """
    connection, world = there.connection, there.world
    connection.execute(
        """
        CREATE TEMP TABLE findings AS SELECT min(place) AS place, type, entity_id, max(score) AS score,
            min(found_on) AS found_on
        FROM given GROUP BY type, entity_id, related_entity_id
        """
    )
    connection.execute(MET)
    chains.name_rows(connection, world)
    named, made_together = chains.entity_tables(world), compared(world)
    together = [table for table in named if table in made_together]
    others = [table for table in named if table not in made_together]
    chains.find_rows(connection, others)
    dated = count(connection, "FROM findings WHERE found_on IS NOT NULL LIMIT 1") > 0
    links = followed(connection, links_of(world))
    decoys = list(world.sql(DECOYS))
    counted = {decoy.name: (0, 0) for decoy in decoys}
    for _ in there.groups():
        chains.find_rows(connection, together)
        _meet_by_row(connection, world)
        if dated:
            add_days(connection, world)
        chains.leave_out(connection, named, "SELECT place FROM group_hits")
        _appraise(connection, world, together)
        _meet_by_case(connection, world, links)
        for decoy in decoys:
            if not decoy.is_cross_partition:
                before, more = counted[decoy.name], _count(connection, world, decoy, "here")
                counted[decoy.name] = before[0] + more[0], before[1] + more[1]
    _appraise(connection, world, others)
    for decoy in decoys:
        if decoy.is_cross_partition:
            counted[decoy.name] = _count(connection, world, decoy, "named")
    return counted


def _meet_by_row(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Add the labels of a group, and the findings that name their rows; after `find_rows`."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE group_labels AS
        SELECT (SELECT count(*) FROM labels) + row_number() OVER () AS label, CAST(type AS VARCHAR) AS type,
            entity_id, related_entity_id, CAST(difficulty AS VARCHAR) AS difficulty,
            {", ".join(("amount_at_risk_cents AS cents", *days_of_labels(world)))}
        FROM {world.manifest.name}
        """
    )
    connection.execute("INSERT INTO labels SELECT label, type, difficulty, cents FROM group_labels")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE group_hits AS
        SELECT place, label FROM ({chains.here_sql(world)}) AS found
        JOIN group_labels AS labels USING (entity_id)
        WHERE found.type = labels.type OR found.type IS NULL
        """
    )
    for hits in ("row_hits", "case_hits"):
        connection.execute(f"INSERT INTO {hits} FROM group_hits")


def _appraise(connection: duckdb.DuckDBPyConnection, world: World, tables: Sequence[Table]) -> None:
    """Add the findings in vain whose rows are in some tables, and what these are worth."""
    if tables:
        connection.execute(f"INSERT INTO known {chains.known_sql(tables)}")
    if worth := chains.worth_sql(world, tables):
        connection.execute(f"INSERT INTO worth {worth}")


def _meet_by_case(connection: duckdb.DuckDBPyConnection, world: World, links: Sequence[Link]) -> None:
    """Add the labels of the chains of the rows that findings name in vain."""
    chains.spread_over_chains(connection, world, links)
    connection.execute(
        f"""
        INSERT INTO case_hits SELECT place, label FROM ({chains.touched_labels_sql(world)})
        JOIN ({chains.here_sql(world)}) AS found USING (place) JOIN group_labels AS labels USING (label)
        WHERE found.type = labels.type OR found.type IS NULL
        """
    )


def _count(connection: duckdb.DuckDBPyConnection, world: World, decoy: Query, named: str) -> tuple[int, int]:
    """A decoy's rows, and those that findings report; they are looked for in the tables `<named>_<table>`."""
    kind = quoted(decoy.looks_like)
    table = world.table_of(next(a.entity for a in world.anomalies if a.name == decoy.looks_like))
    reported = f"SELECT entity_id FROM {named}_{table.name} WHERE coalesce(type, {kind}) = {kind}"
    rows, found = connection.execute(
        f"SELECT count(*), count(*) FILTER (entity_id IN ({reported})) "
        f"FROM (SELECT DISTINCT entity_id FROM ({decoy.sql}))"
    ).fetchall()[0]
    return rows, found
