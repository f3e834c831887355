"""JSON: an array of objects, or JSON Lines, an object a line. Money and percentages have two decimals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.export.rows import Parts, batches, in_bytes, write_file
from synth_assets.export.text import joined, quoted, where_needed
from synth_assets.model.arrow import scalar
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

NEEDS_ESCAPES = r'[\x00-\x1f"\\]'
ESCAPES = [
    ("\\", "\\\\"),
    ('"', '\\"'),
    ("\b", "\\b"),
    ("\t", "\\t"),
    ("\n", "\\n"),
    ("\f", "\\f"),
    ("\r", "\\r"),
    *((chr(code), f"\\u{code:04x}") for code in range(32) if chr(code) not in "\b\t\n\f\r"),
]
"""What JSON strings may not hold as it is (RFC 8259, section 7); the backslash first."""


def export_json(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.json` and so on: one array of objects, as `json.dumps(indent=2)` would lay it out.

    UTF-8 without needless escapes.
    """
    return [write_file(out / f"{t.physical_name}.json", _array(t, parts(t.name))) for t in tables]


def export_json_lines(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.jsonl` and so on: the same objects, one a line, without spaces."""
    return [write_file(out / f"{t.physical_name}.jsonl", _lines(t, parts(t.name))) for t in tables]


def _array(table: Table, parts: Iterable[pa.Table]) -> Iterator[bytes | memoryview]:
    start = 1  # the first object has no comma before it
    yield b"["
    for batch in batches(table, parts):
        yield in_bytes(_objects(table, batch, ",\n  {", "\n    ", ": ", "\n  }"))[start:]
        start = 0
    yield b"]\n" if start else b"\n]\n"


def _lines(table: Table, parts: Iterable[pa.Table]) -> Iterator[memoryview]:
    for batch in batches(table, parts):
        yield in_bytes(_objects(table, batch, "{", "", ":", "}\n"))


def _objects(
    table: Table, batch: pa.RecordBatch, opening: str, margin: str, colon: str, closing: str
) -> pa.Array:
    """The rows of a batch as objects, with what stands around them and around their names."""
    labels = [f'{margin}"{table.physical_column(column)}"{colon}' for column in table.columns]
    fields = [_value(*field) for field in zip(table.columns, batch.columns, strict=True)]
    pieces = [piece for label, field in zip(labels, fields, strict=True) for piece in (",", label, field)]
    return joined(opening, *pieces[1:], closing)


def _value(column: Column, values: pa.Array) -> pa.Array:
    text = quoted(
        column,
        values,
        ("string",),
        lambda words: joined('"', where_needed(words, NEEDS_ESCAPES, ESCAPES), '"'),
    )
    if column.form.json == "quoted":
        text = joined('"', text, '"')
    return pc.fill_null(text, scalar("null"))
