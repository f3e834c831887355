"""Parquet parts: how a block's table becomes a file, and how columns of one are read back."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.build.places import ObjectPath, Place, write_whole
from synth_assets.build.problems import Problem
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import numbers
from synth_assets.model.table import Table

_DIFFERENCES = ("money", "count", "day")
"""Whole numbers, stored as differences in as few bits as hold them, which leaves zstd less to look at; plain
where they repeat, as zstd would not see that in differences. Everything else without a dictionary is plain
too. Every reader in tests/test_readers.py takes these. Moments are far apart: fastparquet would give wrong
ones for their differences. docs/performance.md has the figures."""

_WITH_RANGES = ("identifier", "reference", "day", "moment")
"""Kinds whose smallest and largest value let a reader leave out a row group; amounts are everywhere alike."""


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
    """Encodings by the kind of column; dictionaries only where values repeat within a block: choices, texts
    that say so, and references to what is not made with the block, such as products."""
    repeated = [
        c.name
        for c in table.columns
        if c.kind == "choice"
        or (c.kind == "text" and c.repeats)
        or c.references not in (None, *table.parents)
    ]
    differences = [c.name for c in table.columns if c.kind in _DIFFERENCES and not c.repeats]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": repeated,
        "column_encoding": dict.fromkeys(differences, "DELTA_BINARY_PACKED"),
        "write_batch_size": 65_536,  # values encoded at a time; pages stay as they are
        "write_statistics": [c.name for c in table.columns if c.kind in _WITH_RANGES],
    }


def write_part(table: Table, rows: pa.Table, path: Place) -> Part:
    """Write one block of a table, whole, and force it to the disk."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **_options(table))
    content = sink.getvalue()
    write_whole(path, content)
    key = rows[table.key.name]
    ends = (key[0].as_py(), key[-1].as_py()) if rows.num_rows else ("", "")
    return Part(rows.num_rows, content.size, sha256(content).hexdigest(), *ends)


class PartReader:
    """A part's rows, column by column: only the columns that are asked for are read.

    Raises:
        Problem: the file is missing or damaged; `remedy` says what to run.
    """

    def __init__(self, path: Place, remedy: str) -> None:
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
            source = self._path.open_input() if isinstance(self._path, ObjectPath) else self._path
            return pq.ParquetFile(source).read(columns=columns)
        except PermissionError:
            raise Problem(f"{self._path} cannot be read: permission denied") from None
        except (OSError, pa.ArrowException) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "is damaged"
            raise Problem(f"{self._path} {reason}. Run: {self._remedy}") from None
