"""What a reader finds in data directories, column by column. It runs in that reader's environment.

    PYTHONPATH=<environment> python -S tests/readers/cells.py duckdb <data directory>…

It knows nothing but the standard library and the reader: Python values are the same in all of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

Columns = dict[str, list[Any]]
Found = dict[str, str]

COUNTED = "select count(columns(*)) from {}"
"""How many cells of each column of a view are filled."""

AT_RISK = "select type, count(*), sum(amount_at_risk) from {} group by type order by type"
"""A question to a view of labels, with sums of money."""


def digest(columns: Columns) -> Found:
    """For each column how many cells are filled, and a hash over all of them."""
    found = {}
    for name, values in columns.items():
        filled = sum(value is not None for value in values)
        found[name] = f"{filled} filled, {sha256(repr(values).encode()).hexdigest()[:16]}"
    return found


def _duckdb(path: Path) -> Columns:
    import duckdb

    found = duckdb.execute("select * from read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    return dict(zip(names, map(list, zip(*found.fetchall(), strict=True)), strict=True))


def _pyarrow(path: Path) -> Columns:
    from pyarrow.parquet import read_table

    return read_table(path, partitioning=None).to_pydict()


def _polars(path: Path) -> Columns:
    import polars

    return polars.read_parquet(path).to_dict(as_series=False)


READERS: dict[str, Callable[[Path], Columns]] = {"duckdb": _duckdb, "pyarrow": _pyarrow, "polars": _polars}


def parts(read: Callable[[Path], Columns], directory: Path) -> dict[str, Found]:
    """What a reader finds in every table of every world that stands in a directory, by `<world>/<table>`."""
    return {
        f"{path.parts[-3]}/{path.parts[-2]}": digest(read(path))
        for path in sorted(directory.glob("*/*/part-*.parquet"))
    }


def catalogue(file: Path) -> dict[str, str]:
    """What DuckDB answers from a catalogue, opened read-only, to each question about each view."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        views = connection.execute(
            "select schema_name || '.' || view_name from duckdb_views() where not internal order by all"
        ).fetchall()
        asked = [COUNTED.format(view) for (view,) in views]
        asked += [AT_RISK.format(view) for (view,) in views if view.endswith(".anomaly_manifest")]
        return {question: repr(connection.execute(question).fetchall()) for question in asked}


if __name__ == "__main__":
    what, *places = sys.argv[1:]
    find = catalogue if what == "catalogue" else partial(parts, READERS[what])
    print(json.dumps([find(Path(place)) for place in places]))
