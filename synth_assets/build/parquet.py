"""Parquet parts: how a block's table becomes a file, and how columns of one are read back."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.build.problems import Problem
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import numbers
from synth_assets.model.table import Table

_DICTIONARY = ("choice",)
_ENCODINGS = {
    "identifier": "DELTA_BYTE_ARRAY",
    "reference": "DELTA_BYTE_ARRAY",
    "day": "DELTA_BINARY_PACKED",
    "moment": "DELTA_BINARY_PACKED",
}
"""Dictionaries only where they pay; ids and days stand nearly sorted, so their differences are small."""


class Part(NamedTuple):
    """A written part: rows, bytes, SHA-256 of the bytes, first and last key ("" when empty)."""

    rows: int
    bytes: int
    sha256: str
    first_key: str
    last_key: str


def part_name(block: int) -> str:
    """File name of a block."""
    return f"part-{block:05d}.parquet"


@cache
def _options(table: Table) -> dict[str, object]:
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [c.name for c in table.columns if c.kind in _DICTIONARY],
        "column_encoding": {c.name: _ENCODINGS[c.kind] for c in table.columns if c.kind in _ENCODINGS},
    }


def write_part(table: Table, rows: pa.Table, path: Path) -> Part:
    """Write one block of a table and force it to the disk."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **_options(table))
    content = sink.getvalue()
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    key = rows[table.key.name]
    ends = (key[0].as_py(), key[-1].as_py()) if rows.num_rows else ("", "")
    return Part(rows.num_rows, content.size, sha256(content).hexdigest(), *ends)


class PartReader:
    """A part's rows, column by column: only the columns that are asked for are read.

    Raises:
        Problem: the file is missing or damaged; `remedy` says what to run.
    """

    def __init__(self, path: Path, remedy: str) -> None:
        self._path, self._remedy = path, remedy
        self._columns: dict[str, pa.ChunkedArray] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        if column not in self._columns:
            self._columns[column] = self.read([column]).column(0)
        return self._columns[column]

    def numbers(self, column: str) -> Ints:
        """The numbers of a column of ids."""
        return numbers(self[column])

    def read(self, columns: list[str] | None = None) -> pa.Table:
        """The rows with some or all columns."""
        try:
            return pq.ParquetFile(self._path).read(columns=columns)
        except PermissionError:
            raise Problem(f"{self._path} cannot be read: permission denied") from None
        except (OSError, pa.ArrowException) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "is damaged"
            raise Problem(f"{self._path} {reason}. Run: {self._remedy}") from None
