"""A vendor's shape: a world's rows as the JSON that some outsider's interface or tool would give.

Says which files there are and what is in each. Writing them is `export.vendors`'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from synth_assets.model.draws import Draws

ROOT_ARRAY = ""
"""The array that is a file's only value."""


class Shared(dict[str, Any]):
    """An object that many values share and is never changed, so that its text is made once.

    Attributes:
        texts: for whoever writes it, the text by layout.
    """

    __slots__ = ("texts",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts: dict[str | None, str] = {}


class Entry(NamedTuple):
    """One JSON value and where it belongs.

    Attributes:
        file: name below the directory of the export, with `/`. A `.jsonl` file has a value a line.
        value: dicts, lists, strings, numbers, booleans and None; not changed any more.
        array: of a `.json` file that holds arrays, the one that the value is appended to; None where the
            value is all that the file holds.
    """

    file: str
    value: Any
    array: str | None = None


class Since(NamedTuple):
    """A block as it was on an earlier day of a history that grows.

    Attributes:
        day: that day.
        tables: the same tables then; without rows before the history.
    """

    day: dt.date
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True, eq=False)
class Vendor:
    """One shape of a world.

    Attributes:
        name: the format on the command line.
        tables: what `entries` needs, all of one root.
        files: files made even without an entry: a `.jsonl` file with (), a `.json` file with the names
            of its arrays in their order. One array named ROOT_ARRAY is the file itself.
        entries: pure function of the configuration, draws and one block's tables by name, money in cents.
        updates: the same of what changed since an earlier day; None for a shape that tells no changes.
    """

    name: str
    tables: tuple[str, ...]
    files: Mapping[str, tuple[str, ...]]
    entries: Callable[[Any, Draws, Mapping[str, pa.Table]], Iterator[Entry]]
    updates: Callable[[Any, Draws, Mapping[str, pa.Table], Since], Iterator[Entry]] | None = None
