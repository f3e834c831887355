"""Parquet and Arrow files: one a table with published names and types, or Parquet in a directory a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synth_assets.export.arrow_rows import published, published_schema
from synth_assets.export.rows import Parts
from synth_assets.model.arrow import to_numpy
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

GROUP_ROWS = 131_072
"""Rows of a row group, and of a batch of an Arrow file."""

WITHOUT_MONTH = "__HIVE_DEFAULT_PARTITION__"
"""The directory of rows whose day is empty, as Hive calls it."""


def export_parquet(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.parquet` and so on: dollars as decimal(18,2), moments in UTC, descriptions as metadata."""
    return [_parquet(out / f"{table.physical_name}.parquet", table, parts(table.name)) for table in tables]


def export_arrow(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.arrow` and so on: the same as Arrow IPC files, to be mapped into memory."""
    return [_arrow(out / f"{table.physical_name}.arrow", table, parts(table.name)) for table in tables]


def export_months(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices/month=2026-01/part-0.parquet` and so on: a directory a month of the table's first day.

    A table without a day has one file in its directory.
    """
    return [_months(out / table.physical_name, table, parts(table.name)) for table in tables]


def _parquet(path: Path, table: Table, parts: Iterable[pa.Table]) -> Path:
    with pq.ParquetWriter(path, published_schema(table), compression="zstd") as writer:
        for rows in _groups(parts):
            writer.write_table(published(table, rows), row_group_size=GROUP_ROWS)
    return path


def _arrow(path: Path, table: Table, parts: Iterable[pa.Table]) -> Path:
    with pa.ipc.new_file(path, published_schema(table)) as writer:
        for rows in _groups(parts):
            writer.write_table(published(table, rows), max_chunksize=GROUP_ROWS)
    return path


def _groups(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in tables of GROUP_ROWS, but the last: small parts together, large ones cut."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        if sum(rows.num_rows for rows in waiting) >= GROUP_ROWS:
            rows = pa.concat_tables(waiting).unify_dictionaries()
            whole = rows.num_rows - rows.num_rows % GROUP_ROWS
            yield rows.slice(0, whole)
            waiting = [rows.slice(whole)]
    if waiting:
        yield pa.concat_tables(waiting).unify_dictionaries()


# --- by month -----------------------------------------------------------------------------------------


def day_of(table: Table) -> Column | None:
    """The column whose month a row belongs to: the first day or moment that every row has, else the first."""
    able = [column for column in table.columns if column.kind in ("day", "moment")]
    return next((column for column in able if not column.nullable), able[0] if able else None)


def _months(directory: Path, table: Table, parts: Iterable[pa.Table]) -> Path:
    by = day_of(table)
    directory.mkdir()
    if by is None:
        _parquet(directory / "part-0.parquet", table, parts)
        return directory
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as opened:
        for rows in _groups(parts):
            for month, found in _by_month(rows, by):
                if month not in writers:
                    path = directory / f"month={month}" / "part-0.parquet"
                    path.parent.mkdir()
                    writer = pq.ParquetWriter(path, published_schema(table), compression="zstd")
                    writers[month] = opened.enter_context(writer)
                writers[month].write_table(published(table, found))
    return directory


def _by_month(rows: pa.Table, by: Column) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each month, in their order."""
    days = rows[by.name].cast(pa.date32()) if by.kind == "day" else rows[by.name].cast(pa.timestamp("s"))
    text = pc.fill_null(pc.strftime(days.cast(pa.timestamp("s")), "%Y-%m"), WITHOUT_MONTH).combine_chunks()
    code = pc.dictionary_encode(text)
    numbers, order = to_numpy(code.indices), np.argsort(to_numpy(code.indices), kind="stable")
    edges = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    for low, high in pairwise([*edges.tolist(), len(order)]):
        yield code.dictionary[int(numbers[order[low]])].as_py(), rows.take(pa.array(order[low:high]))
