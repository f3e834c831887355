"""What a column can mean: one row a kind. Every other file reads these attributes and knows no kind by name.

A new kind is a new row of `KINDS` and a constructor in `columns.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pyarrow as pa

KindName = Literal[
    "identifier",
    "reference",
    "integer_identifier",
    "integer_reference",
    "money",
    "quantity",
    "decimal",
    "rate",
    "day",
    "moment",
    "choice",
    "text",
    "json",
    "count",
    "flag",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of column is stored, published and shown.

    Attributes:
        arrow: type in memory and in Parquet.
        words: the type for people, in the data dictionary.
        duckdb: DuckDB's name for the stored type.
        given: what `arrow_table` takes: plain `number`s, the numbers of `id`s, `code`s of choices, or an
            `array` that Arrow already holds.
        factor: what a given number is multiplied by: moments are given in seconds and stored in microseconds.
        stored_per_published: how many stored units make one published unit: 100 cents a dollar.
        suffix: end of the stored name, which the published name leaves out.
        places: decimal places of the published value.
        view: DuckDB expression of the published value; `{name}` is the stored column.
        encoding: Parquet encoding of values that are not in a dictionary; None for plain.
        has_range: whether Parquet keeps the smallest and largest value of a row group, so that a reader can
            leave it out; amounts are alike everywhere.
        sql: type in a database.
        python: type of a published value.
        text: how a value becomes text, a key of `export.text.TEXTS`.
        json: how that text is written in JSON: as a `number`, a quoted and escaped `string`, a `quoted` text
            that needs no escapes, or `raw` because it is JSON itself.
        summary: how a page describes the values, a key of `column_summary.SUMMARIES`; "" for not at all.
    """

    arrow: pa.DataType
    words: str
    duckdb: str
    given: Literal["number", "id", "code", "array"] = "number"
    factor: int = 1
    stored_per_published: int = 1
    suffix: str = ""
    places: int | None = None
    view: str = "{name}"
    encoding: str | None = None
    has_range: bool = False
    sql: str = "BIGINT"
    python: type = int
    text: str = "plain"
    json: Literal["number", "string", "quoted", "raw"] = "number"
    summary: str = ""

    @property
    def is_float(self) -> bool:
        """Whether a stored value may be infinite or no number."""
        return bool(pa.types.is_floating(self.arrow))


_ID = Kind(
    pa.string(),
    "id",
    "VARCHAR",
    given="id",
    has_range=True,
    sql="VARCHAR(32)",
    python=str,
    json="string",
)
_INTEGER_ID = Kind(pa.int64(), "integer id", "BIGINT", has_range=True)
_TWO_DECIMALS = Kind(
    pa.float64(),
    "decimal(18,2)",
    "DOUBLE",
    places=2,
    view="cast({name} as decimal(18, 2))",
    sql="NUMERIC(18, 2)",
    python=Decimal,
    text="rounded",
    summary="numbers",
)

KINDS: dict[KindName, Kind] = {
    "identifier": _ID,
    "reference": _ID,
    "integer_identifier": _INTEGER_ID,
    "integer_reference": _INTEGER_ID,
    "money": Kind(
        pa.int64(),
        "decimal(18,2)",
        "BIGINT",
        stored_per_published=100,
        suffix="_cents",
        places=2,
        view="cast(cast({name} as decimal(18, 0)) * 0.01 as decimal(18, 2))",
        encoding="DELTA_BINARY_PACKED",
        sql="NUMERIC(18, 2)",
        python=Decimal,
        text="scaled",
        summary="amounts",
    ),
    "quantity": Kind(
        pa.int64(),
        "decimal(15,4)",
        "BIGINT",
        stored_per_published=10_000,
        suffix="_e4",
        places=4,
        view="cast(cast({name} as decimal(15, 0)) * 0.0001 as decimal(15, 4))",
        encoding="DELTA_BINARY_PACKED",
        sql="NUMERIC(15, 4)",
        python=Decimal,
        text="scaled",
        summary="amounts",
    ),
    "decimal": _TWO_DECIMALS,
    "rate": _TWO_DECIMALS,
    "day": Kind(
        pa.date32(),
        "date",
        "DATE",
        encoding="DELTA_BINARY_PACKED",
        has_range=True,
        sql="DATE",
        python=dt.date,
        json="quoted",
        summary="days",
    ),
    "moment": Kind(
        pa.timestamp("us"),
        "timestamp",
        "TIMESTAMP",
        factor=1_000_000,
        has_range=True,
        sql="TIMESTAMP",
        python=dt.datetime,
        text="utc",
        json="quoted",
        summary="days",
    ),
    "choice": Kind(
        pa.dictionary(pa.int8(), pa.string()),
        "one of",
        "VARCHAR",
        given="code",
        view="cast({name} as varchar)",
        sql="VARCHAR(64)",
        python=str,
        json="string",
        summary="shares",
    ),
    "text": Kind(pa.string(), "text", "VARCHAR", given="array", sql="TEXT", python=str, json="string"),
    "json": Kind(
        pa.string(),
        "JSON",
        "VARCHAR",
        given="array",
        view="cast({name} as json)",
        sql="JSON",
        python=object,
        json="raw",
    ),
    "count": Kind(pa.int64(), "integer", "BIGINT", encoding="DELTA_BINARY_PACKED", summary="numbers"),
    "flag": Kind(pa.bool_(), "boolean", "BOOLEAN", sql="BOOLEAN", python=bool, summary="shares"),
}
"""Every kind by its name.

Whole numbers are stored as differences in as few bits as hold them. Every reader in tests/test_readers.py
takes these encodings; docs/performance.md has the figures.
"""
