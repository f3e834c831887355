"""Some blocks of a table's Parquet files as a query for DuckDB, which leaves the other row groups unread."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, groupby

from synth_assets.derive.duckdb_view import only

Files = Sequence[tuple[object, Sequence[int]]]
"""Each file of a table, with the rows of its blocks, in order."""


def query_of_blocks(files: Files, blocks: Collection[int]) -> str:
    """The rows of the blocks of these numbers, counted over all files, in order.

    A file's last block ends with the file, whatever is there: blocks next to each other have every row once.
    """
    queries: list[str] = []
    for condition, same in groupby(_pieces(files, blocks), key=lambda piece: piece[1]):
        paths = ", ".join("'" + only(path).replace("'", "''") + "'" for path, _ in same)
        if condition:
            source = f"read_parquet([{paths}], hive_partitioning = false, file_row_number = true)"
            queries.append(f"SELECT * EXCLUDE (file_row_number) FROM {source} WHERE {condition}")
        else:
            queries.append(f"FROM read_parquet([{paths}], hive_partitioning = false)")
    return " UNION ALL ".join(queries)


def _pieces(files: Files, blocks: Collection[int]) -> Iterator[tuple[object, str]]:
    """Files that hold some of the blocks, each with a condition for one run of them; "" for a whole file."""
    first = 0
    for path, rows in files:
        starts = [0, *accumulate(rows)]
        here = [first + place in blocks for place in range(len(rows))]
        first += len(rows)
        if all(here):
            yield path, ""
            continue
        for is_wanted, run in groupby(range(len(rows)), key=here.__getitem__):
            places = list(run)
            if is_wanted:
                last = places[-1] + 1
                end = f" AND file_row_number < {starts[last]}" if last < len(rows) else ""
                yield path, f"file_row_number >= {starts[places[0]]}{end}"
