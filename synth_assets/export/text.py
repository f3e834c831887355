"""Columns as text, in the formats that every text export shares; whole columns at a time.

Money and percentages have two decimals (`1620.00`, from cents, exactly), days are `2026-02-21`, moments
`2026-02-21T12:00:00Z`. An empty value stays null: each format has its own way to say it.

Constants are Arrow scalars made beforehand: a plain one makes pyarrow import pandas (see `model.arrow`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import fixed, word
from synth_assets.model.columns import Column

QUOTED_KINDS = ("identifier", "reference", "choice", "text")
"""Kinds whose text may hold anything, so that a format must quote or escape it."""

_ZERO = fixed(pa.int64(), np.zeros(1, dtype=np.int64))[0]
_HUNDRED = fixed(pa.float64(), np.full(1, 100.0))[0]


def joined(*pieces: str | pa.Array) -> pa.Array:
    """Arrays and constants side by side, row by row; null where one of them is null."""
    scalars = (word(piece) if isinstance(piece, str) else piece for piece in pieces)
    return pc.binary_join_element_wise(*scalars, word(""))


def as_text(column: Column, values: pa.Array) -> pa.Array:
    """The values of a column as strings, in no format's quotes yet.

    Raises:
        pa.ArrowInvalid: a number that is not finite, or a moment that is not on a whole second.
    """
    match column.kind:
        case "money":
            return _hundredths(values)
        case "decimal" | "rate":
            return _hundredths(pc.round(pc.multiply(values, _HUNDRED)).cast(pa.int64()))
        case "moment":
            seconds = values.cast(pa.timestamp("s")).cast(pa.string())
            return joined(pc.utf8_replace_slice(seconds, 10, 11, "T"), "Z")
        case _:
            return values.cast(pa.string())


def _hundredths(values: pa.Array) -> pa.Array:
    """Integers as decimal text with two places: 162000 is `1620.00`, -5 is `-0.05`.

    A 128-bit decimal is its unscaled integer in two 64-bit words, so cents are decimals as they stand.
    """
    filled = pc.fill_null(values, _ZERO)
    low = np.frombuffer(filled.buffers()[1], dtype=np.int64)[filled.offset :][: len(filled)]
    words = np.stack([low, low >> 63], axis=1)
    decimals = pa.Array.from_buffers(pa.decimal128(20, 2), len(values), [None, pa.py_buffer(words)])
    return pc.if_else(pc.is_valid(values), decimals.cast(pa.string()), pa.nulls(len(values), pa.string()))


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
