"""JSON objects of an interface: `Invoice.json` and so on, an array each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from synth_assets.model.query import Query

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
"""How a moment is written that a query gives as one."""


def write_objects(
    connection: duckdb.DuckDBPyConnection, _: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """A file for each query, named after it: an object a row, in its order; structs are objects within."""
    written = []
    for query in queries:
        path = out / f"{query.name}.json"
        name = str(path).replace("'", "''")
        form = f"FORMAT json, ARRAY true, TIMESTAMPFORMAT '{MOMENT}'"
        connection.execute(f"COPY ({query.sql}) TO '{name}' ({form})")
        written.append(path)
    return written
