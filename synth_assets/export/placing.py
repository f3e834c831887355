"""Where exported files go: written aside, and put in their places when all are whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from synth_assets.model.errors import Problem, first_line
from synth_assets.storage.paths import exclusive

OF_TREES = ("_delta_log", "month=", "usr_")
"""How the names of what is in the directory of a table, or of statements, begin."""

STAGING = ".export-"
"""How the names of unfinished exports begin."""


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A directory within `out` to write in, removed at the end; until then no other export writes to `out`.

    What killed exports left is removed first: under the lock, no running one has any.

    Raises:
        Problem: another export is writing to `out`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with exclusive(out, False, f"another export is writing to {out}", "use another --out"):
        for left in out.glob(f"{STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        try:
            staging = TemporaryDirectory(dir=out, prefix=STAGING)
        except OSError as error:
            error.filename = str(out)  # nobody knows the directory within it
            raise
        with staging as name:
            yield Path(name)


@contextmanager
def as_system_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Turn a library's errors of some kinds into OSError, which tells what the disk said."""
    try:
        yield
    except kinds as error:
        full = os.strerror(errno.ENOSPC)
        raise (OSError(errno.ENOSPC, full) if full in str(error) else OSError(first_line(error))) from None


def placed(written: Sequence[Path], out: Path) -> list[Path]:
    """Move files, and directories of files, to their places in `out`; says where they are now.

    All old files of the same names are removed before the first new one is there.

    Raises:
        Problem: a directory is where a file belongs, or the other way round; nothing is changed.
    """
    for source in written:
        _refuse_another_kind(source, out / source.name)
    for source in written:
        if _is_tree(source) and (out / source.name).exists():
            shutil.rmtree(out / source.name)
    for _, target in _moves(written, out):
        target.unlink(missing_ok=True)
    for source, target in _moves(written, out):
        source.replace(target)
    return [out / source.name for source in written]


def _refuse_another_kind(source: Path, target: Path) -> None:
    if target.exists() and source.is_dir() != target.is_dir():
        what = "is a file" if source.is_dir() else "is a directory"
        raise Problem(f"{target} {what}: remove it, or use another --out")
    if _is_tree(source) and target.is_dir():
        for found in target.iterdir():
            if not (found.name.startswith((".", *OF_TREES)) or found.suffix == ".parquet"):
                raise Problem(
                    f"{target} holds {found.name}, which this export does not write: "
                    "remove the directory or use another --out"
                )


def _is_tree(path: Path) -> bool:
    """Whether it is a directory of parts or directories, which is replaced as a whole."""
    return path.is_dir() and any(found.is_dir() or found.suffix == ".parquet" for found in path.iterdir())


def _moves(written: Iterable[Path], out: Path) -> Iterator[tuple[Path, Path]]:
    """From where to where: each file, or a directory as a whole where there is none of its name."""
    for source in written:
        target = out / source.name
        if source.is_dir() and target.is_dir():
            yield from ((file, target / file.name) for file in source.iterdir())
        else:
            yield source, target
