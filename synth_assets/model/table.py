"""A table, said once: name, what a row is, columns, `generate` and what holds within a row."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import numpy_type, optional_strings, primitive_array, strings
from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.columns import Column
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import format_ids

NOT_PARENTS = ("rows", "draws", "config", "facts")


class Rows(Protocol):
    """A block's rows of another table, in memory or in a file."""

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """A column's values."""

    def id_numbers(self, column: str) -> Ints:
        """The numbers of a column of ids; not to be written to."""

    def __hash__(self) -> int:
        """Of the object: rows are the same as themselves alone."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds within every row of a table.

    Attributes:
        name: the sentence that a failed check shows.
        sql: DuckDB's condition over the stored columns, for example "due_date >= issue_date". As in SQL's
            CHECK, a row for which it is unknown, because a column is empty, does not break it.
    """

    name: str
    sql: str


def as_it_is(name: str) -> str:
    """The naming style of tables whose physical names are the published ones."""
    return name


def camel_case(name: str) -> str:
    """`creditLimit` for `credit_limit`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True, eq=False)
class Table:
    """One entity table.

    Attributes:
        name: plural noun, also file directory, asset and view name.
        grain: what one row is, as a sentence.
        columns: the key first.
        generate: pure function of one block. Parameters named after other tables of the world receive that
            block's rows of the table; `rows` is the range of the block's root rows, `facts` what the world
            has decided about them; `draws` and `config` are there for all. Returns a `pa.Table` made by
            `arrow_table`.
        row_count_key: for a root table, the config key that says how many rows its `rows` counts. A table
            without one and without parents is constant: it is made once, whole.
        rules: what holds within every row.
        subject: the part of the world that the table belongs to; the page groups tables by it.
        physical: the table's name in a database or an export; None for its own.
        naming: how physical column names follow from published ones, where a column does not say its own.
        columns_in_history: columns that it has besides in a history that grows.
        loses_rows: whether a row of a history that grows may be gone on a later day.
        keys_overlap_in_history: whether keys of a block there may lie among those of earlier ones.
        keys_overlap: whether they may here.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    generate: Callable[..., pa.Table]
    row_count_key: str | None = None
    rules: tuple[Rule, ...] = ()
    subject: str = ""
    physical: str | None = None
    naming: Callable[[str], str] = as_it_is
    columns_in_history: tuple[Column, ...] = ()
    loses_rows: bool = False
    keys_overlap_in_history: bool = False
    keys_overlap: bool = False

    @property
    def key(self) -> Column:
        """The key column: the first."""
        return self.columns[0]

    @property
    def has_key(self) -> bool:
        """Whether its first column is one: rows of a view may have none."""
        return self.key.kind in ("identifier", "integer_identifier")

    def in_history(self) -> Table:
        """The table in a history that grows: its columns say which of them later days may change, it may have
        more of them, and keys of its blocks may overlap."""
        columns = (*self.columns, *self.columns_in_history)
        marked = tuple(replace(column, in_history=True) for column in columns)
        return replace(self, columns=marked, columns_in_history=(), keys_overlap=self.keys_overlap_in_history)

    @property
    def physical_name(self) -> str:
        """The table's name in a database or an export."""
        return self.physical or self.name

    def physical_column(self, column: Column) -> str:
        """A column's name in a database or an export."""
        return column.physical.name or self.naming(column.published_name)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """What `generate` is called with."""
        return tuple(inspect.signature(self.generate).parameters)

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """Tables whose rows `generate` receives, in the order of its parameters."""
        return tuple(p for p in self.parameters if p not in NOT_PARENTS)

    @cached_property
    def references(self) -> tuple[Column, ...]:
        """Columns that point to rows."""
        return tuple(column for column in self.columns if column.is_reference)

    @cached_property
    def upstream(self) -> tuple[str, ...]:
        """Lineage: parents and referenced tables, without the table itself and without later ones."""
        referenced = (n for c in self.references if not c.is_deferred for n in c.referenced_tables)
        return tuple(name for name in dict.fromkeys([*self.parents, *referenced]) if name != self.name)

    @cached_property
    def schema(self) -> pa.Schema:
        """Arrow schema with descriptions and units."""
        return schema_of(self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of columns."""
    return pa.schema([column.arrow for column in columns])


def arrow_table(columns: Sequence[Column], values: dict[str, Any]) -> pa.Table:
    """A table from plain numpy values, one entry a column.

    Ids and references are given as numbers, choices as codes, days as epoch days, moments as seconds since
    1970-01-01, text as an Arrow array, everything else as it is. A masked array leaves its masked rows empty,
    and what is an Arrow array already stays as it is.
    """
    if set(values) != {column.name for column in columns}:
        raise KeyError(f"columns {sorted({c.name for c in columns} ^ set(values))} do not match")
    return pa.Table.from_arrays(
        [_array(column, values[column.name]) for column in columns], schema=schema_of(columns)
    )


def arrow_rows(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """A table from rows of plain Python values, in the order of the columns: for tables of thousands of rows.

    Ids and references are given as numbers, choices as words, days as epoch days, moments as seconds since
    1970-01-01, text and JSON as text; None leaves a cell empty.

    Raises:
        KeyError: a word that is not among a column's choices.
    """
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return arrow_table(
        columns, {column.name: _given(column, cells) for column, cells in zip(columns, values, strict=True)}
    )


def _given(column: Column, cells: Sequence[Any]) -> Any:
    """Cells of a column as `arrow_table` takes them."""
    if column.form.given == "array":
        return optional_strings(cells)
    mask = np.array([cell is None for cell in cells]) if None in cells else None
    if column.form.given == "code":
        codes = {word: code for code, word in enumerate(column.choices)}
        cells = [cell if cell is None else codes[cell] for cell in cells]
    dtype: type = np.float64 if column.form.is_float else np.int64
    if column.form.python is bool:
        dtype = np.bool_
    if mask is None:
        return np.array(cells, dtype=dtype)
    numbers: npt.NDArray[Any] = np.array([0 if cell is None else cell for cell in cells], dtype=dtype)
    return np.ma.masked_array(numbers, mask=mask)


def _array(column: Column, values: Any) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    data = np.ma.getdata(values)
    form = column.form
    match form.given:
        case "id":
            return format_ids(column.prefix, data, mask)
        case "code":
            return _choices(column, data.astype(np.int8, copy=False), mask)
        case "number":
            scaled = data * np.int64(form.factor) if form.factor > 1 else data
            return primitive_array(form.arrow, scaled.astype(numpy_type(form.arrow), copy=False), mask)
        case _:
            raise TypeError(f"{column.name} is given as an Arrow array")


def _choices(
    column: Column, codes: npt.NDArray[np.int8], mask: npt.NDArray[np.bool_] | None
) -> pa.DictionaryArray:
    if codes.view(np.uint8).max(initial=0) >= len(column.choices):  # what `safe` checks, in one fast pass
        raise IndexError(f"{column.name} has a code beyond its {len(column.choices)} choices")
    words = strings(column.choices)
    return pa.DictionaryArray.from_arrays(primitive_array(pa.int8(), codes, mask), words, safe=False)


def seconds(day: Any, second_of_day: Any) -> Any:
    """Seconds since 1970-01-01 of a time on an epoch day."""
    return day * SECONDS_PER_DAY + second_of_day
