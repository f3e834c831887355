"""Where files are: on a disk, or in an object store through `pyarrow.fs`."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import platform
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.fs as fs

from synth_assets.derive.duckdb_view import object_store
from synth_assets.model.errors import Problem, UsageProblem, first_line

ELSEWHERE = "mend that, or use another directory"
"""What to do about a file that the system does not give or take."""


@dataclass(frozen=True)
class ObjectPath:
    """An address such as `s3://books/data`, with the part of `pathlib.Path` that a store of tables needs.

    An object is written whole or not at all; there are no links, no locks and no renaming.
    """

    address: str

    def __truediv__(self, name: str | Path) -> ObjectPath:
        return ObjectPath(f"{self.address}/{name}")

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rpartition("/")[2]

    def relative_to(self, above: ObjectPath) -> str:
        """The address below `above`."""
        return self.address.removeprefix(f"{above.address}/")

    def exists(self) -> bool:
        """Whether an object has this address, or others are below it."""
        return self._files.get_file_info(self._path).type != fs.FileType.NotFound

    def open_input(self) -> pa.NativeFile:
        """The object for reading at any place; FileNotFoundError where there is none."""
        return self._files.open_input_file(self._path)

    def read_bytes(self) -> bytes:
        """The object's content."""
        with self.open_input() as stream:
            return stream.read()

    def read_text(self, encoding: str = "utf-8") -> str:
        """The object's content as text."""
        return self.read_bytes().decode(encoding)

    def write_bytes(self, content: bytes | pa.Buffer) -> None:
        """Put the object there, in one step for whoever reads it."""
        self.write_chunks([content])

    def write_chunks(self, chunks: Iterable[bytes | pa.Buffer]) -> None:
        """The same of content that comes in pieces.

        A thread does it: Ctrl-C, which only reaches the main one, would close an object without its content.
        The thread has started before it writes: one that Ctrl-C meets at its start is not waited for.
        """
        with ThreadPoolExecutor(1) as apart:
            apart.submit(int).result()
            apart.submit(self._put, chunks).result()

    def _put(self, chunks: Iterable[bytes | pa.Buffer]) -> None:
        with self._files.open_output_stream(self._path) as stream:
            for chunk in chunks:
                stream.write(chunk)

    def sizes(self) -> dict[str, int]:
        """Bytes of every object below this address, by the rest of its address."""
        return {info.path.removeprefix(f"{self._path}/"): info.size for info in self._objects()}

    def _objects(self) -> Iterator[fs.FileInfo]:
        below = fs.FileSelector(self._path, allow_not_found=True, recursive=True)
        return (info for info in self._files.get_file_info(below) if info.type == fs.FileType.File)

    def last_written(self, depth: int) -> dict[str, dt.datetime]:
        """When an object was last written below each address that is `depth` parts longer than this one."""
        found: dict[str, dt.datetime] = {}
        for info in self._objects():
            name = "/".join(info.path.removeprefix(f"{self._path}/").split("/")[:depth])
            found[name] = max(info.mtime, found.get(name, info.mtime))
        return found

    def unlink(self) -> None:
        """Remove the object."""
        self._files.delete_file(self._path)

    def remove(self) -> None:
        """Remove every object below this address."""
        self._files.delete_dir(self._path)

    @property
    def _files(self) -> fs.FileSystem:
        return file_system("/".join(self.address.split("/")[:3]))

    @property
    def _path(self) -> str:
        return self.address.partition("://")[2]


StoragePath = Path | ObjectPath
"""A file or a directory."""


@lru_cache(maxsize=8)
def file_system(bucket: str) -> fs.FileSystem:
    """The file system of a bucket; credentials and endpoint come from the provider's usual variables.

    Raises:
        UsageProblem: pyarrow knows no such kind of address.
        Problem: the bucket cannot be reached.
    """
    try:
        return object_store(bucket)
    except pa.ArrowInvalid as error:
        raise UsageProblem(f"{bucket}: {first_line(error)}") from None
    except OSError as error:
        raise Problem(
            f"{bucket} cannot be reached: {first_line(error)}: check its name, and AWS_REGION and "
            "AWS_ENDPOINT_URL"
        ) from None


def storage_path(address: str | Path) -> StoragePath:
    """A directory on disk, made absolute, or an object store's address.

    Raises:
        UsageProblem: a path that DuckDB cannot read; an address with options, without a bucket or with an
            empty part.
    """
    text = str(address)
    if "://" not in text:
        return _directory(Path(address).absolute())
    scheme, _, rest = text.partition("://")
    if "@" in rest.split("/")[0]:
        raise UsageProblem(
            f"{scheme}://…: an address holds no keys. Give them as the provider does, for example as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if "?" in text:
        raise UsageProblem(
            f"{text.partition('?')[0]}: give endpoint and region as AWS_ENDPOINT_URL and AWS_REGION, not as "
            "options"
        )
    address = text.rstrip("/")
    if not re.fullmatch(r"[^/]+://[^/]+(/[^/]+)*", address):
        raise UsageProblem(
            f"{text}: an object store's address is like s3://bucket/path; "
            "a directory on disk is given by its path"
        )
    return ObjectPath(address)


def _directory(path: Path) -> Path:
    """A directory whose parts DuckDB can read: it takes a backslash for a slash, and text in UTF-8 alone."""
    said = os.fsencode(path).decode(errors="replace")
    if "\\" in said:
        raise UsageProblem(f"{said}: DuckDB reads no path with a backslash: use another data directory")
    if said != str(path) and "\ufffd" not in said:
        raise UsageProblem(
            f"{said}: the path is UTF-8, the locale ({sys.getfilesystemencoding()}) is not: set "
            "PYTHONUTF8=1, or a locale of UTF-8"
        )
    if said != str(path):
        raise UsageProblem(f"{said}: DuckDB reads no path that is not UTF-8: use another data directory")
    return path


def sizes(directory: StoragePath) -> dict[str, int]:
    """Bytes of every file in a directory, by name; empty where there is none."""
    if isinstance(directory, ObjectPath):
        return directory.sizes()
    if not directory.is_dir():
        return {}
    return {entry.name: entry.stat().st_size for entry in os.scandir(directory) if entry.is_file()}


def digest(path: StoragePath) -> str:
    """SHA-256 of a file's bytes, of which a few are in memory at a time."""
    with path.open_input() if isinstance(path, ObjectPath) else path.open("rb") as file:
        found = sha256()
        for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
            found.update(chunk)
    return found.hexdigest()


CHUNK_BYTES = 8 * 2**20
"""What of a file is in memory at a time where it is copied or hashed."""


def file_state(path: StoragePath) -> tuple[int, ...]:
    """What changes when a file is written: inode, size and times; nothing is known of an object."""
    if isinstance(path, ObjectPath):
        return (next(_READS),)
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


_READS = count()


def write_atomic(path: StoragePath, content: bytes | pa.Buffer, mode: int | None = None) -> None:
    """Write a file so that a reader finds the old content or the new one, also after a power cut.

    Writers on several hosts do not meet: the name under which a file is made holds host and process. `mode`
    is the file's permissions, if they are not the usual ones.
    """
    if isinstance(path, ObjectPath):
        path.write_bytes(content)
        return
    with atomic_file(path, mode) as file:
        file.write(content)


@contextmanager
def atomic_file(path: StoragePath, mode: int | None = None) -> Iterator[BinaryIO]:
    """A file to write to, which stands at `path` once it is whole, and never else."""
    if isinstance(path, ObjectPath):
        with temporary_directory("object") as directory, (directory / path.name).open("w+b") as file:
            yield file
            file.seek(0)
            path.write_chunks(iter(lambda: file.read(CHUNK_BYTES), b""))
        return
    fresh = path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}{UNFINISHED}")
    try:
        with fresh.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            fresh.chmod(mode)
        fresh.replace(path)
    except OSError as error:
        if error.filename == str(fresh):  # nobody knows the file by that name
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):  # what went wrong first is said
            fresh.unlink(missing_ok=True)


TEMPORARY = re.compile(r"synth_assets_(\d+)_\w+")
"""Names of this program's directories for temporary files: each holds the number of its process."""


@contextmanager
def temporary_directory(purpose: str) -> Iterator[Path]:
    """A directory in the system's place for temporary files, removed at the end."""
    path = temporary_path(purpose)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def temporary_path(purpose: str) -> Path:
    """A new name in the system's place for temporary files; what killed runs left there is removed."""
    for path in Path(tempfile.gettempdir()).glob("synth_assets_*"):
        name = TEMPORARY.fullmatch(path.name)
        if name and not _is_alive(int(name[1])):
            shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.gettempdir()) / f"synth_assets_{os.getpid()}_{purpose}_{secrets.token_hex(4)}"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True


UNFINISHED = ".synth_assets-new"
"""How the name of a file ends until it is complete; nobody else's file is named so."""


def sweep_unfinished(directory: Path) -> None:
    """Remove what killed writers left in a directory that nobody writes to now."""
    for path in directory.glob(f".*{UNFINISHED}"):
        if path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Force a directory's names to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(
    path: Path, wait: bool, message: str, remedy: str = "use another data directory"
) -> Iterator[None]:
    """Lock a directory, or a file that is made for it; the lock ends with the process, however that ends.

    Raises:
        Problem: `message` and what to do, when it is taken and `wait` is false.
    """
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Problem(f"{message}: wait for it, or {remedy}") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def translate_os_errors(
    directory: StoragePath, remedy: str = "use another --data-dir or lower the counts"
) -> Iterator[None]:
    """Turn the system's errors while writing to `directory` into one line; `remedy` helps a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC and isinstance(directory, Path):
            disk = os.statvfs(directory)
            raise Problem(
                f"no space left in {directory} ({disk.f_bavail * disk.f_frsize // 2**20} MiB and "
                f"{disk.f_favail:,} files free): every file is complete, old or new; "
                f"free some space, {remedy}"
            ) from None
        raise Problem(
            f"cannot write to {error.filename or directory}: {first_line(error)}: {ELSEWHERE}"
        ) from None
