"""Worlds and systems share names of files, such as invoices.csv and anomalies.json: no export takes the place
of another world's, or of another system's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from json import JSONDecoder
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets import worlds
from synth_assets.model.errors import UsageProblem
from synth_assets.model.world import World

HEADER_CHARACTERS = 20_000
"""Of a text file, to see which columns it has."""

SUFFIXES = {"datapackage": ".csv", "datacontract": ".parquet"}
"""Of the files of a format; the others have its name."""


def refuse_another_world(out: Path, world: World, form: str) -> None:
    """See that no file or directory of an export belongs to another world.

    Raises:
        UsageProblem: the directory holds a table of another world, by its name or its columns.
    """
    own = {table.physical_name: table for table in world.relations}
    others = {
        table.physical_name: name
        for name in worlds.NAMES
        for table in worlds.load(name).relations
        if table.physical_name not in own
    }
    for path in sorted(_exported(out, SUFFIXES.get(form, f".{form}"))):
        table = own.get(path.stem)
        names = {table.physical_column(column) for column in table.columns} if table else set()
        if path.stem in others or (table and _columns_of(path) not in (None, names)):
            raise UsageProblem(
                f"{out} holds {path.name} of {others.get(path.stem, 'another world')}: give {world.name} "
                "another --out"
            )


def refuse_other_fields(written: Iterable[Path], out: Path) -> None:
    """See that files that are to be replaced have the fields of those that were written for a system.

    Raises:
        UsageProblem: a file of `out` has others: another system or world wrote it.
    """
    for path in written:
        there = out / path.name
        if path.is_dir() or path.suffix not in (".json", ".parquet") or not there.is_file():
            continue
        old, new = _columns_of(there), _columns_of(path)
        if old and new and old != new:
            raise UsageProblem(f"{there} is from another export, with other fields: use another --out")


def _exported(out: Path, suffix: str) -> Iterator[Path]:
    """Files of a format, and directories that hold the Parquet files of a table."""
    for path in out.iterdir() if out.is_dir() else ():
        is_tree = suffix in (".delta", ".parquet") and path.is_dir() and not path.name.startswith(".")
        if is_tree or (path.suffix == suffix and path.is_file()):
            yield path


def _columns_of(path: Path) -> set[str] | None:
    """The columns of an exported table; None where that cannot be seen."""
    if path.is_dir() or path.suffix in (".parquet", ".arrow"):
        file = path if path.is_file() else next(iter(sorted(path.rglob("*.parquet"))), None)
        return _names_in(file) if file else None
    with path.open(encoding="utf-8", errors="replace") as stream:
        start = stream.read(HEADER_CHARACTERS)
    if path.suffix == ".csv":
        return set(start.partition("\n")[0].split(",")) if start else None
    return _keys_in(start)


def _keys_in(start: str) -> set[str] | None:
    """The keys of the first object, which may hold others; None where it is not whole."""
    with suppress(ValueError):
        first, _ = JSONDecoder().raw_decode(start, start.index("{"))
        return set(first)
    return None


def _names_in(file: Path) -> set[str] | None:
    try:
        if file.suffix == ".arrow":
            with pa.ipc.open_file(file) as reader:
                return set(reader.schema.names)
        return set(pq.read_schema(file).names)
    except (OSError, pa.ArrowException):
        return None
