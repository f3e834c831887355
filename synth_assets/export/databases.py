"""A world's tables in a database: loaded, emptied or made anew, all of it or nothing.

`derive.sqlalchemy_tables` declares the schema; in SQLite, a world with its document's own SQL has that.
Rows stream in part by part within one transaction, so a run that ends early, however it ends, leaves no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import pyarrow as pa

from synth_assets.export.database_schema import Definition, batches_of, definitions_of
from synth_assets.export.database_url import address_of
from synth_assets.export.drivers import driver_of
from synth_assets.export.drivers.database import Database
from synth_assets.export.rows import Parts
from synth_assets.model.errors import Problem
from synth_assets.model.world import World

IfExists = Literal["fail", "replace", "append"]

Progress = Callable[[str, int], None]
"""Is told a table and how many of its rows went in since it was last told: first none, as it begins."""


def load(
    world: World,
    parts: Parts,
    url: str,
    if_exists: IfExists = "fail",
    progress: Progress = lambda *_: None,
) -> dict[str, int]:
    """Make a world's tables in a database and fill them; all of it, or nothing.

    Args:
        world: any.
        parts: gives the rows of a table by name, money in cents as in Parquet.
        url: `sqlite:///file.db`, `duckdb:///file.duckdb`, `postgresql://user@host/name` or
            `mysql://user@host/name`. A file is made where there is none.
        if_exists: what happens where a table of the world is there and holds rows: it is refused, its rows
            are replaced, or rows are added to them. One without rows is filled. One of other columns is
            refused in any case.
        progress: see `Progress`.

    Returns:
        The rows that went into each table, by its name in the database. Money is in dollars there, moments
        are UTC without a zone.

    Raises:
        UsageProblem: the URL is none of these.
        Problem: the database cannot be used as it is. It is as it was; but missing tables that were made
            in MySQL by a run that was killed stay, empty.
    """
    rows: dict[str, int] = {}
    with _world_in(world, url) as (database, schema):
        there = _there(database, schema)
        if if_exists == "fail":
            _refuse_rows(database, there)
        emptied = there if if_exists == "replace" else []
        unfinished = database.prepare(schema, [made for made in schema if made not in there], emptied)
        for definition in schema:
            count = _Count(definition.name, progress)
            table_parts = count.counted(parts(definition.table.name))
            database.insert(
                definition, batches_of(definition, table_parts, database.batch_rows, database.has_decimals)
            )
            rows[definition.name] = count.rows
        database.finish(unfinished)
        database.check(schema)
        database.commit()
    return rows


def reset(world: World, url: str) -> dict[str, int]:
    """Drop a world's tables in a database, whatever their columns, and make them again, empty.

    Returns:
        The rows that each table held, by its name in the database.

    Raises:
        UsageProblem: as for `load`.
        Problem: it cannot be done. The database is as it was; in MySQL some tables may be missing.
    """
    with _world_in(world, url) as (database, schema):
        found = database.found()
        held = {made.name: database.rows(made.name) if made.name in found else 0 for made in schema}
        database.drop([made.name for made in schema if made.name in found])
        database.finish(database.prepare(schema, schema, []))
        database.commit()
    return held


def clear(world: World, url: str) -> dict[str, int]:
    """Take all rows out of a world's tables in a database, and keep the tables.

    Returns:
        The rows that each table held, by its name in the database; tables that are not there are left out.

    Raises:
        UsageProblem: as for `load`.
        Problem: it cannot be done, there is no such file, or a table has other columns than the world's. The
            database is as it was.
    """
    address = address_of(url)
    if address.is_missing:
        raise Problem(f"{address.place} is not there: give the --url of a database that is")
    with _world_in(world, url) as (database, schema):
        there = _there(database, schema)
        held = {made.name: database.rows(made.name) for made in there}
        database.finish(database.prepare(schema, [], there))
        database.commit()
    return held


def tables(world: World, url: str) -> list[str]:
    """Names of the world's tables that `load` would fill, parents first.

    Raises:
        UsageProblem: as `load` would, before anything is read or made.
        Problem: the database's driver is missing.
    """
    return [made.table.name for made in _schema(world, driver_of(address_of(url)))]


def others(world: World, url: str) -> list[str]:
    """Tables in the database that are not the world's: of other names, or of other columns.

    Raises:
        UsageProblem, Problem: as for `load`.
    """
    if address_of(url).is_missing:
        return []
    with _world_in(world, url) as (database, schema):
        own = {made.name: sorted(made.names) for made in schema}
        return [name for name, columns in database.found().items() if own.get(name) != sorted(columns)]


def _schema(world: World, database: type[Database]) -> list[Definition]:
    return definitions_of(world, database.kind, database.dialect, database.links_later)


@contextmanager
def _world_in(world: World, url: str) -> Iterator[tuple[Database, list[Definition]]]:
    """A database in one transaction, and what the world looks like in it."""
    address = address_of(url)
    driver = driver_of(address)
    with driver.connect(address) as database:
        yield database, _schema(world, driver)


def _there(database: Database, schema: Sequence[Definition]) -> list[Definition]:
    """The world's tables that are there; one of other columns is refused."""
    found = database.found()
    there = [made for made in schema if made.name in found]
    for made in there:
        columns = found[made.name]
        if sorted(columns) != sorted(made.names):
            other = f"its table {made.name} has other columns ({', '.join(columns)})"
            raise Problem(f"{database.place}: {other}. {database.other_columns}")
    return there


def _refuse_rows(database: Database, there: Sequence[Definition]) -> None:
    for made in there:
        rows = database.rows(made.name)
        if rows:
            held = f"its table {made.name} holds {rows:,} rows already"
            raise Problem(f"{database.place}: {held}. {database.rows_already}")


class _Count:
    """Counts the rows that pass."""

    def __init__(self, table: str, progress: Progress) -> None:
        self.rows, self._table, self._progress = 0, table, progress

    def counted(self, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
        self._progress(self._table, 0)
        for part in parts:
            yield part
            self.rows += part.num_rows
            self._progress(self._table, part.num_rows)
