"""Ids that people read: a prefix and nine zero-padded digits, so that text order is number order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import combined, to_numpy
from synth_assets.model.draws import Ints, Words

DIGITS = 9
LARGEST = 10**DIGITS - 1

_FOUR_DIGITS = np.array([f"{i:04d}" for i in range(10_000)], dtype="S4").view("<u4")
_TEN_THOUSAND = np.uint32(10_000)

_NO_DIGIT_BITS = np.uint64(0xF0F0F0F0F0F0F0F0)
_ZEROS = np.uint64(0x3030303030303030)
_SIXES = np.uint64(0x0606060606060606)
_JOIN = tuple(
    (np.uint64(factor), np.uint64(shift), np.uint64(mask))
    for factor, shift, mask in (
        (10 * 2**8 + 1, 8, 0x00FF00FF00FF00FF),
        (100 * 2**16 + 1, 16, 0x0000FFFF0000FFFF),
        (10_000 * 2**32 + 1, 32, 0x00000000FFFFFFFF),
    )
)
"""Eight digits in a little-endian word become their number in three steps: pairs, fours, eights."""


@lru_cache(maxsize=64)
def _layout(prefix: str) -> np.dtype:
    """An id's bytes: the prefix, then 1, 4 and 4 digits."""
    return np.dtype([("prefix", f"V{len(prefix)}"), ("high", "u1"), ("middle", "<u4"), ("low", "<u4")])


@lru_cache(maxsize=16)
def _offsets(width: int, rows: int) -> pa.Buffer:
    return pa.py_buffer(np.arange(0, width * (rows + 1), width, dtype=np.int32))


def format_ids(prefix: str, numbers: Ints, mask: npt.NDArray[np.bool_] | None = None) -> pa.StringArray:
    """`prefix` and nine digits for each number, 0 <= number <= 999,999,999; empty where `mask` is true."""
    if mask is not None and mask.any():
        return _format_some(prefix, numbers, mask)
    number = numbers.astype(np.uint32)
    fours = number // _TEN_THOUSAND
    high = fours // _TEN_THOUSAND
    rows = _repeated(prefix.encode() + b"0" * DIGITS, len(numbers)).view(_layout(prefix))
    rows["high"] = high + np.uint32(ord("0"))
    rows["middle"] = _four_digits(fours - high * _TEN_THOUSAND)
    rows["low"] = _four_digits(number - fours * _TEN_THOUSAND)
    offsets = _offsets(len(prefix) + DIGITS, len(numbers))
    return pa.StringArray.from_buffers(len(numbers), offsets, pa.py_buffer(rows))


def _format_some(prefix: str, numbers: Ints, mask: npt.NDArray[np.bool_]) -> pa.StringArray:
    """Ids where `mask` is false; an empty cell takes no bytes."""
    width = len(prefix) + DIGITS
    offsets = np.concatenate([[0], np.cumsum(~mask)]).astype(np.int32) * np.int32(width)
    filled = format_ids(prefix, numbers[~mask])
    validity = pa.py_buffer(np.packbits(~mask, bitorder="little"))
    return pa.StringArray.from_buffers(len(mask), pa.py_buffer(offsets), filled.buffers()[2], validity)


def _repeated(text: bytes, count: int) -> np.ndarray:
    """`count` copies of `text`: what is there is doubled until it is enough, at the speed of memory."""
    copies = np.empty(count, dtype=f"V{len(text)}")
    copies[:1] = text
    done = 1
    while done < count:
        copies[done : 2 * done] = copies[: min(done, count - done)]
        done *= 2
    return copies


def _four_digits(number: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The characters of numbers below 10,000."""
    return _FOUR_DIGITS.take(number.astype(np.intp), mode="clip")  # "clip" spares the check of each index


def id_numbers(values: pa.Array | pa.ChunkedArray) -> Ints:
    """The numbers of ids, read from their last nine digits; plain integers are their own numbers.

    Raises:
        ValueError: when the ids are not all of one length with nine digits at the end.
    """
    if len(values) == 0:
        return np.empty(0, dtype=np.int64)
    if pa.types.is_integer(values.type):
        return to_numpy(values)
    texts = _texts(values)
    rows = texts.view([("prefix", f"V{texts.itemsize - DIGITS}"), ("high", "u1"), ("low", "<u8")])
    high, number = rows["high"] - np.uint8(ord("0")), rows["low"] ^ _ZEROS
    largest = high.max()
    if largest > 9 or _has_no_digit(number):
        raise ValueError(f"ids do not end in nine digits: the first is {values[0].as_py()!r}")
    for factor, shift, mask in _JOIN:
        number *= factor
        number >>= shift
        number &= mask
    if largest:
        number += high * np.uint64(10**8)
    return number.view(np.int64)


def take_ids(values: pa.ChunkedArray, places: npt.NDArray[np.intp]) -> pa.StringArray:
    """The ids at `places` of a column, copied as they are: cheaper than `ids` of their numbers.

    Raises:
        ValueError: when the ids are not all of one length.
    """
    texts = _texts(values).take(places) if len(values) else np.empty(0, dtype="V1")
    return pa.StringArray.from_buffers(len(texts), _offsets(texts.itemsize, len(texts)), pa.py_buffer(texts))


def _texts(values: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """One or more ids, each as bytes of the same width."""
    array = combined(values) if isinstance(values, pa.ChunkedArray) else values
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset :][: len(array) + 1]
    width = int(offsets[1] - offsets[0])
    if width < DIGITS or int(offsets[-1] - offsets[0]) != width * len(array):
        raise ValueError(f"ids are not all alike: the first is {array[0].as_py()!r}")
    return np.frombuffer(array.buffers()[2], f"V{width}", len(array), int(offsets[0]))


def _has_no_digit(words: Words) -> bool:
    """Whether a byte of any word is not one of 0 to 9: its high half must be 0, also after 6 is added."""
    bits = np.bitwise_or.reduce(words) | np.bitwise_or.reduce(words + _SIXES)
    return bool(bits & _NO_DIGIT_BITS)


def isin_sorted(found: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """Which numbers are among the ascending `known`: looked up in a table from the first to the last."""
    if not len(known):
        return np.zeros(len(found), dtype=bool)
    before = known[0] - 1
    table = np.zeros(known[-1] - before + 2, dtype=bool)  # the ends stand for all outside
    table[known - before] = True
    return table.take(found - before, mode="clip")


def places_of(found: Ints, known: Ints) -> Ints:
    """Where each number is among the ascending `known`, of which it is one: looked up in a table."""
    if not len(known):
        return np.zeros(0, dtype=np.int64)
    table = np.zeros(known[-1] - known[0] + 1, dtype=np.int64)
    table[known - known[0]] = np.arange(len(known))
    return table.take(found - known[0])
