"""A Frictionless Data Package: CSV files, and beside them what each field is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

from synth_assets.export.file_formats.csv import export_csv
from synth_assets.export.rows import Parts
from synth_assets.model.columns import Column
from synth_assets.model.kinds import KindName
from synth_assets.model.table import Table
from synth_assets.model.world import World

DESCRIPTOR = "datapackage.json"

TYPES: dict[KindName, str] = {
    "money": "number",
    "quantity": "number",
    "decimal": "number",
    "rate": "number",
    "day": "date",
    "moment": "datetime",
    "count": "integer",
    "flag": "boolean",
    "integer_identifier": "integer",
    "integer_reference": "integer",
}
"""By kind of column the type of a Table Schema; all else is a string, so that leading zeros stay."""


def export_data_package(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`datapackage.json` and the CSV files that it describes: types, keys, references, choices and bounds."""
    files = export_csv(world, parts, out, tables)
    known = {table.name: table for table in tables}
    package = {
        "profile": "tabular-data-package",
        "name": world.name.replace("_", "-"),
        "title": world.summary.partition("\n")[0],
        "resources": [_resource(table, path, known) for table, path in zip(tables, files, strict=True)],
    }
    descriptor = out / DESCRIPTOR
    descriptor.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [descriptor, *files]


def _resource(table: Table, path: Path, known: dict[str, Table]) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    schema: dict[str, Any] = {
        "fields": [_field(table, column) for column in table.columns],
        "missingValues": [""],
    }
    if table.has_key:
        schema["primaryKey"] = [table.physical_column(table.key)]
    links = [_link(table, column, known) for column in table.columns if column.references in known]
    if links:
        schema["foreignKeys"] = links
    return {
        "profile": "tabular-data-resource",
        "name": table.physical_name.lower(),
        "title": table.grain,
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "dialect": {"lineTerminator": "\n"},
        "schema": schema,
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.published_unit}." if column.published_unit else ""
    field: dict[str, Any] = {
        "name": table.physical_column(column),
        "type": TYPES.get(column.kind, "string"),
        "description": column.description + unit,
    }
    if column.kind == "text" and not column.nullable:
        field["missingValues"] = []  # a text without characters is none the less there
    limits: dict[str, Any] = {}
    if not column.nullable:
        limits["required"] = True
    if column is table.key and table.has_key:
        limits["unique"] = True
    if column.choices:
        limits["enum"] = list(column.choices)
    if column.pattern:
        limits["pattern"] = column.pattern
    for bound in ("minimum", "maximum"):
        value = getattr(column, bound)
        if value is not None:
            limits[bound] = value / column.form.stored_per_published
    return field | ({"constraints": limits} if limits else {})


def _link(table: Table, column: Column, known: dict[str, Table]) -> dict[str, Any]:
    target = known[str(column.references)]
    own = target is table
    return {
        "fields": [table.physical_column(column)],
        "reference": {
            "resource": "" if own else target.physical_name.lower(),
            "fields": [target.physical_column(target.key)],
        },
    }
