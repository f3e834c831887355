"""A world's tables as files, under the source document's field names.

A format is a function of (world, parts, out, tables), a file of `file_formats`, and is listed in FORMATS.
Rows stream through in parts, so memory does not grow with the table. Files are written aside and take their
names when all are whole, and the old files of these names go first: an export is all there, or files are
missing, never a mixture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth_assets.export.file_formats.csv import export_csv
from synth_assets.export.file_formats.data_contract import export_data_contract
from synth_assets.export.file_formats.data_package import export_data_package
from synth_assets.export.file_formats.delta import export_delta
from synth_assets.export.file_formats.excel import export_excel
from synth_assets.export.file_formats.json import export_json, export_json_lines
from synth_assets.export.file_formats.parquet import export_arrow, export_months, export_parquet
from synth_assets.export.file_formats.sql import export_sql
from synth_assets.export.placing import aside, placed
from synth_assets.export.rows import Format, Parts
from synth_assets.model.world import World

FORMATS: dict[str, Format] = {
    "csv": export_csv,
    "json": export_json,
    "jsonl": export_json_lines,
    "parquet": export_parquet,
    "arrow": export_arrow,
    "xlsx": export_excel,
    "sql": export_sql,
    "delta": export_delta,
    "datapackage": export_data_package,
    "datacontract": export_data_contract,
}
"""Every format by its name on the command line."""


PARTITIONED: dict[str, Format] = {"month": export_months}
"""Parquet in directories, by what `--partition-by` calls it."""


def export(
    world: World,
    parts: Parts,
    to: str,
    out: Path,
    tables: Sequence[str] | None = None,
    partition_by: str | None = None,
) -> list[Path]:
    """Write tables of a world in a format of FORMATS.

    Args:
        world: whose tables.
        parts: gives the rows of a table by name, money in cents as in Parquet.
        to: the format, for example "csv".
        out: directory; made where it does not exist.
        tables: names of the tables; None for all.
        partition_by: a key of PARTITIONED, in place of the format.

    Returns:
        The files, and directories of files, that were written. Files of the same names are replaced, all
        when all are whole.

    Raises:
        ValueError: an unknown format or table; the message says which there are.
        Problem: another export is writing to `out`, or a directory has the name of a file.
    """
    if to not in FORMATS:
        raise ValueError(f"unknown format {to}: there are {', '.join(FORMATS)}")
    known = {table.name: table for table in world.relations}
    chosen = list(known) if tables is None else list(dict.fromkeys(tables))
    for name in chosen:
        if name not in known:
            raise ValueError(f"{world.name} has no table {name}: there are {', '.join(known)}")
    form = PARTITIONED[partition_by] if partition_by else FORMATS[to]
    with aside(out) as staging:
        written = form(world, parts, staging, [known[name] for name in chosen])
        return placed(written, out)
