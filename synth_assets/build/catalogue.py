"""The DuckDB catalogue: one schema a world, one view a table, flipped for a whole world at once.

`<world>/.catalogue.json` says which version each view names. The database file is written new from those
documents and renamed, so a reader finds all views of one scenario or all of the one before.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from synth_assets import worlds
from synth_assets.build.problems import Problem
from synth_assets.build.scenario import Scenario
from synth_assets.build.store import Store, exclusive, parts_pattern, write_whole
from synth_assets.model.world import World

FILE_NAME = "synth_assets.duckdb"
DOCUMENT = ".catalogue.json"


def flip(store: Store, scenario: Scenario) -> Path:
    """Point the catalogue at the versions in force of all tables of a world; then sweep old versions.

    The versions that the catalogue named before are kept, for whoever still reads them.

    Raises:
        Problem: a table is missing, damaged or from another scenario; the catalogue stays as it was.
    """
    published = {t.name: store.published(t.name, scenario) for t in store.world.tables}
    before = _named(store)
    document = {name: os.path.relpath(version.path, store.home) for name, version in published.items()}
    with exclusive(store.root / ".catalogue.lock", True, ""):
        write_whole(store.home / DOCUMENT, json.dumps(document, indent=1))
        path = _write(store.root)
    store.sweep(set(before.values()) | {version.path for version in published.values()})
    return path


def _named(store: Store) -> dict[str, Path]:
    """The versions that the catalogue names, by table; nothing before the first flip."""
    known = {table.name for table in store.world.tables}
    try:
        document = json.loads((store.home / DOCUMENT).read_text(encoding="utf-8"))
        return {name: store.home / path for name, path in document.items() if name in known}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):  # none yet, or changed by hand
        return {}


def _write(root: Path) -> Path:
    """Write the database of all worlds new, and swap it in under `root`.

    It is made in the system's directory for temporary files: DuckDB takes a `?` in a path for the start of
    options, and leaves a second file beside the first when it is stopped.
    """
    import duckdb

    path = root / FILE_NAME
    try:
        with TemporaryDirectory(prefix="synth_assets_") as directory:
            fresh = Path(directory) / FILE_NAME
            with duckdb.connect(str(fresh)) as connection:
                for name in worlds.NAMES:
                    if not (root / name / DOCUMENT).exists():
                        continue  # and its module need not be loaded
                    world = worlds.load(name)
                    for statement in _statements(world, _named(Store(world, root))):
                        connection.execute(statement)
                connection.execute("checkpoint")  # on closing, a full disk would pass in silence
            write_whole(path, fresh.read_bytes())
    except duckdb.Error as error:
        raise Problem(f"{path} cannot be written: {str(error).splitlines()[0]}") from None
    return path


def _statements(world: World, versions: dict[str, Path]) -> list[str]:
    from synth_assets.derive.duckdb_view import view_sql

    if not versions or not all(path.exists() for path in versions.values()):
        return []
    return [f'create schema "{world.name}"'] + [
        view_sql(world.table(name), world.name, parts_pattern(path)) for name, path in versions.items()
    ]
