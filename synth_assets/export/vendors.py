"""A world in a vendor's shape: what `model.vendor` describes, written as files.

Blocks stream through, so memory does not grow with the world. Arrays of one file are kept apart in temporary
files and joined at the end. Files are written aside and take their names when all are whole, see `files`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import repeat
from json.encoder import encode_basestring
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pyarrow as pa

from synth_assets.export.placing import aside, placed
from synth_assets.export.rows import Parts
from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Draws
from synth_assets.model.errors import Problem
from synth_assets.model.vendor import ROOT_ARRAY, Entry, Shared, Since, Vendor


def export_vendor(
    vendor: Vendor,
    config: WorldConfig,
    draws: Draws,
    parts: Parts,
    out: Path,
    before: Iterable[Since] | None = None,
) -> list[Path]:
    """Write a world in a vendor's shape.

    Args:
        vendor: the shape.
        config: of the scenario that the rows were made from.
        draws: the vendor's.
        parts: gives the rows of a table by name, block by block.
        out: directory; made where it does not exist.
        before: each block as it was on an earlier day, to write what changed since then, too.

    Returns:
        What is now in `out`: files, and directories of files.

    Raises:
        Problem: a directory to fill holds other files, for example those of users whom the world no longer
            has, or another export is writing to `out`; nothing is changed.
    """
    with aside(out) as staging:
        blocks = zip(*(parts(name) for name in vendor.tables), strict=True)
        tables = (dict(zip(vendor.tables, block, strict=True)) for block in blocks)
        then = repeat(None) if before is None else iter(before)
        _write(_entries(vendor, config, draws, tables, then), vendor, staging)
        written = sorted(staging.iterdir())
        for path in written:
            _refuse_strangers(path, out / path.name)
        return placed(written, out)


def _entries(
    vendor: Vendor,
    config: WorldConfig,
    draws: Draws,
    tables: Iterable[Mapping[str, pa.Table]],
    before: Iterator[Since | None],
) -> Iterator[Entry]:
    for block in tables:
        yield from vendor.entries(config, draws, block)
        since = next(before)
        if since is not None and vendor.updates:
            yield from vendor.updates(config, draws, block, since)


def _write(entries: Iterable[Entry], vendor: Vendor, staging: Path) -> None:
    with ExitStack() as opened:
        lines, arrays = {}, {}
        for name, inside in vendor.files.items():
            if inside:
                arrays[name] = {array: _Array(opened, staging, array) for array in inside}
            else:
                lines[name] = opened.enter_context(_text_file(staging / name))
        for name, value, array in entries:
            if array is not None:
                arrays[name][array].add(value)
            elif name in lines:
                lines[name].write(one_line(value) + "\n")
            else:
                with _text_file(staging / name) as file:
                    file.write(indented(value) + "\n")
        for name, kept in arrays.items():
            with _text_file(staging / name) as file:
                _join(kept, file)


class _Array:
    """Values of one array, as they will be in the file."""

    def __init__(self, opened: ExitStack, staging: Path, name: str) -> None:
        self.depth = 1 if name == ROOT_ARRAY else 2
        self.margin = "\n" + "  " * self.depth
        spool = TemporaryFile("w+", dir=staging, encoding="utf-8", newline="\n")  # noqa: SIM115 - `opened` does
        self.spool = opened.enter_context(spool)
        self.is_empty = True

    def add(self, value: object) -> None:
        comma = "" if self.is_empty else ","
        self.spool.write(comma + self.margin + indented(value, self.depth))
        self.is_empty = False

    def copy_to(self, file: IO[str]) -> None:
        file.write("[")
        self.spool.seek(0)
        shutil.copyfileobj(self.spool, file, 2**20)
        file.write("]" if self.is_empty else self.margin[:-2] + "]")


def _join(arrays: dict[str, _Array], file: IO[str]) -> None:
    if ROOT_ARRAY in arrays:
        arrays[ROOT_ARRAY].copy_to(file)
    else:
        for place, (name, array) in enumerate(arrays.items()):
            file.write(f'{"," if place else "{"}\n  "{name}": ')
            array.copy_to(file)
        file.write("\n}")
    file.write("\n")


def _text_file(path: Path) -> IO[str]:
    path.parent.mkdir(exist_ok=True)
    return path.open("w", encoding="utf-8", newline="\n")


def _refuse_strangers(source: Path, target: Path) -> None:
    """A directory holds one export, never a mixture of two."""
    if not (source.is_dir() and target.is_dir()):
        return
    for found in target.iterdir():
        if not found.name.startswith(".") and not (source / found.name).exists():
            raise Problem(
                f"{target} holds {found.name}, which this export does not write: "
                "remove the directory or use another --out"
            )


def indented(value: Any, depth: int = 0) -> str:
    """A value `depth` levels deep, without the spaces before its first line.

    Args:
        value: dicts with text keys, lists, strings, finite numbers, booleans and None.
        depth: levels around it, two spaces each.
    """
    return _layout("\n" + "  " * depth).texts([value])[0]


def one_line(value: Any) -> str:
    """The same value without line ends and spaces."""
    return _layout(None).texts([value])[0]


class _Layout:
    """How values look whose own lines begin with `margin`, a line end and spaces; None for one line."""

    def __init__(self, margin: str | None) -> None:
        self.margin = margin
        self.inner = None if margin is None else margin + "  "
        self.templates: dict[tuple[str, ...], str] = {}
        self.of: dict[type, Callable[[Any], str]] = {
            str: encode_basestring,
            int: int.__repr__,
            float: float.__repr__,
            bool: {True: "true", False: "false"}.__getitem__,
            dict: self.object,
            list: self.array,
            Shared: self.shared,
        }

    def texts(self, values: Iterable[Any]) -> tuple[str, ...]:
        of = self.of
        return tuple(["null" if value is None else of[type(value)](value) for value in values])

    def object(self, value: dict[str, Any]) -> str:
        keys = tuple(value)
        template = self.templates.get(keys)
        if template is None:
            template = self.templates[keys] = self.template(keys)
        return template % _layout(self.inner).texts(value.values())

    def shared(self, value: Shared) -> str:
        text = value.texts.get(self.margin)
        if text is None:
            text = value.texts[self.margin] = self.object(value)
        return text

    def array(self, value: list[Any]) -> str:
        return self.joined("[", _layout(self.inner).texts(value), "]")

    def template(self, keys: Sequence[str]) -> str:
        colon = ":" if self.margin is None else ": "
        names = [encode_basestring(key).replace("%", "%%") for key in keys]
        return self.joined("{", [f"{name}{colon}%s" for name in names], "}")

    def joined(self, opening: str, parts: Sequence[str], closing: str) -> str:
        if self.margin is None or not parts:
            return f"{opening}{','.join(parts)}{closing}"
        return f"{opening}{self.inner}{f',{self.inner}'.join(parts)}{self.margin}{closing}"


@cache
def _layout(margin: str | None) -> _Layout:
    return _Layout(margin)
