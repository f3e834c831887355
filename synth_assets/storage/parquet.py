"""Parquet parts: how a block's table becomes a file, and how columns of one are read back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from hashlib import sha256
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.model.columns import Column
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.table import Table
from synth_assets.storage.paths import ELSEWHERE, ObjectPath, StoragePath, file_state, write_atomic


class Part(NamedTuple):
    """A written part: rows, bytes, SHA-256 of the bytes, first and last key ("" when empty)."""

    rows: int
    bytes: int
    sha256: str
    first_key: str | int
    last_key: str | int


def part_name(block: int) -> str:
    """File name of a block."""
    return f"part-{block:05d}.parquet"


@cache
def _options(table: Table) -> dict[str, object]:
    """Encodings by the kind of column; dictionaries only where values repeat within a block: choices, texts
    that say so, and references to what is not made with the block, such as products. Numbers that repeat
    are plain, as zstd would not see that in their differences."""
    encoded = {c.name: c.form.encoding for c in table.columns if c.form.encoding and not c.repeats}
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [column.name for column in table.columns if _has_dictionary(table, column)],
        "column_encoding": encoded,
        "write_batch_size": 65_536,  # values encoded at a time; pages stay as they are
        "write_statistics": [column.name for column in table.columns if column.form.has_range],
    }


def _has_dictionary(table: Table, column: Column) -> bool:
    elsewhere = column.references not in (None, table.name, *table.parents)
    return pa.types.is_dictionary(column.arrow.type) or (elsewhere and bool(column.prefix))


def write_part(table: Table, rows: pa.Table, path: StoragePath) -> Part:
    """Write one block of a table, whole, and force it to the disk."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **_options(table))
    content = sink.getvalue()
    write_atomic(path, content)
    key = rows[table.key.name]
    ends = (key[0].as_py(), key[-1].as_py()) if rows.num_rows else ("", "")
    return Part(rows.num_rows, content.size, sha256(content).hexdigest(), *ends)


SMALL_PART_ROWS = 50_000
"""Up to so many rows threads take longer to start than to read."""


class PartReader:
    """A part's rows, column by column: only the columns that are needed are decoded.

    Args:
        path: the file.
        remedy: the command that makes it again.
        expected_sha256: of the bytes that were written; None to take whatever the file holds.

    Raises:
        Problem: the file is missing, damaged or holds other bytes; the message says what to run.
    """

    def __init__(self, path: StoragePath, remedy: str, expected_sha256: str | None = None) -> None:
        self._path, self._remedy, self._expected = path, remedy, expected_sha256
        self._columns: dict[str, pa.ChunkedArray] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        if column not in self._columns:
            self._columns[column] = self.read([column]).column(0)
        return self._columns[column]

    def id_numbers(self, column: str) -> Ints:
        """The numbers of a column of ids; not to be written to."""
        if self._expected is None:
            return id_numbers(self[column])
        self.refuse_damage()  # also where its ids are known
        return _PARSED.numbers((self._expected, column), lambda: id_numbers(self[column]))

    def read(self, columns: list[str] | None = None) -> pa.Table:
        """The rows with some or all columns."""
        try:
            is_large = self._file.metadata.num_rows > SMALL_PART_ROWS
            return self._file.read(columns=columns, use_threads=is_large)
        except (OSError, pa.ArrowException):
            raise Problem(f"{self._path} is damaged. Run: {self._remedy}") from None

    def refuse_damage(self) -> None:
        """See that the file is there and holds what was written."""
        _ = self._file

    @cached_property
    def _file(self) -> pq.ParquetFile:
        try:
            self._refuse_other_bytes()
            if isinstance(self._path, ObjectPath):
                return pq.ParquetFile(self._path.open_input())
            return pq.ParquetFile(self._path)
        except PermissionError:
            raise Problem(f"{self._path} cannot be read: permission denied: {ELSEWHERE}") from None
        except FileNotFoundError:
            raise Problem(f"{self._path} is missing. Run: {self._remedy}") from None
        except (OSError, pa.ArrowException):
            raise Problem(f"{self._path} is damaged. Run: {self._remedy}") from None

    def _refuse_other_bytes(self) -> None:
        """Compare the file's hash with what was written; once for a file that has not been touched since."""
        if self._expected is None:
            return
        state = (str(self._path), self._expected, *file_state(self._path))
        if state not in _COMPARED:
            if sha256(self._path.read_bytes()).hexdigest() != self._expected:
                reason = "it holds other bytes than were written"
                raise Problem(f"{self._path} is damaged: {reason}. Run: {self._remedy}")
            _COMPARED.add(state)


_COMPARED: set[tuple[object, ...]] = set()
"""Files of this process whose bytes were seen to be those that were written, with their state then."""


class _ParsedIds:
    """Numbers of the ids of parts, which several tables read one after the other; kept up to a budget."""

    BUDGET_BYTES = 256 * 2**20

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Ints] = {}
        self._bytes = 0

    def numbers(self, key: tuple[str, str], parse: Callable[[], Ints]) -> Ints:
        """The numbers under a key; those that were parsed first make way."""
        if key not in self._kept:
            parsed = parse()
            parsed.setflags(write=False)
            self._kept[key] = parsed
            self._bytes += parsed.nbytes
            while self._bytes > self.BUDGET_BYTES:
                self._bytes -= self._kept.pop(next(iter(self._kept))).nbytes
            return parsed
        return self._kept[key]


_PARSED = _ParsedIds()
