"""Excel: one workbook, a sheet a table, with real dates and numbers, for worlds that are small."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synth_assets.export.arrow_rows import published
from synth_assets.export.placing import as_system_errors
from synth_assets.model.columns import Column
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

    from synth_assets.export.rows import Parts

MOST_ROWS = 1_048_575
"""Rows below the header that a sheet holds."""

NAME_CHARACTERS = 31
"""Of the name of a sheet."""

MADE_AT = dt.datetime(2020, 1, 1)
"""Said in the workbook, which otherwise says when it was made: the same rows give the same bytes."""

CELLS = {"day": ("yyyy-mm-dd", 11), "moment": ("yyyy-mm-dd hh:mm:ss", 19), "count": ("0", 9)}
"""By kind of column how Excel shows a cell, and how wide it is in characters."""

TEXT_WIDTH = 18


def export_excel(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`order_to_cash.xlsx`: the first row has the names, ids and telephone numbers are text, moments are UTC.

    Raises:
        UsageProblem: xlsxwriter is not installed.
        Problem: a table has more rows than a sheet.
        OSError: the disk is full, or the library cannot write there.
    """
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import XlsxFileError
    except ImportError:
        raise UsageProblem("xlsx needs xlsxwriter: pip install xlsxwriter") from None
    path = out / f"{world.name}.xlsx"
    options = {
        "constant_memory": True,
        "tmpdir": str(out),
        "strings_to_urls": False,
        "strings_to_formulas": False,
    }
    file = path.open("wb")  # not closed on failure: the library then writes to it once more
    with as_system_errors(XlsxFileError):
        try:
            with Workbook(file, options) as book:
                book.set_properties({"title": world.name, "created": MADE_AT})
                for table in tables:
                    _sheet(book, table, parts(table.name))
        except XlsxFileError:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), file.fileno())
            raise
    file.close()
    return [path]


def _sheet(book: Workbook, table: Table, parts: Iterable[pa.Table]) -> None:
    sheet = book.add_worksheet(table.physical_name[:NAME_CHARACTERS])
    sheet.freeze_panes(1, 1)
    shown = [_shown(column) for column in table.columns]
    formats = {form: book.add_format({"num_format": form}) for form, _ in shown if form}
    for place, (form, width) in enumerate(shown):
        sheet.set_column(place, place, width, formats.get(form))
    sheet.write_row(0, 0, [table.physical_column(column) for column in table.columns])
    number = 1
    for part in parts:
        if number + part.num_rows > MOST_ROWS + 1:
            raise Problem(
                f"{table.name} has more rows than the {MOST_ROWS:,} of an Excel sheet: "
                "export it as csv or parquet, or give other --tables"
            )
        rows = published(table, part)
        writers = [_writer(sheet, column, formats.get(form)) for column, (form, _) in _with(table, shown)]
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            for place, (write, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None:
                    write(number, place, value)
            number += 1


def _with(table: Table, shown: Sequence[tuple[str, int]]) -> Iterable[tuple[Column, tuple[str, int]]]:
    return zip(table.columns, shown, strict=True)


def _shown(column: Column) -> tuple[str, int]:
    """The number format of a column, "" for none, and its width."""
    if column.form.places is not None:
        return "#,##0." + "0" * column.form.places, 14
    return CELLS.get(column.kind, ("", TEXT_WIDTH))


def _writer(sheet: Worksheet, column: Column, form: CellFormat | None) -> Callable[[int, int, Any], object]:
    """How a value of a column is written into its cell."""
    if column.form.python is str or column.kind == "json":
        return sheet.write_string
    if column.kind == "flag":
        return sheet.write_boolean
    if column.kind == "day":
        return lambda row, place, day: sheet.write_datetime(row, place, day, form)
    if column.kind == "moment":
        return lambda row, place, at: sheet.write_datetime(row, place, at.replace(tzinfo=None), form)
    if column.form.python is Decimal:
        return lambda row, place, value: sheet.write_number(row, place, float(value), form)
    return lambda row, place, value: sheet.write_number(row, place, value, form)
