"""Ids that people read: a prefix and nine zero-padded digits, so that text order is number order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import whole
from synth_assets.model.draws import Ints

DIGITS = 9
LARGEST = 10**DIGITS - 1

_FOUR_DIGITS = np.array([f"{i:04d}" for i in range(10_000)], dtype="S4").view("<u4")
_TEN_THOUSAND = np.uint32(10_000)

_NO_DIGIT_BITS = np.uint64(0xF0F0F0F0F0F0F0F0)
_ZEROS = np.uint64(0x3030303030303030)
_JOIN = tuple(
    (np.uint64(mask), np.uint64(factor), np.uint64(shift))
    for mask, factor, shift in (
        (0x0F0F0F0F0F0F0F0F, 10 * 2**8 + 1, 8),
        (0x00FF00FF00FF00FF, 100 * 2**16 + 1, 16),
        (0x0000FFFF0000FFFF, 10_000 * 2**32 + 1, 32),
    )
)
"""Eight digits in a little-endian word become their number in three steps: pairs, fours, eights."""


@lru_cache(maxsize=64)
def _layout(prefix: str) -> np.dtype:
    """An id's bytes as integers: the prefix in pieces of 4, 2 and 1, then 1, 4 and 4 digits."""
    sizes = [4] * (len(prefix) // 4) + [size for size in (2, 1) if len(prefix) & size]
    fields = [(f"prefix {place}", f"<u{size}") for place, size in enumerate(sizes)]
    return np.dtype([*fields, ("high", "u1"), ("middle", "<u4"), ("low", "<u4")])


@lru_cache(maxsize=16)
def _offsets(width: int, rows: int) -> pa.Buffer:
    return pa.py_buffer(np.arange(0, width * (rows + 1), width, dtype=np.int32))


def ids(prefix: str, numbers: Ints) -> pa.StringArray:
    """`prefix` and nine digits for each number, 0 <= number <= 999,999,999."""
    layout = _layout(prefix)
    rows = np.empty(len(numbers), dtype=layout)
    template = np.frombuffer(prefix.encode() + b"0" * DIGITS, dtype=layout)[0]
    for name in (layout.names or ())[:-3]:
        rows[name] = template[name]
    number = numbers.astype(np.uint32)
    fours = number // _TEN_THOUSAND
    high = fours // _TEN_THOUSAND
    rows["high"] = high + np.uint32(ord("0"))
    rows["middle"] = _FOUR_DIGITS[fours - high * _TEN_THOUSAND]
    rows["low"] = _FOUR_DIGITS[number - fours * _TEN_THOUSAND]
    offsets = _offsets(len(prefix) + DIGITS, len(numbers))
    return pa.StringArray.from_buffers(len(numbers), offsets, pa.py_buffer(rows))


def numbers(values: pa.Array | pa.ChunkedArray) -> Ints:
    """The numbers of ids, read from their last nine digits.

    Raises:
        ValueError: when the ids are not all of one length with nine digits at the end.
    """
    if isinstance(values, pa.ChunkedArray):
        values = whole(values)
    if len(values) == 0:
        return np.empty(0, dtype=np.int64)
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset :][: len(values) + 1]
    width = int(offsets[1] - offsets[0])
    if width < DIGITS or int(offsets[-1] - offsets[0]) != width * len(values):
        raise ValueError(f"ids are not all alike: the first is {values[0].as_py()!r}")
    layout = np.dtype([("prefix", f"V{width - DIGITS}"), ("high", "u1"), ("low", "<u8")])
    rows = np.frombuffer(values.buffers()[2], layout, len(values), int(offsets[0]))
    high, number = rows["high"] - np.uint8(ord("0")), rows["low"].copy()
    if high.max() > 9 or _has_no_digit(number):
        raise ValueError(f"ids do not end in nine digits: the first is {values[0].as_py()!r}")
    for mask, factor, shift in _JOIN:
        number &= mask
        number *= factor
        number >>= shift
    number += high * np.uint64(10**8)
    return number.view(np.int64)


def _has_no_digit(words: np.ndarray) -> bool:
    """Whether a byte of any word is not one of the characters 0 to 9: its high half must be 3, also after
    6 is added."""
    wrong = words ^ _ZEROS
    wrong |= (wrong & ~_NO_DIGIT_BITS) + np.uint64(0x0606060606060606)
    return bool((wrong & _NO_DIGIT_BITS).any())
