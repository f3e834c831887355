"""Source tables of a connector: Parquet files, and a DuckDB file that holds them in a schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from synth_assets.model.query import Query

SCHEMA = "quickbooks"


def write_source_tables(
    connection: duckdb.DuckDBPyConnection, world: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """`invoice.parquet` and so on, a file a query, and `order_to_cash.duckdb` with the same tables."""
    database = out / f"{world}.duckdb"
    connection.execute(f"ATTACH '{_quoted(database)}' AS made")
    connection.execute(f"CREATE SCHEMA made.{SCHEMA}")
    written = []
    for query in queries:
        name, path = f'made.{SCHEMA}."{query.name}"', out / f"{query.name}.parquet"
        connection.execute(f"CREATE TABLE {name} AS {query.sql}")
        connection.execute(f"COPY {name} TO '{_quoted(path)}' (FORMAT parquet)")
        written.append(path)
    connection.execute("DETACH made")
    return [*written, database]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
