"""Parquet parts: how a block's table becomes a file, and how columns of one are read back."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.model.columns import Column
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.table import Table
from synth_assets.storage.paths import ObjectPath, StoragePath, write_atomic


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
    repeated = [column.name for column in table.columns if _repeats(table, column)]
    encoded = {c.name: c.form.encoding for c in table.columns if c.form.encoding and c.name not in repeated}
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": repeated,
        "column_encoding": encoded,
        "write_statistics": [c.name for c in table.columns if c.form.has_range],
    }


def _repeats(table: Table, column: Column) -> bool:
    elsewhere = column.references not in (None, table.name, *table.parents)
    return column.form.given == "code" or column.repeats or elsewhere


def write_part(table: Table, rows: pa.Table, path: StoragePath) -> Part:
    """Write one block of a table, whole, and force it to the disk."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **_options(table))
    content = sink.getvalue()
    write_atomic(path, content)
    key = rows[table.key.name]
    ends = (key[0].as_py(), key[-1].as_py()) if rows.num_rows else ("", "")
    return Part(rows.num_rows, content.size, sha256(content).hexdigest(), *ends)


class PartReader:
    """A part's rows, column by column: only the columns that are asked for are read.

    Raises:
        Problem: the file is missing or damaged; `remedy` says what to run.
    """

    def __init__(self, path: StoragePath, remedy: str) -> None:
        self._path, self._remedy = path, remedy
        self._columns: dict[str, pa.ChunkedArray] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        if column not in self._columns:
            self._columns[column] = self.read([column]).column(0)
        return self._columns[column]

    def id_numbers(self, column: str) -> Ints:
        """The numbers of a column of ids."""
        return id_numbers(self[column])

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
