"""A world in the shape of somebody else's system, by the queries of a file in its folder `exports`.

A file of queries is the mapping: what each object or line holds. It reads the tables as the catalogue has
them, in dollars, and `scenario`, the configuration's values. How answers are written is `system_formats`'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from synth_assets.derive.duckdb_view import scenario_sql
from synth_assets.export.other_worlds import refuse_other_fields
from synth_assets.export.placing import as_system_errors, aside, placed
from synth_assets.export.system_formats.bank_feed import write_csv, write_ofx
from synth_assets.export.system_formats.objects import write_objects
from synth_assets.export.system_formats.plain_text_accounting import write_beancount, write_hledger
from synth_assets.export.system_formats.source_tables import write_source_tables
from synth_assets.model.query import Query
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario

Writer = Callable[[duckdb.DuckDBPyConnection, str, Sequence[Query], Path], list[Path]]
"""Writes what queries give into a directory that exists: function of a connection, the world's name, the
queries and the directory."""

MEMORY = "512MB"
"""What DuckDB may take; more than that goes to files beside the export."""


class System(NamedTuple):
    """Somebody else's system.

    Attributes:
        mapping: the world's file of queries, without `.sql`; worlds without it are not written for this
            system.
        write: how the answers are written.
    """

    mapping: str
    write: Writer


SYSTEMS: dict[str, System] = {
    "quickbooks": System("quickbooks", write_objects),
    "gohighlevel": System("gohighlevel", write_objects),
    "fivetran-quickbooks": System("fivetran_quickbooks", write_source_tables),
    "stripe": System("stripe", write_objects),
    "ofx": System("bank_feed", write_ofx),
    "csv-bank": System("bank_feed", write_csv),
    "beancount": System("books", write_beancount),
    "hledger": System("books", write_hledger),
}
"""Every system by its name on the command line."""

MACROS = """
CREATE MACRO number_of(id) AS CAST(right(id, 9) AS BIGINT);
CREATE MACRO hashed(words) AS sha256('{seed} ' || words);
CREATE MACRO hex_id(words) AS substr(hashed(words), 1, 24);
CREATE MACRO uuid_of(words) AS
    substr(hashed(words), 1, 8) || '-' || substr(hashed(words), 9, 4) || '-4' || substr(hashed(words), 14, 3)
    || '-8' || substr(hashed(words), 18, 3) || '-' || substr(hashed(words), 21, 12);
CREATE MACRO base62(words, length) AS array_to_string(list_transform(
    generate_series(0, length - 1),
    lambda i: substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
        1 + CAST('0x' || substr(hashed(words), 2 * i + 1, 2) AS INTEGER) % 62, 1)), '');
"""
"""What queries may call: the number in one of our ids, and ids as others have them, made from the seed and a
text that says whose they are."""


def systems_of(world: World) -> tuple[str, ...]:
    """The systems that a world can be written for."""
    return tuple(name for name, system in SYSTEMS.items() if system.mapping in world.mappings)


def export_system(
    name: str,
    scenario: Scenario,
    attach: Callable[[duckdb.DuckDBPyConnection, Sequence[str]], None],
    out: Path,
) -> list[Path]:
    """Write a world for a system.

    Args:
        name: one of `systems_of` the world.
        scenario: that the rows were made from.
        attach: makes views of tables in a connection, by their names.
        out: directory; made where it does not exist.

    Returns:
        What is now in `out`.

    Raises:
        Problem: a table is missing or damaged, another export is writing to `out`, or it holds files of these
            names that another system has.
        OSError: the disk is full, or DuckDB cannot write there.
    """
    world, system = scenario.world, SYSTEMS[name]
    queries = world.mapping(system.mapping)
    read = {table for query in queries for table in world.tables_read(query.sql)}
    with aside(out) as staging, as_system_errors(duckdb.Error), duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")  # it would be on stdout
        connection.execute("SET memory_limit = ?", [MEMORY])
        connection.execute("SET temp_directory = ?", [str(staging / "spilled")])
        connection.execute(f"CREATE TABLE scenario AS {scenario_sql(scenario.config)}")
        connection.execute(MACROS.format(seed=scenario.config.seed))
        attach(connection, [table.name for table in world.tables if table.name in read])
        place = staging / "written"
        place.mkdir()
        written = system.write(connection, world.name, queries, place)
        refuse_other_fields(written, out)
        return placed(written, out)
