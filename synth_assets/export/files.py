"""A world's tables as files: one a table, under the source document's field names.

A format is a function of (world, parts, out, tables) and is listed in FORMATS. Rows stream through in parts,
so memory does not grow with the table. Files are written aside and take their names when all are whole, and
the old files of these names go first: an export is all there, or files are missing, never a mixture.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import primitive_array, scalar
from synth_assets.model.columns import Column
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.storage.paths import exclusive

Parts = Callable[[str], Iterable[pa.Table]]
"""Gives a table's rows by its name, in order, in as many parts as there are."""

Format = Callable[[World, Parts, Path, Sequence[Table]], list[Path]]
"""Writes tables into a directory that exists, and says which files it wrote."""

STAGING = ".export-"
"""How the names of unfinished exports begin."""

BATCH_ROWS = 32_768
"""Rows that are text at a time: about 15 MB of JSON."""

CSV_NEEDS_QUOTES = '[,"\r\n]|^$'
"""A comma, a quote, a line end; and a text without characters, which without quotes would be null."""

JSON_NEEDS_ESCAPES = r'[\x00-\x1f"\\]'
JSON_ESCAPES = [
    ("\\", "\\\\"),
    ('"', '\\"'),
    ("\b", "\\b"),
    ("\t", "\\t"),
    ("\n", "\\n"),
    ("\f", "\\f"),
    ("\r", "\\r"),
    *((chr(code), f"\\u{code:04x}") for code in range(32) if chr(code) not in "\b\t\n\f\r"),
]
"""What JSON strings may not hold as it is (RFC 8259, section 7); the backslash first."""


def export(world: World, parts: Parts, to: str, out: Path, tables: Sequence[str] | None = None) -> list[Path]:
    """Write tables of a world in a format of FORMATS.

    Args:
        world: whose tables.
        parts: gives the rows of a table by name, money in cents as in Parquet.
        to: the format, for example "csv".
        out: directory; made where it does not exist.
        tables: names of the tables; None for all.

    Returns:
        The files that were written. Files of the same names are replaced, all when all are whole.

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
    with aside(out) as staging:
        written = FORMATS[to](world, parts, staging, [known[name] for name in chosen])
        return placed(written, out)


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A directory within `out` to write in, removed at the end; until then no other export writes to `out`.

    What killed exports left is removed first: under the lock, no running one has any.

    Raises:
        Problem: another export is writing to `out`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with exclusive(out, False, f"another export is writing to {out}", "use another --out"):
        for left in out.glob(f"{STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(dir=out, prefix=STAGING) as staging:
            yield Path(staging)


def placed(written: Sequence[Path], out: Path) -> list[Path]:
    """Move files, and directories of files, to their places in `out`; says where they are now.

    All old files of the same names are removed before the first new one is there.

    Raises:
        Problem: a directory is where a file belongs, or the other way round; nothing is changed.
    """
    for source in written:
        _refuse_another_kind(source, out / source.name)
    for _, target in _moves(written, out):
        target.unlink(missing_ok=True)
    for source, target in _moves(written, out):
        source.replace(target)
    return [out / source.name for source in written]


def _refuse_another_kind(source: Path, target: Path) -> None:
    if target.exists() and source.is_dir() != target.is_dir():
        what = "is a file" if source.is_dir() else "is a directory"
        raise Problem(f"{target} {what}: remove it, or use another --out")


def _moves(written: Iterable[Path], out: Path) -> Iterator[tuple[Path, Path]]:
    """From where to where: each file, or a directory as a whole where there is none of its name."""
    for source in written:
        target = out / source.name
        if source.is_dir() and target.is_dir():
            yield from ((file, target / file.name) for file in source.iterdir())
        else:
            yield source, target


def export_csv(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.csv` and so on: RFC 4180 with a header, but lines end in LF.

    Fields are quoted only where they must be. Null is an empty field, a text without characters is `""`.
    """
    return [_write(out / f"{table.physical_name}.csv", _csv(table, parts(table.name))) for table in tables]


def export_json(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices.json` and so on: one array of objects, as `json.dumps(indent=2)` would lay it out.

    UTF-8 without needless escapes; money and percentages are numbers with two decimals.
    """
    return [_write(out / f"{table.physical_name}.json", _json(table, parts(table.name))) for table in tables]


FORMATS: dict[str, Format] = {"csv": export_csv, "json": export_json}
"""Every format by its name on the command line."""


def _csv(table: Table, parts: Iterable[pa.Table]) -> Iterator[bytes | memoryview]:
    yield (",".join(map(table.physical_column, table.columns)) + "\n").encode()
    for batch in _batches(table, parts):
        fields = [_csv_field(*field) for field in zip(table.columns, batch.columns, strict=True)]
        lines = joined(fields[0], *(piece for field in fields[1:] for piece in (",", field)), "\n")
        yield _bytes(lines)


def _csv_field(column: Column, values: pa.Array) -> pa.Array:
    text = _quoted(
        column,
        values,
        ("string", "raw"),
        lambda words: where_needed(words, CSV_NEEDS_QUOTES, [('"', '""')], '"'),
    )
    return pc.fill_null(text, scalar(""))


def _json(table: Table, parts: Iterable[pa.Table]) -> Iterator[bytes | memoryview]:
    labels = [f'\n    "{table.physical_column(column)}": ' for column in table.columns]
    start = 1  # the first object has no comma before it
    yield b"["
    for batch in _batches(table, parts):
        fields = [_json_value(*field) for field in zip(table.columns, batch.columns, strict=True)]
        pieces = [piece for label, field in zip(labels, fields, strict=True) for piece in (",", label, field)]
        yield _bytes(joined(",\n  {", *pieces[1:], "\n  }"))[start:]
        start = 0
    yield b"]\n" if start else b"\n]\n"


def _json_value(column: Column, values: pa.Array) -> pa.Array:
    text = _quoted(
        column,
        values,
        ("string",),
        lambda words: joined('"', where_needed(words, JSON_NEEDS_ESCAPES, JSON_ESCAPES), '"'),
    )
    if column.form.json == "quoted":
        text = joined('"', text, '"')
    return pc.fill_null(text, scalar("null"))


def _quoted(
    column: Column, values: pa.Array, forms: tuple[str, ...], quote: Callable[[pa.Array], pa.Array]
) -> pa.Array:
    """A column as text, `quote` applied to the `forms` of JSON that may hold anything; to a choice's few
    words only once."""
    if isinstance(values, pa.DictionaryArray):
        return quote(values.dictionary.cast(pa.string())).take(values.indices)
    text = as_text(column, values)
    return quote(text) if column.form.json in forms else text


def _batches(table: Table, parts: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    """The rows of all parts, a batch at a time, with the table's columns in their order."""
    names = [column.name for column in table.columns]
    for part in parts:
        yield from (batch for batch in part.select(names).to_batches(BATCH_ROWS) if batch.num_rows)


def _bytes(lines: pa.Array) -> memoryview:
    """The texts of an array one after the other, without a copy."""
    _, offsets, content = lines.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(content)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _write(path: Path, content: Iterable[bytes | memoryview]) -> Path:
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)
    return path


_ZERO = primitive_array(pa.int64(), np.zeros(1, dtype=np.int64))[0]


def joined(*pieces: str | pa.Array) -> pa.Array:
    """Arrays and constants side by side, row by row; null where one of them is null."""
    scalars = (scalar(piece) if isinstance(piece, str) else piece for piece in pieces)
    return pc.binary_join_element_wise(*scalars, scalar(""))


def as_text(column: Column, values: pa.Array) -> pa.Array:
    """The values of a column as strings, in no format's quotes yet.

    Raises:
        pa.ArrowInvalid: a number that is not finite, or a moment that is not on a whole second.
    """
    return TEXTS[column.form.text](values, column.form.places or 0)


def _plain_text(values: pa.Array, _: int) -> pa.Array:
    return values.cast(pa.string())


def _utc_text(values: pa.Array, _: int) -> pa.Array:
    """Moments as `2026-02-21T12:00:00Z`."""
    seconds = values.cast(pa.timestamp("s")).cast(pa.string())
    return joined(pc.utf8_replace_slice(seconds, 10, 11, "T"), "Z")


def _rounded_text(values: pa.Array, places: int) -> pa.Array:
    """Floats as decimal text with so many places."""
    scale = primitive_array(pa.float64(), np.full(1, 10.0**places))[0]
    return _scaled_text(pc.round(pc.multiply(values, scale)).cast(pa.int64()), places)


def _scaled_text(values: pa.Array, places: int) -> pa.Array:
    """Integers as decimal text: with two places 162000 is `1620.00` and -5 is `-0.05`.

    A 128-bit decimal is its unscaled integer in two 64-bit words, so cents are decimals as they are.
    """
    filled = pc.fill_null(values, _ZERO)
    low = np.frombuffer(filled.buffers()[1], dtype=np.int64)[filled.offset :][: len(filled)]
    words = np.stack([low, low >> 63], axis=1)
    decimals = pa.Array.from_buffers(pa.decimal128(20, places), len(values), [None, pa.py_buffer(words)])
    return pc.if_else(pc.is_valid(values), decimals.cast(pa.string()), pa.nulls(len(values), pa.string()))


TEXTS: dict[str, Callable[[pa.Array, int], pa.Array]] = {
    "plain": _plain_text,
    "scaled": _scaled_text,
    "rounded": _rounded_text,
    "utc": _utc_text,
}
"""How values become text, by `Kind.text`."""


def where_needed(text: pa.Array, pattern: str, change: list[tuple[str, str]], quote: str = "") -> pa.Array:
    """Replace substrings, and put `quote` around, only in the texts that match `pattern`."""
    needs = pc.match_substring_regex(text, pattern)
    if not pc.any(needs).as_py():
        return text
    changed = text.filter(needs)
    for old, new in change:
        changed = pc.replace_substring(changed, old, new)
    if quote:
        changed = joined(quote, changed, quote)
    return pc.replace_with_mask(text, needs, changed)
