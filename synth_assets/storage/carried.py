"""What the windows of a history carry over, kept beside its tables: a night begins with the last ones.

A file is of one block and one window, or of all windows that are planned together. One that is missing,
damaged, of another place or of another form costs time alone, as what it says follows from the configuration.
Its directory has the name of the history, versions included.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from synth_assets.model.config import WorldConfig
from synth_assets.model.windows import Kept
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import ObjectPath, StoragePath, sweep_unfinished, write_atomic

CARRIED = ".carried"
"""Directory in a world's."""

PLANNED = "planned-until-"
"""What the names of files begin with that say what is planned of all windows together."""

DIGEST_BYTES = 32


def carried_dir(home: StoragePath, scenario: Scenario) -> StoragePath:
    """Where it is for a history, given the world's directory."""
    return home / CARRIED / scenario.history


def read_carried(path: StoragePath, shape: type[tuple[Any, ...]]) -> Any:
    """What a file holds, as a named tuple of arrays and of such tuples; None where it cannot be read."""
    content = _read(path)
    if content is None:
        return None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return _built(shape, arrays, "")
    except (ValueError, KeyError, zipfile.BadZipFile):
        return None


def write_carried(path: StoragePath, value: Any) -> None:
    """Write it whole, with its digest."""
    content, arrays = BytesIO(), dict[str, Any](_arrays(value, ""))
    np.savez_compressed(content, **arrays)
    _write(path, content.getvalue())


def recall_plan(directory: StoragePath, config: WorldConfig, kept: Kept) -> bool:
    """Let be known what is planned of a history, as its file says; False where there is none that can be
    read. Of what this process knows the file need only be there."""
    path = _plan_path(directory, config, kept)
    if kept.is_known(config) and path.exists():
        return True
    content = _read(path)
    return content is not None and kept.recall(config, content)


def keep_plan(directory: StoragePath, config: WorldConfig, kept: Kept) -> None:
    """Write what is planned of a history, in place of what was planned until an earlier day; where it cannot
    be written, a later night plans once more."""
    path, content = _plan_path(directory, config, kept), kept.content(config)
    with suppress(OSError):
        _write(path, content)
        others = directory.sizes() if isinstance(directory, ObjectPath) else map(str, directory.iterdir())
        for name in {other.rpartition("/")[2] for other in others} - {path.name}:
            if name.startswith(PLANNED):
                (directory / name).unlink()


def _plan_path(directory: StoragePath, config: WorldConfig, kept: Kept) -> StoragePath:
    return directory / f"{PLANNED}{kept.until(config)}.bin"


def _read(path: StoragePath) -> bytes | None:
    """What was written; None where it is damaged, of another place, or missing."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    found, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return content if _digest(path, content) == found else None


def _write(path: StoragePath, content: bytes) -> None:
    """Write it whole, with its digest."""
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, _digest(path, content) + content)


def _digest(path: StoragePath, content: bytes) -> bytes:
    """Of a content in its place: the history's directory, and a name there."""
    place = "/".join(str(path).split("/")[-2:])
    return sha256(place.encode() + content).digest()


def file_name(rows: range, window: int) -> str:
    """The file of what is carried to a window of some root rows."""
    return f"{rows.start}-{rows.stop}-window-{window}.npz"


def sweep_carried(home: StoragePath, scenario: Scenario) -> None:
    """Remove what is carried over in other histories than a scenario's, and what killed writers left."""
    directory = home / CARRIED
    if isinstance(directory, ObjectPath):
        for name in {path.partition("/")[0] for path in directory.sizes()} - {scenario.history}:
            (directory / name).remove()
        return
    for path in directory.glob("*/"):
        if path.name != scenario.history:
            shutil.rmtree(path, ignore_errors=True)
        else:
            sweep_unfinished(path)


def _arrays(value: Any, name: str) -> dict[str, np.ndarray]:
    """The arrays within nested named tuples, by their path."""
    if isinstance(value, np.ndarray):
        return {name: value}
    found: dict[str, np.ndarray] = {}
    for field, part in value._asdict().items():
        found |= _arrays(part, f"{name}.{field}" if name else field)
    return found


def _built(shape: type[Any], arrays: Mapping[str, np.ndarray], name: str) -> Any:
    """The named tuple of a shape whose arrays have such paths."""
    parts = {}
    for field, kind in get_type_hints(shape).items():
        place = f"{name}.{field}" if name else field
        is_nested = isinstance(kind, type) and issubclass(kind, tuple)
        parts[field] = _built(kind, arrays, place) if is_nested else arrays[place]
    return shape(**parts)
