"""Parts read back: columns of a part or of one of its blocks, in the bytes that were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.model.arrow import indices
from synth_assets.model.draws import Ints
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.joined_rows import JoinedRows
from synth_assets.storage.parquet import Part, row_groups
from synth_assets.storage.paths import ELSEWHERE, ObjectPath, StoragePath, digest, file_state

SMALL_PART_ROWS = 50_000
"""Up to so many rows threads take longer to start than to read."""


class PartReader:
    """Rows of a part, or of one of its blocks, column by column: only what is needed is decoded.

    Args:
        path: the file.
        remedy: the command that makes it again.
        expected_sha256: of the bytes that were written; None to take whatever the file holds.
        groups: the row groups to read; None for all.

    Raises:
        Problem: the file is missing, damaged or holds other bytes; the message says what to run.
    """

    def __init__(
        self,
        path: StoragePath,
        remedy: str,
        expected_sha256: str | None = None,
        groups: Sequence[int] | None = None,
    ) -> None:
        self._path, self._remedy, self._expected, self._groups = path, remedy, expected_sha256, groups
        self._columns: dict[str, pa.ChunkedArray] = {}

    @classmethod
    def of_block(cls, path: StoragePath, part: Part, block: int, remedy: str) -> PartReader:
        """The reader of one block of a part that was written, counted from the part's first."""
        return cls(path, remedy, part.sha256, row_groups(part, block))

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
        first = self._groups[0] if self._groups else -1
        return _PARSED.numbers((self._expected, first, column), lambda: id_numbers(self[column]))

    def read(self, columns: list[str] | None = None) -> pa.Table:
        """The rows with some or all columns."""
        groups = range(self._file.metadata.num_row_groups) if self._groups is None else self._groups
        return self._read(groups, columns)

    @property
    def columns(self) -> list[str]:
        """Their names."""
        return list(self._file.schema_arrow.names)

    def pieces(self) -> Iterator[pa.Table]:
        """The rows, a row group at a time."""
        for group in range(self._file.metadata.num_row_groups):
            yield self._read([group], None)

    def _read(self, groups: Sequence[int], columns: list[str] | None) -> pa.Table:
        try:
            rows = sum(self._file.metadata.row_group(group).num_rows for group in groups)
            is_large = rows > SMALL_PART_ROWS
            return self._file.read_row_groups(list(groups), columns=columns, use_threads=is_large)
        except (OSError, IndexError, pa.ArrowException):
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
            if digest(self._path) != self._expected:
                reason = "it holds other bytes than were written"
                raise Problem(f"{self._path} is damaged: {reason}. Run: {self._remedy}")
            _COMPARED.add(state)


class JoinedReader(JoinedRows):
    """Rows of a block that are in several parts, window by window, in order of key: the first column."""

    def __init__(self, readers: Sequence[PartReader]) -> None:
        self._readers = readers
        super().__init__(readers[0].columns[0], readers)

    def read(self) -> pa.Table:
        """The rows with all columns."""
        return pa.concat_tables([reader.read() for reader in self._readers]).take(indices(self.order))


_COMPARED: set[tuple[object, ...]] = set()
"""Files of this process whose bytes were seen to be those that were written, with their state then."""


class _ParsedIds:
    """Numbers of the ids of parts, which several tables read one after the other; kept up to a budget."""

    BUDGET_BYTES = 256 * 2**20

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str], Ints] = {}
        self._bytes = 0

    def numbers(self, key: tuple[str, int, str], parse: Callable[[], Ints]) -> Ints:
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
