"""CSV: RFC 4180 with a header, but lines end in LF."""

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

NEEDS_QUOTES = '[,"\r\n]|^$'
"""A comma, a quote, a line end; and a text without characters, which without quotes would be null."""


def export_csv(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.csv` and so on.

    Fields are quoted only where they must be. Null is an empty field, a text without characters is `""`.
    """
    return [
        write_file(out / f"{table.physical_name}.csv", _csv(table, parts(table.name))) for table in tables
    ]


def _csv(table: Table, parts: Iterable[pa.Table]) -> Iterator[bytes | memoryview]:
    yield (",".join(map(table.physical_column, table.columns)) + "\n").encode()
    for batch in batches(table, parts):
        fields = [_field(*field) for field in zip(table.columns, batch.columns, strict=True)]
        lines = joined(fields[0], *(piece for field in fields[1:] for piece in (",", field)), "\n")
        yield in_bytes(lines)


def _field(column: Column, values: pa.Array) -> pa.Array:
    text = quoted(
        column, values, ("string", "raw"), lambda words: where_needed(words, NEEDS_QUOTES, [('"', '""')], '"')
    )
    return pc.fill_null(text, scalar(""))
