"""The course of a table: its rows as they come and change from day to day, so that a night need not make
them from the books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import indices

ROW, SINCE = "row of the course", "since"
"""Columns of its file beside those of the table: both are whole numbers."""


class Course(NamedTuple):
    """How rows stand, in order of key and day.

    Attributes:
        standings: a row of the table for each way in which one of its rows stands.
        row: which row of the table it is: equal numbers lie side by side.
        since: the first day of the books on which it stands so.
    """

    standings: pa.Table
    row: npt.NDArray[np.int32]
    since: npt.NDArray[np.int32]

    @classmethod
    def of(cls, standings: pa.Table, keys: Sequence[int], came: Sequence[int]) -> Course:
        """A course from rows in order of key and day, their keys, and the day from which each stands so."""
        is_new = np.diff(np.array(keys, dtype=np.int64), prepend=-1) != 0
        return cls(standings, np.cumsum(is_new, dtype=np.int32), np.array(came, dtype=np.int32))

    def on(self, day: int) -> pa.Table:
        """The table's rows as they stand on the evening of a day."""
        at = np.flatnonzero(self.since <= day)
        if len(at):
            row = self.row[at]
            at = at[np.append(row[1:] != row[:-1], True)]
        return self.standings.take(indices(at))

    def to_arrow(self) -> pa.Table:
        """The course as one table."""
        row, since = pa.array(self.row), pa.array(self.since)
        return self.standings.append_column(ROW, row).append_column(SINCE, since)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Course:
        """A course from such a table."""
        row, since = (table[name].combine_chunks().to_numpy() for name in (ROW, SINCE))
        return cls(table.drop_columns([ROW, SINCE]), row, since)
