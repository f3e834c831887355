"""Rows under published names, with published values as Arrow types."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.export.text import decimals
from synth_assets.model.columns import Column
from synth_assets.model.table import Table


def published_schema(table: Table) -> pa.Schema:
    """What `published` gives: money as decimal(18,2), moments in UTC, choices as text; descriptions and units
    as metadata."""
    return pa.schema(
        [_field(table, column) for column in table.columns], metadata={"description": table.grain}
    )


def published(table: Table, rows: pa.Table) -> pa.Table:
    """Some rows of a table under its physical names, in published units."""
    schema = published_schema(table)
    columns = [_values(column, rows[column.name], schema.field(i)) for i, column in enumerate(table.columns)]
    return pa.Table.from_arrays(columns, schema=schema)


def arrow_type(column: Column) -> pa.DataType:
    """The type of a column's published values."""
    places = column.form.places
    if places is not None:
        return pa.decimal128(18 if places == 2 else 15, places)
    if column.kind == "moment":
        return pa.timestamp("us", tz="UTC")
    return pa.string() if pa.types.is_dictionary(column.arrow.type) else column.arrow.type


def _field(table: Table, column: Column) -> pa.Field:
    metadata = {"description": column.description}
    if column.published_unit:
        metadata["unit"] = column.published_unit
    name = table.physical_column(column)
    return pa.field(name, arrow_type(column), nullable=column.nullable, metadata=metadata)


def _values(column: Column, values: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    places = column.form.places
    if places is None:
        return values.cast(field.type)
    if column.form.is_float:
        scaled = pc.round(pc.multiply(values, pa.scalar(np.float64(10.0**places))))
        values = scaled.cast(pa.int64())
    return pa.chunked_array([decimals(chunk, field.type) for chunk in values.chunks], field.type)
