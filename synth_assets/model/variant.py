"""Another way to write a table, for consumers who cannot read it as it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Variant:
    """One table written in another way on `export` and `load`; what is stored stays as it is.

    Attributes:
        name: what `--variant` calls it.
        table: the table that it is about.
        rows: pure function of the configuration and rows of the table; gives rows of the same columns.
    """

    name: str
    table: str
    rows: Callable[[Any, pa.Table], pa.Table]
