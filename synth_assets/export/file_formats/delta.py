"""Delta Lake: a table in a directory each, whose versions the library keeps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from synth_assets.export.arrow_rows import published, published_schema
from synth_assets.export.placing import as_system_errors
from synth_assets.model.errors import UsageProblem
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    from synth_assets.export.rows import Parts


def export_delta(world: World, parts: Parts, out: Path, tables: Sequence[Table]) -> list[Path]:
    """`invoices/` and so on, with a `_delta_log`; the library names the files within.

    Raises:
        UsageProblem: deltalake is not installed.
        OSError: the disk is full, or the library cannot write there.
    """
    try:
        from deltalake import write_deltalake
        from deltalake.exceptions import DeltaError
    except ImportError:
        raise UsageProblem("delta needs deltalake: pip install deltalake") from None
    written = []
    for table in tables:
        schema = published_schema(table)
        batches = (
            batch for part in parts(table.name) for batch in published(table, part).to_batches() if len(batch)
        )
        rows = pa.RecordBatchReader.from_batches(schema, batches)
        place = out / table.physical_name
        with as_system_errors(DeltaError):
            write_deltalake(str(place), rows, name=table.physical_name, description=table.grain)
        written.append(place)
    return written
