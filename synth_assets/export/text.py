"""Values as text, column by column, in no format's quotes yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import primitive_array, scalar
from synth_assets.model.columns import Column

_ZERO = primitive_array(pa.int64(), np.zeros(1, dtype=np.int64))[0]


def joined(*pieces: str | pa.Array) -> pa.Array:
    """Arrays and constants side by side, row by row; null where one of them is null."""
    scalars = (scalar(piece) if isinstance(piece, str) else piece for piece in pieces)
    return pc.binary_join_element_wise(*scalars, scalar(""))


def quoted(
    column: Column, values: pa.Array, forms: tuple[str, ...], quote: Callable[[pa.Array], pa.Array]
) -> pa.Array:
    """A column as text, `quote` applied to the `forms` of JSON that may hold anything; to a choice's few
    words only once."""
    if isinstance(values, pa.DictionaryArray):
        return quote(values.dictionary.cast(pa.string())).take(values.indices)
    text = as_text(column, values)
    return quote(text) if column.form.json in forms else text


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
    """Integers as decimal text: with two places 162000 is `1620.00` and -5 is `-0.05`."""
    return decimals(values, pa.decimal128(20, places)).cast(pa.string())


def decimals(values: pa.Array, form: pa.DataType) -> pa.Array:
    """Unscaled integers as 128-bit decimals: with two places 162000 is 1620.00.

    Such a decimal is its unscaled integer in two 64-bit words, so cents are decimals as they are.
    """
    filled = pc.fill_null(values, _ZERO)
    low = np.frombuffer(filled.buffers()[1], dtype=np.int64)[filled.offset :][: len(filled)]
    words = np.stack([low, low >> 63], axis=1)
    made = pa.Array.from_buffers(form, len(values), [None, pa.py_buffer(words)])
    return pc.if_else(pc.is_valid(values), made, pa.nulls(len(values), form))


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
