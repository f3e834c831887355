"""Ids that people read: a prefix and nine zero-padded digits, so that text order is number order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa

from synth_assets.model.draws import Ints

DIGITS = 9
LARGEST = 10**DIGITS - 1

_FOUR_DIGITS = np.array([f"{i:04d}" for i in range(10_000)], dtype="S4").view("<u4")


@lru_cache(maxsize=64)
def _layout(prefix: str) -> np.dtype:
    return np.dtype([("prefix", f"S{len(prefix)}"), ("high", "u1"), ("middle", "<u4"), ("low", "<u4")])


@lru_cache(maxsize=16)
def _offsets(width: int, rows: int) -> pa.Buffer:
    return pa.py_buffer(np.arange(0, width * (rows + 1), width, dtype=np.int32))


def ids(prefix: str, numbers: Ints) -> pa.StringArray:
    """`prefix` and nine digits for each number, 0 <= number <= 999,999,999."""
    rows = np.empty(len(numbers), dtype=_layout(prefix))
    rest, low = np.divmod(numbers, 10_000)
    high, middle = np.divmod(rest, 10_000)
    rows["prefix"] = prefix.encode()
    rows["high"] = high + ord("0")
    rows["middle"] = _FOUR_DIGITS[middle]
    rows["low"] = _FOUR_DIGITS[low]
    offsets = _offsets(len(prefix) + DIGITS, len(numbers))
    return pa.StringArray.from_buffers(len(numbers), offsets, pa.py_buffer(rows))


def numbers(values: pa.Array | pa.ChunkedArray) -> Ints:
    """The numbers of ids, read from their last nine digits.

    Raises:
        ValueError: when the ids are not all of one length with nine digits at the end.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if len(values) == 0:
        return np.empty(0, dtype=np.int64)
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset :][: len(values) + 1]
    width = int(offsets[1] - offsets[0])
    size = int(offsets[-1] - offsets[0])
    if width < DIGITS or size != width * len(values):
        raise ValueError(f"ids are not all alike: the first is {values[0].as_py()!r}")
    text = np.frombuffer(values.buffers()[2], dtype=np.uint8)[offsets[0] :][:size]
    digits = text.reshape(-1, width)[:, -DIGITS:] - np.uint8(ord("0"))
    if digits.max() > 9:
        raise ValueError(f"ids do not end in nine digits: the first is {values[0].as_py()!r}")
    result = np.zeros(len(values), dtype=np.int64)
    for place in range(DIGITS):
        result *= 10
        result += digits[:, place]
    return result
