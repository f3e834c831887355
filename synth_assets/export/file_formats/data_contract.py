"""An Open Data Contract (ODCS 3.1): Parquet files, and beside them what is promised of each column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synth_assets import __version__
from synth_assets.export.arrow_rows import arrow_type
from synth_assets.export.file_formats.parquet import export_parquet
from synth_assets.export.rows import Parts
from synth_assets.model.columns import Column
from synth_assets.model.kinds import KindName
from synth_assets.model.table import Table
from synth_assets.model.world import World

LOGICAL_TYPES: dict[KindName, str] = {
    "money": "number",
    "quantity": "number",
    "decimal": "number",
    "rate": "number",
    "day": "date",
    "moment": "timestamp",
    "count": "integer",
    "flag": "boolean",
    "integer_identifier": "integer",
    "integer_reference": "integer",
}
"""By kind of column the logical type; all else is a string."""


def export_data_contract(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`order_to_cash.odcs.yaml` and the Parquet files that it describes.

    Run the public tool in the directory: `datacontract test order_to_cash.odcs.yaml`.
    """
    import yaml

    files = export_parquet(world, parts, out, tables)
    contract = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"synth-assets-{world.name.replace('_', '-')}",
        "name": world.name,
        "version": __version__,
        "status": "active",
        "description": {"purpose": world.summary.partition("\n")[0]},
        "servers": [{"server": "files", "type": "local", "path": "./{model}.parquet", "format": "parquet"}],
        "schema": [_schema(table) for table in tables],
    }
    path = out / f"{world.name}.odcs.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=110), "utf-8")
    return [path, *files]


def _schema(table: Table) -> dict[str, Any]:
    return {
        "name": table.physical_name,
        "logicalType": "object",
        "physicalType": "table",
        "description": table.grain,
        "properties": [_property(table, column) for column in table.columns],
    }


def _property(table: Table, column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.published_unit}." if column.published_unit else ""
    is_key = column is table.key and table.has_key
    found: dict[str, Any] = {
        "name": table.physical_column(column),
        "logicalType": LOGICAL_TYPES.get(column.kind, "string"),
        "physicalType": _physical(column),
        "description": column.description + unit,
        "required": not column.nullable,
    }
    if is_key:
        found |= {"primaryKey": True, "primaryKeyPosition": 1, "unique": True}
    if column.choices:
        values = list(column.choices)
        found["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "arguments": {"validValues": values},
                "mustBe": 0,
            }
        ]
    return found


def _physical(column: Column) -> str:
    """The type as DuckDB calls it."""
    if column.form.places is not None:
        return str(arrow_type(column)).replace("decimal128", "DECIMAL").replace(", ", ",")
    return {"moment": "timestamp_tz"}.get(column.kind, column.form.duckdb)
