"""What a detector found: read from a file or a frame, checked and put into one form."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from synth_assets.checks.numbers import DIGITS
from synth_assets.checks.queries import quoted
from synth_assets.model.errors import Problem, UsageProblem, first_line

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from synth_assets.model.world import World

    Findings: TypeAlias = (
        pd.DataFrame | pa.Table | Mapping[str, Any] | Iterable[Mapping[str, Any]] | str | Path
    )

ENTITY, KIND, SCORE, RELATED, FOUND_ON = "entity_id", "type", "score", "related_entity_id", "found_on"

NONE = pa.table({ENTITY: pa.array([], pa.string())})
"""No findings."""

READERS = {
    ".json": "read_json(?, format = 'auto')",
    ".jsonl": "read_json(?, format = 'newline_delimited')",
    ".ndjson": "read_json(?, format = 'newline_delimited')",
    ".parquet": "read_parquet(?)",
}
"""How DuckDB reads a file that is no CSV, by the end of its name."""

CSV = ".csv"

SEPARATORS = ",;\t|"
"""What may stand between the cells of a CSV file."""


def load_findings(connection: duckdb.DuckDBPyConnection, findings: Findings) -> None:
    """Make the table `given`: place, type, entity_id, related_entity_id, score and found_on of each finding.

    Args:
        connection: where the table is made.
        findings: a file by its path (CSV, JSON, JSON Lines or Parquet), a pandas frame, an Arrow table,
            columns, or rows. The column `entity_id` is needed. Without `type`, or where that is empty, a
            finding is of any kind. `score` is higher where the detector is surer. `related_entity_id` tells
            two findings of one row apart. `found_on` is the day on which it was made. Other columns are not
            read.

    Raises:
        UsageProblem: a column is missing, a score is no finite number, or a day is no date.
        Problem: the file cannot be read.
    """
    import duckdb

    source = _source(connection, findings)
    columns = {name.lower(): name for name in source.columns}
    if ENTITY not in columns:
        found = ", ".join(source.columns) or "none"
        raise UsageProblem(
            f"findings need a column {ENTITY}, and type where the detector tells kinds "
            f"(columns found: {found})"
        )
    texts = ", ".join(f"{_text(columns, name)} AS {name}" for name in (KIND, ENTITY, RELATED))
    score, day = _text(columns, SCORE), _text(columns, FOUND_ON)
    try:
        source.project(
            f"row_number() OVER () AS place, {texts}, {score} AS written, "
            f"TRY_CAST({score} AS DOUBLE) AS score, {day} AS written_day, "
            f"CAST(TRY_CAST({day} AS TIMESTAMP) AS DATE) AS found_on"
        ).create("given")
    except duckdb.Error as error:
        counts = [line for line in str(error).splitlines() if line.startswith("Expected Number of Columns")]
        said = ": ".join((first_line(error), *counts))
        raise Problem(f"findings cannot be read: {said}") from None
    _refuse_gaps(connection)
    _refuse_no_dates(connection)


def spell_out_ids(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Write the ids of `given` as the tables do: `inv-22` and `INV_0022` are INV-000000022."""
    prefixes = {table.key.prefix for table in world.tables if table.key.prefix}
    own = dict(sorted((prefix[:-1].lower(), prefix) for prefix in prefixes))
    exact = "|".join(own.values())
    short = quoted(f"(?i)({'|'.join(own)})[-_]0*([0-9]{{1,{DIGITS}}})")
    prefix = " ".join(f"WHEN {quoted(name)} THEN {quoted(prefix)}" for name, prefix in own.items())
    connection.execute(
        f"""
        UPDATE given SET entity_id =
            CASE lower(regexp_extract(entity_id, {short}, 1)) {prefix} END
            || lpad(regexp_extract(entity_id, {short}, 2), {DIGITS}, '0')
        WHERE NOT regexp_full_match(entity_id, {quoted(f"({exact})[0-9]{{{DIGITS}}}")})
            AND regexp_full_match(entity_id, {short})
        """
    )


def _refuse_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse rows without an id, and scores that are no numbers or are there for some rows only."""
    rows, unnamed, first, unscored, wrong = connection.execute(
        """
        SELECT count(*), count(*) FILTER (entity_id IS NULL), min(place) FILTER (entity_id IS NULL),
            count(*) FILTER (written IS NULL),
            min(written) FILTER (written IS NOT NULL AND (score IS NULL OR NOT isfinite(score)))
        FROM given
        """
    ).fetchall()[0]
    if unnamed:
        raise UsageProblem(f"findings: {unnamed:,} {_rows(unnamed)} no {ENTITY}, the first is row {first:,}")
    if wrong is not None:
        shown = wrong if wrong == "nan" else repr(wrong)
        raise UsageProblem(f"findings: a score is no finite number: {shown}")
    if 0 < unscored < rows:
        has = "has" if unscored == 1 else "have"
        raise UsageProblem(f"findings: {unscored:,} of {rows:,} rows {has} no score: give all or none")


def _refuse_no_dates(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse days that are no dates, or are there for some rows only."""
    rows, undated, wrong = connection.execute(
        """
        SELECT count(*), count(*) FILTER (written_day IS NULL),
            min(written_day) FILTER (written_day IS NOT NULL AND (found_on IS NULL OR isinf(found_on)))
        FROM given
        """
    ).fetchall()[0]
    if wrong is not None:
        raise UsageProblem(f"findings: a {FOUND_ON} is no date such as 2026-03-31: {wrong!r}")
    if 0 < undated < rows:
        has = "has" if undated == 1 else "have"
        raise UsageProblem(f"findings: {undated:,} of {rows:,} rows {has} no {FOUND_ON}: give all or none")


def _rows(count: int) -> str:
    return "row has" if count == 1 else "rows have"


def _text(columns: Mapping[str, str], name: str) -> str:
    """A column as text without spaces around it; empty where it is not there."""
    return (
        f"nullif(trim(CAST(\"{columns[name]}\" AS VARCHAR)), '')"
        if name in columns
        else "CAST(NULL AS VARCHAR)"
    )


def _source(connection: duckdb.DuckDBPyConnection, findings: Findings) -> duckdb.DuckDBPyRelation:
    if isinstance(findings, str | Path):
        return _read(connection, Path(findings))
    return connection.from_arrow(_table(findings))


def _table(findings: Any) -> pa.Table:
    try:
        table = _arrow(findings)
    except (pa.ArrowException, TypeError, ValueError, AttributeError) as error:
        raise UsageProblem(
            f"findings cannot be read: {first_line(error)}: give a file, a frame, a table, columns or rows"
        ) from None
    return table if table.num_columns or table.num_rows else NONE


def _arrow(findings: Any) -> pa.Table:
    if isinstance(findings, pa.Table):
        return findings
    if hasattr(findings, "columns"):
        return pa.Table.from_pandas(findings, preserve_index=False)
    if isinstance(findings, Mapping):
        return pa.table(dict(findings))
    return pa.Table.from_pylist(list(findings))


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    import duckdb

    ending = path.suffix.lower()
    if ending not in (CSV, *READERS):
        raise UsageProblem(f"{path}: findings are .csv, .json, .jsonl or .parquet")
    if not path.is_file():
        raise UsageProblem(f"{path}: no such file")
    try:
        if ending == CSV:
            return _read_csv(connection, path)
        if ending != ".parquet" and _is_empty(path):
            return connection.from_arrow(NONE)
        return connection.sql(f"FROM {READERS[ending]}", params=[str(path)])
    except (duckdb.Error, csv.Error, OSError) as error:
        raise Problem(f"{path} cannot be read: {first_line(error)}") from None


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    """A CSV file by its first line that is not empty, as it stands: DuckDB would look for another header."""
    headers = [(mark, *_header(path, mark)) for mark in SEPARATORS]
    mark, header, lines = next(
        (found for found in headers if ENTITY in map(str.lower, found[1])),
        max(headers, key=lambda found: len(found[1])),
    )
    if not header:
        raise UsageProblem(f"{path} has no header: where nothing was found, write a line with {ENTITY}")
    names = [f"{name}_{place}" if name in header[:place] else name for place, name in enumerate(header)]
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return connection.sql(
        f"FROM read_csv(?, auto_detect = false, header = false, skip = {lines}, delim = {quoted(mark)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}})",
        params=[str(path)],
    )


def _header(path: Path, separator: str) -> tuple[list[str], int]:
    """The cells of the first line that is not empty, and how many lines it takes up to its end."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        cells = next((row for row in reader if "".join(row).strip()), [])
        return [cell.strip() for cell in cells], reader.line_num


def _is_empty(path: Path) -> bool:
    """Whether a JSON file holds an empty list, or lines without anything.

    Raises:
        UsageProblem: there is nothing in it, as where a detector has failed.
    """
    with path.open("rb") as file:
        start = file.read(1_000)
    content = start.strip()
    if not start or (not content and path.suffix.lower() == ".json"):
        raise UsageProblem(f"{path} is empty: where nothing was found, write []")
    return content in (b"", b"[]")
