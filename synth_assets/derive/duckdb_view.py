"""A table as a DuckDB view over its Parquet parts: document names, dollars, descriptions as comments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from synth_assets.model.columns import Column
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Table
from synth_assets.model.view import View

if TYPE_CHECKING:
    import duckdb
    from pyarrow.fs import FileSystem


GS_SECONDS = 60
"""How long Google's library may go on trying; left to itself it hangs for a quarter of an hour."""


def object_store(address: str) -> FileSystem:
    """The file system of an address such as `s3://books/data`, with the provider's usual variables.

    Raises:
        ArrowInvalid: no such kind of address.
        OSError: the store cannot be reached.
    """
    from pyarrow.fs import FileSystem

    scheme, _, path = address.partition("://")
    bound = f"?retry_limit_seconds={GS_SECONDS}" if scheme in ("gs", "gcs") else ""
    return FileSystem.from_uri(f"{scheme}://{path.partition('/')[0]}{bound}")[0]


def attach_files(connection: duckdb.DuckDBPyConnection, address: str) -> None:
    """Let a connection read the object store of an address such as `s3://books/data`; paths need nothing.

    DuckDB's own extension for object stores is not needed: pyarrow opens the files.
    """
    if "://" in address:
        from fsspec.implementations.arrow import ArrowFSWrapper

        class Files(ArrowFSWrapper):  # type: ignore[misc]
            protocol = address.partition("://")[0]  # DuckDB asks for it; pyarrow calls gs:// gcs

        connection.register_filesystem(Files(object_store(address)))


def only(path: object) -> str:
    """A path as a pattern for `read_parquet` that only this path matches, whatever characters it holds."""
    return re.sub(r"([*?[])", r"[\1]", str(path))


def view_sql(table: Table, schema_name: str, source: str) -> str:
    """Statements that make the view of a table and comment on it and on its columns.

    Args:
        table: money becomes DECIMAL(18,2) dollars without `_cents`, exactly; rates and decimals become
            DECIMAL(18,2), choices VARCHAR, moments stay TIMESTAMP in UTC.
        schema_name: an existing schema.
        source: the Parquet file, or a pattern of the parts, as `read_parquet` takes it.

    `select sum(amount_due) from order_to_cash.invoices` then answers in dollars.
    """
    return relation_sql(table, schema_name, f"read_parquet({_text(source)}, hive_partitioning = false)")


def derived_view_sql(
    view: View, schema_name: str, query: str, sources: Mapping[str, str], config: WorldConfig
) -> str:
    """Statements that make a view which a world derives from its tables, commented like the others.

    Args:
        view: what it is.
        schema_name: an existing schema.
        query: over the stored tables and `scenario`.
        sources: the parts of each table that the query reads, as `read_parquet` takes them.
        config: what `scenario` holds.
    """
    return relation_sql(view.table, schema_name, f"({derived_query(query, sources, config)})")


def derived_query(query: str, sources: Mapping[str, str], config: WorldConfig) -> str:
    """A query over stored tables that finds them by itself."""
    tables = [
        f"{_name(name)} as not materialized (from read_parquet({_text(source)}, hive_partitioning = false))"
        for name, source in sources.items()
    ]
    return f"with scenario as ({scenario_sql(config)}), {', '.join(tables)} from ({query})"


def scenario_sql(config: WorldConfig) -> str:
    """The configuration's values as one row, groups of keys as structs; lists of values are left out."""
    values = config.model_dump() | config.sql_facts()
    return "select " + ", ".join(
        f"{_literal(value)} as {_name(key)}" for key, value in values.items() if _is_said(value)
    )


def _is_said(value: object) -> bool:
    return value is None or isinstance(value, int | float | str | dt.date | dict)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        said = {key: inner for key, inner in value.items() if _is_said(inner)}
        return "{" + ", ".join(f"{_text(key)}: {_literal(inner)}" for key, inner in said.items()) + "}"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return f"date '{value}'" if isinstance(value, dt.date) else _text(str(value))


def relation_sql(table: Table, schema_name: str, source: str) -> str:
    """The same over any relation that holds the table's stored columns."""
    view = f"{_name(schema_name)}.{_name(table.name)}"
    columns = ",\n".join(
        f"    {_expression(column)} as {_name(column.published_name)}" for column in table.columns
    )
    statements = [
        f"create or replace view {view} as select\n{columns}\nfrom {source}",
        f"comment on view {view} is {_text(table.grain)}",
        *(
            f"comment on column {view}.{_name(column.published_name)} is {_text(_comment(column))}"
            for column in table.columns
        ),
    ]
    return ";\n".join(statements) + ";\n"


def _expression(column: Column) -> str:
    return column.form.view.format(name=_name(column.name))


def _comment(column: Column) -> str:
    unit = f" Unit: {column.published_unit}." if column.published_unit else ""
    return column.description + unit


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
