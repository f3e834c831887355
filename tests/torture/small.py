"""The smallest sensible configuration of any world, and the command that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from synth_assets.model.world import World

ROWS = 60
"""Root rows: enough for faults of most kinds, and written in a tenth of a second."""

AS_OF = "2026-11-21"


def bound(field: FieldInfo, kind: type[Ge] | type[Le]) -> Any:
    """The least or the greatest value of a key; None where there is none."""
    return next(
        (m.ge if isinstance(m, Ge) else m.le for m in field.metadata if isinstance(m, kind)),
        None,
    )


def count_keys(world: World) -> list[str]:
    """Keys that say how many rows there are."""
    keys = dict.fromkeys(table.row_count_key for table in world.tables)
    return [key for key in keys if key in world.config.model_fields]


def small(world: World, seed: int = 1) -> dict[str, Any]:
    """Configuration values of a small world."""
    fields = world.config.model_fields
    counts: dict[str, Any] = {
        key: min(max(ROWS, bound(fields[key], Ge) or 0), bound(fields[key], Le) or ROWS)
        for key in count_keys(world)
    }
    if not counts and world.presets:
        counts = {"preset": next(iter(world.presets))}
    return {"seed": seed, "as_of": AS_OF, **counts}


def generate_words(world: World, values: Mapping[str, Any], directory: Path) -> list[str]:
    """The words of `synth-assets generate` for these values."""
    words = ["generate", world.name, "--data-dir", str(directory)]
    for key, value in values.items():
        words += ["--set", f"{key}={value}"]
    return words
