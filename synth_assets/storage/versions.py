"""How a version of a table comes into force: by a link on a disk, by a small pointer in an object store.

Both hold the same text, `.versions/<scenario>/<table>-…`, and both change last and in one step, so whoever
follows them finds a whole version, the old one or the new one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from synth_assets.model.errors import Problem
from synth_assets.storage.paths import ObjectPath, StoragePath, exclusive, sweep_unfinished, sync_directory

VERSIONS = ".versions"
SPARED_HOURS = 24
"""In an object store, where runs of other machines are not kept out."""


class DiskVersions:
    """Versions on a disk: written aside, renamed to their content's name, and swapped in by a link."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.staging = home / ".staging"
        self._run = secrets.token_hex(4)

    @contextmanager
    def lock(self, wait: bool) -> Iterator[None]:
        """Hold the directory alone, with what a killed run left behind swept away.

        Raises:
            Problem: another run holds it and `wait` is false.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with exclusive(self.home / ".lock", wait, f"another run is writing to {self.home}"):
            sweep_unfinished(self.home)
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir(exist_ok=True)
            try:
                yield
            finally:
                shutil.rmtree(self.staging, ignore_errors=True)

    def staging_dir(self, scenario: str, table: str) -> Path:
        """Where the parts of a table are written before they are published, for this run alone.

        A worker that outlives its run, on another host, writes to what is swept and meets nobody.

        Raises:
            Problem: what has the table's name is not a link, so somebody else put it there.
        """
        link = self.home / table
        if link.exists() and not link.is_symlink():
            raise Problem(f"{link} is not a link to a published table: move it away, then run again")
        path = self.staging / self._run / table
        path.mkdir(parents=True, exist_ok=True)
        return path

    def publish(self, scenario: str, table: str, content: str, intact: Callable[[StoragePath], bool]) -> Path:
        """Make a staged version the current one, in the place of a damaged one of the same content."""
        staged = self.staging_dir(scenario, table)
        sweep_unfinished(staged)
        sync_directory(staged)
        path = self.home / VERSIONS / scenario / f"{table}-{content[:16]}"
        if path.exists() and not intact(path):
            path.rename(self.staging / f"damaged-{path.name}")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(path)
            sync_directory(path.parent)
        self.turn(table, path.relative_to(self.home))
        return path

    def turn(self, table: str, version: Path | None) -> None:
        """Make a version, by its path below the world's directory, the current one; None for none."""
        link = self.home / table
        if version is None:
            link.unlink(missing_ok=True)
        else:
            fresh = self.staging / f"link-{table}"
            fresh.symlink_to(version, target_is_directory=True)
            fresh.replace(link)
        sync_directory(self.home)

    def current(self, table: str) -> Path:
        """The current version of a table, or where it would be."""
        link = self.home / table
        return self.home / os.readlink(link) if link.is_symlink() else link

    def prune(self, keep: set[StoragePath], tables: list[str]) -> None:
        """Remove versions of some tables that no link, and nothing in `keep`, points to."""
        kept = keep | {self.current(table) for table in tables}
        versions = self.home / VERSIONS
        if versions.is_symlink():  # somebody moved them: what else is there is not ours to judge
            return
        for path in versions.glob("*/*"):
            own = any(re.fullmatch(rf"{re.escape(table)}-[0-9a-f]{{16}}", path.name) for table in tables)
            if own and path not in kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in versions.glob("*/"):
            if not any(path.iterdir()):
                path.rmdir()


class BucketVersions:
    """Versions in an object store: each run writes under addresses of its own, then turns a pointer to them.

    Runs of other machines are not kept out, as object stores have no locks, and one that ends sweeps what
    another has not published. Tables of two scenarios do not mix, as every table names its own.
    """

    def __init__(self, home: ObjectPath) -> None:
        self.home = home
        self._run = secrets.token_hex(4)

    @contextmanager
    def lock(self, wait: bool) -> Iterator[None]:
        """Keep other runs of this machine out.

        Raises:
            Problem: another run holds it and `wait` is false.
        """
        name = blake2b(str(self.home).encode(), digest_size=8).hexdigest()
        lock = Path(tempfile.gettempdir()) / f"synth_assets_{os.getuid()}_{name}.lock"
        with exclusive(lock, wait, f"another run is writing to {self.home}"):
            yield

    def staging_dir(self, scenario: str, table: str) -> ObjectPath:
        """Where the parts of a table are written: no other run, and no reader, knows the address yet."""
        return self.home / VERSIONS / scenario / f"{table}-{self._run}"

    def publish(
        self, scenario: str, table: str, content: str, intact: Callable[[StoragePath], bool]
    ) -> ObjectPath:
        """Make a staged version the current one; its address is new, so nothing has to make way."""
        staged = self.staging_dir(scenario, table)
        (self.home / table).write_bytes(staged.relative_to(self.home).encode())
        return staged

    def current(self, table: str) -> ObjectPath:
        """The current version of a table; FileNotFoundError where there is none."""
        return self.home / (self.home / table).read_text()

    def prune(self, keep: set[StoragePath], tables: list[str]) -> None:
        """Remove old versions of some tables that no pointer, and nothing in `keep`, points to.

        What was written within SPARED_HOURS stays: another machine may be about to point to it.
        """
        kept = keep | {self.current(table) for table in tables}
        versions = self.home / VERSIONS
        now = dt.datetime.now(dt.UTC)
        for name, written in versions.last_written(depth=2).items():
            own = any(re.fullmatch(rf"[^/]+/{re.escape(table)}-[0-9a-f]+", name) for table in tables)
            is_old = now - written >= dt.timedelta(hours=SPARED_HOURS)
            if own and is_old and versions / name not in kept:
                (versions / name).remove()


Versions = DiskVersions | BucketVersions
