"""JSON objects of an interface: `Invoice.json` and so on, an array each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from synth_assets.model.query import Query


def write_objects(
    connection: duckdb.DuckDBPyConnection, _: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """A file for each query, named after it: an object a row, in its order; structs are objects within."""
    written = []
    for query in queries:
        path = out / f"{query.name}.json"
        name = str(path).replace("'", "''")
        connection.execute(f"COPY ({query.sql}) TO '{name}' (FORMAT json, ARRAY true)")
        written.append(path)
    return written
