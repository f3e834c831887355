"""Parquet parts: what is known of one, and how some blocks of a table become a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.storage.paths import StoragePath, atomic_file


class Ends(NamedTuple):
    """How many rows some block of a table has, and its first and last key ("" when empty)."""

    rows: int
    first_key: str | int
    last_key: str | int


def joined_ends(some: Sequence[Ends]) -> Ends:
    """What several blocks hold together."""
    filled = [ends for ends in some if ends.rows]
    if not filled:
        return Ends(0, "", "")
    first = min(filled, key=lambda ends: ends.first_key).first_key
    last = max(filled, key=lambda ends: ends.last_key).last_key
    return Ends(sum(ends.rows for ends in filled), first, last)


class Part(NamedTuple):
    """A written part: rows, bytes, SHA-256 of the bytes, first and last key ("" when empty).

    Attributes:
        blocks: what each of its blocks holds, in order; empty where it is one.
    """

    rows: int
    bytes: int
    sha256: str
    first_key: str | int
    last_key: str | int
    blocks: tuple[Ends, ...] = ()

    @property
    def ends(self) -> tuple[Ends, ...]:
        """What each of its blocks holds, in order."""
        return self.blocks or (Ends(self.rows, self.first_key, self.last_key),)

    @classmethod
    def written(cls, bytes: int, sha256: str, ends: Sequence[Ends]) -> Part:
        """A part of these blocks."""
        filled = [block for block in ends if block.rows]
        first, last = (filled[0].first_key, filled[-1].last_key) if filled else ("", "")
        rows = sum(block.rows for block in ends)
        return cls(rows, bytes, sha256, first, last, tuple(ends) if len(ends) > 1 else ())

    def as_document(self) -> dict[str, Any]:
        """The part as a table's document has it."""
        document = self._asdict() | {"blocks": [list(block) for block in self.blocks]}
        return document if self.blocks else {key: document[key] for key in document if key != "blocks"}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Part:
        """The part of a document; TypeError where it says none."""
        return cls(**{**document, "blocks": tuple(Ends(*block) for block in document.get("blocks", ()))})


def part_name(number: int) -> str:
    """File name of a part."""
    return f"part-{number:05d}.parquet"


ROW_GROUP_ROWS = 2**20
"""Rows of a row group, at most: a block that has more is several."""


def row_groups(part: Part, block: int) -> list[int]:
    """The row groups that hold a block, counted from the part's first."""
    counts = [max(1, -(-ends.rows // ROW_GROUP_ROWS)) for ends in part.ends[: block + 1]]
    return list(range(sum(counts[:-1]), sum(counts)))


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
    """Write one block of a table as a part, whole, and force it to the disk."""
    with part_writer(table, path) as writer:
        writer.write(rows)
    return writer.part


@contextmanager
def part_writer(table: Table, path: StoragePath) -> Iterator[PartWriter]:
    """Write a part block by block; it stands at `path` once it is whole, forced to the disk."""
    with atomic_file(path) as file:
        writer = PartWriter(table, file)
        yield writer
        writer.finish()


class PartWriter:
    """A part that is being written: each block becomes a row group, so that it can be read alone.

    Attributes:
        part: what was written, once it is finished.
    """

    part: Part

    def __init__(self, table: Table, file: BinaryIO) -> None:
        self._table = table
        self._sink = _Hashed(file)
        self._stream = pa.PythonFile(self._sink, mode="w")
        self._writer: pq.ParquetWriter | None = None
        self._ends: list[Ends] = []

    def write(self, rows: pa.Table) -> None:
        """Write the next block."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, rows.schema, **_options(self._table))
        self._writer.write_table(rows, ROW_GROUP_ROWS)
        key = rows[self._table.key.name]
        ends = (key[0].as_py(), key[-1].as_py()) if rows.num_rows else ("", "")
        self._ends.append(Ends(rows.num_rows, *ends))

    def finish(self) -> None:
        """Write the end of the file."""
        if self._writer:
            self._writer.close()
        self.part = Part.written(self._sink.bytes, self._sink.sha256.hexdigest(), self._ends)


class _Hashed:
    """A file for Arrow to write to, which hashes what it is given."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256, self.bytes = file, sha256(), 0

    def write(self, content: bytes) -> None:
        if self._file.closed:  # abandoned: Arrow ends what it forgets
            return
        self._file.write(content)
        self.sha256.update(content)
        self.bytes += len(content)

    def flush(self) -> None:
        """Whoever opened the file flushes it."""
