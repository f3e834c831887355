"""Rows of a block that stand in several places, read as one in order of key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import combined, indices
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows


class JoinedRows:
    """Some rows of a table, those of each place in order of key.

    Args:
        key: name of the key column.
        places: where the rows are, one at least.
    """

    def __init__(self, key: str, places: Sequence[Rows]) -> None:
        self._key, self._places = key, places
        self._columns: dict[str, pa.ChunkedArray] = {}
        self._numbers: dict[str, Ints] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        if column not in self._columns:
            chunks = [chunk for rows in self._places for chunk in rows[column].chunks]
            whole = combined(pa.chunked_array(chunks, self._places[0][column].type))
            self._columns[column] = pa.chunked_array([whole.take(indices(self.order))])
        return self._columns[column]

    def id_numbers(self, column: str) -> Ints:
        """The numbers of a column of ids; not to be written to."""
        if column not in self._numbers:
            self._numbers[column] = self._all_numbers(column)[self.order]
            self._numbers[column].setflags(write=False)
        return self._numbers[column]

    @cached_property
    def order(self) -> Ints:
        """Their places, one place after the other, in order of key."""
        return np.argsort(self._all_numbers(self._key), kind="stable")

    def _all_numbers(self, column: str) -> Ints:
        return np.concatenate([rows.id_numbers(column) for rows in self._places])
