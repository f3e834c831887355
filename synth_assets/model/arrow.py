"""Arrow arrays made from buffers, without a copy and without pyarrow's search for pandas.

`pa.array` imports pandas to see whether its argument is a Series, which costs more than generating a small
world; and it copies. These functions take plain numpy values and strings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def primitive_array(
    type_: pa.DataType, values: npt.NDArray, mask: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    """Values of a fixed-width type, empty where `mask` is true.

    `values` has the type's own width; booleans, which are one bit wide in Arrow, are packed here.
    """
    validity = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little"))
    data = np.packbits(values, bitorder="little") if pa.types.is_boolean(type_) else values
    return pa.Array.from_buffers(type_, len(values), [validity, pa.py_buffer(np.ascontiguousarray(data))])


def numpy_type(type_: pa.DataType) -> np.dtype:
    """The numpy type of a fixed-width Arrow type's values: days are int32, moments int64."""
    if pa.types.is_boolean(type_):
        return np.dtype(bool)
    return np.dtype(f"{'f' if pa.types.is_floating(type_) else 'i'}{type_.bit_width // 8}")


def indices(values: npt.NDArray) -> pa.Array:
    """Whole numbers for `take`."""
    return primitive_array(pa.int64(), values.astype(np.int64, copy=False))


def strings(values: Sequence[str]) -> pa.StringArray:
    """A few strings: pools and choices."""
    encoded = [value.encode() for value in values]
    offsets = np.array([0, *accumulate(map(len, encoded))], dtype=np.int32)
    buffers = pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(encoded), *buffers)


def optional_strings(values: Sequence[str | None]) -> pa.StringArray:
    """Strings, empty where a value is None."""
    filled = strings([value or "" for value in values])
    if None not in values:
        return filled
    is_filled = np.array([value is not None for value in values])
    validity = pa.py_buffer(np.packbits(is_filled, bitorder="little"))
    return pa.StringArray.from_buffers(len(values), *filled.buffers()[1:], validity)


def from_pool(
    pool: pa.StringArray, places: npt.NDArray, mask: npt.NDArray[np.bool_] | None = None
) -> pa.DictionaryArray:
    """Strings of a pool of at most 32,767 distinct ones, by their places; empty where `mask` is true.

    No string is copied.
    """
    if len(places) and not 0 <= places.min() <= places.max() < len(pool):
        raise IndexError(f"a place is beyond the pool of {len(pool)}")
    return pa.DictionaryArray.from_arrays(
        primitive_array(pa.int16(), places.astype(np.int16), mask), pool, safe=False
    )


def scalar(text: str) -> pa.StringScalar:
    """One string, as an argument of a compute function."""
    return strings([text])[0]


def combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array; without the copy that `combine_chunks` makes even of a single chunk."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def to_numpy(column: pa.Array | pa.ChunkedArray) -> npt.NDArray:
    """The values of a column without empty cells: int64, float64, or int32 epoch days."""
    array = combined(column)
    return _fixed_width(array, numpy_type(array.type))


def flag_values(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """The values of a column of flags without empty cells."""
    array = combined(column)
    bits = np.frombuffer(array.buffers()[1], dtype=np.uint8)
    return np.unpackbits(bits, bitorder="little")[array.offset :][: len(array)].astype(bool)


def equals_choice(column: pa.ChunkedArray, choice: str) -> npt.NDArray[np.bool_]:
    """Which rows of a column of choices hold `choice`."""
    array = combined(column)
    words = array.dictionary.to_pylist()
    code = words.index(choice) if choice in words else -1
    return _fixed_width(array.indices, numpy_type(array.type.index_type)) == code


def equals_any(column: pa.ChunkedArray, choices: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which rows of a column of choices hold one of `choices`."""
    array = combined(column)
    codes, found = to_numpy(array.indices), np.zeros(len(array), dtype=bool)
    for code, word in enumerate(array.dictionary.to_pylist()):
        if word in choices:
            found |= codes == code
    return found


def is_filled(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Which cells of a column are not empty."""
    array = combined(column)
    if not array.null_count:
        return np.ones(len(array), dtype=bool)
    bits = np.frombuffer(array.buffers()[0], dtype=np.uint8)
    return np.unpackbits(bits, bitorder="little")[array.offset :][: len(array)].astype(bool)


def _fixed_width(array: pa.Array, dtype: np.dtype) -> npt.NDArray:
    if not len(array):
        return np.empty(0, dtype=dtype)
    return np.frombuffer(array.buffers()[1], dtype=dtype)[array.offset :][: len(array)]
