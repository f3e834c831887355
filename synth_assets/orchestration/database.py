"""DuckDB for the assets of a run: one database a process, as opening one costs more than most checks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import count

import duckdb

from synth_assets.checks import verify
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.storage.published import Published

_NUMBERS = count()


@contextmanager
def connected(
    world: World, config: WorldConfig, published: Mapping[str, Published]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as `verify.connect` makes it, in a part of this process's database that nobody else sees.

    It is closed, and the part dropped, at the end. Object stores get a database each: its files are theirs.
    """
    if any("://" in version.glob for version in published.values()):
        with verify.connect(world, config, published) as connection:
            yield connection
        return
    shared, part = _shared(os.getpid()), f"part_{next(_NUMBERS)}"
    connection = shared.cursor()
    try:
        connection.execute(f"ATTACH ':memory:' AS {part}")
        connection.execute(f"USE {part}")
        verify.make_views(connection, config, published)
        yield connection
    finally:
        connection.close()
        shared.execute(f"DETACH DATABASE IF EXISTS {part}")


@cache
def _shared(process: int) -> duckdb.DuckDBPyConnection:
    """The database of a process, which remembers no file of an earlier check; a forked one has its own."""
    database = verify.database()
    database.execute("SET enable_external_file_cache = false")
    return database
