"""A table as a pydantic model of one exported row: document names, dollars, ISO 8601."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    create_model,
)

from synth_assets.model.columns import Column
from synth_assets.model.table import Table


@cache
def entity_model(table: Table) -> type[BaseModel]:
    """The model of one row of a table as it is in an export, `Invoice` for `invoices`.

    Every column is a required field under its document name, and no other field is allowed. Values may be
    text, as they come from CSV, or the numbers, texts and nulls of JSON; an empty text is null where the
    column may be empty. Money and percentages are Decimals with two places, money in dollars.
    """
    fields: dict[str, Any] = {table.physical_column(column): _field(column) for column in table.columns}
    return create_model(
        entity_name(table),
        __config__=ConfigDict(extra="forbid", title=entity_name(table)),
        __doc__=table.grain,
        **fields,
    )


def entity_name(table: Table) -> str:
    """What one row is called: `LedgerEntry` for `ledger_entries`, `Batch` for `batches`."""
    *words, noun = table.name.split("_")
    if noun.endswith("ies"):
        noun = noun[:-3] + "y"
    elif re.search(r"(ss|x|z|ch|sh)es$", noun):
        noun = noun[:-2]
    elif noun.endswith("s") and not noun.endswith("ss"):
        noun = noun[:-1]
    return "".join(word.capitalize() for word in (*words, noun))


def _field(column: Column) -> Any:
    """The annotated type of a column, with its meaning, unit and the table it points to."""
    notes = {"unit": column.published_unit, "references": " or ".join(column.referenced_tables)}
    about = Field(
        description=column.description,
        json_schema_extra={name: note for name, note in notes.items() if note},
    )
    if not column.nullable:
        return Annotated[_type(column), about]
    return Annotated[_type(column) | None, BeforeValidator(_empty_is_null), about]


def _type(column: Column) -> Any:
    """What a filled value of a column may be."""
    if column.choices:
        return Literal[column.choices]
    if column.pattern:
        return Annotated[str, Field(pattern=column.pattern)]
    python = column.form.python
    if python is Decimal:
        return _decimal(column)
    if python is int:
        return Annotated[int, Field(ge=column.minimum, le=column.maximum)]
    return {dt.datetime: AwareDatetime, object: JsonValue}.get(python, python)


def _decimal(column: Column) -> Any:
    """A Decimal within the column's places and bounds; a plain number in JSON Schema."""
    per_unit = column.form.stored_per_published
    low, high = (
        None if bound is None else Decimal(str(bound)) / per_unit
        for bound in (column.minimum, column.maximum)
    )
    schema: dict[str, Any] = {"type": "number"}
    if low is not None:
        schema["minimum"] = float(low)
    if high is not None:
        schema["maximum"] = float(high)
    places = column.form.places
    return Annotated[
        Decimal, Field(max_digits=18, decimal_places=places, ge=low, le=high), WithJsonSchema(schema)
    ]


def _empty_is_null(value: Any) -> Any:
    """CSV has no other way to say null."""
    return None if value == "" else value
