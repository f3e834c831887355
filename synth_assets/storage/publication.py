"""A world's scenario, tables and catalogue come into force together.

Each turns in one step, but there are many. So what stands is written down first, and taken back where a run
is cut off between two of them. An object store keeps no run of another machine out, so nothing is taken back
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from synth_assets.model.documents import read_document
from synth_assets.model.errors import Problem
from synth_assets.storage import catalogue
from synth_assets.storage.paths import write_atomic
from synth_assets.storage.store import DOCUMENT, EARLIER, RUN, SCENARIO, Store

UNFINISHED = ".publishing.json"
"""File with what stood before a publication; there while one goes on, or was cut off."""

FILES = (SCENARIO, RUN, DOCUMENT, EARLIER)


@contextmanager
def publication(store: Store) -> Iterator[None]:
    """What is turned inside comes into force as a whole, or is taken back. Only while the store is locked."""
    if not isinstance(store.home, Path):
        yield
        return
    links = {table.name: store.home / table.name for table in store.declared.tables}
    before = {
        "files": {name: _text(store.home / name) for name in FILES},
        "tables": {name: str(link.readlink()) if link.is_symlink() else None for name, link in links.items()},
    }
    write_atomic(store.home / UNFINISHED, json.dumps(before, indent=1).encode())
    try:
        yield
    except BaseException:
        with suppress(OSError, Problem):  # then whoever opens the store next takes it back
            take_back(store)
        raise
    (store.home / UNFINISHED).unlink()


def opened(store: Store) -> Store:
    """A store, with what a run turned that was cut off taken back; while a run goes on, as it stands."""
    if isinstance(store.home, Path) and (store.home / UNFINISHED).exists():
        with suppress(OSError, Problem), store.lock():
            take_back(store)
    return store


def take_back(store: Store) -> None:
    """Let stand what stood before a publication that was cut off. Only while the store is locked."""
    root, record = store.root, store.home / UNFINISHED
    if not (isinstance(root, Path) and isinstance(record, Path) and record.exists()):
        return
    try:
        before = read_document(record.read_text(encoding="utf-8"))
        tables = {name: Path(target) if target else None for name, target in before["tables"].items()}
        files = before["files"].items()
    except (ValueError, KeyError, AttributeError):  # somebody has damaged it: each table stands as it is
        record.unlink()
        return
    if all((store.home / target).exists() for target in tables.values() if target):
        store.turn_back(tables)
        for name, text in files:
            _restore(store.home / name, text)
        vars(store).pop("world", None)  # that of the scenario that stands now
        catalogue.write_anew(root)
    record.unlink()


def _text(path: Path) -> str | None:
    """What a file holds, also where it is damaged and no UTF-8; None where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None


def _restore(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    elif text != _text(path):
        write_atomic(path, text.encode(errors="surrogateescape"))
