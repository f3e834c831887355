"""Rows on their way out: which there are, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from synth_assets.model.table import Table
from synth_assets.model.world import World

Parts = Callable[[str], Iterable[pa.Table]]
"""Gives a table's rows by its name, in order, in as many parts as there are."""

Format = Callable[[World, Parts, Path, Sequence[Table]], list[Path]]
"""Writes tables into a directory that exists, and says which files it wrote."""

BATCH_ROWS = 32_768
"""Rows that are text at a time: about 15 MB of JSON."""


def batches(table: Table, parts: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    """The rows of all parts, a batch at a time, with the table's columns in their order."""
    names = [column.name for column in table.columns]
    for part in parts:
        yield from (batch for batch in part.select(names).to_batches(BATCH_ROWS) if batch.num_rows)


def in_bytes(lines: pa.Array) -> memoryview:
    """The texts of an array one after the other, without a copy."""
    _, offsets, content = lines.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(content)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def write_file(path: Path, content: Iterable[bytes | memoryview]) -> Path:
    """Write a file piece by piece."""
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)
    return path
