"""The DuckDB catalogue: one schema a world, one view a table, flipped for a whole world at once.

`<world>/.catalogue.json` says which version each view names. On a disk the database file is written new from
those documents and renamed, so a reader finds all views of one scenario or all of the one before. In an
object store the documents are all there is, and `connect` makes the views from them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from synth_assets import worlds
from synth_assets.derive.duckdb_view import attach_files, derived_view_sql, view_sql
from synth_assets.model.errors import Problem, first_line
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import (
    ELSEWHERE,
    StoragePath,
    exclusive,
    sweep_unfinished,
    temporary_directory,
    write_atomic,
)
from synth_assets.storage.published import parts_pattern
from synth_assets.storage.store import CONFIG, DOCUMENT, KEEP_VARIABLE, Store

if TYPE_CHECKING:
    import duckdb

FILE_NAME = "synth_assets.duckdb"
MAGIC, MAGIC_AT = b"DUCK", 8
"""What a database of DuckDB holds at its ninth byte."""

READ_ONLY = 0o444
"""Permissions of the database: who opens it for writing would keep all others out, and lose it tomorrow."""


def flip(store: Store, scenario: Scenario) -> StoragePath:
    """Point the catalogue at the current versions of all tables of a world; then sweep old versions.

    The versions that the catalogue named before are kept, the last `versions_kept` of them: for whoever still
    reads them, and for going back.

    Returns:
        The database file, or the world's document in an object store.

    Raises:
        Problem: a table is missing, damaged or from another scenario; the catalogue stays as it was.
    """
    published = {t.name: store.published(t.name, scenario) for t in store.world.tables}
    before = store.catalogued()
    document: dict[str, object] = {name: store.below_home(version) for name, version in published.items()}
    document[CONFIG] = scenario.document["config"]
    content = json.dumps(document, indent=1).encode()
    path: StoragePath = store.home / DOCUMENT
    current = {name: version.path for name, version in published.items()}
    is_new = before != current  # made again as it was: whoever reads the version before it goes on doing so
    if is_new and before:
        store.remember(store.catalogue_document())
    if isinstance(store.root, Path):
        with exclusive(store.root / ".catalogue.lock", True, ""):
            sweep_unfinished(store.root)
            database = _database(store.root, {store.declared.name: document})
            write_atomic(path, content)
            path = _write(store.root, database)
    else:
        write_atomic(path, content)
    if is_new:
        store.prune({*store.earlier_paths(), *current.values()})
    return path


def write_anew(root: Path) -> None:
    """Let the database say what the worlds' documents say; only while the world that changed is locked."""
    with exclusive(root / ".catalogue.lock", True, ""):
        if any(_stores(root)):
            _write(root, _database(root))
        else:
            (root / FILE_NAME).unlink(missing_ok=True)


def damage(root: StoragePath) -> str | None:
    """Why nobody can read the database under `root`; None where it is sound, or there need not be one."""
    if not (isinstance(root, Path) and any(_stores(root))):
        return None
    try:
        with (root / FILE_NAME).open("rb") as file:
            file.seek(MAGIC_AT)
            found = file.read(len(MAGIC))
    except OSError as error:
        return first_line(error)
    return None if found == MAGIC else "it is no DuckDB database"


def connect(data_dir: StoragePath, version: int = 0) -> duckdb.DuckDBPyConnection:
    """A connection with the views of every world; amounts in dollars, under the documents' names.

    `version` counts back: 1 is what each world's catalogue named before the current version. Worlds that have
    no such version have no views.

    The views are made in memory. From the file, DuckDB would give a process what another connection of the
    same process opened before it was replaced; and a directory may have been moved since it was written.

    Raises:
        Problem: nothing is there yet, no world has such a version, or it cannot be read.
    """
    import duckdb

    try:
        if not any((data_dir / name / DOCUMENT).exists() for name in worlds.NAMES):
            there = shlex.quote(str(data_dir))
            raise Problem(f"nothing in {data_dir} yet. Run: synth-assets generate all --data-dir {there}")
        connection = duckdb.connect()
        attach_files(connection, str(data_dir))
        if not _make_views(connection, data_dir, version):
            raise Problem(_what_is_kept(data_dir, version))
    except (OSError, duckdb.Error) as error:
        raise Problem(
            f"{data_dir} cannot be read: {first_line(error)}: synth-assets verify says what to run"
        ) from None
    return connection


def _database(root: Path, fresh: Mapping[str, Mapping[str, Any]] | None = None) -> bytes:
    """The database of all worlds, for DuckDB 1.0 and later; of some worlds by fresh documents.

    It is made in the system's directory for temporary files: DuckDB takes a `?` in a path for the start of
    options, and leaves a second file beside the first when it is stopped. The hundreds of statements
    read no rows: committed one by one, optimised and shared out they would take twice the time.
    """
    import duckdb

    try:
        with temporary_directory("catalogue") as directory:
            path = directory / FILE_NAME
            with duckdb.connect(
                str(path), config={"storage_compatibility_version": "v1.0.0", "threads": 1}
            ) as connection:
                connection.execute("pragma disable_optimizer; begin")
                _make_views(connection, root, fresh=fresh or {})
                connection.execute("commit; checkpoint")  # on closing, a full disk would pass in silence
            return path.read_bytes()
    except duckdb.Error as error:
        raise Problem(f"{root / FILE_NAME} cannot be written: {first_line(error)}: {ELSEWHERE}") from None


def _write(root: Path, database: bytes) -> Path:
    """Swap a database in under `root`."""
    path = root / FILE_NAME
    write_atomic(path, database, READ_ONLY)
    path.with_name(f"{FILE_NAME}.wal").unlink(missing_ok=True)  # of the file that was replaced
    return path


def _make_views(
    connection: duckdb.DuckDBPyConnection,
    root: StoragePath,
    version: int = 0,
    fresh: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> bool:
    """The views of every world under `root` that has a version; the modules of the others are not loaded.

    Returns:
        Whether any world has it; the current one may be missing in all.
    """
    any_has_it = version == 0
    for store in _stores(root, fresh):
        current = fresh.get(store.declared.name) or store.catalogue_document()
        documents = [current, *store.earlier()]
        if 0 <= version < len(documents):
            for statement in _statements(store, documents[version]):
                connection.execute(statement)
                any_has_it = True
    return any_has_it


def _stores(root: StoragePath, also: Container[str] = ()) -> Iterator[Store]:
    """The worlds that a catalogue has been written of, and some others."""
    for name in worlds.NAMES:
        if name in also or (root / name / DOCUMENT).exists():
            yield Store(worlds.load(name), root)


def _what_is_kept(root: StoragePath, version: int) -> str:
    """Why a version cannot be read, and which can."""
    kept = [
        f"{store.declared.name} has {number} (as of {document.get(CONFIG, {}).get('as_of', 'some day')})"
        for store in _stores(root)
        for number, document in enumerate(store.earlier(), start=1)
    ]
    there = ", ".join(kept) or "no world has an earlier one"
    return f"{root} holds no version {version}: {there}; {KEEP_VARIABLE} says how many are kept"


def _statements(store: Store, document: Mapping[str, Any]) -> Iterator[str]:
    """What makes the schema and the views of a world; nothing where a version is missing."""
    world, versions, config = store.declared, store.paths_in(document), document.get(CONFIG)
    if not versions or not all(path.exists() for path in versions.values()):
        return
    resolved = None if config is None else world.config.model_validate(dict(config))
    world = world.of(resolved) if resolved else world
    sources = {name: parts_pattern(path) for name, path in versions.items()}
    yield f'create schema "{world.name}"'
    yield from (view_sql(world.table(name), world.name, source) for name, source in sources.items())
    if resolved:
        for view in world.derived:
            query = world.query_of(view)
            read = {name: sources[name] for name in world.tables_read(query)}
            yield derived_view_sql(view, world.name, query, read, resolved)
